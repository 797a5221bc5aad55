"""The way of messages through one process: accept, understand, apply, hand over. Every step takes all that waits, so load makes batches.

    receive() → intake: stored, standing read, in one transaction → understand (free text only) → apply: one transaction → delivery

What is stored is in `inbox` and `apply`; a message is in the hands of one process at a time by a lease on its address.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import apply, inbox, metrics
from bot.apply import Applied, World
from bot.delivery import Delivery
from bot.excerpts import Excerpts
from bot.finding import Finder
from bot.inbox import Desk, Mail
from dialogs import engine
from dialogs.model import Inbound, Move, Reply
from locales.bidi import clean
from locales.texts import translate
from nlu.model import Match
from store.database import Database
from store.errors import LotseError

SWEEP_SECONDS = 1.0
MOST_AT_ONCE = 64
RETRY_SECONDS = 1.0
MOST_CHARACTERS = 4096
MOST_CHOICE = 64

_T = TypeVar("_T")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Arrival:
    inbounds: Sequence[Inbound]
    stored: asyncio.Future[list[int]]


class Pipeline:
    """The pipeline of one process; `run` works until it is cancelled."""

    def __init__(  # noqa: PLR0913 - the parts that it joins
        self, *, database: Database, desk: Desk, world: World, finder: Finder, excerpts: Excerpts, delivery: Delivery
    ) -> None:
        self._database = database
        self._desk = desk
        self._world = world
        self._finder = finder
        self._excerpts = excerpts
        self._delivery = delivery
        self._arrivals: asyncio.Queue[_Arrival] = asyncio.Queue()
        self._claimed: asyncio.Queue[int] = asyncio.Queue()
        self._ready: asyncio.Queue[tuple[Mail, Match | None]] = asyncio.Queue()
        self._thinking: set[asyncio.Task[None]] = set()
        self._busy: dict[int, asyncio.Future[None]] = {}
        self.watchers: list[Callable[[Applied], None]] = []

    async def accept(self, inbounds: Sequence[Inbound]) -> list[int]:
        """Store messages durably and return their address ids; they are answered soon after. Raises when the database does not answer."""
        stored: asyncio.Future[list[int]] = asyncio.get_running_loop().create_future()
        self._arrivals.put_nowait(_Arrival(inbounds=[_cleaned(inbound) for inbound in inbounds], stored=stored))
        return await stored

    async def receive(self, inbounds: Sequence[Inbound]) -> None:
        """Store messages and wait until this process has applied them (or another process works on them)."""
        for address in await self.accept(inbounds):
            if address in self._busy:
                await asyncio.shield(self._busy[address])

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            for loop in (self._intake, self._prepare, self._apply):
                group.create_task(self._forever(loop))
            group.create_task(self._sweep_forever())

    async def drain(self, seconds: float) -> None:
        """Wait until everything in hand is applied, at most `seconds`; what is left stays in the inbox for the next start."""
        if self._busy:
            await asyncio.wait(list(self._busy.values()), timeout=seconds)

    async def _forever(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await work()

    async def _intake(self) -> None:
        arrivals = await _all(self._arrivals)
        inbounds = [inbound for arrival in arrivals for inbound in arrival.inbounds]
        try:
            async with self._database.write() as session:
                ids, leased = await inbox.accept(session, self._desk, inbounds)
                mails = await inbox.next_mail(session, self._desk, leased)
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
            log.warning("messages not stored", count=len(inbounds), reason=type(error).__name__)
            for arrival in arrivals:
                _fail(arrival.stored, error)
            return
        for inbound in inbounds:
            metrics.accepted.labels(inbound.channel).inc()
        ours = self._claim(leased)
        self._hand_on(ours, [mail for mail in mails if mail.address_id in ours])
        for arrival in arrivals:
            if not arrival.stored.done():
                arrival.stored.set_result(ids)

    def _claim(self, ids: Sequence[int]) -> set[int]:
        """Take leased addresses in hand; returns them without those that are so already and are looked at again when their turn is over."""
        fresh = set(ids) - self._busy.keys()
        self._busy |= {address: asyncio.get_running_loop().create_future() for address in fresh}
        return fresh

    def _finished(self, address: int) -> None:
        future = self._busy.pop(address, None)
        if future and not future.done():
            future.set_result(None)

    async def _prepare(self) -> None:
        ids = await _all(self._claimed)
        try:
            async with self._database.read() as session:
                mails = await inbox.next_mail(session, self._desk, ids)
        except (SQLAlchemyError, OSError) as error:
            await self._step_back(ids, error)
            return
        self._hand_on(set(ids), mails)

    def _hand_on(self, ids: set[int], mails: Sequence[Mail]) -> None:
        """Free texts to understanding, the rest to applying; addresses without mail are done."""
        for address in ids - {mail.address_id for mail in mails}:
            self._finished(address)
        for mail in mails:
            question = engine.to_understand(mail.inbound, mail.standing)
            if question is None:
                self._ready.put_nowait((mail, None))
            else:
                task = asyncio.create_task(self._understand(mail, *question))
                self._thinking.add(task)
                task.add_done_callback(self._thinking.discard)

    async def _understand(self, mail: Mail, text: str, language: str | None) -> None:
        started = time.perf_counter()
        try:
            match = await self._finder.understand(text, language=language, municipality=mail.standing.municipality)
            match = await self._excerpts.beside(match, mail)
        except Exception:
            # Understanding may fail in ways nobody foresaw; the message is still answered (the dialog asks for other words).
            log.exception("not understood because of an error", channel=mail.inbound.channel)
            match = Match(language=language or "de", decision="rephrase")
        metrics.understand_seconds.observe(time.perf_counter() - started)
        metrics.decisions.labels(match.joint.decision if match.joint else match.decision, match.language).inc()
        self._ready.put_nowait((mail, match))

    async def _apply(self) -> None:
        await self._attempt(await _all(self._ready))

    async def _attempt(self, work: Sequence[tuple[Mail, Match | None]]) -> None:
        """Apply a round; if one message of it breaks everything, apply them one by one and set that one aside."""
        try:
            await self._apply_round(work)
        except (SQLAlchemyError, OSError) as error:
            await self._step_back([mail.address_id for mail, _ in work], error)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the others
            if len(work) == 1:
                await self._set_aside(work[0][0], error)
                return
            for item in work:
                await self._attempt([item])

    async def _set_aside(self, mail: Mail, cause: Exception) -> None:
        log.error("message not applied", channel=mail.inbound.channel, kind=mail.inbound.kind, exc_info=cause)
        metrics.failed.labels(mail.inbound.channel).inc()
        try:
            await self._apologise(mail)
        except (SQLAlchemyError, OSError) as error:
            await self._step_back([mail.address_id], error)

    async def _apply_round(self, work: Sequence[tuple[Mail, Match | None]]) -> None:
        """One transaction for all; any error rolls back all of it."""
        async with self._database.write() as session:
            ours = await inbox.hold(session, self._desk, [mail for mail, _ in work])
            matches = {mail.inbox_id: match for mail, match in work}
            mails = await apply.ensure_people(session, ours)
            applied = [await apply.take(session, self._desk, self._world, mail, matches[mail.inbox_id]) for mail in mails]
            parcels = await apply.write(session, self._desk, self._world, applied)
            more = await inbox.release(session, self._desk, [mail.address_id for mail, _ in work])
        self._after(work, applied, more)
        self._delivery.enqueue(parcels)

    def _after(self, work: Sequence[tuple[Mail, Match | None]], applied: Sequence[Applied], more: set[int]) -> None:
        for item in applied:
            metrics.applied.labels(item.mail.inbound.channel, item.mail.inbound.kind).inc()
            for watcher in self.watchers:
                watcher(item)
        for mail, _ in work:
            if mail.address_id in more:
                self._claimed.put_nowait(mail.address_id)
            else:
                self._finished(mail.address_id)

    async def _apologise(self, mail: Mail) -> None:
        """A message that Lotse cannot work on is set aside after saying so; it must not block the person's next ones."""
        language = mail.standing.language or "de"
        sorry = translate(
            language, "Something went wrong here. I could not answer your message. Please write it again, or ask for a person."
        )
        move = Move(replies=(Reply(text=sorry, language=language),))
        async with self._database.write() as session:
            mails = await apply.ensure_people(session, await inbox.hold(session, self._desk, [mail]))
            applied = [Applied(mail=one, move=move) for one in mails]
            parcels = await apply.write(session, self._desk, self._world, applied)
            more = await inbox.release(session, self._desk, [mail.address_id])
        self._after([(mail, None)], applied, more)
        self._delivery.enqueue(parcels)

    async def _step_back(self, ids: Sequence[int], error: Exception) -> None:
        """The database did not answer: leave the mail where it is and try again shortly."""
        log.warning("database not reachable, trying again", reason=type(error).__name__)
        await asyncio.sleep(RETRY_SECONDS)
        for address in ids:
            self._claimed.put_nowait(address)

    async def _sweep_forever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                async with self._database.write() as session:
                    found = await inbox.sweep(session, self._desk)
                for address in self._claim(found):
                    self._claimed.put_nowait(address)
            except (SQLAlchemyError, OSError, LotseError) as error:
                log.warning("inbox not reachable", reason=type(error).__name__)


def _cleaned(inbound: Inbound) -> Inbound:
    """Without characters that nobody types (direction overrides, controls, halves of characters), and not endless."""
    return replace(inbound, text=clean(inbound.text)[:MOST_CHARACTERS], choice=inbound.choice and clean(inbound.choice)[:MOST_CHOICE])


def _fail(future: asyncio.Future[list[int]], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


async def _all(queue: asyncio.Queue[_T]) -> list[_T]:
    """Wait for one item, then take all that is there (at most a batch)."""
    items = [await queue.get()]
    while not queue.empty() and len(items) < MOST_AT_ONCE:
        items.append(queue.get_nowait())
    return items
