"""Private links: one use, ten minutes, one at a time, nothing for who guesses; on both databases."""

import asyncio
import secrets
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from handoff import links, personal_data
from handoff.links import ExpiredLinkError, LinkError, UnknownLinkError, UsedLinkError
from store.database import Database
from store.desk import PrivateLink
from store.types import utcnow
from tests import cases

MINUTE = timedelta(minutes=1)


async def somebody(base: Database, *, language: str = "ti") -> int:
    async with base.write() as session:
        town = await cases.place(session)
        person, _ = await cases.person(session, municipality=town, language=language)
        return person


async def create(base: Database, person: int) -> str:
    async with base.write() as session:
        return await links.create(session, person=person, now=utcnow())


async def use(base: Database, token: str) -> int:
    async with base.write() as session:
        return await links.use(session, token=token, now=utcnow())


async def test_a_link_works_once(base: Database) -> None:
    person = await somebody(base)
    token = await create(base, person)
    assert len(token) == 43
    assert await use(base, token) == person
    with pytest.raises(UsedLinkError):
        await use(base, token)


async def test_looking_changes_nothing_and_says_whose_it_is(base: Database) -> None:
    person = await somebody(base)
    token = await create(base, person)
    for _ in range(3):
        async with base.read() as session:
            opens = await links.look(session, token=token, now=utcnow())
            assert (opens.person, opens.language) == (person, "ti")
    assert await use(base, token) == person


async def test_after_ten_minutes_it_opens_nothing(base: Database) -> None:
    token = await create(base, await somebody(base))
    async with base.write() as session:
        now = utcnow()
        await links.look(session, token=token, now=now + 10 * MINUTE - timedelta(seconds=2))
        with pytest.raises(ExpiredLinkError):
            await links.look(session, token=token, now=now + 10 * MINUTE)
        await session.execute(update(PrivateLink).values(expires_at=now - MINUTE))
    with pytest.raises(ExpiredLinkError):
        await use(base, token)


async def test_a_newer_link_takes_the_place_of_the_older(base: Database) -> None:
    person, other = await somebody(base), await somebody(base)
    first, foreign, second = await create(base, person), await create(base, other), await create(base, person)
    with pytest.raises(ExpiredLinkError):
        await use(base, first)
    assert await use(base, second) == person
    assert await use(base, foreign) == other


async def test_who_guesses_learns_nothing(base: Database) -> None:
    token = await create(base, await somebody(base))
    sentences = set()
    for forged in ("", "x", token[:-1], token + "A", secrets.token_urlsafe(32), "\ud800", "'; DROP TABLE private_links; --"):
        with pytest.raises(UnknownLinkError) as refused:
            await use(base, forged)
        sentences.add(str(refused.value))
    assert len(sentences) == 1
    await use(base, token)


async def test_of_two_who_open_it_at_once_one_wins(base: Database) -> None:
    token = await create(base, await somebody(base))
    results = await asyncio.gather(*(use(base, token) for _ in range(5)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["UsedLinkError"] * 4 + ["int"]


async def test_the_secret_is_not_stored(base: Database) -> None:
    token = await create(base, await somebody(base))
    async with base.read() as session:
        row = (await session.scalars(select(PrivateLink))).one()
    assert token.encode() not in row.blind
    assert len(row.blind) == 32


async def test_links_go_with_their_person(base: Database) -> None:
    person = await somebody(base)
    token = await create(base, person)
    async with base.write() as session:
        await personal_data.erase(session, person=person)
    with pytest.raises(UnknownLinkError):
        await use(base, token)


async def test_old_links_are_forgotten(base: Database) -> None:
    person = await somebody(base)
    await create(base, person)
    async with base.write() as session:
        await links.create(session, person=person, now=utcnow() + timedelta(days=2))
        assert len(list(await session.scalars(select(col(PrivateLink.id)).where(col(PrivateLink.person_id) == person)))) == 1


def test_each_refusal_has_its_own_words() -> None:
    assert len({kind.code for kind in (LinkError, UnknownLinkError, ExpiredLinkError, UsedLinkError)}) == 4
