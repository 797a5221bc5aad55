"""Applies accepted messages: one transaction for a round of people, each with one message. What is said is decided in `dialogs.engine`.

A message is applied exactly once: the inbox row is marked in the same transaction as everything that the message causes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import codec
from bot.codec import Outgoing
from bot.inbox import Desk, Mail, addresses, cases, conversations, padded, people
from bot.outbox import Parcel, Posting, post, silence
from bot.speaking import line, messages
from dialogs import engine
from dialogs.model import Inbound, Move, Reply, Town, Traits, Turn
from handoff import personal_data, relay
from knowledge.courses.shelf import Shelf
from knowledge.local.shelf import LocalShelf
from knowledge.model import Knowledge
from knowledge.pages.switches import Switches, without
from locales import registry
from nlu.model import Match
from scheduler import changes
from store.types import utcnow

# How exactly the last contact of a person is known: it decides after weeks that somebody was silent for long.
SEEN_WITHIN = timedelta(hours=1)

# Built once, as in `inbox`.
_MOVED = update(conversations).where(conversations.c.person_id == bindparam("who"))
# A line belongs to the case that was open before, or that was opened by this very message (see `inbox` for the literal).
_OPENED = select(func.max(cases.c.id)).where(cases.c.person_id == bindparam("whose"), text("cases.state <> 'closed'")).scalar_subquery()
_LINES = insert(messages).values(case_id=func.coalesce(bindparam("known_case"), _OPENED))
_GOES = select(people.c.id).where(people.c.id == bindparam("who")).with_for_update()
_SEEN = update(people).where(people.c.id.in_(bindparam("ids", expanding=True))).values(seen_at=bindparam("now"))


@dataclass(frozen=True, kw_only=True)
class World:
    """What a turn may know besides its message: the knowledge, the towns, the channels' traits, the courses, what is switched off where.

    `knowledge` is the common one; what a person may read is `known_in` their town.
    """

    knowledge: Knowledge
    towns: Mapping[str, Town]
    traits: Mapping[str, Traits]
    courses: Shelf = field(default_factory=Shelf)
    switches: Switches = field(default_factory=Switches)

    @cached_property
    def local(self) -> LocalShelf:
        """The knowledge with what towns published."""
        return LocalShelf(self.knowledge)

    async def known_in(self, session: AsyncSession, municipality: str | None) -> Knowledge:
        """What people of a municipality (slug) may read."""
        town = self.towns.get(municipality or "")
        return await self.local.knowledge(session, town.id if town else None)


@dataclass(frozen=True, kw_only=True)
class Applied:
    """One message that was applied: its move, and what to deliver."""

    mail: Mail
    move: Move


async def ensure_people(session: AsyncSession, mails: Sequence[Mail]) -> list[Mail]:
    """Make a person and a conversation for every address that has none."""
    result = []
    for mail in mails:
        if mail.standing.person:
            result.append(mail)
            continue
        now = utcnow()
        person = await session.scalar(insert(people).values(created_at=now, seen_at=now).returning(people.c.id))
        await session.execute(insert(conversations).values(person_id=person, updated_at=now))
        await session.execute(update(addresses).where(addresses.c.id == mail.address_id).values(person_id=person))
        result.append(replace(mail, standing=replace(mail.standing, person=person)))
    return result


async def take(session: AsyncSession, desk: Desk, world: World, mail: Mail, match: Match | None) -> Applied:
    """One turn: what Lotse says to this message and where the conversation stands then."""
    if mail.inbound.kind == "blocked":
        return Applied(mail=mail, move=Move(dialog=mail.standing.dialog, state=mail.standing.state))
    off = world.switches.of(mail.standing.municipality)
    turn = Turn(
        inbound=replace(mail.inbound, language_hint=registry.match(mail.inbound.language_hint)),
        standing=mail.standing,
        knowledge=without(await world.known_in(session, mail.standing.municipality), off),
        hidden=off.articles,
        towns=world.towns,
        traits=world.traits[mail.inbound.channel],
        session=session,
        services=desk,
        courses=world.courses,
        match=match,
    )
    return Applied(mail=mail, move=await engine.step(turn))


async def write(session: AsyncSession, desk: Desk, world: World, round_: Sequence[Applied]) -> list[Parcel]:
    """Store everything that a round caused; returns the parcels that this process delivers at once."""
    await _tell_advisers(session, round_)
    await _write_conversations(session, desk, world, round_)
    await _write_history(session, desk, world, round_)
    for applied in round_:
        if applied.move.erase:
            await _erase(session, applied.mail.standing.person)
    parcels = await _write_outbox(session, desk, world, round_)
    await _silence(session, round_)
    if any(applied.move.erase for applied in round_):
        await personal_data.forget_addresses(session)
    return parcels


async def _tell_advisers(session: AsyncSession, round_: Sequence[Applied]) -> None:
    """Open cases hear that their person wrote."""
    for applied in round_:
        mail = applied.mail
        if mail.case and _is_word(mail) and not applied.move.erase:
            await relay.heard(session, person=mail.standing.person, case=mail.case, now=utcnow())


def _is_word(mail: Mail) -> bool:
    """Whether this is meant for a human too: buttons and commands are for the program."""
    if mail.inbound.kind == "text":
        return engine.to_understand(mail.inbound, mail.standing) is not None
    return mail.inbound.kind in {"voice", "photo", "file"}


async def _erase(session: AsyncSession, person: int) -> None:
    """Delete a person. What an adviser is just saying to them is committed before, and goes too."""
    await personal_data.lock(session, person=person)
    await session.execute(_GOES, {"who": person})
    await changes.forget(session, person=person, now=utcnow())
    await personal_data.erase(session, person=person)


async def _write_conversations(session: AsyncSession, desk: Desk, world: World, round_: Sequence[Applied]) -> None:
    # In the order of people: another process may work on other addresses of the same ones.
    kept = sorted((applied for applied in round_ if not applied.move.erase), key=lambda applied: applied.mail.standing.person)
    now = utcnow()
    rows = [
        {
            "who": applied.mail.standing.person,
            "dialog": applied.move.dialog,
            "sealed_state": codec.seal_state(desk.keyring, applied.move.state, _votes(applied)),
            "updated_at": now,
        }
        for applied in kept
        if applied.mail.damaged or _moved(applied)
    ]
    if rows:
        await (await session.connection()).execute(_MOVED, rows)
    for applied in kept:
        if applied.move.language or applied.move.municipality:
            await _write_person(session, world, applied)
    seen = [applied.mail.standing.person for applied in kept if applied.mail.seen_at and applied.mail.seen_at < now - SEEN_WITHIN]
    if seen:
        await session.execute(_SEEN, {"ids": padded(seen), "now": now})


def _moved(applied: Applied) -> bool:
    """Whether the conversation stands elsewhere than before; most presses in menus leave it where it was."""
    before, after = applied.mail.standing, applied.move
    return (after.dialog, dict(after.state), _votes(applied)) != (before.dialog, dict(before.state), before.votes)


def _votes(applied: Applied) -> Mapping[str, int]:
    """What was said lately of answers, after the move."""
    return applied.mail.standing.votes if applied.move.votes is None else applied.move.votes


async def _write_person(session: AsyncSession, world: World, applied: Applied) -> None:
    values: dict[str, Any] = {}
    if applied.move.language:
        values["language"] = applied.move.language
    if applied.move.municipality:
        values["municipality_id"] = world.towns[applied.move.municipality].id
    await session.execute(update(people).where(people.c.id == applied.mail.standing.person).values(values))


async def _write_history(session: AsyncSession, desk: Desk, world: World, round_: Sequence[Applied]) -> None:
    rows: list[dict[str, Any]] = []
    for applied in round_:
        if applied.move.erase:
            continue
        keeps = world.traits[applied.mail.inbound.channel].keeps_history
        if keeps:
            await _forget_screen(session, applied)
        rows += _history(desk, applied, keeps_screens=keeps)
    if rows:
        await session.execute(_LINES, rows)


async def _forget_screen(session: AsyncSession, applied: Applied) -> None:
    """A menu that is replaced by the next one leaves the history."""
    screen = applied.mail.inbound.screen or ""
    if _edited(applied) and screen.isascii() and screen.isdigit():
        mine = (messages.c.id == int(screen), messages.c.person_id == applied.mail.standing.person, messages.c.screen)
        await session.execute(delete(messages).where(*mine))


def _history(desk: Desk, applied: Applied, *, keeps_screens: bool) -> list[dict[str, Any]]:
    """The lines of the history: what the person typed (never in danger), what Lotse said."""
    mail, move = applied.mail, applied.move
    lines: list[tuple[bool, bool, dict[str, Any]]] = []
    in_danger = any(reply.urgent for reply in move.replies)
    if mail.inbound.kind == "text" and not in_danger:
        lines.append((True, False, {"text": mail.inbound.text}))
    lines += [(False, reply.screen, codec.reply_to_json(reply)) for reply in move.replies if keeps_screens or not reply.screen]
    about: dict[str, Any] = {"person": mail.standing.person, "now": utcnow(), "known_case": mail.case, "whose": mail.standing.person}
    return [
        line(desk, payload=payload, incoming=incoming, screen=screen, position=position, **about)
        for position, (incoming, screen, payload) in enumerate(lines)
    ]


def _edited(applied: Applied) -> bool:
    """Whether the first reply takes the place of the menu whose button was pressed."""
    replies = applied.move.replies
    return bool(applied.mail.inbound.screen and replies and replies[0].screen)


def _parcels(applied: Applied) -> list[Outgoing]:
    inbound: Inbound = applied.mail.inbound
    replies = applied.move.replies or ((Reply(text="", language="de"),) if inbound.press else ())
    last = len(replies) - 1
    return [
        Outgoing(
            reply=reply,
            edit=inbound.screen if position == 0 and _edited(applied) else None,
            press=inbound.press if position == 0 else None,
            leave=inbound.kind == "group" and position == last,
        )
        for position, reply in enumerate(replies)
    ]


async def _write_outbox(session: AsyncSession, desk: Desk, world: World, round_: Sequence[Applied]) -> list[Parcel]:
    """Outbox rows for channels that push; the delivery leases of free addresses are taken in the same breath."""
    return await post(
        session,
        desk,
        [
            Posting(
                address_id=applied.mail.address_id,
                channel=applied.mail.inbound.channel,
                external=applied.mail.inbound.address,
                outgoing=item,
            )
            for applied in round_
            if not world.traits[applied.mail.inbound.channel].keeps_history
            for item in _parcels(applied)
        ],
    )


async def _silence(session: AsyncSession, round_: Sequence[Applied]) -> None:
    """Who blocked the bot gets nothing any more, not even what waits."""
    blocked = [applied.mail.address_id for applied in round_ if applied.mail.inbound.kind == "blocked"]
    if blocked:
        await silence(session, blocked)
