"""What the office does, on both databases: booking for a person, moving, cancelling, taking back; what the person reads of it, and when."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.inbox import Desk
from bot.jobs import Jobs
from scheduler import booking, changes, office, reminders, waiting
from scheduler.booking import Booking, Interpreter
from scheduler.errors import LimitError, SlotGoneError, StateError
from scheduler.slots import Slot, Span
from store.database import Database
from store.scheduling import Adviser, GroupSlot
from store.statements import table_of
from tests.reminding import somebody
from tests.scheduler.acts import (
    COLLEAGUE,
    DAY,
    LATER,
    ME,
    NOW,
    away,
    booked,
    cancel,
    kinds,
    move,
    noted,
    reminded,
    row_of,
    said,
    slot,
    undo,
)
from tests.scheduling import Ids, local, rules, times, town


async def test_the_office_moves_and_the_person_reads_it_after_a_minute(base: Database, ids: Ids, desk: Desk, jobs: Jobs) -> None:
    appointment, who = await booked(base, ids, desk, slot(ids, 9))
    moved = await move(base, ids, appointment, slot(ids, 10, adviser=1))
    assert (moved.starts_at, moved.adviser_id, moved.state) == (slot(ids, 10).starts, ids.advisers[1], "booked")
    assert await said(base, desk, jobs, who, at=NOW + office.UNDO) == []
    (told,) = await said(base, desk, jobs, who, at=NOW + LATER)
    assert told.startswith("Your appointment has a new time: ")
    assert "10:00" in told
    assert await kinds(base, appointment) == [("held", "person"), ("booked", "person"), ("moved", ME)]
    assert slot(ids, 9) in await times(base, ids, now=NOW)


async def test_reminders_follow_to_the_new_time(base: Database, ids: Ids, desk: Desk) -> None:
    appointment, _ = await booked(base, ids, desk, slot(ids, 9))
    moved = await move(base, ids, appointment, slot(ids, 14, days=2))
    async with base.read() as session:
        rows = list(await session.execute(select(reminded).where(reminded.c.subject_id == appointment).order_by(reminded.c.due_at)))
    living = {row.kind: row.due_at for row in rows if row.state == "pending" and row.channel == "chat"}
    assert living["before_120"] == local(DAY + timedelta(days=2), 12)
    assert {row.revision for row in rows if row.state == "pending"} == {moved.revision}


async def test_the_office_cancels_and_the_person_can_choose_another_time(base: Database, ids: Ids, desk: Desk, jobs: Jobs) -> None:
    appointment, who = await booked(base, ids, desk, slot(ids, 9))
    gone = await cancel(base, ids, appointment)
    assert (gone.state, gone.cancelled_by, gone.cancel_reason) == ("cancelled", ME, "office")
    (told,) = await said(base, desk, jobs, who, at=NOW + LATER)
    assert told.startswith("We are sorry: we had to cancel your appointment: ")
    assert slot(ids, 9) in await times(base, ids, now=NOW)


async def test_a_cancelled_appointment_that_has_begun_is_told_all_the_same(base: Database, ids: Ids, desk: Desk, jobs: Jobs) -> None:
    appointment, who = await booked(base, ids, desk, slot(ids, 10, 30, days=0))
    late = slot(ids, 10, 59, days=0).starts
    await cancel(base, ids, appointment, now=late)
    assert len([text for text in await said(base, desk, jobs, who, at=late + LATER) if "cancel your appointment" in text]) == 1


async def test_cancelling_is_taken_back_and_nobody_hears_of_it(base: Database, ids: Ids, desk: Desk, jobs: Jobs) -> None:
    appointment, who = await booked(base, ids, desk, slot(ids, 9))
    async with base.write() as session:
        await changes.confirm(session, appointment=appointment, person=who, now=NOW)
    restored = await undo(base, ids, await cancel(base, ids, appointment))
    assert (restored.state, restored.cancelled_by, restored.cancel_reason) == ("confirmed", None, None)
    assert restored.starts_at == slot(ids, 9).starts
    assert await said(base, desk, jobs, who, at=NOW + LATER) == []
    async with base.read() as session:
        waits = reminded.c.state == "pending", reminded.c.revision == restored.revision, reminded.c.channel == "chat"
        assert set(await session.scalars(select(reminded.c.kind).where(*waits))) == {"day_before", "before_120"}


async def test_moving_is_taken_back_with_adviser_and_interpreter(base: Database, ids: Ids, desk: Desk, jobs: Jobs) -> None:
    wanted = Interpreter(kind="organise", language="ti", mode="phone")
    appointment, who = await booked(base, ids, desk, slot(ids, 9), interpreter=wanted)
    async with base.write() as session:
        await changes.set_interpreter(session, appointment=appointment, found=True, actor=ME, now=NOW)
    assert len(await said(base, desk, jobs, who, at=NOW)) == 1
    before = await row_of(base, appointment)
    restored = await undo(base, ids, await move(base, ids, appointment, slot(ids, 11, adviser=1)))
    same = ("starts_at", "ends_at", "blocked_from", "blocked_until", "adviser_id", "office_id", "state", "interpreter_state", "code")
    assert [getattr(restored, name) for name in same] == [getattr(before, name) for name in same]
    assert len(await said(base, desk, jobs, who, at=NOW + LATER)) == 1
    async with base.read() as session:
        assert (await session.execute(select(noted.c.state, noted.c.adviser_id))).one() == ("done", ids.advisers[0])


async def test_taking_back_a_move_to_a_colleague_at_the_same_time_says_nothing(base: Database, ids: Ids, desk: Desk, jobs: Jobs) -> None:
    appointment, who = await booked(base, ids, desk, slot(ids, 9))
    await undo(base, ids, await move(base, ids, appointment, slot(ids, 9, adviser=1)))
    assert await said(base, desk, jobs, who, at=NOW + LATER) == []


async def test_who_is_put_back_into_an_absence_is_asked_for_a_new_time_all_the_same(
    base: Database, ids: Ids, desk: Desk, jobs: Jobs
) -> None:
    appointment, who = await booked(base, ids, desk, slot(ids, 9))
    await away(base, ids, Span(starts=slot(ids, 8).starts, ends=slot(ids, 12).starts))
    await undo(base, ids, await move(base, ids, appointment, slot(ids, 14)))
    (told,) = await said(base, desk, jobs, who, at=NOW + LATER)
    assert told.startswith("We are sorry: nobody can see you at the time of your appointment: ")


async def test_what_somebody_else_has_by_now_is_not_taken_back(base: Database, ids: Ids, desk: Desk) -> None:
    appointment, _ = await booked(base, ids, desk, slot(ids, 9))
    gone = await cancel(base, ids, appointment)
    await booked(base, ids, desk, slot(ids, 9))
    with pytest.raises(SlotGoneError):
        await undo(base, ids, gone)
    assert (await row_of(base, appointment)).state == "cancelled"


async def test_a_place_of_a_group_comes_back_only_while_there_is_one(base: Database, ids: Ids, desk: Desk) -> None:
    async with base.write() as session:
        where: dict[str, Any] = {"municipality_id": ids.municipality, "service_id": ids.service, "office_id": ids.office}
        starts = local(DAY + timedelta(days=2), 17)
        group = GroupSlot(**where, slug="abend", starts_at=starts, ends_at=starts + timedelta(hours=2), capacity=1, advisers=[])
        session.add(group)
        await session.flush()
        place = Slot(starts=starts, ends=group.ends_at, adviser=0, office=ids.office, group=int(group.id or 0))
    appointment, _ = await booked(base, ids, desk, place)
    restored = await undo(base, ids, await cancel(base, ids, appointment))
    assert (restored.state, restored.group_slot_id, restored.adviser_id) == ("booked", place.group, None)
    again = await cancel(base, ids, appointment)
    await booked(base, ids, desk, place)
    with pytest.raises(SlotGoneError):
        await undo(base, ids, again)


@pytest.mark.parametrize(
    "more",
    [
        {"now": NOW + office.UNDO},
        {"actor": COLLEAGUE},
        {"revision": 1},
        {"municipality": 999_999},
        {"appointment": 999_999},
    ],
    ids=["a minute later", "somebody else's", "another revision", "another municipality", "no appointment"],
)
async def test_nothing_else_is_taken_back(base: Database, ids: Ids, desk: Desk, more: dict[str, Any]) -> None:
    appointment, _ = await booked(base, ids, desk, slot(ids, 9))
    gone = await cancel(base, ids, appointment)
    with pytest.raises(StateError):
        await undo(base, ids, gone, **more)
    assert (await row_of(base, appointment)).revision == gone.revision


async def test_what_the_person_did_is_not_taken_back(base: Database, ids: Ids, desk: Desk) -> None:
    appointment, who = await booked(base, ids, desk, slot(ids, 9))
    moved = await move(base, ids, appointment, slot(ids, 10))
    async with base.write() as session:
        await changes.confirm(session, appointment=appointment, person=who, now=NOW)
    with pytest.raises(StateError):
        await undo(base, ids, moved)
    with pytest.raises(StateError):
        await undo(base, ids, await row_of(base, appointment))


async def test_the_office_may_use_times_that_people_cannot_book(base: Database, ids: Ids, desk: Desk) -> None:
    appointment, _ = await booked(base, ids, desk, slot(ids, 9))
    beside = slot(ids, 10, 10)
    with pytest.raises(SlotGoneError):
        await move(base, ids, appointment, beside)
    moved = await move(base, ids, appointment, beside, unusual=True)
    assert moved.starts_at == beside.starts
    far = slot(ids, 9, days=60)  # beyond the horizon, a Friday
    assert (await move(base, ids, appointment, far, unusual=True)).starts_at == far.starts


async def test_an_unusual_time_is_still_within_hours_and_nobody_elses(base: Database, ids: Ids, desk: Desk) -> None:
    appointment, _ = await booked(base, ids, desk, slot(ids, 9))
    await booked(base, ids, desk, slot(ids, 11))
    for refused in (slot(ids, 11, 15), slot(ids, 12, 15), slot(ids, 8), slot(ids, 9, days=6), slot(ids, 9, days=-1)):
        with pytest.raises(SlotGoneError):
            await move(base, ids, appointment, refused, unusual=True)
    assert (await row_of(base, appointment)).starts_at == slot(ids, 9).starts


async def test_looking_says_whether_a_time_is_usual(base: Database, ids: Ids) -> None:
    async with base.read() as session:
        found = await rules(session, ids)
        wanted = [slot(ids, 9), slot(ids, 9, 10), slot(ids, 9, 30, days=0), slot(ids, 12, 10), slot(ids, 8)]
        looked = [await office.look(session, found, starts=one.starts, adviser=one.adviser, now=NOW) for one in wanted]
    assert [one.usual if one else None for one in looked] == [True, False, False, None, None]


async def test_a_page_that_is_out_of_date_changes_nothing(base: Database, ids: Ids, desk: Desk) -> None:
    appointment, who = await booked(base, ids, desk, slot(ids, 9))
    shown = await row_of(base, appointment)
    async with base.write() as session:
        await changes.confirm(session, appointment=appointment, person=who, now=NOW)
    for change in (
        move(base, ids, appointment, slot(ids, 10), revision=shown.revision),
        cancel(base, ids, appointment, revision=shown.revision),
    ):
        with pytest.raises(StateError) as refused:
            await change
        assert refused.value.data["state"] == "changed"


async def test_another_municipality_changes_nothing(base: Database, ids: Ids, desk: Desk) -> None:
    appointment, _ = await booked(base, ids, desk, slot(ids, 9))
    async with base.write() as session:
        elsewhere = await town(session, slug="woanders")
    with pytest.raises(StateError) as refused:
        await cancel(base, elsewhere, appointment)
    assert refused.value.data["state"] == "none"
    with pytest.raises(StateError):
        await move(base, elsewhere, appointment, slot(elsewhere, 10))
    assert (await row_of(base, appointment)).state == "booked"


async def book_for(base: Database, ids: Ids, who: int, wanted: Slot, **more: Any) -> Any:
    async with base.write() as session:
        wish = Booking(person=who, mode="phone", language="en", topic="residence/extension")
        about: dict[str, Any] = {"slot": wanted, "wish": wish, "actor": ME, "now": NOW}
        return await office.book_for(session, await rules(session, ids), **{**about, **more})


async def test_the_office_books_for_a_person_who_reads_it(base: Database, ids: Ids, desk: Desk, jobs: Jobs) -> None:
    who = await somebody(base, desk, "web")
    row = await book_for(base, ids, who, slot(ids, 9), interpreter=Interpreter(kind="organise", language="ti", mode="phone"))
    assert (row.state, row.person_id, row.mode, row.interpreter_state) == ("booked", who, "phone", "asked")
    assert await kinds(base, row.id) == [("held", ME), ("booked", ME)]
    (told,) = await said(base, desk, jobs, who, at=NOW + LATER)
    assert told.startswith("We have made an appointment for you: ")
    async with base.read() as session:
        assert list(await session.scalars(select(noted.c.kind))) == ["interpreter"]


async def test_booking_for_somebody_is_taken_back_silently(base: Database, ids: Ids, desk: Desk, jobs: Jobs) -> None:
    who = await somebody(base, desk, "web")
    row = await undo(base, ids, await book_for(base, ids, who, slot(ids, 9)))
    assert (row.state, row.cancel_reason) == ("cancelled", "released")
    assert await said(base, desk, jobs, who, at=NOW + timedelta(days=1)) == []
    assert slot(ids, 9) in await times(base, ids, now=NOW)


async def test_a_time_the_person_was_choosing_is_given_up_for_the_booked_one(base: Database, ids: Ids, desk: Desk) -> None:
    who = await somebody(base, desk, "web")
    async with base.write() as session:
        wish = Booking(person=who, mode="in_person", language="en")
        held = await booking.hold(session, await rules(session, ids), slot=slot(ids, 9), booking=wish, now=NOW)
    row = await book_for(base, ids, who, slot(ids, 9))
    assert (row.state, row.starts_at) == ("booked", slot(ids, 9).starts)
    assert (await row_of(base, held)).cancel_reason == "released"
    with pytest.raises(LimitError):
        await book_for(base, ids, who, slot(ids, 14))
    with pytest.raises(SlotGoneError):
        await book_for(base, ids, await somebody(base, desk, "web"), slot(ids, 9))


async def test_a_freed_time_goes_to_the_waiting_list_and_cannot_come_back_then(base: Database, ids: Ids, desk: Desk) -> None:
    appointment, _ = await booked(base, ids, desk, slot(ids, 9))
    who = await somebody(base, desk, "web")
    async with base.write() as session:
        wish: dict[str, Any] = {
            "municipality": ids.municipality,
            "person": who,
            "service": ids.service,
            "before": slot(ids, 9, days=5).starts,
        }
        await waiting.join(session, **wish, mode="in_person", language="en", now=NOW)
    gone = await cancel(base, ids, appointment)
    with pytest.raises(SlotGoneError):
        await undo(base, ids, gone)


async def test_letters_to_advisers_follow_what_was_taken_back(base: Database, ids: Ids, desk: Desk) -> None:
    async with base.write() as session:
        advisers = table_of(Adviser)
        await session.execute(update(advisers).values(email="adviser@lotse.test"))
    appointment, _ = await booked(base, ids, desk, slot(ids, 9))
    await undo(base, ids, await move(base, ids, appointment, slot(ids, 10, adviser=1)))
    await undo(base, ids, await cancel(base, ids, appointment))
    async with base.write() as session:
        letters = await reminders.claim_mail(session, owner="test", now=NOW + LATER)
    first, second = ids.advisers
    assert [(letter.kind, letter.adviser) for letter in letters] == [
        ("booked", first),
        ("cancelled", first),
        ("booked", second),
        ("cancelled", second),
        ("booked", first),
        ("cancelled", first),
        ("booked", first),
    ]
