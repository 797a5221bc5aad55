"""The VTIMEZONE of a zone as yearly rules, as every calendar program reads it. Events are made in `ics`.

The library's own `add_missing_timezones()` lists dates (Outlook wants rules) and begins summer time an hour late (icalendar 7.3).
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_HOUR = timedelta(hours=1)
Part = TimezoneStandard | TimezoneDaylight


def definition(zone: ZoneInfo, *, year: int) -> Timezone:
    """The rules of `zone` as they are in the year before `year`: right from 1 January of `year` on, while the law stays."""
    found = Timezone()
    found.add("tzid", zone.key)
    for part in _parts(zone, year - 1):
        found.add_component(part)
    return found


def _parts(zone: ZoneInfo, year: int) -> Iterator[Part]:
    changes = _changes(zone, year)
    if not changes:
        moment = datetime(year, 1, 1, tzinfo=UTC).astimezone(zone)
        yield _part(TimezoneStandard(), moment.replace(tzinfo=None), moment, moment)
    for change in changes:
        before, after = (change - _HOUR).astimezone(zone), change.astimezone(zone)
        forward = _offset(after) > _offset(before)
        # The onset is told by the wall clock that goes until then.
        onset = change.replace(tzinfo=None) + _offset(before)
        part = _part(TimezoneDaylight() if forward else TimezoneStandard(), onset, before, after)
        part.add("rrule", {"freq": "yearly", "bymonth": onset.month, "byday": _weekday(onset)})
        yield part


def _part(part: Part, onset: datetime, before: datetime, after: datetime) -> Part:
    part.add("dtstart", onset)
    part.add("tzoffsetfrom", _offset(before))
    part.add("tzoffsetto", _offset(after))
    part.add("tzname", after.tzname())
    return part


def _weekday(day: datetime) -> str:
    """`-1SU` for the last Sunday of its month, `2SU` for the second."""
    last = day.day + 7 > monthrange(day.year, day.month)[1]
    return f"{-1 if last else (day.day - 1) // 7 + 1}{_DAYS[day.weekday()]}"


@lru_cache(maxsize=64)
def _changes(zone: ZoneInfo, year: int) -> tuple[datetime, ...]:
    """The moments (UTC, on the hour) at which the clocks of a year change."""
    hour, end, found = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC), []
    while hour < end:
        following = hour + _HOUR
        if _offset(hour.astimezone(zone)) != _offset(following.astimezone(zone)):
            found.append(following)
        hour = following
    return tuple(found)


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()
