"""Where things stand in the week: a pure function from what an adviser's days hold to days, rows and lanes. Reading is in `calendar_week`.

A row is a quarter of an hour as wall clocks show it. Things that overlap stand beside each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

QUARTER = 15
DAY_ROWS = 24 * 60 // QUARTER
# Shown at least, so that an empty week looks like a week.
USUAL = (8 * 60 // QUARTER, 17 * 60 // QUARTER)
# Lower than this a line of text, or a finger, does not fit.
LEAST_ROWS = 2
MOST_LANES = 6
_HOUR_ROWS = 60 // QUARTER
_DAY = timedelta(days=1)

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Item(Generic[T]):
    """Something that takes time (aware moments). `body` is what to show; a `quiet` one does not stretch the hours that are shown."""

    starts: datetime
    ends: datetime
    body: T
    quiet: bool = False


@dataclass(frozen=True, kw_only=True)
class Block(Generic[T]):
    """The part of an item that lies on one day: its first row, its rows, and which of how many lanes beside each other it takes."""

    body: T
    at: int
    rows: int
    lane: int = 0
    lanes: int = 1


@dataclass(frozen=True, kw_only=True)
class Day(Generic[T]):
    """One day: blocks by their beginning, hours (row, rows), what takes the whole day, and what found no lane any more."""

    date: date
    blocks: Sequence[Block[T]] = ()
    hours: Sequence[tuple[int, int]] = ()
    whole: Sequence[T] = ()
    hidden: Sequence[T] = ()


@dataclass(frozen=True, kw_only=True)
class Grid(Generic[T]):
    """The days, and the rows that are shown: `first` is the quarter of the day at the top. Blocks count from there."""

    first: int
    rows: int
    days: Sequence[Day[T]]

    @property
    def hours(self) -> list[tuple[int, int]]:
        """The full hours that are shown, with their rows."""
        return [(row // _HOUR_ROWS, row - self.first) for row in range(self.first, self.first + self.rows) if row % _HOUR_ROWS == 0]


@dataclass(kw_only=True)
class _Raw(Generic[T]):
    blocks: list[tuple[int, int, bool, T]] = field(default_factory=list)
    hours: list[tuple[int, int]] = field(default_factory=list)
    whole: list[T] = field(default_factory=list)


def lay_out(items: Iterable[Item[T]], *, days: Sequence[date], zone: ZoneInfo, hours: Iterable[tuple[datetime, datetime]] = ()) -> Grid[T]:
    """The grid of consecutive days. Rows follow the wall clock, also on the days on which it changes.

    An hour that comes twice is shown once: who begins in it for the second time stands beside who began in it for the first.
    """
    raw: Mapping[date, _Raw[T]] = {day: _Raw() for day in days}
    for item in sorted(items, key=lambda one: (one.starts, one.ends)):
        for day, starts, ends in _parts(item.starts, item.ends, zone):
            if day in raw and (starts, ends) == (0, DAY_ROWS):
                raw[day].whole.append(item.body)
            elif day in raw:
                raw[day].blocks.append((starts, max(ends, starts + LEAST_ROWS), item.quiet, item.body))
    for begin, end in hours:
        for day, starts, ends in _parts(begin, end, zone):
            if day in raw:
                raw[day].hours.append((starts, ends))
    first, last = _window(raw.values())
    return Grid(first=first, rows=last - first, days=[_day(day, found, first, last) for day, found in raw.items()])


def _parts(starts: datetime, ends: datetime, zone: ZoneInfo) -> list[tuple[date, int, int]]:
    """The days that a stretch of time touches, with its first row there and the row after its last."""
    begin, end = starts.astimezone(zone), ends.astimezone(zone)
    found = []
    day = begin.date()
    while day < end.date() or (day == end.date() and (end.hour or end.minute or day == begin.date())):
        from_row = _row(begin) if day == begin.date() else 0
        to_row = _row(end, up=True) if day == end.date() else DAY_ROWS
        if day == begin.date() == end.date():
            # When the clock is put back the wall says less than what passes.
            to_row = max(to_row, from_row + -(-int((ends - starts).total_seconds()) // (QUARTER * 60)))
        found.append((day, from_row, min(max(to_row, from_row + 1), DAY_ROWS)))
        day += _DAY
    return found


def _row(wall: datetime, *, up: bool = False) -> int:
    minutes = wall.hour * 60 + wall.minute
    return -(-minutes // QUARTER) if up else minutes // QUARTER


def _window(raw: Iterable[_Raw[T]]) -> tuple[int, int]:
    """The rows to show: the usual day, wider where hours or appointments are; whole hours."""
    found = list(raw)
    spans = [(starts, ends) for one in found for starts, ends, quiet, _ in one.blocks if not quiet] + [
        span for one in found for span in one.hours
    ]
    first = min([USUAL[0], *(starts for starts, _ in spans)])
    last = max([USUAL[1], *(ends for _, ends in spans)])
    return first // _HOUR_ROWS * _HOUR_ROWS, min(-(-last // _HOUR_ROWS) * _HOUR_ROWS, DAY_ROWS)


def _day(day: date, raw: _Raw[T], first: int, last: int) -> Day[T]:
    clipped = [(max(starts, first), min(ends, last), body) for starts, ends, _, body in raw.blocks]
    shown = sorted(
        ((starts, max(ends, starts + 1), body) for starts, ends, body in clipped if starts < last and ends > first), key=lambda b: b[:2]
    )
    blocks: list[Block[T]] = []
    hidden: list[T] = []
    for cluster in _clusters(shown):
        placed, left = _lanes(cluster)
        blocks += [Block(body=body, at=at - first, rows=rows, lane=lane, lanes=lanes) for at, rows, lane, lanes, body in placed]
        hidden += left
    hours = [(max(starts, first) - first, min(ends, last) - max(starts, first)) for starts, ends in sorted(set(raw.hours))]
    return Day(date=day, blocks=blocks, hours=hours, whole=raw.whole, hidden=hidden)


def _clusters(blocks: Sequence[tuple[int, int, T]]) -> list[list[tuple[int, int, T]]]:
    """Blocks that hang together by overlapping, directly or through others."""
    found: list[list[tuple[int, int, T]]] = []
    until = -1
    for block in blocks:
        if block[0] >= until:
            found.append([])
        found[-1].append(block)
        until = max(until, block[1])
    return found


def _lanes(cluster: Sequence[tuple[int, int, T]]) -> tuple[list[tuple[int, int, int, int, T]], list[T]]:
    """Each block in the first lane that is free; what finds none is left over."""
    ends: list[int] = []
    placed: list[tuple[int, int, int, T]] = []
    left: list[T] = []
    for starts, until, body in cluster:
        lane = next((number for number, end in enumerate(ends) if end <= starts), len(ends))
        if lane >= MOST_LANES:
            left.append(body)
            continue
        ends[lane : lane + 1] = [until]
        placed.append((starts, until - starts, lane, body))
    return [(at, rows, lane, len(ends), body) for at, rows, lane, body in placed], left
