"""How long what a catalogue says about a course is to be believed. Pure rules; who hides what is in `search` and the pages."""

from datetime import date, timedelta

from knowledge.courses.record import Course

OLDER_AFTER = timedelta(days=30)
PLACES_FOR = timedelta(days=7)


def is_older(course: Course, today: date) -> bool:
    """Whether nobody has confirmed the course for 30 days, or its own date says that it counts no longer: it is hidden at first."""
    return today - course.last_checked > OLDER_AFTER or (course.valid_until is not None and course.valid_until < today)


def has_ended(course: Course, today: date) -> bool:
    """Whether the course is over: it is not shown at all."""
    return course.end_date is not None and course.end_date < today


def places_known(course: Course, today: date) -> bool:
    """Whether the number of free places is known, and young enough (7 days) to be shown."""
    return course.places_free is not None and today - course.last_checked <= PLACES_FOR
