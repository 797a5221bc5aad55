"""The inbox over HTTP and in Chromium: lists, search, empty states, keys, live rows, hostile text, axe. Queries: `tests/handoff`."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from handoff.pseudonyms import pseudonym
from store.tables import Audit
from store.types import utcnow
from tests.axe import check
from tests.desk import scenes
from tests.desk.conftest import BrowseDesk, MakeUser, SignIn
from tests.web.server import Running


def order(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="case-(\d+)"', text)]


def test_a_row_says_what_is_needed(server: Running, user: MakeUser, sign_in: SignIn) -> None:
    anna = user("adviser", municipality=scenes.town(server))
    late = scenes.case(server, anna, language="ar", topic="residence/extension", waiting=timedelta(hours=2, minutes=5))
    scenes.says(server, late, scenes.ARABIC)
    scenes.change(server, late, promised_at=utcnow() - timedelta(minutes=1))
    danger = scenes.case(server, anna, urgent=True, reason="safety", waiting=timedelta(minutes=3))
    page = sign_in(anna).get("/desk/?tab=unassigned")
    assert page.status_code == 200
    assert order(page.text) == [danger.case, late.case]
    assert "<title>(2) Posteingang · Lotse</title>" in page.text
    row = page.text[page.text.index(f'id="case-{late.case}"') :]
    for words in (pseudonym(late.person), "العربية</bdi> · Arabisch", "wartet seit 2 Std.", "Mensch gewünscht", "zugesagt war"):
        assert words in row
    assert f'<bdi lang="ar" dir="auto">{scenes.ARABIC[:40]}' in row
    assert 'class="nowrap late"' in row


def test_each_view_teaches_when_it_is_empty(server: Running, user: MakeUser, sign_in: SignIn) -> None:
    desk = sign_in(user("adviser", municipality=scenes.town(server)))
    for tab, words in (
        ("mine", "Niemand wartet auf Sie"),
        ("unassigned", "Alle sind versorgt"),
        ("team", "Keine offenen Fälle"),
        ("follow_ups", "Nichts ruht"),
        ("closed", "Noch nichts erledigt"),
    ):
        assert words in desk.get(f"/desk/?tab={tab}").text
    assert "Nichts gefunden" in desk.get("/desk/?q=nirgends").text
    assert "<title>Posteingang" in desk.get("/desk/").text
    assert "Strg" in desk.get("/desk/help").text or "Ctrl" in desk.get("/desk/help").text


def test_reading_and_searching_are_noted_without_the_words(server: Running, user: MakeUser, sign_in: SignIn) -> None:
    anna = user("adviser", municipality=scenes.town(server))
    one = scenes.case(server, anna)
    scenes.says(server, one, "etwas über Zahnschmerzen")
    desk = sign_in(anna)
    assert order(desk.get("/desk/?q=zahnschmerzen").text) == [one.case]
    assert order(desk.get("/desk/?q=Tigrin").text) == [one.case]
    assert order(desk.get(f"/desk/?q={pseudonym(one.person)}").text) == [one.case]
    assert desk.get("/desk/?part=list&q=zahn", headers={"hx-request": "true"}).text.lstrip().startswith("<section")
    noted = [row for row in scenes.rows_of(server, Audit) if row.actor == f"user:{anna.id}"]
    assert [row.action for row in noted] == ["inbox.read"] * 3
    assert "zahn" not in str([row.detail for row in noted]).lower()


def test_many_cases_come_in_pages(server: Running, user: MakeUser, sign_in: SignIn) -> None:
    anna = user("adviser", municipality=scenes.town(server))
    made = [scenes.case(server, anna, waiting=timedelta(minutes=90 - number)).case for number in range(27)]
    desk = sign_in(anna)
    first, second = desk.get("/desk/?tab=unassigned").text, desk.get("/desk/?tab=unassigned&page=2").text
    assert order(first) + order(second) == made
    assert "Seite 1 von 2" in first
    assert 'rel="next" href="/desk/?tab=unassigned&amp;page=2"' in first
    assert order(desk.get("/desk/?tab=unassigned&page=99").text) == order(second)
    assert desk.get("/desk/?tab=nonsense").status_code == 422
    assert desk.get("/desk/?page=0").status_code == 422


def test_another_municipality_is_nowhere_in_lists(server: Running, user: MakeUser, sign_in: SignIn) -> None:
    here, there = user("adviser", municipality=scenes.town(server)), user("adviser", municipality=scenes.town(server))
    foreign = scenes.case(server, there, topic="residence/extension")
    scenes.says(server, foreign, "fremde Worte")
    desk = sign_in(here)
    for url in ("/desk/", "/desk/?tab=team", "/desk/?tab=unassigned", "/desk/?q=fremde", f"/desk/?q={pseudonym(foreign.person)}"):
        assert f"/desk/cases/{foreign.case}" not in desk.get(url).text


def test_an_editor_has_no_inbox(server: Running, user: MakeUser, sign_in: SignIn) -> None:
    del server
    assert sign_in(user("editor")).get("/desk/").status_code == 403


def test_hostile_text_stays_text_in_the_list(server: Running, user: MakeUser, browse_desk: BrowseDesk) -> None:
    anna = user("adviser", municipality=scenes.town(server), name=scenes.HOSTILE[:80])
    one = scenes.case(server, anna, owner=anna.id, topic=scenes.HOSTILE[:90])
    scenes.says(server, one, f"\u202e\u200b{scenes.HOSTILE}")
    page = browse_desk(anna)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.goto("/desk/?tab=team")
    expect(page.locator("#cases .row-text bdi")).to_have_text(scenes.HOSTILE)
    expect(page.locator("#list img, #list script, #list svg[onload]")).to_have_count(0)
    page.goto(f"/desk/?q={scenes.HOSTILE[:60]}")
    expect(page.locator("#q")).to_have_value(scenes.HOSTILE[:60])


def test_a_new_case_appears_within_a_second_and_counts_in_the_title(server: Running, user: MakeUser, browse_desk: BrowseDesk) -> None:
    anna = user("adviser", municipality=scenes.town(server))
    page = browse_desk(anna)
    with page.expect_response(re.compile("/desk/live")):
        page.goto("/desk/?tab=unassigned")
    expect(page.locator("#list .empty")).to_be_visible()
    one = scenes.opens(server, anna)
    expect(page.locator(f"#case-{one}")).to_be_visible(timeout=1000)
    expect(page).to_have_title("(1) Posteingang · Lotse")
    expect(page.locator(".rail nav .count")).to_have_text("1")


def test_the_keys_move_open_take_and_search(server: Running, user: MakeUser, browse_desk: BrowseDesk) -> None:
    anna = user("adviser", municipality=scenes.town(server))
    first, second = scenes.case(server, anna, waiting=timedelta(hours=2)), scenes.case(server, anna, waiting=timedelta(hours=1))
    page = browse_desk(anna)
    page.goto("/desk/?tab=unassigned")
    page.keyboard.press("j")
    expect(page.locator(f"#case-{first.case}")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"#case-{second.case}")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("jck")
    expect(page.locator("#q")).to_have_value("jck")
    page.keyboard.press("Escape")
    page.locator(f"#case-{second.case}").focus()
    page.keyboard.press("c")
    expect(page.locator("[data-flash]")).to_contain_text("Sie haben den Fall")
    assert scenes.case_row(server, second).owner_id == anna.id
    page.goto("/desk/?tab=unassigned")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/desk/cases/{first.case}"))


def test_the_inbox_is_accessible_on_a_phone(server: Running, user: MakeUser, browse_desk: BrowseDesk) -> None:
    anna = user("adviser", municipality=scenes.town(server))
    page = browse_desk(anna, phone=True)
    page.goto("/desk/")
    check(page)
    one = scenes.case(server, anna, urgent=True, reason="safety")
    scenes.change(server, one, promised_at=utcnow() - timedelta(minutes=1))
    for language, text in (("ar", scenes.ARABIC), ("ti", scenes.TIGRINYA)):
        scenes.says(server, scenes.case(server, anna, language=language, owner=anna.id), text)
    for url in ("/desk/", "/desk/?tab=unassigned", "/desk/?tab=closed", "/desk/?q=x", "/desk/help"):
        page.goto(url)
        check(page)
    page.goto("/desk/")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    check(page)


def test_the_first_load_is_light(server: Running, user: MakeUser, browse_desk: BrowseDesk) -> None:
    anna = user("adviser", municipality=scenes.town(server))
    for _ in range(25):
        scenes.says(server, scenes.case(server, anna, owner=anna.id), scenes.TIGRINYA)
    page = browse_desk(anna)
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"] + request.sizes()["responseHeadersSize"]))
    page.goto("/desk/")
    expect(page.locator("#cases > li")).to_have_count(25)
    assert 0 < sum(sizes) <= 150 * 1024
