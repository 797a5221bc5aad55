"""Courses and wishes drawn by chance, and a course that everybody can join, for the tests of finding."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from knowledge.courses import search
from knowledge.courses.filters import Filters
from knowledge.courses.record import Course
from tests.courses import oracle

TODAY = date(2026, 11, 21)
TYPES = [*oracle.OF_TYPE, "mia", "vhs", "other"]
BOTH = (True, False)
FLAGS = ["literacy", "childcare", "women", "online", "presence", "work", "young", "parents"]


def course(**said: object) -> Course:
    """A course that everybody can join next week, in Landau."""
    usual: dict[str, object] = {
        "id": "x",
        "title": "Deutsch",
        "provider_name": "Muster",
        "course_type": "vhs",
        "last_checked": TODAY,
        "start_date": TODAY + timedelta(days=7),
        "town": "Landau in der Pfalz",
        "postcode": "76829",
    }
    return Course(**{**usual, **said})  # type: ignore[arg-type]  # drawn or written by the tests


def catalogue(*courses: Course) -> search.Index:
    return search.build((number, "", each) for number, each in enumerate(courses))


class Drawn:
    """A catalogue and wishes drawn by chance: few values, so that much is equal, near, or just not."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - no secret
        self.courses = [self._course() for _ in range(self.random.randint(0, 25))]

    def _one(self, *values: Any) -> Any:
        return self.random.choice(values)

    def _day(self) -> date | None:
        days: int | None = self._one(None, 0, self.random.randint(-60, 90))
        return None if days is None else TODAY + timedelta(days=days)

    def _week(self) -> tuple[int, ...]:
        return tuple(sorted(self.random.sample(range(7), self.random.randint(0, 5))))

    def _course(self) -> Course:
        low, high = sorted((self._one("", *oracle.LEVELS), self._one("", *oracle.LEVELS)))
        somewhere = self._one(*BOTH)
        return course(
            course_type=self._one(*TYPES),
            level_from=self._one(low, ""),
            level_to=high,
            start_date=self._day(),
            end_date=self._one(None, None, self._day()),
            registration_deadline=self._day(),
            rolling_entry=self._one(*BOTH),
            weekdays=self._week(),
            time_from=self._one(None, 0, 719, 720, 1019, 1020, 1439),
            format=self._one("presence", "presence", "online", "hybrid"),
            postcode="",
            town=self._one("", "Nirgendwo", "Irgendwo"),
            lat=self._one(49.3, self.random.uniform(49, 49.6)) if somewhere else None,
            lon=self._one(8.1, self.random.uniform(7.9, 8.4)) if somewhere else None,
            district_key=self._one("", "nirgends", "irgends"),
            childcare=self._one("none", "on_site", "on_request", "unknown"),
            women_only=self._one(*BOTH, *BOTH[1:]),
            places_free=self._one(None, 0, 1, 3),
            last_checked=TODAY - timedelta(days=self._one(0, 7, 8, 30, 31, self.random.randint(0, 40))),
            valid_until=self._one(None, None, self._day()),
        )

    def wishes(self) -> Filters:
        """Few wishes or many."""
        often = self._one(0.1, 0.25, 0.5)
        drawn: dict[str, Any] = {
            "level": self._one(*oracle.LEVELS),
            "kind": self._one(*oracle.KINDS),
            "weekdays": self._week(),
            "part": self._one("morning", "afternoon", "evening"),
            "month": self._one("2026-11", "2026-12", "2027-01"),
            **dict.fromkeys(FLAGS, True),
        }
        some = Filters(older=self._one(*BOTH), **{name: value for name, value in drawn.items() if self.random.random() < often / 2})
        if self.random.random() < often:
            return some
        where: dict[str, Any] = self._one({}, {"lat": 49.3, "lon": 8.1})
        return replace(some, place="Nirgendwo", slug="nirgends", radius=self._one(0, 5, 40), **where)
