"""Keeps the pages of municipalities at hand and up to date, beside everything else: looks for changes, and fetches once a day.

What is fetched is done by `page_sync`, what is at hand by `page_shelf`. Several processes may run this: each looks, one fetches.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import metrics, page_sync
from bot.page_shelf import PageShelf
from bot.page_sync import Synced
from knowledge.pages import keep
from knowledge.pages.record import Feed
from knowledge.pages.switches import Switches
from scheduler.runner import whole
from store.database import Database
from store.errors import LotseError
from store.types import utcnow

LOOK_SECONDS = 10.0
FETCH_SECONDS = 60.0

log = structlog.get_logger(__name__)


class PageKeeper:
    """The work on pages of one process; `run` works until it is cancelled."""

    def __init__(self, *, database: Database, shelf: PageShelf, switches: Switches) -> None:
        self._database = database
        self._shelf = shelf
        self._switches = switches

    async def run(self) -> None:
        """Look every few seconds, fetch when it is time."""
        async with asyncio.TaskGroup() as group:
            group.create_task(_again(self.look, LOOK_SECONDS, "pages not looked at"))
            group.create_task(_again(self._fetch_now, FETCH_SECONDS, "pages not fetched"))

    async def look(self) -> None:
        """Take up what another process or a command has changed: switches, and the pages of feeds."""
        await whole(self._look())

    async def _look(self) -> None:
        async with self._database.read() as session:
            await self._switches.look(session)
            await self._shelf.look(session)

    async def _fetch_now(self) -> None:
        await self.fetch(utcnow())

    async def fetch(self, now: datetime) -> list[Synced]:
        """Fetch the feeds that are due at `now`, unless another process has them in hand; returns what became of each."""
        done = []
        async for synced in page_sync.refresh(self._database, await whole(self._claim(now))):
            done.append(synced)
            _tell(synced)
        await whole(self._count(now))
        return done

    async def _claim(self, now: datetime) -> list[Feed]:
        async with self._database.write() as session:
            return await keep.claim(session, now=now)

    async def _count(self, now: datetime) -> None:
        """What /metrics shows of pages."""
        async with self._database.read() as session:
            rows = await keep.counts(session)
        metrics.pages.clear()
        metrics.pages_age_seconds.clear()
        for row in rows:
            metrics.pages.labels(row.municipality, row.language).set(row.pages)
        synced = sorted((row.synced_at, row.municipality) for row in rows if row.synced_at)
        for at, municipality in synced:  # the newest of a place comes last, and stays
            metrics.pages_age_seconds.labels(municipality).set((now - at).total_seconds())


def _tell(synced: Synced) -> None:
    """The log names the feed; its address is public."""
    feed = synced.feed
    if synced.problem:
        metrics.page_syncs.labels("failed").inc()
        log.warning("pages not fetched, the old ones stay", feed=feed.address, municipality=feed.municipality, reason=synced.problem)
        return
    change = vars(synced.change)
    changed = any(change[name] for name in ("new", "changed", "gone"))
    metrics.page_syncs.labels("changed" if changed else "unchanged").inc()
    if changed:
        log.info("pages fetched", feed=feed.address, municipality=feed.municipality, **change)


async def _again(work: Callable[[], Awaitable[object]], seconds: float, failure: str) -> None:
    while True:
        try:
            await work()
        except (SQLAlchemyError, OSError, LotseError) as error:
            log.warning(failure, reason=type(error).__name__)
        except Exception:
            # A mistake here must not stop messages, nor the next try.
            log.exception(failure)
        await asyncio.sleep(seconds)
