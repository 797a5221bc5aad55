"""Small questions around a booking: open consultation hours, who holds a group slot, how busy advisers are, how a held time is met."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from scheduler.booking import living
from scheduler.calendar import appointments
from store.scheduling import GroupSlot, Hours, Office


@dataclass(frozen=True, kw_only=True)
class WalkIn:
    """Open consultation, to which people come without an appointment: weekday 0 is Monday, minutes since midnight."""

    office: Office
    weekday: int
    starts: int
    ends: int


async def group_advisers(session: AsyncSession, *, group: int | None) -> Sequence[int]:
    """The ids of the advisers who hold a group slot."""
    slot = await session.get(GroupSlot, group) if group else None
    return slot.advisers if slot else ()


async def walk_in_hours(session: AsyncSession, *, municipality: int, day: date) -> list[WalkIn]:
    """The open consultation hours of a municipality that are valid on `day`, in the order of the week."""
    wanted = (
        select(Hours, Office)
        .join(Office, col(Office.id) == col(Hours.office_id))
        .where(
            col(Office.municipality_id) == municipality,
            ~col(Office.retired),
            col(Hours.walk_in),
            or_(col(Hours.valid_from).is_(None), col(Hours.valid_from) <= day),
            or_(col(Hours.valid_until).is_(None), col(Hours.valid_until) >= day),
        )
        .order_by(col(Hours.weekday), col(Hours.starts), col(Hours.id))
    )
    rows = await session.execute(wanted)
    return [WalkIn(office=office, weekday=hours.weekday, starts=hours.starts, ends=hours.ends) for hours, office in rows]


async def workload(session: AsyncSession, *, advisers: Collection[int], now: datetime) -> dict[int, int]:
    """How many appointments each adviser has before them; who has none is not in it."""
    a = appointments.c
    counted = select(a.adviser_id, func.count()).where(a.adviser_id.in_(advisers), a.starts_at > now, living(now)).group_by(a.adviser_id)
    return {row[0]: row[1] for row in await session.execute(counted)}


async def set_mode(session: AsyncSession, *, appointment: int, person: int, mode: str, now: datetime) -> bool:
    """Meet in another way at a time that is only held; the hold is not extended. False if it is no hold of this person (any more)."""
    a = appointments.c
    held = (a.id == appointment, a.person_id == person, a.state == "held", a.held_until > now)
    changed = update(appointments).where(*held).values(mode=mode)
    return bool(list(await session.scalars(changed.returning(a.id))))
