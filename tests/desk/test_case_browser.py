"""The page of one case in Chromium: keys alone, no JavaScript, what arrives meanwhile, hostile text, deletion, axe. Forms: `test_case`."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import personal_data, phrases
from handoff.card import Card
from handoff.pseudonyms import pseudonym
from locales.texts import translate
from tests.axe import check
from tests.cases import Open
from tests.desk import scenes
from tests.desk.conftest import BrowseDesk, Colleague, Desk, MakeUser, SignIn
from tests.web.server import Running

GREETING = phrases.BUILT_IN["read"]


def at(opened: Open, rest: str = "") -> str:
    return f"/desk/cases/{opened.case}{rest}"


@pytest.fixture
def anna(server: Running, user: MakeUser) -> Colleague:
    return user("adviser", municipality=scenes.town(server), name="Anna Adler")


@pytest.fixture
def bela(anna: Colleague, user: MakeUser) -> Colleague:
    return user("adviser", municipality=anna.town, name="Bela Bach")


@pytest.fixture
def desk(anna: Colleague, sign_in: SignIn) -> Desk:
    return sign_in(anna)


def test_who_deletes_everything_leaves_a_clear_page(server: Running, anna: Colleague, desk: Desk, browse_desk: BrowseDesk) -> None:
    one = scenes.case(server, anna, owner=anna.id)
    scenes.says(server, one, "wird gelöscht")
    page = browse_desk(anna)
    with page.expect_response(re.compile("/desk/live")):
        page.goto(at(one))
    page.locator("#text").fill("Ich schreibe gerade")

    async def erase(session: AsyncSession) -> None:
        await personal_data.erase(session, person=one.person)

    scenes.write(server, erase)
    expect(page.locator("h1")).to_have_text("Die Person hat alles gelöscht")
    for answer in (desk.get(at(one)), desk.post(at(one, "/reply"), {"text": "x", "seen": 0})):
        assert answer.status_code == 410
        assert "Die Person hat alles gelöscht" in answer.text
    assert desk.post(at(one, "/claim")).status_code in {404, 410}
    assert desk.get("/desk/").status_code == 200


def test_hostile_text_is_shown_and_does_nothing(server: Running, user: MakeUser, browse_desk: BrowseDesk) -> None:
    evil = scenes.HOSTILE
    who = user("adviser", municipality=scenes.town(server), name=evil[:80])
    user("adviser", municipality=who.town, name=f"Bela {evil}"[:80])
    card = Card(question=f"\u202e{evil}", question_language=evil, filled={"postcode": evil, evil[:20]: evil}, danger=evil, wishes=[evil])
    one = scenes.case(server, who, owner=who.id, topic=evil[:90], reason="safety", card=card)
    for text in (f"\u202a\u202eabc\u2069{evil}", "\u200b\u2060\ufeff", "ሀ" * 4096, evil * 60):
        scenes.says(server, one, text)
    scenes.says(server, one, evil, author=who, delivery="failed", failure=evil[:32])
    scenes.attach(
        server, one, scenes.says(server, one, "mit Datei"), kind="document", media_type="application/pdf", name=evil, content=b"%PDF"
    )
    page = browse_desk(who)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.goto(at(one))
    page.goto(at(one, "?phrase=%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(9)%3E&tab=team"))
    expect(page.locator("main img, main script, main svg[onload]")).to_have_count(0)
    expect(page.locator("#talk .said").first).to_have_text(f"abc{evil}")
    expect(page.locator("#talk")).to_contain_text("(kein sichtbarer Text)")
    assert not re.search("[\u202a-\u202e\u200b\u2060]", page.locator("main").inner_text())
    long = page.locator("#talk details.long").first
    expect(long.locator("> .said")).to_be_hidden()
    long.locator("summary").click()
    expect(long.locator("> .said")).to_have_text("ሀ" * 4096)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def _line_of_work(page: Page, one: Open, *, keys: bool) -> None:
    """Open, take, choose a phrase, send, note, close, undo: with keys alone or with plain forms."""
    page.goto("/desk/?tab=unassigned")
    if keys:
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.locator("h1").wait_for()
        page.keyboard.press("c")
        expect(page.locator("[data-flash]")).to_contain_text("Sie haben den Fall")
        page.keyboard.press("p")
        page.keyboard.type(translate("de", GREETING)[:12])
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#text")).to_be_focused()
        page.keyboard.press("Control+Enter")
    else:
        page.locator(f"#case-{one.case}").click()
        page.locator("#claim button").click()
        page.locator("#phrases > summary").click()
        page.locator("#phrase-read a").click()
        page.locator("#reply button.primary").click()
    expect(page.locator("#talk .bubble.mine .said")).to_have_text(translate("ar", GREETING))


@pytest.mark.parametrize("phone", [False, True])
def test_the_whole_line_without_javascript(server: Running, anna: Colleague, browse_desk: BrowseDesk, phone: bool) -> None:  # noqa: FBT001 - a parameter of the test
    one = scenes.case(server, anna, language="ar")
    page = browse_desk(anna, javascript=False, phone=phone)
    _line_of_work(page, one, keys=False)
    scenes.says(server, one, "شكرا")
    page.locator("a.refresh").filter(visible=True).first.click()
    expect(page.locator("#talk .bubble.theirs .said")).to_have_text("شكرا")
    page.locator("#bot > summary").click()
    page.locator("#bot button").first.click()
    expect(page.locator("[data-flash]")).to_contain_text("Das Programm antwortet wieder")
    page.locator("#note-text").fill("Erledigt")
    page.locator("#note button").click()
    expect(page.locator("#notes .bubble.note .said")).to_have_text("Erledigt")
    page.get_by_role("button", name="Abschließen").click()
    page.get_by_role("button", name="Rückgängig").click()
    expect(page.locator("h1")).to_have_text(pseudonym(one.person))
    assert scenes.case_row(server, one).state in {"answered", "claimed"}


def test_the_whole_line_with_the_keyboard_alone(server: Running, anna: Colleague, browse_desk: BrowseDesk) -> None:
    one = scenes.case(server, anna, language="ar")
    page = browse_desk(anna)
    _line_of_work(page, one, keys=True)
    page.locator("#bot > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-flash]")).to_contain_text("Das Programm antwortet wieder")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.type("Erledigt")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#notes .bubble.note .said")).to_have_text("Erledigt")
    assert scenes.case_row(server, one).owner_id == anna.id
    page.keyboard.press("?")
    page.locator("#keys-off").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    page.keyboard.press("i")
    expect(page).to_have_url(re.compile(f"/desk/cases/{one.case}"))


def test_phrases_that_were_searched_stay_so_when_something_arrives(server: Running, anna: Colleague, browse_desk: BrowseDesk) -> None:
    one = scenes.case(server, anna, language="ar", owner=anna.id)
    page = browse_desk(anna)
    with page.expect_response(re.compile("/desk/live")):
        page.goto(at(one))
    page.locator("h1").click()
    page.keyboard.press("p")
    page.keyboard.type(translate("de", GREETING)[:12])
    shown = page.locator(".phrases > li:not([hidden])")
    expect(shown).to_have_count(1)
    scenes.hears(server, one, "Neue Nachricht")
    expect(page.locator("#talk .bubble.theirs .said")).to_have_text("Neue Nachricht")
    expect(shown).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_have_value(translate("ar", GREETING))


def test_typed_text_and_focus_survive_what_arrives(
    server: Running, anna: Colleague, bela: Colleague, browse_desk: BrowseDesk, sign_in: SignIn
) -> None:
    one = scenes.case(server, anna, owner=anna.id)
    page = browse_desk(anna)
    with page.expect_response(re.compile("/desk/live")):
        page.goto(at(one))
    page.locator("#text").fill("Halb getippt")
    scenes.hears(server, one, "Neue Nachricht")
    expect(page.locator("#talk .bubble.theirs .said")).to_have_text("Neue Nachricht", timeout=1500)
    expect(page.locator("#text")).to_have_value("Halb getippt")
    expect(page.locator("#text")).to_be_focused()
    other = sign_in(bela)
    other.get(at(one))
    expect(page.locator("#presence")).to_contain_text("Bela Bach sieht sich das gerade an", timeout=1500)
    other.post(at(one, "/note"), {"text": "Ich helfe mit"})
    expect(page.locator("#notes .bubble.note .said")).to_have_text("Ich helfe mit", timeout=2000)
    expect(page.locator("#text")).to_have_value("Halb getippt")
    with page.expect_response(re.compile("/draft")):
        page.locator("#text").press_sequentially(" und weiter")
    page.reload()
    expect(page.locator("#text")).to_have_value("Halb getippt und weiter")


def test_the_page_is_accessible_on_a_phone(
    server: Running,
    anna: Colleague,
    bela: Colleague,
    browse_desk: BrowseDesk,
) -> None:
    one, *others = scenes.all_kinds(server, anna, bela)
    page = browse_desk(anna, phone=True)
    article = "/desk/articles/residence/extension?language=ar"
    for url in (at(one, "?earlier=true"), *map(at, others), at(others[0], "?phrase=read"), article):
        page.goto(url)
        check(page)
    page.goto(at(one))
    for summary in scenes.MENUS:
        page.locator(summary).click()
    check(page)
