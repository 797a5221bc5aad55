"""Asks a file of questions whose answer is known, for `lotse knowledge evaluate --questions`; the figures are in `page_figures`."""

import json
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.ask import known_language
from bot.page_shelf import PageShelf
from nlu import joint
from nlu.brain import Brain
from nlu.model import Match
from nlu.retrieval import Decision, Ranking
from store.errors import ConfigurationError, LotseError

MOST = 20


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
    match = await brain.understand(question.text, language=language)
    ranking = index.search(question.text, match.vector, language=language, most=MOST)
    found, decision = [(hit.key, hit.chance) for hit in ranking.hits], ranking.decision
    if not any(gold in index.pages for gold in question.gold):
        found, decision = _joined(match, ranking)
    took = (time.perf_counter() - began) * 1000
    return Outcome(question=question, found=tuple(found), decision=decision, evidence=ranking.evidence, ms=round(took, 2))


def _joined(match: Match, ranking: Ranking) -> tuple[list[tuple[str, float]], Decision]:
    """Both kinds in the order in which a person would meet them, pages by their keys; whatever gives no answer and no choice is `none`."""
    both = joint.join(match, ranking)
    rows = list(both.candidates)
    if both.chosen:
        rows.sort(key=lambda candidate: candidate is not both.chosen)
    decision: Decision = both.decision if both.decision in {"answer", "offer"} else "none"
    return [(candidate.entry.removeprefix(joint.PAGE), candidate.score) for candidate in rows], decision
