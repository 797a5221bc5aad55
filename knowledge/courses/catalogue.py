"""The catalogue in the database: looking at what a file would change, changing it, taking changes back, writing it out.

Every change is one transaction of the caller, is written down (`ledger`), raises the revision and tells those whom it concerns.
Verbs raise errors of `errors`. An `owner` is the slug of a municipality, or empty for the whole installation; within it each source of
courses is a `feed`: what a source no longer has is gone, what others have is not touched.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.courses import csv_file, json_file, ledger
from knowledge.courses.errors import ForeignError, StaleError, TakenError, UndoError, UnknownCourseError
from knowledge.courses.ledger import About, Applied, Changed, Step, catalogues, imports, record_of
from knowledge.courses.problems import Problem
from knowledge.courses.record import NAMES, Course
from knowledge.courses.rows import course_of, courses
from knowledge.courses.sheet import Progress

__all__ = ["Applied", "Changed", "Difference", "Entry", "Preview", "apply", "confirm", "edit", "export", "history", "most_gone", "preview"]
__all__ += ["remove", "revision", "undo", "undoable"]

DESK = "desk"
_FEW = 5  # so many courses may vanish without a question
_AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True)
class Difference:
    """How a course would change: name of the field, value before, value after."""

    id: str
    title: str
    fields: Sequence[tuple[str, Any, Any]]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What an import would do to the catalogue of this revision."""

    revision: int
    new: Sequence[Course] = field(repr=False)
    changed: Sequence[Difference] = field(repr=False)
    gone: Sequence[Course] = field(repr=False)
    unchanged: int


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the history."""

    id: int
    kind: str
    feed: str
    actor: str
    file_name: str
    at: datetime
    new: int
    changed: int
    gone: int
    unchanged: int
    undone: bool


async def revision(session: AsyncSession, *, owner: str) -> int:
    """The number of the catalogue's state; 0 if there was never a course."""
    return int(await session.scalar(select(catalogues.c.revision).where(catalogues.c.owner == owner)) or 0)


async def preview(session: AsyncSession, *, owner: str, feed: str, courses: Sequence[Course], today: date) -> Preview:
    """What `apply` would do; nothing is changed. Raises ForeignError."""
    del today
    state = await revision(session, owner=owner)
    steps, unchanged = await _steps(session, owner=owner, feed=feed, fresh=courses)
    return await asyncio.to_thread(_previewed, state, steps, unchanged)


def _previewed(revision: int, steps: Sequence[Step], unchanged: int) -> Preview:
    changed = [_difference(course_of(step.before), step.after) for step in steps if step.before and step.after]
    gone = [course_of(step.before) for step in steps if step.before and step.after is None]
    return Preview(
        revision=revision,
        new=[step.after for step in steps if step.before is None and step.after],
        changed=sorted(changed, key=lambda each: each.id),
        gone=sorted(gone, key=lambda course: course.id),
        unchanged=unchanged,
    )


def _difference(before: Course, after: Course) -> Difference:
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in NAMES)
    return Difference(id=after.id, title=after.title, fields=[each for each in pairs if each[1] != each[2]])


def most_gone(preview: Preview) -> bool:
    """Whether so many courses would vanish that somebody has to say that this is meant: more than half, and more than five."""
    gone = len(preview.gone)
    return gone > _FEW and 2 * gone > gone + len(preview.changed) + preview.unchanged


async def apply(  # noqa: PLR0913 - one keyword for each part of the history's line
    session: AsyncSession,
    *,
    owner: str,
    feed: str,
    courses: Sequence[Course],
    actor: str,
    file_name: str = "",
    kind: str = "import",
    revision: int | None = None,
    today: date,
    progress: Progress | None = None,
) -> Applied:
    """Make the courses of a feed those of a file; raises StaleError if the catalogue is no longer at `revision`, ForeignError."""
    state = await ledger.lock(session, owner)
    if revision is not None and revision != state:
        message = "the catalogue was changed meanwhile: look at a new preview"
        raise StaleError(message)
    steps, unchanged = await _steps(session, owner=owner, feed=feed, fresh=courses)
    about = About(owner=owner, feed=feed, kind=kind, actor=actor, file_name=file_name, unchanged=unchanged)
    return await ledger.write(session, about=about, steps=steps, today=today, progress=progress)


async def _steps(session: AsyncSession, *, owner: str, feed: str, fresh: Sequence[Course]) -> tuple[list[Step], int]:
    """What makes the courses of the feed the fresh ones, and how many are so already. Records stay in memory only if they differ."""
    waiting = {course.id: course for course in fresh}
    steps: list[Step] = []
    foreign: list[Problem] = []
    unchanged = 0
    async for row in _all(session, owner):
        course = waiting.pop(row.key, None)
        if course is None:
            if row.feed == feed and not row.gone:
                steps.append(Step(row=row.id, before=row.record, after=None, feed=feed, feed_before=feed))
        elif row.gone:
            steps.append(Step(row=row.id, before=None, after=course, feed=feed, feed_before=row.feed))
        elif row.record == record_of(course):
            unchanged += 1
        elif row.feed == feed:
            steps.append(Step(row=row.id, before=row.record, after=course, feed=feed, feed_before=feed))
        else:
            foreign.append(Problem(row=0, column="id", value=row.key, code="foreign", data={"feed": row.feed}))
    if foreign:
        raise ForeignError(foreign)
    steps.extend(Step(row=None, before=None, after=course, feed=feed) for course in waiting.values())
    return steps, unchanged


async def _all(session: AsyncSession, owner: str) -> AsyncIterator[Row[Any]]:
    """All rows of an owner, a thousand at a time."""
    query = select(courses).where(courses.c.owner == owner).order_by(courses.c.id)
    async for row in await session.stream(query.execution_options(yield_per=_AT_ONCE)):
        yield row


async def edit(  # noqa: PLR0913 - one keyword for each thing that is said
    session: AsyncSession, *, owner: str, course: Course, old_id: str | None, actor: str, today: date
) -> Applied:
    """Write one course from a form: a new one (`old_id` None), or in place of `old_id`, even under another number.

    Raises UnknownCourseError if the old one is no longer there, TakenError if the number is another course's.
    """
    await ledger.lock(session, owner)
    rows = {row.key: row for row in await _of_keys(session, owner, [course.id, old_id or course.id])}
    old, there = rows.get(old_id or ""), rows.get(course.id)
    if old_id is not None and (old is None or old.gone):
        message = "there is no course {id!r} any more"
        raise UnknownCourseError(message, id=old_id)
    if there is not None and there is not old and (old is not None or not there.gone):
        message = "the course number {id!r} is taken"
        raise TakenError(message, id=course.id)
    row = old or there
    before = row.record if row is not None and not row.gone else None
    feed = row.feed if row is not None and not row.gone else DESK
    step = Step(row=row.id if row else None, before=before, after=course, feed=feed, feed_before=row.feed if row else None)
    about = About(owner=owner, feed=feed, kind="edit", actor=actor)
    return await ledger.write(session, about=about, steps=[step] if before != record_of(course) else [], today=today)


async def remove(session: AsyncSession, *, owner: str, ids: Collection[str], actor: str, today: date) -> Applied:
    """Take courses out of the catalogue; those that are not in it are passed over."""
    await ledger.lock(session, owner)
    rows = [row for row in await _of_keys(session, owner, ids) if not row.gone]
    steps = [Step(row=row.id, before=row.record, after=None, feed=row.feed, feed_before=row.feed) for row in rows]
    about = About(owner=owner, feed=DESK, kind="remove", actor=actor)
    return await ledger.write(session, about=about, steps=steps, today=today)


async def confirm(  # noqa: PLR0913 - one keyword for each thing that is said
    session: AsyncSession, *, owner: str, ids: Collection[str], today: date, actor: str, free: Mapping[str, int] | None = None
) -> Applied:
    """Courses are still right today, with these `free` places by number; those that are not in the catalogue are passed over."""
    await ledger.lock(session, owner)
    steps = []
    rows = [row for row in await _of_keys(session, owner, ids) if not row.gone]
    for row in rows:
        course = course_of(row.record)
        places = free.get(row.key, course.places_free) if free else course.places_free
        after = replace(course, last_checked=today, places_free=places)
        if after != course:
            steps.append(Step(row=row.id, before=row.record, after=after, feed=row.feed, feed_before=row.feed))
    about = About(owner=owner, feed=DESK, kind="confirm", actor=actor, unchanged=len(rows) - len(steps))
    return await ledger.write(session, about=about, steps=steps, today=today)


async def _of_keys(session: AsyncSession, owner: str, keys: Collection[str]) -> list[Row[Any]]:
    found: list[Row[Any]] = []
    for part in ledger.unique(list(keys)):
        query = select(courses).where(courses.c.owner == owner, courses.c.key.in_(part)).order_by(courses.c.id)
        found.extend(await session.execute(query))
    return found


async def undoable(session: AsyncSession, *, owner: str) -> int | None:
    """The number of the change that can be taken back now, None if there is none."""
    return await ledger.newest(session, owner)


async def undo(session: AsyncSession, *, owner: str, import_id: int, actor: str, today: date) -> Applied:
    """Take the newest change back, so that the catalogue is exactly as before; raises UndoError for any other."""
    await ledger.lock(session, owner)
    if import_id != await ledger.newest(session, owner):
        message = "change {number} cannot be taken back: only the newest, for 60 days, and once"
        raise UndoError(message, number=import_id)
    feed = await session.scalar(select(imports.c.feed).where(imports.c.id == import_id))
    steps = await ledger.steps_back(session, import_id)
    about = About(owner=owner, feed=feed or "", kind="undo", actor=actor)
    return await ledger.write(session, about=about, steps=steps, today=today, undoes=import_id)


async def export(session: AsyncSession, *, owner: str, form: Literal["csv", "json"]) -> bytes:
    """All courses of an owner, by number: the same bytes for the same courses, whatever the database."""
    query = select(courses.c.key, courses.c.record).where(courses.c.owner == owner, courses.c.gone.is_(False))
    rows = sorted((row.key, row.record) for row in await session.execute(query))
    write = csv_file.write if form == "csv" else json_file.write
    return await asyncio.to_thread(lambda: write(course_of(record) for _, record in rows))


async def history(session: AsyncSession, *, owner: str, limit: int = 20) -> list[Entry]:
    """What was done to the catalogue, the newest first."""
    rows = await session.execute(select(imports).where(imports.c.owner == owner).order_by(imports.c.id.desc()).limit(limit))
    return [
        Entry(
            id=row.id,
            kind=row.kind,
            feed=row.feed,
            actor=row.actor,
            file_name=row.file_name,
            at=row.at,
            new=row.new,
            changed=row.changed,
            gone=row.gone,
            unchanged=row.unchanged,
            undone=row.undone_by is not None,
        )
        for row in rows
    ]
