"""The rules of finding once more, as plainly as they can be said: one course and one person at a time. It shares no code with `search`."""

import math
from collections.abc import Callable, Sequence
from datetime import date

from knowledge.courses.filters import Filters
from knowledge.courses.record import Course

LEVELS = ["A1", "A2", "B1", "B2", "C1", "C2"]
OF_TYPE = {
    "integration_general": ("A1", "B1"),
    "integration_literacy": ("A1", "B1"),
    "integration_women": ("A1", "B1"),
    "integration_second_script": ("A1", "B1"),
    "integration_youth": ("A1", "B1"),
    "integration_parents": ("A1", "B1"),
    "bsk_b2": ("B2", "B2"),
    "sprachcafe": ("A1", "C2"),
    "land_start_script": ("A1", "A1"),
}
GROUPS = {
    "integration_literacy": "literacy",
    "integration_second_script": "literacy",
    "land_start_script": "literacy",
    "integration_women": "women",
    "mia": "women",
    "integration_youth": "young",
    "integration_parents": "parents",
    "sprachcafe": "cafe",
}
SLOTS = ["level", "literacy", "kind", "work", "young", "parents", "place", "weekdays", "part", "month"]
SLOTS += ["childcare", "women", "online", "presence"]
KINDS: dict[str, Callable[[str], bool]] = {
    "integration": lambda name: name.startswith("integration_"),
    "state": lambda name: name.startswith("land_"),
    "cafe": lambda name: name == "sprachcafe",
    "mia": lambda name: name == "mia",
    "vhs": lambda name: name == "vhs",
}


def kilometres(course: Course, filters: Filters) -> float | None:
    """By the law of cosines."""
    if course.format == "online" or course.lat is None or course.lon is None or filters.lat is None or filters.lon is None:
        return None
    a, b = math.radians(course.lat), math.radians(filters.lat)
    across = math.radians(course.lon - filters.lon)
    return 6371.0 * math.acos(min(1.0, math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(across)))


def fulfils(course: Course, filters: Filters, slot: str) -> bool:
    """Whether a course fulfils one wish."""
    low, high = span(course)
    begins = "" if course.start_date is None else f"{course.start_date:%Y-%m}"
    return {
        "level": bool(low) and low <= filters.level <= high,
        "literacy": GROUPS.get(course.course_type) == "literacy",
        "kind": not filters.kind or KINDS[filters.kind](course.course_type),
        "work": course.course_type.startswith("bsk_"),
        "young": course.course_type == "integration_youth",
        "parents": course.course_type == "integration_parents",
        "place": near(course, filters),
        "weekdays": bool(course.weekdays) and set(course.weekdays) <= set(filters.weekdays),
        "part": course.time_from is not None and part(course.time_from) == filters.part,
        "month": course.rolling_entry or begins >= filters.month,
        "childcare": course.childcare in {"on_site", "on_request"},
        "women": for_women(course),
        "online": course.format != "presence",
        "presence": course.format != "online",
    }[slot]


def span(course: Course) -> tuple[str, str]:
    """Levels, from the type where the course does not say them."""
    low, high = OF_TYPE.get(course.course_type, ("", ""))
    if not (course.level_from or course.level_to):
        return low, high
    said = [level for level in (course.level_from, course.level_to) if level]
    return course.level_from or min([*said, *([low] if low else [])]), course.level_to or max([*said, *([high] if high else [])])


def part(minutes: int) -> str:
    """By hours."""
    return "morning" if minutes // 60 < 12 else "afternoon" if minutes // 60 < 17 else "evening"


def for_women(course: Course) -> bool:
    """Whether it is for women only."""
    return course.women_only or course.course_type in {"integration_women", "mia"}


def near(course: Course, filters: Filters) -> bool:
    """Whether it is near the place, or there for those who want to learn at home."""
    if course.format == "online":
        return filters.online
    distance = kilometres(course, filters)
    if distance is None:
        return (bool(course.town) and course.town == filters.place) or (bool(course.district_key) and course.district_key == filters.slug)
    return distance <= (filters.radius or 25)


def older(course: Course, today: date) -> bool:
    """Whether it is an older entry."""
    return (today - course.last_checked).days > 30 or (course.valid_until is not None and course.valid_until < today)


def over(course: Course, today: date) -> bool:
    """Whether it has ended."""
    return course.end_date is not None and course.end_date < today


def closed(course: Course, today: date) -> bool:
    """Whether nobody can come in any more."""
    late = [day for day in (course.start_date, course.registration_deadline) if day is not None and day < today]
    return bool(late) and not course.rolling_entry


def set_slots(filters: Filters) -> list[str]:
    """The wishes, as they are shown."""
    return [slot for slot in SLOTS if getattr(filters, slot)]


def rank(course: Course, filters: Filters, today: date, number: int) -> tuple[object, ...]:
    """What comes first."""
    asked = {"literacy": filters.literacy, "women": filters.women, "young": filters.young, "parents": filters.parents}
    asked |= {"cafe": filters.kind == "cafe"}
    women = for_women(course) and not filters.women and filters.kind != "mia"
    group = GROUPS.get(course.course_type, "")
    mia = course.course_type == "mia" and filters.kind == "mia"
    unasked = (bool(group) and not asked[group] and not mia) or women or (course.format == "online" and not filters.online)
    known = course.places_free is not None and (today - course.last_checked).days <= 7
    places = (0 if course.places_free else 2) if known else 1
    start = course.start_date or (today if course.rolling_entry else None)
    days = 99999 if start is None else max(0, (start - today).days)
    distance = kilometres(course, filters) if filters.place else 0.0
    way = 0.0 if course.format == "online" else 99999.0 if distance is None else round(distance, 1)
    return older(course, today), closed(course, today), unasked, places, days, way, number


def found(courses: Sequence[Course], filters: Filters, today: date) -> list[int]:
    """The numbers of all courses that fulfil all wishes, in order."""
    slots = set_slots(filters)
    fits = [
        number
        for number, course in enumerate(courses)
        if not over(course, today) and (filters.older or not older(course, today)) and all(fulfils(course, filters, slot) for slot in slots)
    ]
    return sorted(fits, key=lambda number: rank(courses[number], filters, today, number))
