"""Finding courses from what people write, in many languages: the right wishes, and the right course first."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from knowledge import geo, loader
from knowledge.courses import filters, search
from knowledge.courses.read import read
from nlu import course_words
from nlu.text import prepare

TODAY = date(2026, 11, 21)
HERE = Path(__file__).parent


class Question(NamedTuple):
    """What somebody types, all wishes in it (the place by its slug), and the course that comes first ("" for none)."""

    language: str
    text: str
    filters: dict[str, Any]
    first: str


def _held() -> list[Question]:
    """Questions that were held back while the words were written; only their wishes are known."""
    rows = yaml.safe_load((HERE / "finding_held.yml").read_text(encoding="utf-8"))
    return [Question(language, text, wishes, "") for language, text, wishes in rows]


def _questions() -> list[Question]:
    files = [HERE / "finding.yml", HERE / "finding_more.yml"]
    return [Question(*row) for file in files for row in yaml.safe_load(file.read_text(encoding="utf-8"))]


def _filters(question: Question) -> filters.Filters:
    text = prepare(question.text)
    wishes = course_words.find(text, language=question.language, today=TODAY)
    return filters.of_wishes(wishes, geo.locate(loader.shipped().places, text, course=True))


def _shown(found: filters.Filters) -> dict[str, Any]:
    return {name: value for name, value in found.to_state().items() if name not in {"place", "lat", "lon"}}


@cache
def _catalogue() -> tuple[list[str], search.Index]:
    sheet = read("catalogue.csv", (HERE / "catalogue.csv").read_bytes(), today=TODAY)
    assert not [problem for problem in sheet.problems if problem.severity == "error"]
    return [course.id for course in sheet.courses], search.build((number, "", course) for number, course in enumerate(sheet.courses))


def _first(found: filters.Filters) -> str:
    ids, index = _catalogue()
    hits = search.find(index, found, today=TODAY, limit=1).hits
    return ids[hits[0].course] if hits else ""


def _wrong(questions: Sequence[Question]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for question in questions:
        shown = _shown(_filters(question))
        if shown != question.filters:
            yield question.text, shown, question.filters


@pytest.mark.parametrize("questions", [_questions(), _held()], ids=["written first", "held back"])
def test_the_right_wishes_in_95_of_100(questions: Sequence[Question]) -> None:
    wrong = list(_wrong(questions))
    assert len(wrong) <= 0.05 * len(questions), wrong


def test_the_right_course_first_wherever_the_wishes_are_right() -> None:
    right = [(question, found) for question in _questions() if _shown(found := _filters(question)) == question.filters]
    missed = [(question.text, first, question.first) for question, found in right if (first := _first(found)) != question.first]
    assert missed == []


def test_there_are_enough_questions() -> None:
    questions = _questions()
    assert len({question.text for question in questions}) == len(questions) >= 120
    assert len({question.language for question in questions}) >= 12
