"""Leaves of colleagues and who stands in for them: for days, in chains, ending by themselves. When people work otherwise is in `hours`.

Nothing has to be undone when a leave is over: every question is asked for a day, as walls have it in the municipality.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import news
from handoff.errors import HandoffError, NotFoundError
from store.desk import Leave
from store.statements import table_of
from store.tables import User
from store.types import utcnow

leaves, users = table_of(Leave), table_of(User)


class LeaveError(HandoffError):
    """A leave that ends before it begins, or somebody who would stand in for themselves."""

    code = "leave"


@dataclass(frozen=True, kw_only=True)
class Substitution:
    """Who is away until when (the last day), and who acts for them: the end of the chain, or nobody."""

    leave: int
    absent: int
    until: date
    acting: int | None


async def add(  # noqa: PLR0913 - one keyword for each column
    session: AsyncSession, *, municipality: int, user: int, starts_on: date, ends_on: date, substitute: int | None = None
) -> int:
    """Write a leave, both days included; returns its id. Raises NotFoundError for colleagues of elsewhere, LeaveError for nonsense."""
    if ends_on < starts_on:
        message = "The last day is before the first day."
        raise LeaveError(message)
    if substitute == user:
        message = "Nobody can stand in for themselves."
        raise LeaveError(message)
    await _colleagues(session, municipality, {user, substitute} - {None})
    row = {"user_id": user, "starts_on": starts_on, "ends_on": ends_on, "substitute_id": substitute, "created_at": utcnow()}
    leave = (await session.execute(insert(leaves).values(row).returning(leaves.c.id))).scalar_one()
    await news.tell(session, municipality=municipality, kind="calendar")
    return int(leave)


async def remove(session: AsyncSession, *, municipality: int, leave: int) -> None:
    """Take back a leave, also one that has begun; raises NotFoundError."""
    here = leaves.c.user_id.in_(select(users.c.id).where(users.c.municipality_id == municipality))
    gone = await session.scalar(delete(leaves).where(leaves.c.id == leave, here).returning(leaves.c.id))
    if gone is None:
        raise NotFoundError
    await news.tell(session, municipality=municipality, kind="calendar")


async def of_user(session: AsyncSession, *, municipality: int, user: int) -> list[Row[Any]]:
    """All leaves of a user, the newest first: rows of `Leave`."""
    mine = select(leaves).join(users, users.c.id == leaves.c.user_id).where(users.c.municipality_id == municipality, users.c.id == user)
    return list(await session.execute(mine.order_by(leaves.c.starts_on.desc(), leaves.c.id.desc())))


async def away(session: AsyncSession, *, users: Collection[int], on: date) -> set[int]:
    """Those of the users who are on leave on a day."""
    return set(await session.scalars(select(leaves.c.user_id).where(leaves.c.user_id.in_(users), *_on(on))))


async def acting_for(session: AsyncSession, *, user: int, on: date) -> int | None:
    """Who does the user's work on a day: the user, or the first of the chain of substitutes who is there; None if nobody is."""
    found = await _current(session, on=on, same_as=user)
    return acting(found.substitutes, user, able=found.able)


async def standing_in(session: AsyncSession, *, user: int, on: date) -> list[int]:
    """For whom else the user works on a day: absent colleagues whose chain ends with them."""
    found = await _current(session, on=on, same_as=user)
    return sorted(other for other in found.substitutes if other != user and acting(found.substitutes, other, able=found.able) == user)


async def substitutions(session: AsyncSession, *, municipality: int, on: date) -> list[Substitution]:
    """Everybody who is away on a day, and who acts for them."""
    found = await _of_town(session, municipality, on)
    return [
        Substitution(leave=row.id, absent=row.user_id, until=row.ends_on, acting=acting(found.substitutes, row.user_id, able=found.able))
        for row in found.rows
    ]


def acting(substitutes: Mapping[int, Iterable[int]], user: int, *, able: Collection[int]) -> int | None:
    """The first who is there, along a chain: `substitutes` names those who are away and who was asked to stand in; circles end.

    >>> acting({1: [2], 2: [3]}, 1, able={1, 2, 3}), acting({1: [2], 2: [1]}, 1, able={1, 2})
    (3, None)
    """
    seen: set[int] = set()
    waiting = [user]
    while waiting:
        one = waiting.pop(0)
        if one in seen:
            continue
        seen.add(one)
        if one in able and one not in substitutes:
            return one
        waiting = [*substitutes.get(one, ()), *waiting]
    return None


@dataclass(frozen=True, kw_only=True)
class _Away:
    """The leaves of a municipality on a day: their rows, who is asked to stand in for whom, and who may work there at all."""

    rows: list[Row[Any]]
    substitutes: Mapping[int, list[int]]
    able: set[int]


async def _current(session: AsyncSession, *, on: date, same_as: int) -> _Away:
    town = await session.scalar(select(users.c.municipality_id).where(users.c.id == same_as))
    return await _of_town(session, int(town or 0), on)


async def _of_town(session: AsyncSession, municipality: int, on: date) -> _Away:
    here = (users.c.municipality_id == municipality, users.c.active, users.c.role != "editor")
    able = set(await session.scalars(select(users.c.id).where(*here)))
    wanted = select(leaves).join(users, users.c.id == leaves.c.user_id).where(users.c.municipality_id == municipality, *_on(on))
    rows = list(await session.execute(wanted.order_by(leaves.c.starts_on, leaves.c.id)))
    substitutes: dict[int, list[int]] = {}
    for row in rows:
        asked = substitutes.setdefault(row.user_id, [])
        if row.substitute_id is not None:
            asked.append(row.substitute_id)
    return _Away(rows=rows, substitutes=substitutes, able=able)


def _on(day: date) -> tuple[Any, Any]:
    return leaves.c.starts_on <= day, leaves.c.ends_on >= day


async def _colleagues(session: AsyncSession, municipality: int, wanted: Collection[int | None]) -> None:
    here = select(users.c.id).where(users.c.municipality_id == municipality, users.c.active, users.c.id.in_(wanted))
    if len(set(await session.scalars(here))) < len(wanted):
        raise NotFoundError
