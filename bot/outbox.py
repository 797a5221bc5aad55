"""What is still to deliver: taking over parcels that nobody delivers, recording what was sent. Sending itself is in `delivery`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import codec
from bot.codec import Outgoing
from bot.inbox import Desk, addresses, inbox
from store.statements import table_of
from store.tables import Outbox
from store.types import utcnow

LEASE = timedelta(seconds=15)
SWEEP_LIMIT = 200

outbox = table_of(Outbox)


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One row of the outbox, opened: what goes where, and since when it waits."""

    id: int
    address_id: int
    channel: str
    external: str
    outgoing: Outgoing
    created_at: datetime
    attempts: int = 0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a parcel: delivered (or given up), to be tried again at `due_at`, or the address is unreachable."""

    parcel: Parcel
    due_at: datetime | None = None
    unreachable: bool = False


async def sweep(session: AsyncSession, desk: Desk, channels: Sequence[str]) -> list[int]:
    """Take addresses of these channels with due parcels that no process delivers; returns their ids."""
    now = utcnow()
    free = or_(addresses.c.outbox_owner.is_(None), addresses.c.outbox_until < now)
    due = select(outbox.c.address_id).where(outbox.c.due_at <= now).distinct()
    here = addresses.c.channel.in_(channels)
    wanted = select(addresses.c.id).where(addresses.c.id.in_(due), here, free, ready(now)).limit(SWEEP_LIMIT)
    ids = list(await session.scalars(wanted))
    taken = update(addresses).where(addresses.c.id.in_(ids), free).values(outbox_owner=desk.owner, outbox_until=now + LEASE)
    return list(await session.scalars(taken.returning(addresses.c.id)))


async def renew(session: AsyncSession, desk: Desk, ids: Sequence[int]) -> None:
    """Keep the leases of addresses that this process is still delivering to."""
    if ids:
        ours = update(addresses).where(addresses.c.id.in_(ids), addresses.c.outbox_owner == desk.owner)
        await session.execute(ours.values(outbox_until=utcnow() + LEASE))


def ready(now: datetime) -> ColumnElement[bool]:
    """Something is due and nothing is put off: a parcel that waits for its next try holds back those behind it."""
    mine = outbox.c.address_id == addresses.c.id
    return and_(exists().where(mine, outbox.c.due_at <= now), ~exists().where(mine, outbox.c.due_at > now))


def oldest_is(first_new: int) -> ColumnElement[bool]:
    """No parcel older than `first_new` waits at the address."""
    return ~exists().where(outbox.c.address_id == addresses.c.id, outbox.c.id < first_new)


async def load(session: AsyncSession, desk: Desk, ids: Sequence[int]) -> list[Parcel]:
    """All parcels of the addresses, in the order in which they must arrive."""
    columns = (outbox, addresses.c.channel, addresses.c.sealed_external)
    rows = await session.execute(select(*columns).join(addresses).where(outbox.c.address_id.in_(ids)).order_by(outbox.c.id))
    return [
        Parcel(
            id=row.id,
            address_id=row.address_id,
            channel=row.channel,
            external=desk.keyring.open(row.sealed_external, purpose=codec.ADDRESS),
            outgoing=codec.open_outgoing(desk.keyring, row.sealed_payload),
            created_at=row.created_at,
            attempts=row.attempts,
        )
        for row in rows
    ]


async def record(session: AsyncSession, desk: Desk, outcomes: Sequence[Outcome], *, idle: Sequence[int]) -> set[int]:
    """Store what became of parcels and give back `idle` addresses; returns those of them that got new parcels and stay ours."""
    done = [outcome.parcel.id for outcome in outcomes if outcome.due_at is None]
    await session.execute(delete(outbox).where(outbox.c.id.in_(done)))
    for outcome in outcomes:
        if outcome.due_at is not None:
            later = {"due_at": outcome.due_at, "attempts": outcome.parcel.attempts + 1}
            await session.execute(update(outbox).where(outbox.c.id == outcome.parcel.id).values(later))
    gone = [outcome.parcel.address_id for outcome in outcomes if outcome.unreachable]
    if gone:
        await session.execute(update(addresses).where(addresses.c.id.in_(gone)).values(unreachable=True))
        await session.execute(delete(outbox).where(outbox.c.address_id.in_(gone)))
    return await _give_back(session, desk, idle)


async def _give_back(session: AsyncSession, desk: Desk, idle: Sequence[int]) -> set[int]:
    if not idle:
        return set()
    ours = (addresses.c.id.in_(idle), addresses.c.outbox_owner == desk.owner, ~ready(utcnow()))
    freed = set(await session.scalars(update(addresses).where(*ours).values(outbox_owner=None).returning(addresses.c.id)))
    if freed:
        await _remove_farewelled(session, freed)
    return set(idle) - freed


async def _remove_farewelled(session: AsyncSession, ids: set[int]) -> None:
    """Addresses whose person was deleted go when nothing is left to deliver to them."""
    parcels = exists().where(outbox.c.address_id == addresses.c.id)
    mail = exists().where(inbox.c.address_id == addresses.c.id, inbox.c.applied_at.is_(None))
    await session.execute(delete(addresses).where(addresses.c.id.in_(ids), addresses.c.person_id.is_(None), ~parcels, ~mail))
