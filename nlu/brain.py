"""Everything that understanding needs, in one object. Where the weights come from is in `weights`; the parts live in the other modules."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from nlu import classifier, data_words, entities, language, phrases, safety, text, tongues, weights
from nlu.artifacts import Learned
from nlu.classifier import Floats, Verdict
from nlu.embedding import DIMENSIONS, Embedder, Progress, Vectors
from nlu.model import Example, Match
from nlu.weights import SHIPPED
from store.errors import UnavailableError

Engine = Literal["auto", "lexical"]
# So many texts the worker reads before it looks at the next message.
_AT_ONCE = 2
# Who has no bed for the night writes few words, and those of many other troubles.
_SHELTER = "housing/find-a-flat"
_NEAR_SHELTER = {*classifier.ENTRIES.values(), "health/psychological-help"}
# Little words that are taken for the whole message; how many words may follow that mean something, and how likely that must be.
_BEFORE_MORE, _MORE, _LIKELY = frozenset({"no", "greeting"}), 3, 0.4


async def build(
    articles: Sequence[Example], cache: Path, *, shipped: Path = SHIPPED, engine: Engine = "auto", progress: Progress | None = None
) -> "Brain":
    """A brain for these example questions of the articles.

    With the shipped weights if they were learned from the same, else with those under `cache`, else learned now (minutes; `progress` is
    told how many of how many messages are read).

    Never fails for want of the embedding engine: then n-grams decide alone, and `Brain.note` says why. Raises ContentError for a broken
    file of messages, UnavailableError if nothing is at hand and learning is not possible.
    """
    embedder = None if engine == "lexical" else Embedder()
    found = await weights.find(articles, cache, shipped=shipped, embedder=embedder, progress=progress)
    if embedder and not embedder.note:
        return Brain(found.learned, embedder=embedder, note=found.note)
    reason = embedder.note if embedder else "the operator chose n-grams alone"
    return Brain(found.learned, embedder=None, note=found.note or reason)


class Brain:
    """Understands messages; made by `build`. Safe for concurrent tasks of one event loop."""

    def __init__(self, learned: Learned, *, embedder: Embedder | None, note: str | None) -> None:
        self._model = learned.classifier
        self._languages = learned.languages
        self._embedder = embedder
        self._note = note
        self._warming: asyncio.Task[None] | None = None

    @property
    def engine(self) -> Literal["embedding", "lexical"]:
        """What decides: sentence vectors with n-grams, or n-grams alone."""
        return "lexical" if self._embedder is None or self._embedder.note else "embedding"

    @property
    def note(self) -> str | None:
        """Why n-grams decide alone, or what was wrong with the weights; None if all is well."""
        return (self._embedder.note if self._embedder else None) or self._note

    def warm(self) -> asyncio.Task[None]:
        """Start the worker and read the word tables beside the rest of the start, so that the first message does not wait."""
        self._warming = asyncio.create_task(self._warm())
        return self._warming

    async def _warm(self) -> None:
        tables = asyncio.to_thread(_read_tables)
        await (asyncio.gather(self._embedder.warm(), tables) if self._embedder else tables)

    async def understand(self, message: str, *, language: str | None) -> Match:
        """What `message` means to a person who chose `language`. Accepts any text; never raises because of it."""
        started = time.perf_counter()
        prepared = text.prepare(message)
        match = await self._read(prepared, language, started)
        rest = prepared.partition(" ")[2]
        if match.intent not in _BEFORE_MORE or len(text.words(rest)) < _MORE:
            return match
        # "No, I want a doctor", "salam my duldung ends": what follows the little word may be what it is about.
        about = await self._read(rest, match.language, started)
        likely = max((one.score for one in about.candidates), default=0.0) >= _LIKELY
        if about.decision == "answer" or (about.decision == "offer" and likely):
            return replace(about, language=match.language, switched=match.switched, entities=match.entities)
        return match

    async def _read(self, prepared: str, language: str | None, started: float) -> Match:
        parts = text.pieces(prepared)
        return self._match(prepared, parts, await self._vectors(parts), language, started)

    async def understand_many(self, messages: Sequence[tuple[str, str | None]]) -> list[Match]:
        """The same for many pairs of message and chosen language, in order."""
        return [await self.understand(message, language=chosen) for message, chosen in messages]

    async def passages(self, texts: Sequence[str]) -> Vectors | None:
        """The vectors (n, 384) of texts that may answer a message; None where the engine cannot run. Messages go between them."""
        if self._embedder is None or self._embedder.note:
            return None
        try:
            few = [await self._embedder.embed(texts[at : at + _AT_ONCE], kind="passage") for at in range(0, len(texts), _AT_ONCE)]
        except UnavailableError:
            return None
        return np.concatenate(few) if few else None

    async def close(self) -> None:
        """End the worker process."""
        if self._warming:
            await asyncio.gather(self._warming, return_exceptions=True)
        if self._embedder:
            await self._embedder.close()

    async def _vectors(self, parts: list[str]) -> Vectors | None:
        """None where the engine cannot run, or the message stopped it."""
        if self._embedder is None or not text.words(" ".join(parts)):
            return None
        try:
            return await self._embedder.embed(parts, kind="message")
        except UnavailableError:
            return None

    def _match(self, prepared: str, parts: list[str], vectors: Vectors | None, chosen: str | None, started: float) -> Match:
        spoken = language.guess(self._languages, prepared, chosen=chosen)
        may_be = language.plausible(self._languages, prepared, chosen=chosen)
        named = entities.find(prepared, language=spoken.language)
        verdict = self._verdict(prepared, parts, vectors, spoken.language, may_be, dated=not named.keys().isdisjoint({"day", "time"}))
        return Match(
            language=spoken.language,
            decision=verdict.decision,
            switched=spoken.switched,
            entry=verdict.entry,
            intent=verdict.intent,
            candidates=verdict.candidates,
            entities=named,
            ms=round((time.perf_counter() - started) * 1000, 2),
            vector=_mean(vectors),
            topics=verdict.topics,
            doubt=verdict.doubt,
            known=verdict.known,
            sure=round(verdict.sure, 4),
        )

    def _verdict(  # noqa: PLR0913 - what is known of a message
        self, prepared: str, parts: list[str], vectors: Vectors | None, code: str, may_be: Sequence[str], *, dated: bool
    ) -> Verdict:
        model = self._model
        if not text.words(prepared):
            return Verdict(decision="rephrase")
        rows = [None] * len(parts) if vectors is None else list(vectors)
        found = [classifier.evidence(model, part, row, language=code) for part, row in zip(parts, rows, strict=True)]
        head = model.heads["lexical" if vectors is None else "embedding"]
        chances, thresholds = [classifier.weighed(head, each, language=code) for each in found], head.thresholds_of(code)
        verdict = classifier.decide(model.classes, np.mean(chances, axis=0), thresholds)
        plain = model.heads["lexical" if vectors is None else "plain"]
        mean = np.mean([classifier.weighed(plain, each, language=code) for each in found], axis=0)
        alone = classifier.decide(model.classes, mean, plain.thresholds_of(code))
        known = alone.candidates[0].score if verdict.decision == alone.decision == "answer" and verdict.entry == alone.entry else 0.0
        verdict = replace(verdict, doubt=_entropy(mean), known=known)
        kind = safety.screen(prepared, may_be, classes=model.classes, chances=chances, thresholds=thresholds, dated=dated)
        if kind is None:
            if safety.is_everyday(prepared, may_be):
                harmless = classifier.decide(model.classes, classifier.without_danger(model.classes, np.mean(chances, axis=0)), thresholds)
                verdict = replace(harmless, doubt=verdict.doubt, known=known)
            unsure = verdict.decision != "answer" or verdict.entry in _NEAR_SHELTER
            return classifier.led(verdict, _SHELTER) if unsure and safety.without_shelter(prepared, may_be) else verdict
        sure = safety.certainty(kind, prepared, may_be, classes=model.classes, chances=chances)
        return Verdict(decision="crisis", entry=classifier.ENTRIES[kind], intent=kind, candidates=verdict.candidates, sure=sure)


def _mean(vectors: Vectors | None) -> Floats | None:
    """What the message is compared with other texts by: its vectors of the plain encoder."""
    return None if vectors is None else np.asarray(vectors[:, :DIMENSIONS].mean(axis=0), dtype=np.float32)


def _entropy(chances: Floats) -> float:
    return round(float(-(chances * np.log(chances + 1e-9)).sum()), 4)


def _read_tables() -> None:
    data_words.warm()
    phrases.phrases()
    safety.patterns()
    entities.find("warm")
    tongues.named("warm", "en")
