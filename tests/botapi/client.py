"""Plain HTTP for tests of the server itself: calls, refusals, polling, and a webhook that listens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    import asyncio

    import aiohttp

    from .server import BotApi

Json = dict[str, Any]


async def call(http: aiohttp.ClientSession, api: BotApi, method: str, **params: Any) -> Json:
    """Call a method with a JSON body and return the body of the answer."""
    async with http.post(f"{api.base_url}{api.token}/{method}", json=params) as answer:
        body: Json = await answer.json()
        assert answer.status == body.get("error_code", 200)
        return body


async def refusal(http: aiohttp.ClientSession, api: BotApi, method: str, **params: Any) -> str:
    """Call a method that must be refused and return the description."""
    body = await call(http, api, method, **params)
    assert not body["ok"], body
    return str(body["description"])


def rows(*labels: str, width: int = 1) -> Json:
    """Return an inline keyboard with these labels, data equal to the label."""
    keys = [{"text": label, "callback_data": label} for label in labels]
    return {"inline_keyboard": [keys[start : start + width] for start in range(0, len(keys), width)]}


async def ids(http: aiohttp.ClientSession, api: BotApi, **params: Any) -> list[int]:
    """Poll and return the last three digits of the update ids."""
    body = await call(http, api, "getUpdates", **params)
    return [update["update_id"] % 1000 for update in body["result"]]


async def waiting_poll(api: BotApi) -> None:
    """Return when a long poll waits in the server."""
    await api.updates.waiting.wait_for(lambda: api.updates.polled, 5)


async def post(http: aiohttp.ClientSession, url: str, **body: Any) -> Json:
    """Post JSON and return the JSON of the answer."""
    async with http.post(url, json=body) as answer:
        found: Json = await answer.json()
        return found


class Hook:
    """A webhook that answers with the given statuses, then 200, and keeps what came."""

    def __init__(self, *statuses: int) -> None:
        """Answer these first."""
        self.statuses = list(statuses)
        self.came: list[tuple[Json, str | None]] = []
        self.reply: Json = {}
        self.gates: dict[str, asyncio.Event] = {}
        self.runner = web.AppRunner(web.Application())
        self.runner.app.router.add_post("/hook", self.take)

    async def take(self, request: web.Request) -> web.Response:
        """Keep an update and answer it, after its gate opened if it has one."""
        update = await request.json()
        self.came.append((update, request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        gate = self.gates.get(update.get("message", {}).get("text", ""))
        if gate is not None:
            await gate.wait()
        reply, self.reply = self.reply, {}
        return web.json_response(reply, status=self.statuses.pop(0) if self.statuses else 200)

    async def __aenter__(self) -> str:
        """Listen; returns the address."""
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self.runner.addresses[0][1]}/hook"

    async def __aexit__(self, *_: object) -> None:
        """Stop listening."""
        await self.runner.cleanup()


async def delivered(api: BotApi, count: int) -> None:
    """Return when so many deliveries were tried."""
    await api.webhook.delivered.wait_for(lambda: len(api.webhook.attempts) >= count, 5)
