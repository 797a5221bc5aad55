"""Ticks once a second: the only place that knows APScheduler, which keeps no job and decides nothing. What a tick does is handed in.

Everything that is to happen at a time is a row in the database (`reminders`, holds, offers), so that a crash loses nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import TypeVar

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

T = TypeVar("T")
TICK_SECONDS = 1
# A tick that takes longer is no news; errors of a tick still are.
logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)


async def run(tick: Callable[[], Awaitable[None]], *, seconds: float = TICK_SECONDS) -> None:
    """Call `tick` every second until cancelled, never twice at the same time; a tick that takes longer swallows those it misses."""
    due = asyncio.Event()

    async def wake() -> None:
        due.set()

    scheduler = AsyncIOScheduler(timezone=UTC, jobstores={"default": MemoryJobStore()}, executors={"default": AsyncIOExecutor()})
    scheduler.add_job(wake, "interval", seconds=seconds, max_instances=1, coalesce=True, misfire_grace_time=None)
    scheduler.start()
    try:
        while True:
            await due.wait()
            due.clear()
            await whole(tick())
    finally:
        scheduler.shutdown(wait=False)


async def whole(work: Awaitable[T]) -> T:
    """Await `work` to its end, also when cancelled meanwhile: a transaction that is cut off can take its connection along."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
