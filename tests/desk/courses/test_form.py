"""One course as a form: adding, changing, errors at their fields, confirming, removing, taking back; hostile texts."""

from datetime import timedelta

from knowledge.courses.record import Course
from tests.desk.courses.shop import Shop, course, hidden, today, words
from tests.desk.settings.console import Signed

TYPED = {
    "title": "Deutsch am Abend",
    "provider_name": "Sprachschule Muster",
    "course_type": "integration_general",
    "level_from": "A1",
    "level_to": "A2",
    "start_date": "2027-01-11",
    "weekdays": ["mon", "wed"],
    "time_from": "18:00",
    "time_to": "20:15",
    "format": "presence",
    "town": "Musterstadt",
    "postcode": "00001",
    "childcare": "on_site",
    "accessible": "yes",
    "women_only": "yes",
    "places_max": "20",
    "places_booked": "5",
    "fee_per_ue": "2,29",
    "allowed_status": ["claim", "eu"],
}


async def edit(shop: Shop, desk: Signed, key: str, **changes: str) -> tuple[str, Course]:
    """Send the form of a course with something else in it."""
    number = await shop.number(key)
    version = hidden(await desk.get(f"/desk/courses/{number}"), "version")
    page = await desk.post(f"/desk/courses/{number}", TYPED | {"version": version} | changes)
    return words(page), (await shop.known())[key]


async def test_a_course_is_added(shop: Shop) -> None:
    desk = await shop.desk()
    assert "New course" in words(await desk.get("/desk/courses/new"))
    page = await desk.post("/desk/courses", TYPED)
    assert "The course is saved." in words(page)
    (found,) = (await shop.known()).values()
    assert found.title == "Deutsch am Abend"
    assert (found.weekdays, found.time_from, found.time_to) == ((0, 2), 1080, 1215)
    assert (found.places_free, str(found.fee_per_ue), found.allowed_status) == (15, "2.29", ("claim", "eu"))
    assert (found.women_only, found.rolling_entry, found.last_checked) == (True, False, today())
    assert found.id.startswith("desk-")
    assert [entry.subject.partition(":")[0] for entry in await shop.audited("course.added")] == ["import"]
    assert f"http://desk.test/courses/{await shop.number(found.id)}" in page.text


WRONG = (
    ("title", "", "every course needs it"),
    ("provider_name", "   ", "every course needs it"),
    ("course_type", "", "every course needs it"),
    ("level_from", "B1+", "not a level"),
    ("level_to", "A0", "not a level"),
    ("start_date", "31.02.2027", "no such day"),
    ("end_date", "2026-01-01", "before it begins"),
    ("time_from", "25:00", "time of day"),
    ("postcode", "1234567", "five figures"),
    ("provider_url", "javascript:alert(1)", "web address"),
    ("places_max", "viele", "whole number"),
    ("fee_per_ue", "zwei", "amount in euros"),
    ("title", "=HYPERLINK(1)", "formula"),
    ("notes", "<b>Hallo</b>", "HTML"),
    ("notes", "x" * 4000, "Shorten"),
)


async def test_what_is_wrong_is_said_at_its_field(shop: Shop) -> None:
    desk = await shop.desk()
    for field, value, said in WRONG:
        page = await desk.post("/desk/courses", TYPED | {field: value})
        assert page.status_code == 422, field
        assert "Not saved. Please look at the marked lines." in words(page)
        assert said in page.text.partition(f'id="{field}-error"')[2].partition("</p>")[0], field
        assert 'value="Deutsch am Abend"' in page.text or field == "title", "nothing that was typed is lost"
        group = page.text[: page.text.index(f'id="{field}-error"')].rpartition("<details")[2]
        assert " open" in group.partition(">")[0], "the group of the field is open, so that its error can be seen"
    assert await shop.known() == {}


async def test_a_course_is_changed_and_taken_back(shop: Shop) -> None:
    await shop.stock(course("a", notes="bleibt", last_checked=today() - timedelta(days=40)))
    desk = await shop.desk()
    found, changed = await edit(shop, desk, "a", title="Neuer Titel")
    assert "The course is saved." in found
    assert (changed.title, changed.last_checked, changed.notes) == ("Neuer Titel", today(), "")
    assert [entry.action for entry in await shop.audited("course.changed")] == ["course.changed"]
    page = await desk.get("/desk/courses/history")
    back = await desk.post(f"/desk/courses/history/{page.text.partition('/desk/courses/history/')[2].partition('/')[0]}/undo")
    assert "Taken back" in words(back)
    assert (await shop.known())["a"] == course("a", notes="bleibt", last_checked=today() - timedelta(days=40))


async def test_who_was_slower_overwrites_nothing(shop: Shop) -> None:
    await shop.stock(course("a"))
    anna, bela = await shop.desk(), await shop.desk("lead")
    number = await shop.number("a")
    version = hidden(await anna.get(f"/desk/courses/{number}"), "version")
    await edit(shop, bela, "a", title="Von Bela")
    page = await anna.post(f"/desk/courses/{number}", TYPED | {"version": version, "title": "Von Anna"})
    assert page.status_code == 409
    assert "Somebody changed this course in the meantime" in words(page)
    assert 'value="Von Anna"' in page.text
    assert (await shop.known())["a"].title == "Von Bela"


async def test_still_true_and_remove_with_undo(shop: Shop) -> None:
    old = course("a", last_checked=today() - timedelta(days=40))
    await shop.stock(old, course("b"))
    desk, number = await shop.desk(), await shop.number("a")
    page = await desk.post(f"/desk/courses/{number}/confirm")
    assert "The course counts as true from today" in words(page)
    assert (await shop.known())["a"].last_checked == today()
    page = await desk.post(f"/desk/courses/{number}/remove")
    assert "The course is removed." in words(page)
    assert list(await shop.known()) == ["b"]
    gone = words(await desk.get(f"/desk/courses/{number}"))
    assert "no longer in the catalogue" in gone
    assert "Course removed" in gone
    assert (await desk.post(f"/desk/courses/{number}/confirm")).status_code == 404
    assert (await desk.post(f"/desk/courses/{number}", TYPED)).status_code == 409
    undo = page.text.partition('action="/desk/courses/history/')[2].partition('"')[0]
    await desk.post(f"/desk/courses/history/{undo}")
    assert set(await shop.known()) == {"a", "b"}


async def test_who_only_reads_sees_everything_and_no_button(shop: Shop) -> None:
    await shop.stock(course("a", notes="Bitte anrufen"))
    desk, number = await shop.desk("adviser"), await shop.number("a")
    page = await desk.get(f"/desk/courses/{number}")
    assert "Bitte anrufen" in words(page)
    assert "Integration course" in words(page).replace("General integration", "Integration")
    assert 'name="title"' not in page.text
    for url in (f"/desk/courses/{number}", f"/desk/courses/{number}/remove", f"/desk/courses/{number}/confirm", "/desk/courses"):
        assert (await desk.post(url, TYPED)).status_code == 403
    assert (await shop.known())["a"].notes == "Bitte anrufen"


async def test_markup_from_files_is_text_everywhere(shop: Shop) -> None:
    evil = '"><script>alert(1)</script>{{7*7}}'
    await shop.stock(course("a", title=evil, provider_name=evil, notes=evil, town=evil))
    desk, number = await shop.desk(), await shop.number("a")
    for url in ("/desk/courses", f"/desk/courses/{number}", "/desk/courses/providers", "/desk/courses/history"):
        page = await desk.get(url)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "49" not in page.text.partition("<main")[2].partition("</h1>")[0]
