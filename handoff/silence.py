"""When the program is silent in a case and when it answers again. Claiming and closing (`cases`) switch that, too."""

from datetime import datetime
from typing import Unpack

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import rows
from handoff.errors import NotYoursError, StaleError
from handoff.rows import By, Change, conversations


async def pause_bot(session: AsyncSession, *, until: datetime | None = None, **by: Unpack[By]) -> None:
    """Silence the program in one's case, perhaps only until a moment."""
    row = await rows.owned(session, by)
    if row.owner_id is None:
        raise NotYoursError
    await rows.hold(session, person=row.person_id, case=row.id)
    await rows.write(session, by, Change(kind="bot_paused", values={"bot_returns_at": until}, detail={"until": rows.iso(until)}))


async def return_bot(session: AsyncSession, **by: Unpack[By]) -> bool:
    """Let the program answer again while the case stays with its owner; tells whether it was silent (so that the person is told once).

    Without a user it is the program that looks whether the set time has come.
    """
    row = await rows.owned(session, by)
    if by["user"] is None and (row.bot_returns_at is None or row.bot_returns_at > rows.moment(by)):
        return False
    if not await rows.unhold(session, person=row.person_id, case=row.id):
        return False
    await rows.write(session, by, Change(kind="bot_returned", values={"bot_returns_at": None}))
    return True


async def set_return(session: AsyncSession, *, at: datetime | None, **by: Unpack[By]) -> None:
    """Say when the program answers again by itself (None: when somebody says so)."""
    row = await rows.owned(session, by)
    silent = (conversations.c.person_id == row.person_id, conversations.c.held_by_case == row.id)
    if await session.scalar(select(conversations.c.person_id).where(*silent)) is None:
        raise StaleError
    await rows.write(session, by, Change(kind="bot_return_set", values={"bot_returns_at": at}, detail={"until": rows.iso(at)}))
