"""WCAG 2.0 to 2.2 A and AA by axe, on pages of Chromium; and what axe does not see: cut-off pages, small things to press.

What differs in the dark are colours, so there the contrast alone is looked at, on the page as it stands.
"""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
_SMALL = """[...document.querySelectorAll('button, input:not([type=hidden]), select, summary, nav a, .button')]
.filter((each) => each.checkVisibility()).map((each) => [each.outerHTML, each.getBoundingClientRect()])
.filter(([, box]) => box.width < 24 || box.height < 24).map(([text]) => text)"""


def problems(page: Page) -> str:
    """The report of axe, in the light and in the dark; empty if no rule is violated."""
    page.emulate_media(color_scheme="light")
    found = [Axe().run(page, options=RULES)]
    page.emulate_media(color_scheme="dark")
    found.append(Axe().run(page, options=CONTRAST))
    page.emulate_media(color_scheme="light")
    return "\n".join(str(each.generate_report()) for each in found if each.violations_count)


def check(page: Page) -> None:
    """No violation of any rule."""
    found = problems(page)
    assert not found, found


def fits(page: Page) -> bool:
    """Whether nothing is cut off at the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def small(page: Page) -> list[str]:
    """What is to be pressed and less than 24 pixels high or wide."""
    return list(page.evaluate(_SMALL))


def check_page(page: Page) -> None:
    """No violation, nothing cut off at the side, and everything to press is at least 24 pixels high and wide."""
    check(page)
    assert fits(page)
    assert (tiny := small(page)) == [], tiny
