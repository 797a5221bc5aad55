"""The live stream of the desk (server-sent events): which cases changed. What a page loads anew then is decided by its script.

`GET /desk/live?after=N` sends the news of the actor's municipality after cursor N; a browser that lost its connection goes on from
`Last-Event-ID`. One reader per process looks into the database while anybody listens.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import ColumnElement, func, or_, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from desk import sessions
from desk.access import Actor, Anyone
from desk.parts import parts_of
from handoff.news import news
from store.database import Database
from store.types import utcnow

POLL_SECONDS = 0.25
HEARTBEAT_SECONDS = 15.0
RETRY_MILLISECONDS = 1000
MOST_WAITING = 2000
# On PostgreSQL a transaction may commit after one with a higher id: so long nobody is sure to have seen all.
DISORDER = timedelta(seconds=10)
_MOST_DIGITS = 18
# The highest id that was ever given.
_GIVEN = {
    "sqlite": "SELECT seq FROM sqlite_sequence WHERE name = 'news'",
    "postgresql": "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM news_id_seq",
}

router = APIRouter()
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One change."""

    id: int
    municipality: int
    kind: str
    case: int | None


@dataclass(kw_only=True)
class Listener:
    """An open stream; `lost` if it was too slow: it is ended then, and its page goes on from its cursor."""

    municipality: int
    waiting: asyncio.Queue[Item] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    lost: bool = False

    def hear(self, item: Item) -> None:
        """Keep a change until it is sent."""
        try:
            self.waiting.put_nowait(item)
        except asyncio.QueueFull:
            self.lost = True


class Live:
    """Who listens in this process, and the one reader of news for all of them."""

    def __init__(self, database: Database, *, stopping: Callable[[], bool]) -> None:
        self._database = database
        self._server_stops = stopping
        self._listeners: list[Listener] = []
        self._reader: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    @property
    def closed(self) -> bool:
        """Whether the server is about to stop: then all streams end."""
        return self._stopping.is_set()

    @contextmanager
    def listening(self, municipality: int, *, position: int) -> Iterator[Listener]:
        """Hear the news of a municipality after `position` while the block lasts."""
        listener = Listener(municipality=municipality)
        self._listeners.append(listener)
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read(position))
        try:
            yield listener
        finally:
            self._listeners.remove(listener)

    async def next_items(self, listener: Listener) -> list[Item]:
        """What came, all at once; empty after a while without news, or when the server stops."""
        wanted, stop = asyncio.ensure_future(listener.waiting.get()), asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait((wanted, stop), timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            items = [wanted.result()] if wanted.done() else []
        finally:
            wanted.cancel()
            stop.cancel()
        while not listener.waiting.empty():
            items.append(listener.waiting.get_nowait())
        return items

    async def _read(self, position: int) -> None:
        """Look for news until nobody listens any more."""
        seen: dict[int, None] = {}
        while self._listeners and not self._server_stops():
            try:
                items = [item for item in await self._after(position) if item.id not in seen]
            except (SQLAlchemyError, OSError) as error:
                log.warning("desk: no news, the database does not answer", reason=type(error).__name__)
                items = []
            for item in items:
                self._tell(item)
            if items:
                seen = dict.fromkeys([*seen, *(item.id for item in items)][-MOST_WAITING:])
                position = max(position, *(item.id for item in items))
            await asyncio.sleep(POLL_SECONDS)
        if self._server_stops():
            self._stopping.set()

    async def _after(self, position: int) -> list[Item]:
        newer = news.c.id > position
        if not self._database.is_sqlite:
            newer = or_(newer, news.c.at > utcnow() - DISORDER)
        async with self._database.read() as session:
            return [_item(row) for row in await session.execute(select(news).where(newer).order_by(news.c.id))]

    def _tell(self, item: Item) -> None:
        for listener in self._listeners:
            if listener.municipality == item.municipality:
                listener.hear(item)


async def newest(session: AsyncSession) -> int:
    """The cursor of a page that is made now: the highest id of all news, also if they were deleted meanwhile."""
    highest = await session.scalar(select(func.max(news.c.id)))
    if highest is None:
        highest = await session.scalar(text(_GIVEN[session.get_bind().dialect.name]))
    return int(highest or 0)


async def missed(session: AsyncSession, *, after: int) -> bool:
    """Whether news after this cursor were deleted already (after two days): then a page has to load everything anew."""
    oldest = await session.scalar(select(func.min(news.c.id)))
    return after < (await newest(session) if oldest is None else oldest - 1)


async def since(session: AsyncSession, *, municipality: int, after: int, late: bool) -> list[Item]:
    """The news of a municipality after a cursor; with `late` again those shortly before it, which may have been committed after it."""
    wanted = select(news).where(news.c.municipality_id == municipality, await _newer(session, after, late=late))
    return [_item(row) for row in await session.execute(wanted.order_by(news.c.id))]


async def _newer(session: AsyncSession, after: int, *, late: bool) -> ColumnElement[bool]:
    if not late:
        return news.c.id > after
    then = await session.scalar(select(news.c.at).where(news.c.id <= after).order_by(news.c.id.desc()).limit(1))
    return or_(news.c.id > after, news.c.at > then - DISORDER) if then else news.c.id > after


def _item(row: Any) -> Item:
    return Item(id=row.id, municipality=row.municipality_id, kind=row.kind, case=row.case_id)


def live_of(request: Request) -> Live:
    """The streams of the running desk."""
    state = request.app.state
    if not hasattr(state, "live"):
        state.live = Live(parts_of(request).database, stopping=getattr(state, "stopping", lambda: False))
    live: Live = state.live
    return live


@router.get("/live")
async def stream(
    request: Request,
    actor: Anyone,
    *,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    last_event_id: Annotated[str, Header()] = "",
) -> StreamingResponse:
    """`news` events with `{"kind", "case"}`; `reload` when a page missed too much; ends when the session does."""
    resumed = last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) <= _MOST_DIGITS
    told = _events(request, actor, live_of(request), int(last_event_id) if resumed else after)
    return StreamingResponse(told, media_type="text/event-stream", headers={"cache-control": "no-store", "x-accel-buffering": "no"})


async def _events(request: Request, actor: Actor, live: Live, after: int) -> AsyncIterator[str]:
    database = parts_of(request).database
    yield f"retry: {RETRY_MILLISECONDS}\n\n"
    try:
        async with database.read() as session:
            position = await newest(session)
        with live.listening(actor.municipality, position=position) as listener:
            async with database.read() as session:
                if await missed(session, after=after):
                    after = await newest(session)
                    yield f"id: {after}\nevent: reload\ndata:\n\n"
                items = await since(session, municipality=actor.municipality, after=after, late=not database.is_sqlite)
            yield _written(items)
            told = {item.id for item in items}
            async for heard in _heard(request, live, listener):
                # The reader may be behind this stream, or (PostgreSQL) find what was committed late.
                yield _written([item for item in heard if item.id not in told and (item.id > after or not database.is_sqlite)])
    except (SQLAlchemyError, OSError):
        return  # the browser connects again and goes on from its cursor


async def _heard(request: Request, live: Live, listener: Listener) -> AsyncIterator[list[Item]]:
    """What the listener hears, until the server stops, the session ends, or more came than it could take."""
    loop = asyncio.get_running_loop()
    checked = loop.time()
    while not live.closed and not listener.lost:
        items = await live.next_items(listener)
        if loop.time() - checked >= HEARTBEAT_SECONDS:
            checked = loop.time()
            if not await _signed_in(request):
                return
        yield items


async def _signed_in(request: Request) -> bool:
    parts = parts_of(request)
    token = sessions.token_of(request, https=parts.https)
    found = await sessions.find(parts.database, parts.index_key, token) if token else None
    return found is not None and found.session.confirmed


def _written(items: Sequence[Item]) -> str:
    """The events of some news, each change once, with the id of its last; a comment if there are none."""
    last = {(item.kind, item.case): item.id for item in items}
    events = [
        f"id: {number}\nevent: news\ndata: {json.dumps({'kind': kind, 'case': case})}\n\n"
        for (kind, case), number in sorted(last.items(), key=lambda one: one[1])
    ]
    return "".join(events) or ":\n\n"
