"""Steering the server over HTTP, for tests and benchmarks in another process; every route is under `/control`."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

if TYPE_CHECKING:
    from .people import Person
    from .server import BotApi
    from .view import Line

Json = dict[str, Any]

ACTIONS: Final = frozenset(
    {
        "send",
        "start",
        "press",
        "edit",
        "send_voice",
        "send_photo",
        "send_document",
        "send_sticker",
        "send_location",
        "send_contact",
        "join_group",
        "remove_bot",
        "block",
        "unblock",
    }
)


class Control:
    """The routes; each takes and returns JSON."""

    def __init__(self, server: BotApi) -> None:
        """Steer this server."""
        self.server = server

    async def act(self, request: web.Request) -> web.Response:
        """`POST /control/people/{user_id}/{action}`: an action of `Person` with its arguments as JSON object.

        `language_code` and `name` describe a person who is new. Answers `{"result": …}`.
        """
        action = request.match_info["action"]
        given = await _body(request)
        person = self._person(request, given)
        if action not in ACTIONS:
            raise web.HTTPNotFound
        return web.json_response({"result": getattr(person, action)(**given)})

    async def wait(self, request: web.Request) -> web.Response:
        """`POST /control/people/{user_id}/wait`: `{"what": 1 or "text", "timeout": s}`; 408 when it did not happen."""
        given = await _body(request)
        try:
            news = await self._person(request, given).wait_for(given.get("what", 1), given.get("timeout", 5))
        except TimeoutError as error:
            return web.json_response({"error": str(error)}, status=408)
        return web.json_response({"news": [_shown(line) for line in news]})

    async def transcript(self, request: web.Request) -> web.Response:
        """`GET /control/people/{user_id}/transcript`: the private chat as it stands."""
        lines = self._person(request, {}).transcript
        return web.json_response({"transcript": [_shown(line) for line in lines]})

    def _person(self, request: web.Request, given: Json) -> Person:
        about = {name: given.pop(name) for name in ("language_code", "name") if name in given}
        return self.server.person(int(request.match_info["user_id"]), **about)

    async def inject(self, request: web.Request) -> web.Response:
        """`POST /control/inject`: a list of raw updates; answers their ids."""
        return web.json_response({"update_ids": self.server.inject(await request.json())})

    async def add_fault(self, request: web.Request) -> web.Response:
        """`POST /control/faults`: the fields of `Fault`, `kind` at least."""
        self.server.faults.add(**await _body(request))
        return web.json_response({})

    async def faults(self, _request: web.Request) -> web.Response:
        """`GET /control/faults`: the rules with their hits."""
        return web.json_response({"faults": [dataclasses.asdict(rule) for rule in self.server.faults.rules]})

    async def clear_faults(self, _request: web.Request) -> web.Response:
        """`DELETE /control/faults`: remove all rules."""
        self.server.faults.clear()
        return web.json_response({})

    async def updates(self, request: web.Request) -> web.Response:
        """`POST /control/updates`: any of `{"duplicate": n, "swap": n, "repeat": [ids], "conflict": true}`."""
        given, queue = await _body(request), self.server.updates
        if "duplicate" in given:
            queue.duplicate(given["duplicate"])
        if "swap" in given:
            queue.swap(given["swap"])
        if given.get("repeat"):
            queue.repeat(given["repeat"])
        if given.get("conflict"):
            queue.conflict()
        return web.json_response({})

    async def down(self, request: web.Request) -> web.Response:
        """`POST /control/down`: refuse connections, for `seconds` or until `/control/up` on the control port."""
        seconds = (await _body(request)).get("seconds")
        loop = asyncio.get_running_loop()
        loop.call_soon(self._spawn, "down")
        if seconds is not None:
            loop.call_later(seconds, self._spawn, "up")
        return web.json_response({})

    async def up(self, _request: web.Request) -> web.Response:
        """`POST /control/up`: listen again."""
        await self.server.up()
        return web.json_response({})

    def _spawn(self, action: str) -> None:
        self.server.background(self.server.down() if action == "down" else self.server.up())

    async def calls(self, request: web.Request) -> web.Response:
        """`GET /control/calls?since=0&refused=0`: the log from an index on; `next` is the index to go on with."""
        world = self.server.world
        log = world.refused if request.query.get("refused") == "1" else world.calls
        since = int(request.query.get("since", "0"))
        return web.json_response({"next": len(log), "calls": [dataclasses.asdict(call) for call in log[since:]]})

    async def state(self, _request: web.Request) -> web.Response:
        """`GET /control/state`: counts of accepted calls per method, updates waiting, the webhook."""
        world = self.server.world
        return web.json_response(
            {
                "counts": world.counts,
                "refused": len(world.refused),
                "pending": self.server.webhook.info()["pending_update_count"],
                "webhook": self.server.webhook.info(),
                "webhook_attempts": len(self.server.webhook.attempts),
            }
        )


async def _body(request: web.Request) -> Json:
    return dict(await request.json()) if request.can_read_body else {}


def _shown(line: Line) -> Json:
    return {**dataclasses.asdict(line), "file": len(line.file)}


def control_routes(app: web.Application, server: BotApi) -> None:
    """Add the routes to an application."""
    control = Control(server)
    person = "/control/people/{user_id}"
    app.add_routes(
        [
            web.get(f"{person}/transcript", control.transcript),
            web.post(f"{person}/wait", control.wait),
            web.post(f"{person}/{{action}}", control.act),
            web.post("/control/inject", control.inject),
            web.post("/control/faults", control.add_fault),
            web.get("/control/faults", control.faults),
            web.delete("/control/faults", control.clear_faults),
            web.post("/control/updates", control.updates),
            web.post("/control/down", control.down),
            web.post("/control/up", control.up),
            web.get("/control/calls", control.calls),
            web.get("/control/state", control.state),
        ]
    )
