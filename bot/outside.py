"""Slow talks with other people's servers, beside the reminders: e-mail to advisers, and what their own calendars say."""

import asyncio
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import letters, mail
from bot.inbox import Desk
from bot.settings import Settings
from scheduler import busy, busy_fetch, ics, runner
from store.database import Database
from store.types import utcnow

EVERY_SECONDS = 5.0

log = structlog.get_logger(__name__)


async def run(settings: Settings, database: Database, desk: Desk, *, demo: bool) -> None:
    """Send and read every few seconds until cancelled; what fails is tried again. A demonstration may read calendars of this machine."""
    post = mail.post_of(smtp_url=settings.smtp_url.get_secret_value(), mail_from=settings.mail_from, base_url=settings.base_url)
    host, fetch = ics.host_of(settings.base_url), partial(busy_fetch.fetch, inner=demo)
    while True:
        await runner.whole(_mail(database, desk, post, base_url=settings.base_url))
        await runner.whole(_round(database, desk, post, host=host, fetch=fetch))
        await asyncio.sleep(EVERY_SECONDS)


async def _mail(database: Database, desk: Desk, post: mail.Post | None, *, base_url: str) -> None:
    try:
        if post:
            await letters.send_due(database, post, base_url=base_url, owner=desk.owner, now=utcnow())
    except (SQLAlchemyError, OSError) as error:
        log.warning("letters about cases not sent", reason=type(error).__name__)


async def _round(database: Database, desk: Desk, post: mail.Post | None, *, host: str, fetch: busy.Fetch) -> None:
    try:
        if post:
            await mail.send_due(database, post, owner=desk.owner, now=utcnow())
        await busy.refresh(database, desk.keyring, now=utcnow(), host=host, fetch=fetch)
    except (SQLAlchemyError, OSError) as error:
        log.warning("mail and calendars not reached", reason=type(error).__name__)
