"""E-mail to advisers about their appointments: what it says (in German, without any person) and sending what is due.

Rows and leases are in `scheduler.mails`, the calendar file in `scheduler.ics`, the talk with the server in `smtp`.
"""

import asyncio
import time
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from babel.dates import format_date
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import smtp
from bot.smtp import Server
from locales.formats import long_date
from scheduler import entries, ics, reminders
from scheduler.calendar import site_of
from scheduler.entries import changes
from scheduler.ics import Entry, Mailbox
from scheduler.reminders import AdviserMail
from store.database import Database
from store.scheduling import Adviser

AT_ONCE = 10
# Well within the lease of a letter: what was not begun by then is put off.
WHOLE_SECONDS = 45.0
_TITLES = {"booked": "Neuer Termin", "moved": "Termin verlegt", "cancelled": "Termin abgesagt"}
_NEWS = {
    "booked": "es wurde ein Termin bei Ihnen gebucht.",
    "moved": "ein Termin bei Ihnen wurde verlegt.",
    "cancelled": "ein Termin bei Ihnen findet nicht statt.",
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Post:
    """How this installation sends: its server, the sender, and the host that stands in UIDs."""

    server: Server
    sender: Mailbox
    host: str


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What an e-mail says: `kind` booked, moved or cancelled; `was` is the time before a move."""

    number: int
    kind: str
    entry: Entry
    adviser: Mailbox
    was: datetime | None = None


def post_of(*, smtp_url: str, mail_from: str, base_url: str) -> Post | None:
    """How to send, from the settings; None if e-mail is off. Raises ValueError for what `Settings` would refuse."""
    if not smtp_url:
        return None
    name, email = smtp.parse_sender(mail_from)
    return Post(server=smtp.parse(smtp_url), sender=Mailbox(email=email, name=name or "Lotse"), host=ics.host_of(base_url))


async def send_due(database: Database, post: Post, *, owner: str, now: datetime) -> int:
    """Send the letters that are due; returns how many the server took. What it does not take now is put off, nothing is lost."""
    async with database.write() as session:
        claimed = await reminders.claim_mail(session, owner=owner, now=now, limit=AT_ONCE)
    started, down, sent = time.monotonic(), False, 0
    for mail in claimed:
        async with database.read() as session:
            letter = await read(session, mail, host=post.host)
        late = down or time.monotonic() - started > WHOLE_SECONDS
        outcome = "void" if letter is None else "later" if late else await _send(post, letter, mail, now=now)
        down = down or outcome == "down"
        sent += outcome == "sent"
        async with database.write() as session:
            await _record(session, mail, outcome, now=now)
    return sent


async def _send(post: Post, letter: Letter, mail: AdviserMail, *, now: datetime) -> str:
    try:
        message = build(letter, sender=post.sender, host=post.host, now=now)
    except ValueError:
        outcome, reason = "failed", "the address of the adviser is none"
    else:
        outcome, reason = await hand_over(post, message, recipient=letter.adviser.email)
    if outcome != "sent":
        log.warning("e-mail not sent", adviser=mail.adviser, reminder=mail.reminder, outcome=outcome, reason=reason)
    return outcome


async def hand_over(post: Post, message: EmailMessage, *, recipient: str) -> tuple[str, str]:
    """Give an e-mail to the server. Returns sent, later, down (no e-mail goes now) or failed (this one never), and why not."""
    try:
        await asyncio.to_thread(smtp.send, post.server, message, sender=post.sender.email, recipient=recipient)
    except smtp.DownError as error:
        return "down", str(error)
    except smtp.LaterError as error:
        return "later", str(error)
    except smtp.RefusedError as error:
        return "failed", str(error)
    except ValueError:
        return "failed", "the address is none"
    return "sent", ""


def envelope(sender: Mailbox, name: str, email: str, *, subject: str, now: datetime) -> EmailMessage:
    """An e-mail that a machine writes, without its identity and its text; raises ValueError for a bad address."""
    message = EmailMessage(policy=SMTP)
    message["From"] = smtp.mailbox(sender.name, sender.email)
    message["To"] = smtp.mailbox(name, email)
    message["Subject"] = subject
    message["Date"] = format_datetime(now)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    return message


async def _record(session: AsyncSession, mail: AdviserMail, outcome: str, *, now: datetime) -> None:
    if outcome == "sent":
        await reminders.finish_mail(session, reminder=mail.reminder, now=now)
    elif outcome in {"failed", "void"}:
        await reminders.close(session, [mail.reminder], state=outcome)
    else:
        await reminders.put_off(session, reminder=mail.reminder, now=now)


async def read(session: AsyncSession, mail: AdviserMail, *, host: str) -> Letter | None:
    """What to write; None if the adviser has no address any more, or if the news was overtaken (another letter says what is true now)."""
    adviser = await session.get(Adviser, mail.adviser)
    row = await entries.one(session, appointment=mail.appointment)
    if row is None or adviser is None or adviser.retired or not adviser.email:
        return None
    theirs = row.adviser_id == mail.adviser and row.state != "cancelled"
    if mail.kind != "cancelled" and not theirs:
        return None
    site = await site_of(session, municipality=row.municipality_id)
    was = await _was(session, mail)
    entry = entries.entry(row, zone=ZoneInfo(site.zone), host=host)
    return Letter(
        number=mail.reminder,
        kind=mail.kind,
        # The revision of the letter: a cancellation must not overtake an invitation that comes after it.
        entry=replace(_at(entry, was) if mail.kind == "cancelled" else entry, revision=mail.revision),
        adviser=Mailbox(email=adviser.email, name=adviser.name),
        was=was if mail.kind == "moved" and was != row.starts_at else None,
    )


async def _was(session: AsyncSession, mail: AdviserMail) -> datetime | None:
    """When the appointment was before the change that the letter is about."""
    c = changes.c
    found: Row[Any] | None = (
        await session.execute(select(c.before).where(c.appointment_id == mail.appointment, c.revision == mail.revision))
    ).one_or_none()
    starts = found.before.get("starts_at") if found else None
    return datetime.fromisoformat(starts) if starts else None


def _at(entry: Entry, starts: datetime | None) -> Entry:
    """The entry at the time that is given back: with another adviser it may have got a new one."""
    return replace(entry, starts=starts, ends=starts + (entry.ends - entry.starts)) if starts else entry


def build(letter: Letter, *, sender: Mailbox, host: str, now: datetime) -> EmailMessage:
    """The e-mail with its calendar file, for the calendar program and as an attachment. Raises ValueError for a bad address."""
    cancelled = letter.kind == "cancelled"
    file = ics.invitation(letter.entry, organizer=sender, attendee=letter.adviser, cancelled=cancelled)
    subject = _line(f"{_TITLES[letter.kind]}: {_when(letter.entry)}")
    message = envelope(sender, letter.adviser.name, letter.adviser.email, subject=subject, now=now)
    # The same for every try, so that a repetition is recognised.
    message["Message-ID"] = f"<lotse-mail-{letter.number}@{host}>"
    message.set_content(_text(letter), cte="quoted-printable")
    method = "CANCEL" if cancelled else "REQUEST"
    message.add_alternative(file.decode(), subtype="calendar", params={"method": method}, cte="base64")
    message.add_attachment(file, maintype="application", subtype="ics", filename="termin.ics")
    return message


def _text(letter: Letter) -> str:
    lines = [f"Guten Tag {_line(letter.adviser.name)},", "", _NEWS[letter.kind], "", f"Wann: {_when(letter.entry)}"]
    if letter.was:
        lines.append(f"Bisher: {_when(_at(letter.entry, letter.was))}")
    lines += ["Was: " + letter.entry.description, "", "Der Termin liegt als Kalenderdatei bei. Diese Nachricht wurde automatisch erstellt."]
    return "\n".join(lines) + "\n"


def _when(entry: Entry) -> str:
    starts, ends = entry.starts.astimezone(entry.zone), entry.ends.astimezone(entry.zone)
    weekday = format_date(starts.date(), "EEEE", locale="de")
    return f"{weekday}, {long_date('de', starts.date())}, {starts:%H:%M} bis {ends:%H:%M} Uhr"


def _line(text: str) -> str:
    return " ".join(text.split())
