"""E-mails to colleagues about cases that wait: rows written with their cause, claimed, and put into words that hold nothing of the person.

Sending them is the process's business. The rows are reminders of a channel of their own: `scheduler.mails` writes about appointments.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.rows import cases, users
from store.scheduling import Reminder
from store.statements import insert_new, table_of

CHANNEL = "desk"
SUBJECT = "case"
LEASE = timedelta(minutes=2)
GIVE_UP_AFTER = timedelta(hours=12)
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=1)
_MOST_DOUBLINGS = 10

reminders = table_of(Reminder)
_OPEN = (reminders.c.channel == CHANNEL, reminders.c.state == "pending")

_SUBJECTS = {
    "de": {False: "Ein Fall wartet auf Antwort", True: "Dringend: Ein Fall wartet auf Antwort"},
    "en": {False: "A case waits for an answer", True: "Urgent: a case waits for an answer"},
}
_WHY = {
    "de": {
        "remind": "ein Fall wartet auf Ihre Antwort.",
        "substitute": "ein Fall wartet, und bisher hat niemand geantwortet. Bitte sehen Sie nach, ob Sie ihn übernehmen können.",
        "team": "ein Fall wartet seit Stunden. Diese Nachricht geht an das ganze Team. Wer Zeit hat, übernimmt ihn bitte.",
        "lead": "auf einen Fall hat im Team bisher niemand geantwortet. Bitte sorgen Sie dafür, dass ihn jemand übernimmt.",
    },
    "en": {
        "remind": "a case waits for your answer.",
        "substitute": "a case waits and nobody has answered yet. Please see whether you can take it.",
        "team": "a case has been waiting for hours. This message goes to the whole team. Whoever has time, please take it.",
        "lead": "nobody in the team has answered a case yet. Please see to it that somebody takes it.",
    },
}
_FRAMES = {
    "de": "Guten Tag {name},\n\n{why}\n\n{link}\n\nDiese Nachricht wurde automatisch erstellt. Sie enthält nichts aus dem Gespräch.\n",
    "en": "Hello {name},\n\n{why}\n\n{link}\n\nThis message was made automatically. It contains nothing of the conversation.\n",
}


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A letter that is in this process's hands for two minutes: about which case, to whom, why (the kind of the ladder's step)."""

    reminder: int
    case: int
    user: int
    kind: str
    attempts: int


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What an e-mail says and to whom."""

    email: str
    name: str
    subject: str
    text: str


async def write(  # noqa: PLR0913 - one keyword for each column
    session: AsyncSession, *, case: int, person: int, kind: str, line: int, to: Collection[int], now: datetime
) -> None:
    """Write letters to those of the users who want e-mails. `line` is the case's event behind it: for the same one nobody gets two."""
    wanted = select(users.c.id).where(users.c.id.in_(to), users.c.active, users.c.notify).order_by(users.c.id)
    common = {"subject": SUBJECT, "subject_id": case, "revision": line, "kind": kind, "channel": CHANNEL, "person_id": person}
    times = {"due_at": now, "expires_at": now + GIVE_UP_AFTER, "state": "pending", "attempts": 0}
    rows = [common | times | {"recipient": f"user:{user}"} for user in await session.scalars(wanted)]
    await insert_new(session, Reminder, rows)


async def claim(session: AsyncSession, *, owner: str, now: datetime, limit: int = 20) -> list[Claimed]:
    """Take letters to send, the oldest first; while they are in hand they are due again when the lease ends. Old ones are given up."""
    await session.execute(update(reminders).where(*_OPEN, reminders.c.expires_at <= now).values(state="expired"))
    due = select(reminders.c.id).where(*_OPEN, reminders.c.due_at <= now).order_by(reminders.c.id).limit(limit)
    ids = list(await session.scalars(due.with_for_update(skip_locked=True)))
    until = {"owner": owner, "leased_until": now + LEASE, "due_at": now + LEASE, "attempts": reminders.c.attempts + 1}
    rows = await session.execute(update(reminders).where(reminders.c.id.in_(ids)).values(until).returning(reminders))
    return [
        Claimed(reminder=row.id, case=row.subject_id, user=int(row.recipient.partition(":")[2]), kind=row.kind, attempts=row.attempts)
        for row in sorted(rows, key=lambda row: int(row.id))
    ]


async def read(session: AsyncSession, claimed: Claimed, *, base_url: str) -> Letter | None:
    """What to write, in the interface's language of the recipient; None if nobody waits any more or the recipient has left."""
    case = (await session.execute(select(cases).where(cases.c.id == claimed.case))).one_or_none()
    user = (await session.execute(select(users).where(users.c.id == claimed.user))).one_or_none()
    if case is None or case.waiting_since is None or case.state == "closed":
        return None
    if user is None or not user.active or user.municipality_id != case.municipality_id:
        return None
    language = user.interface if user.interface in _FRAMES else "de"
    link = f"{base_url}/desk/cases/{claimed.case}"
    text = _FRAMES[language].format(name=" ".join(user.name.split()), why=_WHY[language][claimed.kind], link=link)
    return Letter(email=user.email, name=user.name, subject=_SUBJECTS[language][case.urgent], text=text)


async def finish(session: AsyncSession, *, reminder: int, state: str = "sent", now: datetime) -> None:
    """The e-mail server took the letter (`sent`), will never take it (`failed`), or there was nothing to say (`void`)."""
    await session.execute(update(reminders).where(reminders.c.id == reminder).values(state=state, sent_at=now, owner=None))


async def put_off(session: AsyncSession, claimed: Claimed, *, now: datetime) -> None:
    """The letter could not be sent: again in one minute, two, four … an hour."""
    later = now + min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(claimed.attempts - 1, _MOST_DOUBLINGS))
    again = {"due_at": later, "owner": None, "leased_until": None}
    await session.execute(update(reminders).where(reminders.c.id == claimed.reminder, *_OPEN).values(again))
