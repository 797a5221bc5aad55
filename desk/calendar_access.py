"""Who may change which calendar: advisers their own and those of absent colleagues for whom they stand in; leads and admins all.

Everybody of a municipality sees all its calendars, and may book a free time with anybody, as people can themselves.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Form, HTTPException, Path
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import trail
from desk.access import FORBIDDEN, Actor
from desk.parts import Parts
from handoff import leaves
from store.statements import table_of
from store.tables import User

users = table_of(User)

Id = Annotated[int, Path(ge=1, le=2**62)]
Number = Annotated[int, Form(ge=0, le=2**62)]


@dataclass(frozen=True, kw_only=True)
class Reach:
    """The actor's own calendar, if they have one, and those of the people for whom they stand in today. Leads reach all."""

    user: int
    own: int | None
    others: frozenset[int]
    lead: bool

    def may(self, *advisers: int | None) -> bool:
        """Whether one of these calendars may be changed; one of nobody only by leads."""
        return self.lead or any(adviser is not None and (adviser == self.own or adviser in self.others) for adviser in advisers)

    def require(self, *advisers: int | None) -> None:
        """Raise 403 if none of these calendars may be changed."""
        if not self.may(*advisers):
            raise HTTPException(FORBIDDEN)

    @property
    def name(self) -> str:
        """Who did it, for the history of appointments."""
        return f"adviser:{self.own}" if self.own is not None else f"user:{self.user}"


async def reach_of(session: AsyncSession, actor: Actor, *, now: datetime) -> Reach:
    """What the actor may change at this moment."""
    absent = await leaves.standing_in(session, user=actor.user, on=now.astimezone(actor.zone).date())
    found = await _calendars(session, {actor.user, *absent})
    others = frozenset(adviser for user, adviser in found.items() if user != actor.user)
    return Reach(user=actor.user, own=found.get(actor.user), others=others, lead=actor.is_lead)


async def note_read(parts: Parts, actor: Actor, *, action: str, subject: str = "", **detail: object) -> None:
    """Write down who looked at what, apart from the reading: that must not make writers wait."""
    async with parts.database.write() as session:
        await trail.note(session, actor, action=action, subject=subject, **detail)


async def _calendars(session: AsyncSession, wanted: Collection[int]) -> dict[int, int]:
    rows: Any = await session.execute(select(users.c.id, users.c.adviser_id).where(users.c.id.in_(wanted), users.c.adviser_id.is_not(None)))
    return {row.id: row.adviser_id for row in rows}
