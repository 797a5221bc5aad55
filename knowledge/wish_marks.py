"""Groups of unanswered questions that editors put aside until they grow; of what they ask a sealed mean is kept, no text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Row, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.unanswered import MEANING
from store.crypto import Keyring
from store.errors import SealError
from store.statements import table_of
from store.tables import WishMark

# A group that was put aside comes back when so many times as many people ask.
GROWN = 2

log = structlog.get_logger(__name__)
marks = table_of(WishMark)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A group that was put aside: its `centre` as `nlu.groups` packs it, and how many people had asked then."""

    id: int
    centre: str
    people: int
    made_at: datetime

    def holds(self, people: int) -> bool:
        """Whether the group stays aside, now that so many people ask."""
        return people < GROWN * self.people


async def put_aside(  # noqa: PLR0913 - one keyword for each column
    session: AsyncSession,
    keyring: Keyring,
    *,
    municipality: int,
    user: int,
    centre: str,
    people: int,
    instead_of: Sequence[int],
    now: datetime,
) -> int:
    """Remember a group, in the place of earlier marks of the same; returns the mark's number."""
    await session.execute(delete(marks).where(marks.c.municipality_id == municipality, marks.c.id.in_(instead_of)))
    sealed = keyring.seal(centre, purpose=MEANING)
    values = {"municipality_id": municipality, "user_id": user, "sealed_centre": sealed, "people": people, "made_at": now}
    return int(await session.scalar(insert(marks).values(values).returning(marks.c.id)) or 0)


async def bring_back(session: AsyncSession, *, municipality: int, mark: int) -> bool:
    """Forget that a group was put aside; tells whether there was such a mark in the municipality."""
    mine = (marks.c.id == mark, marks.c.municipality_id == municipality)
    return await session.scalar(delete(marks).where(*mine).returning(marks.c.id)) is not None


async def read(session: AsyncSession, keyring: Keyring, *, municipality: int) -> list[Mark]:
    """All marks of a municipality, the newest first; what cannot be opened is left out."""
    found = await session.execute(select(marks).where(marks.c.municipality_id == municipality).order_by(marks.c.id.desc()))
    return [mark for row in found if (mark := _opened(keyring, row)) is not None]


def _opened(keyring: Keyring, row: Row[Any]) -> Mark | None:
    try:
        centre = keyring.open(row.sealed_centre, purpose=MEANING)
    except SealError:
        log.warning("a group that was put aside cannot be read", mark=row.id)
        return None
    return Mark(id=row.id, centre=centre, people=row.people, made_at=row.made_at)
