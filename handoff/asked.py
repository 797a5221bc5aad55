"""Whom the ladder asks: who has the case or should take it, another one, the team, the lead. Never who is away: others stand in."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import hours, leaves, routing
from handoff.events import events

EVERYBODY = ("adviser", "lead", "admin")


async def first(session: AsyncSession, row: Row[Any], *, now: datetime) -> list[int]:
    """Who has the case, or stands in for them; else who should take it: in urgent cases all whom it suits, otherwise the best one."""
    suited = await looking(session, row, now=now)
    return suited if row.urgent else suited[:1]


async def looking(session: AsyncSession, row: Row[Any], *, now: datetime) -> list[int]:
    """Who may answer without being asked: who has the case, or stands in for them; else all whom it suits, the best one first."""
    if row.owner_id is not None:
        acting = await leaves.acting_for(session, user=row.owner_id, on=await today(session, row, now=now))
        if acting is not None:
            return [acting]
    return await routing.audience(session, row.id, now=now)


async def other(session: AsyncSession, row: Row[Any], *, now: datetime, without: Collection[int]) -> list[int]:
    """Another adviser, who was not asked yet and does not have the case."""
    known = {*without, *([row.owner_id] if row.owner_id else [])}
    advisers = await _there(session, row, now=now, roles=("adviser",))
    chosen = await routing.choose(session, case=row.id, now=now, without=known)
    return [chosen] if chosen in advisers else []


async def team(session: AsyncSession, row: Row[Any], *, now: datetime, without: Collection[int]) -> list[int]:
    """Every adviser who is there, if one of them was not asked yet."""
    advisers = await _there(session, row, now=now, roles=("adviser",))
    return advisers if set(advisers) - set(without) else []


async def lead(session: AsyncSession, row: Row[Any], *, now: datetime) -> list[int]:
    """The leads, or who stands in for them; without any, the admins."""
    leads = await routing.team(session, municipality=row.municipality_id, roles=("lead",))
    on = await today(session, row, now=now)
    acting = [await leaves.acting_for(session, user=one.id, on=on) for one in leads]
    found = sorted({one for one in acting if one is not None})
    return found or await _there(session, row, now=now, roles=("admin",))


async def everybody(session: AsyncSession, municipality: int) -> list[int]:
    """All who may have cases."""
    return [one.id for one in await routing.team(session, municipality=municipality, roles=EVERYBODY)]


async def before(session: AsyncSession, row: Row[Any]) -> list[int]:
    """Who was asked since the person waits."""
    lines = select(events.c.detail).where(events.c.case_id == row.id, events.c.kind == "ladder", events.c.at >= row.waiting_since)
    details = await session.scalars(lines.order_by(events.c.id))
    return list(dict.fromkeys(user for detail in details for user in detail.get("users", ())))


async def today(session: AsyncSession, row: Row[Any], *, now: datetime) -> date:
    """The day of a moment as walls have it in the case's municipality."""
    return now.astimezone(await hours.zone_of(session, municipality=row.municipality_id)).date()


async def _there(session: AsyncSession, row: Row[Any], *, now: datetime, roles: Sequence[str]) -> list[int]:
    ids = [one.id for one in await routing.team(session, municipality=row.municipality_id, roles=roles)]
    gone = await leaves.away(session, users=ids, on=await today(session, row, now=now))
    return [one for one in ids if one not in gone]
