"""Courses to which people go: their reminders, what becomes of them when the course changes, and what is said."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot import codec
from bot.inbox import Desk
from bot.jobs import Jobs
from knowledge.courses import enrolments
from knowledge.model import Knowledge
from scheduler import lead_times, reminders
from store.courses import Enrolment
from store.crypto import Keyring
from store.database import Database
from store.scheduling import Reminder
from store.tables import Message
from tests.courses.alerting import DAY, NOON, TODAY, Office, course
from tests.reminding import jobs_of
from tests.scheduling import BERLIN, local

STARTS, ENDS = TODAY + 14 * DAY, TODAY + 134 * DAY


@pytest.fixture
def office(base: Database) -> Office:
    return Office(base)


@pytest.fixture
def jobs(base: Database, keyring: Keyring, knowledge: Knowledge) -> Jobs:
    return jobs_of(base, Desk(owner="test", keyring=keyring, index_key=b"i" * 32), knowledge)


async def planned(office: Office, now: datetime = NOON) -> list[tuple[str, datetime, int, str]]:
    """Kind, moment, version of the dates (1, 2, …) and state of all reminders, after the periodic work."""
    async with office.base.write() as session:
        await reminders.plan_enrolments(session, now)
        rows = list(await session.scalars(select(Reminder).order_by(col(Reminder.revision), col(Reminder.due_at))))
    versions = sorted({row.revision for row in rows})
    return [(row.kind, row.due_at, versions.index(row.revision) + 1, row.state) for row in rows]


async def said(office: Office, keyring: Keyring, who: int) -> list[dict[str, Any]]:
    async with office.base.read() as session:
        rows = await session.scalars(select(col(Message.sealed_payload)).where(col(Message.person_id) == who).order_by(col(Message.id)))
        return [codec.open_message(keyring, sealed) for sealed in rows]


async def test_the_day_before_and_four_weeks_before_the_end(office: Office, jobs: Jobs, keyring: Keyring) -> None:
    who = await office.person()
    await office.file(course())
    await office.goes(who, "1")
    await office.goes(who, "1")
    day_before, next_step = local(STARTS - DAY, 17), local(ENDS - 28 * DAY, 10)
    assert await planned(office) == [("day_before", day_before, 1, "pending"), ("weeks_4", next_step, 1, "pending")]
    assert await planned(office) == await planned(office)
    assert [await jobs.remind(at) for at in (day_before - timedelta(seconds=1), day_before, next_step)] == [0, 1, 1]
    first, second = await said(office, keyring, who)
    assert "Kurs 1 (Demo)" in first["text"]
    assert "Your course starts: Saturday, December 5, 2026." in first["text"]
    assert "18:00–20:00" in first["text"]
    assert "Plan the next step now" in second["text"]
    ids = [choice["id"] for row in second["rows"] for choice in row]
    assert ids[:2] == ["find_course", "book"]


async def test_new_dates_have_new_reminders_and_the_old_ones_are_not_said(office: Office, jobs: Jobs) -> None:
    who = await office.person()
    await office.file(course())
    await office.goes(who, "1")
    await planned(office)
    await office.file(course(start_date=STARTS + 7 * DAY, end_date=ENDS))
    # Even before the new ones are written.
    assert await jobs.remind(local(STARTS - DAY, 17)) == 0
    assert await planned(office) == [
        ("day_before", local(STARTS - DAY, 17), 1, "void"),
        ("weeks_4", local(ENDS - 28 * DAY, 10), 1, "void"),
        ("day_before", local(STARTS + 6 * DAY, 17), 2, "pending"),
        ("weeks_4", local(ENDS - 28 * DAY, 10), 2, "pending"),
    ]


async def test_a_course_that_is_no_longer_offered_is_not_reminded_of_until_it_is_back(office: Office, jobs: Jobs) -> None:
    who = await office.person()
    await office.file(course())
    await office.goes(who, "1")
    await planned(office)
    await office.file()
    assert {state for *_, state in await planned(office)} == {"void"}
    assert await jobs.remind(local(STARTS - DAY, 17)) == 0
    await office.file(course())
    assert [row[:2] for row in await planned(office) if row[3] == "pending"] == [
        ("day_before", local(STARTS - DAY, 17)),
        ("weeks_4", local(ENDS - 28 * DAY, 10)),
    ]


async def test_who_does_not_go_any_more_is_not_reminded(office: Office, jobs: Jobs) -> None:
    who, other = await office.person(), await office.person()
    await office.file(course())
    for one in (who, other):
        await office.goes(one, "1")
    await planned(office)
    async with office.base.write() as session:
        number = await office.number("1")
        assert await enrolments.stop(session, person=who, course=number)
        assert await enrolments.stop(session, person=who, course=number) is None
    assert await jobs.remind(local(STARTS - DAY, 17)) == 1


async def test_who_goes_again_after_all_is_reminded_again(office: Office, jobs: Jobs) -> None:
    who = await office.person()
    await office.file(course())
    number = await office.number("1")
    async with office.base.write() as session:
        session.add(Enrolment(person_id=who, course_id=number, starts_on=STARTS, ends_on=ENDS))
    await planned(office)
    async with office.base.write() as session:
        first = await enrolments.stop(session, person=who, course=number)
        assert first
        await reminders.void(session, subject="enrolment", subject_id=first)
    await office.goes(who, "1")
    await planned(office)
    assert await jobs.remind(local(STARTS - DAY, 17)) == 1


async def test_nobody_goes_to_a_course_that_is_not_there(office: Office) -> None:
    who = await office.person()
    await office.file(course())
    number = await office.number("1")
    await office.file()
    async with office.base.write() as session:
        assert await enrolments.enrol(session, person=who, course=number) is None
        assert await enrolments.enrol(session, person=who, course=number + 1) is None
        assert list(await session.scalars(select(Enrolment))) == []


async def test_the_list_is_in_the_order_of_the_start_and_says_what_is_gone(office: Office) -> None:
    who = await office.person()
    await office.file(course("1"), course("2", start_date=TODAY + DAY), course("3", start_date=None, end_date=None))
    for key in ("1", "2", "3"):
        await office.goes(who, key)
    await office.file(course("1"), course("3", start_date=None, end_date=None))
    async with office.base.read() as session:
        mine = await enrolments.of_person(session, person=who)
    assert [(one.record.id, one.starts_on, one.gone) for one in mine] == [("1", STARTS, False), ("2", None, True), ("3", None, False)]
    assert [row[0] for row in await planned(office)] == ["day_before", "weeks_4"]


QUIET: Any = {"zone": BERLIN, "quiet_from": 21 * 60, "quiet_until": 8 * 60}


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (STARTS, ENDS, {"day_before": local(STARTS - DAY, 17), "weeks_4": local(ENDS - 28 * DAY, 10)}),
        (STARTS, None, {"day_before": local(STARTS - DAY, 17)}),
        (None, ENDS, {"weeks_4": local(ENDS - 28 * DAY, 10)}),
        (None, None, {}),
        # Shorter than four weeks: what comes next is asked when it has begun, and not at all if it lasts a day or two.
        (STARTS, STARTS + 10 * DAY, {"day_before": local(STARTS - DAY, 17), "weeks_4": local(STARTS + DAY, 10)}),
        (STARTS, STARTS + DAY, {"day_before": local(STARTS - DAY, 17)}),
        (TODAY - 60 * DAY, TODAY + 20 * DAY, {}),
        (TODAY, TODAY + 60 * DAY, {"weeks_4": local(TODAY + 32 * DAY, 10)}),
    ],
)
def test_when_somebody_is_written_to(starts: date | None, ends: date | None, expected: dict[str, datetime]) -> None:
    assert lead_times.of_course(starts, ends, now=NOON, **QUIET) == expected


@pytest.mark.parametrize("starts", [date(2027, 3, 28), date(2027, 3, 29), date(2027, 10, 31), date(2027, 11, 1)])
def test_the_hour_stays_when_the_clock_changes_and_is_never_quiet(starts: date) -> None:
    for quiet_from, quiet_until in ((21 * 60, 8 * 60), (16 * 60, 11 * 60)):
        quiet: Any = {"zone": BERLIN, "quiet_from": quiet_from, "quiet_until": quiet_until}
        due = lead_times.of_course(starts, starts + 28 * DAY, now=NOON, **quiet)
        assert due["day_before"].astimezone(BERLIN).date() == starts - DAY
        assert not any(lead_times.is_quiet(at, **quiet) for at in due.values())
    assert lead_times.of_course(starts, None, now=NOON, **QUIET)["day_before"].astimezone(BERLIN).hour == 17
