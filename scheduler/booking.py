"""Holding a free time for ten minutes and booking it, in the caller's transaction. Later changes are in `changes`.

No time is given twice: PostgreSQL locks the adviser and has an exclusion constraint as a net, SQLite writes one transaction at a time
and has triggers. A stale hold is ended by whoever wants its time.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from scheduler import calendar, reminders, slots
from scheduler.calendar import LIVING, Rules, appointments
from scheduler.errors import LimitError, SlotGoneError, StateError
from scheduler.slots import Slot
from store.scheduling import Change, GroupSlot, Task
from store.statements import insert_if_new, insert_new, table_of

HOLD = timedelta(minutes=10)
CODE_DIGITS = 6
_TRIES = 8
_ADVISER, _GROUP = 71, 72

changes, groups = table_of(Change), table_of(GroupSlot)


@dataclass(frozen=True, kw_only=True)
class Interpreter:
    """Whether the person needs one: none, brings, or organise (in which language, `in_person` or `phone`)."""

    kind: str = "none"
    language: str | None = None
    mode: str | None = None


@dataclass(frozen=True, kw_only=True)
class Booking:
    """Who wants what: the person, the way to meet (a mode of the service), their language, and the article that led here."""

    person: int
    mode: str
    language: str
    topic: str | None = None


async def hold(  # noqa: PLR0913 - one keyword for each part
    session: AsyncSession, rules: Rules, *, slot: Slot, booking: Booking, now: datetime, waiting: int | None = None, lasts: timedelta = HOLD
) -> int:
    """Keep a free time for a person; returns the appointment's id. An earlier hold of the person is given up.

    Holding the same time again changes nothing: a hold cannot be extended. Raises SlotGoneError or LimitError; nothing is changed then.
    """
    await lock(session, slot)
    mine = await hold_of(session, booking.person) if waiting is None else None
    if mine is not None and _same(mine, slot) and mine.held_until > now:
        return int(mine.id)
    await end_stale_holds(session, slot=slot, now=now)
    await check_free(session, rules, slot=slot, now=now, without=mine.id if mine else None)
    await check_limits(session, rules, slot=slot, person=booking.person, now=now)
    if mine is not None:
        await end_hold(session, appointment=mine.id, revision=mine.revision, now=now, reason="released")
    return await insert_hold(session, rules, slot=slot, booking=booking, now=now, waiting=waiting, until=now + lasts)


async def book(  # noqa: PLR0913 - one keyword for each part
    session: AsyncSession, *, appointment: int, person: int, now: datetime, interpreter: Interpreter | None = None, actor: str = "person"
) -> Row[Any]:
    """Turn a hold into a booking, with its reminders; returns the appointment's row.

    Raises SlotGoneError when the hold ran out, StateError when it is no hold of this person (already booked: state `booked`).
    """
    wanted = interpreter or Interpreter()
    mine = (appointments.c.id == appointment, appointments.c.person_id == person, appointments.c.state == "held")
    values = {
        "state": "booked",
        "held_until": None,
        "revision": appointments.c.revision + 1,
        "interpreter": wanted.kind,
        "interpreter_language": wanted.language,
        "interpreter_mode": wanted.mode,
        "interpreter_state": "asked" if wanted.kind == "organise" else None,
    }
    booked = update(appointments).where(*mine, appointments.c.held_until > now).values(values).returning(appointments)
    row: Row[Any] | None = (await session.execute(booked)).one_or_none()
    if row is None:
        raise await _why_not(session, appointment=appointment, person=person)
    await record(session, row, actor=actor, kind="booked", now=now)
    await _after_booking(session, row, now=now)
    return row


async def _why_not(session: AsyncSession, *, appointment: int, person: int) -> SlotGoneError | StateError:
    row = await find(session, appointment=appointment, person=person)
    if row is None or row.state not in {"held", "cancelled"}:
        message = "the appointment is {state}"
        return StateError(message, state=row.state if row else "none")
    message = "the time was held for ten minutes, which are over"
    return SlotGoneError(message)


async def _after_booking(session: AsyncSession, row: Row[Any], *, now: datetime) -> None:
    if row.interpreter == "organise":
        task = {"municipality_id": row.municipality_id, "adviser_id": row.adviser_id, "appointment_id": row.id, "kind": "interpreter"}
        await insert_new(session, Task, [task | {"state": "open", "created_at": now}])
    await reminders.plan(session, appointment=row.id, now=now)
    if row.adviser_id is not None:
        await reminders.notify_adviser(session, appointment=row.id, revision=row.revision, kind="booked", adviser=row.adviser_id, now=now)


async def find(session: AsyncSession, *, appointment: int, person: int) -> Row[Any] | None:
    """An appointment of this person, in whatever state; None if there is none with this id."""
    mine = select(appointments).where(appointments.c.id == appointment, appointments.c.person_id == person)
    return (await session.execute(mine)).one_or_none()


async def check_free(session: AsyncSession, rules: Rules, *, slot: Slot, now: datetime, without: int | None = None) -> None:
    """Raise SlotGoneError unless exactly this time can be had now: inside hours and notice, before the horizon, nobody else's."""
    wish = calendar.wish_of(rules, now=now, first=slot.starts, last=slot.ends)
    if slot.group:
        places = await calendar.group_places(session, service=int(rules.service.id or 0), first=slot.starts, last=slot.starts, now=now)
        found = [place for place in places if place.group == slot.group]
    else:
        found = await calendar.free_slots(session, rules, wish, now=now, advisers=[slot.adviser], without=without)
        found = [free for free in found if free == slot]
    if not found:
        message = "this time is not free any more"
        raise SlotGoneError(message)


async def check_limits(  # noqa: PLR0913 - one keyword for each part
    session: AsyncSession, rules: Rules, *, slot: Slot, person: int, now: datetime, without: int | None = None
) -> None:
    """Raise LimitError if the person has enough appointments of the municipality on that day, or one at the same time."""
    day = slot.starts.astimezone(rules.zone).date()
    first, last = slots.begin(day, 0, rules.zone), slots.end(day, 1440, rules.zone)
    a = appointments.c
    own = (a.person_id == person, a.state.in_(("booked", "confirmed")), a.id != (without or 0))
    rows = await session.execute(
        select(a.service_id, a.starts_at, a.ends_at).where(*own, a.starts_at < last, a.ends_at > first, a.ends_at > now)
    )
    taken = list(rows)
    overlaps = any(row.starts_at < slot.ends and row.ends_at > slot.starts for row in taken)
    if overlaps or sum(row.service_id == rules.service.id for row in taken) >= rules.service.per_person_per_day:
        message = "there is an appointment of this person on that day already"
        raise LimitError(message)


async def end_stale_holds(session: AsyncSession, *, slot: Slot, now: datetime) -> None:
    """End holds that ran out and stand in the way of this time."""
    a = appointments.c
    there = a.group_slot_id == slot.group if slot.group else a.adviser_id == slot.adviser
    stale = select(a.id, a.revision).where(there, a.state == "held", a.held_until <= now)
    for row in list(await session.execute(stale)):
        await end_hold(session, appointment=row.id, revision=row.revision, now=now, reason="expired")


async def end_hold(session: AsyncSession, *, appointment: int, revision: int, now: datetime, reason: str) -> bool:
    """Give up a hold (`reason` expired, released or declined); False if it is none any more."""
    a = appointments.c
    ended = update(appointments).where(a.id == appointment, a.revision == revision, a.state == "held")
    values = {"state": "cancelled", "revision": revision + 1, "cancelled_by": "system", "cancel_reason": reason, "held_until": None}
    row = (await session.execute(ended.values(values).returning(appointments))).one_or_none()
    if row is not None:
        await record(session, row, actor="system", kind=reason, now=now)
    return row is not None


async def record(  # noqa: PLR0913 - one keyword for each part
    session: AsyncSession, row: Row[Any], *, actor: str, kind: str, now: datetime, before: Mapping[str, Any] | None = None
) -> None:
    """Write what happened to the appointment's history; its row is as it is afterwards."""
    values = {"appointment_id": row.id, "revision": row.revision, "at": now, "actor": actor, "kind": kind, "before": dict(before or {})}
    await session.execute(insert(changes), [values])


async def hold_of(session: AsyncSession, person: int) -> Row[Any] | None:
    """The time that is held for a person who is just choosing; None if there is none."""
    a = appointments.c
    mine = select(appointments).where(a.person_id == person, a.state == "held", a.waiting_id.is_(None))
    return (await session.execute(mine)).one_or_none()


def _same(row: Row[Any], slot: Slot) -> bool:
    return bool(row.starts_at == slot.starts and (row.adviser_id or 0) == slot.adviser and (row.group_slot_id or 0) == slot.group)


async def lock(session: AsyncSession, slot: Slot, *, also: int | None = None) -> None:
    """Let nobody else change the calendar of this time's adviser, or its group slot, until the transaction ends; nor that of `also`.

    Advisory locks of PostgreSQL, always in the same order; SQLite's one writer needs none.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    keys = {(_ADVISER, adviser) for adviser in (slot.adviser, also) if adviser} | ({(_GROUP, slot.group)} if slot.group else set())
    for kind, number in sorted(keys):
        await session.execute(select(func.pg_advisory_xact_lock(kind, number)))


async def insert_hold(  # noqa: PLR0913 - one keyword for each part of the row
    session: AsyncSession,
    rules: Rules,
    *,
    slot: Slot,
    booking: Booking,
    now: datetime,
    until: datetime,
    waiting: int | None = None,
    actor: str = "person",
) -> int:
    """Write a hold of a time that was found free. Raises SlotGoneError if the database knows better."""
    grouped = bool(slot.group)
    values = {
        "municipality_id": rules.service.municipality_id,
        "service_id": rules.service.id,
        "office_id": slot.office,
        "adviser_id": None if grouped else slot.adviser,
        "group_slot_id": slot.group or None,
        "person_id": booking.person,
        "waiting_id": waiting,
        "starts_at": slot.starts,
        "ends_at": slot.ends,
        "blocked_from": slot.starts - timedelta(minutes=0 if grouped else rules.service.before),
        "blocked_until": slot.ends + timedelta(minutes=0 if grouped else rules.service.after),
        "mode": booking.mode,
        "state": "held",
        "revision": 1,
        "topic": booking.topic,
        "language": booking.language,
        "interpreter": "none",
        "held_until": until,
        "created_at": now,
    }
    for _ in range(_TRIES):
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        row = await insert_if_new(session, appointments, values | {"code": code})
        if row is not None:
            await record(session, row, actor=actor if waiting is None else "system", kind="held", now=now)
            return int(row.id)
        if not await _code_taken(session, rules.service.municipality_id, code):
            break
    message = "this time is not free any more"
    raise SlotGoneError(message)


async def _code_taken(session: AsyncSession, municipality: int, code: str) -> bool:
    a = appointments.c
    return await session.scalar(select(a.id).where(a.municipality_id == municipality, a.code == code)) is not None


async def of_person(session: AsyncSession, *, person: int, now: datetime) -> list[Row[Any]]:
    """The person's appointments to come, earliest first (booked or confirmed, not over)."""
    a = appointments.c
    mine = select(appointments).where(a.person_id == person, a.state.in_(("booked", "confirmed")), a.ends_at > now)
    return list(await session.execute(mine.order_by(a.starts_at)))


async def stale_holds(session: AsyncSession, *, now: datetime, limit: int = 200) -> list[Row[Any]]:
    """Holds that ran out, for the periodic clean-up."""
    a = appointments.c
    return list(await session.execute(select(appointments).where(a.state == "held", a.held_until <= now).order_by(a.id).limit(limit)))


def living(now: datetime) -> Any:
    """The condition for appointments that take an adviser's time."""
    a = appointments.c
    return a.state.in_(LIVING) & or_(a.state != "held", a.held_until > now)
