"""What a tick says: each reminder once, on every channel, to an address that works, until it helps nobody."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import codec
from bot.channels.telegram import Telegram
from bot.delivery import Delivery
from bot.inbox import Desk
from bot.jobs import BATCH, Jobs
from knowledge.model import Knowledge
from scheduler import reminders, runner
from store.database import Database
from store.scheduling import Site
from store.tables import Audit
from store.types import utcnow
from tests.botapi import BotApi
from tests.reminding import (
    DAY,
    NOW,
    STARTS,
    TWO_HOURS_BEFORE,
    addresses,
    agreed,
    appointment_row,
    appointments,
    count,
    jobs_of,
    messages,
    outbox,
    rows_of,
    somebody,
    states,
)
from tests.scheduling import Ids, local


async def test_what_is_due_is_said_once_with_its_end_in_the_outbox(base: Database, desk: Desk, ids: Ids, jobs: Jobs) -> None:
    who = await somebody(base, desk, "telegram")
    await agreed(base, ids, who)
    assert await jobs.remind(NOW) == 0
    assert await jobs.remind(local(DAY + timedelta(days=1), 17)) == 1
    assert await jobs.remind(local(DAY + timedelta(days=1), 17)) == 0
    async with base.read() as session:
        parcel = (await session.execute(select(outbox))).one()
        sent = (await session.execute(select(rows_of).where(rows_of.c.state == "sent"))).one()
    outgoing = codec.open_outgoing(desk.keyring, parcel.sealed_payload)
    assert "14:00" in outgoing.reply.text
    assert "Residence" not in outgoing.reply.text + outgoing.reply.title
    assert (parcel.reminder_id, parcel.expires_at) == (sent.id, STARTS)
    assert sent.sent_at is not None
    assert await count(base, messages) == 1


async def test_in_the_web_chat_it_is_a_line_of_the_history_and_wakes_the_page(base: Database, desk: Desk, ids: Ids, jobs: Jobs) -> None:
    who = await somebody(base, desk, "web")
    await agreed(base, ids, who)
    told: list[tuple[str, str]] = []
    jobs.watchers.append(lambda channel, address: told.append((channel, address)))
    await jobs.remind(TWO_HOURS_BEFORE)
    assert (await count(base, messages), await count(base, outbox)) == (1, 0)
    assert told == [("web", str(1000 + who))]


async def test_after_a_cancellation_nothing_is_said_not_even_from_the_outbox(base: Database, desk: Desk, ids: Ids, jobs: Jobs) -> None:
    booked = await agreed(base, ids, await somebody(base, desk, "telegram"))
    await jobs.remind(local(DAY + timedelta(days=1), 17))
    assert await count(base, outbox) == 1
    async with base.write() as session:
        await reminders.void(session, subject="appointment", subject_id=booked)
    assert await count(base, outbox) == 0
    assert {state for _, _, state in await states(base)} == {"void"}
    assert await jobs.remind(TWO_HOURS_BEFORE) == 0


async def test_several_processes_say_each_reminder_once(base: Database, desk: Desk, ids: Ids, knowledge: Knowledge) -> None:
    number = 2 * BATCH
    who = [await somebody(base, desk, "telegram") for _ in range(number)]
    async with base.write() as session:
        rows = [appointment_row(ids, one, STARTS, position + 1) for position, one in enumerate(who)]
        made = list(await session.scalars(insert(appointments).returning(appointments.c.id, sort_by_parameter_order=True), rows))
        about: dict[str, Any] = {"subject": "appointment", "revision": 2, "kind": "before_120", "due_at": NOW, "expires_at": STARTS}
        for booked, one in zip(made, who, strict=True):
            await reminders.notify(session, **about, subject_id=booked, person=one)

    async def work(name: str) -> int:
        mine = jobs_of(base, Desk(owner=name, keyring=desk.keyring, index_key=desk.index_key), knowledge)
        said = 0
        while found := await mine.remind(NOW):
            said += found
        return said

    assert sum(await asyncio.gather(*(work(f"p{name}") for name in range(4)))) == number
    async with base.read() as session:
        assert set(await session.scalars(select(func.count()).select_from(outbox).group_by(outbox.c.reminder_id))) == {1}
        assert await session.scalar(select(func.count()).select_from(outbox)) == number


async def test_whoever_is_worked_on_is_left_to_the_next_tick(base: Database, desk: Desk, ids: Ids, jobs: Jobs) -> None:
    if base.is_sqlite:
        pytest.skip("one writer at a time: nobody else works on anything")
    await agreed(base, ids, await somebody(base, desk, "telegram"))
    async with base.write() as session:
        await session.execute(select(addresses.c.id).with_for_update())
        assert await jobs.remind(TWO_HOURS_BEFORE) == 0
    assert await jobs.remind(TWO_HOURS_BEFORE) == 1


@pytest.fixture
async def sending(api: BotApi, base: Database, desk: Desk, knowledge: Knowledge) -> AsyncIterator[Jobs]:
    """Jobs with a delivery at work towards the local Bot API server."""

    async def accept(_: object) -> None:
        raise NotImplementedError

    telegram = Telegram(token=api.token, api_url=api.url, secret="", accept=accept, rate=1000)
    delivery = Delivery(database=base, desk=desk, channels={"telegram": telegram})
    work = asyncio.create_task(delivery.run())
    yield jobs_of(base, desk, knowledge, delivery)
    await delivery.drain(20)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await telegram.close()


async def settled(base: Database) -> None:
    """Wait until the outbox is empty."""
    async with asyncio.timeout(20):
        while await count(base, outbox):
            await asyncio.sleep(0.02)


@pytest.mark.service
async def test_a_blocked_bot_makes_the_reminder_go_to_the_other_address(
    base: Database, desk: Desk, ids: Ids, api: BotApi, sending: Jobs
) -> None:
    who = await somebody(base, desk, "web", "telegram")
    api.person(1000 + who, "en").block()
    now = utcnow()
    async with base.write() as session:
        await session.execute(update(Site).values(quiet_from=0, quiet_until=0))  # the test may run at night
    await agreed(base, ids, who, starts=now + timedelta(minutes=90), now=now - timedelta(hours=1))
    assert await sending.remind(now) == 1
    await settled(base)
    assert "pending" in {state for _, _, state in await states(base)}
    assert await sending.remind(now) == 1
    assert await count(base, messages) == 2
    assert await count(base, outbox) == 0


@pytest.mark.service
async def test_a_parcel_past_its_time_is_dropped(base: Database, desk: Desk, ids: Ids, api: BotApi, sending: Jobs) -> None:
    who = await somebody(base, desk, "telegram")
    api.person(1000 + who, "en").start()
    began = utcnow() - timedelta(minutes=1)
    async with base.write() as session:
        await session.execute(update(Site).values(quiet_from=0, quiet_until=0))  # the test may run at night
    await agreed(base, ids, who, starts=began, now=began - timedelta(hours=3))
    assert await sending.remind(began - timedelta(minutes=90)) == 1
    await settled(base)
    assert [call.method for call in api.sent()] == []
    assert "expired" in {state for _, _, state in await states(base)}


@pytest.mark.parametrize("error", [OSError, ZeroDivisionError])
async def test_work_that_fails_does_not_stop_the_rest_of_a_tick(base: Database, jobs: Jobs, error: type[Exception]) -> None:
    async def fails(session: AsyncSession, now: datetime) -> None:
        session.add(Audit(actor="test", action="half done", at=now))
        await session.flush()
        raise error

    async def works(session: AsyncSession, now: datetime) -> None:
        session.add(Audit(actor="test", action="done", at=now))

    jobs.work += [fails, works]
    await jobs.tick()
    async with base.read() as session:
        assert list(await session.scalars(select(col(Audit.action)))) == ["done"]


async def test_ticks_come_one_after_the_other_until_the_end() -> None:
    running, ticks, enough = 0, 0, asyncio.Event()

    async def tick() -> None:
        nonlocal running, ticks
        running += 1
        ticks += 1
        assert running == 1
        await asyncio.sleep(0.05)
        running -= 1
        if ticks == 3:
            enough.set()

    work = asyncio.create_task(runner.run(tick, seconds=0.02))
    async with asyncio.timeout(10):
        await enough.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert ticks == 3
