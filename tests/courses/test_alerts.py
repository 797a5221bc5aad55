"""Who is told what of a changed catalogue: exactly those whose wishes match, or who know the course, and each thing once."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from knowledge.courses import alerts, catalogue, demand, filters, search, telling
from knowledge.courses.demand import Demand
from knowledge.courses.filters import Filters
from knowledge.courses.record import Course
from store.courses import CourseAlert, CourseNews
from store.database import Database
from store.tables import Address
from tests import scheduling
from tests.courses.alerting import DAY, NOON, TODAY, Office, course, free, full

A1 = Filters(level="A1")
EVENING = Filters(level="A1", part="evening")


@pytest.fixture
def office(base: Database) -> Office:
    return Office(base)


async def test_a_new_course_is_told_to_exactly_those_whom_it_fits(office: Office) -> None:
    fits, same, other = await office.waiting(A1), await office.waiting(A1), await office.waiting(Filters(level="C1"))
    nobody = await office.person()
    await office.file(course("1"), course("2", level_from="C1", level_to="C2"), course("3", end_date=TODAY - DAY))
    assert [await office.untold(who) for who in (fits, same, other, nobody)] == [[("1", "new")], [("1", "new")], [("2", "new")], []]


async def test_nothing_that_was_there_before_the_alert_is_new(office: Office) -> None:
    await office.file(course("1"))
    who = await office.waiting(A1)
    await office.file(course("1", notes="neu"), course("2"))
    assert await office.untold(who) == [("2", "new")]


async def test_two_alerts_of_one_person_that_fit_are_one_piece_of_news(office: Office) -> None:
    who = await office.waiting(A1)
    await office.waits(who, EVENING)
    await office.file(course("1"))
    assert await office.untold(who) == [("1", "new")]


async def test_a_course_that_is_changed_until_it_fits_is_new_once(office: Office) -> None:
    who = await office.waiting(EVENING)
    await office.file(course("1", time_from=540))
    assert await office.untold(who) == []
    await office.file(course("1"))
    assert await office.told(who) == [("1", "new")]
    await office.file(course("1", time_from=540))
    await office.told(who, days=1)
    await office.file(course("1"))
    assert ("1", "new") not in await office.untold(who)


async def test_a_course_that_was_confirmed_after_a_long_time_is_new_for_who_could_not_find_it(office: Office) -> None:
    await office.file(old := course("1", last_checked=TODAY - 40 * DAY))
    who = await office.waiting(A1)
    async with office.base.write() as session:
        await catalogue.confirm(session, owner="testort", ids=[old.id], today=TODAY, actor="provider")
    assert await office.told(who) == [("1", "new")]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (full(course()), free(course()), True),
        (course(places_max=None, places_booked=None), free(course()), True),
        (free(course()), free(course(), 5), False),
        (free(course()), full(course()), False),
        (full(course()), replace(free(course()), last_checked=TODAY - 8 * DAY), False),
        (full(course()), replace(free(course()), level_from="C1", level_to="C1"), False),
    ],
)
async def test_a_place_that_becomes_free_is_told(office: Office, before: Course, after: Course, *, told: bool) -> None:
    await office.file(before)
    who = await office.waiting(A1)
    await office.file(after)
    assert await office.untold(who) == ([("1", "places")] if told else [])


async def test_a_place_that_is_taken_again_before_it_is_told_is_not_told(office: Office) -> None:
    await office.file(full(course()))
    who = await office.waiting(A1)
    await office.file(free(course()))
    await office.file(full(course()))
    assert await office.told(who) == []
    assert await office.untold(who) == []


async def test_a_place_in_a_known_course_is_told_although_it_had_not_been_confirmed(office: Office) -> None:
    await office.file(full(course()))
    who = await office.waiting(A1)
    office.today = TODAY + 40 * DAY
    fresh = course(last_checked=office.today, rolling_entry=True)
    await office.file(full(fresh))
    assert await office.told(who) == [("1", "new")]
    office.today += 40 * DAY
    await office.file(free(replace(fresh, last_checked=office.today)))
    assert await office.told(who) == [("1", "places")]


async def test_new_dates_are_told_to_those_who_were_told_and_to_those_who_go(office: Office) -> None:
    told, untold, goes = await office.waiting(A1), await office.waiting(A1), await office.person()
    await office.file(course())
    assert await office.told(told) == [("1", "new")]
    await office.goes(goes, "1")
    await office.file(course(start_date=TODAY + 21 * DAY))
    assert [await office.untold(who) for who in (told, untold, goes)] == [[("1", "dates")], [("1", "new")], [("1", "dates")]]
    assert await office.told(untold) == [("1", "new")]
    assert await office.told(goes) == [("1", "dates")]


async def test_new_dates_that_are_taken_back_are_not_told(office: Office) -> None:
    goes = await office.person()
    await office.file(course())
    await office.goes(goes, "1")
    await office.file(course(time_from=600))
    await office.file(course(time_from=660))
    await office.file(course())
    assert await office.told(goes) == []


async def test_the_end_of_a_course_is_told_to_those_who_know_it_and_only_while_it_would_last(office: Office) -> None:
    told, goes, other = await office.waiting(A1), await office.person(), await office.person()
    await office.file(course(), course("2", end_date=TODAY + DAY))
    await office.told(told)
    for key in ("1", "2"):
        await office.goes(goes, key)
    office.today = TODAY + 2 * DAY
    await office.file()
    assert [await office.untold(who) for who in (told, goes, other)] == [[("1", "cancelled")], [("1", "cancelled")], []]
    assert await office.told(told) == [("1", "cancelled")]


async def test_a_course_that_is_gone_before_it_was_told_is_not_told(office: Office) -> None:
    who = await office.waiting(A1)
    await office.file(course("1"), course("2"))
    await office.file(course("2"))
    assert await office.told(who) == [("2", "new")]
    assert await office.untold(who) == []


async def test_a_course_that_is_back_before_its_end_was_told_is_no_news(office: Office) -> None:
    who = await office.waiting(A1)
    await office.file(course())
    await office.told(who)
    await office.file()
    await office.file(course())
    assert await office.told(who, days=1) == []


async def test_a_course_that_is_back_is_told_to_those_who_heard_of_its_end(office: Office) -> None:
    told, goes = await office.waiting(A1), await office.person()
    await office.file(course())
    await office.goes(goes, "1")
    assert await office.told(told) == [("1", "new")]
    await office.file()
    assert [await office.told(who, days=1) for who in (told, goes)] == [[("1", "cancelled")]] * 2
    await office.file(course())
    assert [await office.told(who, days=2) for who in (told, goes)] == [[("1", "new")]] * 2


async def test_an_import_that_is_taken_back_leaves_no_trace_with_those_who_heard_nothing(office: Office) -> None:
    await office.file(*(course(str(number)) for number in range(10)))
    early, late, goes = await office.waiting(A1), await office.waiting(A1), await office.person()
    await office.goes(goes, "1")
    mistake = await office.file(course("0", start_date=TODAY + 30 * DAY), course("new"))
    assert await office.told(early) == [("new", "new")]
    await office.undo(mistake)
    assert await office.untold(early) == [("new", "cancelled")]
    assert await office.untold(late) == []
    assert await office.untold(goes) == []


async def test_who_heard_of_new_dates_hears_that_they_were_wrong_and_nobody_else(office: Office) -> None:
    first, second = await office.person(), await office.person()
    await office.file(course())
    for who in (first, second):
        await office.goes(who, "1")
    mistake = await office.file(course(time_from=600))
    assert await office.told(first) == [("1", "dates")]
    await office.undo(mistake)
    assert await office.told(first, days=1) == [("1", "dates")]
    assert await office.told(second, days=1) == []


async def test_who_heard_that_a_course_is_gone_hears_that_it_is_back(office: Office) -> None:
    await office.file(course())
    told, late, other = await office.person(), await office.person(), await office.waiting(A1)
    for who in (told, late):
        await office.goes(who, "1")
    mistake = await office.file()
    assert await office.told(told) == [("1", "cancelled")]
    await office.undo(mistake)
    assert [await office.untold(who) for who in (told, late, other)] == [[("1", "new")], [], []]


async def test_changes_of_the_desk_go_the_same_way(office: Office) -> None:
    who = await office.waiting(A1)
    async with office.base.write() as session:
        about: Any = {"owner": "testort", "actor": "user:1", "today": TODAY}
        await catalogue.edit(session, course=course(), old_id=None, **about)
        assert [row.kind for row in await session.scalars(select(CourseNews))] == ["new"]
    assert await office.told(who) == [("1", "new")]
    async with office.base.write() as session:
        await catalogue.edit(session, course=free(course()), old_id="1", **about)
        await catalogue.remove(session, ids=["1"], **about)
    assert await office.told(who, days=1) == [("1", "cancelled")]


async def test_who_is_reached_nowhere_is_given_up(office: Office) -> None:
    who = await office.waiting(A1)
    await office.file(course())
    async with office.base.write() as session:
        await session.execute(update(Address).where(col(Address.person_id) == who).values(unreachable=True))
    assert await office.told(who) == []
    assert await office.untold(who) == []


async def test_news_are_told_once_and_on_one_occasion_a_day(office: Office) -> None:
    who = await office.waiting(A1)
    await office.file(course("1"))
    assert await office.told(who) == [("1", "new")]
    assert await office.told(who) == []
    await office.file(course("1"), course("2"))
    with pytest.raises(telling.LaterError):
        await office.told(who)
    assert await office.told(who, days=1) == [("2", "new")]


async def test_stopping_one_alert_leaves_what_another_one_wants(office: Office) -> None:
    who = await office.person()
    broad, narrow = await office.waits(who, A1), await office.waits(who, EVENING)
    await office.file(course("1"), course("2", time_from=540))
    async with office.base.write() as session:
        assert not await alerts.stop(session, person=who + 1, alert=broad, today=TODAY)
        assert await alerts.stop(session, person=who, alert=broad, today=TODAY)
    assert await office.told(who) == [("1", "new")]
    async with office.base.read() as session:
        assert [one.id for one in await alerts.of_person(session, person=who)] == [narrow]


async def test_after_stopping_nothing_comes_and_the_day_is_still_used_up(office: Office) -> None:
    who = await office.waiting(A1)
    await office.file(course("1"))
    assert await office.told(who) == [("1", "new")]
    async with office.base.write() as session:
        await alerts.stop_all(session, person=who)
    await office.file(course("1", start_date=TODAY + 20 * DAY), course("2"))
    assert await office.untold(who) == []
    await office.waits(who, A1)
    await office.file(course("1", start_date=TODAY + 20 * DAY), course("2"), course("3"))
    with pytest.raises(telling.LaterError):
        await office.told(who)


async def test_the_same_wishes_are_one_alert_that_lasts_longer_and_there_are_ten_at_most(office: Office) -> None:
    who = await office.person()
    first = await office.waits(who, A1)
    office.today += DAY
    assert await office.waits(who, replace(A1, older=True)) == first
    async with office.base.write() as session:
        (kept,) = await alerts.of_person(session, person=who)
        assert kept.until == scheduling.local(office.today, 9) + alerts.LIVES
        for day in range(1, alerts.MOST):
            assert await alerts.save(session, person=who, filters=Filters(month=f"2027-{day:02}"), now=NOON)
        assert await alerts.save(session, person=who, filters=EVENING, now=NOON) is None
        assert await alerts.save(session, person=who, filters=A1, now=NOON)


def _some_course(chance: random.Random, number: int) -> Course:
    level = chance.choice(("A1", "A2", "B1", "B2"))
    booked = chance.choice((None, 8, 10))
    known = {"level_from": level, "level_to": level, "time_from": chance.choice((540, 840, 1080)), "places_booked": booked}
    start = TODAY + chance.randrange(-20, 40) * DAY
    childcare, online = chance.choice(("none", "on_site")), chance.choice(("presence", "online"))
    dates = {"start_date": start, "end_date": start + 90 * DAY, "last_checked": TODAY - chance.choice((0, 0, 10, 40)) * DAY}
    return course(str(number), childcare=childcare, format=online, **known, **dates)


def _some_filters(chance: random.Random) -> Filters:
    level, part = chance.choice(("", "", "A1", "A2")), chance.choice(("", "", "", "morning", "evening"))
    return Filters(level=level, part=part, childcare=chance.random() < 0.2, month=chance.choice(("", "", "2027-01")))


def _expected(wanted: Filters, before: dict[str, Course], after: dict[str, Course]) -> list[tuple[str, str]]:
    """Course by course from two searches, one before and one after: what the first import after the alert means for it."""

    def fits(courses: dict[str, Course]) -> set[str]:
        index = search.build((int(key), "", one) for key, one in courses.items())
        return {str(number) for number in search.matching(index, wanted, today=TODAY)}

    found, fitted = [], fits(before)
    for key in fits(after):
        was, now = before.get(key), after[key]
        young = TODAY - now.last_checked <= timedelta(days=7)
        if key not in fitted:
            found.append((key, "new"))
        elif was and not was.places_free and now.places_free and young:
            found.append((key, "places"))
    return sorted(found)


@pytest.mark.parametrize("seed", range(2))
async def test_everybody_gets_exactly_what_matches(office: Office, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    before = {str(number): _some_course(chance, number) for number in range(60)}
    after = {str(number): _some_course(chance, number) for number in range(10, 70)}
    await office.file(*before.values())
    wishes: Sequence[Filters] = [wanted for _ in range(25) if filters.names(wanted := _some_filters(chance))]
    waiting = {await office.waiting(wanted): wanted for wanted in wishes}
    await office.file(*after.values())
    found = {who: await office.untold(who) for who in waiting}
    assert found == {who: _expected(wanted, before, after) for who, wanted in waiting.items()}
    assert {kind for news in found.values() for _, kind in news} == {"new", "places"}


async def test_small_groups_of_people_who_wait_are_hidden_and_nothing_is_added_up(office: Office) -> None:
    async with office.base.write() as session:
        here = (await scheduling.town(session)).municipality
        away = (await scheduling.town(session, slug="anderswo")).municipality
    landau = Filters(level="B1", place="Landau", slug="landau")
    for wanted, number in ((landau, 5), (replace(landau, childcare=True), 4), (Filters(literacy=True), 7)):
        for _ in range(number):
            who = await office.person(municipality=here)
            await office.waits(who, wanted)
            await office.waits(who, replace(wanted, part="evening"))
    await office.waits(await office.person(municipality=away), landau)
    async with office.base.read() as session:
        found = await demand.counts(session, owner="testort")
        assert await demand.counts(session, owner="anderswo") == [Demand(level="B1", place="Landau", childcare=False, people=None)]
    assert found == [
        Demand(level=demand.LITERACY, place="", childcare=False, people=7),
        Demand(level="B1", place="Landau", childcare=False, people=5),
        Demand(level="B1", place="Landau", childcare=True, people=None),
    ]


async def test_alerts_are_kept_with_their_wishes(office: Office) -> None:
    await office.waiting(EVENING)
    async with office.base.read() as session:
        row = (await session.scalars(select(CourseAlert))).one()
    assert filters.of_state(row.filters) == EVENING
    assert row.digest == filters.digest(EVENING)
