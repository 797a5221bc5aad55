"""Webhook delivery: one lane per chat for messages and per user for button presses, retries, a bounded window."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import aiohttp

from .rules import webhook_address
from .signals import Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from .queues import UpdateQueue
    from .rules import Params

Json = dict[str, Any]
Lane = tuple[str, int]

PRESS_LIFETIME: Final = 150
MESSAGE_LIFETIME: Final = 24 * 3600
LONGEST_PAUSE: Final = 600
SHORTEST_PAUSE: Final = 0.001


def lane_of(update: Json) -> Lane:
    """Return the queue an update waits in: presses wait per user, messages per chat, so a press can overtake."""
    query = update.get("callback_query")
    if query is not None:
        return "user", query["from"]["id"]
    for kind, body in update.items():
        if isinstance(body, dict):
            chat = body.get("chat") or body.get("from") or {}
            return ("chat" if "message" in kind or "post" in kind else kind), chat.get("id", 0)
    return "other", 0


class Webhook:
    """The webhook of one bot and what is on its way to it."""

    def __init__(self, queue: UpdateQueue, reply: Callable[[Json], object], *, time_factor: float) -> None:
        """Deliver from `queue`.

        Args:
            queue: Where the updates wait.
            reply: Called with a method call that came in an answer's body.
            time_factor: Multiplies pauses between retries and life times; 0 retries without pause and for ever.

        """
        self.queue = queue
        self.reply = reply
        self.time_factor = time_factor
        self.url = ""
        self.secret = ""
        self.max_connections = 40
        self.last_error: tuple[int, str] | None = None
        self.attempts: list[tuple[float, int, int]] = []
        self.delivered = Signal()
        self._lanes: dict[Lane, deque[Json]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loaded = 0
        self._slots = asyncio.Semaphore(40)
        self._session: aiohttp.ClientSession | None = None

    async def set(self, params: Params) -> tuple[bool, str]:
        """Serve `setWebhook`; an empty `url` removes it. Returns result and description."""
        url = webhook_address(params)
        if not url:
            return await self.delete(params)
        await self.stop()
        if params.flag("drop_pending_updates"):
            self.queue.pending.clear()
        self.queue.conflict("terminated by setWebhook request")
        self.queue.allow(params.data("allowed_updates"))
        unchanged = url == self.url
        self.url, self.secret = url, params.text("secret_token")
        self.max_connections = min(max(params.number("max_connections", 40), 1), 100)
        self.queue.webhook_active = True
        self._slots = asyncio.Semaphore(self.max_connections)
        self._spawn(self._pump())
        return True, "Webhook is already set" if unchanged else "Webhook was set"

    async def delete(self, params: Params) -> tuple[bool, str]:
        """Serve `deleteWebhook`; what was not delivered waits for `getUpdates`."""
        had = bool(self.url)
        await self.stop()
        self.url = self.secret = ""
        self.queue.webhook_active = False
        if params.flag("drop_pending_updates"):
            self.queue.pending.clear()
        return True, "Webhook was deleted" if had else "Webhook is already deleted"

    def info(self) -> Json:
        """Serve `getWebhookInfo`."""
        about: Json = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.queue.pending) + self._loaded,
        }
        if self.url:
            about |= {"max_connections": self.max_connections, "ip_address": "127.0.0.1"}
        if self.last_error is not None:
            about |= {"last_error_date": self.last_error[0], "last_error_message": self.last_error[1]}
        return about

    async def stop(self) -> None:
        """Stop delivering and put back what was not accepted."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        waiting = sorted((update for lane in self._lanes.values() for update in lane), key=lambda u: u["update_id"])
        self.queue.pending.extendleft(reversed(waiting))
        self._lanes.clear()
        self._loaded = 0
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pump(self) -> None:
        while True:
            self._load()
            await self.queue.arrived.wait()

    def _load(self) -> None:
        while self._loaded < 2 * self.max_connections and (self.queue.again or self.queue.pending):
            source = self.queue.again or self.queue.pending
            update = source.popleft()
            self._loaded += 1
            lane = lane_of(update)
            if lane in self._lanes:
                self._lanes[lane].append(update)
            else:
                self._lanes[lane] = deque([update])
                self._spawn(self._run(lane))

    async def _run(self, lane: Lane) -> None:
        waiting = self._lanes[lane]
        while waiting:
            await self._deliver(waiting[0])
            update = waiting.popleft()
            self._loaded -= 1
            if self.queue.to_duplicate:
                self.queue.to_duplicate -= 1
                self.queue.again.append(update)
            if not waiting:
                del self._lanes[lane]
            self._load()

    async def _deliver(self, update: Json) -> None:
        life = (PRESS_LIFETIME if "callback_query" in update else MESSAGE_LIFETIME) * self.time_factor
        started, pause = time.monotonic(), 0.0
        while not await self._post(update):
            if self.time_factor and time.monotonic() - started > life:
                return
            await asyncio.sleep(max(pause * self.time_factor, SHORTEST_PAUSE if pause else 0))
            pause = min(max(2.0, pause * 2), LONGEST_PAUSE)

    async def _post(self, update: Json) -> bool:
        async with self._slots:
            status, body, problem = 0, b"", ""
            try:
                status, body = await self._request(update)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                problem = f"Connection failed: {error or type(error).__name__}"
        accepted = 200 <= status < 300
        if accepted:
            self._take_reply(body)
        else:
            reason = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
            self.last_error = (int(time.time()), problem or f"Wrong response from the webhook: {status} {reason}")
        self.attempts.append((time.monotonic(), update["update_id"], status))
        self.delivered.notify()
        return accepted

    async def _request(self, update: Json) -> tuple[int, bytes]:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=60)
            self._session = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0))
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.secret
        body = json.dumps(update, ensure_ascii=False).encode()
        async with self._session.post(self.url, data=body, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.read()

    def _take_reply(self, body: bytes) -> None:
        if not body.startswith(b"{"):
            return
        try:
            call = json.loads(body)
        except ValueError:
            return
        if "method" in call:
            self.reply(call)
