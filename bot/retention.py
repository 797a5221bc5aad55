"""Deletes what has expired, every hour. The times are promises of the privacy text (`dialogs.privacy`) and of `docs/operators.md`."""

import asyncio
from datetime import timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.inbox import inbox, people
from handoff import personal_data
from store.database import Database
from store.statements import table_of
from store.tables import Message, Unanswered
from store.types import utcnow

EVERY_SECONDS = 3600
MESSAGES = timedelta(days=30)
PEOPLE = timedelta(days=30)
UNANSWERED = timedelta(days=30)
INBOX_KEYS = timedelta(days=7)
MOST_PEOPLE = 500

log = structlog.get_logger(__name__)


async def run(database: Database) -> None:
    """Expire now and then every hour, until cancelled."""
    while True:
        try:
            async with database.write() as session:
                await expire(session)
        except (SQLAlchemyError, OSError) as error:
            log.warning("nothing expired, trying again in an hour", reason=type(error).__name__)
        await asyncio.sleep(EVERY_SECONDS)


async def expire(session: AsyncSession) -> None:
    """Delete expired messages, questions, inbox keys, and people who were silent for long, with all that is theirs."""
    now = utcnow()
    messages, unanswered = table_of(Message), table_of(Unanswered)
    await session.execute(delete(messages).where(messages.c.created_at < now - MESSAGES))
    await session.execute(delete(unanswered).where(unanswered.c.asked_at < now - UNANSWERED))
    await session.execute(delete(inbox).where(inbox.c.applied_at < now - INBOX_KEYS))
    silent = select(people.c.id).where(people.c.seen_at < now - PEOPLE).limit(MOST_PEOPLE)
    for person in list(await session.scalars(silent)):
        await personal_data.erase(session, person=person)
        await personal_data.forget_addresses(session)
