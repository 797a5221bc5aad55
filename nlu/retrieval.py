"""Finds the page that answers a question, among the pages of one place in all their languages; whose pages they are is not known here.

Words and letters are compared in the question's language (`postings`), sentence vectors in it, in German and in English (`embedding`);
`retrieval_model` says how much each counts, and `retrieval_fit` learns that.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from nlu.classifier import softmax
from nlu.embedding import Vectors
from nlu.retrieval_model import FILE, Head, RetrievalModel, load
from nlu.retrieval_parts import PagePassage, Part, unit
from nlu.text import words
from nlu.weights import SHIPPED

Floats = npt.NDArray[np.float32]
Decision = Literal["answer", "offer", "none"]

CHOICES = 3
_PIVOTS = {"D": "de", "E": "en"}


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A page that may answer, its probability (0 to 1), and its passage that fits best, in the language in which the page is there."""

    key: str
    chance: float
    passage: PagePassage


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """The best pages, and what to do: `answer` (the first), `offer` (the first three), `none`. `evidence` says what was compared."""

    hits: tuple[Hit, ...] = ()
    decision: Decision = "none"
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class Scored:
    """What is known of each page for a question: `measures` (pages, n) of the `evidence`, and the scores of passages by language."""

    evidence: str
    measures: Floats
    passages: dict[str, Floats]


@lru_cache(maxsize=1)
def shipped() -> RetrievalModel:
    """What was learned, as it is shipped."""
    return load(SHIPPED / FILE)


class Index:
    """The pages of one place. Vectors may come later, for some languages or all; until then words alone are compared."""

    def __init__(self, passages: Iterable[PagePassage], *, model: RetrievalModel | None = None) -> None:
        kept = list(passages)
        self.pages = tuple(dict.fromkeys(passage.key for passage in kept))
        numbers = {key: at for at, key in enumerate(self.pages)}
        languages = dict.fromkeys(passage.language for passage in kept)
        self.parts = {code: Part([each for each in kept if each.language == code], numbers) for code in languages}
        self._model = model or shipped()

    def texts(self, language: str) -> list[str]:
        """What is to be embedded (as passages), in order."""
        return [passage.whole for passage in self.parts[language].passages]

    def put(self, language: str, vectors: Vectors) -> None:
        """The vectors of `texts(language)`."""
        self.parts[language].put(vectors)

    def scored(self, question: str, vector: Floats | None, *, language: str, evidence: str = "LODE") -> Scored:
        """All measures of all pages; `evidence` can be limited, for measuring."""
        passages: dict[str, Floats] = {}
        found: list[Floats] = []
        used = ""
        if "L" in evidence and language in self.parts:
            measured, passages[language] = self.parts[language].lexical(question)
            found, used = [standard(measured)], "L"
        asked = None if vector is None else self._asked(vector, language)
        for name, code in {"O": language, **_PIVOTS}.items():
            part = self.parts.get(code)
            if asked is not None and name in evidence and part and part.has_vectors and (name == "O" or code != language):
                measured, near = part.similar(asked)
                passages[code] = _levelled(near) + _levelled(passages.get(code, np.zeros_like(near)))
                found, used = [*found, standard(measured)], used + name
        empty = np.zeros((len(self.pages), 0), dtype=np.float32)
        return Scored(evidence=used, measures=np.concatenate([empty, *found], axis=1), passages=passages)

    def _asked(self, vector: Floats, language: str) -> Floats:
        """The question's vector without what its language has in common, as it is and turned."""
        plain = unit(vector - self._model.centre(language))
        return np.stack([plain, unit(plain @ self._model.turn)])

    def use(self, model: RetrievalModel) -> None:
        """Weigh with another model from now on."""
        self._model = model

    def search(self, question: str, vector: Floats | None, *, language: str, most: int = 5, evidence: str = "LODE") -> Ranking:
        """The best pages for a question in `language`; `vector` is that of the question (384), None where there is none."""
        if not self.pages or not words(question):
            return Ranking()
        scored = self.scored(question, vector, language=language, evidence=evidence)
        head = self._model.heads.get(scored.evidence)
        if head is None:
            return Ranking(evidence=scored.evidence)
        chances = chances_of(scored.measures, head, language)
        order = np.argsort(-chances, kind="stable")[: max(most, CHOICES)]
        hits = tuple(self._hit(int(at), float(chances[at]), scored.passages, language) for at in order)
        return Ranking(hits=hits[:most], decision=_decided([hit.chance for hit in hits], head), evidence=scored.evidence)

    def _hit(self, page: int, chance: float, passages: dict[str, Floats], language: str) -> Hit:
        code = next(code for code in (language, *_PIVOTS.values(), *self.parts) if code in self.parts and page in self.parts[code].owners)
        part = self.parts[code]
        own = np.flatnonzero(part.owners == page)
        scores = passages.get(code)
        best = int(own[scores[own].argmax()]) if scores is not None else int(own[0])
        return Hit(key=self.pages[page], chance=round(chance, 4), passage=part.passages[best])


def chances_of(measures: Floats, head: Head, language: str) -> Floats:
    """One probability per page; together they are 1."""
    scores = measures @ np.asarray(head.weights, dtype=np.float32)
    return softmax(scores / head.temperatures.get(language, head.temperature))


def standard(measured: Floats) -> Floats:
    """Each measure as its distance from the average page, and as one over its rank: what is comparable between places and questions."""
    spread = measured.std(axis=0)
    distance = (measured - measured.mean(axis=0)) / np.maximum(spread, 1e-6)
    ranks = np.argsort(np.argsort(-measured, axis=0, kind="stable"), axis=0) + 1
    return np.concatenate([distance, np.where(spread > 1e-6, 1.0 / ranks, 0.0)], axis=1).astype(np.float32)  # noqa: PLR2004 - nothing differs


def _levelled(scores: Floats) -> Floats:
    return np.asarray((scores - scores.mean()) / max(float(scores.std()), 1e-6), dtype=np.float32)


def _decided(chances: Sequence[float], head: Head) -> Decision:
    if chances and chances[0] >= head.answer:
        return "answer"
    return "offer" if sum(chances[:CHOICES]) >= head.offer else "none"
