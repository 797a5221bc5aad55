"""Updates on their way to the bot: numbering, confirmation, long polling; webhooks are in `webhooks`."""

from __future__ import annotations

import asyncio
from collections import deque
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Any, Final

from .errors import ApiError
from .rules import CONFLICT_POLL, CONFLICT_WEBHOOK
from .signals import Signal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .rules import Params

Json = dict[str, Any]

KINDS: Final = frozenset(
    {
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "message_reaction",
        "message_reaction_count",
        "business_connection",
        "business_message",
        "chat_boost",
        "removed_chat_boost",
    }
)
ONLY_ON_REQUEST: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
FIRST_ID: Final = 500_000_001


class UpdateQueue:
    """The updates that the bot has not confirmed, oldest first."""

    def __init__(self) -> None:
        """Start empty; numbering starts at `FIRST_ID`."""
        self.pending: deque[Json] = deque()
        self.again: deque[Json] = deque()
        self.published: dict[int, Json] = {}
        self.allowed: frozenset[str] = KINDS - ONLY_ON_REQUEST
        self.arrived = Signal()
        self.waiting = Signal()
        self.webhook_active = False
        self.to_duplicate = 0
        self.to_swap = 0
        self._held: Json | None = None
        self._next_id = FIRST_ID
        self._ordered = True
        self._poller: asyncio.Future[ApiError] | None = None

    def publish(self, update: Json) -> int | None:
        """Give one update its number and queue it.

        Returns:
            Its `update_id`, or None when `allowed_updates` leaves its kind out.

        """
        number = self._take(update)
        if number is not None:
            self.arrived.notify()
        return number

    def publish_all(self, updates: Iterable[Json]) -> list[int]:
        """Give many updates their numbers and queue them, waking the receiver once."""
        numbers = [number for number in map(self._take, updates) if number is not None]
        self.arrived.notify()
        return numbers

    def _take(self, update: Json) -> int | None:
        if self.allowed.isdisjoint(update):
            return None
        number: int = update.setdefault("update_id", self._next_id)
        self._ordered = self._ordered and number >= self._next_id and not self.to_swap
        self._next_id = max(self._next_id, number + 1)
        self.published[number] = update
        self._enqueue(update)
        return number

    def _enqueue(self, update: Json) -> None:
        if self._held is not None:
            self.pending.extend([update, self._held])
            self._held = None
        elif self.to_swap:
            self.to_swap -= 1
            self._held = update
        else:
            self.pending.append(update)

    def repeat(self, update_ids: Iterable[int]) -> None:
        """Deliver updates once more under the same `update_id`, even when they were confirmed.

        Raises:
            KeyError: There never was such an update.

        """
        self.again.extend(self.published[number] for number in update_ids)
        self.arrived.notify()

    def duplicate(self, times: int) -> None:
        """Deliver each of the next `times` updates a second time under the same `update_id`."""
        self.to_duplicate = times

    def swap(self, times: int) -> None:
        """Deliver the next `times` pairs of updates in the wrong order (the first waits for the second)."""
        self.to_swap = times

    def allow(self, kinds: Any) -> None:
        """Set `allowed_updates`; an empty list means all but those only sent on request."""
        if kinds is None:
            return
        if not isinstance(kinds, list):
            message = "can't parse allowed updates JSON object"
            raise ApiError(400, message)
        self.allowed = (KINDS & frozenset(kinds)) or (KINDS - ONLY_ON_REQUEST)

    @property
    def polled(self) -> bool:
        """Whether a long poll waits; `waiting` is notified when one begins."""
        return self._poller is not None

    def conflict(self, reason: str = CONFLICT_POLL) -> None:
        """End the running long poll with 409."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(ApiError(409, reason))

    async def get(self, params: Params) -> list[Json]:
        """Serve `getUpdates`: confirm below `offset`, then return up to `limit`, waiting up to `timeout` seconds.

        Raises:
            ApiError: 409 while a webhook is set, or when another poller takes over.

        """
        if self.webhook_active:
            raise ApiError(409, CONFLICT_WEBHOOK)
        self.conflict()
        self.allow(params.data("allowed_updates"))
        self._confirm(params.number("offset"))
        limit = min(max(params.number("limit", 100), 1), 100)
        if not self.pending and not self.again and (seconds := min(max(params.number("timeout"), 0), 50)):
            await self._wait(seconds)
        return self._batch(limit)

    async def _wait(self, seconds: float) -> None:
        poller: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._poller = poller
        self.waiting.notify()
        arrival: asyncio.Future[Any] = asyncio.ensure_future(self._arrival())
        try:
            await asyncio.wait({poller, arrival}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            arrival.cancel()
            if self._poller is poller:
                self._poller = None
        if poller.done():
            raise poller.result()

    async def _arrival(self) -> None:
        while not self.pending and not self.again:
            await self.arrived.wait()

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self.pending) > -offset:
                self.pending.popleft()
        elif offset and not self._ordered:
            self.pending = deque(update for update in self.pending if update["update_id"] >= offset)
        elif offset:
            while self.pending and self.pending[0]["update_id"] < offset:
                self.pending.popleft()

    def _batch(self, limit: int) -> list[Json]:
        batch: list[Json] = []
        while self.again and len(batch) < limit:
            batch.append(self.again.popleft())
        for update, following in zip_longest(self.pending, islice(self.pending, 1, None)):
            if len(batch) >= limit or (0 < len(batch) == limit - 1 and following and following["update_id"] < update["update_id"]):
                break  # a swapped pair is not torn apart: the offset after the later one would confirm the other, never delivered
            batch.append(update)
            if self.to_duplicate:
                self.to_duplicate -= 1
                self.again.append(update)
        return batch
