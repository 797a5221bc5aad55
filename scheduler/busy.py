"""Keeps the times that are taken in advisers' own calendars, so that a meeting there blocks times here; what it is about is not kept.

Fetching is in `busy_fetch`, reading in `busy_reader`. A periodic job calls `refresh`; any number of processes may.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import delete, insert, or_, select, update

from scheduler.busy_fetch import fetch as fetch_public
from scheduler.busy_reader import CalendarError, Found, Problem, Window
from scheduler.calendar import busy
from scheduler.slots import Span
from store.crypto import Keyring
from store.database import Database
from store.errors import SealError
from store.scheduling import Adviser, Site
from store.statements import table_of

EVERY = timedelta(minutes=5)
BACK, AHEAD = timedelta(days=1), timedelta(days=120)
READ_SECONDS = 30
AT_ONCE = 4
PURPOSE = "busy_url"
# The settings with their secrets are not for a process that reads a stranger's file.
_ENVIRONMENT = frozenset({"PATH", "PYTHONPATH", "SYSTEMROOT"})

Fetch = Callable[[str], Awaitable[bytes]]

advisers, sites = table_of(Adviser), table_of(Site)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Due:
    adviser: int
    sealed: bytes
    zone: ZoneInfo


async def refresh(database: Database, keyring: Keyring, *, now: datetime, host: str = "", fetch: Fetch = fetch_public) -> int:
    """Read every calendar that was not looked at for five minutes; returns how many. `host` tells our own entries, which are left out.

    What could not be read keeps its times and gets a `busy_problem`; times of advisers who name no calendar any more go.
    """
    due = await _claim(database, now=now)
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(row: _Due) -> None:
        async with limit:
            await _refresh_one(database, keyring, row, now=now, host=host, fetch=fetch)

    done = await asyncio.gather(*(one(row) for row in due), return_exceptions=True)
    for error in done:
        if error is not None:  # the database does not answer: the others were finished first
            raise error
    return len(due)


async def _claim(database: Database, *, now: datetime) -> list[_Due]:
    """The advisers whose calendar is due, marked as looked at: no other process takes them, and a crash costs five minutes."""
    a = advisers.c
    named = (a.sealed_busy_url.is_not(None), ~a.retired)
    due = update(advisers).where(*named, or_(a.busy_checked_at.is_(None), a.busy_checked_at <= now - EVERY)).values(busy_checked_at=now)
    async with database.write() as session:
        nameless = select(a.id).where(a.sealed_busy_url.is_(None))
        await session.execute(delete(busy).where(busy.c.adviser_id.in_(nameless)))
        rows = list(await session.execute(due.returning(a.id, a.municipality_id, a.sealed_busy_url)))
        known = {row.municipality_id: row.zone for row in await session.execute(select(sites.c.municipality_id, sites.c.zone))}
    usual = Site.model_fields["zone"].default
    return [_Due(adviser=row.id, sealed=row.sealed_busy_url, zone=ZoneInfo(known.get(row.municipality_id, usual))) for row in rows]


async def _refresh_one(  # noqa: PLR0913 - one keyword for each part
    database: Database, keyring: Keyring, due: _Due, *, now: datetime, host: str, fetch: Fetch
) -> None:
    window = Window(zone=due.zone, first=now - BACK, last=now + AHEAD, host=host)
    try:
        found = await read_apart(await fetch(keyring.open(due.sealed, purpose=PURPOSE)), window)
    except CalendarError as error:
        log.warning("calendar of an adviser not read", adviser=due.adviser, reason=str(error))
        await _write(database, due, None, problem=str(error))
    except SealError:
        await _write(database, due, None, problem=Problem.SEALED)
    else:
        problem = f"{found.unreadable} entries cannot be read" if found.unreadable else ""
        await _write(database, due, found.spans, problem=problem)


async def _write(database: Database, due: _Due, spans: Sequence[Span] | None, *, problem: str) -> None:
    """All busy times of an adviser at once (None: keep the old ones), unless they named another calendar meanwhile."""
    a = advisers.c
    async with database.write() as session:
        # Compared with what was claimed; the row stays locked until the end.
        same = update(advisers).where(a.id == due.adviser, a.sealed_busy_url == due.sealed).values(busy_problem=problem).returning(a.id)
        if await session.scalar(same) is None or spans is None:
            return
        await session.execute(delete(busy).where(busy.c.adviser_id == due.adviser))
        if spans:
            rows = [{"adviser_id": due.adviser, "starts_at": span.starts, "ends_at": span.ends} for span in spans]
            await session.execute(insert(busy), rows)


async def read_apart(body: bytes, window: Window) -> Found:
    """`busy_reader.read` in a process of its own, which ends when it takes too long. Raises CalendarError."""
    try:
        answer = json.loads(await _ask(body, window))
    except TimeoutError:
        raise CalendarError(Problem.SLOW) from None
    except (ValueError, OSError) as error:
        raise CalendarError(Problem.UNREADABLE) from error
    if "problem" in answer:
        raise CalendarError(answer["problem"])
    spans = [Span(starts=_moment(starts), ends=_moment(ends)) for starts, ends in answer["spans"]]
    return Found(spans=spans, unreadable=answer["unreadable"])


async def _ask(body: bytes, window: Window) -> bytes:
    parts = (window.zone.key, window.first.isoformat(), window.last.isoformat(), window.host)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-m", "scheduler.busy_reader", *parts),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name in _ENVIRONMENT},
    )
    try:
        async with asyncio.timeout(READ_SECONDS):
            return (await process.communicate(body))[0]
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
