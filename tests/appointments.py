"""Appointments of people who talk: booked through the services for a `Talker`, put elsewhere, looked up. The town is of `scheduling`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from icalendar import Calendar
from sqlalchemy import Row, select, update
from sqlmodel import col

from bot.app import App
from dialogs.model import Reply
from scheduler import booking
from scheduler.booking import Booking, Interpreter
from scheduler.calendar import appointments
from scheduler.slots import Slot
from store.tables import Person
from store.types import utcnow
from tests import scheduling
from tests.conversation import Talker
from tests.scheduling import Ids

DAY = timedelta(days=1)


@dataclass
class Client:
    """Somebody who talks, with the number they have in the database."""

    talker: Talker
    person: int


async def client(app: App, *, language: str = "en", channel: str = "web") -> Client:
    """Somebody who has just chosen their language and the demonstration's town."""
    talker = Talker(app, channel=channel)
    await talker.press(f"language:{language}")
    await talker.press("place:demo")
    async with app.database.read() as session:
        person = await session.scalar(select(col(Person.id)).order_by(col(Person.id).desc()).limit(1))
    assert person
    return Client(talker=talker, person=person)


async def demo_town(app: App, **options: Any) -> Ids:
    """The small municipality in place of the demonstration's."""
    async with app.database.write() as session:
        return await scheduling.town(session, slug="demo", **options)


async def agreed(
    app: App, ids: Ids, person: int, *, language: str = "en", after: timedelta = DAY, interpreter: Interpreter | None = None
) -> Row[Any]:
    """Book the first time that is free after `after`, in an own transaction; returns the row."""
    slot = await free_after(app, ids, after)
    async with app.database.write() as session:
        rules = await scheduling.rules(session, ids)
        wish = Booking(person=person, mode="in_person", language=language, topic="residence/extension")
        held = await booking.hold(session, rules, slot=slot, booking=wish, now=utcnow())
        return await booking.book(session, appointment=held, person=person, now=utcnow(), interpreter=interpreter)


async def free_after(app: App, ids: Ids, after: timedelta) -> Slot:
    """The first free time from now + `after` on."""
    now = utcnow()
    return next(slot for slot in await scheduling.times(app.database, ids, now=now, days=40) if slot.starts >= now + after)


async def put(app: App, appointment: int, starts: datetime) -> None:
    """Put an appointment on another moment, past or to come, as if it had been there all the time."""
    until = starts + timedelta(minutes=30)
    times = {"starts_at": starts, "ends_at": until, "blocked_from": starts, "blocked_until": until}
    async with app.database.write() as session:
        await session.execute(update(appointments).where(appointments.c.id == appointment).values(times))


async def row_of(app: App, appointment: int) -> Row[Any]:
    """An appointment as it is stored now."""
    async with app.database.read() as session:
        return (await session.execute(select(appointments).where(appointments.c.id == appointment))).one()


def event_of(reply: Reply) -> tuple[str, Any]:
    """Method and event of the calendar file that a message carries."""
    assert reply.document is not None
    assert reply.document_name == "termin.ics"
    found = Calendar.from_ical(reply.document)
    return str(found["METHOD"]), found.walk("VEVENT")[0]
