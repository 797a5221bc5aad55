"""Deletes what has expired, every hour. The times are promises of the privacy text (`dialogs.privacy`) and of `docs/operators.md`."""

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.inbox import inbox, people
from handoff import personal_data
from scheduler import runner
from store.database import Database
from store.scheduling import Appointment, Deadline, Reminder, Waiting
from store.statements import table_of
from store.tables import Message, Unanswered
from store.types import utcnow

EVERY_SECONDS = 3600
MESSAGES = timedelta(days=30)
PEOPLE = timedelta(days=30)
UNANSWERED = timedelta(days=30)
INBOX_KEYS = timedelta(days=7)
# Long enough for an adviser to look back at the quarter; nothing in these rows was typed by the person.
APPOINTMENTS = timedelta(days=90)
DATES = timedelta(days=7)
SAID = timedelta(days=30)
MOST_PEOPLE = 500

appointments, deadlines, reminded, waiting = (table_of(model) for model in (Appointment, Deadline, Reminder, Waiting))

log = structlog.get_logger(__name__)


async def run(database: Database) -> None:
    """Expire now and then every hour, until cancelled."""
    while True:
        await runner.whole(_expire_once(database))
        await asyncio.sleep(EVERY_SECONDS)


async def _expire_once(database: Database) -> None:
    try:
        async with database.write() as session:
            await expire(session)
    except (SQLAlchemyError, OSError) as error:
        log.warning("nothing expired, trying again in an hour", reason=type(error).__name__)


async def expire(session: AsyncSession) -> None:
    """Delete expired messages, questions, inbox keys, and people who were silent for long, with all that is theirs."""
    now = utcnow()
    messages, unanswered = table_of(Message), table_of(Unanswered)
    await session.execute(delete(messages).where(messages.c.created_at < now - MESSAGES))
    await session.execute(delete(unanswered).where(unanswered.c.asked_at < now - UNANSWERED))
    await session.execute(delete(inbox).where(inbox.c.applied_at < now - INBOX_KEYS))
    await _expire_appointments(session, now)
    silent = select(people.c.id).where(people.c.seen_at < now - PEOPLE, ~_expects(now)).limit(MOST_PEOPLE)
    for person in list(await session.scalars(silent)):
        await personal_data.erase(session, person=person)
        await personal_data.forget_addresses(session)


async def _expire_appointments(session: AsyncSession, now: datetime) -> None:
    """Delete what is long over: appointments with their history, dates, news that were said, entries of the waiting list."""
    await session.execute(delete(appointments).where(appointments.c.ends_at < now - APPOINTMENTS))
    await session.execute(delete(deadlines).where(deadlines.c.day < (now - DATES).date()))
    await session.execute(delete(reminded).where(reminded.c.expires_at < now - SAID))
    await session.execute(delete(waiting).where(waiting.c.before < now - SAID))


def _expects(now: datetime) -> ColumnElement[bool]:
    """Whether a person has something to come: silence before an appointment, or before a date, is no reason to forget them."""
    mine = (appointments.c.person_id == people.c.id, appointments.c.state.in_(("booked", "confirmed")), appointments.c.ends_at > now)
    return exists().where(*mine) | exists().where(deadlines.c.person_id == people.c.id, deadlines.c.day >= now.date())
