"""A publisher of pages over HTTP for tests: answers like the Integreat API, counts what it is asked, and can be told to be difficult."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from aiohttp import web

Rows = list[dict[str, Any]]


def page(slug: str, title: str, content: str, *, above: str = "", changed: str = "2026-03-01", path: str = "/town/de") -> dict[str, Any]:
    """A row as the API has it."""
    parent = {"id": 1, "path": f"{path}/{above}/", "url": None} if above else {"id": 0, "path": None, "url": None}
    return {
        "id": 7,
        "path": f"{path}/{slug}/",
        "url": f"https://pages.example{path}/{slug}/",
        "title": title,
        "content": content,
        "last_updated": f"{changed}T10:00:00Z",
        "parent": parent,
    }


@dataclass
class Publisher:
    """Its answers by path below /api/v3 (`town/de/pages`); `trouble` holds statuses that are answered first, `asked` what was asked how.

    The path `silent` is not answered before `wake`.
    """

    answers: dict[str, Rows | bytes] = field(default_factory=dict)
    trouble: list[int] = field(default_factory=list)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    tags: bool = True
    url: str = ""
    silent: str = ""
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.Response:
        """What the API would say."""
        path = request.match_info["path"]
        self.asked.append((path, dict(request.headers)))
        if path == self.silent:
            await self.wake.wait()
        if self.trouble:
            return web.Response(status=self.trouble.pop(0), headers={"Retry-After": "3"})
        if path not in self.answers:
            return web.json_response({"error": "not found"}, status=404)
        found = self.answers[path]
        body = found if isinstance(found, bytes) else json.dumps(found).encode()
        tag = f'"{sha256(body).hexdigest()}"'
        if self.tags and request.headers.get("If-None-Match") == tag:
            return web.Response(status=304)
        return web.Response(body=body, content_type="application/json", headers={"ETag": tag} if self.tags else {})


@asynccontextmanager
async def publishing(answers: Mapping[str, Rows | bytes]) -> AsyncIterator[Publisher]:
    """A publisher at work."""
    publisher = Publisher(answers=dict(answers))
    app = web.Application()
    app.router.add_get("/api/v3/{path:.+}", publisher.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    publisher.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield publisher
    finally:
        publisher.wake.set()
        await runner.cleanup()
