"""What the office does with appointments: books one for a person, moves or cancels it, and takes its last change back within a minute.

People are told when that minute is over, in their language (`dialogs.reminding`). What people do themselves is in `booking` and `changes`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from scheduler import booking, calendar, changes, displaced, lead_times, reminders, tasks
from scheduler.booking import Booking, Interpreter, groups
from scheduler.booking import changes as history
from scheduler.calendar import Rules, appointments
from scheduler.errors import SlotGoneError, StateError
from scheduler.slots import Slot, Wish

UNDO = timedelta(minutes=1)
# A little later than the last moment for taking it back, so that nobody reads what did not happen.
TOLD_AFTER = UNDO + timedelta(seconds=10)
_NEWS = ("booked_by_office", "moved_by_office", "cancelled_by_office")


async def find(session: AsyncSession, *, municipality: int, appointment: int) -> Row[Any] | None:
    """An appointment of the municipality, in whatever state; None for any other id."""
    a = appointments.c
    wanted = select(appointments).where(a.id == appointment, a.municipality_id == municipality)
    found: Row[Any] | None = (await session.execute(wanted)).one_or_none()
    return found


async def book_for(  # noqa: PLR0913 - one keyword for each part
    session: AsyncSession,
    rules: Rules,
    *,
    slot: Slot,
    wish: Booking,
    actor: str,
    now: datetime,
    interpreter: Interpreter | None = None,
    unusual: bool = False,
) -> Row[Any]:
    """Book a time for a person, who is told; returns the appointment's row. A time they were just choosing is given up.

    Raises SlotGoneError or LimitError; nothing is changed then. For `unusual` see `check`.
    """
    await booking.lock(session, slot)
    await booking.end_stale_holds(session, slot=slot, now=now)
    mine = await booking.hold_of(session, wish.person)
    await check(session, rules, slot=slot, now=now, without=mine.id if mine else None, unusual=unusual)
    await booking.check_limits(session, rules, slot=slot, person=wish.person, now=now)
    if mine is not None:
        await booking.end_hold(session, appointment=mine.id, revision=mine.revision, now=now, reason="released")
    held = await booking.insert_hold(session, rules, slot=slot, booking=wish, now=now, until=now + booking.HOLD, actor=actor)
    row = await booking.book(session, appointment=held, person=wish.person, now=now, interpreter=interpreter, actor=actor)
    await _tell(session, row, kind="booked_by_office", expires_at=row.starts_at, now=now)
    return row


@dataclass(frozen=True, kw_only=True)
class Found:
    """A time that can be had; `usual` if people could book it themselves, too."""

    slot: Slot
    usual: bool


async def look(  # noqa: PLR0913 - one keyword for each part
    session: AsyncSession, rules: Rules, *, starts: datetime, adviser: int, now: datetime, without: int | None = None
) -> Found | None:
    """Whether an adviser can receive somebody at this very time, and where; None if not (see `check`)."""
    ends = starts + timedelta(minutes=rules.service.minutes)
    if starts <= now or adviser not in rules.advisers:
        return None
    slots = await _within_hours(session, rules, Slot(starts=starts, ends=ends, adviser=adviser, office=0), now=now, without=without)
    if not slots:
        return None
    try:
        await booking.check_free(session, rules, slot=slots[0], now=now, without=without)
    except SlotGoneError:
        return Found(slot=slots[0], usual=False)
    return Found(slot=slots[0], usual=True)


async def check(  # noqa: PLR0913 - one keyword for each part
    session: AsyncSession, rules: Rules, *, slot: Slot, now: datetime, without: int | None = None, unusual: bool = False
) -> None:
    """Raise SlotGoneError unless this time can be had. An `unusual` one only has to be free within the hours.

    So the office may use times beside the grid, at shorter notice and further ahead than people can.
    """
    if slot.group or not unusual:
        await booking.check_free(session, rules, slot=slot, now=now, without=without)
        return
    if slot.starts <= now or slot not in await _within_hours(session, rules, slot, now=now, without=without):
        raise _gone()


async def _within_hours(session: AsyncSession, rules: Rules, slot: Slot, *, now: datetime, without: int | None) -> list[Slot]:
    """The same time, as often as hours (of several offices) hold it and nothing stands against it."""
    service = rules.service
    wish = Wish(minutes=service.minutes, before=service.before, after=service.after, step=1, earliest=slot.starts, latest=slot.ends)
    return await calendar.free_slots(session, rules, wish, now=now, advisers=[slot.adviser], without=without)


async def move(  # noqa: PLR0913 - one keyword for each part
    session: AsyncSession,
    rules: Rules,
    *,
    appointment: int,
    slot: Slot,
    actor: str,
    now: datetime,
    revision: int | None = None,
    unusual: bool = False,
) -> Row[Any]:
    """Put an appointment on another time, perhaps with another adviser; its person is told. The code stays.

    Raises StateError (also when it is not `revision` any more), SlotGoneError or LimitError; nothing is changed then.
    """
    municipality = rules.service.municipality_id
    row = await _agreed(session, municipality=municipality, appointment=appointment, revision=revision, now=now)
    await booking.lock(session, slot, also=row.adviser_id)
    await booking.end_stale_holds(session, slot=slot, now=now)
    await check(session, rules, slot=slot, now=now, without=row.id, unusual=unusual)
    if row.person_id is not None:
        await booking.check_limits(session, rules, slot=slot, person=row.person_id, now=now, without=row.id)
    moved = await changes.relocate(session, rules, row=row, slot=slot, actor=actor, now=now)
    await _tell(session, moved, kind="moved_by_office", expires_at=moved.starts_at, now=now)
    return moved


async def cancel(  # noqa: PLR0913 - one keyword for each part
    session: AsyncSession, *, municipality: int, appointment: int, actor: str, now: datetime, revision: int | None = None
) -> Row[Any]:
    """The office cannot keep an appointment; its person is told. Raises StateError (also when it is not `revision` any more)."""
    row = await _agreed(session, municipality=municipality, appointment=appointment, revision=revision, now=now)
    gone = await changes.end(session, row, by=actor, reason="office", now=now)
    await _tell(session, gone, kind="cancelled_by_office", expires_at=max(gone.ends_at, now + 2 * TOLD_AFTER), now=now)
    return gone


async def undo(  # noqa: PLR0913 - one keyword for each part
    session: AsyncSession, *, municipality: int, appointment: int, revision: int, actor: str, now: datetime
) -> Row[Any]:
    """Take back what this actor did last to an appointment, if that was less than a minute ago and nothing came after it.

    Raises StateError if there is nothing to take back, SlotGoneError if the time is not free any more; nothing is changed then.
    """
    row = await find(session, municipality=municipality, appointment=appointment)
    c = history.c
    same = select(history).where(c.appointment_id == appointment, c.revision == revision, c.actor == actor, c.at > now - UNDO)
    last = (await session.execute(same)).one_or_none()
    if row is None or last is None or row.revision != revision or last.kind not in _BACK:
        message = "the appointment is {state}"
        raise StateError(message, state="none" if row is None else "kept")
    back = await _BACK[last.kind](session, row, last.before, now)
    values = {"revision": revision + 1, **back}
    a = appointments.c
    changed = update(appointments).where(a.id == row.id, a.revision == revision).values(values).returning(appointments)
    restored: Row[Any] = (await session.execute(changed)).one()
    await booking.record(session, restored, actor=actor, kind="restored", now=now, before=changes.was(row))
    for kind in _NEWS:
        await reminders.take_back(session, appointment=row.id, kind=kind)
    await reminders.plan(session, appointment=row.id, now=now)
    await displaced.ask_if_absent(session, restored, now=now)
    await _tell_adviser(session, row, restored, now=now)
    return restored


async def _unbooked(_session: AsyncSession, _row: Row[Any], _before: Mapping[str, Any], _now: datetime) -> dict[str, Any]:
    return {"state": "cancelled", "cancelled_by": "system", "cancel_reason": "released"}


async def _as_before(_session: AsyncSession, _row: Row[Any], before: Mapping[str, Any], _now: datetime) -> dict[str, Any]:
    return {"state": before["state"]}


async def _there_again(session: AsyncSession, row: Row[Any], before: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Time and place as they were; raises SlotGoneError if somebody else has the time now."""
    times = {name: datetime.fromisoformat(before[name]) for name in changes.TIMES}
    places = {name: before[name] for name in changes.PLACES}
    old = Slot(
        starts=times["starts_at"],
        ends=times["ends_at"],
        adviser=places["adviser_id"] or 0,
        office=places["office_id"],
        group=places["group_slot_id"] or 0,
    )
    await booking.lock(session, old, also=row.adviser_id)
    await booking.end_stale_holds(session, slot=old, now=now)
    if old.ends <= now or await _taken(session, row, old, replace(old, starts=times["blocked_from"], ends=times["blocked_until"]), now=now):
        raise _gone()
    await tasks.follow(session, appointment=row.id, adviser=places["adviser_id"])
    await tasks.close(
        session, appointment=row.id, kind="interpreter", done=places["interpreter_state"] in {"confirmed", "not_found"}, now=now
    )
    return {**times, **places, "cancelled_by": None, "cancel_reason": None}


_BACK: dict[str, Callable[[AsyncSession, Row[Any], Mapping[str, Any], datetime], Awaitable[dict[str, Any]]]] = {
    "booked": _unbooked,
    "moved": _there_again,
    "cancelled": _there_again,
    "attended": _as_before,
    "missed": _as_before,
}


async def _taken(session: AsyncSession, row: Row[Any], old: Slot, blocked: Slot, *, now: datetime) -> bool:
    """Whether others have the time, or the last place of the group, by now."""
    a = appointments.c
    others = select(func.count()).select_from(appointments).where(booking.living(now), a.id != row.id)
    if old.group:
        capacity = await session.scalar(select(groups.c.capacity).where(groups.c.id == old.group, ~groups.c.retired)) or 0
        return int(await session.scalar(others.where(a.group_slot_id == old.group)) or 0) >= capacity
    overlaps = (a.adviser_id == old.adviser, a.blocked_from < blocked.ends, a.blocked_until > blocked.starts)
    return bool(await session.scalar(others.where(*overlaps)))


async def _tell_adviser(session: AsyncSession, old: Row[Any], new: Row[Any], *, now: datetime) -> None:
    """Calendars of advisers follow: the letter about the change may have been sent at once."""
    kinds = {old.adviser_id: "cancelled", new.adviser_id: "moved" if old.adviser_id == new.adviser_id else "booked"}
    if new.state == "cancelled" or old.state == "cancelled":
        kinds = {new.adviser_id: "cancelled" if new.state == "cancelled" else "booked"}
    if new.state in changes.OUTCOMES or old.state in changes.OUTCOMES:
        return
    for adviser, kind in kinds.items():
        if adviser is not None:
            await reminders.notify_adviser(session, appointment=new.id, revision=new.revision, kind=kind, adviser=adviser, now=now)


async def _agreed(session: AsyncSession, *, municipality: int, appointment: int, revision: int | None, now: datetime) -> Row[Any]:
    row = await find(session, municipality=municipality, appointment=appointment)
    message = "the appointment is {state}"
    if row is None or row.state not in changes.AGREED:
        raise StateError(message, state=row.state if row else "none")
    if row.ends_at <= now:
        raise StateError(message, state="over")
    if revision not in {None, row.revision}:
        raise StateError(message, state="changed")
    return row


async def _tell(session: AsyncSession, row: Row[Any], *, kind: str, expires_at: datetime, now: datetime) -> None:
    """Tell the person when the change stands, outside their quiet hours if that is early enough."""
    if row.person_id is None:
        return
    site = await calendar.site_of(session, municipality=row.municipality_id)
    quiet = lead_times.Quiet(zone=ZoneInfo(site.zone), quiet_from=site.quiet_from, quiet_until=site.quiet_until)
    due = lead_times.news_at(now + TOLD_AFTER, starts_at=row.starts_at, **quiet)
    await reminders.notify(
        session,
        subject="appointment",
        subject_id=row.id,
        revision=row.revision,
        kind=kind,
        person=row.person_id,
        due_at=due,
        expires_at=expires_at,
    )


def _gone() -> SlotGoneError:
    message = "this time is not free any more"
    return SlotGoneError(message)
