"""Counts which topic can be read in which language, and how far it can be trusted; the CLI shows it as tables or JSON."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from knowledge.model import Article, Knowledge
from knowledge.stamp import stale
from locales.registry import DEFAULT, LANGUAGES

State = Literal["original", "reviewed", "machine", "short", "stale", "questions", "missing"]
STATES: tuple[State, ...] = get_args(State)
SIGNS: dict[State, str] = {
    "original": "●",
    "reviewed": "●",
    "machine": "◐",
    "short": "◔",
    "stale": "!",
    "questions": "?",
    "missing": "·",
}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One topic in one language.

    `state` is `original` (German), `reviewed` by a person, `machine` (translated in full, not reviewed), `short` (the answer without the
    details, not reviewed), `stale` (of an older German text), `questions` (example questions alone) or `missing`; `questions` is the
    number of example questions.
    """

    state: State
    questions: int


Coverage = Mapping[str, Mapping[str, Cell]]


def coverage(knowledge: Knowledge, *, topics: Collection[str] = ()) -> Coverage:
    """Cells by topic id and language code: all of `topics`, in their order, then articles that are not among them."""
    ids = dict.fromkeys((*topics, *knowledge.articles))
    return {name: {code: _cell(knowledge.articles.get(name), code) for code in LANGUAGES} for name in ids}


def _cell(article: Article | None, language: str) -> Cell:
    translation = article.translations.get(language) if article else None
    if article is None or translation is None:
        return Cell(state="missing", questions=0)
    return Cell(state=_state(article, language), questions=len(translation.questions))


def _state(article: Article, language: str) -> State:
    translation = article.translations[language]
    if not translation.readable:
        return "questions"
    if language == DEFAULT:
        return "original"
    if stale(translation, german=article.translations[DEFAULT]):
        return "stale"
    if translation.reviewed_by:
        return "reviewed"
    return "machine" if translation.details or not article.translations[DEFAULT].details else "short"


def header(cells: Coverage) -> list[str]:
    """The heading of the table of topics and languages: "topic", then the language codes."""
    first: Mapping[str, Cell] = next(iter(cells.values()), {})
    return ["topic", *first]


def rows(cells: Coverage) -> list[list[str]]:
    """The table of topics and languages: topic id, then for each language the sign of its state, see `legend`."""
    return [[name, *(SIGNS[cell.state] for cell in row.values())] for name, row in cells.items()]


def language_header() -> list[str]:
    """The heading of `language_rows`: "language", the states, "example questions"."""
    return ["language", *STATES, "example questions"]


def language_rows(cells: Coverage) -> list[list[str]]:
    """Per language how many topics are in each state, and how many example questions there are."""
    return [[code, *(str(number) for number in numbers.values())] for code, numbers in totals(cells).items()]


def totals(cells: Coverage) -> dict[str, dict[str, int]]:
    """Per language the number of topics in each state, and under `example_questions` that of example questions."""
    return {code: _total([row[code] for row in cells.values()]) for code in LANGUAGES}


def _total(column: Collection[Cell]) -> dict[str, int]:
    counts = Counter(cell.state for cell in column)
    return {**{state: counts[state] for state in STATES}, "example_questions": sum(cell.questions for cell in column)}


def legend() -> str:
    """What the signs of `rows` mean."""
    return "  ".join(f"{sign} {state}" for state, sign in SIGNS.items() if state != "original")


def as_json(cells: Coverage) -> dict[str, Any]:
    """The same as plain data: `{"topics": {id: {language: {"state", "questions"}}}, "languages": {code: totals}}`."""
    topics = {name: {code: asdict(cell) for code, cell in row.items()} for name, row in cells.items()}
    return {"topics": topics, "languages": totals(cells)}
