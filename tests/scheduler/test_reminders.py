"""Reminders on both databases: planned with their cause, void after a change, looked at again when claimed."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.inbox import Desk
from bot.jobs import Jobs
from scheduler import reminders
from scheduler.claims import claim
from store.database import Database
from store.scheduling import Deadline
from store.tables import Inbox
from tests.reminding import (
    DAY,
    NOW,
    STARTS,
    TWO_HOURS_BEFORE,
    addresses,
    agreed,
    change,
    count,
    outbox,
    rows_of,
    somebody,
    states,
    tasks,
)
from tests.scheduling import Ids, local


async def test_a_booking_plans_its_reminders_once(base: Database, desk: Desk, ids: Ids) -> None:
    booked = await agreed(base, ids, await somebody(base, desk, "telegram"))
    async with base.write() as session:
        await reminders.plan(session, appointment=booked, now=NOW)
        rows = list(await session.execute(select(rows_of).order_by(rows_of.c.due_at)))
    assert [(row.kind, row.due_at, row.expires_at) for row in rows] == [
        ("day_before", local(DAY + timedelta(days=1), 17), STARTS),
        ("before_120", TWO_HOURS_BEFORE, STARTS),
    ]


async def test_a_change_makes_older_reminders_void_and_plans_new_ones(base: Database, desk: Desk, ids: Ids) -> None:
    booked = await agreed(base, ids, await somebody(base, desk, "telegram"))
    await change(base, booked, revision=3, starts_at=STARTS + timedelta(days=1))
    async with base.write() as session:
        await reminders.plan(session, appointment=booked, now=NOW)
    assert await states(base) == [
        ("before_120", 2, "void"),
        ("day_before", 2, "void"),
        ("before_120", 3, "pending"),
        ("day_before", 3, "pending"),
    ]


async def test_news_go_along_unless_the_time_changes(base: Database, desk: Desk, ids: Ids) -> None:
    who = await somebody(base, desk, "telegram")
    booked = await agreed(base, ids, who)
    about: dict[str, Any] = {"subject": "appointment", "subject_id": booked, "revision": 2, "person": who}
    async with base.write() as session:
        await reminders.notify(session, **about, kind="displaced", due_at=NOW, expires_at=STARTS)
    for revision, starts, state in ((3, STARTS, "pending"), (4, STARTS + timedelta(days=1), "void")):
        await change(base, booked, revision=revision, starts_at=starts)
        async with base.write() as session:
            await reminders.plan(session, appointment=booked, now=NOW)
        assert [row[2] for row in await states(base) if row[0] == "displaced"] == [state]


@pytest.mark.parametrize("values", [{"state": "cancelled", "revision": 3}, {"revision": 3}, {"state": "cancelled"}, {"state": "missed"}])
async def test_the_appointment_is_looked_at_again_when_its_reminder_is_claimed(
    base: Database, desk: Desk, ids: Ids, jobs: Jobs, values: dict[str, Any]
) -> None:
    booked = await agreed(base, ids, await somebody(base, desk, "telegram"))
    await change(base, booked, **values)
    assert await jobs.remind(TWO_HOURS_BEFORE) == 0
    assert {state for _, _, state in await states(base)} == {"void"}
    assert await count(base, outbox) == 0


async def test_nothing_is_said_when_the_appointment_has_begun(base: Database, desk: Desk, ids: Ids, jobs: Jobs) -> None:
    await agreed(base, ids, await somebody(base, desk, "telegram"))
    assert await jobs.remind(STARTS) == 0
    assert {state for _, _, state in await states(base)} == {"expired"}


async def test_after_a_short_outage_what_still_helps_is_said(base: Database, desk: Desk, ids: Ids, jobs: Jobs) -> None:
    await agreed(base, ids, await somebody(base, desk, "telegram"))
    assert await jobs.remind(local(DAY + timedelta(days=1), 18)) == 1
    assert await jobs.remind(TWO_HOURS_BEFORE + timedelta(hours=1)) == 1


async def test_after_a_long_outage_the_early_reminder_gives_way_to_the_next(base: Database, desk: Desk, ids: Ids, jobs: Jobs) -> None:
    await agreed(base, ids, await somebody(base, desk, "telegram"))
    assert await jobs.remind(TWO_HOURS_BEFORE) == 1
    assert await states(base) == [("before_120", 2, "sent"), ("day_before", 2, "expired")]


async def test_the_address_from_which_the_person_wrote_last_is_taken(base: Database, desk: Desk, ids: Ids) -> None:
    who = await somebody(base, desk, "telegram", "web")
    await agreed(base, ids, who)
    async with base.write() as session:
        first = await session.scalar(select(addresses.c.id).where(addresses.c.channel == "telegram"))
        session.add(Inbox(channel="telegram", external_id="1", address_id=first))
    async with base.write() as session:
        assert [due.channel for due in await claim(session, owner="a", now=TWO_HOURS_BEFORE)] == ["telegram"]


async def test_who_is_reached_nowhere_is_telephoned_by_their_adviser(base: Database, desk: Desk, ids: Ids, jobs: Jobs) -> None:
    booked = await agreed(base, ids, await somebody(base, desk))
    await jobs.remind(local(DAY + timedelta(days=1), 17))
    await jobs.remind(TWO_HOURS_BEFORE)
    assert {state for _, _, state in await states(base)} == {"failed"}
    async with base.read() as session:
        task = (await session.execute(select(tasks))).one()
    assert (task.kind, task.adviser_id, task.appointment_id, task.state) == ("unreachable", ids.advisers[0], booked, "open")


async def test_a_missed_appointment_is_asked_about_and_needs_no_call(base: Database, desk: Desk, ids: Ids, jobs: Jobs) -> None:
    booked = await agreed(base, ids, await somebody(base, desk))
    await change(base, booked, state="missed", revision=3)
    async with base.write() as session:
        await reminders.void(session, subject="appointment", subject_id=booked)
        await reminders.ask_again(session, appointment=booked, now=STARTS + timedelta(hours=7))
        due = await session.scalar(select(rows_of.c.due_at).where(rows_of.c.kind == "missed"))
    assert due == local(DAY + timedelta(days=3), 8)
    await jobs.remind(due)
    assert (await states(base))[-1] == ("missed", 3, "failed")
    assert await count(base, tasks) == 0


async def test_a_deadline_is_reminded_of_until_its_day_is_over(base: Database, desk: Desk) -> None:
    who = await somebody(base, desk, "telegram")
    async with base.write() as session:
        row = Deadline(person_id=who, kind="permit_end", day=date(2026, 12, 31))
        session.add(row)
        await session.flush()
        await reminders.plan_deadline(session, deadline=int(row.id or 0), now=NOW)
        found = {one.kind: (one.due_at, one.expires_at) for one in await session.execute(select(rows_of))}
    end = local(date(2027, 1, 1), 0)
    assert found == {"weeks_4": (local(date(2026, 12, 3), 10), end), "weeks_1": (local(date(2026, 12, 24), 10), end)}
