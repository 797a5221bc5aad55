"""`lotse ask`: what Lotse would make of a question, for one text or a batch; stores nothing of it.

With a municipality its own articles and imported pages are looked at too (`stored`).
"""

import json
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from typing import Any

from bot.app import examples
from bot.progress import Milestones
from bot.settings import Settings
from bot.stored import Stored
from dialogs import course_hearing, course_state
from knowledge import geo, loader, view
from knowledge.model import Knowledge
from locales import registry
from nlu import brain as nlu
from nlu import joint
from nlu.brain import Brain
from nlu.model import Match
from store.errors import ConfigurationError

DIGITS = 4


class Asker:
    """Knowledge and understanding, and perhaps what municipalities wrote and import; close it."""

    def __init__(self, knowledge: Knowledge, brain: Brain, stored: Stored | None = None) -> None:
        self.knowledge = knowledge
        self.brain = brain
        self.stored = stored

    async def close(self) -> None:
        """End the worker process, close the database."""
        if self.stored:
            await self.stored.close()
        await self.brain.close()

    @property
    def note(self) -> str | None:
        """Why nothing of municipalities was looked at."""
        return self.stored.note if self.stored else None

    async def ask(self, row: dict[str, Any]) -> dict[str, Any]:
        """The answer to one row `{"id", "text", "language"?, "municipality"?}` in the shape of the public contract."""
        match = await self.understand(str(row["text"]), language=row.get("language"), municipality=row.get("municipality"))
        return {"id": row.get("id"), **as_json(match)}

    async def understand(self, text: str, *, language: str | None, municipality: str | None = None) -> Match:
        """What a text means, own articles and pages together; where a course is looked for, `place` is the slug of what it names.

        As in the chat, who says where or when looks for a course, though the words are also those of an article.
        """
        match = await self.brain.understand(text, language=known_language(language))
        if municipality and self.stored:
            match = await self.stored.look(match, text, municipality=str(municipality))
        return joint.applied(self._course(match, text))

    def _course(self, match: Match, text: str) -> Match:
        """The match of somebody who looks for a course in truth; every other as it is."""
        wishes = course_state.wishes_of(match.entities)
        if match.intent != "find_course" and not wishes:
            return match
        spots = geo.locate(self.knowledge.places, text, course=True)
        told = bool(spots) or any(name in course_state.TELLING for name in wishes)
        if course_hearing.overheard(match, told=told, level="level" in wishes) is not None:
            match = replace(match, decision="intent", intent="find_course", entry=None, joint=None)
        return replace(match, entities=match.entities | {"place": spots[0].slug}) if spots else match

    def knows(self, municipality: str) -> bool:
        """Whether there is a municipality of this slug; those of the database are known after the first question."""
        known = (self.knowledge.places, self.knowledge.overlays, self.stored.towns if self.stored else {})
        return any(municipality in each for each in known)

    async def shown(self, match: Match, municipality: str | None) -> dict[str, Any] | None:
        """The article or the passage of a page that a person would read, or None."""
        page = await self.stored.shown(match, municipality=municipality or "") if self.stored else None
        if page:
            return {"title": page.title, "answer": page.passage.text, "language": page.language, "machine": False}
        known = await self.stored.knowledge(municipality or "") if self.stored else self.knowledge
        article = known.articles.get(match.entry or "")
        if article is None:
            return None
        seen = view.show(known, article, language=match.language, municipality=municipality)
        return {"title": seen.title, "answer": seen.answer, "language": seen.language, "machine": seen.machine}


async def open_asker(settings: Settings) -> Asker:
    """Load the knowledge base and the engines."""
    knowledge = loader.shipped()
    told = Milestones(lambda line: print(line, file=sys.stderr))  # noqa: T201 - progress for whoever waits
    return Asker(knowledge, await nlu.build(examples(knowledge), settings.data_dir / "nlu", progress=told), Stored(settings, knowledge))


def evaluate(*, engine: str, show: Callable[[str], None]) -> None:
    """Show the tables of the cross-validation on the examples of the knowledge base; raises ConfigurationError for an unknown engine."""
    from nlu import evaluate as evaluation  # noqa: PLC0415 - loads what only learning needs

    if engine not in {"embedding", "lexical"}:
        message = "there is no engine {engine!r}; choose embedding or lexical"
        raise ConfigurationError(message, engine=engine)
    show(evaluation.evaluate(examples(loader.shipped()), engine=engine).table())


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
    """The match in the shape of the public contract; scores from 0 to 1. A page is named `page:<name>`, an article by its id."""
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
