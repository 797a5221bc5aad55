"""Reminders and other news as rows, written in the transaction of their cause. Times are in `lead_times`, claiming in `claims`.

E-mail to advisers is in `mails`. Callers find all of it here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from scheduler import lead_times
from scheduler.claims import AGREED, Due, any_due, claim, close
from scheduler.lead_times import Quiet
from scheduler.mails import AdviserMail, claim_mail, finish_mail, notify_adviser, put_off
from store.courses import Enrolment
from store.scheduling import Appointment, Deadline, Reminder, Service, Site
from store.statements import insert_new, table_of
from store.tables import Outbox, Person

__all__ = [
    "AdviserMail", "Due", "any_due", "ask_again", "claim", "claim_mail", "close", "finish_mail", "notify", "notify_adviser",
    "plan", "plan_deadline", "plan_enrolments", "planned", "put_off", "take_back", "void",
]  # fmt: skip

# What stays true when the appointment changes but not its time: it goes along to the new revision.
_STAYS = ("displaced", "takes_place", "moved_by_office", "booked_by_office", "interpreter_confirmed", "interpreter_not_found")
_USUAL = Site(municipality_id=0)
_MOST = 200

reminders, appointments, deadlines = table_of(Reminder), table_of(Appointment), table_of(Deadline)
services, sites, outbox, people = table_of(Service), table_of(Site), table_of(Outbox), table_of(Person)
enrolments = table_of(Enrolment)

# Built once: building a statement costs more than carrying it out.
_SUBJECT = (reminders.c.subject == bindparam("what"), reminders.c.subject_id == bindparam("which"), reminders.c.channel == "chat")
_OLDER = (*_SUBJECT, reminders.c.revision < bindparam("below"))
_ANY = select(reminders.c.id).where(*_OLDER).limit(1)
_CARRY = (
    update(reminders)
    .where(*_OLDER, reminders.c.state == "pending", reminders.c.kind.in_(_STAYS), reminders.c.expires_at == bindparam("until"))
    .values(revision=bindparam("below"))
)
_VOID = update(reminders).where(*_OLDER, reminders.c.state == "pending").values(state="void")
# What another process is just recording as delivered is left to it: waiting for it could become a deadlock.
_WAITS = (
    select(outbox.c.id)
    .where(outbox.c.reminder_id.in_(select(reminders.c.id).where(*_OLDER, reminders.c.kind.not_in(bindparam("kept", expanding=True)))))
    .with_for_update(skip_locked=True)
)
_UNSAID = delete(outbox).where(outbox.c.id.in_(_WAITS)).returning(outbox.c.reminder_id)
_CLOCK = (sites.c.zone, sites.c.quiet_from, sites.c.quiet_until)
_APPOINTMENT = (
    select(appointments, services.c.day_before, services.c.minutes_before, *_CLOCK)
    .select_from(
        appointments.join(services, services.c.id == appointments.c.service_id).outerjoin(
            sites, sites.c.municipality_id == appointments.c.municipality_id
        )
    )
    .where(appointments.c.id == bindparam("which"))
)
_DEADLINE = (
    select(deadlines, *_CLOCK)
    .select_from(
        deadlines.join(people, people.c.id == deadlines.c.person_id).outerjoin(sites, sites.c.municipality_id == people.c.municipality_id)
    )
    .where(deadlines.c.id == bindparam("which"))
)
_UNPLANNED = (
    select(enrolments, *_CLOCK)
    .select_from(
        enrolments.join(people, people.c.id == enrolments.c.person_id).outerjoin(sites, sites.c.municipality_id == people.c.municipality_id)
    )
    .where(~enrolments.c.planned)
    .order_by(enrolments.c.id)
    .limit(_MOST)
    .with_for_update(skip_locked=True, key_share=True, of=[enrolments, people])
)
_PLANNED = update(enrolments).where(enrolments.c.id == bindparam("which")).values(planned=True)


async def plan(session: AsyncSession, *, appointment: int, now: datetime) -> None:
    """Write the reminders of the appointment's current revision, if it is agreed; those of older revisions are void."""
    row = (await session.execute(_APPOINTMENT, {"which": appointment})).one_or_none()
    if row is None:
        return
    await _forget_older(session, "appointment", appointment, below=row.revision, until=row.starts_at)
    if row.state not in AGREED or row.person_id is None:
        return
    due = lead_times.of_appointment(row.starts_at, day_before=row.day_before, minutes_before=row.minutes_before, now=now, **_clock(row))
    subject = {"subject": "appointment", "subject_id": appointment, "revision": row.revision}
    rows = [_row(subject, kind, person=row.person_id, due_at=at, expires_at=row.starts_at) for kind, at in due.items()]
    await insert_new(session, Reminder, rows)


async def void(session: AsyncSession, *, subject: str, subject_id: int) -> None:
    """Nothing that waits about this subject is said any more, not even what is in the outbox."""
    about = {"what": subject, "which": subject_id, "below": 2**31 - 1}
    await session.execute(_VOID, about)
    await _take_back(session, about, kept=())


async def take_back(session: AsyncSession, *, appointment: int, kind: str) -> bool:
    """Forget a kind of news about an appointment, so that it can be said anew; returns whether somebody has read it already."""
    about = (reminders.c.subject == "appointment", reminders.c.subject_id == appointment, reminders.c.kind == kind)
    rows = {row.id: row.state for row in await session.execute(select(reminders.c.id, reminders.c.state).where(*about))}
    waits = select(outbox.c.id).where(outbox.c.reminder_id.in_(rows)).with_for_update(skip_locked=True)
    unsaid = set(await session.scalars(delete(outbox).where(outbox.c.id.in_(waits)).returning(outbox.c.reminder_id)))
    await session.execute(delete(reminders).where(*about))
    return any(state == "sent" and reminder not in unsaid for reminder, state in rows.items())


async def ask_again(session: AsyncSession, *, appointment: int, now: datetime) -> None:
    """Write the friendly question after a missed appointment."""
    row = (await session.execute(_APPOINTMENT, {"which": appointment})).one_or_none()
    if row is None or row.person_id is None:
        return
    due = lead_times.of_missed(row.ends_at, now=now, **_clock(row))
    about = {"subject": "appointment", "subject_id": appointment, "revision": row.revision}
    await notify(session, **about, kind="missed", person=row.person_id, due_at=due, expires_at=due + lead_times.MISSED_HELPS)


async def notify(  # noqa: PLR0913 - one keyword for each column
    session: AsyncSession,
    *,
    subject: str,
    subject_id: int,
    revision: int,
    kind: str,
    person: int,
    due_at: datetime,
    expires_at: datetime,
) -> None:
    """Write one message to a person; the same again changes nothing."""
    about = {"subject": subject, "subject_id": subject_id, "revision": revision}
    await insert_new(session, Reminder, [_row(about, kind, person=person, due_at=due_at, expires_at=expires_at)])


async def plan_deadline(session: AsyncSession, *, deadline: int, now: datetime, also: Sequence[int] = ()) -> None:
    """Write the reminders of a deadline's current revision, `also` so many days before; those of older revisions are void.

    What is planned already stays, so a wish can be added.
    """
    row = (await session.execute(_DEADLINE, {"which": deadline})).one_or_none()
    if row is None:
        return
    zone = _clock(row)["zone"]
    end = lead_times.end_of(row.day, zone)
    await _forget_older(session, "deadline", deadline, below=row.revision, until=end)
    about = {"subject": "deadline", "subject_id": deadline, "revision": row.revision}
    due = lead_times.of_deadline(row.day, kind=row.kind, zone=zone, now=now, also=also)
    await insert_new(session, Reminder, [_row(about, kind, person=row.person_id, due_at=at, expires_at=end) for kind, at in due.items()])


async def planned(session: AsyncSession, *, deadline: int) -> list[datetime]:
    """When a deadline is reminded of from now on, the next first."""
    mine = (reminders.c.subject == "deadline", reminders.c.subject_id == deadline, reminders.c.state == "pending")
    return list(await session.scalars(select(reminders.c.due_at).where(*mine).order_by(reminders.c.due_at)))


async def plan_enrolments(session: AsyncSession, now: datetime) -> None:
    """Write the reminders of courses to which people go where their dates are new, some at a time; those of older dates are void."""
    for row in list(await session.execute(_UNPLANNED)):
        await _forget_older(session, "enrolment", row.id, below=row.revision, until=now)
        clock = _clock(row)
        due = lead_times.of_course(row.starts_on, row.ends_on, now=now, **clock)
        about = {"subject": "enrolment", "subject_id": row.id, "revision": row.revision}
        ends = {kind: lead_times.end_of(row.starts_on if kind == "day_before" else row.ends_on, clock["zone"]) for kind in due}
        rows = [_row(about, kind, person=row.person_id, due_at=at, expires_at=ends[kind]) for kind, at in due.items()]
        await insert_new(session, Reminder, rows)
        await session.execute(_PLANNED, {"which": row.id})


async def _forget_older(session: AsyncSession, subject: str, subject_id: int, *, below: int, until: datetime) -> None:
    about = {"what": subject, "which": subject_id, "below": below}
    if await session.scalar(_ANY, about) is None:
        return
    await session.execute(_CARRY, about | {"until": until})
    await session.execute(_VOID, about)
    await _take_back(session, about, kept=_STAYS)


async def _take_back(session: AsyncSession, about: Mapping[str, Any], *, kept: Sequence[str]) -> None:
    """Remove from the outbox what was not delivered yet."""
    unsaid = set(await session.scalars(_UNSAID, {**about, "kept": list(kept)}))
    await close(session, sorted(unsaid), state="void")


def _clock(row: Row[Any]) -> Quiet:
    if row.zone is None:
        return Quiet(zone=ZoneInfo(_USUAL.zone), quiet_from=_USUAL.quiet_from, quiet_until=_USUAL.quiet_until)
    return Quiet(zone=ZoneInfo(row.zone), quiet_from=row.quiet_from, quiet_until=row.quiet_until)


def _row(about: Mapping[str, Any], kind: str, *, person: int, due_at: datetime, expires_at: datetime) -> dict[str, Any]:
    fixed = {"recipient": "person", "channel": "chat", "state": "pending", "attempts": 0}
    return {**about, **fixed, "kind": kind, "person_id": person, "due_at": due_at, "expires_at": expires_at}
