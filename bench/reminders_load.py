"""The rows of the reminder benchmark: people with an address, an appointment and one reminder each; cancelling; what arrived."""

import asyncio
import itertools
import os
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import func, insert, select, update

from bench import load
from bench.processes import TOKEN, Call, Server
from bot import codec
from scheduler import reminders as service
from store import database, migrate
from store.crypto import Keyring
from store.database import Database
from store.scheduling import Appointment, Reminder
from store.statements import table_of
from store.tables import Address, Outbox, Person
from tests.scheduling import Ids, town

appointments, rows, outbox = table_of(Appointment), table_of(Reminder), table_of(Outbox)
people, addresses = table_of(Person), table_of(Address)

_CODE = re.compile(r"code: (\d\d \d\d \d\d)")
FIRST_CHAT, CHATS = 5_000_000, 8_000


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One reminder: its row, its appointment, the code in its text, the chat where it must arrive, when it is due."""

    reminder: int
    appointment: int
    code: str
    chat: int
    due: datetime


class Load:
    """Writes into the database of a benchmark, beside the processes that are measured."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        self._url = url
        self._keyring = keyring
        self._ids: Ids | None = None
        self._numbers = itertools.count(1)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Database]:
        base = database.connect(self._url)
        try:
            yield base
        finally:
            await base.close()

    async def insert(self, dues: Sequence[datetime], *, lead: timedelta) -> list[Planned]:
        """A person, an appointment (`lead` after the reminder) and the reminder for each moment."""
        async with self._open() as base:
            await migrate.upgrade(base)
            async with base.write() as session:
                self._ids = self._ids or await town(session)
                numbers = [next(self._numbers) for _ in dues]
                now = datetime.now(UTC)
                who = await _ids(session, people, [{"language": "en", "created_at": now, "seen_at": now} for _ in dues])
                await session.execute(insert(addresses), [self._address(*pair) for pair in zip(who, numbers, strict=True)])
                about = zip(who, numbers, dues, strict=True)
                made = await _ids(session, appointments, [self._appointment(*one, lead=lead) for one in about])
                ids = await _ids(session, rows, [_reminder(*one, lead=lead) for one in zip(made, who, dues, strict=True)])
        found = zip(ids, made, numbers, dues, strict=True)
        return [
            Planned(reminder=one, appointment=booked, code=f"{count:06}", chat=FIRST_CHAT + count, due=due)
            for one, booked, count, due in found
        ]

    def _address(self, who: int, count: int) -> dict[str, Any]:
        sealed = self._keyring.seal(str(FIRST_CHAT + count), purpose=codec.ADDRESS)
        return {"person_id": who, "channel": "telegram", "blind": os.urandom(16), "sealed_external": sealed, "unreachable": False}

    def _appointment(self, who: int, count: int, due: datetime, *, lead: timedelta) -> dict[str, Any]:
        assert self._ids is not None
        starts, ends = due + lead, due + lead + timedelta(minutes=30)
        about = {"municipality_id": self._ids.municipality, "service_id": self._ids.service, "office_id": self._ids.office}
        times = {"starts_at": starts, "ends_at": ends, "blocked_from": starts, "blocked_until": ends, "created_at": due}
        rest = {"mode": "in_person", "state": "booked", "revision": 2, "code": f"{count:06}", "language": "en", "interpreter": "none"}
        return about | times | rest | {"person_id": who}

    async def cancel_all(self, times: Mapping[Planned, datetime]) -> set[str]:
        """Cancel each at its moment; returns the codes of those whose reminder nobody had claimed when the cancellation was committed."""
        first = set()
        async with self._open() as base:
            for one, at in sorted(times.items(), key=lambda pair: pair[1]):
                await asyncio.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()))
                async with base.write() as session:
                    gone = update(appointments).where(appointments.c.id == one.appointment)
                    await session.execute(gone.values(state="cancelled", revision=3))
                    unclaimed = update(rows).where(rows.c.id == one.reminder, rows.c.state == "pending").values(state="void")
                    void = await session.scalar(unclaimed.returning(rows.c.id))
                    await service.void(session, subject="appointment", subject_id=one.appointment)
                if void is not None:
                    first.add(one.code)
        return first

    async def waiting(self) -> int:
        """Reminders that are due or will be, and parcels."""
        async with self._open() as base, base.read() as session:
            pending = await session.scalar(select(func.count()).select_from(rows).where(rows.c.state == "pending"))
            parcels = await session.scalar(select(func.count()).select_from(outbox))
            return int(pending or 0) + int(parcels or 0)

    async def parcels(self) -> int:
        """Parcels whose delivery is not recorded."""
        async with self._open() as base, base.read() as session:
            return int(await session.scalar(select(func.count()).select_from(outbox)) or 0)

    async def owners(self, ids: Sequence[int]) -> Counter[str]:
        """How many of these reminders each process claimed."""
        async with self._open() as base, base.read() as session:
            return Counter(await session.scalars(select(rows.c.owner).where(rows.c.id.in_(ids))))


async def _ids(session: Any, table: Any, values: list[dict[str, Any]]) -> list[int]:
    return list(await session.scalars(insert(table).returning(table.c.id, sort_by_parameter_order=True), values))


def _reminder(appointment: int, who: int, due: datetime, *, lead: timedelta) -> dict[str, Any]:
    about = {"subject": "appointment", "subject_id": appointment, "revision": 2, "kind": "before_120", "recipient": "person"}
    return about | {"channel": "chat", "person_id": who, "due_at": due, "expires_at": due + lead, "state": "pending", "attempts": 0}


def introduce(server: Server) -> None:
    """Let the Bot API server know the chats before a bot asks for updates; no bot hears of it."""
    server.mute()
    server.inject([load.text(FIRST_CHAT + count, "/start", number=1) for count in range(CHATS)])
    calls: dict[str, dict[str, list[str]]] = {"deleteWebhook": {}, "getUpdates": {"allowed_updates": []}}
    for path, given in calls.items():
        httpx.post(f"{server.url}/bot{TOKEN}/{path}", json=given).raise_for_status()


def arrivals(server: Server, since: int) -> Iterator[tuple[str, Call]]:
    """The reminders that arrived: the code in their text, and the call."""
    calls, _ = server.calls(since)
    for call in calls:
        if call["method"] == "sendMessage" and (found := _CODE.search(str(call["params"].get("text", "")))):
            yield found[1].replace(" ", ""), call
