"""The imported pages of each municipality at hand: an index per place, loaded anew when a feed changed; finding is in `nlu.retrieval`.

Words are compared from the first question on; sentence vectors come from the cache on disk, and missing ones are computed beside.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.pages import keep
from knowledge.pages.record import Page, Passage, code_of, name_of
from nlu import embedding
from nlu.embedding import Cache, Progress
from nlu.retrieval import Index
from nlu.retrieval_parts import PagePassage
from store.errors import UnavailableError

_FIRST = ("de", "en")
_AT_ONCE = 500
RETRY_SECONDS = 60.0


@dataclass(kw_only=True)
class _Place:
    revisions: dict[int, int] = field(default_factory=dict)
    index: Index = field(default_factory=lambda: Index(()))
    filling: asyncio.Task[None] | None = None
    missing: list[str] = field(default_factory=list)
    failed_at: float | None = None


class PageShelf:
    """The pages of all municipalities; it may be shared by all tasks of one event loop. Without a `cache` words alone are compared.

    With `compute` missing vectors are computed; else those on disk count.
    """

    def __init__(self, *, cache: Path | None, progress: Progress | None = None, processes: int = 1, compute: bool = True) -> None:
        self._cache = None if embedding.load_error() else cache
        self._progress = progress
        self._processes = processes
        self._compute = compute
        self._places: dict[str, _Place] = {}
        self._ready: dict[str, Index] = {}
        self._loading, self._reading, self._computing = asyncio.Lock(), asyncio.Lock(), asyncio.Lock()
        self.note: str | None = embedding.load_error()

    async def index(self, session: AsyncSession, municipality: str) -> Index:
        """The pages of a place, empty if it has none; callers who come while they are loaded wait for that."""
        return (await self._place(session, municipality)).index

    def now(self, municipality: str) -> Index | None:
        """The pages of a place that are at hand, without waiting for anything: those of the last `look`, None before the first."""
        return self._ready.get(municipality)

    async def look(self, session: AsyncSession) -> None:
        """Load the pages of every place whose feeds changed, so that they are at hand; until then the old ones are."""
        feeds = await keep.known(session)
        for municipality in dict.fromkeys(row.municipality for row in feeds):
            self._retry(await self._place(session, municipality))
        for gone in self._places.keys() - {row.municipality for row in feeds}:
            await _stop(self._places.pop(gone))
            self._ready.pop(gone, None)

    async def complete(self, session: AsyncSession, municipality: str) -> Index:
        """The same with all vectors that can be had: waits until they are computed."""
        place = await self._place(session, municipality)
        if place.filling:
            await asyncio.shield(place.filling)
        return place.index

    async def close(self) -> None:
        """Stop computing; what was computed is kept on disk."""
        for place in self._places.values():
            await _stop(place)

    def _retry(self, place: _Place) -> None:
        """Compute what failed some time ago: an engine that stopped may run again."""
        if place.failed_at is not None and time.monotonic() >= place.failed_at + RETRY_SECONDS:
            place.failed_at = None
            place.filling = asyncio.create_task(self._embed(place))

    async def _place(self, session: AsyncSession, municipality: str) -> _Place:
        rows = await keep.known(session, municipality=municipality)
        revisions = {row.id: row.revision for row in rows if row.revision}
        place = self._places.get(municipality)
        if place is None or place.revisions != revisions:
            async with self._loading:
                place = self._places.get(municipality)
                if place is None or place.revisions != revisions:
                    place = self._places[municipality] = await self._load(session, municipality, revisions, place)
        return place

    async def _load(self, session: AsyncSession, municipality: str, revisions: dict[int, int], before: _Place | None) -> _Place:
        """All pages of a place. Revisions were read before the rows: what is changed in between is read again the next time."""
        if before and before.filling:
            before.filling.cancel()
        feeds = await keep.known(session, municipality=municipality)
        passages: list[PagePassage] = []
        for feed in feeds:
            stream = await session.stream(select(keep.pages).where(keep.pages.c.feed_id == feed.id).execution_options(yield_per=_AT_ONCE))
            async for row in stream:
                code = code_of(region=feed.region, kind=feed.kind, key=row.key)
                passages += passages_of(name_of(feed, row.key), keep.page_of(row), feed.language, code=code)
        index = await asyncio.to_thread(Index, passages)
        place = _Place(revisions=revisions, index=index)
        place.missing = await asyncio.to_thread(self._known, index, self._cache) if self._cache else []
        place.filling = asyncio.create_task(self._fill(municipality, place))
        return place

    def _known(self, index: Index, cache: Path) -> list[str]:
        """Take the vectors of each language whose passages are all known; the others are left, the most useful first."""
        store = Cache(cache, "passage")
        missing = []
        for language in index.parts:
            texts = index.texts(language)
            if all(store.get(text) is not None for text in texts):
                index.put(language, store.vectors(texts))
            else:
                missing.append(language)
        return sorted(missing, key=lambda code: (code not in _FIRST, code))

    async def _fill(self, municipality: str, place: _Place) -> None:
        """Read words, from when on the pages are at hand; then compute vectors, one place after the other."""
        async with self._reading:
            for part in place.index.parts.values():
                await asyncio.to_thread(part.read)
        self._ready[municipality] = place.index
        await self._embed(place)

    async def _embed(self, place: _Place) -> None:
        cache = self._cache
        if cache is None or not self._compute:
            return
        async with self._computing:
            try:
                for language in tuple(place.missing):
                    texts = place.index.texts(language)
                    vectors = await embedding.embed_all(
                        texts, cache=cache, kind="passage", processes=self._processes, progress=self._progress
                    )
                    place.index.put(language, vectors)
                    place.missing.remove(language)
                self.note = None
            except (UnavailableError, OSError) as error:
                place.failed_at = time.monotonic()
                self.note = f"pages are found by words alone: {error}"


async def _stop(place: _Place) -> None:
    if place.filling:
        place.filling.cancel()
        await asyncio.gather(place.filling, return_exceptions=True)


def passages_of(name: str, page: Page, language: str, *, code: str = "") -> Iterator[PagePassage]:
    """What a page is found by; one without text is found by its title."""
    about: dict[str, Any] = {"key": name, "language": language, "title": page.title, "trail": page.trail, "code": code}
    for number, passage in enumerate(page.passages or (Passage("", ""),)):
        yield PagePassage(**about, heading=passage.heading, text=passage.text, number=number)
