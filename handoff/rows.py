"""The statements behind the verbs of `cases`: locking a case, writing a change of it with history and news, pausing the program.

PostgreSQL: a case is locked before the conversation of its person, by everybody, so that nobody waits in a circle.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Required, TypedDict

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import events, news
from handoff.errors import NotFoundError, NotYoursError, StaleError
from handoff.events import events as history
from store.statements import table_of
from store.tables import Case, Conversation, User
from store.types import utcnow

FOLLOW_UP = "follow_up"

cases, conversations, users = (table_of(model) for model in (Case, Conversation, User))


class By(TypedDict, total=False):
    """Who does something to which case: what the verbs of `cases` have in common.

    `user` is None for the program itself. `lead` says that they may act on colleagues' cases. With `revision`, the one that the page
    showed, nothing is done to a case that has changed since.
    """

    municipality: Required[int]
    case: Required[int]
    user: Required[int | None]
    lead: bool
    revision: int | None
    now: datetime | None


@dataclass(frozen=True, kw_only=True)
class Change:
    """What to write: new values of the case and the line of its history."""

    kind: events.Kind
    values: dict[str, Any]
    detail: dict[str, Any] | None = None
    sealed_note: bytes | None = None


def moment(by: By) -> datetime:
    """When it is done."""
    return by.get("now") or utcnow()


def iso(at: datetime | None) -> str | None:
    """A moment as the history keeps it."""
    return at.isoformat() if at else None


async def require(session: AsyncSession, *, municipality: int, case: int, lock: bool = False) -> Row[Any]:
    """The row of a case in this municipality whose person still exists; raises NotFoundError."""
    statement = select(cases).where(cases.c.id == case, cases.c.municipality_id == municipality, cases.c.person_id.is_not(None))
    row = (await session.execute(statement.with_for_update() if lock else statement)).one_or_none()
    if row is None:
        raise NotFoundError
    return row


async def locked(session: AsyncSession, by: By, *, states: tuple[str, ...] = ("waiting", "claimed", "answered", "follow_up")) -> Row[Any]:
    """Lock a case in one of these states as the page showed it; raises NotFoundError, StaleError."""
    row = await require(session, municipality=by["municipality"], case=by["case"], lock=True)
    if row.state not in states or by.get("revision") not in {None, row.revision}:
        raise StaleError
    return row


async def owned(session: AsyncSession, by: By) -> Row[Any]:
    """Lock an open case for its owner, a lead, or the program; raises also NotYoursError."""
    row = await locked(session, by)
    if by["user"] not in {None, row.owner_id} and not by.get("lead"):
        raise NotYoursError(await name_of(session, row.owner_id))
    return row


async def write(session: AsyncSession, by: By, change: Change) -> int:
    """Write a change to a case that is locked, with its line and its news; returns the line's id."""
    statement = update(cases).where(cases.c.id == by["case"]).values(**change.values, revision=cases.c.revision + 1)
    await session.execute(statement)
    return await told(session, by, change)


async def told(session: AsyncSession, by: By, change: Change) -> int:
    """The line of the history and the news of a change; returns the line's id."""
    line = await events.write(
        session,
        case=by["case"],
        kind=change.kind,
        user=by["user"],
        at=moment(by),
        detail=change.detail,
        sealed_note=change.sealed_note,
    )
    await news.tell(session, municipality=by["municipality"], kind="case", case=by["case"])
    return line


def waits(row: Row[Any], by: By) -> dict[str, Any]:
    """The values by which somebody begins to wait for a human, nothing if they do already; the ladder is due at once."""
    return {} if row.waiting_since else {"waiting_since": moment(by), "rung": 0, "rung_at": moment(by)}


def rests() -> dict[str, Any]:
    """The values of a case in which nobody waits for a human."""
    return {"waiting_since": None, "promised_at": None, "rung": 0, "rung_at": None}


async def last_event(
    session: AsyncSession, case: int, kind: events.Kind | None = None, *, but: events.Kind | None = None
) -> Row[Any] | None:
    """The newest line of a case's history (of a kind, or of any other than one)."""
    of_kind = [*([history.c.kind == kind] if kind else []), *([history.c.kind != but] if but else [])]
    lines = select(history).where(history.c.case_id == case, *of_kind)
    return (await session.execute(lines.order_by(history.c.id.desc()).limit(1))).one_or_none()


async def hold(session: AsyncSession, *, person: int, case: int) -> None:
    """Silence the program in the person's conversation."""
    statement = update(conversations).where(conversations.c.person_id == person).values(held_by_case=case)
    if not (await session.execute(statement.returning(conversations.c.person_id))).first():
        raise NotFoundError


async def unhold(session: AsyncSession, *, person: int, case: int) -> bool:
    """Let the program answer again; tells whether it was silent."""
    held = (conversations.c.person_id == person, conversations.c.held_by_case == case)
    statement = update(conversations).where(*held).values(held_by_case=None)
    return (await session.execute(statement.returning(conversations.c.person_id))).first() is not None


async def name_of(session: AsyncSession, user: int | None) -> str:
    """The name of a colleague; empty for nobody."""
    return (await session.scalar(select(users.c.name).where(users.c.id == user)) if user else None) or ""


async def colleague(session: AsyncSession, *, municipality: int, user: int) -> str:
    """The name of an active colleague who may hold cases here; raises NotFoundError."""
    able = (users.c.id == user, users.c.municipality_id == municipality, users.c.active, users.c.role != "editor")
    name = await session.scalar(select(users.c.name).where(*able))
    if name is None:
        raise NotFoundError
    return str(name)
