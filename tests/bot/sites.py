"""Web sites over HTTP for tests of links: each has a port of its own, answers by path as it is told, and counts who asks at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Answer = web.Response | Callable[[web.Request], Awaitable[web.Response]]


@dataclass
class Site:
    """One site: `answers` by path (a list: one after the other, the last one again and again), `asked` as "METHOD /path"."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    busiest: int = 0
    url: str = ""
    _now: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        """What the site says; without a word for a path it is there and empty."""
        self.asked.append(f"{request.method} {request.path_qs}")
        self.agents.add(request.headers.get("User-Agent", ""))
        self._now += 1
        self.busiest = max(self.busiest, self._now)
        try:
            await asyncio.sleep(0)  # who would come meanwhile, comes now
            given = self.answers.get(request.path, [])
            found = given.pop(0) if len(given) > 1 else given[0] if given else web.Response(text="here")
            # A response can be sent once.
            return web.Response(status=found.status, headers=found.headers) if isinstance(found, web.Response) else await found(request)
        finally:
            self._now -= 1


def says(status: int, **headers: str) -> web.Response:
    """An answer with a status; `retry_after="3"` is the header Retry-After."""
    return web.Response(status=status, headers={name.replace("_", "-").title(): value for name, value in headers.items()})


@asynccontextmanager
async def sites(count: int) -> AsyncIterator[list[Site]]:
    """So many sites at work, each under an address that no other has."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(_site()) for _ in range(count)]


@asynccontextmanager
async def _site() -> AsyncIterator[Site]:
    site = Site()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield site
    finally:
        await runner.cleanup()
