"""Which article of a municipality's own a message is about, by its example questions, title and answer; what else is known is in `brain`.

Nothing is learned from them: they are compared as they stand, so that what an editor publishes is found at once. How likely a likeness
is right was fitted once (`docs/nlu.md`): common topics played own ones, with questions that understanding had never seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from nlu import postings
from nlu.embedding import Vectors
from nlu.model import Candidate, Match
from nlu.postings import Floats
from nlu.retrieval import shipped
from nlu.retrieval_parts import unit

# From which probability on an own article answers, is offered, is named among the candidates.
ANSWER, OFFER, LEAST = 0.85, 0.15, 0.05
# An article that understanding is sure of gives way to one that is clearly nearer, or to a question that says the same.
CLEARLY, THE_SAME = 0.05, 0.97
_ALMOST = 0.95
CHOICES = 3


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What a likeness is worth: to the nearest question, to the article's text, and the doubt of understanding (nats)."""

    question: float
    text: float
    doubt: float
    start: float


_VECTORS = Weights(question=9.4, text=20.1, doubt=1.06, start=-10.6)
_WORDS = Weights(question=7.3, text=5.6, doubt=0.38, start=-6.4)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What an article is found by: an example question, or its text (title and answer), in one language."""

    entry: str
    language: str
    text: str
    kind: Literal["question", "text"] = "question"


@dataclass(frozen=True, kw_only=True)
class Near:
    """An article that a message may be about: its probability, and its example question that is most like the message ("": it has none).

    `likeness` is up to 1, which says that it is the same but for case and signs.
    """

    entry: str
    language: str
    question: str
    likeness: float
    chance: float


class Nearest:
    """The own articles of one municipality (at most 65,535 samples). Until the vectors are there, words are compared."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self.samples = tuple(samples)
        self._asked, self._told = _by_entry(samples, "question"), _by_entry(samples, "text")
        self._words = postings.build([sample.text for sample in samples], "grams") if samples else None
        self._folded = [postings.folded(sample.text) for sample in samples]
        self._own = self._likest() if samples else np.zeros(0, dtype=np.float32)
        self._rows: Vectors | None = None

    @property
    def texts(self) -> list[str]:
        """What is to be embedded (as queries), in order."""
        return [sample.text for sample in self.samples]

    def put(self, vectors: Vectors) -> None:
        """The sentence vectors of `texts` (n, 384)."""
        centres = np.stack([shipped().centre(sample.language) for sample in self.samples])
        self._rows = unit(vectors - centres)

    def _likest(self) -> Floats:
        """How like each text is to itself: nothing can be liker."""
        words = self._words
        return np.array([words.scores(text)[at] for at, text in enumerate(self.texts)] if words else [], dtype=np.float32)

    def search(self, message: str, vector: Floats | None, *, language: str, doubt: float) -> list[Near]:
        """All own articles, the likeliest first. `vector` is the message's (384), `language` what it is in, `doubt` as in `Match`."""
        if self._words is None:
            return []
        if vector is None or self._rows is None:
            alike = np.minimum(self._words.scores(message) / np.maximum(self._own, 1e-6), _ALMOST)
            return self._ranked(self._exact(message, alike), alike, _WORDS, doubt)
        asked = unit(vector - shipped().centre(language))
        # Texts answer a question rather than being like it: the map that was learned for pages turns it towards them.
        return self._ranked(self._exact(message, self._rows @ asked), self._rows @ unit(asked @ shipped().turn), _VECTORS, doubt)

    def _exact(self, message: str, likeness: Floats) -> Floats:
        """The likeness, 1 where the words are the same."""
        wanted = postings.folded(message)
        return np.where([bool(wanted) and folded == wanted for folded in self._folded], 1.0, likeness).astype(np.float32)

    def _ranked(self, questions: Floats, texts: Floats, weights: Weights, doubt: float) -> list[Near]:
        found = [self._near(entry, questions, texts, weights, doubt) for entry in self._asked]
        return sorted(found, key=lambda near: -near.chance)

    def _near(self, entry: str, questions: Floats, texts: Floats, weights: Weights, doubt: float) -> Near:
        best = int(self._asked[entry][questions[self._asked[entry]].argmax()])
        likeness, text = float(questions[best]), float(texts[self._told[entry]].max())
        score = weights.start + weights.question * likeness + weights.text * text + weights.doubt * doubt
        sample = self.samples[best]
        return Near(
            entry=entry,
            language=sample.language,
            question=sample.text if sample.kind == "question" else "",
            likeness=round(max(0.0, likeness), 4),
            chance=round(float(1 / (1 + np.exp(-score))), 4),
        )


def _by_entry(samples: Sequence[Sample], kind: str) -> dict[str, npt.NDArray[np.int64]]:
    """The numbers of each article's samples of a kind, or of all where it has none of that."""
    every: dict[str, list[int]] = {}
    for at, sample in enumerate(samples):
        every.setdefault(sample.entry, []).append(at)
    chosen = {entry: [at for at in mine if samples[at].kind == kind] for entry, mine in every.items()}
    return {entry: np.array(chosen[entry] or mine, dtype=np.int64) for entry, mine in every.items()}


def heard(match: Match, found: Sequence[Near]) -> Match:
    """The match with own articles in it: danger and intents as they are, then the own article if it is clearly nearer."""
    likely = [near for near in found if near.chance >= LEAST]
    if match.decision in {"crisis", "intent"} or not likely:
        return match
    best, candidates = likely[0], _joined(match, likely)
    sure = match.decision == "answer" and match.known > 0
    rival = match.known if sure and match.entry != best.entry else 0.0
    if best.likeness >= THE_SAME or (best.chance >= ANSWER and best.chance > rival + CLEARLY):
        first = Candidate(entry=best.entry, score=best.chance)
        others = tuple(candidate for candidate in candidates if candidate.entry != best.entry)
        return replace(match, decision="answer", entry=best.entry, candidates=(first, *others)[:CHOICES])
    if not sure and best.chance >= OFFER and match.entry != best.entry:
        return replace(match, decision="offer", entry=None, candidates=candidates)
    return replace(match, candidates=candidates)


def _joined(match: Match, likely: Sequence[Near]) -> tuple[Candidate, ...]:
    """Candidates of both kinds by their probabilities; what understanding answers with stays the first."""
    scores = {candidate.entry: candidate.score for candidate in match.candidates}
    for near in likely:
        scores[near.entry] = max(near.chance, scores.get(near.entry, 0.0))
    ranked = sorted(scores, key=lambda entry: (entry != match.entry, -scores[entry]))
    return tuple(Candidate(entry=entry, score=scores[entry]) for entry in ranked[:CHOICES])
