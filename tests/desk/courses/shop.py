"""Two municipalities with courses at a desk of their own: `shop.stock(course("a"))`, `shop.upload(desk, [course("b")])`."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from sqlalchemy import select

from knowledge.courses import catalogue, csv_file
from knowledge.courses.catalogue import Applied
from knowledge.courses.record import Course
from knowledge.courses.rows import course_of, courses
from tests.desk.settings.console import Console, Signed

HERE, ELSEWHERE = "testort", "anderswo"
IMPORT = "/desk/courses/import"


def today() -> date:
    """The day on the office's calendar."""
    return datetime.now(UTC).astimezone(ZoneInfo("Europe/Berlin")).date()


def course(key: str, **changes: Any) -> Course:
    """A plainly fictional course that is confirmed today and begins in four weeks."""
    given: dict[str, Any] = {
        "id": key,
        "title": f"Kurs {key}",
        "provider_name": "Sprachschule Muster",
        "contact_email": "kurse@muster.example",
        "course_type": "integration_general",
        "level_from": "A1",
        "level_to": "B1",
        "start_date": today() + timedelta(weeks=4),
        "end_date": today() + timedelta(weeks=30),
        "weekdays": (0, 2),
        "time_from": 18 * 60,
        "time_to": 20 * 60 + 15,
        "town": "Musterstadt",
        "postcode": "00001",
        "places_max": 20,
        "places_booked": 12,
        "last_checked": today(),
    }
    return Course(**(given | changes))


def table(found: Iterable[Course]) -> bytes:
    """Courses as a file."""
    return csv_file.write(list(found))


def words(page: httpx.Response) -> str:
    """What is to be read on a page, in one line."""
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def hidden(page: httpx.Response, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, name
    return unescape(found[1])


class Shop(Console):
    """A desk with two municipalities and their catalogues."""

    async def stock(self, *found: Course, owner: str = HERE, feed: str = "file") -> Applied:
        """Make these the courses of a municipality."""
        async with self.base.write() as session:
            return await catalogue.apply(session, owner=owner, feed=feed, courses=found, actor="cli", today=today())

    async def desk(self, role: str = "editor", **columns: Any) -> Signed:
        """A browser in which somebody with this role is signed in."""
        return await self.sign_in(await self.user(role, **columns))

    async def known(self, owner: str = HERE) -> dict[str, Course]:
        """The courses in the catalogue, by key."""
        async with self.base.read() as session:
            query = select(courses).where(courses.c.owner == owner, courses.c.gone.is_(False))
            return {row.key: course_of(row.record) for row in await session.execute(query)}

    async def number(self, key: str, owner: str = HERE) -> int:
        """The row of a course."""
        async with self.base.read() as session:
            found = await session.scalar(select(courses.c.id).where(courses.c.owner == owner, courses.c.key == key))
            return int(found or 0)


async def upload(desk: Signed, content: bytes, name: str = "kurse.csv", **options: Any) -> httpx.Response:
    """Send a file, and open where that leads."""
    return await desk.http.post(IMPORT, data={"csrf": desk.csrf}, files={"file": (name, content, "text/csv")}, **options)


async def take_over(desk: Signed, page: httpx.Response, **form: str) -> httpx.Response:
    """Press the button of a preview."""
    return await desk.post(page.url.path, {"revision": hidden(page, "revision"), "digest": hidden(page, "digest"), **form})
