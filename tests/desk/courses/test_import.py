"""Taking files over: the preview, problems with their places, the question when most would go, undo, somebody else's change in between."""

import json
from datetime import timedelta

from sqlalchemy import update

from store.courses import CourseUpload
from store.statements import table_of
from store.types import utcnow
from tests.desk.courses.shop import ELSEWHERE, IMPORT, Shop, course, hidden, table, take_over, upload, words

NO_LISTS = (
    b"\x00\x01\x02" * 100,
    b"PK\x03\x04" + b"\x00" * 200,
    b"[{",
    b"{}",
    b"a;b;c\n1;2;3\n",
    b"\xff\xfe\x00",
    b"\xfc" * 50,
    b"\n" * 1000,
)
uploads = table_of(CourseUpload)


async def test_the_way_of_a_file(shop: Shop) -> None:
    await shop.stock(course("a"), course("b"), course("c"))
    before = await shop.known()
    desk = await shop.desk()
    assert "Take a file over" in words(await desk.get(IMPORT))
    page = await upload(desk, table([course("a"), course("b", time_from=9 * 60, time_to=12 * 60), course("neu")]))
    found = words(page)
    assert "1 new 1 changed 1 gone 1 unchanged" in found
    assert "Begins at before: 18:00 → after: 09:00" in found
    assert "Kurs neu" in found
    assert await shop.known() == before, "a preview changes nothing"
    done = await take_over(desk, page)
    assert "kurse.csv is taken over: 1 new, 1 changed, 1 gone." in words(done)
    assert set(await shop.known()) == {"a", "b", "neu"}
    entry = (await shop.audited("course.imported"))[0]
    assert entry.detail == {"new": 1, "changed": 1, "gone": 1}
    assert (await desk.get(page.url.path)).status_code == 404, "the file is forgotten"
    undo = done.text.partition('action="/desk/courses/history/')[2].partition('"')[0]
    assert "Taken back" in words(await desk.post(f"/desk/courses/history/{undo}"))
    assert await shop.known() == before


async def test_problems_are_listed_with_their_place_and_nothing_can_be_taken_over(shop: Shop) -> None:
    desk = await shop.desk()
    text = table([course("a"), course("b")]).decode("utf-8-sig").replace("B1", "B1+", 1)
    page = await upload(desk, text.encode())
    found = words(page)
    assert "Nothing can be taken over yet." in found
    assert "2 level_to B1+ to be mended This is not a level." in found
    assert 'name="revision"' not in page.text
    assert (await desk.post(page.url.path, {"revision": "0"})).status_code == 422
    assert await shop.known() == {}


async def test_a_file_with_remarks_alone_can_be_taken_over(shop: Shop) -> None:
    desk = await shop.desk()
    text = table([course("a", title="Kurs TITEL")]).decode("utf-8-sig").replace("Kurs TITEL", "<b>Kurs</b> a")
    page = await upload(desk, text.encode())
    assert "mended" in words(page)
    assert "<b>Kurs" not in page.text
    assert "is taken over: 1 new" in words(await take_over(desk, page))
    assert (await shop.known())["a"].title == "Kurs a"


async def test_what_is_no_list_of_courses_is_answered_with_a_sentence(shop: Shop) -> None:
    desk = await shop.desk()
    for content in NO_LISTS:
        page = await upload(desk, content, name='<img src=x>"\u202e.csv')
        assert page.status_code == 200, content[:9]
        assert "Nothing can be taken over yet." in words(page), content[:9]
        assert "<img src=x>" not in page.text
        assert "\u202e" not in page.text


async def test_json_is_taken_over_too(shop: Shop) -> None:
    await shop.stock(course("a"))
    desk = await shop.desk()
    export = (await desk.get("/desk/courses/export.json")).json()
    listed = export if isinstance(export, list) else export["courses"]
    listed[0]["title"] = "Anders"
    done = await take_over(desk, await upload(desk, json.dumps(listed).encode(), name="kurse.json"))
    assert "0 new, 1 changed, 0 gone" in words(done)
    assert (await shop.known())["a"].title == "Anders"


async def test_when_most_would_go_somebody_has_to_say_so(shop: Shop) -> None:
    await shop.stock(*(course(f"k{number}") for number in range(20)))
    desk = await shop.desk()
    page = await upload(desk, table([course("k1")]))
    assert "19 courses would go: more than half." in words(page)
    refused = await take_over(desk, page)
    assert refused.status_code == 422
    assert "Please confirm that these courses shall go." in words(refused)
    assert len(await shop.known()) == 20
    assert "19 gone" in words(await take_over(desk, refused, sure="1"))
    assert list(await shop.known()) == ["k1"]


async def test_a_change_in_between_shows_a_new_preview(shop: Shop) -> None:
    await shop.stock(course("a"))
    anna, bela = await shop.desk(), await shop.desk("lead")
    page = await upload(anna, table([course("a", title="Neu")]))
    await bela.post(f"/desk/courses/{await shop.number('a')}/remove")
    stale = await take_over(anna, page)
    assert stale.status_code == 409
    assert "Somebody changed the courses in the meantime." in words(stale)
    assert "1 new 0 changed 0 gone 0 unchanged" in words(stale)
    assert hidden(stale, "revision") != hidden(page, "revision")
    assert "1 new" in words(await take_over(anna, stale))


async def test_courses_that_were_typed_at_the_desk_stay_and_their_numbers_are_theirs(shop: Shop) -> None:
    await shop.stock(course("getippt"), feed="desk")
    desk = await shop.desk()
    page = await upload(desk, table([course("a")]))
    assert "1 new 0 changed 0 gone" in words(page)
    await take_over(desk, page)
    assert set(await shop.known()) == {"getippt", "a"}
    foreign = await upload(desk, table([course("a"), course("getippt", title="Anders")]))
    assert "came from another source" in words(foreign)
    assert 'name="revision"' not in foreign.text


async def test_the_same_file_twice_has_nothing_to_take_over(shop: Shop) -> None:
    await shop.stock(course("a"))
    page = await upload(await shop.desk(), table([course("a")]))
    assert "There is nothing to take over." in words(page)
    assert "1 unchanged" in words(page)


async def test_files_are_of_who_sent_them_and_for_a_day(shop: Shop) -> None:
    anna, bela = await shop.desk(), await shop.desk()
    foreign = await shop.desk(municipality=shop.elsewhere)
    page = await upload(anna, table([course("a")]))
    for other in (bela, foreign):
        assert (await other.get(page.url.path)).status_code == 404
        assert (await other.post(page.url.path, {"revision": "0"})).status_code == 404
        assert (await other.post(f"{page.url.path}/drop")).status_code == 404
    async with shop.base.write() as session:
        await session.execute(update(uploads).values(at=utcnow() - timedelta(days=2)))
    assert (await anna.get(page.url.path)).status_code == 404
    assert await shop.known() == await shop.known(ELSEWHERE) == {}


async def test_a_new_upload_replaces_the_last_one_and_a_file_can_be_forgotten(shop: Shop) -> None:
    desk = await shop.desk()
    first = await upload(desk, table([course("a")]))
    second = await upload(desk, table([course("b")]))
    # Whether its number is given again is the database's affair: an old page must not take over the new file.
    other = await desk.post(first.url.path, {"revision": hidden(first, "revision"), "digest": hidden(first, "digest")})
    assert other.status_code in {404, 409}
    assert await shop.known() == {}
    assert "The file is forgotten." in words(await desk.post(f"{second.url.path}/drop"))
    assert (await desk.get(second.url.path)).status_code == 404


async def test_forged_revisions_change_nothing(shop: Shop) -> None:
    desk = await shop.desk()
    page = await upload(desk, table([course("a")]))
    for revision in ("", "-1", "x", "1" * 40, "²", "7"):
        form = {"revision": revision, "digest": hidden(page, "digest")}
        assert (await desk.post(page.url.path, form)).status_code in {400, 409}, revision
    assert await shop.known() == {}


async def test_the_script_is_told_where_to_go(shop: Shop) -> None:
    desk = await shop.desk()
    answer = await upload(desk, table([course("a")]), headers={"hx-request": "true", "x-csrf": desk.csrf}, follow_redirects=False)
    assert answer.status_code == 204
    assert answer.headers["hx-redirect"].startswith(f"{IMPORT}/")
    assert "1 new" in words(await desk.get(answer.headers["hx-redirect"]))
