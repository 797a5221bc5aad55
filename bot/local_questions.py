"""Finds the articles that a municipality wrote itself: how messages are compared is in `nlu.nearest`, what is published in `knowledge`.

The only place where both meet. Words are compared from the first message on; vectors come from the cache on disk, and missing ones are
computed beside.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.local.shelf import LocalShelf, Place
from knowledge.model import Article, Knowledge
from nlu import embedding, nearest
from nlu.model import Match
from nlu.nearest import Near, Nearest, Sample
from store.errors import UnavailableError

# More than any town will write; an index of words holds no more than 65,535.
MOST_SAMPLES = 50_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Kept:
    place: Place
    index: Nearest
    filling: asyncio.Task[None] | None


class LocalQuestions:
    """The own articles of all municipalities; shared by all tasks of one event loop. Without a `cache` words alone are compared."""

    def __init__(self, *, shelf: LocalShelf, common: Knowledge, cache: Path | None) -> None:
        self._shelf = shelf
        self._common = common
        self._cache = None if embedding.load_error() else cache
        self._kept: dict[int, _Kept] = {}
        self._computing = asyncio.Lock()

    async def understood(self, session: AsyncSession, match: Match, text: str, *, municipality: int | None) -> Match:
        """The match of a message to somebody in a municipality (row id), with what was written there."""
        if match.decision in {"crisis", "intent"}:
            return match
        return nearest.heard(match, await self.nearest(session, match, text, municipality=municipality))

    async def nearest(self, session: AsyncSession, match: Match, text: str, *, municipality: int | None) -> list[Near]:
        """All articles that the municipality wrote or gave questions to, the likeliest first."""
        index = await self._index(session, municipality)
        return index.search(text, match.vector, language=match.language, doubt=match.doubt) if index else []

    async def complete(self, session: AsyncSession, municipality: int) -> None:
        """Wait until the vectors of a municipality are there."""
        await self._index(session, municipality)
        kept = self._kept.get(municipality)
        if kept and kept.filling:
            await asyncio.shield(kept.filling)

    async def close(self) -> None:
        """Stop computing; what was computed is kept on disk."""
        running = [kept.filling for kept in self._kept.values() if kept.filling]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _index(self, session: AsyncSession, municipality: int | None) -> Nearest | None:
        place = await self._shelf.place(session, municipality)
        if municipality is None or not place.articles:
            return None
        kept = self._kept.get(municipality)
        if kept is None or kept.place is not place:
            kept = self._kept[municipality] = self._read(place, kept)
        return kept.index

    def _read(self, place: Place, before: _Kept | None) -> _Kept:
        if before and before.filling:
            before.filling.cancel()
        every = (sample for article in place.articles.values() for sample in samples(article, self._common))
        index = Nearest(list(islice(every, MOST_SAMPLES)))
        filling = asyncio.create_task(self._fill(index, self._cache)) if self._cache and index.samples else None
        return _Kept(place=place, index=index, filling=filling)

    async def _fill(self, index: Nearest, cache: Path) -> None:
        async with self._computing:
            try:
                index.put(await embedding.embed_all(index.texts, cache=cache))
            except (UnavailableError, OSError) as error:
                log.warning("own articles are found by words alone", reason=str(error))


def samples(article: Article, common: Knowledge) -> Iterator[Sample]:
    """What an article is found by: all of an own one; of a local version the questions that understanding has not learned."""
    known = common.articles.get(article.id)
    for code, text in article.translations.items():
        learned = known.translations[code].questions if known and code in known.translations else ()
        fresh = [question for question in text.questions if question not in learned]
        yield from (Sample(entry=article.id, language=code, text=question) for question in fresh)
        if text.readable and (known is None or fresh):
            yield Sample(entry=article.id, language=code, text=f"{text.title}. {text.answer}", kind="text")
