"""The fictional courses of a demonstration, `demo.csv`: their dates are moved by whole weeks, so that they are always fresh."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.courses import catalogue
from knowledge.courses.read import read
from knowledge.courses.record import DATES, Course
from knowledge.courses.shelf import DEMO
from store.courses import CourseImport
from store.statements import table_of

FILE = Path(__file__).with_name("demo.csv")
# The Monday of the week for which the dates of the file are written.
ANCHOR = date(2026, 11, 16)
_imports = table_of(CourseImport)


async def ensure_demo(session: AsyncSession, *, today: date) -> None:
    """Put the courses of this week into the catalogue of the demonstration, once a week: what is tried out at the desk stays until then."""
    monday = today - timedelta(days=today.weekday())
    name = f"demo {monday} {hashlib.sha256(FILE.read_bytes()).hexdigest()[:8]}"
    newest = select(_imports.c.file_name).where(_imports.c.owner == DEMO, _imports.c.feed == DEMO, _imports.c.kind == "import")
    if await session.scalar(newest.order_by(_imports.c.id.desc()).limit(1)) == name:
        return
    fresh = [_moved(course, monday - ANCHOR) for course in _courses()]
    await catalogue.apply(session, owner=DEMO, feed=DEMO, courses=fresh, actor="cli", file_name=name, today=today)


@cache
def _courses() -> tuple[Course, ...]:
    return tuple(read(FILE.name, FILE.read_bytes(), today=ANCHOR).courses)


def _moved(course: Course, by: timedelta) -> Course:
    days = {name: getattr(course, name) for name in DATES}
    moved: dict[str, date] = {name: day + by for name, day in days.items() if day is not None}
    return replace(course, **moved)  # type: ignore[arg-type]  # the dates alone
