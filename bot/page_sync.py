"""Fetches the pages of other publishers politely and keeps them (`lotse knowledge sync`): one address after the other, only what is new.

Each feed is one transaction: who reads meanwhile, or after a kill, sees its old state or its new one.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import httpx

from bot.politeness import AGENT, BUSY, PAUSE, Wait, asked_to_wait, longer
from knowledge.pages import integreat, keep
from knowledge.pages.keep import Change, Stamp
from knowledge.pages.record import KINDS, Feed
from locales import registry
from scheduler.runner import whole
from store.database import Database
from store.errors import ConfigurationError, LotseError, UnavailableError
from store.tls import authorities
from store.types import utcnow

SECONDS = 30.0
MOST_BYTES = 50_000_000
TRIES = 4
_ABSENT = frozenset({404, 410})
_REMOVED = "the feed was removed meanwhile"
_HEADERS = {"User-Agent": AGENT, "Accept": "application/json"}


@dataclass(frozen=True, kw_only=True)
class Synced:
    """What became of one feed: how its pages changed, or in `problem` why nothing was changed. `strange` entries were no pages."""

    feed: Feed
    change: Change = field(default_factory=Change)
    strange: int = 0
    problem: str = ""


class _Heard(NamedTuple):
    """What an address answered; `after`: so many seconds it asks to wait, 0 if it says nothing."""

    status: int
    stamp: Stamp = Stamp()
    body: bytes = b""
    after: float = 0.0


def feeds_of(base: str, *, regions: Sequence[str], languages: Sequence[str]) -> list[Feed]:
    """The feeds of a publisher: of each region in each language its pages, locations and events; a region's slug is its municipality.

    Raises ConfigurationError for an address that is none and for a language that Lotse does not speak.
    """
    address = base.rstrip("/").removesuffix("/api/v3")
    if not address.startswith(("https://", "http://")):
        message = "{address!r} is no address; write https://…"
        raise ConfigurationError(message, address=base)
    return [
        Feed(municipality=region, base=address, region=region, language=_ours(spelt), spelt=spelt, kind=kind)
        for region in regions
        for spelt in languages
        for kind in KINDS
    ]


def _ours(spelt: str) -> str:
    found = spelt if spelt in registry.LANGUAGES else registry.match(spelt)
    if found is None:
        message = "Lotse does not speak {code!r}; it speaks {known}"
        raise ConfigurationError(message, code=spelt, known=", ".join(registry.LANGUAGES))
    return found


async def known(database: Database) -> list[Feed]:
    """The feeds that were synced before."""
    async with database.read() as session:
        rows = await keep.known(session)
    return [keep.feed_of(row) for row in rows]


async def sync(database: Database, feeds: Sequence[Feed], *, wait: Wait = asyncio.sleep) -> AsyncIterator[Synced]:
    """Know these feeds from now on and bring them up to date, see `refresh`."""
    async with database.write() as session:
        await keep.enrol(session, feeds)
    async for synced in refresh(database, feeds, wait=wait):
        yield synced


async def refresh(database: Database, feeds: Sequence[Feed], *, wait: Wait = asyncio.sleep) -> AsyncIterator[Synced]:
    """Bring known feeds up to date, one after the other; a feed that cannot be read keeps its old pages and says why.

    It may be cancelled at any moment: what is being stored is finished first.
    """
    async with httpx.AsyncClient(verify=authorities(), headers=_HEADERS, timeout=SECONDS, follow_redirects=True) as client:
        for feed in feeds:
            try:
                yield await _one(database, client, feed, wait)
            except (LotseError, httpx.HTTPError) as error:
                yield Synced(feed=feed, problem=f"{type(error).__name__}: {error}")


async def _one(database: Database, client: httpx.AsyncClient, feed: Feed, wait: Wait) -> Synced:
    stamp = await whole(_stamp(database, feed))
    if stamp is None:
        return Synced(feed=feed, problem=_REMOVED)
    status, fresh, body, _ = await _fetch(client, feed, stamp, wait)
    answer = integreat.Answer(pages=())
    if status == httpx.codes.OK and fresh.digest != stamp.digest:
        answer = await asyncio.to_thread(integreat.read, body, feed=feed)
    return await whole(_stored(database, feed, status, fresh, answer))


async def _stamp(database: Database, feed: Feed) -> Stamp | None:
    """What the feed answered the last time; None if it is not known any more."""
    async with database.read() as session:
        row = await keep.row_of(session, feed)
    return Stamp(etag=row.etag, modified=row.modified, digest=row.digest) if row else None


async def _stored(database: Database, feed: Feed, status: int, fresh: Stamp, answer: integreat.Answer) -> Synced:
    async with database.write() as session:
        row = await keep.row_of(session, feed, lock=True)
        if row is None:
            return Synced(feed=feed, problem=_REMOVED)
        if status in _ABSENT:
            # A region has no events or no pages in a language (any more).
            return Synced(feed=feed, change=await keep.put(session, row, (), stamp=Stamp(), now=utcnow()))
        if status == httpx.codes.NOT_MODIFIED or fresh.digest == row.digest:
            return Synced(feed=feed, change=await keep.same(session, row, now=utcnow()))
        return Synced(feed=feed, change=await keep.put(session, row, answer.pages, stamp=fresh, now=utcnow()), strange=answer.strange)


async def _fetch(client: httpx.AsyncClient, feed: Feed, stamp: Stamp, wait: Wait) -> _Heard:
    """The answer of the feed's address; asks only for what changed, and again after a pause where the publisher is busy."""
    headers = {name: value for name, value in (("If-None-Match", stamp.etag), ("If-Modified-Since", stamp.modified)) if value}
    pause = PAUSE
    for left in reversed(range(TRIES)):
        try:
            heard = await _ask(client, feed, headers)
        except httpx.TransportError as error:
            if not left:
                message = "{address} does not answer: {problem}"
                raise UnavailableError(message, address=feed.address, problem=type(error).__name__) from error
        else:
            if heard.status not in BUSY:
                return _checked(feed, heard)
            if not left:
                message = "{address} answers {status} again and again"
                raise UnavailableError(message, address=feed.address, status=heard.status)
            pause = max(pause, heard.after)
        await wait(pause)
        pause = longer(pause)
    raise AssertionError(feed.address)


def _checked(feed: Feed, heard: _Heard) -> _Heard:
    if heard.status in {httpx.codes.OK, httpx.codes.NOT_MODIFIED} or heard.status in _ABSENT:
        return heard
    message = "{address} answers {status}"
    raise UnavailableError(message, address=feed.address, status=heard.status)


async def _ask(client: httpx.AsyncClient, feed: Feed, headers: dict[str, str]) -> _Heard:
    async with client.stream("GET", feed.address, headers=headers) as response:
        if response.status_code in BUSY:
            return _Heard(response.status_code, after=asked_to_wait(response.headers.get("Retry-After", "")))
        parts, size = [], 0
        async for part in response.aiter_bytes():
            size += len(part)
            if size > MOST_BYTES:
                message = "{address} answers with more than {most} bytes"
                raise LotseError(message, address=feed.address, most=MOST_BYTES)
            parts.append(part)
        body = b"".join(parts)
        etag, modified = (response.headers.get(name, "") for name in ("ETag", "Last-Modified"))
        stamp = Stamp(etag=etag[:200], modified=modified[:64], digest=hashlib.sha256(body).hexdigest())
        return _Heard(response.status_code, stamp, body)
