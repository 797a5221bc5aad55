"""An adviser is away after people have booked: everybody affected is asked for a new time, and the lead sees who did not react."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from scheduler import lead_times, reminders
from scheduler.calendar import appointments, site_of
from scheduler.slots import Span
from store.scheduling import Reminder, Task
from store.statements import insert_new, table_of

AGREED = ("booked", "confirmed")
REACTION = timedelta(hours=24)
_URGENT = timedelta(hours=4)

reminded = table_of(Reminder)


async def displace(  # noqa: PLR0913 - one keyword for each limit
    session: AsyncSession, *, municipality: int, span: Span, now: datetime, adviser: int | None = None, office: int | None = None
) -> list[int]:
    """Ask the people of all agreed appointments in that time (of an adviser, an office, or everybody) for a new time.

    The appointments stay until the person moves or cancels them. Telling twice about the same revision is impossible.
    Returns the appointments' ids.
    """
    a = appointments.c
    mine = (a.municipality_id == municipality, a.state.in_(AGREED), a.starts_at < span.ends, a.ends_at > span.starts, a.starts_at > now)
    who = (*((a.adviser_id == adviser,) if adviser is not None else ()), *((a.office_id == office,) if office is not None else ()))
    rows = list(await session.execute(select(appointments).where(*mine, *who).order_by(a.starts_at)))
    site = await site_of(session, municipality=municipality)
    asked_at = lead_times.humane(now, zone=ZoneInfo(site.zone), quiet_from=site.quiet_from, quiet_until=site.quiet_until)
    for row in rows:
        if row.person_id is not None:
            await reminders.notify(
                session,
                subject="appointment",
                subject_id=row.id,
                revision=row.revision,
                kind="displaced",
                person=row.person_id,
                # Whoever comes before the quiet hours end must still hear of it.
                due_at=asked_at if asked_at < row.starts_at - _URGENT else now,
                expires_at=row.starts_at,
            )
    return [row.id for row in rows]


async def note_silence(session: AsyncSession, now: datetime) -> None:
    """Write a task for the lead where somebody was asked for a new time and did nothing: after a day, or four hours before the time."""
    a, r = appointments.c, reminded.c
    asked = (r.subject == "appointment", r.kind == "displaced", r.revision == a.revision, a.state.in_(AGREED), a.starts_at > now)
    late = (r.due_at <= now - REACTION) | (a.starts_at <= now + _URGENT)
    wanted = select(a.id, a.municipality_id, a.adviser_id).join(reminded, r.subject_id == a.id).where(*asked, late)
    rows = [
        {"municipality_id": row.municipality_id, "adviser_id": row.adviser_id, "appointment_id": row.id}
        | {"kind": "no_reaction", "state": "open", "created_at": now}
        for row in await session.execute(wanted)
    ]
    await insert_new(session, Task, rows)
