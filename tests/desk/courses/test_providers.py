"""Providers and their links at the desk, the history, the demand."""

from datetime import date, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from desk import courses_links
from store.courses import CourseAlert
from tests.cases import person
from tests.desk.courses.shop import ELSEWHERE, HERE, Shop, course, today, words

KEY = b"i" * 32


async def test_providers_are_listed_with_the_ones_that_wait_longest_first(shop: Shop) -> None:
    old = today() - timedelta(days=45)
    await shop.stock(
        course("a"),
        course("b", last_checked=old),
        course("c", provider_name="Andere Schule", contact_email=""),
        course("d", provider_name="Vorbei", start_date=old, end_date=old),
    )
    page = await (await shop.desk()).get("/desk/courses/providers")
    found = words(page)
    assert found.index("Sprachschule Muster") < found.index("Andere Schule")
    assert "1 hidden as older" in found
    assert "Vorbei" not in found
    assert "No e-mail address is known." in found
    mail = page.text.partition('href="mailto:')[2].partition('"')[0]
    assert unquote(mail.partition("?")[0]) == "kurse@muster.example"
    body = parse_qs(urlsplit("mailto:" + mail.replace("&amp;", "&")).query)["body"][0]
    assert "http://desk.test/courses/confirm/" in body
    assert "30 Tage" in body
    token = body.partition("/courses/confirm/")[2].split()[0]
    opened = courses_links.read(KEY, token)
    assert opened
    assert (opened.owner, opened.provider, opened.until) == (HERE, "Sprachschule Muster", today() + timedelta(days=40))


async def test_advisers_read_and_get_no_link(shop: Shop) -> None:
    await shop.stock(course("a"))
    desk = await shop.desk("adviser")
    page = await desk.get("/desk/courses/providers")
    assert "Sprachschule Muster" in words(page)
    assert "/courses/confirm/" not in page.text
    assert (await desk.post("/desk/courses/providers", {"provider": "Sprachschule Muster"})).status_code == 403


async def test_all_courses_of_a_provider_are_confirmed_at_once(shop: Shop) -> None:
    old = today() - timedelta(days=45)
    await shop.stock(course("a", last_checked=old), course("b", last_checked=old), course("c", last_checked=old, provider_name="Andere"))
    await shop.stock(course("f", last_checked=old), owner=ELSEWHERE)
    desk = await shop.desk()
    assert "2 courses are confirmed." in words(await desk.post("/desk/courses/providers", {"provider": "Sprachschule Muster"}))
    assert {key: one.last_checked for key, one in (await shop.known()).items()} == {"a": today(), "b": today(), "c": old}
    assert (await shop.known(ELSEWHERE))["f"].last_checked == old
    assert (await desk.post("/desk/courses/providers", {"provider": "Niemand"})).status_code == 404


async def test_the_history_takes_back_the_newest_alone(shop: Shop) -> None:
    first, second = await shop.stock(course("a")), await shop.stock(course("a"), course("b"))
    foreign = await shop.stock(course("x"), owner=ELSEWHERE)
    desk = await shop.desk()
    page = await desk.get("/desk/courses/history")
    assert page.text.count("/undo") == 1
    assert words(page).count("on the command line") == 2
    late = await desk.post(f"/desk/courses/history/{first.import_id}/undo")
    assert "This can no longer be taken back" in words(late)
    assert (await desk.post(f"/desk/courses/history/{foreign.import_id}/undo")).status_code == 404
    assert (await desk.post("/desk/courses/history/99999/undo")).status_code == 404
    await desk.post(f"/desk/courses/history/{second.import_id}/undo")
    assert list(await shop.known()) == ["a"]
    adviser = await shop.desk("adviser")
    assert (await adviser.post(f"/desk/courses/history/{first.import_id}/undo")).status_code == 403
    assert "/undo" not in (await adviser.get("/desk/courses/history")).text
    await desk.post(f"/desk/courses/history/{first.import_id}/undo")
    assert await shop.known() == {}


async def test_demand_hides_small_numbers_and_other_towns(shop: Shop) -> None:
    desk = await shop.desk("adviser")
    assert "Nobody waits for a course at the moment" in words(await desk.get("/desk/courses/demand"))
    async with shop.base.write() as session:
        for town, count, filters in (
            (shop.here, 6, {"level": "B1", "place": "Landau", "childcare": True}),
            (shop.here, 4, {"level": "A1", "place": "Bergzabern"}),
            (shop.elsewhere, 9, {"level": "C1", "place": "Fremdstadt"}),
        ):
            for number in range(count):
                who, _ = await person(session, municipality=town, language="ti", keyring=shop.keyring)
                session.add(CourseAlert(person_id=who, digest=f"{number}", filters=filters))
    found = words(await desk.get("/desk/courses/demand"))
    assert "B1 Landau with childcare 6" in found
    assert "A1 Bergzabern – fewer than 5" in found
    assert "Fremdstadt" not in found


def test_links_open_what_they_were_made_for_and_nothing_else() -> None:
    day = date(2026, 11, 21)
    token = courses_links.make(KEY, owner="a", provider='Schule "Ü" & Söhne\x1f', today=day)
    opened = courses_links.read(KEY, token)
    assert opened
    assert (opened.owner, opened.provider, opened.until) == ("a", 'Schule "Ü" & Söhne\x1f', date(2026, 12, 31))
    assert courses_links.read(b"j" * 32, token) is None
    assert token.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("token", ["", "x", "ä" * 40, "A" * 5000, "AAAA" * 10, "=" * 30, "..", "%00"])
def test_invented_links_open_nothing(token: str) -> None:
    assert courses_links.read(KEY, token) is None


def test_no_changed_link_opens_anything() -> None:
    token = courses_links.make(KEY, owner="testort", provider="Schule", today=date(2026, 11, 21))
    for at in range(len(token) - 1):  # the last letter has bits that say nothing
        other = "A" if token[at] != "A" else "B"
        assert courses_links.read(KEY, token[:at] + other + token[at + 1 :]) is None
