"""Opening cases. How advisers work on them lives in the desk."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from store.crypto import Keyring
from store.tables import Case


async def open_case(  # noqa: PLR0913 - one keyword for each column
    session: AsyncSession, keyring: Keyring, *, municipality: int, person: int, language: str, reason: str, urgent: bool = False
) -> int:
    """Open a case for a person, or return the open one; `urgent` raises an open case to urgent. Returns the case's id."""
    sealed = keyring.seal(reason, purpose="case")
    found = await session.scalar(
        select(col(Case.id)).where(col(Case.person_id) == person, col(Case.municipality_id) == municipality, col(Case.state) == "open")
    )
    if found is not None:
        if urgent:
            await session.execute(update(Case).where(col(Case.id) == found).values(urgent=True, sealed_reason=sealed))
        return found
    case = Case(municipality_id=municipality, person_id=person, language=language, sealed_reason=sealed, urgent=urgent)
    session.add(case)
    await session.flush()
    return int(case.id or 0)
