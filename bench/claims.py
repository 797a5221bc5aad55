"""Twenty advisers claim one case at the same moment, again and again, on SQLite and PostgreSQL; then the tables are read.

Each claim is the transaction of the desk, through two sets of connections as two processes have them. What counts is what is stored: one
owner, the program silent, and what the others were told.
"""

import asyncio
from contextlib import AsyncExitStack, closing
from pathlib import Path

from bench.figures import Found, Target, Value, number, percentile
from bench.postgres import Postgres
from bench.scale import Scale
from store import database, migrate
from store.database import Database
from tests.cases import person_with_case, place, staff
from tests.claiming import Race, fair, race

ADVISERS = 20


def run(scale: Scale, folder: Path) -> Found:
    """Race on each database; half as many races as presses elsewhere: 1,000."""
    rows = {"SQLite": asyncio.run(_measured(f"sqlite+aiosqlite:///{folder}/lotse.db", scale.presses // 2))}
    with closing(Postgres(folder / "pg")) as postgres:
        rows["PostgreSQL"] = asyncio.run(_measured(postgres.fresh(), scale.presses // 2))
    return _found(rows, scale.presses // 2)


async def _measured(url: str, races: int) -> dict[str, Value]:
    async with AsyncExitStack() as stack:
        bases = [database.connect(url), database.connect(url)]
        for base in bases:
            stack.push_async_callback(base.close)
        await migrate.upgrade(bases[0])
        async with bases[0].write() as session:
            municipality = await place(session)
            users = await staff(session, municipality=municipality, names=[f"Beraterin {count}" for count in range(ADVISERS)])
        names = {int(user.id or 0): user.name for user in users}
        return _figures([await _race(bases, municipality, names) for _ in range(races)], names)


async def _race(bases: list[Database], municipality: int, names: dict[int, str]) -> Race:
    async with bases[0].write() as session:
        made = await person_with_case(session, municipality=municipality)
    return await race(bases, municipality=municipality, case=made.case, names=names)


def _figures(ended: list[Race], names: dict[int, str]) -> dict[str, Value]:
    seconds = [one for result in ended for one in result.seconds]
    told = sum(one == names[result.owner or 0] for result in ended for one in result.read)
    return {
        "races": float(len(ended)),
        "claims": float(len(seconds)),
        "winners": float(sum(len(result.winners) for result in ended)),
        "losers who read the winner's name": float(told),
        "program silent": float(sum(result.paused for result in ended)),
        "fair races": float(sum(fair(result, names) for result in ended)),
        "errors": float(sum(len(result.errors) for result in ended)),
        "p50 ms": percentile(seconds, 0.5) * 1000,
        "p99 ms": percentile(seconds, 0.99) * 1000,
    }


def _found(rows: dict[str, dict[str, Value]], races: int) -> Found:
    targets = []
    for name, row in rows.items():
        targets += [
            Target(
                name=f"{name}: races with one winner, the program silent, all others told who", value=number(row, "fair races"), least=races
            ),
            Target(name=f"{name}: errors", value=number(row, "errors"), most=0),
        ]
    return Found(title=f"claims: {races} races of {ADVISERS} advisers for one case", rows=rows, targets=targets)
