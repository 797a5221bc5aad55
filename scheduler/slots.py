"""Free times: a pure function of hours, absences, holidays and what is taken, never stored. What it needs is read in `calendar`."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, order=True)
class Span:
    """A stretch of time in UTC, its end not included."""

    starts: datetime
    ends: datetime


@dataclass(frozen=True, kw_only=True)
class Weekly:
    """Hours that come every week: weekday 0 is Monday, minutes since midnight, valid on days from … until (both included)."""

    office: int
    weekday: int
    starts: int
    ends: int
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Once:
    """Hours on one day, in addition to the weekly ones and also on a closed day."""

    office: int
    day: date
    starts: int
    ends: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The time of one adviser: hours, what is away (absence, own calendar), what is taken (with buffers), closed days."""

    adviser: int
    zone: ZoneInfo
    weekly: tuple[Weekly, ...] = ()
    once: tuple[Once, ...] = ()
    away: tuple[Span, ...] = ()
    taken: tuple[Span, ...] = ()
    closed: frozenset[date] = frozenset()
    office_away: tuple[tuple[int, Span], ...] = ()
    daily_limit: int | None = None
    booked: tuple[datetime, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is looked for: minutes of the service, its buffers and grid, and the time between `earliest` and `latest`."""

    minutes: int
    before: int = 0
    after: int = 0
    step: int = 15
    earliest: datetime
    latest: datetime


@dataclass(frozen=True, kw_only=True, order=True)
class Slot:
    """A time that can be had, in UTC, with whom and where; a place in a `group` slot has no adviser of its own (0)."""

    starts: datetime
    ends: datetime
    adviser: int
    office: int
    group: int = 0


def free(plan: Plan, wish: Wish) -> list[Slot]:
    """All times of one adviser that fulfil the wish, earliest first."""
    blocked = merged((*plan.away, *plan.taken))
    full = _full_days(plan)
    days = _days(wish.earliest.astimezone(plan.zone).date(), wish.latest.astimezone(plan.zone).date())
    found = [
        slot
        for office, span in open_spans(plan, days)
        for slot in _in_span(plan, wish, office, span, merged((*blocked, *_office_away(plan, office))) if plan.office_away else blocked)
        if slot.starts.astimezone(plan.zone).date() not in full
    ]
    return sorted(set(found))


def _in_span(plan: Plan, wish: Wish, office: int, span: Span, blocked: Sequence[Span]) -> Iterator[Slot]:
    """The grid of one open span without what is blocked; buffers may reach beyond the hours, never into something else."""
    length, before, after = (timedelta(minutes=minutes) for minutes in (wish.minutes, wish.before, wish.after))
    step = timedelta(minutes=wish.step)
    starts = span.starts
    while starts + length <= min(span.ends, wish.latest):
        if starts >= wish.earliest:
            hit = overlapping(blocked, Span(starts=starts - before, ends=starts + length + after))
            if hit is None:
                yield Slot(starts=starts, ends=starts + length, adviser=plan.adviser, office=office)
        starts += step


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def open_spans(plan: Plan, days: Iterable[date]) -> Iterator[tuple[int, Span]]:
    """The hours on some days, with the office where they are; what is away or taken is not looked at."""
    for day in days:
        if day not in plan.closed:
            for hours in plan.weekly:
                if hours.weekday == day.weekday() and _valid(hours, day):
                    yield from _span(hours.office, day, hours.starts, hours.ends, plan.zone)
        for opening in plan.once:
            if opening.day == day:
                yield from _span(opening.office, day, opening.starts, opening.ends, plan.zone)


def _valid(hours: Weekly, day: date) -> bool:
    return (hours.valid_from is None or hours.valid_from <= day) and (hours.valid_until is None or day <= hours.valid_until)


def _span(office: int, day: date, starts: int, ends: int, zone: ZoneInfo) -> Iterator[tuple[int, Span]]:
    span = Span(starts=begin(day, starts, zone), ends=end(day, ends, zone))
    if span.starts < span.ends:
        yield office, span


def begin(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The UTC moment at which hours begin; of a wall time that comes twice or never the later one, so nothing lies outside the hours."""
    return max(_moments(day, minutes, zone))


def end(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The UTC moment at which hours end; of a wall time that comes twice or never the earlier one. 1440 is midnight of the next day."""
    return min(_moments(day, minutes, zone))


def _moments(day: date, minutes: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    day, minutes = (day + DAY, minutes - 1440) if minutes >= 1440 else (day, minutes)  # noqa: PLR2004 - minutes of a day
    wall = datetime.combine(day, time(minutes // 60, minutes % 60), zone)
    return wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)


def _full_days(plan: Plan) -> set[date]:
    """Days on which the adviser has as many appointments as they want."""
    if plan.daily_limit is None:
        return set()
    counts = Counter(moment.astimezone(plan.zone).date() for moment in plan.booked)
    return {day for day, count in counts.items() if count >= plan.daily_limit}


def _office_away(plan: Plan, office: int) -> list[Span]:
    return [span for where, span in plan.office_away if where == office]


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch or overlap as one."""
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.starts <= result[-1].ends:
            result[-1] = Span(starts=result[-1].starts, ends=max(result[-1].ends, span.ends))
        elif span.starts < span.ends:
            result.append(span)
    return result


def overlapping(blocked: Sequence[Span], wanted: Span) -> Span | None:
    """The span of `blocked` (in order, disjoint) that overlaps `wanted`, or None."""
    position = bisect_right(blocked, wanted.starts, key=lambda span: span.ends)
    if position < len(blocked) and blocked[position].starts < wanted.ends:
        return blocked[position]
    return None
