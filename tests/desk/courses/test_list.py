"""The list of courses: what is found, what is said of freshness and places, what belongs to others; files to take along."""

from collections.abc import Mapping
from datetime import timedelta

from knowledge.courses import read
from tests.desk.courses.shop import ELSEWHERE, Shop, course, today, words

OLD = today() - timedelta(days=40)


async def test_an_empty_list_says_how_to_begin(shop: Shop) -> None:
    editor = await (await shop.desk()).get("/desk/courses")
    assert "There are no courses yet" in words(editor)
    assert 'href="/desk/courses/import"' in editor.text
    assert 'href="/desk/courses/template.csv"' in editor.text
    adviser = await (await shop.desk("adviser")).get("/desk/courses")
    assert 'href="/desk/courses/import"' not in adviser.text
    assert 'href="/desk/courses/template.csv"' in adviser.text


async def test_the_list_says_how_fresh_and_how_full_courses_are(shop: Shop) -> None:
    await shop.stock(
        course("frisch"),
        course("bald", last_checked=today() - timedelta(days=25)),
        course("alt", last_checked=OLD),
        course("voll", places_booked=20),
        course("vorbei", start_date=OLD, end_date=OLD),
    )
    found = words(await (await shop.desk("adviser")).get("/desk/courses"))
    assert "5 courses" in found
    assert "1 course has not been confirmed for 30 days" in found
    rows = {key: found.partition(f"Kurs {key} ")[2].partition(" Kurs ")[0] for key in ("frisch", "bald", "alt", "voll", "vorbei")}
    assert "Confirmed 8 free places" in rows["frisch"]
    assert "Confirm soon free places not known" in rows["bald"]
    assert "Older: hidden at first" in rows["alt"]
    assert "Full no free place" in rows["voll"]
    assert "Over" in rows["vorbei"]
    assert found.index("Kurs vorbei") > found.index("Kurs voll"), "what is over comes last"


SEARCHES: Mapping[str, set[str]] = {
    "q=muster+abend": {"abend"},
    "q=Müsterstadt": {"abend", "frauen", "job", "alt"},
    "q=nichts": set(),
    "q=00001": {"abend", "frauen", "job", "alt"},
    "kind=women": {"frauen"},
    "kind=job": {"job"},
    "level=B2": {"job"},
    "level=A2": {"abend", "frauen", "alt"},
    "state=older": {"alt"},
    "provider=Andere+Schule": {"job"},
    "kind=nonsense&level=Z9&state=x&page=99999999999": {"abend", "frauen", "job", "alt"},
    "kind=job&level=A1": set(),
}


async def test_search_and_filters(shop: Shop) -> None:
    await shop.stock(
        course("abend"),
        course("frauen", women_only=True),
        course("job", course_type="bsk_b2", level_from="B1", level_to="B2", provider_name="Andere Schule", title="Kurs job Muster"),
        course("alt", last_checked=OLD),
    )
    desk, found = await shop.desk("adviser"), {}
    for query in SEARCHES:
        page = words(await desk.get(f"/desk/courses?{query}"))
        found[query] = {key for key in ("abend", "frauen", "job", "alt") if f"Kurs {key}" in page}
    assert found == SEARCHES


async def test_long_lists_have_pages(shop: Shop) -> None:
    await shop.stock(*(course(f"k{number:03}") for number in range(60)))
    desk = await shop.desk("adviser")
    first, last = words(await desk.get("/desk/courses")), words(await desk.get("/desk/courses?page=3"))
    assert first.count("Kurs k") == 25
    assert "Page 1 of 3" in first
    assert last.count("Kurs k") == 10
    assert 'href="/desk/courses?q=k0&amp;page=2"' in (await desk.get("/desk/courses?q=k0")).text


async def test_courses_of_others_are_not_there(shop: Shop) -> None:
    await shop.stock(course("meiner"))
    await shop.stock(course("fremd"), owner=ELSEWHERE)
    await shop.stock(course("aller"), owner="")
    desk = await shop.desk("admin")
    found = words(await desk.get("/desk/courses"))
    assert "Kurs meiner" in found
    assert "fremd" not in found
    assert "aller" not in found
    for owner, key in ((ELSEWHERE, "fremd"), ("", "aller")):
        number = await shop.number(key, owner)
        assert (await desk.get(f"/desk/courses/{number}")).status_code == 404
        for action in ("", "/remove", "/confirm"):
            assert (await desk.post(f"/desk/courses/{number}{action}", {"title": "x"})).status_code == 404
    assert "fremd" not in (await desk.get("/desk/courses/export.csv")).text
    assert list(await shop.known(ELSEWHERE)) == ["fremd"]


async def test_what_is_shown_follows_every_change(shop: Shop) -> None:
    desk = await shop.desk("adviser")
    await shop.stock(course("eins"))
    assert "Kurs eins" in words(await desk.get("/desk/courses"))
    await shop.stock(course("zwei"))
    found = words(await desk.get("/desk/courses"))
    assert "Kurs zwei" in found
    assert "Kurs eins" not in found


async def test_the_export_can_be_taken_over_again(shop: Shop) -> None:
    mine = [course("a", notes='Zeile; mit, "allem"'), course("b", fee_note="2,29 € je UE")]
    await shop.stock(*mine)
    desk = await shop.desk("adviser")
    for form, kind in (("csv", "text/csv; charset=utf-8"), ("json", "application/json")):
        answer = await desk.get(f"/desk/courses/export.{form}")
        assert answer.headers["content-type"] == kind
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert read.read("x", answer.content, today=today()).courses == mine


async def test_the_template_has_every_column_and_can_be_read(shop: Shop) -> None:
    answer = await (await shop.desk("adviser")).get("/desk/courses/template.csv")
    sheet = read.read("template.csv", answer.content, today=today())
    assert [len(sheet.courses), sheet.errors] == [1, 0]
    schema = await (await shop.desk("adviser")).get("/desk/courses/course.schema.json")
    assert schema.json()["$schema"]
