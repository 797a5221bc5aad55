"""The waiting list: a time that becomes free is offered to one person after the other, the longest waiting first. Offers are holds."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from scheduler import booking, calendar, lead_times, reminders
from scheduler.booking import Booking
from scheduler.calendar import Rules, appointments
from scheduler.errors import SchedulingError
from scheduler.slots import Slot, Span
from store.scheduling import Offer, Waiting
from store.statements import insert_if_new, table_of

OFFER = timedelta(hours=1)
NOON, EVENING = 12, 17
_MOST_TRIED = 20

waiting, offers = table_of(Waiting), table_of(Offer)


async def join(  # noqa: PLR0913 - one keyword for each column
    session: AsyncSession,
    *,
    municipality: int,
    person: int,
    service: int,
    before: datetime,
    mode: str,
    language: str,
    now: datetime,
    part: str | None = None,
    appointment: int | None = None,
) -> int:
    """Put a person on the list for something before `before` (once per service: an older wish is replaced); returns the entry's id."""
    await leave(session, person=person, service=service)
    values = {
        "municipality_id": municipality,
        "person_id": person,
        "service_id": service,
        "appointment_id": appointment,
        "before": before,
        "mode": mode,
        "part": part,
        "language": language,
        "state": "waiting",
        "created_at": now,
    }
    row = await insert_if_new(session, waiting, values)
    return int(row.id) if row is not None else 0


async def leave(session: AsyncSession, *, person: int, service: int | None = None) -> bool:
    """Take a person off the list (of one service, or of all); returns whether they were on it."""
    w = waiting.c
    mine = (w.person_id == person, w.state.in_(("waiting", "offered")))
    left = update(waiting).where(*mine, *((w.service_id == service,) if service is not None else ())).values(state="done")
    return bool(list(await session.scalars(left.returning(w.id))))


async def of_person(session: AsyncSession, *, person: int, now: datetime) -> list[Row[Any]]:
    """What the person waits for."""
    w = waiting.c
    return list(await session.execute(select(waiting).where(w.person_id == person, w.state.in_(("waiting", "offered")), w.before > now)))


async def freed(session: AsyncSession, *, municipality: int, adviser: int | None, span: Span, now: datetime) -> int | None:
    """Offer the time that became free to whoever waits longest and can use it; returns the offered appointment's id, or None."""
    if adviser is None or span.ends <= now:
        return None
    w = waiting.c
    offered = select(offers.c.service_id).where(offers.c.adviser_id == adviser)
    mine = (w.municipality_id == municipality, w.state == "waiting", w.before > span.starts, w.service_id.in_(offered))
    for entry in list(await session.execute(select(waiting).where(*mine).order_by(w.id).limit(_MOST_TRIED))):
        offer = await _offer(session, entry, adviser=adviser, span=span, now=now)
        if offer is not None:
            return offer
    return None


async def _offer(session: AsyncSession, entry: Row[Any], *, adviser: int, span: Span, now: datetime) -> int | None:
    rules = await calendar.rules_of(session, service=entry.service_id)
    if rules is None or adviser not in rules.advisers or entry.mode not in rules.service.modes:
        return None
    wish = calendar.wish_of(rules, now=now, first=span.starts, last=min(span.ends, entry.before))
    for slot in await calendar.free_slots(session, rules, wish, now=now, advisers=[adviser]):
        if part_fits(entry.part, slot.starts, rules.zone):
            return await _hold(session, rules, entry, slot, now=now)
    return None


async def _hold(session: AsyncSession, rules: Rules, entry: Row[Any], slot: Slot, *, now: datetime) -> int | None:
    asked_at = lead_times.humane(now, zone=rules.zone, quiet_from=rules.site.quiet_from, quiet_until=rules.site.quiet_until)
    if asked_at + OFFER / 2 >= slot.starts:
        return None
    wish = Booking(person=entry.person_id, mode=entry.mode, language=entry.language)
    lasts = min(asked_at + OFFER, slot.starts) - now
    try:
        held = await booking.hold(session, rules, slot=slot, booking=wish, now=now, waiting=entry.id, lasts=lasts)
    except SchedulingError:
        return None
    await session.execute(update(waiting).where(waiting.c.id == entry.id).values(state="offered"))
    until = now + lasts
    await reminders.notify(
        session,
        subject="appointment",
        subject_id=held,
        revision=1,
        kind="offer",
        person=entry.person_id,
        due_at=asked_at,
        expires_at=until,
    )
    return held


def part_fits(part: str | None, moment: datetime, zone: ZoneInfo) -> bool:
    """Whether a moment lies in a part of the day: morning (until 12), afternoon (from 12), evening (from 17)."""
    hour = moment.astimezone(zone).hour
    return {"morning": hour < NOON, "afternoon": hour >= NOON, "evening": hour >= EVENING}.get(part or "", True)


async def accepted(session: AsyncSession, *, entry: int) -> Row[Any] | None:
    """The offer of this entry was taken: it leaves the list; returns the entry."""
    done = update(waiting).where(waiting.c.id == entry).values(state="done").returning(waiting)
    row: Row[Any] | None = (await session.execute(done)).one_or_none()
    return row


async def declined(session: AsyncSession, *, appointment: int, person: int, keep: bool, now: datetime) -> bool:
    """The person does not want the offered time; the next one is asked. `keep` keeps their place on the list. False if it is no offer."""
    row = await booking.find(session, appointment=appointment, person=person)
    if row is None or row.state != "held" or row.waiting_id is None:
        return False
    await _pass_on(session, row, keep=keep, reason="declined", now=now)
    return True


async def expire(session: AsyncSession, now: datetime) -> None:
    """End holds that ran out; an offer that nobody answered goes to the next person, and whoever let it pass is told."""
    for row in await booking.stale_holds(session, now=now):
        if row.waiting_id is None:
            await booking.end_hold(session, appointment=row.id, revision=row.revision, now=now, reason="expired")
        else:
            await _pass_on(session, row, keep=False, reason="expired", now=now)


async def _pass_on(session: AsyncSession, row: Row[Any], *, keep: bool, reason: str, now: datetime) -> None:
    if not await booking.end_hold(session, appointment=row.id, revision=row.revision, now=now, reason=reason):
        return
    # Kept out of the next round for this time: first the others are asked.
    await session.execute(update(waiting).where(waiting.c.id == row.waiting_id).values(state="done"))
    await freed(
        session,
        municipality=row.municipality_id,
        adviser=row.adviser_id,
        span=Span(starts=row.blocked_from, ends=row.blocked_until),
        now=now,
    )
    if keep:
        await session.execute(update(waiting).where(waiting.c.id == row.waiting_id).values(state="waiting"))
    elif reason == "expired" and row.person_id is not None:
        await reminders.notify(
            session,
            subject="waiting",
            subject_id=row.waiting_id,
            revision=1,
            kind="offer_gone",
            person=row.person_id,
            due_at=now,
            expires_at=row.starts_at,
        )


async def all_offers(session: AsyncSession, *, person: int, now: datetime) -> list[Row[Any]]:
    """Times that are held for the person from the waiting list."""
    a = appointments.c
    mine = (a.person_id == person, a.state == "held", a.waiting_id.is_not(None), a.held_until > now)
    return list(await session.execute(select(appointments).where(*mine)))
