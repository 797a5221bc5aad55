"""What happens to an appointment after it was booked: confirm, move, cancel, attended, missed. Absences of advisers are in `displaced`.

What the office may do besides (book for somebody, move, cancel, take back) is in `office`.

Every change raises the revision, which makes reminders of the older one void; times that become free go to the waiting list.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Update, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from scheduler import booking, reminders, tasks, waiting
from scheduler.booking import record
from scheduler.calendar import Rules, appointments
from scheduler.errors import StateError
from scheduler.slots import Slot, Span

AGREED = ("booked", "confirmed")
OUTCOMES = ("attended", "missed")
TIMES = ("starts_at", "ends_at", "blocked_from", "blocked_until")
PLACES = ("adviser_id", "group_slot_id", "office_id", "state", "interpreter_state")


async def confirm(session: AsyncSession, *, appointment: int, person: int, now: datetime) -> Row[Any]:
    """The person says that they will come; again is no change. Raises StateError."""
    row = await _agreed(session, appointment=appointment, person=person, now=now)
    if row.state == "confirmed":
        return row
    changed = await _one(session, _living(row).values(state="confirmed", revision=row.revision + 1))
    if changed is None:
        raise _not_agreed(None)
    await record(session, changed, actor="person", kind="confirmed", now=now)
    await reminders.plan(session, appointment=row.id, now=now)
    return changed


async def move(  # noqa: PLR0913 - one keyword for each part
    session: AsyncSession, rules: Rules, *, appointment: int, person: int, slot: Slot, now: datetime
) -> Row[Any]:
    """Put an appointment of the person on another free time, which may be with another adviser; its code stays.

    Raises StateError, SlotGoneError or LimitError; nothing is changed then.
    """
    row = await _agreed(session, appointment=appointment, person=person, now=now)
    await booking.lock(session, slot, also=row.adviser_id)
    await booking.end_stale_holds(session, slot=slot, now=now)
    await booking.check_free(session, rules, slot=slot, now=now, without=row.id)
    await booking.check_limits(session, rules, slot=slot, person=person, now=now, without=row.id)
    return await relocate(session, rules, row=row, slot=slot, actor="person", now=now)


async def relocate(  # noqa: PLR0913 - one keyword for each part
    session: AsyncSession, rules: Rules, *, row: Row[Any], slot: Slot, actor: str, now: datetime
) -> Row[Any]:
    """Put an agreed appointment on a time that was found free, with all that follows from it. Raises StateError."""
    grouped = bool(slot.group)
    values = {
        "starts_at": slot.starts,
        "ends_at": slot.ends,
        "blocked_from": slot.starts - timedelta(minutes=0 if grouped else rules.service.before),
        "blocked_until": slot.ends + timedelta(minutes=0 if grouped else rules.service.after),
        "adviser_id": None if grouped else slot.adviser,
        "group_slot_id": slot.group or None,
        "office_id": slot.office,
        "state": "booked",
        "revision": row.revision + 1,
        "interpreter_state": "asked" if row.interpreter == "organise" else None,
    }
    moved = await _one(session, _living(row).values(values))
    if moved is None:
        raise _not_agreed(None)
    await record(session, moved, actor=actor, kind="moved", now=now, before=was(row))
    await reminders.plan(session, appointment=moved.id, now=now)
    await tasks.follow(session, appointment=moved.id, adviser=moved.adviser_id)
    await _tell_advisers(session, row, moved, now=now)
    await waiting.freed(session, municipality=row.municipality_id, adviser=row.adviser_id, span=_span(row), now=now)
    return moved


async def _tell_advisers(session: AsyncSession, old: Row[Any], new: Row[Any], *, now: datetime) -> None:
    if old.adviser_id is not None and old.adviser_id != new.adviser_id:
        await reminders.notify_adviser(
            session, appointment=new.id, revision=new.revision, kind="cancelled", adviser=old.adviser_id, now=now
        )
    if new.adviser_id is not None:
        kind = "moved" if old.adviser_id == new.adviser_id else "booked"
        await reminders.notify_adviser(session, appointment=new.id, revision=new.revision, kind=kind, adviser=new.adviser_id, now=now)


async def cancel(session: AsyncSession, *, appointment: int, person: int, now: datetime, reason: str = "person") -> Row[Any]:
    """The person does not come. Raises StateError if there is nothing to cancel (cancelled before, past, not theirs)."""
    row = await _agreed(session, appointment=appointment, person=person, now=now)
    return await end(session, row, by="person", reason=reason, now=now)


async def end(session: AsyncSession, row: Row[Any], *, by: str, reason: str, now: datetime) -> Row[Any]:
    """Cancel an agreed appointment, with all that follows from it. Raises StateError."""
    values = {"state": "cancelled", "revision": row.revision + 1, "cancelled_by": by, "cancel_reason": reason}
    gone = await _one(session, _living(row).values(values))
    if gone is None:
        raise _not_agreed(None)
    await record(session, gone, actor=by, kind="cancelled", now=now, before=was(row))
    await reminders.void(session, subject="appointment", subject_id=row.id)
    if row.adviser_id is not None:
        await reminders.notify_adviser(
            session, appointment=row.id, revision=gone.revision, kind="cancelled", adviser=row.adviser_id, now=now
        )
    await waiting.freed(session, municipality=row.municipality_id, adviser=row.adviser_id, span=_span(row), now=now)
    return gone


async def forget(session: AsyncSession, *, person: int, now: datetime) -> None:
    """Give back everything that a person has agreed or waits for, before their data is deleted."""
    # Off the list first, so that what becomes free is not offered to the same person.
    await waiting.leave(session, person=person)
    a = appointments.c
    for row in list(await session.execute(select(appointments).where(a.person_id == person, a.state == "held"))):
        await booking.end_hold(session, appointment=row.id, revision=row.revision, now=now, reason="released")
    for row in await booking.of_person(session, person=person, now=now):
        await end(session, row, by="person", reason="deleted", now=now)


async def set_outcome(session: AsyncSession, *, appointment: int, attended: bool, actor: str, now: datetime) -> Row[Any]:
    """An adviser says whether the person came, or corrects it; after a missed one they are asked kindly for another time.

    The same again is no change. Raises StateError.
    """
    state = "attended" if attended else "missed"
    row = (await session.execute(select(appointments).where(appointments.c.id == appointment))).one_or_none()
    if row is not None and row.state == state:
        return row
    if row is None or row.state not in (*AGREED, *OUTCOMES) or row.starts_at > now:
        raise _not_agreed(row)
    a = appointments.c
    same = update(appointments).where(a.id == row.id, a.revision == row.revision)
    changed = await _one(session, same.values(state=state, revision=row.revision + 1))
    if changed is None:
        raise _not_agreed(None)
    await record(session, changed, actor=actor, kind=state, now=now, before=was(row))
    await reminders.void(session, subject="appointment", subject_id=row.id)
    if not attended:
        await reminders.ask_again(session, appointment=row.id, now=now)
    return changed


async def set_interpreter(session: AsyncSession, *, appointment: int, found: bool | None, actor: str, now: datetime) -> Row[Any]:
    """An organised interpreter was confirmed or not found: the person reads it. None: it is being looked for again, which nobody reads.

    The task of organising is done, or open again. Raises StateError.
    """
    row = (await session.execute(select(appointments).where(appointments.c.id == appointment))).one_or_none()
    if row is None or row.state not in AGREED or row.interpreter != "organise":
        raise _not_agreed(row)
    state = "asked" if found is None else "confirmed" if found else "not_found"
    changed = await _one(session, _living(row).values(interpreter_state=state, revision=row.revision + 1))
    if changed is None:
        raise _not_agreed(None)
    await record(session, changed, actor=actor, kind=f"interpreter_{state}", now=now, before={"interpreter_state": row.interpreter_state})
    await reminders.plan(session, appointment=row.id, now=now)
    await tasks.close(session, appointment=row.id, kind="interpreter", done=found is not None, now=now)
    if row.person_id is not None and found is not None:
        await reminders.notify(
            session,
            subject="appointment",
            subject_id=row.id,
            revision=changed.revision,
            kind=f"interpreter_{state}",
            person=row.person_id,
            due_at=now,
            expires_at=row.starts_at,
        )
    return changed


async def _agreed(session: AsyncSession, *, appointment: int, person: int, now: datetime) -> Row[Any]:
    row = await booking.find(session, appointment=appointment, person=person)
    if row is None or row.state not in AGREED or row.ends_at <= now:
        raise _not_agreed(row, now=now)
    return row


def _not_agreed(row: Row[Any] | None, *, now: datetime | None = None) -> StateError:
    over = row is not None and now is not None and row.state in AGREED and row.ends_at <= now
    message = "the appointment is {state}"
    return StateError(message, state="over" if over else row.state if row else "none")


def _living(row: Row[Any]) -> Update:
    """The change of exactly the revision that was read."""
    a = appointments.c
    return update(appointments).where(a.id == row.id, a.revision == row.revision, a.state.in_(AGREED))


async def _one(session: AsyncSession, change: Update) -> Row[Any] | None:
    found: Row[Any] | None = (await session.execute(change.returning(appointments))).one_or_none()
    return found


def _span(row: Row[Any]) -> Span:
    return Span(starts=row.blocked_from, ends=row.blocked_until)


def was(row: Row[Any]) -> dict[str, Any]:
    """What the history keeps of the time before a change: enough to take it back."""
    times = {name: getattr(row, name).isoformat() for name in TIMES}
    return times | {name: getattr(row, name) for name in PLACES}
