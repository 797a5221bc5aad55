"""Says the news of courses: per person at most one message a day, outside the quiet hours, each piece of news once.

What there is to tell is decided in `knowledge.courses`, words are in `dialogs.course_alerts`. Claim, words, history and outbox are one
transaction, so each message is said once or its news still wait.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.apply import World
from bot.inbox import Desk, people
from bot.speaking import Speaker, Spoken
from dialogs import course_alerts, reminding
from knowledge.courses import telling
from scheduler import lead_times, slots
from scheduler.lead_times import Quiet
from store.courses import CourseNews
from store.database import Database
from store.scheduling import Site
from store.statements import table_of
from store.types import utcnow

# Small enough that reminders and messages of people do not wait long.
BATCH = 32
PAUSE_SECONDS = 10.0
# What is queued must also arrive before the quiet hours.
MARGIN = timedelta(minutes=15)
_USUAL = Site(municipality_id=0)

log = structlog.get_logger(__name__)
news, sites = table_of(CourseNews), table_of(Site)
_earlier = news.alias()

# Whoever has no town, or one without a site, lives by the usual clock.
_CLOCK = tuple(
    func.coalesce(column, usual).label(column.name)
    for column, usual in ((sites.c.zone, _USUAL.zone), (sites.c.quiet_from, _USUAL.quiet_from), (sites.c.quiet_until, _USUAL.quiet_until))
)
_WAITING = (
    select(*_CLOCK)
    .select_from(news.join(people, people.c.id == news.c.person_id).outerjoin(sites, sites.c.municipality_id == people.c.municipality_id))
    .where(news.c.state == "pending")
    .distinct()
)
_TODAY = exists().where(_earlier.c.person_id == news.c.person_id, _earlier.c.state == "told", _earlier.c.told_at >= bindparam("since"))
_DUE = (
    select(news.c.person_id)
    .select_from(news.join(people, people.c.id == news.c.person_id).outerjoin(sites, sites.c.municipality_id == people.c.municipality_id))
    .where(news.c.state == "pending", news.c.person_id > bindparam("after"), ~_TODAY)
    .where(*(column == bindparam(f"of_{column.name}") for column in _CLOCK))
    .distinct()
    .order_by(news.c.person_id)
    .limit(BATCH)
)
# Whoever is just being deleted is waited for, before any row of theirs is touched.
_PERSON = select(people.c.id, people.c.language).where(people.c.id == bindparam("who")).with_for_update(read=True, key_share=True)


@dataclass(frozen=True, kw_only=True)
class _Clock:
    """The day of some people: since when it is today for them."""

    since: datetime
    today: date


class Teller:
    """The telling of news in one process. Several processes may tick: of two who try at once one tells."""

    def __init__(self, *, database: Database, desk: Desk, world: World, speaker: Speaker) -> None:
        self._database = database
        self._desk = desk
        self._world = world
        self._speaker = speaker
        self._after = 0
        self._rests_until = 0.0

    async def tick(self) -> None:
        """Tell some people what is new for them; after the last of them it rests a while. Raises if the database is gone."""
        if time.monotonic() < self._rests_until:
            return
        if not await self.tell(utcnow()):
            self._rests_until = time.monotonic() + PAUSE_SECONDS

    async def tell(self, now: datetime) -> bool:
        """One round of people; returns whether there are more. It reads before it writes, so that an idle tick keeps nobody waiting."""
        due = await self._due(now)
        for person, clock in due:
            # Before: whoever cannot be told holds up nobody else.
            self._after = person
            await self._tell(person, clock, now)
        if len(due) < BATCH:
            self._after = 0
        return len(due) == BATCH

    async def _due(self, now: datetime) -> list[tuple[int, _Clock]]:
        """People with news who are awake and have been told nothing today, in the order of their numbers."""
        found: list[tuple[int, _Clock]] = []
        async with self._database.read() as session:
            for row in list(await session.execute(_WAITING)):
                clock = _awake(row, now)
                if clock:
                    which = {"of_zone": row.zone, "of_quiet_from": row.quiet_from, "of_quiet_until": row.quiet_until}
                    persons = await session.scalars(_DUE, which | {"after": self._after, "since": clock.since})
                    found += [(person, clock) for person in persons]
        return sorted(found, key=lambda one: one[0])[:BATCH]

    async def _tell(self, person: int, clock: _Clock, now: datetime) -> None:
        try:
            async with self._database.write() as session:
                spoken = await self._said(session, person, clock, now)
        except telling.LaterError:
            return
        except (SQLAlchemyError, OSError):
            raise
        except Exception:
            # What cannot be worded today cannot be worded tomorrow either, and must not come back with every tick.
            log.exception("news of courses not worded")
            async with self._database.write() as session:
                await telling.give_up(session, person=person)
            return
        self._speaker.deliver(spoken)

    async def _said(self, session: AsyncSession, person: int, clock: _Clock, now: datetime) -> Sequence[Spoken]:
        row = (await session.execute(_PERSON, {"who": person})).one_or_none()
        if row is None:
            return []
        items = await telling.claim(session, person=person, now=now, since=clock.since, today=clock.today)
        if not items:
            return []
        # As on a channel where others read along, wherever the person reads it.
        language, traits = row.language or "de", self._world.traits["telegram"]
        turn = reminding.silent_turn(session, self._desk, self._world.knowledge, person=person, language=language, traits=traits)
        return [await self._speaker.say(session, person=person, reply=course_alerts.bundle(turn, items, today=clock.today))]


def _awake(row: Any, now: datetime) -> _Clock | None:
    """The day of people with this clock; None in their quiet hours."""
    zone = ZoneInfo(row.zone)
    quiet = Quiet(zone=zone, quiet_from=row.quiet_from, quiet_until=row.quiet_until)
    if lead_times.is_quiet(now, **quiet) or lead_times.is_quiet(now + MARGIN, **quiet):
        return None
    today = now.astimezone(zone).date()
    return _Clock(since=slots.begin(today, 0, zone), today=today)
