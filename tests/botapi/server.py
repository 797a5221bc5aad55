"""The HTTP server: routes, faults and life cycle; what the methods do is in `methods`, `settings`, `webhooks`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

from .control import control_routes
from .errors import ApiError
from .faults import Faults, apply, reset
from .params import logged, read_params
from .people import Person
from .queues import UpdateQueue
from .rules import Params
from .settings import METHODS
from .webhooks import Webhook
from .world import UPLOAD_LIMIT, Call, World

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable
    from types import TracebackType

Json = dict[str, Any]

WAITING = {
    "getupdates": "getUpdates",
    "setwebhook": "setWebhook",
    "deletewebhook": "deleteWebhook",
    "getwebhookinfo": "getWebhookInfo",
}
dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class BotApi:
    """A Bot API server for one bot, as an asynchronous context manager.

    Clients: aiogram takes `TelegramAPIServer.from_base(server.url)`, python-telegram-bot
    `Bot(server.token, base_url=server.base_url, base_file_url=server.base_file_url)`.
    """

    def __init__(
        self,
        token: str = "42:local-test-token",  # noqa: S107
        *,
        port: int = 0,
        username: str = "lotse_test_bot",
        time_factor: float = 1,
        query_lifetime: float = 900,
    ) -> None:
        """Describe the server; `start()` or `async with` opens it.

        Args:
            token: The only accepted token.
            port: Port on 127.0.0.1; 0 picks a free one.
            username: The bot's user name, without `@`.
            time_factor: Multiplies webhook pauses (2, 4, 8 … s) and life times; 0 retries without pause.
            query_lifetime: Seconds in which a callback query can be answered.

        """
        self.token = token
        self.port = port
        self.control_port = 0
        bot_id = int(token.partition(":")[0])
        me = {"id": bot_id, "is_bot": True, "first_name": "Lotse", "username": username}
        self.world = World(me, query_lifetime=query_lifetime)
        self.updates = UpdateQueue()
        self.faults = Faults()
        self.webhook = Webhook(self.updates, self._webhook_reply, time_factor=time_factor)
        self.people: dict[int, Person] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None

    @property
    def url(self) -> str:
        """The address without a path, e.g. `http://127.0.0.1:8081`."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """What python-telegram-bot calls `base_url`."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """What python-telegram-bot calls `base_file_url`."""
        return f"{self.url}/file/bot"

    @property
    def calls(self) -> list[Call]:
        """The accepted calls, oldest first."""
        return self.world.calls

    def sent(self, chat_id: int | None = None) -> list[Call]:
        """Return the accepted calls that sent a message, of one chat or of all."""
        return [call for call in self.world.calls if call.method.startswith("send") and call.message_id and chat_id in (None, call.chat_id)]

    async def wait_for_calls(self, count: int, method: str | None = None, timeout: float = 5) -> list[Call]:  # noqa: ASYNC109
        """Wait until `count` calls (of one method) were accepted and return them.

        Raises:
            TimeoutError: Not within `timeout` seconds.

        """
        counts = self.world.counts
        await self.world.called.wait_for(lambda: (counts[method] if method else len(self.world.calls)) >= count, timeout)
        return [call for call in self.world.calls if method in (None, call.method)]

    def person(self, user_id: int, language_code: str | None = None, name: str = "Person") -> Person:
        """Return the person with this id, made on first use."""
        if user_id not in self.people:
            self.people[user_id] = Person(self, user_id, language_code, name)
        return self.people[user_id]

    def inject(self, updates: Iterable[Json]) -> list[int]:
        """Queue raw updates for load; chats and queries in them become known.

        Returns:
            The update ids, given where they were absent.

        """
        ready = list(updates)
        for update in ready:
            self._learn(update)
        return self.updates.publish_all(ready)

    def _learn(self, update: Json) -> None:
        query = update.get("callback_query")
        if query is not None and query["id"] not in self.world.queries:
            self.world.ask(query["from"]["id"], query["id"])
        message = update.get("message") or (query or {}).get("message") or {}
        if "chat" in message:
            about = {name: value for name, value in message["chat"].items() if name != "id"}
            self.world.chat(message["chat"]["id"], **about)

    async def start(self) -> None:
        """Open the port and the control port."""
        app = web.Application(client_max_size=UPLOAD_LIMIT + 4 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self._serve_file)
        control_routes(app, self)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.5)
        await self._runner.setup()
        control = web.TCPSite(self._runner, "127.0.0.1", 0)
        await control.start()
        self.control_port = self._runner.addresses[0][1]
        await self.up()

    async def up(self) -> None:
        """Listen (again), on the same port as before."""
        if self._site is not None or self._runner is None:
            return
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=1024, reuse_address=True)
        await site.start()
        self._site = site
        self.port = next(address[1] for address in self._runner.addresses if address[1] != self.control_port)

    async def down(self) -> None:
        """Refuse connections and reset those that are open, until `up()`."""
        if self._site is None or self._runner is None or self._runner.server is None:
            return
        site, self._site = self._site, None
        await site.stop()
        for connection in self._runner.server.connections:
            transport = connection.transport
            if transport is not None and transport.get_extra_info("sockname")[1] == self.port:
                reset(transport)

    async def stop(self) -> None:
        """Close everything."""
        self.updates.conflict("terminated by shutdown")
        await self.webhook.stop()
        for task in self._tasks:
            task.cancel()
        if self._runner is not None:
            await self._runner.cleanup()
        self._runner = self._site = None

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop."""
        await self.stop()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        lost = False
        try:
            self._check_token(request)
            params = await read_params(request)
            for fault in self.faults.take(method, params.number("chat_id") or None):
                lost = await apply(fault, request.transport) or lost
            status, body = 200, await self.execute(method, params, lost=lost)
        except ApiError as error:
            status, body = error.code, error.body()
        if lost:
            reset(request.transport)
        return web.Response(text=dumps(body), status=status, content_type="application/json")

    def _check_token(self, request: web.Request) -> None:
        token = request.match_info["token"]
        if token != self.token:
            raise ApiError(401, "" if ":" in token else "invalid token specified")

    async def execute(self, method: str, params: Params, *, lost: bool = False) -> Json:
        """Run one call and log it.

        Raises:
            ApiError: The call is refused; the refusal is in `world.refused`.

        """
        method = method.lower()
        known = METHODS.get(method)
        name = known[0] if known else WAITING.get(method, method)
        call = Call(name, params.number("chat_id") or None, logged(params.values), time.monotonic(), lost=lost)
        try:
            body = {"ok": True, "result": known[1](self.world, params)} if known else await self._wait_for(method, params)
        except ApiError as error:
            call.error = error.description
            self.world.log(call)
            raise
        result = body["result"]
        call.message_id = result.get("message_id") if isinstance(result, dict) else None
        self.world.log(call)
        return body

    async def _wait_for(self, method: str, params: Params) -> Json:
        if method == "getupdates":
            return {"ok": True, "result": await self.updates.get(params)}
        if method == "getwebhookinfo":
            return {"ok": True, "result": self.webhook.info()}
        if method in {"setwebhook", "deletewebhook"}:
            change = self.webhook.set if method == "setwebhook" else self.webhook.delete
            result, description = await change(params)
            return {"ok": True, "result": result, "description": description}
        raise ApiError(404, "method not found")

    def _webhook_reply(self, call: Json) -> None:
        async def run() -> None:
            with contextlib.suppress(ApiError):
                await self.execute(str(call.pop("method")), Params(call))

        self.background(run())

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the calls; it ends with the server at the latest."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve_file(self, request: web.Request) -> web.Response:
        parts = request.match_info["path"].split("/")
        file = self.world.files.get(parts[1]) if len(parts) > 1 else None
        if request.match_info["token"] != self.token or file is None:
            error = ApiError(404)
            return web.Response(text=dumps(error.body()), status=404, content_type="application/json")
        return web.Response(body=file.content, content_type="application/octet-stream")
