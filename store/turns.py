"""Whose turn it is to write to a SQLite file: the writers of all processes one after the other, in the order in which they came.

SQLite itself lets those who wait sleep and try again, up to a tenth of a second at a time, so that with four processes some wait
for seconds while others pass. The queue is the operating system's lock on a file beside the database; it ends with its process.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: SQLite's own waiting has to do
    fcntl = None  # type: ignore[assignment]  # the module is not there


class Turns:
    """The queue for one database file. The lock lies beside it: closing any handle of the database itself would end SQLite's own locks."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}-turn")
        self._inside = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for the turn, and give it back at the end."""
        async with self._inside:
            handle = await self._take()
            try:
                yield
            finally:
                os.close(handle)

    async def _take(self) -> int:
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if fcntl is None or _at_once(handle):
            return handle
        waiting = asyncio.get_running_loop().run_in_executor(None, fcntl.flock, handle, fcntl.LOCK_EX)
        try:
            await asyncio.shield(waiting)
        except BaseException:
            # The thread cannot be called back: what it gets after all is given back at once.
            waiting.add_done_callback(lambda _: os.close(handle))
            raise
        return handle


def _at_once(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
