"""The page in a real Chromium, as people use it on a phone: with and without JavaScript, offline, by keyboard, from right to left."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Open


def begin(page: Page, language: str, path: str = "/") -> None:
    """Choose a language on the first page."""
    page.goto(path)
    page.locator(f'button[value="language:{language}"]').click()
    expect(page.locator("#log .message").first).to_be_visible()


def write(page: Page, text: str) -> None:
    """Type and send, and wait for the answer."""
    answers = page.locator("#log .theirs:not(.writing)").count()
    page.locator("textarea").fill(text)
    page.locator(".send").click()
    expect(page.locator(".waiting")).to_have_count(0)
    expect(page.locator("#log .theirs:not(.writing)")).not_to_have_count(answers)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_whole_conversation(browse: Open, javascript: bool) -> None:  # noqa: FBT001 - a parameter of the test
    page = browse(javascript=javascript)
    begin(page, "de", "/?town=demo")
    page.locator('#log button[value="menu"]').first.click()
    page.locator('button[value="menu:language"]').click()
    page.locator('button[value^="ask:language/"]').first.click()
    answer = page.locator("#log .theirs").last
    expect(answer.locator(".note")).to_be_visible()
    write(page, "Wo finde ich einen Deutschkurs?")
    expect(page.locator(".mine .typed")).to_have_text(["Wo finde ich einen Deutschkurs?"])
    page.reload()
    expect(page.locator(".mine .typed")).to_have_text(["Wo finde ich einen Deutschkurs?"])
    page.locator('.bar button[value="language"]').click()
    page.locator('#log button[value="language:en"]').last.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("javascript", [True, False])
def test_deleting_says_farewell(browse: Open, javascript: bool) -> None:  # noqa: FBT001 - a parameter of the test
    page = browse(javascript=javascript)
    begin(page, "de")
    page.locator('#log button[value="delete"]').click()
    page.locator('#log button[value="delete:yes"]').click()
    page.locator("a.start").click()
    expect(page.locator(".languages button")).to_have_count(24)
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.getItem('lotse-waiting')") is None


def test_a_menu_changes_in_place(browse: Open) -> None:
    page = browse()
    begin(page, "de")
    expect(page.locator("#log .message")).to_have_count(1)
    page.locator('#log button[value="menu"]').click()
    expect(page.locator('#log button[value^="menu:"]').first).to_be_visible()
    expect(page.locator("#log .message")).to_have_count(1)
    page.locator('#log button[value="menu:work"], #log button[value="menu:language"]').first.click()
    expect(page.locator('#log button[value^="ask:"]').first).to_be_visible()
    expect(page.locator("#log .message")).to_have_count(1)


def test_two_windows_show_the_same(browse: Open) -> None:
    first = browse()
    begin(first, "de")
    second = first.context.new_page()
    with second.expect_response(re.compile("/api/chat/events")):
        second.goto("/chat")
    write(first, "Hallo aus dem ersten Fenster")
    expect(second.locator(".mine .typed")).to_have_text(["Hallo aus dem ersten Fenster"])


def test_what_is_written_offline_is_sent_later(browse: Open) -> None:
    page = browse()
    begin(page, "de")
    page.context.set_offline(True)
    page.locator("textarea").fill("Ohne Netz geschrieben")
    page.locator(".send").click()
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator(".waiting.late .state")).to_be_visible()
    assert "Ohne Netz" in page.evaluate("localStorage.getItem('lotse-waiting')")
    page.context.set_offline(False)
    expect(page.locator(".waiting")).to_have_count(0)
    expect(page.locator(".mine .typed")).to_have_text(["Ohne Netz geschrieben"])
    expect(page.locator("#offline")).to_be_hidden()
    assert page.evaluate("localStorage.getItem('lotse-waiting')") is None


def test_without_a_connection_a_page_says_so(browse: Open) -> None:
    page = browse()
    begin(page, "de")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.context.set_offline(True)
    page.goto("/chat")
    expect(page.locator("a.start")).to_have_attribute("href", "/chat")
    expect(page.locator("#log")).to_have_count(0)
    assert (
        page.evaluate("caches.keys().then(n => caches.open(n[0])).then(c => c.keys()).then(k => k.some(r => r.url.includes('/chat')))")
        is False
    )


def test_hostile_text_stays_text(browse: Open) -> None:
    page = browse()
    begin(page, "de")
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    write(page, hostile)
    expect(page.locator(".mine .typed")).to_have_text([hostile])
    expect(page.locator("#log img, #log script")).to_have_count(0)


def test_words_in_danger_do_not_stay(browse: Open) -> None:
    page = browse()
    begin(page, "de")
    page.locator("textarea").fill("Ich will mich umbringen")
    page.locator(".send").click()
    urgent = page.locator("#log .urgent")
    expect(urgent.locator('a[href="tel:112"]').first).to_be_visible()
    expect(page.locator(".mine")).to_have_count(0)


def test_arabic_runs_from_right_to_left(browse: Open) -> None:
    page = browse(locale="ar")
    begin(page, "ar")
    write(page, "مرحبا")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    theirs, mine = page.locator("#log .theirs").last.bounding_box(), page.locator("#log .mine").last.bounding_box()
    send = page.locator(".send").bounding_box()
    assert theirs
    assert mine
    assert send
    assert theirs["x"] + theirs["width"] > mine["x"] + mine["width"]
    assert send["x"] < 60


def test_everything_works_by_keyboard(browse: Open) -> None:
    page = browse()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator('button[value="language:de"]')).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#log .message").first).to_be_visible()
    page.goto("/chat")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "text":
            break
    page.keyboard.type("Danke schön")
    page.keyboard.press("Enter")
    expect(page.locator(".mine .typed")).to_have_text(["Danke schön"])
    expect(page.locator("textarea")).to_be_focused()


def test_touch_targets_are_large(browse: Open) -> None:
    page = browse()
    for path in ("/", "/chat"):
        page.goto(path)
        check_targets(page)
    begin(page, "de", "/?town=demo")
    check_targets(page)


def check_targets(page: Page) -> None:
    """Every button and every link that is not in a sentence is at least 44 px in both directions."""
    small = page.evaluate(
        """[...document.querySelectorAll('button, textarea, summary, a.start, a.choice, a.tool, .earlier a')]
           .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
           .filter(([_, box]) => box.width && (box.width < 44 || box.height < 44)).map(([html]) => html)"""
    )
    assert small == []


@pytest.mark.parametrize("width", [280, 320, 1280])
def test_nothing_sticks_out(browse: Open, width: int) -> None:
    page = browse(locale="uk")
    page.set_viewport_size({"width": width, "height": 640})
    begin(page, "uk", "/?town=demo")
    write(page, "x" * 300)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
