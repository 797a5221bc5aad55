"""`lotse ask`: what Lotse would make of a question, for one text or a batch; writes nothing to the database."""

import json
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from typing import Any

from bot.app import examples
from bot.progress import Milestones
from bot.settings import Settings
from dialogs import course_hearing, course_state
from knowledge import geo, loader, view
from knowledge.model import Knowledge
from locales import registry
from nlu import brain as nlu
from nlu.brain import Brain
from nlu.model import Match
from store.errors import ConfigurationError

DIGITS = 4


class Asker:
    """Knowledge and understanding without a database."""

    def __init__(self, knowledge: Knowledge, brain: Brain) -> None:
        self.knowledge = knowledge
        self.brain = brain

    async def ask(self, row: dict[str, Any]) -> dict[str, Any]:
        """The answer to one row `{"id", "text", "language"?, "municipality"?}` in the shape of the public contract."""
        match = await self.understand(str(row["text"]), language=row.get("language"))
        return {"id": row.get("id"), **as_json(match)}

    async def understand(self, text: str, *, language: str | None) -> Match:
        """What a text means; where a course is looked for, `place` is the slug of the district or city that it names.

        As in the chat, who says where or when looks for a course, though the words are also those of an article.
        """
        match = await self.brain.understand(text, language=known_language(language))
        wishes = course_state.wishes_of(match.entities)
        if match.intent != "find_course" and not wishes:
            return match
        spots = geo.locate(self.knowledge.places, text, course=True)
        told = bool(spots) or any(name in course_state.TELLING for name in wishes)
        if course_hearing.overheard(match, told=told, level="level" in wishes) is not None:
            match = replace(match, decision="intent", intent="find_course", entry=None)
        return replace(match, entities=match.entities | {"place": spots[0].slug}) if spots else match

    def knows(self, municipality: str) -> bool:
        """Whether there is a municipality of this slug."""
        return municipality in self.knowledge.places or municipality in self.knowledge.overlays

    def shown(self, match: Match, municipality: str | None) -> dict[str, Any] | None:
        """The article that a person would read, or None."""
        article = self.knowledge.articles.get(match.entry or "")
        if article is None:
            return None
        seen = view.show(self.knowledge, article, language=match.language, municipality=municipality)
        return {"title": seen.title, "answer": seen.answer, "language": seen.language, "machine": seen.machine}


async def open_asker(settings: Settings) -> Asker:
    """Load the knowledge base and the engines."""
    knowledge = loader.shipped()
    told = Milestones(lambda line: print(line, file=sys.stderr))  # noqa: T201 - progress for whoever waits
    return Asker(knowledge, await nlu.build(examples(knowledge), settings.data_dir / "nlu", progress=told))


async def evaluate(settings: Settings, *, engine: str, say: Callable[[str], None], show: Callable[[str], None]) -> None:
    """Cross-validate on the examples of the knowledge base and show the tables; raises ConfigurationError for an unknown engine."""
    from nlu import evaluate as evaluation  # noqa: PLC0415 - loads what only learning needs

    if engine not in {"embedding", "lexical"}:
        message = "there is no engine {engine!r}; choose embedding or lexical"
        raise ConfigurationError(message, engine=engine)
    articles = examples(loader.shipped())
    told = Milestones(say)
    report = await evaluation.evaluate(articles, settings.data_dir / "nlu", engine=engine, progress=told)
    show(report.table())


def known_language(code: str | None) -> str | None:
    """One of our languages, or None; raises ConfigurationError for a language that Lotse does not speak."""
    if not code:
        return None
    found = code if code in registry.LANGUAGES else registry.match(code)
    if found is None:
        message = "Lotse does not speak {code!r}; it speaks {known}"
        raise ConfigurationError(message, code=code, known=", ".join(registry.LANGUAGES))
    return found


def as_json(match: Match) -> dict[str, Any]:
    """The match in the shape of the public contract; scores from 0 to 1."""
    return {
        "language": match.language,
        "decision": match.decision,
        "entry": match.entry,
        "intent": match.intent,
        "candidates": [{"entry": candidate.entry, "score": round(candidate.score, DIGITS)} for candidate in match.candidates],
        "entities": match.entities,
        "ms": round(match.ms, 1),
    }


async def ask_batch(asker: Asker, lines: Iterable[str]) -> AsyncIterator[str]:
    """One JSON line out for each JSON line in; a line that is no such row gives `{"error": …}` and the batch goes on."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            result = await asker.ask(row if isinstance(row, dict) else {})
        except (ValueError, KeyError, ConfigurationError) as error:
            result = {"id": None, "line": number, "error": f"not a row with a text: {type(error).__name__}: {error}"}
        yield json.dumps(result, ensure_ascii=False)
