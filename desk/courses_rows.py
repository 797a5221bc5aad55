"""The courses of a municipality as the desk lists them: read, filtered, counted by provider. Changing them is in `courses_edit`."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.courses import freshness
from knowledge.courses.record import KINDS, LEVELS, Course, of_json
from knowledge.folding import fold
from store.courses import Catalogue, CourseRow
from store.database import Database
from store.statements import table_of

PAGE = 25
STATES = ("fresh", "soon", "older", "full", "ended")
SOON = timedelta(days=7)  # before a course counts as older
_MOST_OWNERS = 3
_LONG = 80

rows, catalogues = table_of(CourseRow), table_of(Catalogue)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A course that is in the catalogue, with its row id and the words that a search looks at."""

    id: int
    feed: str
    words: str
    course: Course


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What to show; empty: all. `kind` of `KINDS`, `state` of `STATES`."""

    q: str = ""
    kind: str = ""
    level: str = ""
    state: str = ""
    provider: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is left out."""
        return any((self.q, self.kind, self.level, self.state, self.provider))

    def query(self, **more: object) -> str:
        """As it stands in an address."""
        known = {"q": self.q, "kind": self.kind, "level": self.level, "state": self.state, "provider": self.provider} | more
        return urlencode({name: value for name, value in known.items() if value})


def filter_of(asked: Mapping[str, str]) -> Filter:
    """What an address asks for; what is no value of a filter counts as nothing."""
    kind, level, state = asked.get("kind", ""), asked.get("level", ""), asked.get("state", "")
    return Filter(
        q=asked.get("q", "").strip()[:_LONG],
        kind=kind if kind in KINDS else "",
        level=level if level in LEVELS else "",
        state=state if state in STATES else "",
        provider=asked.get("provider", "")[:200],
    )


class Catalogues:
    """The courses of a few owners as they were at a revision, so that a page does not read all of them again."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[int, tuple[Listed, ...]]] = OrderedDict()

    async def of(self, database: Database, owner: str) -> Sequence[Listed]:
        """All courses that are in the catalogue of `owner`, by title."""
        async with database.read() as session:
            # The revision first: courses that are newer than it are read again at the next look, never kept for too long.
            revision = await session.scalar(select(catalogues.c.revision).where(catalogues.c.owner == owner)) or 0
            kept = self._kept.get(owner)
            if kept is not None and kept[0] == revision:
                return kept[1]
            query = select(rows.c.id, rows.c.feed, rows.c.record).where(rows.c.owner == owner, rows.c.gone.is_(False))
            found = (await session.execute(query)).all()
        listed = await asyncio.to_thread(_read, found)
        self._kept[owner] = (revision, listed)
        self._kept.move_to_end(owner)
        while len(self._kept) > _MOST_OWNERS:
            self._kept.popitem(last=False)
        return listed


def _read(found: Sequence[Any]) -> tuple[Listed, ...]:
    listed = (_listed(row.id, row.feed, of_json(json.loads(row.record))) for row in found)
    return tuple(sorted(listed, key=lambda one: (one.course.title.casefold(), one.id)))


def _listed(number: int, feed: str, course: Course) -> Listed:
    said = (course.title, course.provider_name, course.town, course.postcode, course.id, course.level_from, course.level_to)
    return Listed(id=number, feed=feed, words=" ".join(_words(" ".join(said))), course=course)


def _words(text: str) -> list[str]:
    return [folded for part in text.split() if (folded := fold(part))]


def chosen(listed: Sequence[Listed], wanted: Filter, *, today: date) -> list[Listed]:
    """Those that a filter shows; courses that are over come last."""
    asked = _words(wanted.q)
    found = [one for one in listed if _fits(one, wanted, asked, today)]
    return sorted(found, key=lambda one: freshness.has_ended(one.course, today))


def _fits(one: Listed, wanted: Filter, asked: Sequence[str], today: date) -> bool:
    course = one.course
    return (
        all(word in one.words for word in asked)
        and (not wanted.provider or course.provider_name == wanted.provider)
        and (not wanted.kind or _of_kind(course, wanted.kind))
        and (not wanted.level or _of_level(course, wanted.level))
        and (not wanted.state or wanted.state in states(course, today))
    )


def _of_kind(course: Course, kind: str) -> bool:
    return course.course_type in KINDS[kind] or (kind == "women" and course.women_only)


def _of_level(course: Course, level: str) -> bool:
    first, last = course.level_from or course.level_to, course.level_to or course.level_from
    return bool(first) and first <= level <= last


def states(course: Course, today: date) -> set[str]:
    """What is true of a course today, of `STATES`."""
    if freshness.has_ended(course, today):
        return {"ended"}
    full = {"full"} if freshness.places_known(course, today) and course.places_free == 0 else set()
    if freshness.is_older(course, today):
        return full | {"older"}
    return full | {"soon" if freshness.is_older(course, today + SOON) else "fresh"}


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A provider with its courses that are not over: how many, how many are hidden as older, the oldest confirmation, whom to write."""

    name: str
    count: int
    older: int
    oldest: date
    email: str


def providers(listed: Sequence[Listed], *, today: date) -> list[Provider]:
    """All providers; those whose courses are longest without confirmation come first."""
    by_name: dict[str, list[Course]] = {}
    for one in listed:
        if not freshness.has_ended(one.course, today):
            by_name.setdefault(one.course.provider_name, []).append(one.course)
    found = [_provider(name, courses, today) for name, courses in by_name.items()]
    return sorted(found, key=lambda one: (one.oldest, one.name))


def _provider(name: str, courses: Sequence[Course], today: date) -> Provider:
    emails = [course.contact_email for course in courses if course.contact_email]
    return Provider(
        name=name,
        count=len(courses),
        older=sum(freshness.is_older(course, today) for course in courses),
        oldest=min(course.last_checked for course in courses),
        email=max(emails, key=emails.count) if emails else "",
    )


async def one(session: AsyncSession, *, owner: str, course: int) -> Row[Any] | None:
    """The row of a course of this owner, also of one that is gone."""
    return (await session.execute(select(rows).where(rows.c.id == course, rows.c.owner == owner))).one_or_none()


def course_of(row: Row[Any]) -> Course:
    """The course of a row."""
    return of_json(json.loads(row.record))
