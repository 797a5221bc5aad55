"""Counting whether answers helped; no person is on the row."""

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Feedback
from store.types import utcnow


async def record(session: AsyncSession, *, entry: str, language: str, helped: bool, municipality_id: int | None) -> None:
    """Store one verdict about one article."""
    values = {"entry": entry, "language": language, "helped": helped, "municipality_id": municipality_id, "given_at": utcnow()}
    await session.execute(insert(Feedback).values(values))
