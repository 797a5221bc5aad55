"""The history of a case: one line for each change, with who and when. Changing cases is `handoff.cases`; notes are written in `notes`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.crypto import Keyring
from store.desk import CaseEvent
from store.statements import table_of
from store.tables import Case, User

NOTE = "note"
# The person says that there is no danger (any more).
CALM: Final = "calm"
Kind = Literal[
    "opened",
    "asked",
    "calm",
    "claimed",
    "released",
    "passed_on",
    "taken_back",
    "taken_over",
    "answered",
    "follow_up",
    "resumed",
    "woken",
    "closed",
    "reopened",
    "bot_paused",
    "bot_returned",
    "bot_return_set",
    "note",
    "ladder",
]

events, cases, users = table_of(CaseEvent), table_of(Case), table_of(User)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the history: `user` is empty for the person or the program; `other` names the colleague that `detail` speaks of."""

    id: int
    at: datetime
    kind: str
    user: int | None
    name: str = ""
    other: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    note: str = ""


async def write(  # noqa: PLR0913 - one keyword for each column
    session: AsyncSession,
    *,
    case: int,
    kind: Kind,
    user: int | None,
    at: datetime,
    detail: dict[str, Any] | None = None,
    sealed_note: bytes | None = None,
) -> int:
    """Add a line; `detail` holds ids and small words alone. Returns its id."""
    values = {"case_id": case, "kind": kind, "user_id": user, "at": at, "detail": detail or {}, "sealed_note": sealed_note}
    return int((await session.execute(insert(events).values(values).returning(events.c.id))).scalar_one())


async def of_case(session: AsyncSession, keyring: Keyring, *, municipality: int, case: int, kinds: Sequence[Kind] = ()) -> list[Line]:
    """The history of a case, oldest first, with the names of colleagues; nothing of a case of another municipality."""
    wanted = [events.c.case_id == case, cases.c.municipality_id == municipality, *([events.c.kind.in_(kinds)] if kinds else [])]
    joined = select(events).join(cases, cases.c.id == events.c.case_id)
    rows = list(await session.execute(joined.where(*wanted).order_by(events.c.id)))
    names = await _names(session, rows)
    return [_line(keyring, row, names) for row in rows]


def calm_at(history: Sequence[Line]) -> datetime | None:
    """When the person said that there is no danger; None if they did not, or another alarm came later."""
    told = (line for line in reversed(history) if line.kind == CALM or line.detail.get("reason") == "safety")
    last = next(told, None)
    return last.at if last and last.kind == CALM else None


def _other(detail: dict[str, Any]) -> int | None:
    found = detail.get("to", detail.get("from"))
    return found if isinstance(found, int) else None


async def _names(session: AsyncSession, rows: Sequence[Any]) -> dict[int, str]:
    wanted = {row.user_id for row in rows} | {_other(row.detail) for row in rows}
    found = await session.execute(select(users.c.id, users.c.name).where(users.c.id.in_(wanted - {None})))
    return {row.id: row.name for row in found}


def _line(keyring: Keyring, row: Any, names: dict[int, str]) -> Line:
    return Line(
        id=row.id,
        at=row.at,
        kind=row.kind,
        user=row.user_id,
        name=names.get(row.user_id, ""),
        other=names.get(_other(row.detail) or 0, ""),
        detail=row.detail,
        note=keyring.open(row.sealed_note, purpose=NOTE) if row.sealed_note else "",
    )
