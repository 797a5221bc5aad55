"""WCAG 2.2 AA by axe, in light and dark, from left to right and from right to left; and the weight of the first load."""

import pytest
from playwright.sync_api import Response, expect

from tests.axe import check, problems
from tests.web.conftest import Open
from tests.web.test_browser import begin, write

MOST_BYTES = 60 * 1024


@pytest.mark.parametrize("language", ["de", "ar"])
def test_every_page_is_accessible(browse: Open, language: str) -> None:
    page = browse(locale=language)
    for path in ("/", "/?town=demo", "/chat?embed=1", "/offline", f"/chat?farewell={language}", "/nowhere"):
        page.goto(path)
        check(page)
    begin(page, language, "/?town=demo")
    check(page)
    answers = page.locator("#log .theirs:not(.writing)")
    before = answers.count()
    write(page, "Ich will mich umbringen" if language == "de" else "مرحبا")
    if language == "de":  # the offer of a human follows on its own, and only the newest message shows the menu
        expect(answers).to_have_count(before + 2)
    page.locator('#log button[value="menu"]').last.click()
    page.locator('#log button[value="menu:language"]').last.click()
    page.locator('#log button[value^="ask:language/"]').last.click()
    page.locator("#log .note").last.wait_for()
    check(page)


def test_grey_on_black_is_found_in_the_dark_alone(browse: Open) -> None:
    page = browse()
    body = '<html lang="en"><title>Grey</title><style>{}</style><main><h1>Grey</h1></main></html>'
    page.set_content(body.format("@media (prefers-color-scheme: dark) { body { color: #ccc; background: #000 } }"))
    assert problems(page) == ""
    page.set_content(body.format("@media (prefers-color-scheme: dark) { body { color: #555; background: #000 } }"))
    assert "color-contrast" in problems(page)


def test_the_first_load_is_light(browse: Open) -> None:
    page = browse()
    loaded: list[Response] = []
    page.on("response", lambda response: loaded.append(response))  # noqa: PLW0108 - Playwright cannot bind a built-in method
    page.goto("/", wait_until="networkidle")
    kinds = ("document", "stylesheet", "script")
    assert sum(len(response.body()) for response in loaded if response.request.resource_type in kinds) <= MOST_BYTES
    begin(page, "de", "/?town=demo")
    assert len(page.content().encode()) < MOST_BYTES / 2


def test_nothing_is_loaded_from_elsewhere(browse: Open) -> None:
    page = browse()
    foreign: list[str] = []
    page.on("request", lambda request: foreign.append(request.url) if not request.url.startswith("http://127.0.0.1") else None)
    begin(page, "de")
    assert foreign == []
