"""Words between person and adviser: who waits since when, what wakes nobody, what an answer ends, and what "a newer reply" is."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select
from sqlmodel import col

from handoff import cases, relay
from handoff.errors import NotFoundError, NotYoursError
from handoff.rows import By
from store.crypto import Keyring
from store.database import Database
from store.desk import News
from store.tables import Case, Conversation
from tests.cases import Known, Open, message, person_with_case, place, staff

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SOON = NOW + timedelta(minutes=10)


async def made(base: Database, known: Known | None = None) -> tuple[Open, int]:
    """A person with a case, which Anna holds if not `known` otherwise."""
    async with base.write() as session:
        municipality = await place(session)
        anna, *_ = await staff(session, municipality=municipality)
        user = int(anna.id or 0)
        like = known or Known(owner=user, state="answered", waiting=None)
        return await person_with_case(session, municipality=municipality, known=like, now=NOW), user


async def row(base: Database, one: Open) -> Case:
    async with base.read() as session:
        return (await session.scalars(select(Case).where(col(Case.id) == one.case))).one()


async def test_a_message_after_an_answer_makes_the_person_wait_again_once(base: Database) -> None:
    one, _ = await made(base)
    async with base.write() as session:
        assert await relay.heard(session, person=one.person, case=one.case, now=SOON)
    first = await row(base, one)
    assert (first.state, first.waiting_since, first.rung, first.rung_at, first.revision) == ("claimed", SOON, 0, SOON, 2)
    async with base.write() as session:
        assert await relay.heard(session, person=one.person, case=one.case, now=SOON + timedelta(hours=1))
    again = await row(base, one)
    assert (again.state, again.waiting_since, again.rung_at, again.revision) == ("claimed", SOON, SOON, 2)
    async with base.read() as session:
        kinds = list(await session.scalars(select(col(News.kind)).where(col(News.case_id) == one.case)))
    assert kinds == ["message", "message"]


async def test_a_message_costs_three_statements(base: Database) -> None:
    one, _ = await made(base)
    sent: list[str] = []
    async with base.write() as session:
        await session.connection()

        @event.listens_for(base.writer.sync_engine, "before_cursor_execute")
        def count(*args: object) -> None:
            sent.append(str(args[2]))

        await relay.heard(session, person=one.person, case=one.case, now=SOON)
        event.remove(base.writer.sync_engine, "before_cursor_execute", count)
    assert [statement.split()[0] for statement in sent] == ["UPDATE", "INSERT", "SELECT"]


async def test_thanks_does_not_wake_a_sleeping_case(base: Database, keyring: Keyring) -> None:
    one, anna = await made(base)
    until = NOW + timedelta(days=7)
    async with base.write() as session:
        await cases.follow_up(session, keyring, until=until, municipality=one.municipality, case=one.case, user=anna, now=NOW)
    async with base.write() as session:
        assert not await relay.heard(session, person=one.person, case=one.case, now=SOON), "the program answers"
    asleep = await row(base, one)
    assert (asleep.state, asleep.follow_up_at, asleep.waiting_since) == ("follow_up", until, None)


async def test_a_waiting_case_hears_and_the_program_goes_on(base: Database) -> None:
    one, _ = await made(base, Known())
    before = await row(base, one)
    async with base.write() as session:
        assert not await relay.heard(session, person=one.person, case=one.case, now=SOON)
    assert (await row(base, one)).waiting_since == before.waiting_since


async def test_nobody_waits_where_the_program_was_given_the_word(base: Database) -> None:
    one, _ = await made(base)
    async with base.write() as session:
        assert await cases.return_bot(session, municipality=one.municipality, case=one.case, user=None, lead=True, now=NOW) is False
        conversation = await session.get(Conversation, one.person)
        assert conversation is not None
        conversation.held_by_case = None
    async with base.write() as session:
        assert not await relay.heard(session, person=one.person, case=one.case, now=SOON)
    heard = await row(base, one)
    assert (heard.state, heard.waiting_since, heard.revision) == ("answered", None, 1)


@pytest.mark.parametrize("foreign", [True, False])
async def test_a_closed_case_and_somebody_else_are_not_heard(base: Database, *, foreign: bool) -> None:
    one, _ = await made(base, Known(state="waiting" if foreign else "closed"))
    other, _ = await made_again(base, one)
    async with base.write() as session:
        assert not await relay.heard(session, person=other.person if foreign else one.person, case=one.case, now=SOON)
    async with base.read() as session:
        assert list(await session.scalars(select(News))) == []


async def made_again(base: Database, one: Open) -> tuple[Open, int]:
    async with base.write() as session:
        return await person_with_case(session, municipality=one.municipality), 0


async def test_an_answer_ends_the_waiting_and_gives_the_adviser_the_word(base: Database, keyring: Keyring) -> None:
    one, anna = await made(base)
    async with base.write() as session:
        await relay.heard(session, person=one.person, case=one.case, now=SOON)
    async with base.write() as session:
        whom = await relay.before_answer(session, municipality=one.municipality, case=one.case, user=anna)
        reply = await message(session, keyring, person=whom.person, text="Ja.", case=one.case, author=anna)
        await relay.answered(session, municipality=one.municipality, case=one.case, user=anna, message=reply, now=SOON)
    after = await row(base, one)
    assert (after.state, after.waiting_since, after.answered_at, after.rung, after.rung_at) == ("answered", None, SOON, 0, None)
    async with base.read() as session:
        assert await relay.newer_reply(session, case=one.case, since_message=reply - 1)
        assert not await relay.newer_reply(session, case=one.case, since_message=reply)


async def test_an_answer_in_a_sleeping_case_leaves_its_date(base: Database, keyring: Keyring) -> None:
    one, anna = await made(base)
    until = NOW + timedelta(days=7)
    by = By(municipality=one.municipality, case=one.case, user=anna, now=NOW)
    async with base.write() as session:
        await cases.follow_up(session, keyring, until=until, **by)
        reply = await message(session, keyring, person=one.person, text="Noch etwas.", case=one.case, author=anna)
        await relay.answered(session, municipality=one.municipality, case=one.case, user=anna, message=reply, now=NOW)
    after = await row(base, one)
    assert (after.state, after.follow_up_at) == ("follow_up", until)
    async with base.write() as session:
        assert await relay.heard(session, person=one.person, case=one.case, now=SOON), "who wrote last has the word"


async def test_only_the_owner_answers(base: Database, keyring: Keyring) -> None:
    one, anna = await made(base)
    async with base.write() as session:
        (bela,) = await staff(session, municipality=one.municipality, names=["Bela Zwei"])
    for municipality, user, error in ((one.municipality, int(bela.id or 0), NotYoursError), (one.municipality + 1, anna, NotFoundError)):
        with pytest.raises(error):
            async with base.write() as session:
                await relay.before_answer(session, municipality=municipality, case=one.case, user=user)
        with pytest.raises(error):
            async with base.write() as session:
                reply = await message(session, keyring, person=one.person, text="x", case=one.case, author=user)
                await relay.answered(session, municipality=municipality, case=one.case, user=user, message=reply)
    async with base.read() as session:
        assert not await relay.newer_reply(session, case=one.case, since_message=0)
