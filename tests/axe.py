"""WCAG 2.0 to 2.2 A and AA by axe, on pages of Chromium; and what axe does not see: cut-off pages, small things to press."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
_SMALL = """[...document.querySelectorAll('button, input:not([type=hidden]), select, summary, nav a, .button')]
.filter((each) => each.checkVisibility()).map((each) => [each.outerHTML, each.getBoundingClientRect()])
.filter(([, box]) => box.width < 24 || box.height < 24).map(([text]) => text)"""


def problems(page: Page) -> str:
    """The report of axe; empty if no rule is violated."""
    found = Axe().run(page, options=RULES)
    return str(found.generate_report()) if found.violations_count else ""


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
