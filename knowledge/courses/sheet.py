"""What was read from a file or page of courses: the courses, and what is wrong with the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from knowledge.courses.problems import Problem
from knowledge.courses.record import Course

# How far a long work is: done, of how much.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The courses that are in order, in the order of the file; `rows` counts the others, too.

    A file with errors is not to be imported: the courses that cannot be read would count as gone.
    """

    courses: Sequence[Course] = field(repr=False)
    problems: Sequence[Problem] = field(repr=False)
    rows: int

    @property
    def errors(self) -> int:
        """How many of the problems are errors."""
        return sum(problem.severity == "error" for problem in self.problems)


def refused(code: str, **data: str | int) -> Sheet:
    """A file that could not be read at all."""
    return Sheet(courses=(), problems=(Problem(row=0, code=code, data=data),), rows=0)


class Loader(Protocol):
    """What reads courses from another kind of source, one function in a module of its own; `jsonld.courses_of` is the first."""

    def __call__(self, page: bytes, *, url: str, today: date) -> Sheet:
        """The courses of a page that was fetched from `url`; never raises for what the page says."""
