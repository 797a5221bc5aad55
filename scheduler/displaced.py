"""An adviser is away after people have booked: everybody affected is asked for a new time, and the lead sees who did not react."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from scheduler import lead_times, reminders
from scheduler.calendar import absences, appointments, site_of
from scheduler.slots import Span
from store.scheduling import Reminder, Task
from store.statements import insert_new, table_of

AGREED = ("booked", "confirmed")
REACTION = timedelta(hours=24)

reminded = table_of(Reminder)


async def affected(  # noqa: PLR0913 - one keyword for each limit
    session: AsyncSession, *, municipality: int, span: Span, now: datetime, adviser: int | None = None, office: int | None = None
) -> list[Row[Any]]:
    """The agreed appointments to come that touch that time (of an adviser, an office, or everybody), earliest first."""
    a = appointments.c
    mine = (a.municipality_id == municipality, a.state.in_(AGREED), a.starts_at < span.ends, a.ends_at > span.starts, a.starts_at > now)
    who = (*((a.adviser_id == adviser,) if adviser is not None else ()), *((a.office_id == office,) if office is not None else ()))
    return list(await session.execute(select(appointments).where(*mine, *who).order_by(a.starts_at)))


async def displace(  # noqa: PLR0913 - one keyword for each limit
    session: AsyncSession,
    *,
    municipality: int,
    span: Span,
    now: datetime,
    adviser: int | None = None,
    office: int | None = None,
    delay: timedelta = timedelta(0),
) -> list[int]:
    """Ask the people of all agreed appointments in that time (of an adviser, an office, or everybody) for a new time.

    The appointments stay until the person moves or cancels them. Telling twice about the same revision is impossible.
    They are asked after `delay`. Returns the appointments' ids.
    """
    rows = await affected(session, municipality=municipality, span=span, now=now, adviser=adviser, office=office)
    quiet = await _quiet(session, municipality)
    for row in rows:
        due = lead_times.news_at(now + delay, starts_at=row.starts_at, **quiet)
        await _tell(session, row, kind="displaced", due=due)
    return [row.id for row in rows]


async def take_back(session: AsyncSession, *, municipality: int, span: Span, adviser: int, now: datetime) -> list[int]:
    """The adviser is there after all: nobody in that time is asked for another one, and who was asked already is told.

    Appointments that still lie in another absence stay as they are. Returns the ids of those whose people are told.
    """
    told = []
    quiet = await _quiet(session, municipality)
    for row in await affected(session, municipality=municipality, span=span, now=now, adviser=adviser):
        if await _is_absent(session, row) or not await reminders.take_back(session, appointment=row.id, kind="displaced"):
            continue
        await reminders.take_back(session, appointment=row.id, kind="takes_place")
        await _tell(session, row, kind="takes_place", due=lead_times.news_at(now, starts_at=row.starts_at, **quiet))
        told.append(int(row.id))
    return told


async def ask_if_absent(session: AsyncSession, row: Row[Any], *, now: datetime) -> None:
    """Ask the person of one agreed appointment for a new time if it lies in an absence: it was put back there."""
    if row.state in AGREED and row.starts_at > now and await _is_absent(session, row):
        quiet = await _quiet(session, row.municipality_id)
        await _tell(session, row, kind="displaced", due=lead_times.news_at(now, starts_at=row.starts_at, **quiet))


async def _is_absent(session: AsyncSession, row: Row[Any]) -> bool:
    b = absences.c
    there = b.adviser_id.is_(None) & (b.office_id.is_(None) | (b.office_id == row.office_id))
    same_time = (b.municipality_id == row.municipality_id, b.starts_at < row.ends_at, b.ends_at > row.starts_at)
    return await session.scalar(select(b.id).where(*same_time, or_(b.adviser_id == row.adviser_id, there)).limit(1)) is not None


async def _quiet(session: AsyncSession, municipality: int) -> lead_times.Quiet:
    site = await site_of(session, municipality=municipality)
    return lead_times.Quiet(zone=ZoneInfo(site.zone), quiet_from=site.quiet_from, quiet_until=site.quiet_until)


async def _tell(session: AsyncSession, row: Row[Any], *, kind: str, due: datetime) -> None:
    if row.person_id is None:
        return
    await reminders.notify(
        session,
        subject="appointment",
        subject_id=row.id,
        revision=row.revision,
        kind=kind,
        person=row.person_id,
        due_at=due,
        expires_at=row.starts_at,
    )


async def note_silence(session: AsyncSession, now: datetime) -> None:
    """Write a task for the lead where somebody was asked for a new time and did nothing: after a day, or four hours before the time."""
    a, r = appointments.c, reminded.c
    asked = (r.subject == "appointment", r.kind == "displaced", r.revision == a.revision, a.state.in_(AGREED), a.starts_at > now)
    late = (r.due_at <= now - REACTION) | (a.starts_at <= now + lead_times.URGENT)
    wanted = select(a.id, a.municipality_id, a.adviser_id).join(reminded, r.subject_id == a.id).where(*asked, late)
    rows = [
        {"municipality_id": row.municipality_id, "adviser_id": row.adviser_id, "appointment_id": row.id}
        | {"kind": "no_reaction", "state": "open", "created_at": now}
        for row in await session.execute(wanted)
    ]
    await insert_new(session, Task, rows)
