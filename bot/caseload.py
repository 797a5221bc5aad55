"""What happens in cases by the clock: the ladder while nobody answers, follow-ups, the program's return, notices of substitution.

Rules are in `handoff`, words in `dialogs.handing`. A step, its words and their delivery are one transaction, so each happens once.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.apply import World
from bot.inbox import Desk, cases, conversations
from bot.speaking import Speaker, Spoken
from dialogs import handing
from dialogs.model import Reply
from handoff import cases as verbs
from handoff import follow_ups, ladder, notices
from knowledge.pages.switches import without
from store.database import Database
from store.desk import Leave
from store.statements import table_of
from store.types import utcnow

BATCH = 50
NOTICE_SECONDS = 60.0
# A case whose step went wrong is left alone so long, and holds up nobody else.
REST_SECONDS = 60.0
_DAY = timedelta(days=1)

Step = Callable[[AsyncSession, int, datetime], Awaitable[list[Spoken]]]
log = structlog.get_logger(__name__)
leaves = table_of(Leave)


class Caseload:
    """The clockwork of the cases in one process. Several processes may tick: of two who try at once one does it."""

    def __init__(self, *, database: Database, desk: Desk, world: World, speaker: Speaker) -> None:
        self._database = database
        self._desk = desk
        self._world = world
        self._speaker = speaker
        self._resting: dict[int, float] = {}
        self._notices_at = 0.0

    async def tick(self, now: datetime | None = None) -> None:
        """Do what is due. It reads before it writes, so that an idle tick keeps nobody waiting. Raises if the database is gone."""
        at = now or utcnow()
        for step, case in await self._due(at):
            await self._do(step, case, at)
        if time.monotonic() >= self._notices_at:
            self._notices_at = time.monotonic() + NOTICE_SECONDS
            await self.give_notice(at)

    async def give_notice(self, now: datetime) -> None:
        """Tell people whose adviser is away who reads their messages."""
        async with self._database.read() as session:
            around = (leaves.c.starts_on <= (now + _DAY).date(), leaves.c.ends_on >= (now - _DAY).date())
            if await session.scalar(select(leaves.c.id).where(*around).limit(1)) is None:
                return
        async with self._database.write() as session:
            due = await notices.due(session, now)
            spoken = [await self._say(session, one.person, one.case, handing.substitution(one)) for one in due]
        self._speaker.deliver(spoken)

    async def _due(self, now: datetime) -> list[tuple[Step, int]]:
        resting = {case for case, until in self._resting.items() if until > time.monotonic()}
        self._resting = {case: until for case, until in self._resting.items() if case in resting}
        async with self._database.read() as session:
            found: Sequence[tuple[Step, Sequence[int]]] = (
                (self._return, await self._returns(session, now)),
                (self._wake, await follow_ups.due(session, now, BATCH)),
                (self._climb, await ladder.due(session, now, BATCH)),
            )
        return [(step, case) for step, ids in found for case in ids if case not in resting]

    async def _do(self, step: Step, case: int, now: datetime) -> None:
        try:
            async with self._database.write() as session:
                spoken = await step(session, case, now)
        except (SQLAlchemyError, OSError):
            raise
        except Exception:
            log.exception("a step of a case failed", step=step.__name__, case=case)
            self._resting[case] = time.monotonic() + REST_SECONDS
            return
        self._speaker.deliver(spoken)

    async def _climb(self, session: AsyncSession, case: int, now: datetime) -> list[Spoken]:
        step = await ladder.climb(session, case, now)
        if step is None:
            return []
        town = next((town for town in self._world.towns.values() if town.id == step.municipality), None)
        knowledge = without(self._world.knowledge, self._world.switches.of(town.slug if town else None))
        reply = handing.render_step(step, town=town.name if town else "", knowledge=knowledge)
        return [await self._say(session, step.person, case, reply)] if reply else []

    async def _wake(self, session: AsyncSession, case: int, now: datetime) -> list[Spoken]:
        woken = await follow_ups.wake(session, self._desk.keyring, case=case, now=now)
        if woken is None:
            return []
        reply = handing.follow_up(woken, town=self._town(woken.municipality))
        return [await self._say(session, woken.person, case, reply, author=woken.owner)] if reply else []

    async def _returns(self, session: AsyncSession, now: datetime) -> list[int]:
        """Cases in which the program is silent and its set time has come."""
        held = select(cases.c.id).join(conversations, conversations.c.held_by_case == cases.c.id)
        due = held.where(cases.c.bot_returns_at <= now, cases.c.state != "closed", cases.c.person_id.is_not(None))
        return list(await session.scalars(due.order_by(cases.c.bot_returns_at).limit(BATCH)))

    async def _return(self, session: AsyncSession, case: int, now: datetime) -> list[Spoken]:
        about = select(cases.c.municipality_id, cases.c.person_id, cases.c.language).where(cases.c.id == case)
        row = (await session.execute(about)).one_or_none()
        if row is None or not await verbs.return_bot(session, municipality=row.municipality_id, case=case, user=None, now=now):
            return []
        return [await self._say(session, row.person_id, case, handing.returned(language=row.language))]

    async def _say(self, session: AsyncSession, person: int, case: int, reply: Reply, *, author: int | None = None) -> Spoken:
        return await self._speaker.say(session, person=person, reply=reply, case=case, author=author)

    def _town(self, municipality: int) -> str:
        return next((town.name for town in self._world.towns.values() if town.id == municipality), "")
