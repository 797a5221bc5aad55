"""What was accepted and not yet applied: storing it once, and handing a person's mail to exactly one process at a time.

A lease on the address, not on the message, keeps one person's messages in order across processes. Applying them is in `apply`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, case, exists, func, null, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import codec
from dialogs.model import Inbound, Standing
from store.crypto import Keyring, blind_index
from store.errors import SealError
from store.statements import insert_new, table_of
from store.tables import Address, Case, Conversation, Inbox, Municipality, Person
from store.types import utcnow

LEASE = timedelta(seconds=10)
SWEEP_LIMIT = 200

_V = TypeVar("_V")
log = structlog.get_logger(__name__)

addresses, inbox = table_of(Address), table_of(Inbox)
people, conversations, municipalities = table_of(Person), table_of(Conversation), table_of(Municipality)
cases = table_of(Case)

# The statements of the hot path are built once: building one costs more than SQLite takes to carry it out.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_NOW: BindParameter[Any] = bindparam("now")
_OURS = and_(addresses.c.id.in_(_IDS), addresses.c.inbox_owner == bindparam("me"))
_FREE = or_(addresses.c.inbox_owner.is_(None), addresses.c.inbox_until < _NOW)


def waits() -> ColumnElement[bool]:
    """A message of the address is not applied yet."""
    return exists().where(inbox.c.address_id == addresses.c.id, inbox.c.applied_at.is_(None))


# Locks are taken in the order of ids, so that two processes (PostgreSQL) never wait for each other in a circle.
# They leave room for a row that only refers to an address: who writes one must not wait for those who work on its mail.
_KNOWN = (
    select(addresses.c.blind, addresses.c.id).where(addresses.c.blind.in_(_IDS)).order_by(addresses.c.id).with_for_update(key_share=True)
)
_LOCK = select(addresses.c.id).where(addresses.c.id.in_(_IDS)).order_by(addresses.c.id).with_for_update(key_share=True)
_LEASE = (
    update(addresses)
    .where(addresses.c.id.in_(_IDS), _FREE, waits())
    .values(inbox_owner=bindparam("me"), inbox_until=bindparam("until"))
    .returning(addresses.c.id)
)
_WAITING = (
    select(inbox.c.address_id)
    .select_from(inbox.join(addresses, addresses.c.id == inbox.c.address_id))
    .where(inbox.c.applied_at.is_(None), _FREE)
    .distinct()
    .limit(SWEEP_LIMIT)
)
_FIRST = select(func.min(inbox.c.id)).where(inbox.c.applied_at.is_(None), inbox.c.address_id.in_(_IDS)).group_by(inbox.c.address_id)
_NEXT = (
    select(
        inbox.c.id, inbox.c.address_id, inbox.c.sealed_payload, addresses.c.person_id,
        people.c.language, people.c.seen_at, municipalities.c.slug,
        conversations.c.dialog, conversations.c.sealed_state, conversations.c.held_by_case,
        addresses.c.channel, addresses.c.sealed_external,
    )
    .select_from(
        inbox.join(addresses, addresses.c.id == inbox.c.address_id)
        .outerjoin(people, people.c.id == addresses.c.person_id)
        .outerjoin(municipalities, municipalities.c.id == people.c.municipality_id)
        .outerjoin(conversations, conversations.c.person_id == people.c.id)
    )
    .where(inbox.c.id.in_(_FIRST.scalar_subquery()))
    .order_by(inbox.c.id)
)  # fmt: skip
# The case that holds the conversation, or else the newest open one. As text: SQLAlchemy leaves out the tables' names in SQLite's RETURNING,
# so that columns of the same name would be compared with themselves; and a literal state, so that the partial index serves.
_HOLDING = select(conversations.c.held_by_case).where(text("conversations.person_id = addresses.person_id"))
_NEWEST = select(func.max(cases.c.id)).where(text("cases.person_id = addresses.person_id AND cases.state <> 'closed'"))
_CASE = func.coalesce(_HOLDING.scalar_subquery(), _NEWEST.scalar_subquery())
_HOLD = (
    update(addresses)
    .where(_OURS, addresses.c.id.in_(_LOCK.scalar_subquery()))
    .values(inbox_until=bindparam("until"), unreachable=False)
    .returning(addresses.c.id, _CASE.label("case_id"))
)
# Locked in the order in which everybody locks: addresses, cases, conversations.
_LOCK_CASES = select(cases.c.id).where(cases.c.id.in_(_IDS)).order_by(cases.c.id).with_for_update(key_share=True)
_HELD = select(conversations.c.person_id, conversations.c.held_by_case).where(conversations.c.person_id.in_(_IDS))
_MARK = (
    update(inbox)
    .where(inbox.c.id.in_(_IDS), inbox.c.applied_at.is_(None))
    .values(applied_at=_NOW, sealed_payload=null())
    .returning(inbox.c.id)
)
_RELEASE = (
    update(addresses)
    .where(_OURS)
    .values(inbox_owner=case((waits(), addresses.c.inbox_owner)))
    .returning(addresses.c.id, addresses.c.inbox_owner)
)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What the statements of one process need: its name, the keys, the key of the blind index; and the public address for links."""

    owner: str
    keyring: Keyring
    index_key: bytes
    base_url: str = ""

    def blind(self, channel: str, address: str) -> bytes:
        """The blind index of an address."""
        return blind_index(self.index_key, channel, address)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """The next message of one address, with the standing of its conversation before it (`person` 0: nobody yet).

    `damaged` says that what is stored could not be read, so the standing is not what is stored. `case` is the person's open case.
    """

    inbox_id: int
    address_id: int
    inbound: Inbound
    standing: Standing
    seen_at: datetime | None = None
    damaged: bool = False
    case: int | None = None


def padded(values: Iterable[_V]) -> list[_V]:
    """A list for IN, its last value repeated up to a power of two: each other length would be another statement to prepare (PostgreSQL)."""
    found = list(values)
    return found + found[-1:] * ((1 << max(len(found) - 1, 0).bit_length()) - len(found))


async def accept(session: AsyncSession, desk: Desk, inbounds: Sequence[Inbound]) -> tuple[list[int], list[int]]:
    """Store messages once (by channel and external id). Returns all their address ids, and those leased to this process just now.

    The addresses are locked first: a process that gives one back at this moment either sees the new message or is done before.
    """
    ids = await _addresses(session, desk, inbounds)
    now = utcnow()
    rows = [
        {
            "channel": inbound.channel,
            "external_id": inbound.external_id,
            "address_id": ids[desk.blind(inbound.channel, inbound.address)],
            "sealed_payload": codec.seal_inbound(desk.keyring, inbound),
            "accepted_at": now,
        }
        for inbound in inbounds
    ]
    await insert_new(session, Inbox, rows)
    every = sorted(set(ids.values()))
    return every, await lease(session, desk, every)


async def _addresses(session: AsyncSession, desk: Desk, inbounds: Sequence[Inbound]) -> dict[bytes, int]:
    """The ids of the messages' addresses by blind index; unknown addresses are made."""
    wanted = {desk.blind(inbound.channel, inbound.address): inbound for inbound in inbounds}
    found = await _known(session, wanted)
    missing = sorted(wanted.keys() - found.keys())
    if not missing:
        return found
    rows = [
        {
            "channel": wanted[blind].channel,
            "blind": blind,
            "sealed_external": desk.keyring.seal(wanted[blind].address, purpose=codec.ADDRESS),
            "unreachable": False,
        }
        for blind in missing
    ]
    await insert_new(session, Address, rows)
    return found | await _known(session, missing)


async def _known(session: AsyncSession, blinds: Iterable[bytes]) -> dict[bytes, int]:
    result = await session.execute(_KNOWN, {"ids": padded(blinds)})
    return {row.blind: row.id for row in result}


async def lock(session: AsyncSession, ids: Sequence[int]) -> None:
    """Wait until no other transaction changes these addresses; the next statement sees what it did. On SQLite nobody else writes."""
    if ids and session.get_bind().dialect.name != "sqlite":
        await session.execute(_LOCK, {"ids": padded(ids)})


async def lease(session: AsyncSession, desk: Desk, ids: Sequence[int]) -> list[int]:
    """Take those addresses that have waiting mail and that no other process works on; returns them."""
    now = utcnow()
    return list(await session.scalars(_LEASE, {"ids": padded(ids), "now": now, "me": desk.owner, "until": now + LEASE}))


async def sweep(session: AsyncSession, desk: Desk) -> list[int]:
    """Take addresses whose accepted messages nobody works on: after a crash, or when two processes just missed each other."""
    waiting = list(await session.scalars(_WAITING, {"now": utcnow()}))
    await lock(session, waiting)
    return await lease(session, desk, waiting) if waiting else []


async def next_mail(session: AsyncSession, desk: Desk, ids: Sequence[int]) -> list[Mail]:
    """The oldest waiting message of each address, with the standing of its conversation."""
    rows = await session.execute(_NEXT, {"ids": padded(ids)})
    return [_mail(desk.keyring, row) for row in rows]


def _mail(keyring: Keyring, row: Any) -> Mail:
    damaged = False
    try:
        inbound, (state, votes) = codec.open_inbound(keyring, row.sealed_payload), codec.open_state(keyring, row.sealed_state)
    except (SealError, ValueError, TypeError):
        # A damaged row must not stop the others: the person is asked to write again.
        log.exception("a stored message cannot be read", channel=row.channel)
        inbound, state, votes, damaged = _unreadable(keyring, row), {}, {}, True
    standing = Standing(
        person=row.person_id or 0,
        language=row.language,
        municipality=row.slug,
        dialog=row.dialog,
        state=state,
        held_by_case=row.held_by_case,
        votes=votes,
    )
    return Mail(inbox_id=row.id, address_id=row.address_id, inbound=inbound, standing=standing, seen_at=row.seen_at, damaged=damaged)


def _unreadable(keyring: Keyring, row: Any) -> Inbound:
    address = keyring.open(row.sealed_external, purpose=codec.ADDRESS)
    return Inbound(channel=row.channel, address=address, external_id=str(row.id), sent_at=utcnow(), kind="other")


async def hold(session: AsyncSession, desk: Desk, mails: Sequence[Mail]) -> list[Mail]:
    """Begin the transaction that applies mail: renew the leases, mark as applied what is still ours and still waits, and return that.

    The addresses' rows are locked from here on, so no other process can apply the same message meanwhile; who writes is reachable again.
    What the messages said is forgotten with the mark; the key stays, so that a repetition is recognised. Whether a human has the word is
    read anew: an adviser may have taken the case since. From here on nobody takes it or gives it back before this transaction ends.
    """
    now = utcnow()
    ids = sorted(mail.address_id for mail in mails)
    rows = await session.execute(_HOLD, {"ids": padded(ids), "me": desk.owner, "until": now + LEASE})
    held = {row.id: row.case_id for row in rows}
    ours = [mail.inbox_id for mail in mails if mail.address_id in held]
    marked = set(await session.scalars(_MARK, {"ids": padded(ours), "now": now})) if ours else set()
    return await _with_cases(session, [replace(mail, case=held[mail.address_id]) for mail in mails if mail.inbox_id in marked])


async def _with_cases(session: AsyncSession, mails: list[Mail]) -> list[Mail]:
    """Lock the cases of those who have one, and read again who has the word there."""
    open_ = sorted({mail.case for mail in mails if mail.case})
    if not open_:
        return [_held(mail, {}) if mail.standing.held_by_case else mail for mail in mails]
    await session.execute(_LOCK_CASES, {"ids": padded(open_)})
    whose = sorted({mail.standing.person for mail in mails if mail.case})
    by = {row.person_id: row.held_by_case for row in await session.execute(_HELD, {"ids": padded(whose)})}
    return [_held(mail, by) for mail in mails]


def _held(mail: Mail, by: Mapping[int, int | None]) -> Mail:
    return replace(mail, standing=replace(mail.standing, held_by_case=by.get(mail.standing.person)))


async def release(session: AsyncSession, desk: Desk, ids: Sequence[int]) -> set[int]:
    """Give back addresses without waiting mail; returns those that have more and stay ours."""
    rows = await session.execute(_RELEASE, {"ids": padded(ids), "me": desk.owner})
    return {row.id for row in rows if row.inbox_owner}


async def free_all(session: AsyncSession) -> None:
    """Give back every lease: on SQLite the one process that starts knows that nobody else works."""
    await session.execute(update(addresses).where(addresses.c.inbox_owner.is_not(None)).values(inbox_owner=None))
    await session.execute(update(addresses).where(addresses.c.outbox_owner.is_not(None)).values(outbox_owner=None))
