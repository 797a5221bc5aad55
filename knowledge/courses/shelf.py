"""The courses of the database at hand: one index per process, loaded anew when a catalogue was changed. Finding is in `search`."""

import asyncio
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.courses.index import Index, build, joined
from knowledge.courses.record import Course
from knowledge.courses.rows import chunks, course_of, courses
from store.courses import Catalogue
from store.statements import table_of

DEMO = "demo"
_AT_ONCE = 2000  # rows that are read, and then worked through beside the event loop
_catalogues = table_of(Catalogue)


class Kept(NamedTuple):
    """A course of the catalogue of `owner`; `gone`: it is no longer offered."""

    owner: str
    course: Course
    gone: bool


class Shelf:
    """The courses of all owners; those of a demonstration only if `demo`. It may be shared by all tasks of one event loop."""

    def __init__(self, *, demo: bool = False) -> None:
        self._demo = demo
        self._parts: dict[str, Index] = {}
        self._revisions: Mapping[str, int] = MappingProxyType({})
        self._whole = build(())
        self._loading = asyncio.Lock()

    async def index(self, session: AsyncSession) -> Index:
        """All courses that are offered. Only catalogues whose revision is another than at the last call are read again.

        Callers who come while it is loaded wait for that.
        """
        if await self._now(session) != self._revisions:
            async with self._loading:
                await self._load(session, await self._now(session))
        return self._whole

    async def course(self, session: AsyncSession, number: int) -> Kept | None:
        """One course, also if it is gone; None if there never was one."""
        return (await self.courses(session, [number])).get(number)

    async def courses(self, session: AsyncSession, numbers: Collection[int]) -> dict[int, Kept]:
        """Courses by number, also if they are gone; unknown numbers are left out."""
        found: dict[int, Kept] = {}
        for some in chunks(list(numbers)):
            query = select(courses.c.id, courses.c.owner, courses.c.record, courses.c.gone).where(courses.c.id.in_(some))
            for row in await session.execute(query if self._demo else query.where(courses.c.owner != DEMO)):
                found[row.id] = Kept(row.owner, course_of(row.record), row.gone)
        return found

    async def _now(self, session: AsyncSession) -> dict[str, int]:
        """The revisions of the catalogues. They are read before the rows: what is changed in between is read again the next time."""
        rows = await session.execute(select(_catalogues.c.owner, _catalogues.c.revision))
        return {row.owner: row.revision for row in rows if self._demo or row.owner != DEMO}

    async def _load(self, session: AsyncSession, revisions: dict[str, int]) -> None:
        if revisions == self._revisions:
            return
        changed = [owner for owner, revision in revisions.items() if self._revisions.get(owner) != revision]
        fresh = {owner: await _part(session, owner) for owner in changed}
        self._parts = {owner: fresh[owner] if owner in fresh else self._parts[owner] for owner in revisions}
        self._whole = await asyncio.to_thread(joined, list(self._parts.values()))
        self._revisions = revisions


async def _part(session: AsyncSession, owner: str) -> Index:
    """The courses of one owner, some thousand at a time, so that their records are never all in memory."""
    query = select(courses.c.id, courses.c.record).where(courses.c.owner == owner, courses.c.gone.is_(False))
    stream = await session.stream(query.execution_options(yield_per=_AT_ONCE))
    pieces = [await asyncio.to_thread(_piece, owner, [(row.id, row.record) for row in rows]) async for rows in stream.partitions()]
    return await asyncio.to_thread(joined, pieces)


def _piece(owner: str, rows: list[tuple[int, str]]) -> Index:
    return build((number, owner, course_of(record)) for number, record in rows)
