"""Outcomes, tasks, absences and extra hours, on both databases: what follows from them, and how they are taken back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.inbox import Desk
from bot.jobs import Jobs
from scheduler import changes, displaced, openings, tasks
from scheduler.booking import Interpreter
from scheduler.errors import StateError
from scheduler.slots import Span
from store.database import Database
from tests.scheduler.acts import (
    DAY,
    LATER,
    ME,
    NOW,
    SOON,
    away,
    back,
    booked,
    cancel,
    move,
    noted,
    said,
    slot,
    undo,
)
from tests.scheduling import Ids, times, town


async def outcome(base: Database, appointment: int, *, attended: bool, at: datetime) -> Any:
    async with base.write() as session:
        return await changes.set_outcome(session, appointment=appointment, attended=attended, actor=ME, now=at)


async def test_an_outcome_can_be_corrected_and_taken_back(base: Database, ids: Ids, desk: Desk, jobs: Jobs) -> None:
    appointment, who = await booked(base, ids, desk, slot(ids, 9))
    over = slot(ids, 9).ends
    missed = await outcome(base, appointment, attended=False, at=over)
    assert (await undo(base, ids, missed, now=over + SOON)).state == "booked"
    await outcome(base, appointment, attended=False, at=over)
    came = await outcome(base, appointment, attended=True, at=over)
    assert (came.state, came.revision) == ("attended", (await outcome(base, appointment, attended=True, at=over)).revision)
    assert not [text for text in await said(base, desk, jobs, who, at=over + timedelta(days=1)) if "did not see you" in text]
    await outcome(base, appointment, attended=False, at=over)
    asked = await said(base, desk, jobs, who, at=over + timedelta(days=1))
    assert len([text for text in asked if "did not see you" in text]) == 1


async def test_an_outcome_is_refused_before_the_time_and_after_cancelling(base: Database, ids: Ids, desk: Desk) -> None:
    appointment, _ = await booked(base, ids, desk, slot(ids, 9))
    with pytest.raises(StateError):
        await outcome(base, appointment, attended=True, at=NOW)
    await cancel(base, ids, appointment)
    with pytest.raises(StateError):
        await outcome(base, appointment, attended=True, at=slot(ids, 9).ends)


async def open_tasks(base: Database, ids: Ids, *, at: datetime = NOW) -> list[str]:
    async with base.read() as session:
        found = await tasks.open_tasks(session, municipality=ids.municipality, now=at)
        assert len(found) == await tasks.count(session, municipality=ids.municipality, now=at)
        return [row.kind for row in found]


async def test_an_interpreter_is_a_task_until_it_is_settled_and_again_after_moving(base: Database, ids: Ids, desk: Desk) -> None:
    wanted = Interpreter(kind="organise", language="ti", mode="phone")
    appointment, _ = await booked(base, ids, desk, slot(ids, 9), interpreter=wanted)
    assert await open_tasks(base, ids) == ["interpreter"]
    for found, left in ((True, []), (None, ["interpreter"]), (False, [])):
        async with base.write() as session:
            row = await changes.set_interpreter(session, appointment=appointment, found=found, actor=ME, now=NOW)
        assert row.interpreter_state == {True: "confirmed", None: "asked", False: "not_found"}[found]
        assert await open_tasks(base, ids) == left
    await move(base, ids, appointment, slot(ids, 10, adviser=1))
    assert await open_tasks(base, ids) == ["interpreter"]
    assert await open_tasks(base, ids, at=slot(ids, 12).starts) == []
    await cancel(base, ids, appointment)
    assert await open_tasks(base, ids) == []


async def test_tasks_are_ticked_off_and_open_again_in_their_municipality_alone(base: Database, ids: Ids, desk: Desk) -> None:
    await booked(base, ids, desk, slot(ids, 9), interpreter=Interpreter(kind="organise", language="ti"))
    async with base.write() as session:
        task = await session.scalar(select(noted.c.id))
        assert task
        elsewhere = await town(session, slug="woanders")
        assert not await tasks.set_done(session, municipality=elsewhere.municipality, task=task, done=True, now=NOW)
        assert await tasks.find(session, municipality=elsewhere.municipality, task=task) is None
        assert await tasks.set_done(session, municipality=ids.municipality, task=task, done=True, now=NOW)
    assert await open_tasks(base, ids) == []
    async with base.write() as session:
        await tasks.set_done(session, municipality=ids.municipality, task=task, done=False, now=NOW)
    assert await open_tasks(base, ids) == ["interpreter"]


async def test_an_absence_asks_for_new_times_after_a_minute_and_is_taken_back_before(
    base: Database, ids: Ids, desk: Desk, jobs: Jobs
) -> None:
    appointment, who = await booked(base, ids, desk, slot(ids, 9))
    await booked(base, ids, desk, slot(ids, 9, adviser=1))
    morning = Span(starts=slot(ids, 8).starts, ends=slot(ids, 12).starts)
    made = await away(base, ids, morning)
    assert made.displaced == (appointment,)
    assert slot(ids, 10) not in await times(base, ids, now=NOW)
    assert await back(base, ids, made.absence, at=NOW + SOON) == []
    assert await said(base, desk, jobs, who, at=NOW + LATER) == []
    assert slot(ids, 10) in await times(base, ids, now=NOW)
    await away(base, ids, morning)
    (told,) = await said(base, desk, jobs, who, at=NOW + LATER)
    assert told.startswith("We are sorry: nobody can see you at the time of your appointment: ")


async def test_who_was_asked_already_reads_that_it_takes_place_after_all(base: Database, ids: Ids, desk: Desk, jobs: Jobs) -> None:
    appointment, who = await booked(base, ids, desk, slot(ids, 9, days=3))
    morning = Span(starts=slot(ids, 8, days=3).starts, ends=slot(ids, 12, days=3).starts)
    for number in (1, 2):  # and again, as often as it happens
        made = await away(base, ids, morning)
        assert len(await said(base, desk, jobs, who, at=NOW + LATER)) == 2 * number - 1
        assert await back(base, ids, made.absence, at=NOW + LATER) == [appointment]
        told = await said(base, desk, jobs, who, at=NOW + 2 * LATER)
        assert [text.startswith("Your appointment takes place after all: ") for text in told] == [False, True] * number


async def test_an_appointment_in_another_absence_stays_displaced(base: Database, ids: Ids, desk: Desk, jobs: Jobs) -> None:
    _, who = await booked(base, ids, desk, slot(ids, 9))
    made = await away(base, ids, Span(starts=slot(ids, 8).starts, ends=slot(ids, 12).starts))
    await away(base, ids, Span(starts=slot(ids, 9).starts, ends=slot(ids, 10).starts))
    assert await back(base, ids, made.absence, at=NOW + SOON) == []
    assert len(await said(base, desk, jobs, who, at=NOW + LATER)) == 1


async def test_who_does_not_react_is_a_task_until_they_do(base: Database, ids: Ids, desk: Desk, jobs: Jobs) -> None:
    appointment, who = await booked(base, ids, desk, slot(ids, 9, days=4))
    await away(base, ids, Span(starts=slot(ids, 8, days=4).starts, ends=slot(ids, 12, days=4).starts))
    await said(base, desk, jobs, who, at=NOW + LATER)
    tomorrow = NOW + timedelta(days=1, minutes=5)
    async with base.write() as session:
        await displaced.note_silence(session, tomorrow)
    assert await open_tasks(base, ids, at=tomorrow) == ["no_reaction"]
    await move(base, ids, appointment, slot(ids, 14, days=4), now=tomorrow)
    assert await open_tasks(base, ids, at=tomorrow) == []


async def test_absences_of_nonsense_or_elsewhere_are_refused(base: Database, ids: Ids) -> None:
    async with base.write() as session:
        elsewhere = await town(session, slug="woanders")
    starts = slot(ids, 8).starts
    for span in (Span(starts=starts, ends=starts), Span(starts=starts, ends=starts + timedelta(days=400))):
        with pytest.raises(StateError):
            await away(base, ids, span)
    made = await away(base, ids, Span(starts=starts, ends=starts + timedelta(hours=1)))
    with pytest.raises(StateError):
        await back(base, elsewhere, made.absence, at=NOW)
    async with base.write() as session:
        about: dict[str, Any] = {"municipality": elsewhere.municipality, "adviser": ids.advisers[0], "reason": "sick", "now": NOW}
        with pytest.raises(StateError):
            await openings.add_absence(session, span=Span(starts=starts, ends=starts + timedelta(hours=1)), **about)


async def test_extra_hours_can_be_booked_at_once_and_go_again(base: Database, ids: Ids) -> None:
    sunday = DAY + timedelta(days=6)
    before = await times(base, ids, now=NOW)
    async with base.write() as session:
        about: dict[str, Any] = {"municipality": ids.municipality, "adviser": ids.advisers[0], "office": ids.office, "day": sunday}
        made = await openings.add_opening(session, **about, starts=600, ends=660)
        assert await openings.add_opening(session, **about, starts=600, ends=660) == made
        with pytest.raises(StateError):
            await openings.add_opening(session, **about, starts=660, ends=660)
        with pytest.raises(StateError):
            await openings.add_opening(session, **{**about, "adviser": 999_999}, starts=600, ends=660)
    assert len(await times(base, ids, now=NOW)) == len(before) + 2
    async with base.write() as session:
        elsewhere = await town(session, slug="woanders")
        with pytest.raises(StateError):
            await openings.remove_opening(session, municipality=elsewhere.municipality, opening=made)
        await openings.remove_opening(session, municipality=ids.municipality, opening=made)
    assert await times(base, ids, now=NOW) == before
