"""What was accepted and not yet applied: storing it once, and handing a person's mail to exactly one process at a time.

A lease on the address, not on the message, keeps one person's messages in order across processes. Applying them is in `apply`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Select, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import codec
from dialogs.model import Inbound, Standing
from store.crypto import Keyring, blind_index
from store.errors import SealError
from store.statements import insert_new, table_of
from store.tables import Address, Conversation, Inbox, Municipality, Person
from store.types import utcnow

LEASE = timedelta(seconds=10)
SWEEP_LIMIT = 200

log = structlog.get_logger(__name__)

addresses, inbox = table_of(Address), table_of(Inbox)
people, conversations, municipalities = table_of(Person), table_of(Conversation), table_of(Municipality)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What the statements of one process need: its name, the keys, and the key of the blind index."""

    owner: str
    keyring: Keyring
    index_key: bytes

    def blind(self, channel: str, address: str) -> bytes:
        """The blind index of an address."""
        return blind_index(self.index_key, channel, address)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """The next message of one address, with the standing of its conversation before it (`person` 0: nobody yet)."""

    inbox_id: int
    address_id: int
    inbound: Inbound
    standing: Standing


async def accept(session: AsyncSession, desk: Desk, inbounds: Sequence[Inbound]) -> tuple[list[int], list[int]]:
    """Store messages once (by channel and external id). Returns all their address ids, and those leased to this process just now."""
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
    result = await session.execute(select(addresses.c.blind, addresses.c.id).where(addresses.c.blind.in_(list(blinds))))
    return {row.blind: row.id for row in result}


async def lease(session: AsyncSession, desk: Desk, ids: Sequence[int]) -> list[int]:
    """Take those addresses that have waiting mail and that no other process works on; returns them."""
    now = utcnow()
    free = or_(addresses.c.inbox_owner.is_(None), addresses.c.inbox_until < now)
    mail = exists().where(inbox.c.address_id == addresses.c.id, inbox.c.applied_at.is_(None))
    taken = update(addresses).where(addresses.c.id.in_(ids), free, mail).values(inbox_owner=desk.owner, inbox_until=now + LEASE)
    return list(await session.scalars(taken.returning(addresses.c.id)))


async def sweep(session: AsyncSession, desk: Desk) -> list[int]:
    """Take addresses whose accepted messages nobody works on: after a crash, or when two processes just missed each other."""
    waiting = _waiting().distinct().limit(SWEEP_LIMIT)
    return await lease(session, desk, list(await session.scalars(waiting)))


def _waiting() -> Select[Any]:
    now = utcnow()
    free = or_(addresses.c.inbox_owner.is_(None), addresses.c.inbox_until < now)
    joined = inbox.join(addresses, addresses.c.id == inbox.c.address_id)
    return select(inbox.c.address_id).select_from(joined).where(inbox.c.applied_at.is_(None), free)


async def next_mail(session: AsyncSession, desk: Desk, ids: Sequence[int]) -> list[Mail]:
    """The oldest waiting message of each address, with the standing of its conversation."""
    first = (
        select(func.min(inbox.c.id)).where(inbox.c.applied_at.is_(None), inbox.c.address_id.in_(ids)).group_by(inbox.c.address_id)
    ).scalar_subquery()
    columns = (
        inbox.c.id, inbox.c.address_id, inbox.c.sealed_payload, addresses.c.person_id,
        people.c.language, municipalities.c.slug, conversations.c.dialog, conversations.c.sealed_state, conversations.c.held_by_case,
        addresses.c.channel, addresses.c.sealed_external,
    )  # fmt: skip
    joined = (
        inbox.join(addresses, addresses.c.id == inbox.c.address_id)
        .outerjoin(people, people.c.id == addresses.c.person_id)
        .outerjoin(municipalities, municipalities.c.id == people.c.municipality_id)
        .outerjoin(conversations, conversations.c.person_id == people.c.id)
    )
    rows = await session.execute(select(*columns).select_from(joined).where(inbox.c.id.in_(first)).order_by(inbox.c.id))
    return [_mail(desk.keyring, row) for row in rows]


def _mail(keyring: Keyring, row: Any) -> Mail:
    try:
        inbound, state = codec.open_inbound(keyring, row.sealed_payload), codec.open_state(keyring, row.sealed_state)
    except (SealError, ValueError, TypeError):
        # A damaged row must not stop the others: the person is asked to write again.
        log.exception("a stored message cannot be read", channel=row.channel)
        inbound, state = _unreadable(keyring, row), {}
    standing = Standing(
        person=row.person_id or 0,
        language=row.language,
        municipality=row.slug,
        dialog=row.dialog,
        state=state,
        held_by_case=row.held_by_case,
    )
    return Mail(inbox_id=row.id, address_id=row.address_id, inbound=inbound, standing=standing)


def _unreadable(keyring: Keyring, row: Any) -> Inbound:
    address = keyring.open(row.sealed_external, purpose=codec.ADDRESS)
    return Inbound(channel=row.channel, address=address, external_id=str(row.id), sent_at=utcnow(), kind="other")


async def hold(session: AsyncSession, desk: Desk, mails: Sequence[Mail]) -> list[Mail]:
    """Renew the leases at the beginning of the transaction that applies mail; returns what is still ours and still waits.

    The addresses' rows are locked from here on, so no other process can apply the same message meanwhile.
    """
    ids = sorted(mail.address_id for mail in mails)
    ours = update(addresses).where(addresses.c.id.in_(ids), addresses.c.inbox_owner == desk.owner)
    held = set(await session.scalars(ours.values(inbox_until=utcnow() + LEASE).returning(addresses.c.id)))
    open_ = select(inbox.c.id).where(inbox.c.id.in_([mail.inbox_id for mail in mails]), inbox.c.applied_at.is_(None))
    waiting = set(await session.scalars(open_))
    return [mail for mail in mails if mail.address_id in held and mail.inbox_id in waiting]


async def release(session: AsyncSession, desk: Desk, ids: Sequence[int]) -> set[int]:
    """Give back addresses without waiting mail; returns those that have more and stay ours."""
    more = exists().where(inbox.c.address_id == addresses.c.id, inbox.c.applied_at.is_(None))
    ours = (addresses.c.id.in_(ids), addresses.c.inbox_owner == desk.owner)
    await session.execute(update(addresses).where(*ours, ~more).values(inbox_owner=None))
    return set(await session.scalars(select(addresses.c.id).where(*ours)))


async def free_all(session: AsyncSession) -> None:
    """Give back every lease: on SQLite the one process that starts knows that nobody else works."""
    await session.execute(update(addresses).where(addresses.c.inbox_owner.is_not(None)).values(inbox_owner=None))
    await session.execute(update(addresses).where(addresses.c.outbox_owner.is_not(None)).values(outbox_owner=None))
