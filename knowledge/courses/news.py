"""Who is to be told what of a change of the catalogue: worked out and written in the transaction of the change, told later (`telling`).

* new: a course fits an alert that did not fit before; nobody is told so twice, unless they were told meanwhile that it is gone.
* places: a course that fits was full, or nobody knew, and now has free places.
* dates, cancelled: for people who were told about the course by an alert they still have, or who go to it.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.courses import enrolments, freshness, matches
from knowledge.courses import filters as wishes
from knowledge.courses.filters import Filters
from knowledge.courses.record import Course
from knowledge.courses.rows import CHUNK, chunks
from store.courses import CourseAlert, CourseImport, CourseNews
from store.statements import insert_new, table_of
from store.tables import Person
from store.types import utcnow

# What says when a course takes place, or until when one can get in.
WHEN = ("start_date", "end_date", "registration_deadline", "weekdays", "time_from", "time_to")
# So many pairs of wishes and courses are matched before what fits is written: it bounds the memory that a large import takes.
_PAIRS = 1_000_000
_MOST_ROWS = 2500

alerts, news, imports, people = table_of(CourseAlert), table_of(CourseNews), table_of(CourseImport), table_of(Person)


class Change(Protocol):
    """What an import did to the course of a number; None: it was not there, or is no longer."""

    @property
    def course(self) -> int:
        """The number of the course."""

    @property
    def before(self) -> Course | None:
        """How it was."""

    @property
    def after(self) -> Course | None:
        """How it is."""


@dataclass(frozen=True, kw_only=True)
class _Heard:
    """What people know about the changed courses, by person and course: the last that was told, what is just to come, who goes there."""

    told: dict[tuple[int, int], Row[Any]] = field(default_factory=dict)
    coming: set[tuple[int, int]] = field(default_factory=set)
    goers: set[tuple[int, int]]
    unaware: set[tuple[int, int]] = field(default_factory=set)

    def gone(self, who: tuple[int, int]) -> bool:
        """Whether the last that the person heard is that the course is no longer offered."""
        return who in self.told and self.told[who].kind == "cancelled"

    def knows(self, who: tuple[int, int]) -> bool:
        """Whether the person was told of the course, or is about to be."""
        return who in self.coming or (who in self.told and not self.gone(who))

    def followers(self) -> Iterator[tuple[int, int, int | None]]:
        """Who hears of new dates and of the end of a course: person, course, and the alert if it is not that they go there."""
        yield from ((person, course, None) for person, course in self.goers if not self.gone((person, course)))
        for who, row in self.told.items():
            if who not in self.goers and row.alert_id is not None and not self.gone(who):
                yield *who, row.alert_id


async def note(session: AsyncSession, *, import_id: int, changes: Sequence[Change], today: date) -> None:
    """Write the news of an import, for exactly the people whom they concern; people who go to a course get its new dates.

    If the import takes another one back, what of that was not told yet never will be, and only who knows of a course hears of it.
    """
    undone = await session.scalar(select(imports.c.id).where(imports.c.undone_by == import_id))
    if undone is not None:
        await void(session, import_id=undone)
    if not changes:
        return
    heard = await _heard(session, [change.course for change in changes], undone)
    living = await _hold(session, {person for person, _ in (*heard.goers, *heard.told)})
    await enrolments.follow(session, {change.course: change.after for change in changes})
    found = [one for one in _of_followers(changes, heard, today) if one["person_id"] in living]
    await _write(session, import_id, found)
    async for matched in _of_alerts(session, changes, today):
        await _write(session, import_id, _wanted(matched, heard, only_back=undone is not None))


async def void(session: AsyncSession, *, import_id: int) -> None:
    """What was not told of an import is not told any more."""
    untold = (news.c.import_id == import_id, news.c.state == "pending")
    await _hold(session, set(await session.scalars(select(news.c.person_id).where(*untold).distinct())))
    await session.execute(update(news).where(*untold).values(state="void"))


async def _heard(session: AsyncSession, courses: Sequence[int], undone: int | None) -> _Heard:
    heard = _Heard(goers=await enrolments.goers(session, courses))
    for some in chunks(courses):
        about = select(news.c.person_id, news.c.course_id, news.c.import_id, news.c.kind, news.c.state, news.c.alert_id)
        rows: Iterable[Any] = await session.execute(about.where(news.c.course_id.in_(some)).order_by(news.c.id))
        for row in rows:
            who = (row.person_id, row.course_id)
            if row.state == "told":
                heard.told[who] = row
            elif row.state == "pending" and row.kind == "new":
                heard.coming.add(who)
            elif undone is not None and row.import_id == undone and row.kind == "dates":
                heard.unaware.add(who)
    return heard


async def _hold(session: AsyncSession, persons: Collection[int]) -> set[int]:
    """Keep these people from being deleted until the end of the transaction; returns those who are still there.

    It comes before any row of theirs is touched, as when they delete everything, so that the two never wait for each other in a circle.
    """
    living: set[int] = set()
    for some in chunks(sorted(persons)):
        held = select(people.c.id).where(people.c.id.in_(some)).order_by(people.c.id).with_for_update(read=True, key_share=True)
        living |= set(await session.scalars(held))
    return living


def _of_followers(changes: Iterable[Change], heard: _Heard, today: date) -> Iterator[dict[str, Any]]:
    """New dates, and courses that are no longer offered or are back, for those who know them."""
    kinds = {change.course: kind for change in changes if (kind := _change_of_dates(change, today))}
    for person, course, alert in heard.followers():
        if course in kinds and not (kinds[course] == "dates" and (person, course) in heard.unaware):
            yield _row(person, course, kinds[course], alert)
    back = {change.course for change in changes if change.before is None and change.after and not freshness.has_ended(change.after, today)}
    yield from (_row(*who, "new", None) for who in heard.goers if who[1] in back and heard.gone(who))


def _change_of_dates(change: Change, today: date) -> str:
    """What those hear who know the course: dates, cancelled, or nothing; of what is over nobody needs to hear."""
    before, after = change.before, change.after
    if before is None or (freshness.has_ended(before, today) and (after is None or freshness.has_ended(after, today))):
        return ""
    if after is None:
        return "cancelled"
    return "dates" if when(before) != when(after) else ""


def when(course: Course) -> tuple[Any, ...]:
    """All that says when a course takes place."""
    return tuple(getattr(course, name) for name in WHEN)


@dataclass(frozen=True, kw_only=True)
class _Match:
    """An alert and what the import means for it, by course: new or places."""

    person: int
    alert: int
    kinds: Mapping[int, str]


async def _of_alerts(session: AsyncSession, changes: Sequence[Change], today: date) -> AsyncIterator[list[_Match]]:
    """What the changes mean for the alerts, some alerts at a time. The same wishes of many people are matched once."""
    wanted = list((await _distinct(session)).items())
    if not wanted:
        return
    numbers = range(len(changes))
    sides = {2 * number: changes[number].before for number in numbers} | {2 * number + 1: changes[number].after for number in numbers}
    index = matches.index({number: course for number, course in sides.items() if course})
    newly_free = {number for number in numbers if _is_newly_free(changes[number], today)}
    for some in chunks(wanted, max(10, min(CHUNK, _PAIRS // len(changes)))):
        matched = await matches.of_each(index, dict(some), today=today)
        kinds = {digest: _kinds(changes, found, newly_free) for digest, found in matched.items()}
        holders = [digest for digest, found in kinds.items() if found]
        yield [_Match(person=row.person_id, alert=row.id, kinds=kinds[row.digest]) for row in await _holders(session, holders)]


async def _distinct(session: AsyncSession) -> dict[str, Filters]:
    """All wishes that somebody has, by digest."""
    once = select(func.min(alerts.c.id)).group_by(alerts.c.digest)
    rows = await session.execute(select(alerts.c.digest, alerts.c.filters).where(alerts.c.id.in_(once)))
    return {row.digest: wishes.of_state(row.filters) for row in rows}


async def _holders(session: AsyncSession, digests: Sequence[str]) -> list[Row[Any]]:
    """Whose alerts these are; neither the people nor their alerts go before the end of the transaction."""
    asked = select(alerts.c.id, alerts.c.person_id, alerts.c.digest).join(people, people.c.id == alerts.c.person_id)
    held = asked.where(alerts.c.digest.in_(digests)).order_by(alerts.c.person_id, alerts.c.id)
    return list(await session.execute(held.with_for_update(read=True, key_share=True, of=[people, alerts]))) if digests else []


def _kinds(changes: Sequence[Change], matched: set[int], newly_free: set[int]) -> dict[int, str]:
    """By course: whether it fits now and did not before (new), or fits and is newly free (places), or both."""
    found: dict[int, str] = {}
    for side in matched:
        number = side // 2
        if side % 2 and side - 1 not in matched:
            found[changes[number].course] = "new or places" if number in newly_free else "new"
        elif side % 2 and number in newly_free:
            found[changes[number].course] = "places"
    return found


def _is_newly_free(change: Change, today: date) -> bool:
    before, after = change.before, change.after
    return bool(before and after and not before.places_free and after.places_free and freshness.places_known(after, today))


def _wanted(matched: Iterable[_Match], heard: _Heard, *, only_back: bool) -> Iterator[dict[str, Any]]:
    """`only_back`: nothing but that a course is back for those who were told that it is gone."""
    for match in matched:
        for course, kind in match.kinds.items():
            who = (match.person, course)
            if only_back and not heard.gone(who):
                continue
            if kind != "places" and not heard.knows(who):
                yield _row(*who, "new", match.alert)
            elif kind != "new" and not only_back:
                yield _row(*who, "places", match.alert)


def _row(person: int, course: int, kind: str, alert: int | None) -> dict[str, Any]:
    return {"person_id": person, "course_id": course, "kind": kind, "alert_id": alert}


async def _write(session: AsyncSession, import_id: int, found: Iterable[dict[str, Any]]) -> None:
    fixed = {"import_id": import_id, "state": "pending", "created_at": utcnow(), "told_at": None}
    for some in chunks([one | fixed for one in found], _MOST_ROWS):
        await insert_new(session, CourseNews, some)
