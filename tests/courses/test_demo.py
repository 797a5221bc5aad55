"""The fictional catalogue of a demonstration: everything is in it, it is plainly marked, and it is fresh in every week."""

from collections import Counter
from datetime import date, timedelta

import pytest

from knowledge.courses import catalogue
from knowledge.courses.demo import ANCHOR, FILE, ensure_demo
from knowledge.courses.filters import Filters, at
from knowledge.courses.freshness import has_ended, is_older, places_known
from knowledge.courses.read import read
from knowledge.courses.record import COURSE_TYPES, LEVELS, Course
from knowledge.courses.search import find
from knowledge.courses.shelf import Shelf
from knowledge.geo import locate
from knowledge.loader import shipped
from store.database import Database

SUNDAY = ANCHOR + timedelta(days=6)


@pytest.fixture(scope="module")
def courses() -> list[Course]:
    sheet = read(FILE.name, FILE.read_bytes(), today=ANCHOR)
    assert sheet.problems == []
    return list(sheet.courses)


def test_there_is_everything(courses: list[Course]) -> None:
    assert len(courses) == 60
    assert {course.course_type for course in courses} == set(COURSE_TYPES)
    assert {level for course in courses for level in (course.level_from, course.level_to) if level} == set(LEVELS)
    assert {course.format for course in courses} == {"presence", "online", "hybrid"}
    assert {course.town for course in courses} == {"Lotsenau", "Beispielstadt", "Musterhafen", "Probenheim"}
    many = Counter[str]()
    for course in courses:
        many["full"] += course.places_free == 0
        many["with childcare"] += course.childcare == "on_site"
        many["for women"] += course.women_only
        many["at any time"] += course.rolling_entry
        many["older"] += is_older(course, ANCHOR)
        many["free places known"] += places_known(course, SUNDAY) and bool(course.places_free)
        many["has begun"] += course.start_date is not None and course.start_date < ANCHOR and not course.rolling_entry
        many["at the weekend"] += bool(course.weekdays) and set(course.weekdays) <= {5, 6}
    assert all(count >= 1 for count in many.values()), many
    assert min(many["full"], many["with childcare"], many["for women"], many["at any time"], many["older"]) >= 4


def test_it_is_plainly_invented(courses: list[Course]) -> None:
    assert [course.id for course in courses if "(Demo)" not in course.provider_name or course.contact_phone] == []
    assert [course.id for course in courses if course.district_key != "00000" or not course.postcode.startswith("0000")] == []
    assert [course.id for course in courses if not course.provider_url.endswith(".example")] == []


@pytest.mark.parametrize("days", [0, 6, 2000])
async def test_it_is_fresh_on_every_day(base: Database, days: int) -> None:
    today = ANCHOR + timedelta(days=days)
    async with base.write() as session:
        await ensure_demo(session, today=today)
        shelf = Shelf(demo=True)
        found = [kept.course for kept in (await shelf.courses(session, (await shelf.index(session)).ids.tolist())).values()]
    assert len(found) == 60
    assert [course.id for course in found if has_ended(course, today) or course.last_checked > today] == []
    assert sum(is_older(course, today) for course in found) == 4
    assert [
        course.id for course in found if course.start_date and course.weekdays and course.start_date.weekday() != course.weekdays[0]
    ] == []
    assert sum(course.start_date is not None and course.start_date > today for course in found) > 40


async def test_it_is_imported_once_a_week(base: Database) -> None:
    async with base.write() as session:
        await ensure_demo(session, today=ANCHOR)
        await ensure_demo(session, today=SUNDAY)
        assert len(await catalogue.history(session, owner="demo")) == 1
        await catalogue.remove(session, owner="demo", ids=["demo-cafe-l"], actor="user:1", today=SUNDAY)
        await ensure_demo(session, today=SUNDAY)
        assert await catalogue.revision(session, owner="demo") == 2
        await ensure_demo(session, today=SUNDAY + timedelta(days=1))
        entries = await catalogue.history(session, owner="demo")
    assert [(entry.kind, entry.new, entry.changed, entry.gone) for entry in entries] == [
        ("import", 1, 59, 0),
        ("remove", 0, 0, 1),
        ("import", 60, 0, 0),
    ]


async def test_courses_are_found_around_the_invented_towns(base: Database) -> None:
    async with base.write() as session:
        await ensure_demo(session, today=date(2027, 3, 4))
        shelf = Shelf(demo=True)
        index = await shelf.index(session)
        [spot] = locate(shipped().places, "B1 am Abend in Musterhafen", demo=True)
        found = find(index, at(Filters(level="B1", part="evening"), spot), today=date(2027, 3, 4))
        first = await shelf.course(session, found.hits[0].course)
    assert first is not None
    assert first.course.id == "demo-vhs-b1-abend"
    assert found.hits[0].km == pytest.approx(17.6, abs=0.5)
    assert found.total >= 2
