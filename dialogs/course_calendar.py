"""The calendar file of a course: its weekly meetings as one entry that repeats, or its first day where hours or days are not known."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from dialogs import course_words
from knowledge.courses.record import DAYS, Course
from locales.texts import translate
from scheduler import ics
from scheduler.vtimezone import definition

FILE_NAME = "kurs.ics"
_ZONE = ZoneInfo("Europe/Berlin")
_WEEK = 7
_LESSON = timedelta(minutes=45)


def calendar_file(language: str, course: Course, *, number: int, base_url: str, now: datetime) -> bytes:
    """The file of course `number`, empty if its start is not known; `now` stamps it. Public: it holds nothing about a person."""
    if course.start_date is None:
        return b""
    made = Event()
    made.add("uid", f"lotse-course-{number}@{ics.host_of(base_url)}")
    made.add("dtstamp", now.astimezone(UTC))
    for name, value in _times(course, course.start_date):
        made.add(name, value)
    made.add("summary", _line(course.title))
    made.add("location", _line(course_words.address(course) or course.town))
    about = [(translate(language, "Provider"), course.provider_name), (translate(language, "Phone"), course.contact_phone)]
    made.add("description", "\n".join(course_words.lines(language, [fact for fact in about if fact[1]])))
    made.add("url", f"{base_url}/courses/{number}")
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Lotse//Courses//DE")
    calendar.add("method", "PUBLISH")
    calendar.add_component(definition(_ZONE, year=course.start_date.year))
    calendar.add_component(made)
    return bytes(calendar.to_ical())


def _times(course: Course, start: date) -> list[tuple[str, Any]]:
    """Start, end and repetition; the whole first day if hours or weekdays are not known."""
    if course.time_from is None or not course.weekdays:
        return [("dtstart", start), ("dtend", start + timedelta(days=1))]
    first = start + timedelta(days=min((day - start.weekday()) % _WEEK for day in course.weekdays))
    starts = _at(first, course.time_from)
    ends = _at(first, course.time_to) if course.time_to is not None and course.time_to > course.time_from else starts + _LESSON
    times: list[tuple[str, Any]] = [("dtstart", starts), ("dtend", ends)]
    if course.end_date is None or course.end_date <= first:
        return times
    until = datetime.combine(course.end_date, time(23, 59, 59), _ZONE).astimezone(UTC)
    days = [DAYS[day][:2].upper() for day in course.weekdays]
    return [*times, ("rrule", {"freq": "weekly", "until": until, "byday": days})]


def _at(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time(minutes // 60 % 24, minutes % 60), _ZONE)


def _line(text: str) -> str:
    return " ".join(text.split())
