"""Follow-ups: cases that sleep until a date and come back then, whatever was written in between. Setting one is a verb of `cases`.

A message to be sent then goes out once: waking takes it out of the case in the transaction that says it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import cases, requests, rows
from store.crypto import Keyring
from store.tables import User


@dataclass(frozen=True, kw_only=True)
class Woken:
    """A case that is awake again: the message that its person gets now (None: they get none), and in whose name."""

    case: int
    municipality: int
    person: int
    language: str
    message: str | None
    owner: int | None
    name: str


async def due(session: AsyncSession, now: datetime, limit: int = 50) -> list[int]:
    """Cases whose date has come, the earliest first; locked until the transaction ends (PostgreSQL)."""
    c = rows.cases.c
    wanted = select(c.id).where(c.follow_up_at <= now, c.state != "closed", c.person_id.is_not(None))
    return list(await session.scalars(wanted.order_by(c.follow_up_at, c.id).limit(limit).with_for_update(skip_locked=True)))


async def wake(session: AsyncSession, keyring: Keyring, *, case: int, now: datetime) -> Woken | None:
    """Bring back a case whose date has come; None if it has not (any more): of two who try at once one wakes it."""
    row = (await session.execute(select(rows.cases.c.municipality_id).where(rows.cases.c.id == case))).one_or_none()
    if row is None:
        return None
    woken = await cases.wake(session, keyring, municipality=row.municipality_id, case=case, now=now)
    if woken is None:
        return None
    owner = await session.get(User, woken.owner) if woken.owner else None
    return Woken(
        case=case,
        municipality=row.municipality_id,
        person=woken.person,
        language=await requests.language_of(session, person=woken.person, otherwise=woken.language),
        message=woken.message,
        owner=woken.owner,
        name=owner.name if owner else "",
    )
