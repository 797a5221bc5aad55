"""Which of a few courses fit which wishes: one small index is asked for every one of them, beside the event loop. Rules are in `search`."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from knowledge.courses import search
from knowledge.courses.filters import Filters
from knowledge.courses.record import Course
from knowledge.courses.search import Index

_K = TypeVar("_K")


def index(courses: Mapping[int, Course]) -> Index:
    """These courses by their numbers, ready to be asked; whose they are does not matter."""
    return search.build((number, "", course) for number, course in courses.items())


async def of_each(courses: Index, wanted: Mapping[_K, Filters], *, today: date) -> dict[_K, set[int]]:
    """For each of the wishes the numbers of the courses that fulfil all of them today."""
    return await asyncio.to_thread(_of_each, courses, wanted, today)


def _of_each(courses: Index, wanted: Mapping[_K, Filters], today: date) -> dict[_K, set[int]]:
    return {key: set(search.matching(courses, filters, today=today).tolist()) for key, filters in wanted.items()}
