"""Finding in 50,000 courses: milliseconds of one search, of a search with its details, and what the index costs.

The catalogue is read from the database, as a process reads it; the wishes are drawn by chance, from none to many.
"""

import asyncio
import random
import time
from contextlib import AsyncExitStack, closing
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import insert

from bench.figures import Found, Target, Value, number, percentile
from bench.postgres import Postgres
from bench.scale import Scale
from knowledge import geo
from knowledge.courses import search
from knowledge.courses.filters import Filters, at
from knowledge.courses.ledger import record_of
from knowledge.courses.record import LEVELS, Course
from knowledge.courses.rows import chunks, courses
from knowledge.courses.shelf import Shelf
from knowledge.loader import shipped
from store import database, migrate
from store.courses import Catalogue
from store.database import Database
from store.statements import table_of
from tests.courses.sample import many

TODAY = date(2026, 11, 21)
PER_CASE = 5  # courses for each case of the desk's bench: 50,000
MOST_MS = 30.0
TOWNS = ("Landau", "Mainz", "Trier", "Koblenz", "Ludwigshafen", "Speyer", "Worms", "Bitburg", "Kandel", "Montabaur")
catalogues = table_of(Catalogue)


def run(scale: Scale, folder: Path) -> Found:
    """Load and search on each database; as many searches as presses elsewhere: 2,000."""
    count = scale.cases * PER_CASE
    rows = {"SQLite": asyncio.run(_measured(f"sqlite+aiosqlite:///{folder}/lotse.db", count, scale.presses))}
    with closing(Postgres(folder / "pg")) as postgres:
        rows["PostgreSQL"] = asyncio.run(_measured(postgres.fresh(), count, scale.presses))
    targets = [
        Target(name=f"{name}: search p95", value=number(row, "search p95 ms"), unit=" ms", most=MOST_MS) for name, row in rows.items()
    ]
    return Found(title=f"search: {scale.presses:,} searches through {count:,} courses", rows=rows, targets=targets)


async def _measured(url: str, count: int, searches: int) -> dict[str, Value]:
    async with AsyncExitStack() as stack:
        base = database.connect(url)
        stack.push_async_callback(base.close)
        await migrate.upgrade(base)
        await _fill(base, count)
        shelf, began = Shelf(), time.perf_counter()
        async with base.read() as session:
            index = await shelf.index(session)
        loading = time.perf_counter() - began
        assert len(index) == count
        return {"loading s": loading, "index MB": _megabytes(index), **await _searched(base, shelf, searches)}


async def _fill(base: Database, count: int) -> None:
    """The rows as an import leaves them; how long that takes is another part's matter."""
    chance, spots = random.Random(7), [geo.locate(shipped().places, town)[0] for town in TOWNS]  # noqa: S311 - no secret
    drawn = (_varied(course, chance, chance.choice(spots)) for course in many(count))
    rows = [{"owner": "", "key": course.id, "feed": "file", "record": record_of(course), "gone": False} for course in drawn]
    async with base.write() as session:
        for some in chunks(rows):
            await session.execute(insert(courses), list(some))
        await session.execute(insert(catalogues).values(owner="", revision=1))


def _varied(course: Course, chance: random.Random, spot: geo.Spot) -> Course:
    low = chance.randrange(len(LEVELS))
    return replace(
        course,
        level_from=LEVELS[low],
        level_to=LEVELS[min(low + chance.randrange(2), len(LEVELS) - 1)],
        town=spot.name,
        district_key=spot.slug,
        lat=round((spot.lat or 0) + chance.uniform(-0.2, 0.2), 4),
        lon=round((spot.lon or 0) + chance.uniform(-0.2, 0.2), 4),
        format=chance.choice(["presence", "presence", "presence", "online", "hybrid"]),
        weekdays=chance.choice([(0, 2), (1, 3), (5,), (0, 1, 2, 3, 4)]),
        time_from=chance.choice([510, 840, 1080]),
        childcare=chance.choice(["none", "unknown", "on_site", "on_request"]),
        women_only=chance.random() < 0.1,
        rolling_entry=chance.random() < 0.1,
    )


async def _searched(base: Database, shelf: Shelf, searches: int) -> dict[str, Value]:
    chance = random.Random(5)  # noqa: S311 - no secret
    wishes = [_wishes(chance) for _ in range(searches)]
    seconds, whole, found = [], [], 0
    async with base.read() as session:
        for filters in wishes:
            began = time.perf_counter()
            index = await shelf.index(session)
            asked = time.perf_counter()
            result = search.find(index, filters, today=TODAY)
            seconds.append(time.perf_counter() - asked)
            await shelf.courses(session, [hit.course for hit in (*result.hits, *result.nearest)])
            whole.append(time.perf_counter() - began)
            found += result.total > 0
    return {
        "searches that find something": float(found),
        "search p50 ms": percentile(seconds, 0.5) * 1000,
        "search p95 ms": percentile(seconds, 0.95) * 1000,
        "search max ms": max(seconds) * 1000,
        "with revision and details p50 ms": percentile(whole, 0.5) * 1000,
        "with revision and details p95 ms": percentile(whole, 0.95) * 1000,
    }


def _wishes(chance: random.Random) -> Filters:
    """None to many wishes; most people name a level and a place."""
    filters = Filters(
        level=chance.choice(["", *LEVELS, *LEVELS[:4]]),
        part=chance.choice(["", "", "morning", "evening"]),
        weekdays=chance.choice([(), (), (0, 2), (5, 6)]),
        childcare=chance.random() < 0.2,
        women=chance.random() < 0.1,
        online=chance.random() < 0.1,
        month=chance.choice(["", "", "2027-01"]),
        radius=chance.choice([0, 0, 10, 50]),
    )
    places = geo.locate(shipped().places, chance.choice(["", *TOWNS, *TOWNS]))
    return at(filters, places[0]) if places else filters


def _megabytes(index: search.Index) -> float:
    """What the columns take."""
    return sum(getattr(value, "nbytes", 0) for value in vars(index).values()) / 2**20
