"""A case that sleeps until a date, and how it comes back. When dates are looked at is in `follow_ups`; the other verbs are in `cases`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Unpack

from sqlalchemy.ext.asyncio import AsyncSession

from handoff import rows
from handoff.errors import StaleError
from handoff.rows import FOLLOW_UP, By, Change
from store.crypto import Keyring


async def follow_up(session: AsyncSession, keyring: Keyring, *, until: datetime, message: str | None = None, **by: Unpack[By]) -> None:
    """Let a case sleep until a moment, perhaps with a message to send then; the program answers meanwhile."""
    row = await rows.owned(session, by)
    await rows.unhold(session, person=row.person_id, case=row.id)
    sealed = keyring.seal(message, purpose=FOLLOW_UP) if message else None
    values = {"state": FOLLOW_UP, "follow_up_at": until, "sealed_follow_up": sealed, "bot_returns_at": None}
    detail = {"until": until.isoformat(), "message": bool(message)}
    await rows.write(session, by, Change(kind="follow_up", values=rows.rests() | values, detail=detail))


async def resume(session: AsyncSession, **by: Unpack[By]) -> None:
    """End a case's sleep before its time, without its message; the owner has the word again."""
    row = await rows.owned(session, by)
    if row.follow_up_at is None:
        raise StaleError
    values = {"state": "claimed" if row.owner_id else "waiting", "follow_up_at": None, "sealed_follow_up": None}
    if row.owner_id:
        await rows.hold(session, person=row.person_id, case=row.id)
    else:
        values |= rows.waits(row, by)
    await rows.write(session, by, Change(kind="resumed", values=values))


@dataclass(frozen=True, kw_only=True)
class Woken:
    """A case whose date has come: the message to send to its person now, and in whose name."""

    person: int
    owner: int | None
    language: str
    message: str | None


async def wake(session: AsyncSession, keyring: Keyring, *, municipality: int, case: int, now: datetime | None = None) -> Woken | None:
    """Bring a case back whose follow-up is due, to its owner or to the team; None if it is not due (any more). The program does this.

    With a message the owner has the word, so that the answer reaches them.
    """
    by = By(municipality=municipality, case=case, user=None, now=now)
    row = await rows.require(session, municipality=municipality, case=case, lock=True)
    if row.state == "closed" or row.follow_up_at is None or row.follow_up_at > rows.moment(by):
        return None
    message = keyring.open(row.sealed_follow_up, purpose=FOLLOW_UP) if row.sealed_follow_up else None
    values: dict[str, Any] = {"follow_up_at": None, "sealed_follow_up": None} | rows.waits(row, by)
    if row.state == FOLLOW_UP:
        values["state"] = "claimed" if row.owner_id else "waiting"
    if row.owner_id and message:
        await rows.hold(session, person=row.person_id, case=case)
    await rows.write(session, by, Change(kind="woken", values=values))
    return Woken(person=row.person_id, owner=row.owner_id, language=row.language, message=message)
