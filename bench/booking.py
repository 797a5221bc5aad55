"""Booking against each other: fifty people want each time at once, on SQLite and PostgreSQL, in one and four processes; throughput alone.

Every attempt is one transaction of hold and book as in the dialogs. Afterwards the calendar is read: a time that two people have is a
double booking, whatever the program said.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench.figures import Found, Target, Value
from bench.postgres import Postgres
from bench.scale import Scale
from scheduler import booking, calendar
from scheduler.booking import Booking
from scheduler.calendar import Rules, appointments
from scheduler.errors import SchedulingError
from scheduler.slots import Slot
from store import database, migrate
from store.database import Database
from tests.scheduling import Ids, person, town

RIVALS = 50
FIRST_DAY = datetime(2026, 11, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
ADVISERS = 8
LENGTH, OFFSET = timedelta(minutes=30), timedelta(minutes=15)
_JOB = "job.json"

Attempt = tuple[int, int, int]


def run(scale: Scale, folder: Path) -> Found:
    """Contend for times and then book free ones, on each database; then read the calendars."""
    contests, single = max(4, scale.presses // 10), max(40, scale.presses // 4)
    rows: dict[str, dict[str, Value]] = {}
    with closing(Postgres(folder / "pg")) as postgres:
        for name, processes, sqlite in (
            ("SQLite", 1, True),
            ("SQLite × 4", 4, True),
            ("PostgreSQL", 1, False),
            ("PostgreSQL × 4", 4, False),
        ):
            own = folder / name.replace(" ", "")
            own.mkdir()
            url = f"sqlite+aiosqlite:///{own}/lotse.db" if sqlite else postgres.fresh()
            rows[name] = asyncio.run(_measured(own, url, processes=processes, contests=contests, single=single))
    return _found(rows, contests * RIVALS)


async def _measured(folder: Path, url: str, *, processes: int, contests: int, single: int) -> dict[str, Value]:
    base = database.connect(url)
    await migrate.upgrade(base)
    async with base.write() as session:
        ids = await town(session, languages=(("de",),) * ADVISERS, per_person_per_day=1000, notice_minutes=0, horizon_days=2000)
        people = [await person(session) for _ in range(RIVALS)]
    fights = list(_fights(ids, people, contests))
    outcomes = await _race(folder, url, ids, fights, processes=processes, at_once=RIVALS // processes)
    calm = list(_calm(ids, people, single))
    quiet = await _race(folder, url, ids, calm, processes=processes, at_once=8)
    spent = max(outcome["ended"] for outcome in quiet) - min(outcome["began"] for outcome in quiet)
    return _figures(outcomes, quiet, spent) | {"double bookings": await _doubles(base)}


def _fights(ids: Ids, people: Sequence[int], contests: int) -> Iterator[Attempt]:
    """For each contest fifty attempts at one time, half of them at one that overlaps it by its half."""
    for contest in range(contests):
        adviser = ids.advisers[contest % ADVISERS]
        starts = FIRST_DAY + timedelta(days=_open_day(contest // ADVISERS))
        for position, who in enumerate(people):
            yield int((starts + timedelta(hours=8) + OFFSET * (position % 2)).timestamp()), adviser, who


def _open_day(number: int) -> int:
    """Days from the first day (a Monday) on which the hours of the test municipality lie, Sundays left out."""
    return number // 6 * 7 + number % 6


def _calm(ids: Ids, people: Sequence[int], single: int) -> Iterator[Attempt]:
    """Times that nobody else wants, on later days."""
    for count in range(single):
        day, hour = divmod(count, 6 * ADVISERS)
        starts = FIRST_DAY + timedelta(days=_open_day(300 + day), hours=8) + LENGTH * (hour // ADVISERS)
        yield int(starts.timestamp()), ids.advisers[count % ADVISERS], people[count % len(people)]


async def _race(  # noqa: PLR0913 - one keyword for each part of the job
    folder: Path, url: str, ids: Ids, attempts: Sequence[Attempt], *, processes: int, at_once: int
) -> list[dict[str, Any]]:
    """Share the attempts among processes, each with so many at once; they begin together."""
    begin = time.time() + 4
    jobs = []
    for number in range(processes):
        job = folder / f"{number}-{_JOB}"
        own = attempts[number::processes]
        job.write_text(
            json.dumps({"url": url, "service": ids.service, "office": ids.office, "attempts": own, "at_once": at_once, "begin": begin})
        )
        jobs.append(await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.booking", str(job), stdout=subprocess.PIPE))
    outputs = await asyncio.gather(*(job.communicate() for job in jobs))
    return [json.loads(line) for output, _ in outputs for line in output.decode().splitlines()]


async def work(job: dict[str, Any]) -> None:
    """One process: its attempts, `at_once` of them side by side, one line of JSON for each."""
    base = database.connect(job["url"])
    async with base.read() as session:
        rules = await calendar.rules_of(session, service=job["service"])
    assert rules is not None
    await asyncio.sleep(max(0.0, job["begin"] - time.time()))
    attempts: list[Attempt] = [tuple(attempt) for attempt in job["attempts"]]
    for start in range(0, len(attempts), job["at_once"]):
        together = attempts[start : start + job["at_once"]]
        for outcome in await asyncio.gather(*(_attempt(base, job, *attempt) for attempt in together)):
            print(json.dumps(outcome))
    await base.close()


async def _attempt(base: Database, job: dict[str, Any], starts: int, adviser: int, who: int) -> dict[str, Any]:
    began = datetime.fromtimestamp(starts, UTC)
    slot = Slot(starts=began, ends=began + LENGTH, adviser=adviser, office=job["office"])
    at = time.perf_counter()
    first = time.time()
    try:
        async with base.write() as session:
            rules = await calendar.rules_of(session, service=job["service"])
            assert rules is not None
            await _book(session, rules, slot, who)
        result = "won"
    except SchedulingError:
        result = "lost"
    except Exception as error:  # noqa: BLE001 - what a person would see as an error is what is counted
        result = f"error: {type(error).__name__}: {error}"[:200]
    return {"result": result, "seconds": time.perf_counter() - at, "began": first, "ended": time.time()}


async def _book(session: Any, rules: Rules, slot: Slot, who: int) -> None:
    wish = Booking(person=who, mode="in_person", language="en")
    held = await booking.hold(session, rules, slot=slot, booking=wish, now=NOW)
    await booking.book(session, appointment=held, person=who, now=NOW)


async def _doubles(base: Database) -> float:
    """How many living appointments begin before the one before them of the same adviser has ended."""
    a = appointments.c
    async with base.read() as session:
        living = select(a.adviser_id, a.blocked_from, a.blocked_until).where(a.state.in_(calendar.LIVING))
        found = list(await session.execute(living.order_by(a.adviser_id, a.blocked_from)))
    await base.close()
    return float(sum(one.adviser_id == two.adviser_id and two.blocked_from < one.blocked_until for one, two in pairwise(found)))


def _figures(outcomes: Sequence[dict[str, Any]], quiet: Sequence[dict[str, Any]], spent: float) -> dict[str, Value]:
    losers = sorted(outcome["seconds"] for outcome in outcomes if outcome["result"] == "lost")
    errors = [outcome["result"] for outcome in (*outcomes, *quiet) if outcome["result"].startswith("error")]
    for error in errors[:3]:
        print(error, file=sys.stderr)
    return {
        "attempts": float(len(outcomes)),
        "won": float(sum(outcome["result"] == "won" for outcome in outcomes)),
        "errors": float(len(errors)),
        "loser p50 ms": _share(losers, 0.5) * 1000,
        "loser p99 ms": _share(losers, 0.99) * 1000,
        "bookings per second": sum(outcome["result"] == "won" for outcome in quiet) / spent,
        "not booked": float(sum(outcome["result"] != "won" for outcome in quiet)),
    }


def _share(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def _found(rows: dict[str, dict[str, Value]], attempts: int) -> Found:
    targets = []
    for name, row in rows.items():
        limit, least = (1000, 50) if name.startswith("SQLite") else (500, 150)
        targets += [
            Target(name=f"{name}: double bookings", value=float(row["double bookings"] or 0), most=0),
            Target(name=f"{name}: errors", value=float(row["errors"] or 0), most=0),
            Target(name=f"{name}: loser's p99", value=float(row["loser p99 ms"] or 0), unit=" ms", most=limit),
            Target(name=f"{name}: throughput", value=float(row["bookings per second"] or 0), unit="/s", least=least),
        ]
    return Found(title=f"booking: {attempts} attempts each, {RIVALS} people per time", rows=rows, targets=targets)


if __name__ == "__main__":
    asyncio.run(work(json.loads(Path(sys.argv[1]).read_text())))
