"""Claiming the reminders that are due, after a second look at their subject and at where the person is reached. Rows are in `reminders`.

Claiming and saying happen in one transaction (`bot.jobs`), so a claimed row needs no lease: it is said, or pending again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.courses import Enrolment
from store.scheduling import Appointment, Deadline, Reminder, Task, Waiting
from store.statements import insert_new, table_of
from store.tables import Address, Inbox, Person

Subjects = Mapping[tuple[str, int], Any]
AGREED = ("booked", "confirmed")
# A reminder that is later than this gives way to the next one of the same appointment.
LATE = timedelta(hours=1)
# In which states of its appointment something is still to be said; all other kinds need an agreed one.
_STATES = {"missed": ("missed",), "offer": ("held",), "cancelled_by_office": ("cancelled",)}
# Nobody has to telephone when these do not reach the person.
_OPTIONAL = ("missed", "offer")

reminders, appointments, deadlines, waiting = (table_of(model) for model in (Reminder, Appointment, Deadline, Waiting))
enrolments = table_of(Enrolment)
people, addresses, inbox = table_of(Person), table_of(Address), table_of(Inbox)

# Built once: building a statement costs more than carrying it out.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_CLOSE = update(reminders).where(reminders.c.id.in_(_IDS)).values(state=bindparam("as"))
# The person is locked with the row: nobody deletes them meanwhile, and whoever is being worked on waits for the next tick, so that
# a claim never waits for another transaction and cannot deadlock with one.
_DUE = (
    select(reminders.c.id)
    .join(people, people.c.id == reminders.c.person_id)
    .where(reminders.c.state == "pending", reminders.c.channel == "chat", reminders.c.due_at <= bindparam("now"))
    .order_by(reminders.c.due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, key_share=True, of=[reminders, people])
    .cte("due")
)
_ANY_DUE = (
    select(reminders.c.id)
    .where(reminders.c.state == "pending", reminders.c.channel == "chat", reminders.c.due_at <= bindparam("now"))
    .limit(1)
)
_CLAIM = (
    update(reminders)
    .where(reminders.c.id.in_(select(_DUE.c.id)))
    .values(state="sent", owner=bindparam("me"), sent_at=bindparam("at"))
    .returning(reminders)
)
_NOW_IS = select(appointments).where(appointments.c.id.in_(_IDS))
_DUE_TOO = select(reminders).where(
    reminders.c.subject_id.in_(_IDS),
    reminders.c.subject.in_(("appointment", "deadline", "enrolment")),
    reminders.c.channel == "chat",
    reminders.c.state.in_(("pending", "sent")),
    reminders.c.due_at <= bindparam("now"),
)
_DEADLINES = select(deadlines.c.id, deadlines.c.revision).where(deadlines.c.id.in_(_IDS))
_ENROLMENTS = select(enrolments.c.id, enrolments.c.revision).where(enrolments.c.id.in_(_IDS))
_WAITING = select(waiting.c.id).where(waiting.c.id.in_(_IDS))
_STATEMENTS = (("appointment", _NOW_IS), ("deadline", _DEADLINES), ("enrolment", _ENROLMENTS), ("waiting", _WAITING))
_REACHABLE = (
    select(addresses.c.id, addresses.c.channel, addresses.c.sealed_external, addresses.c.person_id, people.c.language)
    .join(people, people.c.id == addresses.c.person_id)
    .where(addresses.c.person_id.in_(_IDS), ~addresses.c.unreachable)
)
_FREE = select(addresses.c.id).where(addresses.c.id.in_(_IDS)).order_by(addresses.c.id).with_for_update(skip_locked=True, of=addresses)
_WROTE = select(inbox.c.address_id, func.max(inbox.c.id).label("last")).where(inbox.c.address_id.in_(_IDS)).group_by(inbox.c.address_id)


@dataclass(frozen=True, kw_only=True)
class Due:
    """A claimed reminder: about what, in which revision, to whom, in which language; `address` is the row where it goes."""

    reminder: int
    kind: str
    subject: str
    subject_id: int
    revision: int
    person: int
    language: str
    address: int
    channel: str
    sealed_external: bytes
    due_at: datetime
    expires_at: datetime


async def any_due(session: AsyncSession, *, now: datetime) -> bool:
    """Whether there may be something to claim; it only reads, so that an idle tick keeps nobody waiting."""
    return await session.scalar(_ANY_DUE, {"now": now}) is not None


async def claim(session: AsyncSession, *, owner: str, now: datetime, limit: int = 200) -> list[Due]:
    """Take what is due, oldest first, and mark it as sent: it must be said in this transaction, or rolled back. Empty: nothing is left.

    What is void, past its use, or reaches nobody is closed on the way and not returned. An early reminder that was not sent
    when the next one of the same appointment is due gives way to it. Rows, people and addresses are locked, never waited for.
    """
    while True:
        claimed = list(await session.execute(_CLAIM, {"now": now, "at": now, "most": limit, "me": owner}))
        rows = sorted(claimed, key=lambda row: (row.due_at, row.id))
        subjects = await _subjects(session, rows)
        living = await _living(session, rows, subjects, now=now)
        reached = await _reached(session, {row.person_id for row in living})
        await _lose(session, [row for row in living if row.person_id not in reached], subjects, now=now)
        due = [_due(row, reached[row.person_id]) for row in living if row.person_id in reached]
        busy = await _busy(session, due)
        if due or len(claimed) < limit:
            return [one for one in due if one.reminder not in busy]


async def _living(session: AsyncSession, rows: Sequence[Row[Any]], subjects: Subjects, *, now: datetime) -> list[Row[Any]]:
    """The rows that are still to be said; the others are closed."""
    overtaken = await _overtaken(session, rows, now=now)
    void = {row.id for row in rows if not _holds(row, subjects)}
    expired = {row.id for row in rows if row.expires_at <= now or row.id in overtaken} - void
    await close(session, void, state="void")
    await close(session, expired, state="expired")
    return [row for row in rows if row.id not in void | expired]


async def _busy(session: AsyncSession, due: Sequence[Due]) -> set[int]:
    """Lock the addresses. Reminders whose address another transaction works on are pending again."""
    if not due:
        return set()
    free = set(await session.scalars(_FREE, {"ids": sorted({one.address for one in due})}))
    busy = {one.reminder for one in due if one.address not in free}
    await close(session, busy, state="pending")
    return busy


async def close(session: AsyncSession, ids: Collection[int], *, state: str) -> None:
    """Set the state of reminders that are not said after all."""
    if ids:
        await session.execute(_CLOSE, {"ids": sorted(ids), "as": state})


async def _subjects(session: AsyncSession, rows: Iterable[Row[Any]]) -> dict[tuple[str, int], Any]:
    """The subjects of the rows as they are now; those that do not exist any more are missing."""
    found: dict[tuple[str, int], Any] = {}
    for subject, statement in _STATEMENTS:
        if ids := sorted({row.subject_id for row in rows if row.subject == subject}):
            rows_now: Iterable[Any] = await session.execute(statement, {"ids": ids})
            found |= {(subject, row.id): row for row in rows_now}
    return found


def _holds(row: Row[Any], subjects: Subjects) -> bool:
    subject = subjects.get((row.subject, row.subject_id))
    if subject is None or row.subject == "waiting":
        return subject is not None
    agreed = row.subject != "appointment" or subject.state in _STATES.get(row.kind, AGREED)
    return bool(agreed and subject.revision == row.revision)


async def _overtaken(session: AsyncSession, rows: Iterable[Row[Any]], *, now: datetime) -> set[int]:
    """Those so late (after an outage) that a later reminder of the same subject is due as well or was sent."""
    late = [row for row in rows if _timed(row) and now - row.due_at > LATE]
    if not late:
        return set()
    newest: dict[tuple[str, int, int], datetime] = {}
    for other in await session.execute(_DUE_TOO, {"ids": sorted({row.subject_id for row in late}), "now": now}):
        if _timed(other):
            newest[_of(other)] = max(newest.get(_of(other), other.due_at), other.due_at)
    return {row.id for row in late if row.due_at < newest[_of(row)]}


def _of(row: Row[Any]) -> tuple[str, int, int]:
    return row.subject, row.subject_id, row.revision


def _timed(row: Row[Any]) -> bool:
    return bool(row.kind == "day_before" or row.kind.startswith(("before_", "weeks_", "days_")))


async def _reached(session: AsyncSession, persons: set[int]) -> dict[int, Row[Any]]:
    """Where each person is reached: the address from which they wrote last; who has none is missing."""
    if not persons:
        return {}
    rows: list[Any] = list(await session.execute(_REACHABLE, {"ids": sorted(persons)}))
    last: dict[int, int] = {}
    if len({row.person_id for row in rows}) < len(rows):
        last = {row.address_id: row.last for row in await session.execute(_WROTE, {"ids": [row.id for row in rows]})}
    rows.sort(key=lambda row: (last.get(row.id, 0), row.id))
    return {row.person_id: row for row in rows}


async def _lose(session: AsyncSession, lost: Sequence[Row[Any]], subjects: Subjects, *, now: datetime) -> None:
    """Nothing reaches these people: somebody has to telephone them, so there is one task per appointment."""
    await close(session, [row.id for row in lost], state="failed")
    missed = {row.subject_id for row in lost if row.subject == "appointment" and row.kind not in _OPTIONAL}
    about = [subjects["appointment", which] for which in sorted(missed)]
    rows = [
        {"municipality_id": row.municipality_id, "adviser_id": row.adviser_id, "appointment_id": row.id, "kind": "unreachable"}
        for row in about
    ]
    await insert_new(session, Task, [row | {"state": "open", "created_at": now} for row in rows])


def _due(row: Row[Any], address: Row[Any]) -> Due:
    return Due(
        reminder=row.id,
        kind=row.kind,
        subject=row.subject,
        subject_id=row.subject_id,
        revision=row.revision,
        person=row.person_id,
        language=address.language or "de",
        address=address.id,
        channel=address.channel,
        sealed_external=address.sealed_external,
        due_at=row.due_at,
        expires_at=row.expires_at,
    )
