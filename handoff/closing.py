"""The end of a case, and taking it back. The other verbs are in `cases`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Unpack

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import rows
from handoff.errors import NotYoursError, StaleError
from handoff.rows import FOLLOW_UP, By, Change, users

# Moments that the line of the history keeps, so that reopening can put them back.
_KEPT = ("waiting_since", "follow_up_at", "promised_at", "bot_returns_at")


async def close(session: AsyncSession, **by: Unpack[By]) -> None:
    """Finish a case; the program answers again. Raises NotYoursError and what `rows.locked` raises."""
    row = await rows.owned(session, by)
    held = await rows.unhold(session, person=row.person_id, case=row.id)
    before = {"state": row.state, "held": held} | {name: rows.iso(getattr(row, name)) for name in _KEPT}
    at = {"closed_at": rows.moment(by), "state": "closed", "bot_returns_at": None, "follow_up_at": None}
    await rows.write(session, by, Change(kind="closed", values=rows.rests() | at, detail=before))


async def reopen(session: AsyncSession, **by: Unpack[By]) -> None:
    """Undo the closing of a case: state, owner and the program's silence are as before.

    For its owner, who closed it, or a lead; anybody if the owner has left: it waits then. Raises NotYoursError, StaleError if the person
    has a newer case, and what `rows.locked` raises.
    """
    row = await rows.locked(session, by, states=("closed",))
    last = await rows.last_event(session, row.id, "closed")
    owner = await session.scalar(select(users.c.id).where(users.c.id == row.owner_id, users.c.active))
    if owner and by["user"] not in {None, owner, last.user_id if last else None} and not by.get("lead"):
        raise NotYoursError(await rows.name_of(session, owner))
    values = _restored(last.detail if last else {}, owner, by)
    try:
        async with session.begin_nested():
            await rows.write(session, by, Change(kind="reopened", values=values))
    except IntegrityError as error:
        raise StaleError from error
    if owner and last and last.detail.get("held"):
        await rows.hold(session, person=row.person_id, case=row.id)


def _restored(before: Mapping[str, Any], owner: int | None, by: By) -> dict[str, Any]:
    """The values of a case as it was before; without its owner it waits, if it does not sleep. Who waits is on the ladder's first rung."""
    state = before.get("state", "claimed")
    values: dict[str, Any] = {name: datetime.fromisoformat(before[name]) for name in _KEPT if before.get(name)}
    values |= {"owner_id": owner, "closed_at": None, "state": state if owner or state == FOLLOW_UP else "waiting"}
    if "waiting_since" in values or values["state"] == "waiting":
        values |= {"waiting_since": values.get("waiting_since", rows.moment(by)), "rung": 0, "rung_at": rows.moment(by)}
    return values
