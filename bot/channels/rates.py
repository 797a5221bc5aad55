"""A limiter for sending: so many a second for the whole bot and for each chat. How failures are retried is in `delivery`."""

import asyncio
from collections import OrderedDict

MOST_CHATS = 10_000


class Limiter:
    """Spaces out messages: `total` a second in all, `each` a second per chat after a `burst` (generic cell rate algorithm)."""

    def __init__(self, *, total: float, each: float, burst: int) -> None:
        self._total_step, self._step = 1 / total, 1 / each
        self._slack = (burst - 1) * self._step
        self._total_next = 0.0
        self._next: OrderedDict[str, float] = OrderedDict()

    async def wait(self, chat: str) -> None:
        """Return when a message to `chat` may go out."""
        now = asyncio.get_running_loop().time()
        at = max(self._next.get(chat, 0.0), now - self._slack)
        start = max(at, now, self._total_next)
        self._next[chat] = max(at, now - self._slack) + self._step
        self._next.move_to_end(chat)
        self._total_next = max(self._total_next, now - self._total_step) + self._total_step
        while len(self._next) > MOST_CHATS:
            self._next.popitem(last=False)
        if start > now:
            await asyncio.sleep(start - now)
