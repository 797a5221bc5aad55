"""Lotse or an adviser says something to a person by themselves: a line of the history, and what is to be delivered. Answers are in `apply`.

Everything is written in the caller's transaction; after its commit `Speaker.deliver` hands it over. Rows are locked in the order
case, person, address, which is that of `apply` too, so that two transactions (PostgreSQL) never wait for each other in a circle.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import codec
from bot import outbox as boxes
from bot.channels import RETRACTABLE
from bot.codec import Outgoing
from bot.delivery import Delivery
from bot.inbox import Desk, addresses, inbox, people
from bot.outbox import Parcel, Posting, outbox
from dialogs.model import Reply, Traits
from handoff.errors import HandoffError, NotFoundError
from store.statements import table_of
from store.tables import Case, Message
from store.types import utcnow

Watcher = Callable[[str, str], None]

messages, cases = table_of(Message), table_of(Case)

# Nobody deletes the person, or claims the case, between reading where they are and writing what is said.
_CASE = select(cases.c.id).where(cases.c.id == bindparam("which")).with_for_update(key_share=True)
_PERSON = select(people.c.id).where(people.c.id == bindparam("who")).with_for_update(read=True, key_share=True)
_PLACES = select(addresses.c.id, addresses.c.channel, addresses.c.sealed_external, addresses.c.unreachable).where(
    addresses.c.person_id == bindparam("who")
)
_WROTE = select(inbox.c.address_id, func.max(inbox.c.id).label("last")).where(inbox.c.address_id.in_(bindparam("ids", expanding=True)))


class TooLateError(HandoffError):
    """A message is too old to be taken back where it was sent; nothing was changed. `data`: hours."""

    code = "too_late"

    def __init__(self, hours: int) -> None:
        super().__init__("The messenger lets nobody delete messages that are older than {hours} hours.", hours=hours)


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """What was said: the line of the history (`message`), how it stands, what to deliver, and whose pages show it.

    `delivery` is queued, sent (the person reads the history itself) or failed (nothing reaches them).
    """

    message: int
    delivery: str
    parcels: tuple[Parcel, ...] = ()
    readers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Place:
    """An address of the person, opened."""

    id: int
    channel: str
    external: str
    reachable: bool


def line(  # noqa: PLR0913 - one keyword for each column
    desk: Desk,
    *,
    person: int,
    payload: Mapping[str, Any],
    now: datetime,
    incoming: bool = False,
    screen: bool = False,
    position: int = 0,
    **more: Any,
) -> dict[str, Any]:
    """One row of the history. Its version, the cursor of readers, is the clock in microseconds plus its place among those of a moment."""
    return {
        "person_id": person,
        "version": time.time_ns() // 1000 + position,
        "incoming": incoming,
        "screen": screen,
        "sealed_payload": codec.seal_message(desk.keyring, dict(payload)),
        "created_at": now,
    } | more


class Speaker:
    """Says things to people. `watchers` are called with channel and address of everybody who got something to read on a page."""

    def __init__(self, *, desk: Desk, traits: Mapping[str, Traits], delivery: Delivery) -> None:
        self._desk = desk
        self._traits = traits
        self._delivery = delivery
        self.watchers: list[Watcher] = []

    async def say(self, session: AsyncSession, *, person: int, reply: Reply, case: int | None = None, author: int | None = None) -> Spoken:
        """Write what is said and queue it for the address from which the person wrote last; raises NotFoundError if they are gone.

        Where nothing reaches them any more the line says so at once: delivery "failed", failure "unreachable".
        """
        places = await self._places(session, person, case=case)
        target = next((place for place in places if place.reachable), None)
        row = line(
            self._desk,
            person=person,
            payload=codec.reply_to_json(reply),
            now=utcnow(),
            screen=reply.screen,
            case_id=case,
            author_id=author,
            **self._status(target),
        )
        message = await session.scalar(insert(messages).values(row).returning(messages.c.id))
        return await self._spoken(session, int(message or 0), Outgoing(reply=reply), target, places)

    def deliver(self, spoken: Sequence[Spoken]) -> None:
        """After the commit: deliver what is queued, and wake the pages that show it."""
        self._delivery.adopt([parcel for one in spoken for parcel in one.parcels])
        for channel, external in dict.fromkeys(reader for one in spoken for reader in one.readers):
            for watcher in self.watchers:
                watcher(channel, external)

    async def edit(self, session: AsyncSession, *, message: int, text: str) -> Spoken:
        """Change the text of an adviser's message, also where it was sent; raises NotFoundError if it is gone."""
        row, places = await self._line(session, message)
        reply = replace(codec.reply_from_json(codec.open_message(self._desk.keyring, row.sealed_payload)), text=text)
        target = self._target(row, places)
        # Nothing is queued for a page: it reads the history, whose newer version it sees.
        status = self._status(target) if self._was_pushed(row) else {}
        await self._change(session, message, reply, edited_at=utcnow(), **status)
        return await self._spoken(session, message, Outgoing(reply=reply, revises=True), target, places)

    async def unsay(self, session: AsyncSession, *, message: int) -> Spoken:
        """Take an adviser's message back: its text goes from the history, and from where it was sent if that allows it.

        Raises NotFoundError if it is gone, and TooLateError if it is too old there; then nothing was changed.
        """
        row, places = await self._line(session, message)
        target = self._target(row, places)
        most = RETRACTABLE.get(target.channel) if target and row.external else None
        if most and utcnow() - row.created_at > most:
            raise TooLateError(int(most.total_seconds() // 3600))
        await session.execute(delete(outbox).where(outbox.c.message_id == message))
        nothing = Reply(text="", language="de")
        await self._change(session, message, nothing, deleted_at=utcnow())
        return await self._spoken(session, message, Outgoing(reply=nothing, revises=True), target, places)

    async def _line(self, session: AsyncSession, message: int) -> tuple[Row[Any], list[_Place]]:
        """An adviser's line as it is now, with its person's addresses."""
        mine = select(messages).where(messages.c.id == message, messages.c.author_id.is_not(None), messages.c.deleted_at.is_(None))
        row = (await session.execute(mine)).one_or_none()
        if row is None:
            raise NotFoundError
        return row, await self._places(session, row.person_id, case=row.case_id)

    async def _change(self, session: AsyncSession, message: int, reply: Reply, **values: Any) -> None:
        changed = {
            "sealed_payload": codec.seal_message(self._desk.keyring, codec.reply_to_json(reply)),
            "version": time.time_ns() // 1000,
        }
        await session.execute(update(messages).where(messages.c.id == message).values(changed | values))

    async def _places(self, session: AsyncSession, person: int, *, case: int | None) -> list[_Place]:
        """The addresses of a person, that from which they wrote last first."""
        if case is not None:
            await session.execute(_CASE, {"which": case})
        if await session.scalar(_PERSON, {"who": person}) is None:
            raise NotFoundError
        rows: list[Any] = list(await session.execute(_PLACES, {"who": person}))
        last: dict[int, int] = {}
        if len(rows) > 1:
            wrote = _WROTE.group_by(inbox.c.address_id)
            last = {row.address_id: row.last for row in await session.execute(wrote, {"ids": [row.id for row in rows]})}
        rows.sort(key=lambda row: (last.get(row.id, 0), row.id), reverse=True)
        return [self._place(row) for row in rows]

    def _place(self, row: Any) -> _Place:
        external = self._desk.keyring.open(row.sealed_external, purpose=codec.ADDRESS)
        return _Place(id=row.id, channel=row.channel, external=external, reachable=not row.unreachable)

    def _pushes(self, place: _Place) -> bool:
        return not self._traits[place.channel].keeps_history

    @staticmethod
    def _was_pushed(row: Row[Any]) -> bool:
        return bool(row.external) or row.delivery in {"queued", "failed"}

    def _target(self, row: Row[Any], places: Sequence[_Place]) -> _Place | None:
        """Where a change of a line goes: to the channel that has the message, or (it never arrived) where the person wrote last."""
        if not self._was_pushed(row):
            return None
        arrived = row.delivery != "failed" or row.external
        return next((place for place in places if place.reachable and (self._pushes(place) or not arrived)), None)

    def _status(self, target: _Place | None) -> dict[str, Any]:
        if target is None:
            return {"delivery": "failed", "failure": "unreachable"}
        return {"delivery": "queued" if self._pushes(target) else "sent", "failure": None}

    async def _spoken(
        self, session: AsyncSession, message: int, outgoing: Outgoing, target: _Place | None, places: Sequence[_Place]
    ) -> Spoken:
        readers = tuple((place.channel, place.external) for place in places if not self._pushes(place))
        parcels: list[Parcel] = []
        if target and self._pushes(target):
            posting = Posting(address_id=target.id, channel=target.channel, external=target.external, outgoing=outgoing, message_id=message)
            parcels = await boxes.put(session, self._desk, [posting], now=utcnow())
        delivery = "queued" if parcels else "sent" if target or readers else "failed"
        return Spoken(message=message, delivery=delivery, parcels=tuple(parcels), readers=readers)
