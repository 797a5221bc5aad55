"""What advisers do with cases, each verb on both databases: owner, state, the program's silence, history, news, undo, refusals."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from handoff import card, cases, events, notes, personal_data
from handoff.card import Card
from handoff.errors import NotFoundError, NotYoursError, StaleError, TakenError
from handoff.rows import By
from store.crypto import Keyring
from store.database import Database
from store.desk import News
from store.tables import Case, Conversation, User
from tests.cases import Known, person, person_with_case, place, staff

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A session in which everything happens, a municipality with three advisers and a lead, and somebody who waits."""

    session: AsyncSession
    keyring: Keyring
    municipality: int
    anna: int
    bela: int
    lead: int
    person: int
    case: int

    def by(self, user: int | None, *, lead: bool = False, revision: int | None = None) -> By:
        return By(municipality=self.municipality, case=self.case, user=user, lead=lead, revision=revision, now=NOW)

    async def claim(self, user: int) -> None:
        await cases.claim(self.session, municipality=self.municipality, case=self.case, user=user, now=NOW)

    async def row(self) -> Case:
        return (await self.session.scalars(select(Case).where(col(Case.id) == self.case).execution_options(populate_existing=True))).one()

    async def silent(self) -> bool:
        held = select(col(Conversation.held_by_case)).where(col(Conversation.person_id) == self.person)
        return await self.session.scalar(held) == self.case

    async def stands(self) -> tuple[str, int | None, bool]:
        row = await self.row()
        return row.state, row.owner_id, await self.silent()

    async def history(self) -> list[str]:
        lines = await events.of_case(self.session, self.keyring, municipality=self.municipality, case=self.case)
        return [line.kind for line in lines]

    async def news(self) -> int:
        return len((await self.session.scalars(select(News).where(col(News.case_id) == self.case))).all())


@pytest.fixture
async def desk(base: Database, keyring: Keyring) -> AsyncIterator[Desk]:
    async with base.write() as session:
        municipality = await place(session)
        anna, bela, _ = await staff(session, municipality=municipality)
        (lead,) = await staff(session, municipality=municipality, names=["Lea Lindner"], role="lead")
        made = await person_with_case(session, municipality=municipality, now=NOW, keyring=keyring)
        yield Desk(
            session=session,
            keyring=keyring,
            municipality=municipality,
            anna=int(anna.id or 0),
            bela=int(bela.id or 0),
            lead=int(lead.id or 0),
            person=made.person,
            case=made.case,
        )


async def test_a_claim_sets_owner_state_and_silence_together(desk: Desk) -> None:
    await desk.claim(desk.anna)
    assert await desk.stands() == ("claimed", desk.anna, True)
    assert (await desk.row()).revision == 2
    assert await desk.history() == ["claimed"]
    assert await desk.news() == 1


async def test_the_second_adviser_reads_who_was_faster(desk: Desk) -> None:
    await desk.claim(desk.anna)
    with pytest.raises(TakenError) as refused:
        await desk.claim(desk.bela)
    assert refused.value.data == {"name": "Anna Adler"}
    assert str(refused.value) == "Already taken by Anna Adler."
    assert await desk.stands() == ("claimed", desk.anna, True)
    assert await desk.history() == ["claimed"]


async def test_claiming_twice_changes_nothing_the_second_time(desk: Desk) -> None:
    await desk.claim(desk.anna)
    await desk.claim(desk.anna)
    assert (await desk.row()).revision == 2
    assert await desk.history() == ["claimed"]


async def test_releasing_undoes_claiming_and_the_person_goes_on_waiting(desk: Desk) -> None:
    before = (await desk.row()).waiting_since
    await desk.claim(desk.anna)
    await cases.release(desk.session, **desk.by(desk.anna))
    assert await desk.stands() == ("waiting", None, False)
    assert (await desk.row()).waiting_since == before
    await desk.claim(desk.bela)
    assert await desk.stands() == ("claimed", desk.bela, True)


async def test_what_a_colleague_holds_is_theirs_but_for_a_lead(desk: Desk) -> None:
    await desk.claim(desk.anna)
    with pytest.raises(NotYoursError) as refused:
        await cases.release(desk.session, **desk.by(desk.bela))
    assert str(refused.value) == "This case is with Anna Adler."
    for verb in (cases.close, cases.return_bot, cases.pause_bot, cases.take_over):
        with pytest.raises(NotYoursError):
            await verb(desk.session, **desk.by(desk.bela))
    await cases.release(desk.session, **desk.by(desk.lead, lead=True))
    assert await desk.stands() == ("waiting", None, False)


async def test_nobody_has_it_yet_is_said_differently(desk: Desk) -> None:
    with pytest.raises(NotYoursError) as refused:
        await cases.close(desk.session, **desk.by(desk.anna))
    assert str(refused.value) == "Nobody has this case yet. Take it first."


async def test_passing_on_with_a_note_and_taking_it_back(desk: Desk) -> None:
    await desk.claim(desk.anna)
    await cases.pass_on(desk.session, desk.keyring, to=desk.bela, note="Spricht nur Tigrinya.", **desk.by(desk.anna))
    assert await desk.stands() == ("claimed", desk.bela, True)
    line = (await events.of_case(desk.session, desk.keyring, municipality=desk.municipality, case=desk.case))[-1]
    assert (line.name, line.other, line.note) == ("Anna Adler", "Bela Bach", "Spricht nur Tigrinya.")
    assert await notes.unseen(desk.session, municipality=desk.municipality, user=desk.bela) == {desk.case: 1}
    await cases.take_back(desk.session, **desk.by(desk.anna))
    assert await desk.stands() == ("claimed", desk.anna, True)


async def test_what_the_receiver_began_is_not_taken_back(desk: Desk) -> None:
    await desk.claim(desk.anna)
    await cases.pass_on(desk.session, desk.keyring, to=desk.bela, **desk.by(desk.anna))
    await notes.add(desk.session, desk.keyring, municipality=desk.municipality, case=desk.case, user=desk.bela, text="Ich rufe an.")
    with pytest.raises(StaleError):
        await cases.take_back(desk.session, **desk.by(desk.anna))
    assert (await desk.row()).owner_id == desk.bela


async def test_passing_on_to_somebody_elsewhere_or_gone_is_refused(desk: Desk) -> None:
    await desk.claim(desk.anna)
    elsewhere = await place(desk.session, slug="anderswo")
    (foreign,) = await staff(desk.session, municipality=elsewhere, names=["Fremd"])
    (gone,) = await staff(desk.session, municipality=desk.municipality, names=["Weg"], active=False)
    (editor,) = await staff(desk.session, municipality=desk.municipality, names=["Edda"], role="editor")
    for user in (foreign, gone, editor):
        with pytest.raises(NotFoundError):
            await cases.pass_on(desk.session, desk.keyring, to=int(user.id or 0), **desk.by(desk.anna))
    assert (await desk.row()).owner_id == desk.anna


async def test_a_lead_gives_out_a_case_that_nobody_has(desk: Desk) -> None:
    await cases.pass_on(desk.session, desk.keyring, to=desk.bela, **desk.by(desk.lead, lead=True))
    assert await desk.stands() == ("claimed", desk.bela, True)


async def test_taking_over_from_an_absent_colleague(desk: Desk) -> None:
    await desk.claim(desk.anna)
    await cases.take_over(desk.session, absent=True, **desk.by(desk.bela))
    assert await desk.stands() == ("claimed", desk.bela, True)
    assert await desk.history() == ["claimed", "taken_over"]


async def test_closing_lets_the_program_speak_and_reopening_restores_all(desk: Desk) -> None:
    await desk.claim(desk.anna)
    await cases.set_return(desk.session, at=LATER, **desk.by(desk.anna))
    before = await desk.row()
    await cases.close(desk.session, **desk.by(desk.anna))
    closed = await desk.row()
    assert await desk.stands() == ("closed", desk.anna, False)
    assert (closed.waiting_since, closed.rung_at, closed.bot_returns_at, closed.closed_at) == (None, None, None, NOW)
    await cases.reopen(desk.session, **desk.by(desk.anna))
    after = await desk.row()
    assert await desk.stands() == ("claimed", desk.anna, True)
    assert (after.waiting_since, after.bot_returns_at, after.closed_at) == (before.waiting_since, LATER, None)


async def test_reopening_a_case_in_which_the_program_had_the_word_leaves_it_there(desk: Desk) -> None:
    await desk.claim(desk.anna)
    assert await cases.return_bot(desk.session, **desk.by(desk.anna))
    await cases.close(desk.session, **desk.by(desk.anna))
    await cases.reopen(desk.session, **desk.by(desk.anna))
    assert await desk.stands() == ("claimed", desk.anna, False)


async def test_reopening_when_the_owner_has_left_makes_it_wait(desk: Desk) -> None:
    await desk.claim(desk.anna)
    await cases.close(desk.session, **desk.by(desk.anna))
    with pytest.raises(NotYoursError):
        await cases.reopen(desk.session, **desk.by(desk.bela))
    gone = await desk.session.get(User, desk.anna)
    assert gone is not None
    gone.active = False
    await desk.session.flush()
    await cases.reopen(desk.session, **desk.by(desk.bela))
    assert await desk.stands() == ("waiting", None, False)


async def test_a_person_with_a_newer_case_keeps_that_one(desk: Desk) -> None:
    await desk.claim(desk.anna)
    await cases.close(desk.session, **desk.by(desk.anna))
    await cases.open_case(
        desk.session, desk.keyring, municipality=desk.municipality, person=desk.person, language="en", reason="asked", now=LATER
    )
    with pytest.raises(StaleError):
        await cases.reopen(desk.session, **desk.by(desk.anna))
    assert (await desk.row()).state == "closed"


async def test_a_sleeping_case_is_woken_once_at_its_time_with_its_message(desk: Desk) -> None:
    await desk.claim(desk.anna)
    await cases.follow_up(desk.session, desk.keyring, until=LATER, message="How did it go?", **desk.by(desk.anna))
    assert await desk.stands() == ("follow_up", desk.anna, False)
    wake = {"municipality": desk.municipality, "case": desk.case}
    assert await cases.wake(desk.session, desk.keyring, **wake, now=LATER - timedelta(seconds=1)) is None
    woken = await cases.wake(desk.session, desk.keyring, **wake, now=LATER)
    assert woken == cases.Woken(person=desk.person, owner=desk.anna, language="en", message="How did it go?")
    assert await desk.stands() == ("claimed", desk.anna, True)
    assert await cases.wake(desk.session, desk.keyring, **wake, now=LATER) is None
    row = await desk.row()
    assert (row.follow_up_at, row.sealed_follow_up, row.waiting_since) == (None, None, LATER)


async def test_asking_again_does_not_take_the_date_from_a_sleeping_case(desk: Desk) -> None:
    await desk.claim(desk.anna)
    await cases.follow_up(desk.session, desk.keyring, until=LATER, **desk.by(desk.anna))
    again = await cases.open_case(
        desk.session, desk.keyring, municipality=desk.municipality, person=desk.person, language="en", reason="asked", now=NOW
    )
    row = await desk.row()
    assert again == cases.Opened(case=desk.case, new=False)
    assert (row.state, row.follow_up_at, row.waiting_since, row.owner_id) == ("follow_up", LATER, NOW, desk.anna)


async def test_ending_the_sleep_early_gives_the_owner_the_word(desk: Desk) -> None:
    await desk.claim(desk.anna)
    await cases.follow_up(desk.session, desk.keyring, until=LATER, message="later", **desk.by(desk.anna))
    await cases.resume(desk.session, **desk.by(desk.anna))
    assert await desk.stands() == ("claimed", desk.anna, True)
    assert (await desk.row()).sealed_follow_up is None
    with pytest.raises(StaleError):
        await cases.resume(desk.session, **desk.by(desk.anna))


async def test_the_program_answers_again_when_told_or_at_its_time(desk: Desk) -> None:
    await desk.claim(desk.anna)
    await cases.set_return(desk.session, at=NOW + timedelta(hours=1), **desk.by(desk.anna))
    assert not await cases.return_bot(desk.session, **desk.by(None)), "not yet"
    assert await desk.silent()
    at_time = By(municipality=desk.municipality, case=desk.case, user=None, now=NOW + timedelta(hours=1))
    assert await cases.return_bot(desk.session, **at_time)
    assert await desk.stands() == ("claimed", desk.anna, False)
    assert not await cases.return_bot(desk.session, **at_time), "told once"
    with pytest.raises(StaleError):
        await cases.set_return(desk.session, at=LATER, **desk.by(desk.anna))
    await cases.pause_bot(desk.session, **desk.by(desk.anna))
    assert await desk.stands() == ("claimed", desk.anna, True)


async def test_cases_of_a_colleague_who_leaves_go_back_to_the_team(desk: Desk) -> None:
    await desk.claim(desk.anna)
    asleep = await person_with_case(
        desk.session, municipality=desk.municipality, known=Known(owner=desk.anna, state="follow_up", follow_up_at=LATER, waiting=None)
    )
    done = await person_with_case(desk.session, municipality=desk.municipality, known=Known(owner=desk.anna, state="closed"))
    freed = await cases.release_all_of(desk.session, municipality=desk.municipality, user=desk.anna, by=desk.lead, now=NOW)
    assert freed == [desk.case, asleep.case]
    assert await desk.stands() == ("waiting", None, False)
    sleeping = await desk.session.get(Case, asleep.case, populate_existing=True)
    closed = await desk.session.get(Case, done.case, populate_existing=True)
    assert sleeping is not None
    assert (sleeping.state, sleeping.owner_id, sleeping.follow_up_at) == ("follow_up", None, LATER)
    assert closed is not None
    assert closed.owner_id == desk.anna


async def test_another_municipality_never_learns_that_a_case_exists(desk: Desk) -> None:
    elsewhere = await place(desk.session, slug="anderswo")
    (foreign,) = await staff(desk.session, municipality=elsewhere, names=["Fremd"])
    theirs = By(municipality=elsewhere, case=desk.case, user=int(foreign.id or 0), lead=True)
    for verb in (cases.release, cases.take_back, cases.take_over, cases.close, cases.reopen, cases.resume, cases.return_bot):
        with pytest.raises(NotFoundError):
            await verb(desk.session, **theirs)
    with pytest.raises(NotFoundError):
        await cases.claim(desk.session, municipality=elsewhere, case=desk.case, user=int(foreign.id or 0))
    with pytest.raises(NotFoundError):
        await cases.claim(desk.session, municipality=desk.municipality, case=desk.case, user=10_000)
    with pytest.raises(NotFoundError):
        await cases.claim(desk.session, municipality=desk.municipality, case=desk.case, user=int(foreign.id or 0))
    assert await events.of_case(desk.session, desk.keyring, municipality=elsewhere, case=desk.case) == []
    assert await desk.stands() == ("waiting", None, False)


async def test_a_page_of_yesterday_changes_nothing(desk: Desk) -> None:
    await desk.claim(desk.anna)
    with pytest.raises(StaleError):
        await cases.close(desk.session, **desk.by(desk.anna, revision=1))
    await cases.close(desk.session, **desk.by(desk.anna, revision=2))
    with pytest.raises(StaleError):
        await cases.close(desk.session, **desk.by(desk.anna))
    with pytest.raises(StaleError):
        await desk.claim(desk.bela)


async def test_everything_is_not_found_once_the_person_has_deleted_it(desk: Desk) -> None:
    await desk.claim(desk.anna)
    assert not await personal_data.erased(desk.session, municipality=desk.municipality, case=desk.case)
    told = await desk.news()
    await personal_data.erase(desk.session, person=desk.person)
    for verb in (cases.release, cases.take_over, cases.close, cases.reopen, cases.return_bot):
        with pytest.raises(NotFoundError):
            await verb(desk.session, **desk.by(desk.anna))
    with pytest.raises(NotFoundError):
        await desk.claim(desk.bela)
    with pytest.raises(NotFoundError):
        await notes.add(desk.session, desk.keyring, municipality=desk.municipality, case=desk.case, user=desk.anna, text="x")
    assert await desk.news() == told + 1
    assert await personal_data.erased(desk.session, municipality=desk.municipality, case=desk.case)
    assert not await personal_data.erased(desk.session, municipality=desk.municipality + 1, case=desk.case)


async def test_one_open_case_whose_urgency_only_rises_and_whose_danger_stays(desk: Desk) -> None:
    who, _ = await person(desk.session, municipality=desk.municipality)
    same: dict[str, Any] = {"municipality": desk.municipality, "person": who, "language": "ti"}
    asked = Card(question="ሰብ ክዛረብ ደልየ", question_language="ti", filled={"level": "A1"}, articles=("courses/literacy",))
    first = await cases.open_case(desk.session, desk.keyring, **same, reason="asked", card=asked, topic="courses/literacy", now=NOW)
    danger = Card(danger="crisis_child")
    second = await cases.open_case(desk.session, desk.keyring, **same, reason="safety", urgent=True, card=danger, now=LATER)
    third = await cases.open_case(
        desk.session, desk.keyring, **same, reason="unsure", card=Card(question="?", wishes=("woman",)), now=LATER
    )
    assert (first.new, second, third.new) == (True, cases.Opened(case=first.case, new=False), False)
    row = (await desk.session.scalars(select(Case).where(col(Case.id) == first.case).execution_options(populate_existing=True))).one()
    told = card.open_(desk.keyring, row.sealed_card)
    assert (row.reason, row.urgent, row.topic, row.waiting_since, row.state) == ("safety", True, "courses/literacy", NOW, "waiting")
    assert told == Card(question="?", filled={"level": "A1"}, articles=["courses/literacy"], danger="crisis_child", wishes=["woman"])
