"""Waiting for a change without sleeping; `queues` and `people` wait on it, `world` notifies."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Signal:
    """A condition variable that plain functions may notify (`asyncio.Condition` wants its lock held for that)."""

    def __init__(self) -> None:
        """Start with nobody waiting."""
        self._waiters: set[asyncio.Future[None]] = set()

    def notify(self) -> None:
        """Wake everyone who waits now."""
        waiters, self._waiters = self._waiters, set()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self) -> None:
        """Wait for the next notification."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await waiter
        finally:
            self._waiters.discard(waiter)

    async def wait_for(self, check: Callable[[], T], timeout: float) -> T:  # noqa: ASYNC109
        """Wait until `check()` is true and return its value.

        Args:
            check: Called now and after every change.
            timeout: Seconds.

        Raises:
            TimeoutError: It did not become true in time.

        """
        async with asyncio.timeout(timeout):
            while not (value := check()):
                await self.wait()
            return value
