"""What advisers do with cases: one verb each, in the caller's transaction, with history, news and the program's silence.

Opening cases and passing them from hand to hand is here; ending them, putting them to sleep and the program's silence are in three modules
of their own, whose verbs are reached from here, too. What happens when somebody writes is `relay`; who should answer when is `routing` and
`ladder`; pages are in `desk`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Unpack

from sqlalchemy import Row, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import card as cards
from handoff import notes, rows
from handoff.card import Card
from handoff.closing import close, reopen
from handoff.errors import NotYoursError, StaleError, TakenError
from handoff.events import NOTE
from handoff.rows import FOLLOW_UP, By, Change, users
from handoff.rows import cases as table
from handoff.silence import pause_bot, return_bot, set_return
from handoff.sleeping import Woken, follow_up, resume, wake
from store.crypto import Keyring
from store.statements import insert_if_new
from store.types import utcnow

__all__ = [
    "Opened",
    "Reason",
    "Woken",
    "claim",
    "close",
    "follow_up",
    "open_case",
    "pass_on",
    "pause_bot",
    "release",
    "release_all_of",
    "reopen",
    "resume",
    "return_bot",
    "set_return",
    "take_back",
    "take_over",
    "wake",
]

Reason = Literal["asked", "unsure", "safety", "adviser", "referral"]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The open case of a person; `new` if it was opened just now."""

    case: int
    new: bool


async def open_case(  # noqa: PLR0913 - one keyword for each column
    session: AsyncSession,
    keyring: Keyring,
    *,
    municipality: int,
    person: int,
    language: str,
    reason: Reason,
    urgent: bool = False,
    topic: str | None = None,
    card: Card | None = None,
    user: int | None = None,
    now: datetime | None = None,
) -> Opened:
    """Open a case for a person, or ask again in the open one: its urgency can only rise, and it keeps its owner and its follow-up.

    `user`: the adviser who does it, if one does.
    """
    at = now or utcnow()
    fresh = {
        "municipality_id": municipality,
        "person_id": person,
        "language": language,
        "reason": reason,
        "urgent": urgent,
        "topic": topic,
        "sealed_card": cards.seal(keyring, card) if card else None,
        "state": "waiting",
        "revision": 1,
        "rung": 0,
        "opened_at": at,
        "waiting_since": at,
        "rung_at": at,
    }
    mine = (table.c.person_id == person, table.c.municipality_id == municipality, table.c.state != "closed")
    while True:
        found = (await session.execute(select(table).where(*mine).with_for_update())).one_or_none()
        if found is not None:
            return await _ask_again(session, keyring, found, fresh, By(municipality=municipality, case=found.id, user=user, now=at), card)
        made = await insert_if_new(session, table, fresh)
        # Nothing was made: another process was faster, and what it opened is committed now.
        if made is not None:
            by = By(municipality=municipality, case=made.id, user=user, now=at)
            await rows.told(session, by, Change(kind="opened", values={}, detail={"reason": reason}))
            return Opened(case=made.id, new=True)


async def _ask_again(  # noqa: PLR0913, PLR0917 - a step of `open_case`
    session: AsyncSession, keyring: Keyring, found: Row[Any], fresh: dict[str, Any], by: By, card: Card | None
) -> Opened:
    values: dict[str, Any] = {
        "language": fresh["language"],
        "urgent": found.urgent or fresh["urgent"],
        "topic": fresh["topic"] or found.topic,
    }
    if fresh["reason"] == "safety":
        values["reason"] = "safety"
    if card:
        values["sealed_card"] = cards.seal(keyring, cards.joined(cards.open_(keyring, found.sealed_card), card))
    if found.state == "answered":
        values["state"] = "claimed"
    await rows.write(session, by, Change(kind="asked", values=values | rows.waits(found, by), detail={"reason": fresh["reason"]}))
    return Opened(case=found.id, new=False)


async def claim(session: AsyncSession, *, municipality: int, case: int, user: int, now: datetime | None = None) -> None:
    """Take a case that nobody has, and silence the program, in one breath; raises TakenError, StaleError (closed), NotFoundError.

    Claiming what one has already changes nothing.
    """
    by = By(municipality=municipality, case=case, user=user, now=now)
    able = exists().where(users.c.id == user, users.c.municipality_id == municipality, users.c.active, users.c.role != "editor")
    free = (table.c.id == case, table.c.municipality_id == municipality, table.c.owner_id.is_(None), table.c.state != "closed")
    statement = update(table).where(*free, table.c.person_id.is_not(None), able)
    taken = statement.values(owner_id=user, state="claimed", revision=table.c.revision + 1).returning(table.c.person_id)
    person = await session.scalar(taken)
    if person is None:
        await _refuse_claim(session, by)
        return
    await rows.hold(session, person=person, case=case)
    await rows.told(session, by, Change(kind="claimed", values={}))


async def _refuse_claim(session: AsyncSession, by: By) -> None:
    row = await rows.require(session, municipality=by["municipality"], case=by["case"])
    if row.owner_id is None or row.state == "closed":
        await rows.colleague(session, municipality=by["municipality"], user=by["user"] or 0)
        raise StaleError
    if row.owner_id != by["user"]:
        raise TakenError(await rows.name_of(session, row.owner_id))


async def release(session: AsyncSession, **by: Unpack[By]) -> None:
    """Give a case back to the team: it waits again, and the program answers; raises NotYoursError and what `rows.locked` raises."""
    row = await rows.owned(session, by)
    await _free(session, by, row)


async def _free(session: AsyncSession, by: By, row: Row[Any], **detail: Any) -> None:
    """Nobody owns the case any more; one that sleeps goes on sleeping."""
    values: dict[str, Any] = {"owner_id": None, "bot_returns_at": None}
    if row.state != FOLLOW_UP:
        values |= {"state": "waiting"} | rows.waits(row, by)
    await rows.unhold(session, person=row.person_id, case=row.id)
    await rows.write(session, by, Change(kind="released", values=values, detail={"from": row.owner_id, **detail}))


async def release_all_of(session: AsyncSession, *, municipality: int, user: int, by: int | None, now: datetime | None = None) -> list[int]:
    """Give all open cases of a colleague who leaves back to the team; returns their ids."""
    theirs = (table.c.owner_id == user, table.c.municipality_id == municipality, table.c.state != "closed")
    found = list(await session.execute(select(table).where(*theirs, table.c.person_id.is_not(None)).order_by(table.c.id).with_for_update()))
    for row in found:
        await _free(session, By(municipality=municipality, case=row.id, user=by, now=now), row, why="left")
    return [row.id for row in found]


async def pass_on(session: AsyncSession, keyring: Keyring, *, to: int, note: str = "", **by: Unpack[By]) -> None:
    """Put a case into a colleague's hands, with a note that they find as a mention; the program stays as it is.

    A lead gives also cases that nobody has. Raises NotYoursError, NotFoundError (no such colleague) and what `rows.locked` raises.
    """
    row = await rows.owned(session, by)
    await rows.colleague(session, municipality=by["municipality"], user=to)
    if row.owner_id == to:
        raise StaleError
    values: dict[str, Any] = {"owner_id": to}
    if row.state == "waiting":
        values["state"] = "claimed"
        await rows.hold(session, person=row.person_id, case=row.id)
    sealed = keyring.seal(note, purpose=NOTE) if note else None
    detail = {"from": row.owner_id, "to": to}
    line = await rows.write(session, by, Change(kind="passed_on", values=values, detail=detail, sealed_note=sealed))
    await notes.mention(session, case=row.id, line=line, users=[to])


async def take_back(session: AsyncSession, **by: Unpack[By]) -> None:
    """Undo one's own passing on, as long as the receiver has done nothing; raises StaleError if they have."""
    row = await rows.locked(session, by)
    last = await rows.last_event(session, row.id)
    if last is None or last.kind != "passed_on" or last.user_id != by["user"] or row.owner_id != last.detail["to"]:
        raise StaleError
    giver = last.detail["from"]
    if giver is None:
        await _free(session, by, row)
        return
    await rows.write(session, by, Change(kind="taken_back", values={"owner_id": giver}, detail={"from": row.owner_id, "to": giver}))


async def take_over(session: AsyncSession, *, absent: bool = False, **by: Unpack[By]) -> None:
    """Take a case from a colleague who is `absent` today, or as a lead; the program is silent from now on, unless the case sleeps.

    Raises NotYoursError and what `rows.locked` raises.
    """
    row = await rows.locked(session, by)
    if row.owner_id == by["user"]:
        return
    if row.owner_id is not None and not absent and not by.get("lead"):
        raise NotYoursError(await rows.name_of(session, row.owner_id))
    values: dict[str, Any] = {"owner_id": by["user"]}
    if row.state == "waiting":
        values["state"] = "claimed"
    if row.state != FOLLOW_UP:
        await rows.hold(session, person=row.person_id, case=row.id)
    await rows.write(session, by, Change(kind="taken_over", values=values, detail={"from": row.owner_id}))
