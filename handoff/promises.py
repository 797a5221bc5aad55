"""What somebody who waits can be told honestly: whether anybody works now, from when, until when an answer is likely. Never a guess.

Hours themselves are in `hours`. `clock` is the working time that the ladder counts; promises rest on those who are really there.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import asked, hours
from handoff.errors import NotFoundError
from handoff.hours import Hours, Roster, Weekly
from handoff.rows import cases

# In how much working time an answer is likely.
USUAL, URGENT = timedelta(hours=4), timedelta(hours=1)
# Where nobody has stated any hours the ladder goes on in these; nobody is ever promised them.
ASSUMED = Roster(weekly=tuple(Weekly(weekday=day, starts=9 * 60, ends=16 * 60) for day in range(5)))


@dataclass(frozen=True, kw_only=True)
class Expected:
    """When somebody will answer: `opens_at` is `now` if somebody works, otherwise when they begin again; `answer_by`: an answer is likely.

    Both are UTC, and None where nobody has stated their hours: then nothing is promised. `late`: an earlier promise was not kept.
    """

    zone: ZoneInfo
    open: bool = False
    opens_at: datetime | None = None
    answer_by: datetime | None = None
    late: bool = False


async def make(session: AsyncSession, *, case: int, now: datetime) -> Expected:
    """What the person is told now, kept in the case; an earlier promise stands until it is over. Raises NotFoundError."""
    row = (await session.execute(select(cases).where(cases.c.id == case))).one_or_none()
    if row is None:
        raise NotFoundError
    found = await expected(session, row, now=now)
    await keep(session, case=case, found=found)
    return found


async def keep(session: AsyncSession, *, case: int, found: Expected) -> None:
    """Write down what was promised."""
    await session.execute(update(cases).where(cases.c.id == case).values(promised_at=found.answer_by))


async def expected(
    session: AsyncSession, row: Row[Any], *, now: datetime, users: Collection[int] = (), within: timedelta | None = None
) -> Expected:
    """When one of `users` (without any: those who see the case first) will answer; their leaves and absences count.

    Where they have stated no hours, those of the house; a promise is never put off before it is over. `within` is in working time.
    """
    late = row.promised_at is not None and row.promised_at <= now
    who = users or await asked.looking(session, row, now=now)
    plan = await hours.of_users(session, municipality=row.municipality_id, users=who)
    if hours.next_open(plan, now) is None:
        plan = await hours.load(session, municipality=row.municipality_id)
    begins = hours.next_open(plan, now)
    if begins is None:
        return Expected(zone=plan.zone, late=late)
    by = hours.add_working(plan, now, within or (URGENT if row.urgent else USUAL))
    if row.promised_at is not None and not late:
        by = min(row.promised_at, by or row.promised_at)
    return Expected(zone=plan.zone, open=begins == now, opens_at=begins, answer_by=by, late=late)


async def clock(session: AsyncSession, *, municipality: int, now: datetime) -> Hours:
    """The working time of the house: its own hours, else when anybody of the team usually works, else the assumed ones."""
    house = await hours.load(session, municipality=municipality)
    if hours.next_open(house, now):
        return house
    team = await hours.of_users(session, municipality=municipality, users=await asked.everybody(session, municipality), leave=False)
    return team if hours.next_open(team, now) else replace(house, rosters=(ASSUMED,))
