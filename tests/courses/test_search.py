"""Finding courses, rule by rule. That the rules hold together is shown in `test_search_drawn`."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from knowledge.courses import search
from knowledge.courses.filters import Filters
from knowledge.courses.record import Course
from knowledge.courses.search import Found, find
from tests.courses.drawn import TODAY, catalogue, course

LANDAU = Filters(place="Landau", slug="landau", lat=49.1984, lon=8.1169)


def look(filters: Filters, *courses: Course, limit: int = 3, offset: int = 0) -> Found:
    return find(catalogue(*courses), filters, today=TODAY, limit=limit, offset=offset)


def order(filters: Filters, *courses: Course) -> list[int]:
    return [hit.course for hit in look(filters, *courses, limit=99).hits]


# --- which courses fit


@pytest.mark.parametrize(
    ("said", "level", "fits"),
    [
        ({"level_from": "A2", "level_to": "B1"}, "A2", True),
        ({"level_from": "A2", "level_to": "B1"}, "B1", True),
        ({"level_from": "A2", "level_to": "B1"}, "A1", False),
        ({"level_from": "A2", "level_to": "B1"}, "B2", False),
        ({"level_to": "B2"}, "B2", True),
        ({"level_to": "B2"}, "B1", False),
        ({"level_from": "C1"}, "C1", True),
        ({}, "A1", False),
        ({"course_type": "integration_general"}, "B1", True),
        ({"course_type": "integration_general"}, "B2", False),
        ({"course_type": "integration_general", "level_from": "A2"}, "A1", False),
        ({"course_type": "integration_general", "level_from": "A2"}, "B1", True),
        ({"course_type": "bsk_c1"}, "C1", True),
        ({"course_type": "land_start"}, "A1", True),
        ({"course_type": "land_fit"}, "A1", False),
        ({"course_type": "sprachcafe"}, "C2", True),
        ({"course_type": "bsk_special"}, "B2", False),
    ],
)
def test_level(said: dict[str, object], level: str, *, fits: bool) -> None:
    assert order(Filters(level=level), course(**said)) == [0] * fits


@pytest.mark.parametrize(
    ("minutes", "part"), [(0, "morning"), (719, "morning"), (720, "afternoon"), (1019, "afternoon"), (1020, "evening")]
)
def test_part_of_day_goes_by_the_begin(minutes: int, part: str) -> None:
    found = [each for each in ("morning", "afternoon", "evening") if order(Filters(part=part), course(time_from=minutes)) and each == part]
    assert found == [part]
    assert order(Filters(part=part), course()) == []


def test_all_days_of_the_course_must_suit() -> None:
    both, one, none = course(weekdays=(0, 2)), course(weekdays=(0,)), course()
    assert order(Filters(weekdays=(0, 2)), both, one, none) == [0, 1]
    assert order(Filters(weekdays=(0,)), both, one, none) == [1]


def test_month_is_then_or_later_or_at_any_time() -> None:
    november, january, march = (course(start_date=day) for day in (date(2026, 11, 30), date(2027, 1, 1), date(2027, 3, 1)))
    rolling, unknown = course(rolling_entry=True, start_date=date(2026, 9, 1)), course(start_date=None)
    assert order(Filters(month="2027-01"), november, march, january, rolling, unknown) == [3, 2, 1]


def test_second_script_is_for_those_who_cannot_read_latin_letters_too() -> None:
    kinds = ["integration_literacy", "land_start_script", "integration_second_script", "integration_general"]
    assert order(Filters(literacy=True), *(course(course_type=kind) for kind in kinds)) == [0, 1, 2]


def test_a_course_for_women_may_be_of_any_type() -> None:
    assert order(Filters(women=True), course(women_only=True), course(course_type="mia"), course()) == [0, 1]


# --- where


def test_the_point_of_a_course_comes_from_itself_its_town_or_its_postcode() -> None:
    own = course(lat=49.5, lon=8.1, town="", postcode="")
    town = course(town="Bad Bergzabern", postcode="")
    code = course(town="Nirgendwo", postcode="76726")
    found = look(LANDAU, town, code, own, limit=9)
    assert {hit.course: hit.km for hit in found.hits} == {0: pytest.approx(13.6, abs=0.2), 1: pytest.approx(18.5, abs=0.6)}
    assert {hit.course: hit.km for hit in found.nearest} == {2: pytest.approx(33.6, abs=0.2)}


def test_without_a_point_the_same_town_or_district_is_near() -> None:
    somewhere = {"postcode": "", "town": "Nirgendwo"}
    district, town, neither = course(**somewhere, district_key="07313"), course(**somewhere), course(postcode="", town="Anderswo")
    here = replace(LANDAU, place="Nirgendwo")
    assert sorted(order(here, district, town, neither)) == [0, 1]
    assert all(hit.km is None for hit in look(here, district, town, neither).hits)


def test_the_radius_is_a_wish() -> None:
    near, far = course(), course(town="Speyer", postcode="67346")
    assert order(replace(LANDAU, radius=10), near, far) == [0]
    assert order(replace(LANDAU, radius=40), near, far) == [0, 1]


def test_online_courses_are_last_alternatives_for_those_who_name_a_place() -> None:
    online = course(format="online", town="Mainz", postcode="55116", level_to="B1")
    far = course(town="Mainz", postcode="55116", level_to="B1")
    found = look(replace(LANDAU, level="B1"), online, far)
    assert found.total == 0
    assert [(hit.course, hit.km) for hit in found.nearest] == [(1, pytest.approx(88, abs=2)), (0, None)]


def test_online_courses_are_first_class_for_those_who_want_one() -> None:
    online, hybrid, far_hybrid, room = (
        course(format="online", town="Mainz", postcode="55116"),
        course(format="hybrid"),
        course(format="hybrid", town="Mainz", postcode="55116"),
        course(),
    )
    found = look(replace(LANDAU, online=True), online, hybrid, far_hybrid, room)
    assert [(hit.course, hit.km) for hit in found.hits] == [(0, None), (1, pytest.approx(0, abs=0.5))]
    assert found.hits[0].why == ("online",)
    assert found.gained == {"place": 3, "online": 2}


def test_without_a_place_online_courses_come_behind_unless_wanted() -> None:
    online, room = course(format="online", start_date=TODAY), course()
    assert order(Filters(), online, room) == [1, 0]
    assert order(Filters(presence=True), online, room) == [1]
    assert order(Filters(online=True), online, room) == [0]


# --- which first


def test_a_known_free_place_before_an_unknown_one_before_none() -> None:
    full, unknown, free = course(places_free=0), course(), course(places_free=2, start_date=TODAY + timedelta(days=70))
    assert order(Filters(), full, unknown, free) == [2, 1, 0]


def test_what_was_known_a_week_ago_is_known_what_was_known_before_is_not() -> None:
    week, older = (
        course(places_free=1, last_checked=TODAY - timedelta(days=7)),
        course(places_free=0, last_checked=TODAY - timedelta(days=8)),
    )
    unknown = course()
    assert order(Filters(), older, unknown, week) == [2, 0, 1]


def test_the_sooner_start_first_and_begun_or_closed_courses_last() -> None:
    begun = course(start_date=TODAY - timedelta(days=1), places_free=5)
    closed = course(registration_deadline=TODAY - timedelta(days=1), places_free=5)
    unknown = course(start_date=None)
    later, today = course(start_date=TODAY + timedelta(days=9)), course(start_date=TODAY)
    rolling = course(start_date=TODAY - timedelta(days=100), rolling_entry=True)
    spring = course(start_date=TODAY + timedelta(days=100), rolling_entry=True)
    assert order(Filters(), begun, closed, unknown, spring, later, today, rolling) == [5, 6, 4, 3, 2, 0, 1]


def test_the_nearer_first_if_all_else_is_equal_then_the_number() -> None:
    away, landau = course(town="Germersheim", postcode="76726"), course()
    assert order(LANDAU, away, landau, landau) == [1, 2, 0]
    assert order(Filters(), away, landau, landau) == [0, 1, 2]


def test_courses_for_a_group_come_behind_unless_they_are_asked_for() -> None:
    women = course(women_only=True, start_date=TODAY)
    youth, cafe = course(course_type="integration_youth", start_date=TODAY), course(course_type="sprachcafe", rolling_entry=True)
    everybody = course(course_type="integration_general")
    assert order(Filters(), women, youth, cafe, everybody) == [3, 0, 1, 2]
    assert order(Filters(level="A1", young=True), women, youth, cafe, everybody) == [1]
    assert order(Filters(kind="integration"), women, youth, cafe, everybody) == [3, 1]


# --- freshness


def test_ended_courses_are_never_shown_and_older_entries_only_on_request() -> None:
    ended = course(end_date=TODAY - timedelta(days=1))
    ends = course(end_date=TODAY)
    month, older = course(last_checked=TODAY - timedelta(days=30)), course(last_checked=TODAY - timedelta(days=31), start_date=TODAY)
    expired, valid = course(valid_until=TODAY - timedelta(days=1)), course(valid_until=TODAY)
    all_six = (ended, ends, month, older, expired, valid)
    found = look(Filters(), *all_six, limit=9)
    assert ([hit.course for hit in found.hits], found.total, found.older) == ([1, 2, 5], 3, 2)
    found = look(Filters(older=True), *all_six, limit=9)
    assert ([hit.course for hit in found.hits], found.total, found.older) == ([1, 2, 5, 3, 4], 5, 2)


# --- nothing found


def test_the_blocker_is_the_wish_without_which_there_is_most() -> None:
    b1 = [course(level_to="B1", time_from=540), course(level_to="B1", time_from=600)]
    found = look(Filters(level="B1", part="evening", childcare=True), *b1, course(level_to="B1", time_from=1080))
    assert (found.total, found.blocker, found.gained) == (0, "childcare", {"level": 0, "part": 0, "childcare": 1})


def test_if_no_single_wish_is_in_the_way_the_rarest_is_named() -> None:
    found = look(Filters(level="C2", part="evening"), course(level_to="B1", time_from=540), course(level_to="A1", time_from=540))
    assert (found.total, found.blocker, found.gained) == (0, "level", {"level": 0, "part": 0})
    found = look(Filters(level="C2", part="evening"), course(level_to="C1"), course(level_to="A1", time_from=1080))
    assert found.blocker == "level"


def test_an_empty_catalogue_blames_no_wish() -> None:
    found = look(Filters(level="B1"))
    assert (found.total, found.hits, found.blocker, found.nearest) == (0, (), "", ())


def test_no_blocker_if_something_fits() -> None:
    assert look(Filters(level="B1"), course(level_to="B1")).blocker == ""


def test_alternatives_fill_up_the_last_page_with_what_misses_least() -> None:
    fits = course(level_to="B1", time_from=1080)
    morning = course(level_to="B1", time_from=540)
    next_level = course(level_to="B2", time_from=1080)
    other = course(level_to="A1", time_from=540)
    found = look(Filters(level="B1", part="evening"), other, next_level, morning, fits)
    assert [hit.course for hit in found.hits] == [3]
    assert [(hit.course, hit.misses) for hit in found.nearest] == [(2, ("part",)), (1, ("level",)), (0, ("level", "part"))]


def test_a_full_course_or_one_for_others_is_a_poor_alternative() -> None:
    full = course(level_to="B1", time_from=540, places_free=0)
    women = course(level_to="B1", time_from=540, women_only=True)
    weekend = course(level_to="B1", time_from=1080, weekdays=(5,), start_date=TODAY + timedelta(days=90))
    found = look(Filters(level="B1", part="evening", weekdays=(0,)), women, full, replace(weekend, time_from=1080))
    assert [hit.course for hit in found.nearest] == [2, 1, 0]


def test_what_misses_too_much_is_no_alternative() -> None:
    far = course(town="Trier", postcode="54290", level_to="C2", time_from=540)
    assert look(replace(LANDAU, level="A1", part="evening"), far).nearest == ()


def test_without_wishes_there_are_no_alternatives() -> None:
    assert look(Filters(), course()).nearest == ()


def test_unknown_owners_have_no_courses() -> None:
    index = search.build([(7, "landau", course()), (5, "", course()), (9, "mainz", course())])
    assert [hit.course for hit in find(index, Filters(), today=TODAY).hits] == [5, 7, 9]
    assert [hit.course for hit in find(index, Filters(), today=TODAY, owners=["mainz", ""]).hits] == [5, 9]
    assert find(index, Filters(), today=TODAY, owners=["worms"]).total == 0
    assert find(index, Filters(), today=TODAY, owners=[]).total == 0
