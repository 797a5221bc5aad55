"""Deletes what has expired, soon after the start and then every hour. What is kept for how long is listed in `handoff.retention`."""

import asyncio
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import personal_data, presence, retention
from scheduler import runner
from store.database import Database
from store.types import utcnow

EVERY_SECONDS = 3600
# The first people who come should not wait for it.
FIRST_SECONDS = 30
MOST_PEOPLE = 500

log = structlog.get_logger(__name__)


async def run(database: Database) -> None:
    """Expire soon and then every hour, until cancelled."""
    await asyncio.sleep(FIRST_SECONDS)
    while True:
        await runner.whole(_expire_once(database))
        await asyncio.sleep(EVERY_SECONDS)


async def _expire_once(database: Database) -> None:
    try:
        async with database.write() as session:
            await expire(session)
    except (SQLAlchemyError, OSError) as error:
        log.warning("nothing expired, trying again in an hour", reason=type(error).__name__)


async def expire(session: AsyncSession, now: datetime | None = None) -> None:
    """Delete what is listed, signs of life of the desk, and people who were silent for long, with all that is theirs."""
    now = now or utcnow()
    await retention.expire(session, now)
    await presence.expire(session, now)
    for person in await retention.silent(session, now, most=MOST_PEOPLE):
        await personal_data.erase(session, person=person, now=now)
        await personal_data.forget_addresses(session)
