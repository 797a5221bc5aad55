"""How much a visitor may send: messages per minute (in memory, nothing stored) and bytes per request."""

import time
from collections import deque
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_CHARACTERS = 4000
MOST_BYTES = 64 * 1024
MOST_WEBHOOK_BYTES = 1024 * 1024
# Read by the routes themselves, and only for somebody who may send a file at all.
UPLOADS = "/chat/upload"
DESK_UPLOADS = "/desk/courses/import"
WINDOW_SECONDS = 60.0
_SWEEP_AT = 10_000


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Per minute: messages and listening of one session, and new sessions from one network address (a shelter shares one)."""

    messages: int = 30
    sessions: int = 300
    listens: int = 40


class Window:
    """Counts events per key over the last minute."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._events: dict[str, deque[float]] = {}

    def allows(self, key: str) -> bool:
        """Count an event; False (and not counted) if there were too many."""
        now = time.monotonic()
        if len(self._events) > _SWEEP_AT:
            self._events = {name: events for name, events in self._events.items() if events[-1] > now - WINDOW_SECONDS}
        events = self._events.setdefault(key, deque())
        while events and events[0] <= now - WINDOW_SECONDS:
            events.popleft()
        if len(events) >= self._most:
            return False
        events.append(now)
        return True


class BodyLimit:
    """ASGI middleware that reads request bodies up to the limit and refuses longer ones, whether their length is announced or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its whole body, or answer 413."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"} or _takes_files(scope):
            await self._app(scope, receive, send)
            return
        most = MOST_WEBHOOK_BYTES if scope["path"].startswith("/telegram/") else MOST_BYTES
        body = await _read(receive, most)
        if body is None:
            await _refuse(send)
            return
        await self._app(scope, _replaying(body, receive), send)


def _takes_files(scope: Scope) -> bool:
    """Whether the route reads the body bit by bit, with a limit of its own; the desk does so for files alone."""
    if scope["path"] == DESK_UPLOADS:
        return any(name == b"content-type" and value.startswith(b"multipart/form-data") for name, value in scope["headers"])
    return bool(scope["path"] == UPLOADS)


async def _read(receive: Receive, most: int) -> bytes | None:
    """The body, or None if it is longer than `most`; a body that breaks off is given as far as it came."""
    body = b""
    while len(body) <= most:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body", False):
            break
    return body if len(body) <= most else None


def _replaying(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return waiting.pop() if waiting else await receive()

    return next_message


async def _refuse(send: Send) -> None:
    body = b'{"error":{"code":"too_large","message":"The request is larger than allowed."}}'
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
