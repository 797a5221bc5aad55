"""Writing one change of a catalogue with what it takes to take it back: rows, history, revision, news. What is to change: `catalogue`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.courses import alerts
from knowledge.courses.record import Course, to_json
from knowledge.courses.rows import chunks, course_of, courses
from knowledge.courses.sheet import Progress
from store.courses import Catalogue, CourseChange, CourseImport
from store.statements import insert_new, table_of
from store.types import utcnow

# So long a change can be taken back; what it changed is then forgotten, that it happened is not.
UNDO_WITHIN = timedelta(days=60)

catalogues, imports, changes = table_of(Catalogue), table_of(CourseImport), table_of(CourseChange)

_ROW = courses.c.id == bindparam("row")
_PUT = update(courses).where(_ROW).values(key=bindparam("new_key"), feed=bindparam("to"), record=bindparam("text"), gone=False)
_DROP = update(courses).where(_ROW).values(feed=bindparam("to"), gone=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happens to one course: its row (None: it has none yet), its record before and after; None: not in the catalogue."""

    row: int | None
    before: str | None
    after: Course | None
    feed: str
    feed_before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What was done to the course of a row; None: it was not there, or is no longer."""

    course: int
    before: Course | None
    after: Course | None


@dataclass(frozen=True, kw_only=True)
class Applied:
    """A change that was made; if it changed nothing, `changes` is empty and it cannot be taken back."""

    import_id: int
    # Event loops write the results of tasks out: thousands of courses must not be in there.
    changes: Sequence[Changed] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class About:
    """Whose catalogue is changed, by whom, why: the head of an entry in the history."""

    owner: str
    feed: str
    kind: str
    actor: str
    file_name: str = ""
    unchanged: int = 0


def record_of(course: Course) -> str:
    """The course as its row has it."""
    return json.dumps(to_json(course), ensure_ascii=False, separators=(",", ":"))


async def lock(session: AsyncSession, owner: str) -> int:
    """Wait until nobody else changes this catalogue; returns its revision."""
    await insert_new(session, Catalogue, [{"owner": owner, "revision": 0}])
    revision = await session.scalar(select(catalogues.c.revision).where(catalogues.c.owner == owner).with_for_update())
    return int(revision or 0)


async def write(  # noqa: PLR0913 - one keyword for each part
    session: AsyncSession, *, about: About, steps: Sequence[Step], today: date, undoes: int | None = None, progress: Progress | None = None
) -> Applied:
    """Make the steps in the transaction of the session, which holds the `lock`, and tell those whom they concern (`alerts`)."""
    number = await _entry(session, about, steps)
    if undoes is not None:
        await session.execute(update(imports).where(imports.c.id == undoes).values(undone_by=number))
    done: list[Changed] = []
    for part in chunks(steps):
        rows = await _rows(session, about.owner, part)
        await (await session.connection()).execute(
            insert(changes), [_change(number, row, step) for row, step in zip(rows, part, strict=True)]
        )
        done.extend(_changed(row, step) for row, step in zip(rows, part, strict=True))
        if progress:
            progress(len(done), len(steps))
    if done:
        await alerts.note(session, import_id=number, changes=done, today=today)
    await _forget(session, about.owner)
    return Applied(import_id=number, changes=done)


async def _entry(session: AsyncSession, about: About, steps: Sequence[Step]) -> int:
    """The line of the history, and the next revision if anything changes at all."""
    raised = catalogues.c.revision + (1 if steps else 0)
    raise_it = update(catalogues).where(catalogues.c.owner == about.owner).values(revision=raised).returning(catalogues.c.revision)
    new, gone = sum(step.before is None for step in steps), sum(step.after is None for step in steps)
    values = {
        "owner": about.owner,
        "feed": about.feed,
        "kind": about.kind,
        "actor": about.actor,
        "file_name": about.file_name[:200],
        "at": utcnow(),
        "revision": await session.scalar(raise_it),
        "new": new,
        "changed": len(steps) - new - gone,
        "gone": gone,
        "unchanged": about.unchanged,
    }
    return int((await session.execute(insert(imports).values(values).returning(imports.c.id))).scalar_one())


async def _rows(session: AsyncSession, owner: str, steps: Sequence[Step]) -> list[int]:
    """Change the rows of the courses; returns their numbers in the order of the steps."""
    put = [_put(step, step.after) for step in steps if step.row is not None and step.after is not None]
    drop = [{"row": step.row, "to": step.feed} for step in steps if step.row is not None and step.after is None]
    connection = await session.connection()
    for statement, values in ((_PUT, put), (_DROP, drop)):
        if values:
            await connection.execute(statement, values)
    new = await _insert(session, [_new(owner, step, step.after) for step in steps if step.row is None and step.after is not None])
    return [step.row or new[step.after.id if step.after else ""] for step in steps]


def _put(step: Step, after: Course) -> dict[str, Any]:
    return {"row": step.row, "new_key": after.id, "to": step.feed, "text": record_of(after)}


def _new(owner: str, step: Step, after: Course) -> dict[str, Any]:
    return {"owner": owner, "key": after.id, "feed": step.feed, "record": record_of(after), "gone": False}


async def _insert(session: AsyncSession, values: list[dict[str, Any]]) -> dict[str, int]:
    if not values:
        return {}
    found = await session.execute(insert(courses).returning(courses.c.id, courses.c.key), values)
    return {row.key: row.id for row in found}


def _change(number: int, row: int, step: Step) -> dict[str, Any]:
    after = record_of(step.after) if step.after else None
    return {"import_id": number, "course_id": row, "before": step.before, "after": after, "feed_before": step.feed_before}


def _changed(row: int, step: Step) -> Changed:
    return Changed(course=row, before=course_of(step.before) if step.before else None, after=step.after)


async def _forget(session: AsyncSession, owner: str) -> None:
    old = select(imports.c.id).where(imports.c.owner == owner, imports.c.at < utcnow() - UNDO_WITHIN)
    await session.execute(delete(changes).where(changes.c.import_id.in_(old)))


async def newest(session: AsyncSession, owner: str) -> int | None:
    """The change that can be taken back: the newest that changed something, is no undo and was not taken back; None if it is too old."""
    mine = (imports.c.owner == owner, imports.c.kind != "undo", imports.c.undone_by.is_(None))
    found = select(imports.c.id, imports.c.at).where(*mine, imports.c.new + imports.c.changed + imports.c.gone > 0)
    row = (await session.execute(found.order_by(imports.c.id.desc()).limit(1))).one_or_none()
    return int(row.id) if row is not None and row.at >= utcnow() - UNDO_WITHIN else None


async def steps_back(session: AsyncSession, number: int) -> list[Step]:
    """What it takes to take a change back."""
    joined = select(changes, courses.c.feed).join(courses, courses.c.id == changes.c.course_id)
    rows = await session.stream(joined.where(changes.c.import_id == number).order_by(changes.c.id))
    return [
        Step(
            row=row.course_id,
            before=row.after,
            after=course_of(row.before) if row.before else None,
            feed=row.feed_before or row.feed,
            feed_before=row.feed,
        )
        async for row in rows
    ]


def unique(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """The keys without repetitions, in groups that fit into a statement."""
    return chunks(list(dict.fromkeys(keys)))
