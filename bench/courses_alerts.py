"""Alerts of courses, on SQLite and PostgreSQL: 10,000 people with wishes, an import with 500 changes, and tellers that are killed.

What everybody should get is worked out a second time, by a search over the whole catalogue for each person, before and after.
The telling is in `courses_teller`.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select, update

from bench import courses_teller
from bench.figures import Found, Target, Value, number
from bench.postgres import Postgres
from bench.scale import Scale
from bot import codec
from bot.inbox import Desk
from knowledge.courses import catalogue, filters, freshness, search
from knowledge.courses.filters import Filters
from knowledge.courses.record import Course
from store import database, migrate
from store.courses import CourseAlert, CourseNews, CourseRow
from store.database import Database
from store.statements import table_of
from store.tables import Address, Person

TODAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 11, tzinfo=UTC)
DAY = timedelta(days=1)
TOWNS = (("Landau", 49.2, 8.12), ("Speyer", 49.32, 8.43), ("Mainz", 50.0, 8.27), ("Trier", 49.76, 6.64), ("Worms", 49.63, 8.36))
LEVELS = ("A1", "A2", "B1", "B2", "C1")

News = dict[int, set[tuple[str, str]]]
people, addresses, alerts, news = table_of(Person), table_of(Address), table_of(CourseAlert), table_of(CourseNews)
courses = table_of(CourseRow)


def run(scale: Scale, folder: Path) -> Found:
    """Measure on each database."""
    rows: dict[str, dict[str, Value]] = {}
    ground = folder / "alerts"
    ground.mkdir()
    with closing(Postgres(ground / "pg")) as postgres:
        for name in ("SQLite", "PostgreSQL"):
            own = ground / name
            own.mkdir()
            url = f"sqlite+aiosqlite:///{own}/lotse.db" if name == "SQLite" else postgres.fresh()
            rows[name] = _measured(url, own, scale)
    return _found(rows, scale.cases)


def _measured(url: str, folder: Path, scale: Scale) -> dict[str, Value]:
    chance = random.Random(9)  # noqa: S311 - no secret
    figures, expected = asyncio.run(_computed(url, scale.cases, chance))
    before = time.perf_counter()
    kills = courses_teller.run(url, folder, chance, NOON, size=len(expected))
    figures |= {"told s, with kills": time.perf_counter() - before, "kills": float(kills)}
    return figures | asyncio.run(courses_teller.judged(url, {who: {key for key, _ in found} for who, found in expected.items()}))


async def _computed(url: str, size: int, chance: random.Random) -> tuple[dict[str, Value], News]:
    """Fill the database, make the import, compare what it wrote with what it should have written."""
    base = database.connect(url)
    await migrate.upgrade(base)
    here = {str(key): _course(chance, key) for key in range(size // 5)}
    await _import(base, here)
    wishes = await _people(base, chance, size)
    known = here | {f"known{key}": _course(chance, key, name=f"known{key}") for key in range(20)}
    await _import(base, known)
    heard = await _heard(base, chance)
    after = _changed(chance, known, size // 20)
    before = time.perf_counter()
    await _import(base, after)
    seconds = time.perf_counter() - before
    expected = _expected(wishes, known, after, heard)
    found = await _written(base)
    await base.close()
    wrong = sum(found.get(person, set()) != expected.get(person, set()) for person in wishes)
    figures: dict[str, Value] = {
        "people": float(size),
        "different wishes": float(len({filters.digest(one) for one in wishes.values()})),
        "changes": float(sum(known.get(key) != after.get(key) for key in known | after)),
        "import s": seconds,
        "news": float(sum(map(len, found.values()))),
        "people with other news than by search": float(wrong),
    }
    return figures, expected


def _course(chance: random.Random, key: int, *, name: str = "") -> Course:
    level, (town, lat, lon) = chance.choice(LEVELS), chance.choice(TOWNS)
    start = TODAY + chance.randrange(60) * DAY
    return Course(
        id=name or str(key),
        title=f"Kurs {name or key} (Demo)",
        provider_name="Lernhaus (Demo)",
        course_type="vhs",
        level_from=level,
        level_to=level,
        start_date=start,
        end_date=start + 120 * DAY,
        weekdays=tuple(sorted(chance.sample(range(5), 2))),
        time_from=chance.choice((9, 14, 18)) * 60,
        town=town,
        lat=lat + chance.uniform(-0.2, 0.2),
        lon=lon + chance.uniform(-0.2, 0.2),
        childcare=chance.choice(("none", "on_site")),
        places_max=12,
        places_booked=chance.choice((8, 12)),
        last_checked=TODAY,
    )


def _wish(chance: random.Random) -> Filters:
    town, lat, lon = chance.choice(TOWNS)
    days = tuple(sorted(chance.sample(range(5), 4))) if chance.random() < 0.3 else ()
    wanted = Filters(level=chance.choice(LEVELS), weekdays=days, radius=chance.randrange(5, 60), childcare=chance.random() < 0.2)
    part, month = chance.choice(("", "", *filters.PARTS)), chance.choice(("", "2026-12", "2027-01"))
    return replace(wanted, place=town, lat=lat + chance.uniform(-0.1, 0.1), lon=lon + chance.uniform(-0.1, 0.1), part=part, month=month)


async def _import(base: Database, known: Mapping[str, Course]) -> None:
    async with base.write() as session:
        await catalogue.apply(session, owner="bench", feed="file", courses=list(known.values()), actor="cli", today=TODAY)


async def _people(base: Database, chance: random.Random, size: int) -> dict[int, Filters]:
    """People who are reached in Telegram, each with one wish; a tenth share theirs with somebody."""
    shared = [_wish(chance) for _ in range(max(1, size // 100))]
    wishes = {who: chance.choice(shared) if who % 10 == 0 else _wish(chance) for who in range(1, size + 1)}
    desk = courses_teller.desk()
    async with base.write() as session:
        await session.execute(insert(people), [{"id": who, "language": "en", "created_at": NOON, "seen_at": NOON} for who in wishes])
        where = [{"person_id": who, "channel": "telegram", "unreachable": False} | _address(desk, who) for who in wishes]
        await session.execute(insert(addresses), where)
        rows = [{"person_id": who, "digest": filters.digest(one), "filters": one.to_state()} for who, one in wishes.items()]
        await session.execute(insert(alerts), [row | {"created_at": NOON} for row in rows])
    return wishes


def _address(desk: Desk, who: int) -> dict[str, bytes]:
    return {"blind": desk.blind("telegram", str(who)), "sealed_external": desk.keyring.seal(str(who), purpose=codec.ADDRESS)}


async def _heard(base: Database, chance: random.Random) -> set[tuple[int, str]]:
    """Half of the news so far were told on another day, the others never: pairs of person and course."""
    async with base.write() as session:
        found = select(news.c.id, news.c.person_id, courses.c.key).join(courses, courses.c.id == news.c.course_id)
        told = [row for row in await session.execute(found) if chance.random() < 0.5]
        await session.execute(update(news).values(state="void"))
        for start in range(0, len(told), 1000):
            some = [row.id for row in told[start : start + 1000]]
            await session.execute(update(news).where(news.c.id.in_(some)).values(state="told", told_at=NOON - 3 * DAY))
    return {(row.person_id, row.key) for row in told}


def _changed(chance: random.Random, known: Mapping[str, Course], size: int) -> dict[str, Course]:
    """A file with `size` changes: two fifths new, the others free places, other dates, gone."""
    after = dict(known)
    touched = chance.sample(sorted(known, key=lambda key: not key.startswith("known"))[: size * 3], size - 2 * size // 5)
    for position, key in enumerate(touched):
        course = after.pop(key)
        if position % 3 == 0:
            after[key] = replace(course, places_booked=12 if course.places_free else 5, places_free=None)
        elif position % 3 == 1:
            after[key] = replace(course, start_date=(course.start_date or TODAY) + 7 * DAY)
    return after | {f"new{key}": _course(chance, key, name=f"new{key}") for key in range(2 * size // 5)}


def _expected(wishes: Mapping[int, Filters], known: Mapping[str, Course], after: Mapping[str, Course], heard: set[tuple[int, str]]) -> News:
    """What everybody should get, by a search for each of them over all courses before and after."""
    keys = sorted(known.keys() | after.keys())
    sides = [search.build((keys.index(key), "", one) for key, one in side.items()) for side in (known, after)]
    expected: News = defaultdict(set)
    for who, wanted in wishes.items():
        old, new = ({keys[at] for at in search.matching(side, wanted, today=TODAY)} for side in sides)
        expected[who] |= {(key, "new") for key in new - old if (who, key) not in heard}
        expected[who] |= {(key, "places") for key in new & old if _freed(known[key], after[key])}
    for who, key in heard:
        if key not in after:
            expected[who].add((key, "cancelled"))
        elif known[key].start_date != after[key].start_date:
            expected[who].add((key, "dates"))
    return {who: found for who, found in expected.items() if found}


def _freed(before: Course, after: Course) -> bool:
    return not before.places_free and bool(after.places_free) and freshness.places_known(after, TODAY)


async def _written(base: Database) -> News:
    found: News = defaultdict(set)
    async with base.read() as session:
        rows = select(news.c.person_id, courses.c.key, news.c.kind).join(courses, courses.c.id == news.c.course_id)
        for row in await session.execute(rows.where(news.c.state == "pending")):
            found[row.person_id].add((row.key, row.kind))
    return found


def _found(rows: Mapping[str, Mapping[str, Value]], size: int) -> Found:
    targets = []
    for name, row in rows.items():
        targets.append(Target(name=f"{name}: import with its news", value=number(row, "import s"), unit=" s", most=30))
        zero = ("people with other news than by search", "lost", "told twice", "told something else")
        targets += [Target(name=f"{name}: {figure}", value=number(row, figure), most=0) for figure in zero]
    title = f"alerts: {size} people with wishes, an import with {size // 20} changes, a teller that is killed"
    return Found(
        title=title, rows=rows, targets=targets, notes=["Each told person has one line in the history and one parcel in the outbox."]
    )
