"""Keeping questions that found no answer, sealed and for a limited time, so that editors learn what is missing."""

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from store.crypto import Keyring
from store.tables import Unanswered
from store.types import utcnow


async def record(  # noqa: PLR0913 - one keyword for each column
    session: AsyncSession, keyring: Keyring, *, text: str, language: str, decision: str, person: int, municipality_id: int | None
) -> None:
    """Store one question; it goes when the person is deleted or after the retention time."""
    values = {
        "sealed_text": keyring.seal(text, purpose="unanswered"),
        "language": language,
        "decision": decision,
        "person_id": person,
        "municipality_id": municipality_id,
        "asked_at": utcnow(),
    }
    await session.execute(insert(Unanswered).values(values))
