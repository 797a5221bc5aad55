"""Telling people the news of courses: what waits for a person is claimed and looked at again, so that only what is still true is said.

How news come about is in `news`; when somebody may be written to is decided in `bot.course_news`, which says them in the transaction
of the claim.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.courses import filters as wishes
from knowledge.courses import freshness, matches
from knowledge.courses.news import when
from knowledge.courses.record import Course
from knowledge.courses.rows import chunks, course_of, courses
from store.courses import CourseAlert, CourseChange, CourseNews, Enrolment
from store.statements import table_of
from store.tables import Address

# The kind that counts if there are several about one course, in the order in which they are told.
KINDS = ("cancelled", "dates", "new", "places")

alerts, news, changes = table_of(CourseAlert), table_of(CourseNews), table_of(CourseChange)
enrolments, addresses = table_of(Enrolment), table_of(Address)

_CLAIM = (
    update(news)
    .where(news.c.person_id == bindparam("who"), news.c.state == "pending")
    .values(state="told", told_at=bindparam("at"))
    .returning(news)
)
_TOLD = select(func.count()).where(news.c.person_id == bindparam("who"), news.c.state == "told", news.c.told_at >= bindparam("since"))
_REACHED = select(addresses.c.id).where(addresses.c.person_id == bindparam("who"), ~addresses.c.unreachable).limit(1)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One course of which there is news: its number, how it is now, the kind of news (one of `KINDS`).

    `goes`: the person is told because they go there, not because of an alert.
    """

    course: int
    record: Course
    kind: str
    goes: bool = False


class LaterError(Exception):
    """Nothing may be told just now: something was told today already, or the catalogue is being changed. Roll back and try again."""


async def claim(session: AsyncSession, *, person: int, now: datetime, since: datetime, today: date) -> list[Item]:
    """Take the news that wait for a person and mark them as told: they must be said in this transaction, or rolled back.

    What is no longer true, or reaches nobody, is void. `since` is the beginning of the person's day: two messages of one day are one too
    many. Whoever calls has locked the person. Raises LaterError.
    """
    if await session.scalar(_REACHED, {"who": person}) is None:
        await give_up(session, person=person)
        return []
    claimed = sorted(await session.execute(_CLAIM, {"who": person, "at": now}), key=lambda row: row.id)
    if not claimed:
        return []
    if (await session.scalar(_TOLD, {"who": person, "since": since}) or 0) > len(claimed):
        raise LaterError
    there = await _courses(session, {row.course_id for row in claimed})
    true = await _true(session, person, claimed, there, today)
    await _void(session, [row.id for row in claimed if row.id not in true])
    return _items([row for row in claimed if row.id in true], there)


async def give_up(session: AsyncSession, *, person: int) -> None:
    """What waits for a person is not told to them any more."""
    await session.execute(update(news).where(news.c.person_id == person, news.c.state == "pending").values(state="void"))


async def told_last(session: AsyncSession, *, person: int) -> list[Item]:
    """What the newest message to a person was about."""
    newest = select(func.max(news.c.told_at)).where(news.c.person_id == person, news.c.state == "told").scalar_subquery()
    mine = (news.c.person_id == person, news.c.state == "told", news.c.told_at == newest)
    rows = list(await session.execute(select(news).where(*mine).order_by(news.c.id)))
    there = await _read(session, {row.course_id for row in rows})
    return _items(rows, there)


async def _courses(session: AsyncSession, numbers: Collection[int]) -> dict[int, Row[Any]]:
    """The courses as they are, kept so until the end of the transaction; raises LaterError if an import has them in hand."""
    there = await _read(session, numbers, lock=True)
    if len(there) < len(numbers):
        raise LaterError
    return there


async def _read(session: AsyncSession, numbers: Collection[int], *, lock: bool = False) -> dict[int, Row[Any]]:
    there: dict[int, Row[Any]] = {}
    for some in chunks(sorted(numbers)):
        asked = select(courses.c.id, courses.c.record, courses.c.gone).where(courses.c.id.in_(some))
        if lock:
            asked = asked.order_by(courses.c.id).with_for_update(read=True, skip_locked=True)
        there |= {row.id: row for row in await session.execute(asked)}
    return there


async def _true(session: AsyncSession, person: int, claimed: Sequence[Row[Any]], there: Mapping[int, Row[Any]], today: date) -> set[int]:
    """Which of the claimed news still hold."""
    found = {number: course_of(row.record) for number, row in there.items()}
    goes = set(await session.scalars(select(enrolments.c.course_id).where(enrolments.c.person_id == person)))
    theirs = [row for row in claimed if row.alert_id is not None or row.course_id in goes]
    over = {number for number, course in found.items() if freshness.has_ended(course, today)}
    offered = {number for number, row in there.items() if not row.gone} - over
    fits = await _fitting(session, theirs, {number: found[number] for number in offered}, today)
    moved = await _moved(session, [row for row in theirs if row.kind == "dates"], found)
    holds: dict[str, Callable[[Row[Any]], bool]] = {
        "cancelled": lambda row: there[row.course_id].gone and row.course_id not in over,
        "dates": lambda row: row.course_id in offered and row.course_id in moved,
        "new": lambda row: row.course_id in offered and (row.alert_id is None or (row.alert_id, row.course_id) in fits),
        "places": lambda row: (row.alert_id, row.course_id) in fits and _is_free(found[row.course_id], today),
    }
    return {row.id for row in theirs if holds[row.kind](row)}


async def _fitting(session: AsyncSession, rows: Iterable[Row[Any]], offered: Mapping[int, Course], today: date) -> set[tuple[int, int]]:
    """Which of the courses fulfil which alerts of these news: pairs of alert and course."""
    which = {row.alert_id for row in rows if row.alert_id is not None and row.kind in {"new", "places"}}
    if not which or not offered:
        return set()
    asked = select(alerts.c.id, alerts.c.filters).where(alerts.c.id.in_(which))
    wanted = {row.id: wishes.of_state(row.filters) for row in await session.execute(asked)}
    matched = await matches.of_each(matches.index(offered), wanted, today=today)
    return {(alert, course) for alert, numbers in matched.items() for course in numbers}


async def _moved(session: AsyncSession, rows: Sequence[Row[Any]], found: Mapping[int, Course]) -> set[int]:
    """Courses that take place at other times than before the first of these changes: the change may have been taken back meanwhile."""
    first: dict[int, int] = {}
    for row in rows:
        first.setdefault(row.course_id, row.import_id)
    by_import: defaultdict[int, list[int]] = defaultdict(list)
    for course, import_id in first.items():
        by_import[import_id].append(course)
    moved: set[int] = set()
    for import_id, numbers in by_import.items():
        for some in chunks(numbers):
            asked = select(changes.c.course_id, changes.c.before).where(changes.c.import_id == import_id, changes.c.course_id.in_(some))
            before = {row.course_id: row.before for row in await session.execute(asked)}
            moved |= {number for number in some if not before.get(number) or when(course_of(before[number])) != when(found[number])}
    return moved


def _is_free(course: Course, today: date) -> bool:
    return bool(course.places_free and freshness.places_known(course, today))


async def _void(session: AsyncSession, ids: Sequence[int]) -> None:
    for some in chunks(ids):
        await session.execute(update(news).where(news.c.id.in_(some)).values(state="void", told_at=None))


def _items(rows: Iterable[Row[Any]], there: Mapping[int, Row[Any]]) -> list[Item]:
    """One for each course, what matters most first, then what starts first."""
    by_course: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        by_course[row.course_id].append(row)
    found = [_item(course_of(there[number].record), same) for number, same in by_course.items()]
    return sorted(found, key=lambda one: (KINDS.index(one.kind), one.record.start_date or date.max, one.course))


def _item(record: Course, same: Sequence[Row[Any]]) -> Item:
    kind = min((row.kind for row in same), key=KINDS.index)
    return Item(course=same[0].course_id, record=record, kind=kind, goes=all(row.alert_id is None for row in same))
