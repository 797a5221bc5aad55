"""What can go wrong when a catalogue is changed.

CatalogueError
├── StaleError         somebody changed the catalogue after the preview
├── ForeignError       the file has courses that belong to another source; `problems` says which
├── UnknownCourseError there is no such course
├── TakenError         the number of the course is taken
└── UndoError          this change cannot be taken back
"""

from collections.abc import Sequence

from knowledge.courses.problems import Problem
from store.errors import LotseError


class CatalogueError(LotseError):
    """A change of a catalogue that is not possible; nothing was changed."""

    code = "catalogue"


class StaleError(CatalogueError):
    """The catalogue was changed after the preview: look at a new one."""

    code = "catalogue_stale"


class ForeignError(CatalogueError):
    """Courses of the file belong to another source."""

    code = "catalogue_foreign"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("{count} courses of the file belong to another source", count=len(problems))
        self.problems = problems


class UnknownCourseError(CatalogueError):
    """There is no such course, or no longer."""

    code = "course_unknown"


class TakenError(CatalogueError):
    """Another course has this number, or had it."""

    code = "course_taken"


class UndoError(CatalogueError):
    """The change is not the newest, was taken back already, is an undo itself, or is too long ago."""

    code = "catalogue_undo"
