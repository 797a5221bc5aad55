"""Exceptions of an adviser's week, made in the calendar: hours on one day only, and absences. The weekly hours come from the site file.

An import of the site file replaces them by what the file says.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from scheduler import calendar, displaced
from scheduler.calendar import absences, openings
from scheduler.errors import StateError
from scheduler.office import TOLD_AFTER
from scheduler.slots import Span
from store.scheduling import Adviser, Office
from store.statements import table_of

DAY_MINUTES = 1440
LONGEST = timedelta(days=366)
REASONS = ("absence", "holiday", "sick", "training", "meeting")

advisers, offices = table_of(Adviser), table_of(Office)


@dataclass(frozen=True, kw_only=True)
class Away:
    """An absence that was written, and the appointments whose people are asked for a new time."""

    absence: int
    displaced: tuple[int, ...]


async def add_opening(  # noqa: PLR0913 - one keyword for each column
    session: AsyncSession, *, municipality: int, adviser: int, office: int, day: date, starts: int, ends: int
) -> int:
    """Add hours on one day (minutes since midnight); returns their id. Raises StateError for what is not of the municipality or no span."""
    await _check(session, advisers, adviser, municipality)
    await _check(session, offices, office, municipality)
    if not 0 <= starts < ends <= DAY_MINUTES:
        raise _refused(state="span")
    values = {"adviser_id": adviser, "office_id": office, "day": day, "starts": starts, "ends": ends}
    same = [openings.c[name] == value for name, value in values.items()]
    found = await session.scalar(select(openings.c.id).where(*same))
    if found is None:
        found = await session.scalar(insert(openings).values(values).returning(openings.c.id))
        await calendar.changed(session, municipality=municipality)
    return int(found or 0)


async def find_opening(session: AsyncSession, *, municipality: int, opening: int) -> Row[Any] | None:
    """Hours on one day of an adviser of the municipality; None for any other id."""
    joined = openings.join(advisers, advisers.c.id == openings.c.adviser_id)
    wanted = select(openings).select_from(joined).where(openings.c.id == opening, advisers.c.municipality_id == municipality)
    found: Row[Any] | None = (await session.execute(wanted)).one_or_none()
    return found


async def remove_opening(session: AsyncSession, *, municipality: int, opening: int) -> None:
    """Take hours on one day away; appointments in them stay. Raises StateError if there are none."""
    if await find_opening(session, municipality=municipality, opening=opening) is None:
        raise _refused(state="none")
    await session.execute(delete(openings).where(openings.c.id == opening))
    await calendar.changed(session, municipality=municipality)


async def add_absence(  # noqa: PLR0913 - one keyword for each column
    session: AsyncSession, *, municipality: int, adviser: int, span: Span, reason: str, now: datetime
) -> Away:
    """Write that an adviser is away; after a minute the people of their appointments in that time are asked for a new one.

    Raises StateError for an adviser of another municipality, a span that is none or longer than a year, or an unknown reason.
    """
    await _check(session, advisers, adviser, municipality)
    if not span.starts < span.ends <= span.starts + LONGEST or reason not in REASONS:
        raise _refused(state="span")
    values = {"municipality_id": municipality, "adviser_id": adviser, "starts_at": span.starts, "ends_at": span.ends, "reason": reason}
    absence = await session.scalar(insert(absences).values(values).returning(absences.c.id))
    asked = await displaced.displace(session, municipality=municipality, span=span, now=now, adviser=adviser, delay=TOLD_AFTER)
    return Away(absence=int(absence or 0), displaced=tuple(asked))


async def find_absence(session: AsyncSession, *, municipality: int, absence: int) -> Row[Any] | None:
    """An absence of one adviser of the municipality; None for any other id, and for those of offices and of everybody."""
    b = absences.c
    wanted = select(absences).where(b.id == absence, b.municipality_id == municipality, b.adviser_id.is_not(None))
    found: Row[Any] | None = (await session.execute(wanted)).one_or_none()
    return found


async def remove_absence(session: AsyncSession, *, municipality: int, absence: int, now: datetime) -> list[int]:
    """The adviser is there after all; returns the appointments whose people had been asked already and are told. Raises StateError."""
    row = await find_absence(session, municipality=municipality, absence=absence)
    if row is None:
        raise _refused(state="none")
    await session.execute(delete(absences).where(absences.c.id == absence))
    span = Span(starts=row.starts_at, ends=row.ends_at)
    return await displaced.take_back(session, municipality=municipality, span=span, adviser=row.adviser_id, now=now)


async def _check(session: AsyncSession, table: Any, found: int, municipality: int) -> None:
    known = select(table.c.id).where(table.c.id == found, table.c.municipality_id == municipality, ~table.c.retired)
    if await session.scalar(known) is None:
        raise _refused(state="none")


def _refused(*, state: str) -> StateError:
    message = "the change of the calendar is refused: {state}"
    return StateError(message, state=state)
