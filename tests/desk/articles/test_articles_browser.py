"""The pages about articles in Chromium: with and without script, keys, unsaved text, RTL preview; phones and desktops, light and dark."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.axe import check_page
from tests.desk import scenes
from tests.desk.articles.room import ENTRY, GERMAN, NEW, URL
from tests.desk.conftest import BrowseDesk, MakeUser
from tests.web.server import Running

OPEN = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
ARABIC = "اذهبوا إلى Sparkasse في السوق."


def editor(server: Running, user: MakeUser) -> tuple[MakeUser, str]:
    """Who makes editors of a town of its own."""
    return user, scenes.town(server)


def fill(page: Page, **changes: str) -> None:
    """Write the German text into the form."""
    for name, text in (GERMAN | changes).items():
        if name != "part":
            page.locator(f"#{name}").fill(text)


def press(page: Page, name: str) -> None:
    page.locator("#edit").get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "plain"])
def test_the_way_of_a_text(server: Running, user: MakeUser, browse_desk: BrowseDesk, javascript: bool) -> None:  # noqa: FBT001 - a parameter of the test
    page = browse_desk(user("editor", municipality=scenes.town(server), interface="en"), javascript=javascript)
    page.goto("/desk/knowledge")
    page.locator(f'a[href="/desk/knowledge/{ENTRY}"]').click()
    if javascript:
        with page.expect_response(lambda answer: answer.url.endswith("/look") and "Basiskonto" in (answer.request.post_data or "")):
            fill(page)
    else:
        fill(page)
        press(page, "Preview")
    expect(page.locator("#seen")).to_contain_text("Gehen Sie zur Sparkasse am Markt.")
    page.locator("#seen").get_by_text("Mehr dazu").click()
    expect(page.locator("#seen")).to_contain_text("Fragen Sie nach dem Basiskonto.")
    press(page, "Save draft")
    expect(page.locator(".flash")).to_contain_text("The draft is saved.")
    press(page, "Publish")
    expect(page.locator(".flash")).to_contain_text("Published: German.")
    expect(page.get_by_text("your text is published", exact=True)).to_be_visible()
    page.locator(".flash button").click()
    expect(page.locator(".flash")).to_contain_text("Taken back.")
    page.get_by_role("link", name="History").click()
    expect(page.locator("ol > li").first).to_contain_text("Taken back")


def test_remarks_and_counter_follow_what_is_typed(server: Running, user: MakeUser, browse_desk: BrowseDesk) -> None:
    page = browse_desk(user("editor", municipality=scenes.town(server), interface="en"))
    page.goto(f"{URL}?part=ar")
    expect(page.locator("#remarks-answer")).to_be_hidden()
    page.locator("#answer").fill(ARABIC + " 4711")
    expect(page.locator("#remarks-answer")).to_contain_text("4711 too many")
    expect(page.locator(".phone-message")).to_have_attribute("dir", "rtl")
    expect(page.locator(".phone-message")).to_contain_text("4711")
    page.locator("#answer").fill("x" * 601)
    expect(page.locator("[data-count=answer]")).to_have_class(re.compile("over"))
    expect(page.locator("[data-count=answer] [data-now]")).to_have_text("601")
    page.locator("#see").select_option("tr")
    expect(page.locator(".phone-message")).to_have_attribute("lang", "tr")
    check_page(page)


def test_keys_save_and_nothing_is_lost_by_leaving(server: Running, user: MakeUser, browse_desk: BrowseDesk) -> None:
    page = browse_desk(user("editor", municipality=scenes.town(server), interface="en"))
    asked: list[str] = []

    def stay(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]  # it is playwright's dialog
        dialog.dismiss()  # type: ignore[attr-defined]  # it is playwright's dialog

    page.on("dialog", stay)
    page.goto(f"{URL}?part=de")
    page.locator("#answer").fill("Nicht vergessen.")
    expect(page.locator("[data-unsaved]")).to_be_visible()
    page.get_by_role("link", name="All articles").click()
    expect(page.locator("#answer")).to_have_value("Nicht vergessen.")
    assert asked == ["beforeunload"]
    page.locator("#answer").press("Control+s")
    expect(page.locator(".flash")).to_contain_text("The draft is saved.")
    expect(page.locator("[data-unsaved]")).to_be_hidden()
    page.get_by_role("link", name="All articles").click()
    page.wait_for_url("**/desk/knowledge")
    assert asked == ["beforeunload"]


def test_who_is_late_sees_both_texts(server: Running, user: MakeUser, browse_desk: BrowseDesk) -> None:
    town = scenes.town(server)
    edda, lena = user("editor", municipality=town, interface="en"), user("lead", municipality=town, interface="en")
    slow, quick = browse_desk(edda), browse_desk(lena)
    for page in (slow, quick):
        page.goto(f"{URL}?part=de")
    fill(quick, answer="Die Volksbank hilft.")
    press(quick, "Save draft")
    expect(quick.locator(".flash")).to_be_visible()
    fill(slow, answer="Die Sparkasse hilft.")
    press(slow, "Save draft")
    expect(slow.locator(".notice.alarm")).to_contain_text(lena.name)
    expect(slow.locator("del", has_text="Volksbank")).to_be_visible()
    expect(slow.locator("#answer")).to_have_value("Die Sparkasse hilft.")
    check_page(slow)
    press(slow, "Save draft")
    expect(slow.locator(".flash")).to_contain_text("The draft is saved.")


def test_a_question_is_tried_in_place(server: Running, user: MakeUser, browse_desk: BrowseDesk) -> None:
    page = browse_desk(user("adviser", municipality=scenes.town(server), interface="en"))
    for url in ("/desk/knowledge/try", f"{URL}?part=ar"):
        page.goto(url)
        page.locator("#question").fill("بدي افتح حساب بنكي")
        page.get_by_role("button", name="Try it").click()
        expect(page.locator("#tried h2")).to_have_text("What may be meant", timeout=60_000)
        expect(page.locator("#tried")).to_contain_text("No danger.")
        expect(page.locator("#tried .candidates a").first).to_have_attribute("href", f"/desk/knowledge/{ENTRY}")
        check_page(page)
        assert "question" not in page.url


def test_every_page_on_a_phone(server: Running, user: MakeUser, browse_desk: BrowseDesk) -> None:
    page = browse_desk(user("editor", municipality=scenes.town(server)), phone=True)
    page.goto("/desk/knowledge/new")
    for name, text in NEW.items():
        if name != "language":
            page.locator(f"#{name}").fill(text)
    page.locator("[data-save]").click()
    page.wait_for_url("**/local/cafe-fuer-alle?part=de")
    fill(page, title="W" * 150, answer=scenes.HOSTILE, details="x" * 300)
    page.locator("[data-save]").click()
    expect(page.locator(".flash")).to_be_visible()
    for path in (
        "?q=caf",
        "",
        "?q=gibt-es-nicht",
        "/checks?where=local",
        "/try",
        f"/{ENTRY}?part=ur",
        f"/{ENTRY}?part=meta",
        "/local/cafe-fuer-alle/history",
        "/local/cafe-fuer-alle?part=de",
    ):
        page.goto(f"/desk/knowledge{path}")
        page.evaluate(OPEN)
        check_page(page)
