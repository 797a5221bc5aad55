"""Courses of the database for those who work through many of them by number. The catalogue as a whole is in `catalogue` and `shelf`."""

import json
from collections.abc import Iterator, Sequence
from typing import TypeVar

from knowledge.courses.record import Course, of_json
from store.courses import CourseRow
from store.statements import table_of

# Databases take some ten thousand parameters in a statement at most.
CHUNK = 1000

courses = table_of(CourseRow)
_V = TypeVar("_V")


def course_of(record: str) -> Course:
    """The course of a row's canonical JSON."""
    return of_json(json.loads(record))


def chunks(values: Sequence[_V], size: int = CHUNK) -> Iterator[Sequence[_V]]:
    """The values in groups; the usual size fits into a statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
