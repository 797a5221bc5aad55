"""Opening cases. How advisers work on them lives in the desk."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Case


async def open_case(session: AsyncSession, *, municipality: int, person: int, language: str, reason: str, urgent: bool = False) -> int:
    """Open a case for a person, or return the open one; `urgent` raises an open case to urgent. Returns the case's id."""
    found = await session.scalar(select(Case.id).where(Case.person_id == person, Case.municipality_id == municipality, Case.state == "open"))  # type: ignore[arg-type]  # SQLModel columns
    if found is not None:
        if urgent:
            await session.execute(update(Case).where(Case.id == found).values(urgent=True, reason=reason))  # type: ignore[arg-type]  # SQLModel columns
        return found
    case = Case(municipality_id=municipality, person_id=person, language=language, reason=reason, urgent=urgent)
    session.add(case)
    await session.flush()
    return int(case.id or 0)
