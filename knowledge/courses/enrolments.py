"""“I go to this course”: who goes where, with the dates that count. Their reminders are planned in `scheduler.enrolments`.

What somebody told Lotse goes with the course: new dates are theirs at once, and a course that is no longer offered has none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.courses.record import Course
from knowledge.courses.rows import chunks, course_of, courses
from store.courses import Enrolment
from store.statements import insert_new, table_of
from store.types import utcnow

_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)

enrolments = table_of(Enrolment)

_FOLLOW = (
    update(enrolments)
    .where(enrolments.c.id == bindparam("which"))
    .values(starts_on=bindparam("starts"), ends_on=bindparam("ends"), revision=enrolments.c.revision + 1, planned=False)
)


@dataclass(frozen=True, kw_only=True)
class Going:
    """A course to which somebody goes (`course` its number); `gone`: it is no longer offered."""

    id: int
    course: int
    record: Course
    starts_on: date | None
    ends_on: date | None
    revision: int
    gone: bool


async def enrol(session: AsyncSession, *, person: int, course: int) -> Going | None:
    """Keep that the person goes to a course, once; None if there is no such course (any more)."""
    # An import that is just changing the course is waited for: otherwise its new dates would miss whoever enrols meanwhile.
    there = select(courses.c.record).where(courses.c.id == course, ~courses.c.gone).with_for_update(read=True)
    row = await session.scalar(there)
    if row is None:
        return None
    record = course_of(row)
    # SQLite gives numbers of deleted rows again; another first revision keeps the reminders of the earlier row apart.
    revision = int((utcnow() - _BEGAN).total_seconds())
    dates = {"starts_on": record.start_date, "ends_on": record.end_date, "revision": revision, "planned": False}
    await insert_new(session, Enrolment, [{"person_id": person, "course_id": course, "created_at": utcnow()} | dates])
    return next((one for one in await of_person(session, person=person) if one.course == course), None)


async def of_person(session: AsyncSession, *, person: int) -> list[Going]:
    """The courses to which somebody goes, in the order of their start."""
    mine = select(enrolments, courses.c.record, courses.c.gone).join(courses, courses.c.id == enrolments.c.course_id)
    rows = await session.execute(mine.where(enrolments.c.person_id == person))
    found = [
        Going(
            id=row.id,
            course=row.course_id,
            record=course_of(row.record),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            revision=row.revision,
            gone=row.gone,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.starts_on or date.max, one.course))


async def stop(session: AsyncSession, *, person: int, course: int) -> int | None:
    """Forget that the person goes to a course; returns the number of what was forgotten, so that its reminders can go too."""
    mine = (enrolments.c.person_id == person, enrolments.c.course_id == course)
    which = await session.scalar(delete(enrolments).where(*mine).returning(enrolments.c.id))
    return int(which) if which is not None else None


async def goers(session: AsyncSession, numbers: Sequence[int]) -> set[tuple[int, int]]:
    """Who goes to these courses: pairs of person and course."""
    found: set[tuple[int, int]] = set()
    for some in chunks(numbers):
        asked = select(enrolments.c.person_id, enrolments.c.course_id).where(enrolments.c.course_id.in_(some))
        found |= {(row.person_id, row.course_id) for row in await session.execute(asked)}
    return found


async def follow(session: AsyncSession, now_are: Mapping[int, Course | None]) -> None:
    """Give everybody who goes to these courses their dates as they are now (None: no longer offered); reminders are planned anew."""
    changed: list[dict[str, Any]] = []
    for some in chunks(list(now_are)):
        for row in await session.execute(select(enrolments).where(enrolments.c.course_id.in_(some)).order_by(enrolments.c.id)):
            course = now_are[row.course_id]
            dates = (course.start_date, course.end_date) if course else (None, None)
            if dates != (row.starts_on, row.ends_on):
                changed.append({"which": row.id, "starts": dates[0], "ends": dates[1]})
    if changed:
        await (await session.connection()).execute(_FOLLOW, changed)
