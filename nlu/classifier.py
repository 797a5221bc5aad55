"""From vectors and n-grams to a decision, with numpy alone; the weights come from `training`, the safety screen is in `safety`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

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
_OF_DANGER = frozenset(entry for entry in ENTRIES.values() if entry.startswith("safety/"))


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
class Reading:
    """What is learned from vectors (384) of one encoder."""

    network: Network
    neighbours: Neighbours


@dataclass(frozen=True, kw_only=True)
class Weights:
    """How much each kind of evidence counts.

    `share` is what n-grams count (0 to 1, the networks count the rest), `shares` the same by language; `tuned` is what the tuned encoder's
    network counts of the networks (the plain one counts the rest), `near` and `near_tuned` what the nearest messages by each encoder
    count besides.
    """

    share: float
    tuned: float
    near: float
    near_tuned: float
    shares: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Head(Weights):
    """One way to weigh the evidence, fitted by cross-validation.

    `temperatures` and `answers` (from which probability on an article is the answer) are by language; `share` and `thresholds` hold where a
    language has none of its own.
    """

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
    """The models over vectors and n-grams; `heads` are `embedding` (all), `plain` (all but the tuned encoder), `lexical` (n-grams alone).

    The tuned encoder is surest of what it was tuned on, and takes what it never met for that; what a municipality wrote itself competes
    with the plain evidence.
    """

    classes: tuple[str, ...]
    plain: Reading
    tuned: Reading
    ngrams: lexical.LexicalModel
    heads: Mapping[str, Head]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A decision without the message around it."""

    decision: Decision
    entry: str | None = None
    intent: str | None = None
    candidates: tuple[Candidate, ...] = ()
    topics: Mapping[str, float] = field(default_factory=dict)
    doubt: float = 0.0
    known: float = 0.0
    sure: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What each model says of a message (classes), or of many (n, classes)."""

    ngrams: Floats
    plain: Floats
    tuned: Floats
    near: Floats
    near_tuned: Floats


def evidence(model: Classifier, text: str, vector: Floats | None, *, language: str) -> Evidence:
    """What all models say of a message with its vectors (768); without them the n-grams alone."""
    grams = lexical.logits(model.ngrams, text)
    if vector is None:
        return Evidence(ngrams=grams, **dict.fromkeys(("plain", "tuned", "near", "near_tuned"), np.zeros_like(grams)))
    plain, tuned = np.split(vector, 2)
    return Evidence(
        ngrams=grams,
        plain=network.logits(model.plain.network, plain),
        tuned=network.logits(model.tuned.network, tuned),
        near=neighbours.logits(model.plain.neighbours, plain, language=language),
        near_tuned=neighbours.logits(model.tuned.neighbours, tuned, language=language),
    )


def weighed(head: Head, found: Evidence, *, language: str) -> Floats:
    """One calibrated probability per class."""
    return softmax(together(head, found, head.share_of(language)) / head.temperatures.get(language, 1.0))


def together(weights: Weights, found: Evidence, share: "float | Floats") -> Floats:
    """The evidence together, of which n-grams count a `share` (of each row, where there are many)."""
    networks = (1.0 - weights.tuned) * found.plain + weights.tuned * found.tuned
    near = weights.near * found.near + weights.near_tuned * found.near_tuned
    return np.asarray(share * found.ngrams + (1.0 - share) * networks + near, dtype=np.float32)


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
    verdict = _chosen(candidates, max(others, key=lambda name: others[name], default=UNCOVERED), others, thresholds)
    return replace(verdict, topics=articles)


def without_danger(classes: Sequence[str], scores: Floats) -> Floats:
    """The probabilities of everything else, where it is known that there is no danger; illness and removal stay topics to read about."""
    rest = np.where([name in ENTRIES or name in _OF_DANGER for name in classes], 0.0, scores)
    return np.asarray(rest / rest.sum(), dtype=np.float32)


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
        return Verdict(decision="intent", intent=other, candidates=candidates, sure=rival)
    if others.get(OUT_OF_SCOPE, 0.0) >= at.out_of_scope:
        return Verdict(decision="out_of_scope", candidates=candidates)
    return Verdict(decision="offer" if best >= at.offer else "rephrase", candidates=candidates)


def led(verdict: Verdict, entry: str) -> Verdict:
    """The verdict with `entry` as the answer, and what it was before behind it."""
    others = [one for one in verdict.candidates if one.entry != entry]
    best = max((one.score for one in verdict.candidates), default=0.0)
    candidates = (Candidate(entry=entry, score=best), *others)[:3]
    return replace(verdict, decision="answer", entry=entry, intent=None, candidates=candidates)


def is_intent(name: str) -> bool:
    """Whether a class is something to do, not an article, a danger or a class that is there to be told apart."""
    return "/" not in name and name not in {OUT_OF_SCOPE, NEAR_MISS, UNCOVERED, *ENTRIES}
