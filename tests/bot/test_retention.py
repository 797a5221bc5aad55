"""What expires when: silence deletes a person, but not before an appointment or a date that they asked to be reminded of."""

from datetime import timedelta

from sqlalchemy import func, select, update

from bot import retention
from bot.inbox import people
from scheduler import booking
from scheduler.booking import Booking
from store.courses import CourseAlert, CourseRow, Enrolment
from store.database import Database
from store.scheduling import Appointment, Deadline
from store.types import utcnow
from tests.scheduling import person, rules, times, town

NOW = utcnow()


async def expired(base: Database) -> int:
    """Let everybody be silent for long, expire, and count who is left."""
    async with base.write() as session:
        await session.execute(update(people).values(seen_at=NOW - timedelta(days=31)))
        await retention.expire(session)
    async with base.read() as session:
        return int(await session.scalar(select(func.count()).select_from(people)) or 0)


async def test_somebody_silent_is_forgotten(base: Database) -> None:
    async with base.write() as session:
        await person(session)
    assert await expired(base) == 0


async def test_who_has_an_appointment_is_kept_until_it_is_over(base: Database) -> None:
    async with base.write() as session:
        ids = await town(session)
        who = await person(session)
    slot = (await times(base, ids, now=NOW))[0]
    async with base.write() as session:
        wish = Booking(person=who, mode="in_person", language="en")
        held = await booking.hold(session, await rules(session, ids), slot=slot, booking=wish, now=NOW)
        await booking.book(session, appointment=held, person=who, now=NOW)
    assert await expired(base) == 1
    over = {"starts_at": NOW - timedelta(days=2), "ends_at": NOW - timedelta(days=1)}
    async with base.write() as session:
        await session.execute(update(Appointment).values(over))
    assert await expired(base) == 0


async def test_who_asked_to_be_reminded_is_kept_until_the_day(base: Database) -> None:
    async with base.write() as session:
        who = await person(session)
        session.add(Deadline(person_id=who, kind="permit_end", day=(NOW + timedelta(days=200)).date()))
    assert await expired(base) == 1
    async with base.write() as session:
        await session.execute(update(Deadline).values(day=(NOW - timedelta(days=1)).date()))
    assert await expired(base) == 0


async def test_who_waits_for_a_course_is_kept_half_a_year_and_who_goes_to_one_until_its_end(base: Database) -> None:
    async with base.write() as session:
        waits, goes = await person(session), await person(session)
        course = CourseRow(owner="", key="1", feed="test", record="{}")
        session.add(course)
        await session.flush()
        session.add(CourseAlert(person_id=waits, digest="0" * 64, created_at=NOW - timedelta(days=179)))
        session.add(
            Enrolment(person_id=goes, course_id=int(course.id or 0), ends_on=(NOW + timedelta(days=1)).date())
        )  # the test may run past midnight
    assert await expired(base) == 2
    async with base.write() as session:
        await session.execute(update(CourseAlert).values(created_at=NOW - timedelta(days=181)))
    assert await expired(base) == 1
    async with base.write() as session:
        await session.execute(update(Enrolment).values(ends_on=None, created_at=NOW - timedelta(days=300)))
    assert await expired(base) == 1
    async with base.write() as session:
        await session.execute(update(Enrolment).values(created_at=NOW - timedelta(days=366)))
    assert await expired(base) == 0


async def test_appointments_long_over_are_deleted(base: Database) -> None:
    async with base.write() as session:
        ids = await town(session)
        who = await person(session)
    slot = (await times(base, ids, now=NOW))[0]
    async with base.write() as session:
        wish = Booking(person=who, mode="in_person", language="en")
        await booking.hold(session, await rules(session, ids), slot=slot, booking=wish, now=NOW)
        for days, left in ((89, 1), (91, 0)):
            moment = NOW - timedelta(days=days)
            await session.execute(update(Appointment).values(starts_at=moment, ends_at=moment))
            await retention.expire(session)
            assert await session.scalar(select(func.count()).select_from(Appointment)) == left
