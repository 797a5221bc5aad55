"""What a tick does: says the reminders that are due, what is due in cases (`caseload`), news of courses; then periodic work.

What is due is decided in `scheduler.claims`. A reminder is claimed, worded and put into the outbox (or the history) in one transaction,
so it is said once or still pending.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import codec, metrics
from bot.apply import World
from bot.caseload import Caseload
from bot.codec import Outgoing
from bot.course_news import Teller
from bot.delivery import Delivery
from bot.inbox import Desk
from bot.outbox import Parcel, Posting, post
from bot.speaking import Speaker, line, messages
from dialogs import reminding
from dialogs.model import Reply
from scheduler import mails, reminders
from scheduler.reminders import Due
from store.database import Database
from store.errors import LotseError
from store.types import utcnow

# Small enough that messages of people do not wait long for the writer of SQLite.
BATCH = 64
# Nothing of it is urgent: a hold that ran out counts as free at once, whoever ends it.
WORK_SECONDS = 10.0

Work = Callable[[AsyncSession, datetime], Awaitable[None]]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Said:
    due: Due
    external: str
    reply: Reply


class Jobs:
    """The periodic work of one process: reminders and cases with every tick, `work` every ten seconds, each in a transaction of its own.

    `watchers` are called with the channel and address of everybody who got something to read.
    """

    def __init__(self, *, database: Database, desk: Desk, world: World, delivery: Delivery, speaker: Speaker) -> None:
        self._database = database
        self._desk = desk
        self._world = world
        self._delivery = delivery
        self.work: list[Work] = [mails.give_up]
        self._work_at = 0.0
        self.caseload = Caseload(database=database, desk=desk, world=world, speaker=speaker)
        self.course_news = Teller(database=database, desk=desk, world=world, speaker=speaker)
        self.watchers = speaker.watchers

    async def tick(self) -> None:
        """Everything that is due now; what fails is tried again with the next tick."""
        try:
            while await self._is_due() and await self.remind(utcnow()):
                pass
        except (SQLAlchemyError, OSError) as error:
            log.warning("reminders not reachable", reason=type(error).__name__)
        try:
            await self.caseload.tick()
        except (SQLAlchemyError, OSError) as error:
            log.warning("cases not reachable", reason=type(error).__name__)
        try:
            await self.course_news.tick()
        except (SQLAlchemyError, OSError) as error:
            log.warning("news of courses not reachable", reason=type(error).__name__)
        if time.monotonic() >= self._work_at:
            self._work_at = time.monotonic() + WORK_SECONDS
            await self._look_at_courses()
            await self._work()

    async def _is_due(self) -> bool:
        async with self._database.read() as session:
            return await reminders.any_due(session, now=utcnow())

    async def _look_at_courses(self) -> None:
        """Read catalogues that have changed, so that nobody who asks for a course has to wait for it."""
        try:
            async with self._database.read() as session:
                await self._world.courses.index(session)
        except (SQLAlchemyError, OSError) as error:
            log.warning("courses not reachable", reason=type(error).__name__)

    async def _work(self) -> None:
        for work in self.work:
            try:
                async with self._database.write() as session:
                    await work(session, utcnow())
            except (SQLAlchemyError, OSError, LotseError) as error:
                log.warning("periodic work not done", work=work.__qualname__, reason=type(error).__name__)
            except Exception:
                # A mistake in one module must not stop the work of the others.
                log.exception("periodic work failed", work=work.__qualname__)

    async def remind(self, now: datetime) -> int:
        """Say one batch of what is due at `now`; returns how many reminders that were: 0 means that nothing is left."""
        async with self._database.write() as session:
            claimed = await reminders.claim(session, owner=self._desk.owner, now=now, limit=BATCH)
            said = await self._worded(session, claimed)
            parcels = await self._write(session, said)
        self._delivery.enqueue(parcels)
        for one in said:
            metrics.late_seconds.labels(one.due.channel).observe((now - one.due.due_at).total_seconds())
            for watcher in self.watchers:
                watcher(one.due.channel, one.external)
        return len(claimed)

    async def _worded(self, session: AsyncSession, claimed: Sequence[Due]) -> list[_Said]:
        """The reminders in words; those with nothing to say are void, those that cannot be worded fail and hold up nobody else."""
        said: list[_Said] = []
        closed: dict[str, list[int]] = {"void": [], "failed": []}
        for due in claimed:
            try:
                reply = await reminding.render(session, self._desk.keyring, self._world.knowledge, due, self._world.traits[due.channel])
                external = self._desk.keyring.open(due.sealed_external, purpose=codec.ADDRESS)
            except SQLAlchemyError:
                raise
            except Exception:
                log.exception("reminder not worded", kind=due.kind, reminder=due.reminder)
                closed["failed"].append(due.reminder)
                continue
            if reply is None:
                closed["void"].append(due.reminder)
            else:
                said.append(_Said(due=due, external=external, reply=reply))
        for state, ids in closed.items():
            await reminders.close(session, ids, state=state)
        return said

    async def _write(self, session: AsyncSession, said: Sequence[_Said]) -> list[Parcel]:
        """The history of all, and the outbox of channels that push; returns the parcels that this process delivers at once."""
        if not said:
            return []
        rows = [
            line(self._desk, person=one.due.person, payload=codec.reply_to_json(one.reply), now=utcnow(), position=position)
            for position, one in enumerate(said)
        ]
        await session.execute(insert(messages), rows)
        pushed = [one for one in said if not self._world.traits[one.due.channel].keeps_history]
        return await post(session, self._desk, [_posting(one) for one in pushed])


def _posting(one: _Said) -> Posting:
    return Posting(
        address_id=one.due.address,
        channel=one.due.channel,
        external=one.external,
        outgoing=Outgoing(reply=one.reply),
        expires_at=one.due.expires_at,
        reminder_id=one.due.reminder,
    )
