"""What people say of answers, without the person; only their own conversation remembers it. Counting is in `verdicts`."""

from collections.abc import Mapping
from typing import Literal, get_args

from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.statements import table_of
from store.tables import Feedback
from store.types import utcnow

Verdict = Literal["yes", "no", "else"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

# A conversation remembers so many verdicts, so that a second tap does not count twice.
REMEMBERED = 20

rows = table_of(Feedback)


async def record(session: AsyncSession, *, entry: str, language: str, verdict: str, municipality_id: int | None) -> int:
    """Store one verdict about one article; returns the number of its row."""
    values = {"entry": entry, "language": language, "verdict": verdict, "municipality_id": municipality_id, "given_at": utcnow()}
    return int(await session.scalar(insert(rows).values(values).returning(rows.c.id)) or 0)


async def change(session: AsyncSession, *, vote: int, entry: str, verdict: str) -> bool:
    """Make another verdict of one that was given; tells whether it is still there."""
    mine = (rows.c.id == vote, rows.c.entry == entry)
    return await session.scalar(update(rows).where(*mine).values(verdict=verdict).returning(rows.c.id)) is not None


async def take_back(session: AsyncSession, *, vote: int, entry: str) -> None:
    """Delete a verdict that was given."""
    await session.execute(delete(rows).where(rows.c.id == vote, rows.c.entry == entry))


def remembered(votes: Mapping[str, int], *, entry: str, vote: int) -> dict[str, int]:
    """The votes of a conversation (row by entry) with this one as the newest; the oldest is forgotten."""
    kept = {name: row for name, row in votes.items() if name != entry} | {entry: vote}
    return dict(list(kept.items())[-REMEMBERED:])
