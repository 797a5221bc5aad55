"""Advisers and cases for tests, written straight into the tables, by no rule: `place`, `staff`, `person_with_case`, `message`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from handoff import card as cards
from handoff.card import Card
from store.crypto import Keyring, blind_index
from store.scheduling import Site
from store.tables import Address, Case, Conversation, Message, Municipality, Person, User
from store.types import utcnow

_EXTERNALS = count(7_000_000)
PASSWORD = "ein-langes-Testpasswort-31"  # noqa: S105 - for users of tests


@dataclass(frozen=True, kw_only=True)
class Open:
    """The ids of a person and their case."""

    municipality: int
    person: int
    case: int
    address: int


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a case is like besides its person."""

    reason: str = "asked"
    urgent: bool = False
    topic: str | None = None
    state: str = "waiting"
    owner: int | None = None
    held: bool | None = None
    waiting: timedelta | None = timedelta(minutes=5)
    follow_up_at: datetime | None = None
    card: Card = field(default_factory=lambda: Card(question="Where is the office?", question_language="en"))


async def place(session: AsyncSession, *, slug: str = "testort", land: str = "RP") -> int:
    """A staffed municipality in Berlin's time zone, made once; returns its id."""
    found = await session.scalar(select(col(Municipality.id)).where(col(Municipality.slug) == slug))
    if found is not None:
        return int(found)
    made = Municipality(slug=slug, name=slug.title(), staffed=True)
    session.add(made)
    await session.flush()
    session.add(Site(municipality_id=int(made.id or 0), land=land))
    await session.flush()
    return int(made.id or 0)


async def staff(
    session: AsyncSession,
    *,
    municipality: int,
    names: Sequence[str] = ("Anna Adler", "Bela Bach", "Cem Can"),
    role: str = "adviser",
    **more: Any,
) -> list[User]:
    """Active colleagues of one role; `more` are columns of all of them (languages, topics, office_id …)."""
    users = [
        User(municipality_id=municipality, email=f"{name.lower().replace(' ', '.')}@m{municipality}.test", name=name, role=role, **more)
        for name in names
    ]
    session.add_all(users)
    await session.flush()
    return users


async def person(
    session: AsyncSession,
    *,
    municipality: int | None,
    language: str = "en",
    channel: str = "telegram",
    external: str | None = None,
    keyring: Keyring | None = None,
    index_key: bytes = b"i" * 32,
) -> tuple[int, int]:
    """Somebody with a conversation and an address at which they are reached; returns the ids of person and address."""
    who = Person(language=language, municipality_id=municipality)
    session.add(who)
    await session.flush()
    number = int(who.id or 0)
    # Not the person's id: SQLite gives that of the newest one again once they are deleted, while their address may still be there.
    external = external or str(next(_EXTERNALS))
    session.add(Conversation(person_id=number))
    sealed = (keyring or Keyring([b"k" * 32])).seal(external, purpose="address")
    address = Address(person_id=number, channel=channel, blind=blind_index(index_key, channel, external), sealed_external=sealed)
    session.add(address)
    await session.flush()
    return number, int(address.id or 0)


async def person_with_case(
    session: AsyncSession,
    *,
    municipality: int,
    language: str = "en",
    channel: str = "telegram",
    external: str | None = None,
    keyring: Keyring | None = None,
    index_key: bytes = b"i" * 32,
    known: Known | None = None,
    now: datetime | None = None,
) -> Open:
    """Somebody who waits for a human (or as `known` says); with an owner the program is silent, if `held` does not say otherwise."""
    like, at, keys = known or Known(), now or utcnow(), keyring or Keyring([b"k" * 32])
    who, address = await person(
        session, municipality=municipality, language=language, channel=channel, external=external, keyring=keys, index_key=index_key
    )
    case = Case(
        municipality_id=municipality,
        person_id=who,
        reason=like.reason,
        urgent=like.urgent,
        topic=like.topic,
        language=language,
        sealed_card=cards.seal(keys, like.card),
        state="claimed" if like.owner and like.state == "waiting" else like.state,
        owner_id=like.owner,
        opened_at=at - (like.waiting or timedelta()),
        waiting_since=None if like.waiting is None else at - like.waiting,
        follow_up_at=like.follow_up_at,
        closed_at=at if like.state == "closed" else None,
    )
    session.add(case)
    await session.flush()
    number = int(case.id or 0)
    if like.held if like.held is not None else (like.owner and like.state in {"waiting", "claimed", "answered"}):
        conversation = await session.get(Conversation, who)
        assert conversation is not None
        conversation.held_by_case = number
        await session.flush()
    return Open(municipality=municipality, person=who, case=number, address=address)


async def message(
    session: AsyncSession,
    keyring: Keyring,
    *,
    person: int,
    text: str,
    case: int | None = None,
    author: int | None = None,
    incoming: bool = True,
    at: datetime | None = None,
    **more: Any,
) -> int:
    """A line of the history; with an `author` it is an adviser's. Returns its id."""
    when = at or utcnow()
    line = Message(
        person_id=person,
        version=int(when.timestamp() * 1_000_000),
        incoming=incoming and author is None,
        sealed_payload=keyring.seal(json.dumps({"text": text}, ensure_ascii=False), purpose="message"),
        case_id=case,
        author_id=author,
        created_at=when,
        **more,
    )
    session.add(line)
    await session.flush()
    return int(line.id or 0)
