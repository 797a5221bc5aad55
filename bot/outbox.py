"""What is still to deliver: taking over parcels that nobody delivers, recording what was sent. Sending itself is in `delivery`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import BindParameter, Row, Select, and_, bindparam, delete, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import codec
from bot.codec import Outgoing
from bot.inbox import Desk, addresses, lock, padded, waits
from handoff import news
from store.scheduling import Reminder
from store.statements import table_of
from store.tables import Case, Message, Outbox
from store.types import utcnow

LEASE = timedelta(seconds=15)
SWEEP_LIMIT = 200

outbox, reminders = table_of(Outbox), table_of(Reminder)
messages, cases = table_of(Message), table_of(Case)

# Built once, as in `inbox`.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_NOW: BindParameter[Any] = bindparam("now")
_MINE = outbox.c.address_id == addresses.c.id
_OURS = and_(addresses.c.id.in_(_IDS), addresses.c.outbox_owner == bindparam("me"))
_FREE = or_(addresses.c.outbox_owner.is_(None), addresses.c.outbox_until < _NOW)
# Something is due and nothing is put off: a parcel that waits for its next try holds back those behind it.
_READY = and_(exists().where(_MINE, outbox.c.due_at <= _NOW), ~exists().where(_MINE, outbox.c.due_at > _NOW))
_SWEEP = (
    select(addresses.c.id)
    .where(
        addresses.c.id.in_(select(outbox.c.address_id).where(outbox.c.due_at <= _NOW).distinct()),
        addresses.c.channel.in_(bindparam("channels", expanding=True)),
        _FREE,
        _READY,
    )
    .order_by(addresses.c.id)
    .limit(SWEEP_LIMIT)
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(addresses)
    .where(addresses.c.id.in_(_IDS), _FREE)
    .values(outbox_owner=bindparam("me"), outbox_until=bindparam("until"))
    .returning(addresses.c.id)
)
_RENEW = update(addresses).where(_OURS).values(outbox_until=bindparam("until"))
_OLDER = ~exists().where(_MINE, outbox.c.id < bindparam("first_new"))
_LEASE = (
    update(addresses)
    .where(addresses.c.id.in_(_IDS), or_(addresses.c.outbox_owner == bindparam("me"), and_(_FREE, _OLDER)))
    .values(outbox_owner=bindparam("me"), outbox_until=bindparam("until"))
    .returning(addresses.c.id)
)
_PUT = insert(outbox).returning(outbox.c.id, sort_by_parameter_order=True)
_STANDING: Select[Any] = select(messages.c.external, messages.c.deleted_at).where(messages.c.id == bindparam("which"))
_DONE = delete(outbox).where(outbox.c.id.in_(_IDS))
_FREED = update(addresses).where(_OURS, ~_READY).values(outbox_owner=None).returning(addresses.c.id, addresses.c.person_id)


@dataclass(frozen=True, kw_only=True)
class Posting:
    """What is to go where; useless after `expires_at`. The reminder or the line of the history it is about learns what became of it."""

    address_id: int
    channel: str
    external: str
    outgoing: Outgoing
    expires_at: datetime | None = None
    reminder_id: int | None = None
    message_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Parcel(Posting):
    """One row of the outbox, opened: a posting, and since when it waits."""

    id: int
    created_at: datetime
    attempts: int = 0


Failure = Literal["unreachable", "refused", "given_up"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a parcel: delivered (or given up), to be tried again at `due_at`, or the address is unreachable.

    `reminder` is what its reminder becomes if it was not delivered for good: expired or failed. Of a line of the history it says
    why it failed (`failure`), or what the channel calls it now (`external`); `overtaken` if there was nothing to deliver any more.
    """

    parcel: Parcel
    due_at: datetime | None = None
    unreachable: bool = False
    reminder: Literal["expired", "failed"] | None = None
    failure: Failure | None = None
    external: str | None = None
    overtaken: bool = False


async def put(session: AsyncSession, desk: Desk, postings: Sequence[Posting], *, now: datetime) -> list[Parcel]:
    """Add rows, in this order. Whoever has the lease of an address delivers them (`lease`)."""
    rows = [
        {
            "address_id": posting.address_id,
            "sealed_payload": codec.seal_outgoing(desk.keyring, posting.outgoing),
            "attempts": 0,
            "due_at": now,
            "created_at": now,
            "expires_at": posting.expires_at,
            "reminder_id": posting.reminder_id,
            "message_id": posting.message_id,
        }
        for posting in postings
    ]
    ids = await session.scalars(_PUT, rows)
    return [Parcel(id=row, created_at=now, **vars(posting)) for row, posting in zip(ids, postings, strict=True)]


async def post(session: AsyncSession, desk: Desk, postings: Sequence[Posting]) -> list[Parcel]:
    """Add rows and lease their addresses in the same breath; returns the parcels that this process delivers at once."""
    if not postings:
        return []
    parcels = await put(session, desk, postings, now=utcnow())
    ours = await lease(session, desk, sorted({parcel.address_id for parcel in parcels}), first_new=min(parcel.id for parcel in parcels))
    return [parcel for parcel in parcels if parcel.address_id in ours]


async def sweep(session: AsyncSession, desk: Desk, channels: Sequence[str]) -> list[int]:
    """Take addresses of these channels with due parcels that no process delivers; returns their ids."""
    now = utcnow()
    ids = list(await session.scalars(_SWEEP, {"now": now, "channels": list(channels)}))
    return list(await session.scalars(_TAKE, {"ids": padded(ids), "now": now, "me": desk.owner, "until": now + LEASE})) if ids else []


async def lease(session: AsyncSession, desk: Desk, ids: Sequence[int], *, first_new: int) -> set[int]:
    """Take addresses that nobody delivers to and where nothing older waits; those that are ours already stay ours."""
    now = utcnow()
    values = {"ids": padded(ids), "now": now, "me": desk.owner, "until": now + LEASE, "first_new": first_new}
    return set(await session.scalars(_LEASE, values))


async def renew(session: AsyncSession, desk: Desk, ids: Sequence[int]) -> None:
    """Keep the leases of addresses that this process is still delivering to."""
    if ids:
        await lock(session, ids)
        await session.execute(_RENEW, {"ids": padded(ids), "me": desk.owner, "until": utcnow() + LEASE})


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
            expires_at=row.expires_at,
            reminder_id=row.reminder_id,
            message_id=row.message_id,
        )
        for row in rows
    ]


async def record(session: AsyncSession, desk: Desk, outcomes: Sequence[Outcome], *, idle: Sequence[int]) -> set[int]:
    """Store what became of parcels and give back `idle` addresses; returns those of them that got new parcels and stay ours."""
    gone = {outcome.parcel.address_id: outcome.parcel.reminder_id for outcome in outcomes if outcome.unreachable}
    await lock(session, [*gone, *idle])  # so that what another process adds at this moment is not overlooked
    done = [outcome.parcel.id for outcome in outcomes if outcome.due_at is None]
    if done:
        await session.execute(_DONE, {"ids": padded(done)})
    for outcome in outcomes:
        if outcome.due_at is not None:
            later = {"due_at": outcome.due_at, "attempts": outcome.parcel.attempts + 1}
            await session.execute(update(outbox).where(outbox.c.id == outcome.parcel.id).values(later))
    if gone:
        await silence(session, list(gone), unsaid=gone.values())
    for state in ("expired", "failed"):
        await _reminders_become(session, [outcome.parcel.reminder_id for outcome in outcomes if outcome.reminder == state], state)
    await _lines_become(session, outcomes)
    return await _give_back(session, desk, idle)


async def silence(session: AsyncSession, ids: Sequence[int], *, unsaid: Iterable[int | None] = ()) -> None:
    """Addresses that nothing reaches any more get nothing, not even what waits; reminders go to another address of their person."""
    await session.execute(update(addresses).where(addresses.c.id.in_(ids)).values(unreachable=True))
    gone = delete(outbox).where(outbox.c.address_id.in_(ids)).returning(outbox.c.reminder_id, outbox.c.message_id)
    waiting = list(await session.execute(gone))
    await _reminders_become(session, [*(row.reminder_id for row in waiting), *unsaid], "pending")
    if lines := sorted({row.message_id for row in waiting if row.message_id is not None}):
        failed = {"delivery": "failed", "failure": "unreachable"}
        await session.execute(update(messages).where(messages.c.id.in_(lines)).values(failed))
        await _tell(session, lines)


async def _reminders_become(session: AsyncSession, ids: Iterable[int | None], state: str) -> None:
    """Only those that count as said: what became void meanwhile stays void."""
    if known := sorted({reminder for reminder in ids if reminder is not None}):
        said = update(reminders).where(reminders.c.id.in_(known), reminders.c.state == "sent")
        await session.execute(said.values(state=state, sent_at=None))


async def _lines_become(session: AsyncSession, outcomes: Sequence[Outcome]) -> None:
    """What the desk shows of advisers' messages; answers of the program have no line to keep."""
    about = [one for one in outcomes if one.parcel.message_id is not None and one.due_at is None and not one.overtaken]
    for one in about:
        values = {"delivery": "failed" if one.failure else "sent", "failure": one.failure}
        named = {"external": one.external} if one.external else {}
        await session.execute(update(messages).where(messages.c.id == one.parcel.message_id).values(values | named))
    await _tell(session, sorted({one.parcel.message_id for one in about if one.parcel.message_id is not None}))


async def _tell(session: AsyncSession, lines: Sequence[int]) -> None:
    """Let open pages of the desk show how these lines stand now."""
    if not lines:
        return
    about = select(cases.c.id, cases.c.municipality_id).where(cases.c.id.in_(select(messages.c.case_id).where(messages.c.id.in_(lines))))
    for row in list(await session.execute(about.order_by(cases.c.id))):
        await news.tell(session, municipality=row.municipality_id, kind="message", case=row.id)


async def standing(session: AsyncSession, message: int) -> Row[Any] | None:
    """What the channel calls a line of the history (`external`), and whether it was taken back (`deleted_at`); None if it is gone."""
    found: Row[Any] | None = (await session.execute(_STANDING, {"which": message})).one_or_none()
    return found


async def _give_back(session: AsyncSession, desk: Desk, idle: Sequence[int]) -> set[int]:
    if not idle:
        return set()
    freed = list(await session.execute(_FREED, {"ids": padded(idle), "me": desk.owner, "now": utcnow()}))
    if nobodys := [row.id for row in freed if row.person_id is None]:
        await _remove_farewelled(session, nobodys)
    return set(idle) - {row.id for row in freed}


async def _remove_farewelled(session: AsyncSession, ids: Sequence[int]) -> None:
    """Addresses whose person was deleted go when nothing is left to deliver to them."""
    parcels = exists().where(outbox.c.address_id == addresses.c.id)
    await session.execute(delete(addresses).where(addresses.c.id.in_(ids), addresses.c.person_id.is_(None), ~parcels, ~waits()))
