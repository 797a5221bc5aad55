"""From vectors and n-grams to a decision, with numpy alone; the weights come from `training`, the safety screen is in `safety`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from nlu import lexical, neighbours, network
from nlu.model import Candidate, Decision
from nlu.neighbours import Neighbours
from nlu.network import Network

Floats = npt.NDArray[np.float32]

NEAR_MISS, OUT_OF_SCOPE, UNCOVERED = "near_miss", "out_of_scope", "uncovered"
# What to read about each kind of danger; a message that hints at it, but is none, is about this article.
ENTRIES = {
    "crisis_suicide": "safety/suicidal-thoughts",
    "crisis_violence": "safety/violence-against-women",
    "crisis_medical": "health/emergency",
    "crisis_child": "safety/children-in-danger",
    "crisis_removal": "residence/fear-of-removal",
}


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Calibrated probabilities from which on something is decided, fitted by cross-validation."""

    answer: float = 0.6
    offer: float = 0.2
    intent: float = 0.45
    out_of_scope: float = 0.4
    crisis: float = 0.5
    hinted: float = 0.15


@dataclass(frozen=True, kw_only=True)
class Head:
    """One way to weigh the evidence, fitted by cross-validation.

    `share` is what n-grams count (0 to 1, the network counts the rest), `near` what the nearest messages count besides. `shares`,
    `temperatures` and `answers` (from which probability on an article is the answer) are by language; `share` and `thresholds` hold
    where a language has none of its own.
    """

    share: float
    near: float
    shares: Mapping[str, float]
    temperatures: Mapping[str, float]
    answers: Mapping[str, float]
    thresholds: Thresholds

    def share_of(self, language: str) -> float:
        """How much n-grams count in a language."""
        return self.shares.get(language, self.share)

    def thresholds_of(self, language: str) -> Thresholds:
        """From which probabilities on something is decided in a language."""
        answer = self.answers.get(language, self.thresholds.answer)
        return replace(self.thresholds, answer=answer, offer=min(answer, self.thresholds.offer))


@dataclass(frozen=True, kw_only=True)
class Classifier:
    """The models over vectors and n-grams; `heads` are `embedding` (all) and `lexical` (n-grams alone)."""

    classes: tuple[str, ...]
    network: Network
    neighbours: Neighbours
    ngrams: lexical.LexicalModel
    heads: Mapping[str, Head]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A decision without the message around it."""

    decision: Decision
    entry: str | None = None
    intent: str | None = None
    candidates: tuple[Candidate, ...] = ()
    doubt: float = 0.0


def probabilities(model: Classifier, text: str, vector: Floats | None, *, language: str) -> Floats:
    """One calibrated probability per class; without a vector the n-grams decide alone."""
    head = model.heads["lexical" if vector is None else "embedding"]
    share = head.share_of(language)
    scores = share * lexical.logits(model.ngrams, text)
    if vector is not None:
        scores = scores + (1.0 - share) * network.logits(model.network, vector)
        scores = scores + head.near * neighbours.logits(model.neighbours, vector, language=language)
    return softmax(scores / head.temperatures.get(language, 1.0))


def softmax(scores: Floats) -> Floats:
    """Probabilities along the last axis."""
    exponents = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True), dtype=np.float32)


def decide(classes: Sequence[str], scores: Floats, thresholds: Thresholds) -> Verdict:
    """What to do with these probabilities when there is no danger."""
    found = {name: float(score) for name, score in zip(classes, scores, strict=True)}
    articles = _articles(found)
    ranked = sorted(articles, key=lambda name: -articles[name])[:3]
    candidates = tuple(Candidate(entry=name, score=round(articles[name], 4)) for name in ranked)
    others = {name: score for name, score in found.items() if name not in articles and name not in ENTRIES}
    return _chosen(candidates, max(others, key=lambda name: others[name], default=UNCOVERED), others, thresholds)


def _articles(found: Mapping[str, float]) -> dict[str, float]:
    """The articles' probabilities; what hints at danger without being it belongs to the article about it."""
    articles = {name: score for name, score in found.items() if "/" in name}
    for kind, entry in ENTRIES.items():
        if entry in articles:
            articles[entry] += found.get(kind, 0.0)
    return articles


def _chosen(candidates: tuple[Candidate, ...], other: str, others: Mapping[str, float], at: Thresholds) -> Verdict:
    best = candidates[0].score if candidates else 0.0
    rival = others.get(other, 0.0)
    if best >= at.answer:
        return Verdict(decision="answer", entry=candidates[0].entry, candidates=candidates)
    if rival > best and is_intent(other) and rival >= at.intent:
        return Verdict(decision="intent", intent=other, candidates=candidates)
    if others.get(OUT_OF_SCOPE, 0.0) >= at.out_of_scope:
        return Verdict(decision="out_of_scope", candidates=candidates)
    return Verdict(decision="offer" if best >= at.offer else "rephrase", candidates=candidates)


def is_intent(name: str) -> bool:
    """Whether a class is something to do, not an article, a danger or a class that is there to be told apart."""
    return "/" not in name and name not in {OUT_OF_SCOPE, NEAR_MISS, UNCOVERED, *ENTRIES}
