"""When cases are answered: weekly hours, public holidays, closed days and absences as pure functions; and how they are read.

Times when somebody can be *booked* are in `scheduler`. Nothing here guesses: who stated no hours has none (`Hours.known`).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import Row, Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.desk import Leave, WorkHours
from store.scheduling import Absence, Site
from store.statements import table_of
from store.tables import User

DAY = timedelta(days=1)
# Further ahead nobody is promised anything.
HORIZON = 400

work_hours, leaves, absences = table_of(WorkHours), table_of(Leave), table_of(Absence)
people, sites = table_of(User), table_of(Site)


@dataclass(frozen=True, kw_only=True, order=True)
class Span:
    """A stretch of time in UTC, its end not included."""

    starts: datetime
    ends: datetime


@dataclass(frozen=True, kw_only=True)
class Weekly:
    """Hours of every week: weekday 0 is Monday, minutes since midnight on the wall, valid from … until (days, both included)."""

    weekday: int
    starts: int
    ends: int
    valid_from: date | None = None
    valid_until: date | None = None

    def on(self, day: date) -> bool:
        """Whether they hold on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        return day.weekday() == self.weekday and begun and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, kw_only=True)
class Roster:
    """The hours of one person, or of one house, and when they are away."""

    weekly: tuple[Weekly, ...] = ()
    away: tuple[Span, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Hours:
    """When at least one of `rosters` works, as wall clocks go in `zone`; never on public holidays of the Land or on closed days."""

    zone: ZoneInfo
    land: str = "RP"
    closed: frozenset[date] = field(default_factory=frozenset)
    rosters: tuple[Roster, ...] = ()

    @property
    def known(self) -> bool:
        """Whether anybody has stated hours at all; without them nothing can be promised."""
        return any(roster.weekly for roster in self.rosters)

    def day_of(self, moment: datetime) -> date:
        """The day of a moment on the wall."""
        return moment.astimezone(self.zone).date()


def is_open(hours: Hours, now: datetime) -> bool:
    """Whether somebody works at this moment."""
    return closes(hours, now) is not None


def closes(hours: Hours, now: datetime) -> datetime | None:
    """When those who work now stop (a break counts as a stop), in UTC; None if nobody works now."""
    # Hours until midnight touch those of the next day.
    found = merged((*spans(hours, hours.day_of(now)), *spans(hours, hours.day_of(now) + DAY)))
    return next((span.ends for span in found if span.starts <= now < span.ends), None)


def next_open(hours: Hours, now: datetime) -> datetime | None:
    """The moment itself if somebody works, otherwise when they begin again, in UTC; None if that is not known."""
    return next((max(span.starts, now.astimezone(UTC)) for span in _ahead(hours, now)), None)


def add_working(hours: Hours, start: datetime, duration: timedelta) -> datetime | None:
    """When `duration` of working time has passed since `start`, in UTC; no duration is `start` itself. None if that is not known."""
    if not duration:
        return start.astimezone(UTC)
    for span in _ahead(hours, start):
        begins = max(span.starts, start.astimezone(UTC))
        if begins + duration <= span.ends:
            return begins + duration
        duration -= span.ends - begins
    return None


def working(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """How much working time lies between two moments (at most the horizon)."""
    ahead = (Span(starts=max(span.starts, start), ends=min(span.ends, end)) for span in _ahead(hours, start) if span.starts < end)
    return sum((span.ends - span.starts for span in ahead if span.starts < span.ends), timedelta())


def spans(hours: Hours, day: date) -> list[Span]:
    """When somebody works on a day, in order, those that touch as one."""
    if day in hours.closed or day in _public(hours.land, day.year):
        return []
    found: list[Span] = []
    for roster in hours.rosters:
        weekly = [_span(part, day, hours.zone) for part in roster.weekly if part.on(day)]
        found += [rest for span in weekly for rest in _without(span, roster.away)]
    return merged(found)


def _ahead(hours: Hours, now: datetime) -> Iterator[Span]:
    """The spans that end after `now`, day by day."""
    if not hours.known:
        return
    first = hours.day_of(now)
    for number in range(HORIZON):
        for span in spans(hours, first + number * DAY):
            if span.ends > now:
                yield span


@lru_cache(maxsize=256)
def _public(land: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("DE", subdiv=land, years=year))


def _span(part: Weekly, day: date, zone: ZoneInfo) -> Span:
    """One day's hours. Of a wall time that comes twice or never the beginning is the later, the end the earlier one."""
    return Span(starts=max(_moments(day, part.starts, zone)), ends=min(_moments(day, part.ends, zone)))


def _moments(day: date, minutes: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    days, minutes = divmod(minutes, 1440)
    wall = datetime.combine(day + days * DAY, time(minutes // 60, minutes % 60), zone)
    return wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)


def merged(found: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch or overlap as one, empty ones left out."""
    result: list[Span] = []
    for span in sorted(span for span in found if span.starts < span.ends):
        if result and span.starts <= result[-1].ends:
            result[-1] = Span(starts=result[-1].starts, ends=max(result[-1].ends, span.ends))
        else:
            result.append(span)
    return result


def _without(span: Span, away: Iterable[Span]) -> list[Span]:
    """What is left of a span without the time that somebody is away."""
    rest = [span]
    for gone in away:
        rest = [
            part
            for piece in rest
            for part in (
                Span(starts=piece.starts, ends=min(piece.ends, gone.starts)),
                Span(starts=max(piece.starts, gone.ends), ends=piece.ends),
            )
            if part.starts < part.ends
        ]
    return rest


async def load(session: AsyncSession, *, municipality: int, user: int | None = None) -> Hours:
    """The hours of a user (their own, else their office's, else the municipality's; without leaves and absences), or of the house."""
    if user is not None:
        return await of_users(session, municipality=municipality, users=[user])
    rows = await _rows(session, work_hours, municipality)
    house = Roster(weekly=_weekly(rows), away=_absent(await _rows(session, absences, municipality)))
    return replace(await _calendar(session, municipality), rosters=(house,))


async def of_users(session: AsyncSession, *, municipality: int, users: Collection[int], leave: bool = True) -> Hours:
    """When at least one of these users works; `leave=False` looks away from their leaves. Others than the municipality's are left out."""
    found = await of_each(session, municipality=municipality, users=users, leave=leave)
    together = tuple(roster for plan in found.values() for roster in plan.rosters)
    return replace(await _calendar(session, municipality), rosters=together)


async def of_each(session: AsyncSession, *, municipality: int, users: Collection[int], leave: bool = True) -> dict[int, Hours]:
    """The hours of each of these users, as in `of_users`; five statements."""
    hours = await _calendar(session, municipality)
    rows = await _rows(session, work_hours, municipality)
    gone = await _rows(session, absences, municipality)
    wanted = select(people.c.id, people.c.office_id, people.c.adviser_id).where(people.c.municipality_id == municipality)
    mine = (await session.execute(wanted.where(people.c.id.in_(users)).order_by(people.c.id))).all()
    left = await _leaves(session, [row.id for row in mine], hours.zone) if leave else {}
    found = {}
    for row in mine:
        away = (*left.get(row.id, ()), *_absent(gone, office=row.office_id, adviser=row.adviser_id))
        roster = Roster(weekly=_weekly(rows, user=row.id, office=row.office_id), away=away)
        found[int(row.id)] = replace(hours, rosters=(roster,))
    return found


async def zone_of(session: AsyncSession, *, municipality: int) -> ZoneInfo:
    """The time zone in which the municipality's wall clocks go."""
    return (await _calendar(session, municipality)).zone


async def _calendar(session: AsyncSession, municipality: int) -> Hours:
    """Time zone, Land and closed days; the usual ones where the municipality has said nothing."""
    row = (await session.execute(select(sites).where(sites.c.municipality_id == municipality))).one_or_none()
    if row is None:
        return Hours(zone=ZoneInfo(Site(municipality_id=municipality).zone))
    return Hours(zone=ZoneInfo(row.zone), land=row.land, closed=frozenset(date.fromisoformat(day) for day in row.closed_days))


async def _rows(session: AsyncSession, table: Table, municipality: int) -> list[Row[Any]]:
    return list(await session.execute(select(table).where(table.c.municipality_id == municipality).order_by(table.c.id)))


def _weekly(rows: Sequence[Row[Any]], *, user: int | None = None, office: int | None = None) -> tuple[Weekly, ...]:
    """The person's own hours, else their office's, else those of the whole municipality."""
    own = [row for row in rows if user is not None and row.user_id == user]
    offices = [row for row in rows if office is not None and row.office_id == office and row.user_id is None]
    house = [row for row in rows if row.user_id is None and row.office_id is None]
    return tuple(
        Weekly(weekday=row.weekday, starts=row.starts, ends=row.ends, valid_from=row.valid_from, valid_until=row.valid_until)
        for row in own or offices or house
    )


async def _leaves(session: AsyncSession, ids: Collection[int], zone: ZoneInfo) -> dict[int, list[Span]]:
    """The leaves of users as spans, from the midnight before to the midnight after."""
    found: dict[int, list[Span]] = {}
    for row in await session.execute(select(leaves).where(leaves.c.user_id.in_(ids)).order_by(leaves.c.starts_on)):
        span = Span(starts=min(_moments(row.starts_on, 0, zone)), ends=max(_moments(row.ends_on, 1440, zone)))
        found.setdefault(row.user_id, []).append(span)
    return found


def _absent(rows: Sequence[Row[Any]], *, office: int | None = None, adviser: int | None = None) -> tuple[Span, ...]:
    """Absences of everybody, of this office, of this adviser: in the calendar they take hours out of days."""
    everybody = [row for row in rows if row.adviser_id is None and row.office_id in {None, office}]
    own = [row for row in rows if row.adviser_id is not None and row.adviser_id == adviser]
    return tuple(Span(starts=row.starts_at, ends=row.ends_at) for row in (*everybody, *own))
