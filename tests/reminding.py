"""Rows for tests of reminders: people with addresses, agreed appointments; and the jobs that say what is due."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update

from bot import codec
from bot.apply import World
from bot.channels import TRAITS
from bot.delivery import Delivery
from bot.inbox import Desk
from bot.jobs import Jobs
from bot.speaking import Speaker
from knowledge.model import Knowledge
from scheduler import reminders
from store.database import Database
from store.scheduling import Appointment, Reminder, Task
from store.statements import table_of
from store.tables import Address, Message, Outbox
from tests.scheduling import Ids, local, person

rows_of, addresses, appointments = table_of(Reminder), table_of(Address), table_of(Appointment)
outbox, messages, tasks = table_of(Outbox), table_of(Message), table_of(Task)
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)  # a Monday
DAY = NOW.date()
STARTS = local(DAY + timedelta(days=2), 14)
TWO_HOURS_BEFORE = local(DAY + timedelta(days=2), 12)


def jobs_of(base: Database, desk: Desk, knowledge: Knowledge, delivery: Delivery | None = None) -> Jobs:
    world = World(knowledge=knowledge, towns={}, traits=TRAITS)
    delivery = delivery or Delivery(database=base, desk=desk, channels={})
    speaker = Speaker(desk=desk, traits=TRAITS, delivery=delivery)
    return Jobs(database=base, desk=desk, world=world, delivery=delivery, speaker=speaker)


async def somebody(base: Database, desk: Desk, *channels: str, language: str = "en") -> int:
    """A person with an address on each of the channels, the last one the newest."""
    async with base.write() as session:
        who = await person(session, language=language)
        for channel in channels:
            external = str(1000 + who)
            row = {"person_id": who, "channel": channel, "blind": desk.blind(channel, external), "unreachable": False}
            await session.execute(insert(addresses).values(**row, sealed_external=desk.keyring.seal(external, purpose=codec.ADDRESS)))
        return who


async def agreed(base: Database, ids: Ids, who: int, *, starts: datetime = STARTS, now: datetime = NOW, number: int = 0) -> int:
    """A booked appointment with its reminders."""
    async with base.write() as session:
        found = await session.scalar(insert(appointments).values(appointment_row(ids, who, starts, number)).returning(appointments.c.id))
        assert found
        await reminders.plan(session, appointment=found, now=now)
        return int(found)


def appointment_row(ids: Ids, who: int, starts: datetime, number: int) -> dict[str, Any]:
    ends = starts + timedelta(minutes=30)
    times = {"starts_at": starts, "ends_at": ends, "blocked_from": starts, "blocked_until": ends, "created_at": NOW}
    about = {"municipality_id": ids.municipality, "service_id": ids.service, "office_id": ids.office, "person_id": who}
    rest = {"mode": "in_person", "state": "booked", "revision": 2, "code": f"{number:06}", "language": "en", "interpreter": "none"}
    return times | about | rest | {"adviser_id": ids.advisers[0] if number == 0 else None}


async def change(base: Database, appointment: int, **values: Any) -> None:
    async with base.write() as session:
        await session.execute(update(appointments).where(appointments.c.id == appointment).values(**values))


async def states(base: Database) -> list[tuple[str, int, str]]:
    async with base.read() as session:
        rows = await session.execute(select(rows_of.c.kind, rows_of.c.revision, rows_of.c.state).order_by(rows_of.c.id))
        return [(row.kind, row.revision, row.state) for row in rows]


async def count(base: Database, table: Any) -> int:
    async with base.read() as session:
        return int(await session.scalar(select(func.count()).select_from(table)) or 0)
