"""When people are reminded: pure functions of what they are reminded of, the wall clock and the quiet hours. Rows are in `reminders`.

“The day before at 17:00” is wall-clock time, so it keeps its hour when the clock changes; “two hours before” is time that really passes.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TypedDict
from zoneinfo import ZoneInfo

from scheduler import slots
from scheduler.slots import DAY

MINUTE = timedelta(minutes=1)
# A reminder that comes so shortly before the next one only disturbs.
LEAST_APART = timedelta(hours=3)
# Whoever comes so soon must hear at night too that they need not.
URGENT = timedelta(hours=4)
MISSED_AFTER = timedelta(hours=1)
MISSED_HELPS = timedelta(days=3)
DEADLINE_AT = 10 * 60
_NOON = 12 * 60
_WEEK = 7
# Days before; who has to do something by a day needs the reminder while there is time to act.
DEADLINE_DAYS = {"permit_end": (56, 28, 7), "course_end": (28,), "letter_end": (7, 3, 1), "date": (7, 1)}
COURSE_DAY_BEFORE = 17 * 60
COURSE_WEEKS = 4


class Quiet(TypedDict):
    """The keywords that say where the wall clock goes and when it is quiet."""

    zone: ZoneInfo
    quiet_from: int
    quiet_until: int


def is_quiet(moment: datetime, *, zone: ZoneInfo, quiet_from: int, quiet_until: int) -> bool:
    """Whether a moment lies in the quiet hours (minutes since midnight; they may reach over midnight; equal: there are none)."""
    minute = _minute(moment, zone)
    if quiet_from <= quiet_until:
        return quiet_from <= minute < quiet_until
    return minute >= quiet_from or minute < quiet_until


def humane(moment: datetime, *, zone: ZoneInfo, quiet_from: int, quiet_until: int) -> datetime:
    """The moment itself, or the end of the quiet hours in which it lies; UTC."""
    if not is_quiet(moment, zone=zone, quiet_from=quiet_from, quiet_until=quiet_until):
        return moment.astimezone(UTC)
    day = _day(moment, zone)
    return slots.begin(day if _minute(moment, zone) < quiet_until else day + DAY, quiet_until, zone)


def before_quiet(moment: datetime, *, zone: ZoneInfo, quiet_from: int, quiet_until: int) -> datetime:
    """The moment itself, or the last minute before the quiet hours in which it lies; UTC."""
    if not is_quiet(moment, zone=zone, quiet_from=quiet_from, quiet_until=quiet_until):
        return moment.astimezone(UTC)
    day = _day(moment, zone)
    return slots.end(day if _minute(moment, zone) >= quiet_from else day - DAY, quiet_from, zone) - MINUTE


def of_appointment(  # noqa: PLR0913 - one keyword for each part
    starts_at: datetime,
    *,
    day_before: int | None,
    minutes_before: Sequence[int],
    zone: ZoneInfo,
    quiet_from: int,
    quiet_until: int,
    now: datetime,
) -> dict[str, datetime]:
    """When to remind of an appointment, by kind (`day_before`, `before_<minutes>`), in UTC; what is past is left out.

    Of several that fall on the same moment the one for the shortest time stays; `day_before` is left out shortly before another one.
    """
    quiet = Quiet(zone=zone, quiet_from=quiet_from, quiet_until=quiet_until)
    by_moment: dict[datetime, str] = {}
    for minutes in sorted(set(minutes_before), reverse=True):
        due = before_quiet(starts_at.astimezone(UTC) - timedelta(minutes=minutes), **quiet)
        if due > now:
            by_moment[due] = f"before_{minutes}"
    planned = {kind: due for due, kind in by_moment.items()}
    if day_before is not None:
        due = _day_before(starts_at, day_before, **quiet)
        following = [other for other in planned.values() if other >= due]
        if due > now and (not following or min(following) - due >= LEAST_APART):
            planned["day_before"] = due
    return planned


def _day_before(starts_at: datetime, minute: int, *, zone: ZoneInfo, quiet_from: int, quiet_until: int) -> datetime:
    """That time on the day before, moved out of the quiet hours without leaving the day if that can be."""
    day = _day(starts_at, zone) - DAY
    wanted = slots.begin(day, minute, zone)
    later = humane(wanted, zone=zone, quiet_from=quiet_from, quiet_until=quiet_until)
    if _day(later, zone) == day:
        return later
    return before_quiet(wanted, zone=zone, quiet_from=quiet_from, quiet_until=quiet_until)


def news_at(now: datetime, *, starts_at: datetime, zone: ZoneInfo, quiet_from: int, quiet_until: int) -> datetime:
    """When to tell somebody that their appointment has changed: outside the quiet hours, unless it would be too late then; UTC."""
    later = humane(now, zone=zone, quiet_from=quiet_from, quiet_until=quiet_until)
    return later if later < starts_at - URGENT else now


def of_missed(ends_at: datetime, *, zone: ZoneInfo, quiet_from: int, quiet_until: int, now: datetime) -> datetime:
    """When to ask somebody who did not come for another time: an hour after the end at the earliest, never in quiet hours; UTC."""
    return humane(max(now, ends_at.astimezone(UTC) + MISSED_AFTER), zone=zone, quiet_from=quiet_from, quiet_until=quiet_until)


def of_deadline(day: date, *, kind: str, zone: ZoneInfo, now: datetime, also: Sequence[int] = ()) -> dict[str, datetime]:
    """When to remind of a deadline, by kind (`weeks_8`, `days_3`), in UTC: at ten in the morning; what is past is left out.

    `also` are days before that the person wished for. Raises KeyError for a kind of deadline that does not exist.
    """
    planned = {_name(days): slots.begin(day - timedelta(days=days), DEADLINE_AT, zone) for days in (*DEADLINE_DAYS[kind], *also)}
    return {name: due for name, due in planned.items() if due > now}


def _name(days: int) -> str:
    return f"days_{days}" if days % _WEEK else f"weeks_{days // _WEEK}"


def of_course(  # noqa: PLR0913 - one keyword for each part
    starts_on: date | None, ends_on: date | None, *, zone: ZoneInfo, quiet_from: int, quiet_until: int, now: datetime
) -> dict[str, datetime]:
    """When to write to somebody who goes to a course, by kind, in UTC; what is past is left out.

    `day_before` its start, and `weeks_4` before its end about what comes next: of a shorter course on the day after its start.
    """
    quiet = Quiet(zone=zone, quiet_from=quiet_from, quiet_until=quiet_until)
    planned: dict[str, datetime] = {}
    if starts_on is not None:
        planned["day_before"] = _day_before(slots.begin(starts_on, _NOON, zone), COURSE_DAY_BEFORE, **quiet)
    if ends_on is not None:
        day = ends_on - timedelta(weeks=COURSE_WEEKS)
        day = max(day, starts_on + DAY) if starts_on is not None else day
        if day < ends_on:
            planned[f"weeks_{COURSE_WEEKS}"] = humane(slots.begin(day, DEADLINE_AT, zone), **quiet)
    return {name: due for name, due in planned.items() if due > now}


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The midnight that ends a day; UTC."""
    return slots.end(day, 1440, zone)


def _minute(moment: datetime, zone: ZoneInfo) -> int:
    wall = moment.astimezone(zone)
    return wall.hour * 60 + wall.minute


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
