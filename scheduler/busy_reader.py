"""Turns an iCalendar file of somebody else into stretches of busy time; runs as a process of its own (`python -m scheduler.busy_reader`).

A file of 2 MB takes seconds to parse, and a rule that never comes true would be worked on for ever: `busy` starts this process, and ends
it when it takes too long. Nothing of what entries are about leaves it.
"""

import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr  # type: ignore[import-untyped]  # it has no types
from icalendar import Calendar

from scheduler.ics import is_own
from scheduler.slots import DAY, Span, merged
from store.errors import LotseError

MOST_OCCURRENCES = 5_000
# An entry without end stands for something short.
WITHOUT_END = timedelta(minutes=30)
# What the libraries raise for what they do not expect.
_STRANGE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_UNTIL = re.compile(r";?UNTIL=[^;]*", re.IGNORECASE)


class Problem(StrEnum):
    """Why a calendar could not be fetched or read: short, without the address and without anything of the file."""

    ADDRESS = "not a web address"
    INNER = "the server is not on the public internet"
    UNREACHABLE = "the server cannot be reached"
    LATE = "no answer in time"
    DOWNGRADE = "leads from https to http"
    REDIRECTS = "too many redirects"
    STATUS = "the server answers {status}"
    COMPRESSED = "the server compresses unasked"
    LARGE = "the file is larger than 2 MB"
    PARTIAL = "the file is not a whole calendar"
    UNREADABLE = "the file is not a calendar"
    SLOW = "the calendar takes too long to read"
    SEALED = "the address cannot be opened with the keys at hand"


class CalendarError(LotseError):
    """An adviser's calendar could not be fetched or read; the message is a `Problem`."""

    code = "calendar"


@dataclass(frozen=True, kw_only=True)
class Window:
    """What is looked for: the time between, the municipality's zone (for all-day entries and times without one), and our own host."""

    zone: ZoneInfo
    first: datetime
    last: datetime
    host: str = ""


@dataclass(frozen=True, kw_only=True)
class Found:
    """Busy time, disjoint and in order, and how many entries could not be read."""

    spans: Sequence[Span]
    unreadable: int


def read(body: bytes, window: Window) -> Found:
    """All busy time of a whole file. Raises CalendarError if it is none or was cut off."""
    if not body.rstrip().endswith(b"END:VCALENDAR"):
        raise CalendarError(Problem.PARTIAL)
    try:
        calendars = Calendar.from_ical(body.decode("utf-8-sig", errors="replace"), multiple=True)
    except _STRANGE as error:
        raise CalendarError(Problem.UNREADABLE) from error
    spans: list[Span] = []
    unreadable = 0
    events = [event for calendar in calendars for event in calendar.walk("VEVENT") if not is_own(str(event.get("UID", "")), window.host)]
    changed = _changed(events)
    for event in events:
        try:
            spans += _busy(event, window, changed.get(str(event.get("UID", "")), []))
        except _STRANGE:
            unreadable += 1
    return Found(spans=merged(spans), unreadable=unreadable)


def _changed(events: Sequence[Any]) -> dict[str, list[Any]]:
    """By UID, the occurrences that have an entry of their own."""
    result: dict[str, list[Any]] = {}
    for event in events:
        if "RECURRENCE-ID" in event:
            result.setdefault(str(event.get("UID", "")), []).append(event["RECURRENCE-ID"])
    return result


def _busy(event: Any, window: Window, changed: Sequence[Any]) -> Iterator[Span]:
    """The stretches of one entry inside the window."""
    busy = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() != "FREE"
    if not busy or str(event.get("TRANSP", "")).upper() == "TRANSPARENT" or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    zone = _zone(event["DTSTART"], window.zone)
    start = _wall(event["DTSTART"], zone)
    length = _length(event, zone)
    if length < timedelta():
        message = "ends before it begins"
        raise ValueError(message)
    repeats = "RECURRENCE-ID" not in event and ("RRULE" in event or "RDATE" in event)
    starts = _occurrences(event, start, zone, window, length, changed) if repeats else [start]
    for wall in starts:
        span = _span(event["DTSTART"], wall, zone, length)
        if span.starts < window.last and span.ends > window.first:
            yield Span(starts=max(span.starts, window.first), ends=min(span.ends, window.last))


def _occurrences(  # noqa: PLR0913, PLR0917 - one argument for each part of the entry
    event: Any, start: datetime, zone: tzinfo, window: Window, length: timedelta, changed: Sequence[Any]
) -> Iterator[datetime]:
    """The wall times at which a repeated entry begins, as its own zone's clocks show them, so that it stays at its hour."""
    rules = rruleset()
    for rule in _many(event.get("RRULE")):
        rules.rrule(rrulestr(_rule(rule, zone), dtstart=start, ignoretz=True))
    rules.rdate(start)
    for value in _dates(event.get("RDATE")):
        rules.rdate(_wall(value[0] if isinstance(value, tuple) else value, zone))
    away = {_moment(value, zone) for value in (*_dates(event.get("EXDATE")), *changed)}
    # A day on both sides: walls of different zones.
    first = window.first.replace(tzinfo=None) - length - DAY
    last = window.last.replace(tzinfo=None) + DAY
    for count, wall in enumerate(rules.xafter(first, inc=True)):
        if wall > last:
            return
        if count >= MOST_OCCURRENCES:
            message = "repeats too often"
            raise ValueError(message)
        if wall not in away and wall.date() not in away:
            yield wall


def _rule(rule: Any, zone: tzinfo) -> str:
    """The rule's text with its end told by the same clocks as its beginning, as the library wants it."""
    text = rule.to_ical().decode()
    until = next(iter(rule.get("UNTIL", [])), None)
    if until is None:
        return str(text)
    wall = _wall(until, zone) if isinstance(until, datetime) else datetime.combine(until, time.max)
    return f"{_UNTIL.sub('', text).strip(';')};UNTIL={wall:%Y%m%dT%H%M%S}"


def _zone(prop: Any, local: ZoneInfo) -> tzinfo:
    """The zone of a time; the municipality's for days, for times without zone and for zones that nobody knows."""
    value = prop.dt
    return value.tzinfo if isinstance(value, datetime) and value.tzinfo else local


def _wall(prop: Any, zone: tzinfo) -> datetime:
    """A day or time as the clocks of `zone` show it."""
    value = getattr(prop, "dt", prop)
    if not isinstance(value, datetime):
        return datetime.combine(value, time())
    return (value.astimezone(zone) if value.tzinfo else value).replace(tzinfo=None)


def _moment(prop: Any, zone: tzinfo) -> datetime | date:
    """A wall time; or a day, which stands for everything on it."""
    value = getattr(prop, "dt", prop)
    return _wall(value, zone) if isinstance(value, datetime) else value


def _length(event: Any, zone: tzinfo) -> timedelta:
    whole_day = not isinstance(event["DTSTART"].dt, datetime)
    if "DTEND" in event:
        if whole_day:
            return max(_wall(event["DTEND"], zone) - _wall(event["DTSTART"], zone), DAY)
        return _utc(_wall(event["DTEND"], zone), zone) - _utc(_wall(event["DTSTART"], zone), zone)
    if "DURATION" in event:
        lasts: timedelta = event["DURATION"].dt
        return lasts
    return DAY if whole_day else WITHOUT_END


def _span(prop: Any, wall: datetime, zone: tzinfo, length: timedelta) -> Span:
    """Days end at a midnight, however long they are; times last as long as the first one."""
    if isinstance(prop.dt, datetime):
        return Span(starts=_utc(wall, zone), ends=_utc(wall, zone) + length)
    return Span(starts=_utc(wall, zone), ends=_utc(wall + length, zone))


def _utc(wall: datetime, zone: tzinfo) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value is not None else []


def _dates(value: Any) -> list[Any]:
    return [each.dt for listed in _many(value) for each in listed.dts]


def main() -> None:
    """Read a file from standard input; write `{"spans": [[seconds, seconds], …], "unreadable": n}` or `{"problem": "…"}`."""
    if sys.platform != "win32":
        os.nice(10)  # answering people comes first
    zone, first, last, host = sys.argv[1:]
    window = Window(zone=ZoneInfo(zone), first=datetime.fromisoformat(first), last=datetime.fromisoformat(last), host=host)
    try:
        found = read(sys.stdin.buffer.read(), window)
    except CalendarError as error:
        answer: dict[str, Any] = {"problem": str(error)}
    else:
        spans = [[span.starts.timestamp(), span.ends.timestamp()] for span in found.spans]
        answer = {"spans": spans, "unreadable": found.unreadable}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
