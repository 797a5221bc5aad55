"""Advisers, the person and the program at one case at the same moment: one wins, nobody sees an error, nothing contradicts itself."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from handoff import cases, notes, personal_data, relay
from handoff.errors import HandoffError
from handoff.rows import By
from store import database
from store.crypto import Keyring
from store.database import Database
from store.tables import Case, Conversation
from store.types import utcnow
from tests.cases import Known, Open, message, person, person_with_case, place, staff
from tests.claiming import fair, race

RACES, ADVISERS = 60, 20
ROUNDS, AT_ONCE = 25, 16


@pytest.fixture
async def beside(database_url: str) -> AsyncIterator[Database]:
    """A second set of connections to the same database, as a second process has them."""
    opened = database.connect(database_url)
    yield opened
    await opened.close()


async def test_one_of_twenty_advisers_gets_the_case_and_the_others_read_who(base: Database, beside: Database) -> None:
    async with base.write() as session:
        municipality = await place(session)
        users = await staff(session, municipality=municipality, names=[f"Beraterin {number}" for number in range(ADVISERS)])
        made = [await person_with_case(session, municipality=municipality) for _ in range(RACES)]
    names = {int(user.id or 0): user.name for user in users}
    ended = [await race([base, beside], municipality=municipality, case=one.case, names=names) for one in made]
    assert [one for one in ended if not fair(one, names)] == []
    assert len(ended) == RACES


async def test_one_case_is_opened_however_often_it_is_asked_for_at_once(base: Database, beside: Database, keyring: Keyring) -> None:
    async with base.write() as session:
        municipality = await place(session)
        people = [(await person(session, municipality=municipality))[0] for _ in range(8)]

    async def ask(where: Database, who: int) -> cases.Opened:
        async with where.write() as session:
            return await cases.open_case(session, keyring, municipality=municipality, person=who, language="en", reason="asked")

    for who in people:
        opened = await asyncio.gather(*(ask(where, who) for where in (base, beside) * 4))
        assert sorted(one.new for one in opened) == [False] * 7 + [True]
        assert len({one.case for one in opened}) == 1
    async with base.read() as session:
        assert await session.scalar(select(func.count()).select_from(Case)) == len(people)


Deed = Callable[[AsyncSession], Awaitable[object]]


def deeds(one: Open, anna: int, bela: int, keyring: Keyring) -> list[Deed]:
    """What advisers, the person and the program may do to one case, each in the order of statements that pages and the bot have."""
    by, now = By(municipality=one.municipality, case=one.case, user=anna), utcnow()
    theirs = By(municipality=one.municipality, case=one.case, user=bela, lead=True)

    async def writes(session: AsyncSession) -> None:
        if await relay.heard(session, person=one.person, case=one.case, now=utcnow()):
            await message(session, keyring, person=one.person, text="hello", case=one.case)

    async def answers(session: AsyncSession) -> None:
        whom = await relay.before_answer(session, municipality=one.municipality, case=one.case, user=anna)
        reply = await message(session, keyring, person=whom.person, text="Hallo", case=one.case, author=anna)
        await relay.answered(session, municipality=one.municipality, case=one.case, user=anna, message=reply)

    return [
        writes,
        writes,
        answers,
        lambda session: cases.claim(session, municipality=one.municipality, case=one.case, user=anna),
        lambda session: cases.claim(session, municipality=one.municipality, case=one.case, user=bela),
        lambda session: cases.release(session, **by),
        lambda session: cases.pass_on(session, keyring, to=bela, note="bitte", **by),
        lambda session: cases.take_back(session, **by),
        lambda session: cases.take_over(session, **theirs),
        lambda session: cases.follow_up(session, keyring, until=now, message="?", **by),
        lambda session: cases.wake(session, keyring, municipality=one.municipality, case=one.case, now=now + timedelta(days=1)),
        lambda session: cases.return_bot(session, **by),
        lambda session: cases.pause_bot(session, **theirs),
        lambda session: cases.close(session, **theirs),
        lambda session: cases.reopen(session, **theirs),
        lambda session: cases.release_all_of(session, municipality=one.municipality, user=anna, by=bela),
        lambda session: notes.add(session, keyring, municipality=one.municipality, case=one.case, user=bela, text="@Anna schau"),
        lambda session: cases.open_case(
            session, keyring, municipality=one.municipality, person=one.person, language="en", reason="safety", urgent=True
        ),
    ]


async def attempt(base: Database, deed: Deed) -> str | None:
    """Do it in a transaction; a refusal is fine, anything else is an error."""
    try:
        async with base.write() as session:
            await deed(session)
    except HandoffError:
        return None
    except Exception as error:  # noqa: BLE001 - whatever it is, a page would show it as a failure
        return f"{type(error).__name__}: {error}"[:300]
    return None


async def test_whatever_happens_at_once_ends_without_error_and_without_contradiction(
    base: Database, beside: Database, keyring: Keyring
) -> None:
    chance = random.Random(4)  # noqa: S311 - the same rounds every time
    for _ in range(ROUNDS):
        async with base.write() as session:
            municipality = await place(session)
            anna, bela = (await staff(session, municipality=municipality, names=[f"{n} {chance.random()}" for n in ("Anna", "Bela")]))[:2]
            one = await person_with_case(session, municipality=municipality, known=Known(owner=int(anna.id or 0)))
        chosen = chance.choices(deeds(one, int(anna.id or 0), int(bela.id or 0), keyring), k=AT_ONCE)
        errors = await asyncio.gather(*(attempt(chance.choice([base, beside]), deed) for deed in chosen))
        assert [error for error in errors if error] == []
        await consistent(base, one)


async def consistent(base: Database, one: Open) -> None:
    """The program is silent only for an open case that somebody has; a case with nobody waits or sleeps; at most one is open."""
    async with base.read() as session:
        row = (await session.scalars(select(Case).where(col(Case.id) == one.case))).one()
        held = await session.scalar(select(col(Conversation.held_by_case)).where(col(Conversation.person_id) == one.person))
        left = (col(Case.person_id) == one.person, col(Case.state) != "closed")
        awake = list(await session.scalars(select(Case).where(*left)))
    assert len(awake) <= 1
    if held is not None:
        (holder,) = awake
        assert (holder.id, holder.owner_id is not None) == (held, True)
    for case in awake:
        assert case.state in ({"waiting", "follow_up"} if case.owner_id is None else {"claimed", "answered", "follow_up"})
        assert (case.follow_up_at is not None) >= (case.state == "follow_up")
    assert (row.closed_at is not None) == (row.state == "closed")


async def test_deleting_everything_in_the_middle_of_it_leaves_nothing_and_no_error(
    base: Database, beside: Database, keyring: Keyring
) -> None:
    chance = random.Random(5)  # noqa: S311 - the same rounds every time
    for number in range(ROUNDS):
        async with base.write() as session:
            municipality = await place(session)
            anna, bela = (await staff(session, municipality=municipality, names=[f"Anna {number}", f"Bela {number}"]))[:2]
            one = await person_with_case(session, municipality=municipality, known=Known(owner=int(anna.id or 0)))
        some: list[Deed] = [deed for deed in deeds(one, int(anna.id or 0), int(bela.id or 0), keyring)[:-1] if chance.random() < 0.5]
        some.insert(len(some) // 2, lambda session, who=one.person: personal_data.erase(session, person=who))  # type: ignore[misc]
        errors = await asyncio.gather(*(attempt(chance.choice([base, beside]), deed) for deed in some))
        assert [error for error in errors if error] == []
        async with base.read() as session:
            assert await session.scalar(select(func.count()).where(col(Case.id) == one.case)) == 0
            assert await session.scalar(select(func.count()).where(col(Conversation.person_id) == one.person)) == 0
