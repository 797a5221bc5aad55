"""Letters to advisers: leased, tried again with growing pauses, given up after a day."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from bot.inbox import Desk
from scheduler import mails, reminders
from store.database import Database
from store.scheduling import Adviser
from store.statements import table_of
from tests.reminding import (
    NOW,
    agreed,
    rows_of,
    somebody,
)
from tests.scheduling import Ids


async def letter(base: Database, ids: Ids, desk: Desk, *, email: str | None = "b@example.org") -> None:
    booked = await agreed(base, ids, await somebody(base, desk))
    async with base.write() as session:
        await session.execute(update(table_of(Adviser)).values(email=email))
        for _ in range(2):
            await reminders.notify_adviser(session, appointment=booked, revision=2, kind="booked", adviser=ids.advisers[0], now=NOW)


async def claimed(base: Database, now: datetime, owner: str = "a") -> list[reminders.AdviserMail]:
    async with base.write() as session:
        return await reminders.claim_mail(session, owner=owner, now=now)


async def state_of_letter(base: Database) -> str:
    async with base.read() as session:
        return str(await session.scalar(select(rows_of.c.state).where(rows_of.c.channel == "email")))


async def test_a_letter_is_in_one_hand_until_its_lease_ends(base: Database, desk: Desk, ids: Ids) -> None:
    await letter(base, ids, desk)
    (mail,) = await claimed(base, NOW)
    assert (mail.kind, mail.revision, mail.adviser, mail.attempts) == ("booked", 2, ids.advisers[0], 1)
    assert await claimed(base, NOW + mails.LEASE / 2, "b") == []
    (again,) = await claimed(base, NOW + mails.LEASE, "b")
    async with base.write() as session:
        await reminders.finish_mail(session, reminder=again.reminder, now=NOW)
    assert await state_of_letter(base) == "sent"
    assert await claimed(base, NOW + timedelta(hours=2)) == []


async def test_a_letter_is_tried_for_a_day_with_growing_pauses(base: Database, desk: Desk, ids: Ids) -> None:
    await letter(base, ids, desk)
    now, pauses = NOW, []
    while await state_of_letter(base) == "pending":
        (mail,) = await claimed(base, now)
        async with base.write() as session:
            await reminders.put_off(session, reminder=mail.reminder, now=now)
            due = await session.scalar(select(rows_of.c.due_at).where(rows_of.c.channel == "email"))
        assert due
        pauses.append((due - now) / timedelta(minutes=1))
        now = due
    assert pauses[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert timedelta(hours=23) < now - NOW < timedelta(hours=26)
    assert await state_of_letter(base) == "failed"


async def test_letters_that_nobody_sends_are_given_up(base: Database, desk: Desk, ids: Ids) -> None:
    await letter(base, ids, desk)
    async with base.write() as session:
        await mails.give_up(session, NOW + timedelta(days=1))
    assert await state_of_letter(base) == "failed"


async def test_an_adviser_without_an_address_gets_no_letter(base: Database, desk: Desk, ids: Ids) -> None:
    await letter(base, ids, desk, email=None)
    assert await state_of_letter(base) == "None"
