"""What the office and people do in the tests of `scheduler.office` and its neighbours: one verb each, in a transaction of its own."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.inbox import Desk
from bot.jobs import Jobs
from scheduler import booking, office, openings
from scheduler.booking import Booking, Interpreter
from scheduler.calendar import appointments
from scheduler.slots import Slot, Span
from store.database import Database
from store.scheduling import Change, Reminder, Task
from store.statements import table_of
from store.tables import Message
from tests.reminding import somebody
from tests.scheduling import Ids, local, rules

history, reminded, noted, messages = (table_of(model) for model in (Change, Reminder, Task, Message))

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)  # a Monday, nine o'clock in Berlin
DAY = NOW.date()
ME, COLLEAGUE = "adviser:1", "adviser:2"
SOON = timedelta(seconds=30)
LATER = office.TOLD_AFTER + timedelta(seconds=1)


def slot(ids: Ids, hour: int, minute: int = 0, *, adviser: int = 0, days: int = 1) -> Slot:
    """A time of an adviser, half an hour long; `days` after today."""
    starts = local(DAY + timedelta(days=days), hour, minute)
    return Slot(starts=starts, ends=starts + timedelta(minutes=30), adviser=ids.advisers[adviser], office=ids.office)


async def booked(base: Database, ids: Ids, desk: Desk, wanted: Slot, *, interpreter: Interpreter | None = None) -> tuple[int, int]:
    """Somebody who booked a time themselves; the ids of appointment and person."""
    who = await somebody(base, desk, "web")
    async with base.write() as session:
        wish = Booking(person=who, mode="in_person", language="en")
        held = await booking.hold(session, await rules(session, ids), slot=wanted, booking=wish, now=NOW)
        row = await booking.book(session, appointment=held, person=who, now=NOW, interpreter=interpreter)
        return int(row.id), who


async def row_of(base: Database, appointment: int) -> Any:
    """An appointment as it is stored now."""
    async with base.read() as session:
        return (await session.execute(select(appointments).where(appointments.c.id == appointment))).one()


async def move(base: Database, ids: Ids, appointment: int, to: Slot, **more: Any) -> Any:
    """The office moves an appointment."""
    async with base.write() as session:
        found = await rules(session, ids)
        return await office.move(session, found, appointment=appointment, slot=to, **{"actor": ME, "now": NOW, **more})


async def cancel(base: Database, ids: Ids, appointment: int, **more: Any) -> Any:
    """The office cancels an appointment."""
    async with base.write() as session:
        about: dict[str, Any] = {"municipality": ids.municipality, "appointment": appointment, "actor": ME, "now": NOW}
        return await office.cancel(session, **{**about, **more})


async def undo(base: Database, ids: Ids, row: Any, **more: Any) -> Any:
    """Whoever changed it takes it back, half a minute later."""
    async with base.write() as session:
        about: dict[str, Any] = {
            "municipality": ids.municipality,
            "appointment": row.id,
            "revision": row.revision,
            "actor": ME,
            "now": NOW + SOON,
        }
        return await office.undo(session, **{**about, **more})


async def said(base: Database, desk: Desk, jobs: Jobs, person: int, *, at: datetime) -> list[str]:
    """What the person has read by then, in the order in which it came."""
    while await jobs.remind(at):
        pass
    async with base.read() as session:
        rows = await session.scalars(select(messages.c.sealed_payload).where(messages.c.person_id == person).order_by(messages.c.id))
        return [json.loads(desk.keyring.open(sealed, purpose="message"))["text"] for sealed in rows]


async def kinds(base: Database, appointment: int) -> list[tuple[str, str]]:
    """The lines of the history: what was done by whom."""
    async with base.read() as session:
        rows = await session.execute(select(history).where(history.c.appointment_id == appointment).order_by(history.c.revision))
        return [(row.kind, row.actor) for row in rows]


async def away(base: Database, ids: Ids, span: Span, *, at: datetime = NOW, adviser: int = 0) -> openings.Away:
    """An adviser is sick."""
    async with base.write() as session:
        about: dict[str, Any] = {"municipality": ids.municipality, "adviser": ids.advisers[adviser], "span": span, "reason": "sick"}
        return await openings.add_absence(session, **about, now=at)


async def back(base: Database, ids: Ids, absence: int, *, at: datetime) -> list[int]:
    """An adviser is there after all."""
    async with base.write() as session:
        return await openings.remove_absence(session, municipality=ids.municipality, absence=absence, now=at)
