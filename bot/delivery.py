"""Delivers parcels: in order per address, many addresses at once, with retries. Which rows are due is decided in `outbox`."""

import asyncio
import random
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import metrics, outbox
from bot.channels.base import Channel, DeliveryError, RetryLaterError, UnreachableError
from bot.codec import Outgoing
from bot.inbox import Desk
from bot.outbox import Outcome, Parcel
from store.database import Database
from store.types import utcnow

SWEEP_SECONDS = 1.0
MOST_AT_ONCE = 64
MOST_UNKNOWN = 3
GIVE_UP_AFTER = timedelta(hours=24)
FIRST_RETRY, LONGEST_RETRY = 1.0, 60.0

log = structlog.get_logger(__name__)


class Delivery:
    """The delivery of one process. `enqueue` hands it parcels whose addresses are leased; `run` also finds forgotten ones."""

    def __init__(self, *, database: Database, desk: Desk, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._desk = desk
        self._channels = channels
        self._queues: dict[int, deque[Parcel]] = {}
        self._known: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._outcomes: list[Outcome] = []
        self._idle: set[int] = set()
        # Addresses whose first parcel was put off, until when: what comes meanwhile waits behind it in the outbox, leased or not.
        self._put_off: dict[int, datetime] = {}
        # What was sent and is not recorded yet: the change of a message may follow it at once.
        self._receipts: dict[int, str | None] = {}
        self._to_record = asyncio.Event()
        self._to_sweep = asyncio.Event()
        self._slots = asyncio.Semaphore(MOST_AT_ONCE)
        self._paused_until = 0.0
        self._stopping = False

    def enqueue(self, parcels: Sequence[Parcel]) -> None:
        """Deliver parcels of leased addresses, after what already waits there; parcels it has already are left out."""
        for parcel in parcels:
            if parcel.id in self._known or self._stopping or self._is_put_off(parcel.address_id):
                continue
            self._known.add(parcel.id)
            self._idle.discard(parcel.address_id)
            queue = self._queues.get(parcel.address_id)
            if queue is not None:
                queue.append(parcel)
                continue
            self._queues[parcel.address_id] = deque([parcel])
            task = asyncio.create_task(self._empty(parcel.address_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _is_put_off(self, address_id: int) -> bool:
        until = self._put_off.get(address_id)
        if until is not None and until <= utcnow():
            del self._put_off[address_id]
            until = None
        return until is not None

    def adopt(self, parcels: Sequence[Parcel]) -> None:
        """Deliver parcels whose addresses nobody leased for them: behind those in hand, or found by a look at the outbox at once."""
        self.enqueue([parcel for parcel in parcels if parcel.address_id in self._queues])
        if any(parcel.address_id not in self._queues for parcel in parcels):
            self._to_sweep.set()

    async def run(self) -> None:
        """Record outcomes as they come and look every second for parcels that nobody delivers; until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._record_forever())
            group.create_task(self._sweep_forever())

    async def drain(self, seconds: float) -> None:
        """Finish what is in hand (at most `seconds`) and record it; the rest stays in the outbox for the next start."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        await self._record()

    async def _empty(self, address_id: int) -> None:
        queue = self._queues[address_id]
        while queue and not self._stopping:
            outcome = await self._deliver(queue.popleft())
            self._outcomes.append(outcome)
            if outcome.due_at is not None:
                self._put_off[address_id] = outcome.due_at
            if outcome.due_at is not None or outcome.unreachable:
                self._known.difference_update(later.id for later in queue)
                queue.clear()
            self._to_record.set()
        del self._queues[address_id]
        self._idle.add(address_id)
        self._to_record.set()

    async def _deliver(self, parcel: Parcel) -> Outcome:
        channel = self._channels.get(parcel.channel)
        if channel is None:
            return self._later(parcel, LONGEST_RETRY)
        async with self._slots:
            await self._wait_for_pause()
            if parcel.expires_at is not None and parcel.expires_at <= utcnow():
                metrics.delivered.labels(parcel.channel, "expired").inc()
                return Outcome(parcel=parcel, reminder="expired")
            try:
                return await self._send(channel, parcel)
            except DeliveryError as error:
                return self._failed(parcel, error)
            except Exception as error:
                # A mistake in a channel must not hold up the person for ever; it is logged and tried again like an outage.
                log.exception("delivery failed in an unknown way", channel=parcel.channel)
                return self._failed(parcel, RetryLaterError(LONGEST_RETRY) if parcel.attempts < MOST_UNKNOWN else DeliveryError(str(error)))

    async def _send(self, channel: Channel, parcel: Parcel) -> Outcome:
        outgoing = parcel.outgoing if parcel.message_id is None else await self._as_it_stands(parcel, parcel.message_id)
        if outgoing is None:
            return Outcome(parcel=parcel, overtaken=True)
        external = await channel.deliver(parcel.external, outgoing)
        metrics.delivered.labels(parcel.channel, "sent").inc()
        if parcel.attempts == 0:
            metrics.answer_seconds.observe((utcnow() - parcel.created_at).total_seconds())
        if parcel.message_id is None:
            return Outcome(parcel=parcel)
        self._receipts[parcel.message_id] = external
        return Outcome(parcel=parcel, external=external)

    async def _as_it_stands(self, parcel: Parcel, message: int) -> Outgoing | None:
        """What to deliver of a line of the history, which may have been changed since; None if it was taken back before it was sent."""
        outgoing = parcel.outgoing
        # Looked up before the database is asked: a receipt goes when it is stored there.
        sent = self._receipts.get(message)
        try:
            async with self._database.read() as session:
                row = await outbox.standing(session, message)
        except (SQLAlchemyError, OSError) as error:
            raise RetryLaterError(0) from error
        if row is None or (row.deleted_at and outgoing.reply.text):
            return None
        if not outgoing.revises:
            return outgoing
        sent = sent or row.external
        return replace(outgoing, edit=sent) if sent or outgoing.reply.text else None

    def _failed(self, parcel: Parcel, error: DeliveryError) -> Outcome:
        if isinstance(error, UnreachableError):
            metrics.delivered.labels(parcel.channel, "unreachable").inc()
            return Outcome(parcel=parcel, unreachable=True, failure="unreachable")
        if isinstance(error, RetryLaterError) and utcnow() - parcel.created_at < GIVE_UP_AFTER:
            if error.global_:
                self._paused_until = max(self._paused_until, asyncio.get_running_loop().time() + error.seconds)
            return self._later(parcel, error.seconds)
        metrics.delivered.labels(parcel.channel, "given up").inc()
        log.warning("delivery given up", channel=parcel.channel, attempts=parcel.attempts, reason=type(error).__name__)
        return Outcome(parcel=parcel, reminder="failed", failure="given_up" if isinstance(error, RetryLaterError) else "refused")

    def _later(self, parcel: Parcel, seconds: float) -> Outcome:
        metrics.delivered.labels(parcel.channel, "later").inc()
        return Outcome(parcel=parcel, due_at=utcnow() + timedelta(seconds=seconds or backoff(parcel.attempts)))

    async def _wait_for_pause(self) -> None:
        loop = asyncio.get_running_loop()
        if (rest := self._paused_until - loop.time()) > 0:
            await asyncio.sleep(rest)

    async def _record_forever(self) -> None:
        while True:
            await self._to_record.wait()
            self._to_record.clear()
            await self._record()

    async def _record(self) -> None:
        outcomes, self._outcomes = self._outcomes, []
        idle, self._idle = self._idle, set()
        try:
            async with self._database.write() as session:
                kept = await outbox.record(session, self._desk, outcomes, idle=sorted(idle))
        except (SQLAlchemyError, OSError):
            # Nothing was recorded: keep it for the next round. What was sent stays known, so that it is not sent again by this process.
            self._outcomes[:0], self._idle = outcomes, self._idle | (idle - self._queues.keys())
            log.warning("outcomes not recorded", waiting=len(self._outcomes))
            await asyncio.sleep(FIRST_RETRY)
            self._to_record.set()
            return
        self._known.difference_update(outcome.parcel.id for outcome in outcomes)
        for outcome in outcomes:
            message = outcome.parcel.message_id
            if message in self._receipts and self._receipts[message] == outcome.external:
                del self._receipts[message]
        await self._load(kept - self._queues.keys())

    async def _sweep_forever(self) -> None:
        while True:
            try:
                async with self._database.write() as session:
                    await outbox.renew(session, self._desk, sorted(self._queues))
                    taken = await outbox.sweep(session, self._desk, list(self._channels))
                await self._load(set(taken))
            except (SQLAlchemyError, OSError) as error:
                log.warning("outbox not reachable", reason=type(error).__name__)
            await self._sweep_time()

    async def _sweep_time(self) -> None:
        try:
            async with asyncio.timeout(SWEEP_SECONDS):
                await self._to_sweep.wait()
        except TimeoutError:
            return
        self._to_sweep.clear()

    async def _load(self, ids: set[int]) -> None:
        if not ids or self._stopping:
            return
        async with self._database.read() as session:
            parcels = await outbox.load(session, self._desk, sorted(ids))
        self.enqueue(parcels)
        self._idle |= ids - {parcel.address_id for parcel in parcels} - self._queues.keys()


def backoff(attempts: int) -> float:
    """Seconds to wait before the next try: 1, 2, 4 … 60, with a little chance so that many do not come at once."""
    return min(LONGEST_RETRY, FIRST_RETRY * 2.0 ** min(attempts, 10)) * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
