"""Booking, moving, cancelling and the waiting list, on both databases: nobody gets a time that somebody else has."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import DBAPIError

from scheduler import booking, calendar, changes, displaced, waiting
from scheduler.booking import Booking, Interpreter
from scheduler.calendar import appointments
from scheduler.errors import LimitError, SlotGoneError, StateError
from scheduler.slots import Slot, Span
from store.database import Database
from store.scheduling import Absence, Appointment, Busy, Change, GroupSlot, Reminder, Task, Waiting
from store.statements import table_of
from tests.scheduling import Ids, local, person, rules, times, town

reminded, changed, listed, tasks = (table_of(model) for model in (Reminder, Change, Waiting, Task))

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)  # a Monday, before office hours
DAY = NOW.date()


@pytest.fixture
async def ids(base: Database) -> Ids:
    async with base.write() as session:
        return await town(session, before=5, after=10)


async def new_person(base: Database) -> int:
    async with base.write() as session:
        return await person(session)


def slot(ids: Ids, hour: int, minute: int = 0, *, adviser: int = 0, days: int = 0) -> Slot:
    starts = local(DAY + timedelta(days=days), hour, minute)
    return Slot(starts=starts, ends=starts + timedelta(minutes=30), adviser=ids.advisers[adviser], office=ids.office)


async def hold(base: Database, ids: Ids, who: int, wanted: Slot, *, now: datetime = NOW) -> int:
    async with base.write() as session:
        wish = Booking(person=who, mode="in_person", language="en")
        return await booking.hold(session, await rules(session, ids), slot=wanted, booking=wish, now=now)


async def book(base: Database, ids: Ids, who: int, wanted: Slot, *, now: datetime = NOW, **more: Any) -> int:
    held = await hold(base, ids, who, wanted, now=now)
    async with base.write() as session:
        return int((await booking.book(session, appointment=held, person=who, now=now, **more)).id)


async def row(base: Database, appointment: int) -> Any:
    async with base.read() as session:
        return (await session.execute(select(appointments).where(appointments.c.id == appointment))).one()


async def test_a_booked_time_and_its_buffers_are_gone_for_everybody(base: Database, ids: Ids) -> None:
    first, second = await new_person(base), await new_person(base)
    await book(base, ids, first, slot(ids, 9, 30))
    left = [free.starts for free in await times(base, ids, now=NOW, days=1) if free.adviser == ids.advisers[0]]
    assert local(DAY, 9) not in left  # its buffer of ten minutes would reach into the booked time
    assert local(DAY, 10) not in left
    assert local(DAY, 10, 30) in left
    with pytest.raises(SlotGoneError):
        await hold(base, ids, second, slot(ids, 9, 30))
    with pytest.raises(SlotGoneError):
        await hold(base, ids, second, slot(ids, 10))
    await hold(base, ids, second, slot(ids, 9, 30, adviser=1))


async def test_a_time_outside_the_hours_or_within_the_notice_cannot_be_forged(base: Database, ids: Ids) -> None:
    who = await new_person(base)
    for wanted in (slot(ids, 8), slot(ids, 12, 15), slot(ids, 9, 10), slot(ids, 9, days=6), slot(ids, 9, days=400)):
        with pytest.raises(SlotGoneError):
            await hold(base, ids, who, wanted)
    with pytest.raises(SlotGoneError):
        await hold(base, ids, who, slot(ids, 9), now=local(DAY, 8, 30))


async def test_fifty_people_at_once_get_one_time_once(base: Database, ids: Ids) -> None:
    people = [await new_person(base) for _ in range(50)]
    wanted = [slot(ids, 9, 30), slot(ids, 10)]

    async def attempt(who: int, position: int) -> bool:
        try:
            await hold(base, ids, who, wanted[position % 2])
        except SlotGoneError:
            return False
        return True

    won = await asyncio.gather(*(attempt(who, position) for position, who in enumerate(people)))
    assert sum(won) == 1  # both times overlap by their buffers


async def test_the_database_itself_refuses_an_overlap(base: Database, ids: Ids) -> None:
    who, other = await new_person(base), await new_person(base)
    booked = await row(base, await book(base, ids, who, slot(ids, 9)))
    values = dict(booked._mapping) | {
        "id": None,
        "code": "000000",
        "person_id": other,
        "starts_at": booked.starts_at + timedelta(minutes=5),
    }
    del values["id"]
    with pytest.raises(DBAPIError):
        async with base.write() as session:
            await session.execute(insert(appointments).values(values))
    elsewhere = await row(base, await book(base, ids, other, slot(ids, 11)))
    with pytest.raises(DBAPIError):
        async with base.write() as session:
            same = {"blocked_from": booked.blocked_from, "blocked_until": booked.blocked_until}
            await session.execute(update(appointments).where(appointments.c.id == elsewhere.id).values(same))


async def test_a_hold_lasts_ten_minutes_and_cannot_be_extended(base: Database, ids: Ids) -> None:
    who, other = await new_person(base), await new_person(base)
    held = await hold(base, ids, who, slot(ids, 9))
    later = NOW + timedelta(minutes=9)
    assert await hold(base, ids, who, slot(ids, 9), now=later) == held
    assert (await row(base, held)).held_until == NOW + timedelta(minutes=10)
    too_late = NOW + timedelta(minutes=10)
    with pytest.raises(SlotGoneError):
        async with base.write() as session:
            await booking.book(session, appointment=held, person=who, now=too_late)
    taken = await hold(base, ids, other, slot(ids, 9), now=too_late)
    assert taken != held
    assert (await row(base, held)).cancel_reason == "expired"


async def test_a_person_has_one_hold(base: Database, ids: Ids) -> None:
    who, other = await new_person(base), await new_person(base)
    first = await hold(base, ids, who, slot(ids, 9))
    second = await hold(base, ids, who, slot(ids, 9, 30))  # overlaps the own first one by the buffers
    assert (await row(base, first)).state == "cancelled"
    assert (await row(base, second)).state == "held"
    await hold(base, ids, other, slot(ids, 10, 30))
    with pytest.raises(SlotGoneError):
        await hold(base, ids, other, slot(ids, 9, 30))
    async with base.read() as session:
        count = select(func.count()).select_from(Appointment).where(appointments.c.state == "held")
        assert await session.scalar(count) == 2  # a failed wish leaves the earlier hold


async def test_booking_twice_or_somebody_elses_hold_is_refused(base: Database, ids: Ids) -> None:
    who, other = await new_person(base), await new_person(base)
    held = await hold(base, ids, who, slot(ids, 9))
    with pytest.raises(StateError, match="none"):
        async with base.write() as session:
            await booking.book(session, appointment=held, person=other, now=NOW)
    async with base.write() as session:
        await booking.book(session, appointment=held, person=who, now=NOW)
    with pytest.raises(StateError, match="booked"):
        async with base.write() as session:
            await booking.book(session, appointment=held, person=who, now=NOW)


async def test_a_person_has_as_many_appointments_a_day_as_the_service_allows(base: Database, ids: Ids) -> None:
    who = await new_person(base)
    await book(base, ids, who, slot(ids, 9))
    with pytest.raises(LimitError):
        await hold(base, ids, who, slot(ids, 14))
    await book(base, ids, who, slot(ids, 14, days=1))


async def test_absences_other_calendars_and_holidays_take_time(base: Database, ids: Ids) -> None:
    async with base.write() as session:
        session.add(Absence(municipality_id=ids.municipality, adviser_id=ids.advisers[0], starts_at=local(DAY, 9), ends_at=local(DAY, 12)))
        session.add(Busy(adviser_id=ids.advisers[1], starts_at=local(DAY, 13), ends_at=local(DAY, 16)))
        later = DAY + timedelta(days=1)
        session.add(Absence(municipality_id=ids.municipality, starts_at=local(later, 0), ends_at=local(later, 23)))
    free = await times(base, ids, now=NOW, days=2)
    assert {(one.adviser, one.starts >= local(DAY, 12)) for one in free} == {(ids.advisers[0], True), (ids.advisers[1], False)}


async def test_moving_keeps_the_code_frees_the_old_time_and_writes_history(base: Database, ids: Ids) -> None:
    who, other = await new_person(base), await new_person(base)
    booked = await row(base, await book(base, ids, who, slot(ids, 9)))
    async with base.write() as session:
        moved = await changes.move(
            session, await rules(session, ids), appointment=booked.id, person=who, slot=slot(ids, 9, 30, days=1, adviser=1), now=NOW
        )
    assert (moved.code, moved.revision, moved.adviser_id) == (booked.code, booked.revision + 1, ids.advisers[1])
    await book(base, ids, other, slot(ids, 9))
    async with base.read() as session:
        history = list(await session.execute(select(changed).where(changed.c.appointment_id == booked.id)))
        states = await session.execute(select(reminded.c.revision, reminded.c.state).where(reminded.c.subject_id == booked.id))
    assert [(entry.revision, entry.kind) for entry in history] == [(1, "held"), (2, "booked"), (3, "moved")]
    assert history[-1].before["starts_at"] == booked.starts_at.isoformat()
    assert {state for revision, state in states if revision < moved.revision} <= {"void"}


async def test_moving_within_the_own_buffers_is_possible_and_to_a_taken_time_is_not(base: Database, ids: Ids) -> None:
    who, other = await new_person(base), await new_person(base)
    booked = await book(base, ids, who, slot(ids, 9))
    await book(base, ids, other, slot(ids, 11))
    async with base.write() as session:
        found = await rules(session, ids)
        with pytest.raises(SlotGoneError):
            await changes.move(session, found, appointment=booked, person=who, slot=slot(ids, 10, 30), now=NOW)
        await changes.move(session, found, appointment=booked, person=who, slot=slot(ids, 9, 30), now=NOW)
    assert (await row(base, booked)).starts_at == local(DAY, 9, 30)


async def test_cancelling_twice_moving_after_it_and_the_past_are_refused(base: Database, ids: Ids) -> None:
    who, other = await new_person(base), await new_person(base)
    booked = await book(base, ids, who, slot(ids, 9))
    with pytest.raises(StateError, match="none"):
        async with base.write() as session:
            await changes.cancel(session, appointment=booked, person=other, now=NOW)
    with pytest.raises(StateError, match="over"):
        async with base.write() as session:
            await changes.cancel(session, appointment=booked, person=who, now=NOW + timedelta(days=1))
    async with base.write() as session:
        gone = await changes.cancel(session, appointment=booked, person=who, now=NOW)
    assert (gone.state, gone.cancelled_by) == ("cancelled", "person")
    with pytest.raises(StateError, match="cancelled"):
        async with base.write() as session:
            await changes.cancel(session, appointment=booked, person=who, now=NOW)
    with pytest.raises(StateError, match="cancelled"):
        async with base.write() as session:
            await changes.move(session, await rules(session, ids), appointment=booked, person=who, slot=slot(ids, 11), now=NOW)
    await book(base, ids, other, slot(ids, 9))


async def test_an_organised_interpreter_is_a_task_and_the_person_hears_of_it(base: Database, ids: Ids) -> None:
    who = await new_person(base)
    wanted = Interpreter(kind="organise", language="ti", mode="phone")
    booked = await book(base, ids, who, slot(ids, 9), interpreter=wanted)
    assert (await row(base, booked)).interpreter_state == "asked"
    async with base.write() as session:
        found = await changes.set_interpreter(session, appointment=booked, found=True, actor="adviser:1", now=NOW)
    async with base.read() as session:
        asked = list(await session.scalars(select(tasks.c.kind)))
        kinds = list(await session.execute(select(reminded.c.kind, reminded.c.revision).where(reminded.c.state == "pending")))
    assert asked == ["interpreter"]
    assert ("interpreter_confirmed", found.revision) in [tuple(kind) for kind in kinds]


async def test_a_freed_time_is_offered_to_one_after_the_other(base: Database, ids: Ids) -> None:
    owner, first, second = await new_person(base), await new_person(base), await new_person(base)
    booked = await book(base, ids, owner, slot(ids, 14))
    for who in (first, second):
        async with base.write() as session:
            await waiting.join(
                session,
                municipality=ids.municipality,
                person=who,
                service=ids.service,
                before=local(DAY + timedelta(days=3), 9),
                mode="in_person",
                language="en",
                now=NOW,
            )
    at = local(DAY, 8, 30)
    async with base.write() as session:
        await changes.cancel(session, appointment=booked, person=owner, now=at)
    assert await offered(base) == [(first, local(DAY, 14))]
    async with base.write() as session:
        await waiting.expire(session, at + timedelta(hours=1, minutes=1))
    assert await offered(base) == [(second, local(DAY, 14))]
    async with base.write() as session:
        offer = (await waiting.all_offers(session, person=second, now=at + timedelta(hours=1, minutes=2)))[0]
        assert await waiting.declined(session, appointment=offer.id, person=second, keep=True, now=at + timedelta(hours=1, minutes=2))
    assert await offered(base) == []
    async with base.read() as session:
        states = {tuple(entry) for entry in await session.execute(select(listed.c.person_id, listed.c.state))}
    assert states == {(first, "done"), (second, "waiting")}


async def offered(base: Database) -> list[tuple[int, datetime]]:
    async with base.read() as session:
        held = select(appointments).where(appointments.c.state == "held", appointments.c.waiting_id.is_not(None))
        return [(found.person_id, found.starts_at) for found in await session.execute(held)]


async def test_a_group_slot_has_as_many_places_as_it_says_and_takes_its_advisers_time(base: Database, ids: Ids) -> None:
    starts = local(DAY + timedelta(days=1), 9)
    async with base.write() as session:
        group = GroupSlot(
            municipality_id=ids.municipality,
            slug="abend",
            service_id=ids.service,
            office_id=ids.office,
            starts_at=starts,
            ends_at=starts + timedelta(hours=2),
            capacity=2,
            advisers=[ids.advisers[0]],
        )
        session.add(group)
        await session.flush()
        place = Slot(starts=starts, ends=group.ends_at, adviser=0, office=ids.office, group=int(group.id or 0))
    assert place in await times(base, ids, now=NOW)
    people = [await new_person(base) for _ in range(3)]
    for who in people[:2]:
        await book(base, ids, who, place)
    with pytest.raises(SlotGoneError):
        await hold(base, ids, people[2], place)
    free = await times(base, ids, now=NOW)
    assert place not in free
    assert slot(ids, 9, 30, days=1) not in free
    assert slot(ids, 9, 30, days=1, adviser=1) in free


async def test_an_ill_adviser_means_a_new_offer_for_everybody_affected(base: Database, ids: Ids) -> None:
    people = [await new_person(base) for _ in range(3)]
    booked = [await book(base, ids, who, slot(ids, 9 + position, days=1)) for position, who in enumerate(people)]
    async with base.write() as session:
        found = await displaced.displace(
            session,
            municipality=ids.municipality,
            adviser=ids.advisers[0],
            span=Span(starts=local(DAY, 0), ends=local(DAY + timedelta(days=1), 10, 15)),
            now=NOW,
        )
    assert found == booked[:2]
    async with base.read() as session:
        told = list(await session.scalars(select(reminded.c.person_id).where(reminded.c.kind == "displaced")))
    assert told == people[:2]
    async with base.write() as session:
        await displaced.note_silence(session, NOW)
        await changes.cancel(session, appointment=booked[0], person=people[0], now=NOW)
        await displaced.note_silence(session, NOW + timedelta(hours=20))
        await displaced.note_silence(session, NOW + timedelta(hours=24))
    async with base.read() as session:
        silent = list(await session.execute(select(tasks.c.kind, tasks.c.appointment_id)))
    assert [tuple(task) for task in silent] == [("no_reaction", booked[1])]


async def test_services_without_anybody_who_offers_them_are_not_shown(base: Database, ids: Ids) -> None:
    async with base.read() as session:
        assert [service.id for service in await calendar.services(session, municipality=ids.municipality)] == [ids.service]
        assert await calendar.services(session, municipality=ids.municipality + 1) == []


async def test_deleting_a_persons_data_gives_their_times_back(base: Database, ids: Ids) -> None:
    who, other = await new_person(base), await new_person(base)
    await book(base, ids, who, slot(ids, 9))
    await hold(base, ids, who, slot(ids, 9, days=1))
    async with base.write() as session:
        await changes.forget(session, person=who, now=NOW)
    await book(base, ids, other, slot(ids, 9))
    await book(base, ids, other, slot(ids, 9, days=1))
