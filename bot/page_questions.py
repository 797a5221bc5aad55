"""Asks a file of questions whose answer is known, for `lotse knowledge evaluate --questions`; the figures are in `page_figures`."""

import json
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.ask import known_language
from bot.page_shelf import PageShelf
from nlu.brain import Brain
from nlu.retrieval import Decision
from store.errors import ConfigurationError, LotseError

MOST = 20
# An own article comes before a page unless that is clearly the better one.
OWN_FIRST = 0.05


@dataclass(frozen=True, kw_only=True)
class Question:
    """A row of the file; `gold` are keys of pages of the municipality, or ids of own articles."""

    id: str
    language: str
    municipality: str
    text: str
    gold: tuple[str, ...]
    answerable: bool = True


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was found for a question: names with probabilities, the best first, what was decided, and the milliseconds it took."""

    question: Question
    found: tuple[tuple[str, float], ...]
    decision: Decision
    evidence: str
    ms: float

    @property
    def rank(self) -> int:
        """The place of the first right one, from 1; 0 if it is not among the found."""
        return next((at for at, (name, _) in enumerate(self.found, start=1) if name in self.question.gold), 0)


def read(lines: Iterable[str]) -> list[Question]:
    """The questions of a JSONL file; raises LotseError with the number of a line that is none."""
    found = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.append(_question(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                message = "line {number} is no question with language, text and gold: {problem}"
                raise LotseError(message, number=number, problem=f"{type(error).__name__}: {error}") from error
    return found


def _question(row: dict[str, Any]) -> Question:
    gold = row["gold"] if isinstance(row["gold"], list) else [row["gold"]]
    return Question(
        id=str(row.get("id", "")),
        language=str(row["language"]),
        municipality=str(row.get("municipality") or ""),
        text=str(row["text"]),
        gold=tuple(str(each) for each in gold),
        answerable=bool(row.get("answerable", True)),
    )


async def ask(session: AsyncSession, shelf: PageShelf, brain: Brain, questions: Sequence[Question]) -> AsyncIterator[Outcome]:
    """Ask all questions, one after the other; the pages' vectors are waited for. Raises ConfigurationError for an unknown language."""
    for place in dict.fromkeys(question.municipality for question in questions):
        index = await shelf.complete(session, place)
        for part in index.parts.values():
            part.read()
    await brain.understand("warm", language=None)
    for question in questions:
        yield await _asked(session, shelf, brain, question)


async def _asked(session: AsyncSession, shelf: PageShelf, brain: Brain, question: Question) -> Outcome:
    """Own articles count where one of them is the right answer; else the pages are measured by themselves."""
    language = known_language(question.language)
    if language is None:
        message = "question {id!r} has no language"
        raise ConfigurationError(message, id=question.id)
    began = time.perf_counter()
    index = await shelf.index(session, question.municipality)
    ranking = index.search(question.text, await brain.vector(question.text), language=language, most=MOST)
    found, decision = [(hit.key, hit.chance) for hit in ranking.hits], ranking.decision
    if not any(gold in index.pages for gold in question.gold):
        match = await brain.understand(question.text, language=language)
        found, decision = joined(match.candidates, match.decision, found, decision)
    took = (time.perf_counter() - began) * 1000
    return Outcome(question=question, found=tuple(found), decision=decision, evidence=ranking.evidence, ms=round(took, 2))


def joined(
    own: Sequence[Any], decided: str, pages: Sequence[tuple[str, float]], decision: Decision
) -> tuple[list[tuple[str, float]], Decision]:
    """Own articles and pages in one order, and the decision of the side that has the first one.

    A page comes first only if it fits better by more than `OWN_FIRST`.
    """
    rows = [(candidate.score + OWN_FIRST, 1, candidate.entry, candidate.score) for candidate in own]
    rows += [(chance, 0, key, chance) for key, chance in pages]
    rows.sort(key=lambda row: row[:2], reverse=True)
    first_is_own = bool(rows) and rows[0][1] == 1
    theirs: Decision = "answer" if decided == "answer" else "offer" if decided == "offer" else "none"
    return [(name, score) for *_, name, score in rows], theirs if first_is_own or not rows else decision
