"""E-mail to advisers as rows with a lease: sending happens outside of any transaction, so somebody has to hold the row meanwhile.

While a letter is in hand its row stays pending and is due again when the lease ends; so a crashed sender needs no cleaning up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.scheduling import Adviser, Reminder
from store.statements import insert_new, table_of

LEASE = timedelta(minutes=2)
GIVE_UP_AFTER = timedelta(days=1)
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=1)
_MOST_DOUBLINGS = 10

reminders, advisers = table_of(Reminder), table_of(Adviser)

_EMAIL = select(advisers.c.email).where(advisers.c.id == bindparam("which"))
_MAILS = (reminders.c.state == "pending", reminders.c.channel == "email")
_DUE = (
    select(reminders.c.id)
    .where(*_MAILS, reminders.c.due_at <= bindparam("now"), reminders.c.expires_at > bindparam("now"))
    .order_by(reminders.c.due_at, reminders.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_CLAIM = (
    update(reminders)
    .where(reminders.c.id.in_(select(_DUE.c.id)))
    .values(owner=bindparam("me"), leased_until=bindparam("until"), due_at=bindparam("until"), attempts=reminders.c.attempts + 1)
    .returning(reminders)
)
_GIVE_UP = update(reminders).where(*_MAILS, reminders.c.due_at <= bindparam("now"), reminders.c.expires_at <= bindparam("now"))


@dataclass(frozen=True, kw_only=True)
class AdviserMail:
    """A claimed letter: what happened (`booked`, `moved`, `cancelled`) to which appointment, in which revision, for which adviser."""

    reminder: int
    kind: str
    appointment: int
    revision: int
    adviser: int
    attempts: int


async def notify_adviser(  # noqa: PLR0913 - one keyword for each column
    session: AsyncSession, *, appointment: int, revision: int, kind: str, adviser: int, now: datetime
) -> None:
    """Write a letter to an adviser who has an e-mail address; the same again changes nothing."""
    if not await session.scalar(_EMAIL, {"which": adviser}):
        return
    row = {
        "subject": "appointment",
        "subject_id": appointment,
        "revision": revision,
        "kind": kind,
        "recipient": f"adviser:{adviser}",
        "channel": "email",
        "due_at": now,
        "expires_at": now + GIVE_UP_AFTER,
        "state": "pending",
        "attempts": 0,
    }
    await insert_new(session, Reminder, [row])


async def claim_mail(session: AsyncSession, *, owner: str, now: datetime, limit: int = 20) -> list[AdviserMail]:
    """Take letters to send, in the order in which they were written; they are this process's for two minutes."""
    values: dict[str, Any] = {"me": owner, "now": now, "until": now + LEASE, "most": limit}
    rows = sorted(await session.execute(_CLAIM, values), key=lambda row: int(row.id))
    return [
        AdviserMail(
            reminder=row.id,
            kind=row.kind,
            appointment=row.subject_id,
            revision=row.revision,
            adviser=int(row.recipient.partition(":")[2]),
            attempts=row.attempts,
        )
        for row in rows
    ]


async def finish_mail(session: AsyncSession, *, reminder: int, now: datetime) -> None:
    """The letter was taken by the e-mail server."""
    await session.execute(update(reminders).where(reminders.c.id == reminder).values(state="sent", sent_at=now, owner=None))


async def put_off(session: AsyncSession, *, reminder: int, now: datetime) -> None:
    """The letter could not be sent: again in one minute, two, four … an hour; after a day it is given up."""
    row = (await session.execute(select(reminders).where(reminders.c.id == reminder, *_MAILS))).one_or_none()
    if row is None:
        return
    due = now + min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(row.attempts - 1, _MOST_DOUBLINGS))
    state = "failed" if due >= row.expires_at else "pending"
    await session.execute(
        update(reminders).where(reminders.c.id == reminder).values(state=state, due_at=due, owner=None, leased_until=None)
    )


async def give_up(session: AsyncSession, now: datetime) -> None:
    """Letters that nobody sent within a day are given up (also when no e-mail server is set)."""
    await session.execute(_GIVE_UP.values(state="failed"), {"now": now})
