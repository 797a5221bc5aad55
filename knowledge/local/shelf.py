"""The knowledge of each municipality at hand: the common one with what its editors published, joined anew when that changed."""

import asyncio
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.local import join, look
from knowledge.model import Article, Knowledge


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a municipality has at a `revision`: its `knowledge`, and those of its articles that differ from the common ones."""

    revision: int
    knowledge: Knowledge
    articles: dict[str, Article]


class LocalShelf:
    """It may be shared by all tasks of one event loop. Each question costs one small query; rows are read when a revision went up."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._common = knowledge
        self._none = Place(revision=0, knowledge=knowledge, articles={})
        self._places: dict[int, Place] = {}
        self._loading = asyncio.Lock()

    async def knowledge(self, session: AsyncSession, municipality: int | None) -> Knowledge:
        """The knowledge of a municipality (row id), the common one for None."""
        return (await self.place(session, municipality)).knowledge

    async def place(self, session: AsyncSession, municipality: int | None) -> Place:
        """The same with its revision; callers who come while it is loaded wait for that."""
        if municipality is None or not (number := await look.revision(session, municipality=municipality)):
            return self._none
        found = self._places.get(municipality)
        if found is None or found.revision != number:
            async with self._loading:
                found = self._places.get(municipality)
                if found is None or found.revision != number:
                    found = self._places[municipality] = await self._load(session, municipality)
        return found

    async def _load(self, session: AsyncSession, municipality: int) -> Place:
        number, articles = await look.published(session, municipality=municipality, knowledge=self._common)
        return Place(revision=number, knowledge=join.with_articles(self._common, articles), articles=articles)
