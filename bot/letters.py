"""Sends colleagues the e-mails about cases that wait. Their words, rows and leases are in `handoff.letters`; how they look is in `mail`."""

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import mail
from bot.mail import Post
from handoff import letters
from handoff.letters import Claimed, Letter
from store.database import Database

AT_ONCE = 10

log = structlog.get_logger(__name__)


async def send_due(database: Database, post: Post, *, base_url: str, owner: str, now: datetime) -> int:
    """Send the letters that are due; returns how many the server took. What it does not take now is put off."""
    async with database.read() as session:
        if not await _any_due(session, now):
            return 0
    async with database.write() as session:
        claimed = await letters.claim(session, owner=owner, now=now, limit=AT_ONCE)
    sent, down = 0, False
    for one in claimed:
        async with database.read() as session:
            letter = await letters.read(session, one, base_url=base_url)
        outcome = "void" if letter is None else "later" if down else await _send(post, letter, one, now=now)
        down, sent = down or outcome == "down", sent + (outcome == "sent")
        async with database.write() as session:
            await _record(session, one, outcome, now=now)
    return sent


async def _any_due(session: AsyncSession, now: datetime) -> bool:
    r = letters.reminders.c
    due = select(r.id).where(r.channel == letters.CHANNEL, r.state == "pending", r.due_at <= now)
    return await session.scalar(due.limit(1)) is not None


async def _send(post: Post, letter: Letter, claimed: Claimed, *, now: datetime) -> str:
    try:
        message = mail.envelope(post.sender, letter.name, letter.email, subject=letter.subject, now=now)
    except ValueError:
        outcome, reason = "failed", "the address of the colleague is none"
    else:
        message["Message-ID"] = f"<lotse-case-{claimed.reminder}@{post.host}>"
        message.set_content(letter.text, cte="quoted-printable")
        outcome, reason = await mail.hand_over(post, message, recipient=letter.email)
    if outcome != "sent":
        log.warning("e-mail not sent", user=claimed.user, case=claimed.case, outcome=outcome, reason=reason)
    return outcome


async def _record(session: AsyncSession, claimed: Claimed, outcome: str, *, now: datetime) -> None:
    if outcome in {"later", "down"}:
        await letters.put_off(session, claimed, now=now)
    else:
        await letters.finish(session, reminder=claimed.reminder, state=outcome, now=now)
