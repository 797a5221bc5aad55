"""People who wait for courses, and catalogues that change, for tests of alerts: written through the catalogue itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from knowledge.courses import alerts, catalogue, enrolments, telling
from knowledge.courses.filters import Filters
from knowledge.courses.record import Course
from knowledge.courses.telling import Item
from store.courses import CourseNews, CourseRow
from store.database import Database
from tests import scheduling
from tests.cases import person as reached_person

TODAY = date(2026, 11, 21)
DAY = timedelta(days=1)
NOON = scheduling.local(TODAY, 12)


def course(number: str = "1", **known: Any) -> Course:
    """A course from A1 to A2 in Landau that starts in two weeks and lasts four months."""
    usual: dict[str, Any] = {
        "id": number,
        "title": f"Kurs {number} (Demo)",
        "provider_name": "Lernhaus (Demo)",
        "course_type": "vhs",
        "level_from": "A1",
        "level_to": "A2",
        "town": "Landau",
        "start_date": TODAY + 14 * DAY,
        "end_date": TODAY + 134 * DAY,
        "weekdays": (0, 2),
        "time_from": 18 * 60,
        "time_to": 20 * 60,
        "places_max": 10,
        "places_booked": 10,
        "last_checked": TODAY,
    }
    return Course(**usual | known)


@dataclass
class Office:
    """A database, and the day on which it is."""

    base: Database
    today: date = TODAY

    async def person(self, *, municipality: int | None = None, channel: str = "telegram", language: str = "en") -> int:
        async with self.base.write() as session:
            return (await reached_person(session, municipality=municipality, channel=channel, language=language))[0]

    async def waits(self, who: int, filters: Filters) -> int:
        async with self.base.write() as session:
            kept = await alerts.save(session, person=who, filters=filters, now=scheduling.local(self.today, 9))
        assert kept
        return kept.id

    async def waiting(self, filters: Filters) -> int:
        """A new person who waits for this; returns the person."""
        who = await self.person()
        await self.waits(who, filters)
        return who

    async def goes(self, who: int, key: str) -> None:
        async with self.base.write() as session:
            assert await enrolments.enrol(session, person=who, course=await self.number(key))

    async def file(self, *courses: Course, feed: str = "file") -> int:
        """Import a file with these courses."""
        async with self.base.write() as session:
            done = await catalogue.apply(session, owner="testort", feed=feed, courses=courses, actor="cli", today=self.today)
        return done.import_id

    async def undo(self, import_id: int) -> None:
        async with self.base.write() as session:
            await catalogue.undo(session, owner="testort", import_id=import_id, actor="cli", today=self.today)

    async def number(self, key: str) -> int:
        async with self.base.read() as session:
            return int(await session.scalar(select(col(CourseRow.id)).where(col(CourseRow.key) == key)) or 0)

    async def untold(self, who: int) -> list[tuple[str, str]]:
        """What waits for a person: key of the course and kind."""
        async with self.base.read() as session:
            joined = select(col(CourseRow.key), col(CourseNews.kind)).join(CourseRow, col(CourseRow.id) == col(CourseNews.course_id))
            mine = joined.where(col(CourseNews.person_id) == who, col(CourseNews.state) == "pending")
            return sorted((row[0], row[1]) for row in await session.execute(mine))

    async def told(self, who: int, *, days: int = 0) -> list[tuple[str, str]]:
        """Tell a person what there is, some days later; what they read."""
        return [(item.record.id, item.kind) for item in await self.items(who, now=scheduling.local(self.today + days * DAY, 12))]

    async def items(self, who: int, *, now: datetime = NOON) -> Sequence[Item]:
        day = now.date()
        async with self.base.write() as session:
            return await telling.claim(session, person=who, now=now, since=scheduling.local(day, 0), today=day)


def full(one: Course) -> Course:
    return replace(one, places_booked=one.places_max, places_free=None)


def free(one: Course, places: int = 3) -> Course:
    return replace(one, places_booked=(one.places_max or 0) - places, places_free=None)
