"""Turns cross-validated scores into weights of the evidence, temperatures per language and thresholds; `fit` made the scores."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlu.classifier import ENTRIES, NEAR_MISS, OUT_OF_SCOPE, Head, Thresholds, Weights, is_intent, softmax, together
from nlu.fit import Held
from nlu.model import Example

# Of the answers given without asking back, this share must be right; of the messages out of scope, this share must be recognised: three
# times as many questions that have an answer would be refused for one and a half points more of them.
ANSWERS_RIGHT = 0.96
INTENTS_RIGHT = 0.88
OFFERS_RIGHT = 0.4
OUT_OF_SCOPE_FOUND = 0.93
# Ordinary messages that may raise an alarm by the classifier alone; the patterns of `safety` come on top.
FALSE_ALARMS = 0.02
# Messages of several languages were written after the same ideas, so cross-validation would trust neighbours too much (0.4): this is best
# for messages by other writers.
NEAR = 0.2
_FEWEST = 60
# Below the first another article could be nearly as likely; below the second choices would be guesses.
_LOWEST_ANSWER, _LOWEST_OFFER = 0.4, 0.1
_BANDS = 20

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What the messages are: column of the class, and language."""

    labels: npt.NDArray[np.int64]
    languages: npt.NDArray[np.str_]


def heads(examples: Sequence[Example], held: Held) -> dict[str, Head]:
    """The head for all evidence together, the one without the tuned encoder, and the one for n-grams alone."""
    truth = Truth(
        labels=np.array([held.classes.index(example.label) for example in examples]),
        languages=np.array([example.language for example in examples]),
    )
    tuned = round(_best(lambda weight: _loss(_networks(held, weight), truth), np.linspace(0.3, 1.0, 8)), 2)
    weights = {
        "embedding": _weights(held, truth, tuned=tuned, near_tuned=NEAR),
        "plain": _weights(held, truth, tuned=0.0, near_tuned=0.0),
        "lexical": Weights(share=1.0, tuned=0.0, near=0.0, near_tuned=0.0, shares={}),
    }
    return {name: _head(held.classes, weighed(held, truth.languages.tolist(), each), truth, each) for name, each in weights.items()}


def _networks(held: Held, tuned: float) -> Floats:
    return np.asarray((1 - tuned) * held.found.plain + tuned * held.found.tuned, dtype=np.float32)


def _weights(held: Held, truth: Truth, *, tuned: float, near_tuned: float) -> Weights:
    networks, ngrams = _networks(held, tuned), held.found.ngrams
    share = _share(networks, ngrams, truth, np.ones(len(networks), dtype=bool))
    named = ((code, _share(networks, ngrams, truth, own)) for code, own in _by_language(truth) if own.sum() >= _FEWEST)
    shares = {code: round((share + one) / 2, 3) for code, one in named}
    return Weights(share=round(share, 3), tuned=tuned, near=NEAR, near_tuned=near_tuned, shares=shares)


def _by_language(truth: Truth) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    return ((code, truth.languages == code) for code in np.unique(truth.languages).tolist())


def _share(networks: Floats, ngrams: Floats, truth: Truth, rows: npt.NDArray[np.bool_]) -> float:
    """How much n-grams should count in these rows."""
    some = Truth(labels=truth.labels[rows], languages=truth.languages[rows])
    return _best(lambda weight: _loss(networks[rows] * (1 - weight) + ngrams[rows] * weight, some), np.linspace(0.0, 0.6, 13))


def weighed(held: Held, languages: Sequence[str], weights: Weights) -> Floats:
    """The scores (n, classes) of all evidence together, for messages in these `languages` (n)."""
    ngrams = np.array([[weights.shares.get(code, weights.share)] for code in languages], dtype=np.float32)
    return together(weights, held.found, ngrams)


def chances(examples: Sequence[Example], held: Held, head: Head) -> Floats:
    """The calibrated probabilities (n, classes) of held-out examples."""
    languages = [example.language for example in examples]
    temperatures = np.array([[head.temperatures.get(code, 1.0)] for code in languages])
    return softmax((weighed(held, languages, head) / temperatures).astype(np.float32))


def _head(classes: Sequence[str], scores: Floats, truth: Truth, weights: Weights) -> Head:
    overall = _temperature(scores, truth.labels)
    temperatures = {code: _shrunk(scores, truth, code, overall) for code in np.unique(truth.languages).tolist()}
    calibrated = softmax(scores / np.array([[temperatures[code]] for code in truth.languages]))
    return Head(
        **vars(weights),
        temperatures=temperatures,
        answers=_answers(classes, calibrated, truth),
        thresholds=_thresholds(classes, calibrated, truth),
    )


def _answers(classes: Sequence[str], chances: Floats, truth: Truth) -> dict[str, float]:
    """For each language with enough messages the threshold from which on its own answers are right often enough."""
    articles, wanted = merged(classes, chances), aims(classes, truth.labels)
    best, right = articles.max(axis=1), articles.argmax(axis=1) == wanted
    ordinary = truth.labels != _column(classes, NEAR_MISS)
    rows = ((code, own & ordinary) for code, own in _by_language(truth))
    return {code: max(_LOWEST_ANSWER, _lowest(best[own], right[own], ANSWERS_RIGHT)) for code, own in rows if own.sum() >= _FEWEST}


def _shrunk(scores: Floats, truth: Truth, code: str, overall: float) -> float:
    """The temperature of one language, drawn towards all languages' one where it has few messages."""
    own = truth.languages == code
    weight = own.sum() / (own.sum() + _FEWEST)
    return round(float(np.exp(weight * np.log(_temperature(scores[own], truth.labels[own])) + (1 - weight) * np.log(overall))), 3)


def _temperature(scores: Floats, labels: npt.NDArray[np.int64]) -> float:
    return _best(lambda value: _nll(softmax(scores / value), labels), np.geomspace(0.2, 4.0, 31))


def _loss(scores: Floats, truth: Truth) -> float:
    return _nll(softmax(scores / _temperature(scores, truth.labels)), truth.labels)


def _nll(chances: Floats, labels: npt.NDArray[np.int64]) -> float:
    return float(-np.log(chances[np.arange(len(labels)), labels] + 1e-9).mean())


def _best(cost: Callable[[float], float], values: npt.NDArray[np.float64]) -> float:
    return float(min(values.tolist(), key=cost))


def _thresholds(classes: Sequence[str], chances: Floats, truth: Truth) -> Thresholds:
    articles = merged(classes, chances)
    wanted = aims(classes, truth.labels)
    best, picked = articles.max(axis=1), articles.argmax(axis=1)
    ordinary = truth.labels != _column(classes, NEAR_MISS)
    answer = _lowest(best[ordinary], (picked == wanted)[ordinary], ANSWERS_RIGHT)
    rival = np.where([["/" in name or name in ENTRIES for name in classes]], 0.0, chances)
    intent = _intent(classes, rival, best, truth)
    said = (rival.max(axis=1) >= intent) & (rival.max(axis=1) > best) & _intents(classes)[rival.argmax(axis=1)]
    out_of_scope = _out_of_scope(classes, chances, (best < answer) & ~said, truth)
    left = ordinary & (best < answer) & ~said & (chances[:, _column(classes, OUT_OF_SCOPE)] < out_of_scope)
    return Thresholds(
        answer=answer,
        offer=min(answer, max(_LOWEST_OFFER, _worth_asking(best[left], among_three(articles, wanted)[left]))),
        intent=intent,
        out_of_scope=out_of_scope,
        **_danger(classes, chances, truth),
    )


def _intents(classes: Sequence[str]) -> npt.NDArray[np.bool_]:
    return np.array([is_intent(name) for name in classes])


def _worth_asking(scores: Floats, right: npt.NDArray[np.bool_]) -> float:
    """The lowest threshold above which, in each band of scores, enough offers contain the right article."""
    order = np.argsort(scores)
    bands = zip(np.array_split(scores[order], _BANDS), np.array_split(right[order], _BANDS), strict=True)
    return next((round(float(band[0]), 4) for band, hits in bands if len(band) and hits.mean() >= OFFERS_RIGHT), 1.0)


def _column(classes: Sequence[str], name: str) -> int:
    return classes.index(name) if name in classes else -1


def merged(classes: Sequence[str], chances: Floats) -> Floats:
    """Probabilities of articles alone, with hints at danger counted for the article about it, as `classifier.decide` does."""
    articles = np.where([["/" in name for name in classes]], chances, 0.0)
    for kind, entry in _pairs(classes):
        articles[:, entry] += chances[:, kind]
    return np.asarray(articles, dtype=np.float32)


def aims(classes: Sequence[str], labels: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The column that would be right among articles: for danger the article about it."""
    wanted = labels.copy()
    for kind, entry in _pairs(classes):
        wanted[labels == kind] = entry
    return wanted


def _pairs(classes: Sequence[str]) -> list[tuple[int, int]]:
    return [(classes.index(kind), classes.index(entry)) for kind, entry in ENTRIES.items() if kind in classes and entry in classes]


def among_three(articles: Floats, wanted: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether the right article is among the best three of each row."""
    return np.asarray((np.argsort(-articles, axis=1)[:, :3] == wanted[:, None]).any(axis=1))


def _lowest(scores: Floats, right: npt.NDArray[np.bool_], share: float) -> float:
    """The lowest threshold from which on at least `share` of the decisions are right."""
    order = np.argsort(-scores)
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(shares >= share)
    return round(float(scores[order][enough[-1]]), 4) if len(enough) else 1.0


def _intent(classes: Sequence[str], rival: Floats, best: Floats, truth: Truth) -> float:
    top = rival.argmax(axis=1)
    picked = (rival.max(axis=1) > best) & _intents(classes)[top]
    return _lowest(rival.max(axis=1)[picked], (top == truth.labels)[picked], INTENTS_RIGHT)


def _out_of_scope(classes: Sequence[str], chances: Floats, undecided: npt.NDArray[np.bool_], truth: Truth) -> float:
    """The highest threshold that still recognises enough of what is out of scope."""
    column = _column(classes, OUT_OF_SCOPE)
    scores = np.where(undecided, chances[:, column], 0.0)[truth.labels == column]
    return round(float(np.quantile(scores, 1 - OUT_OF_SCOPE_FOUND)), 4) if len(scores) else 1.0


def _danger(classes: Sequence[str], chances: Floats, truth: Truth) -> dict[str, float]:
    """The threshold for an alarm without any pattern, and a lower one for a message with a worrying word."""
    kinds = [classes.index(kind) for kind in ENTRIES if kind in classes]
    about = [classes.index(entry) for entry in ENTRIES.values() if entry in classes]
    ordinary = ~np.isin(truth.labels, kinds + about)
    if not kinds or not ordinary.any():
        return {}
    alarm = float(np.quantile(chances[:, kinds].sum(axis=1)[ordinary], 1 - FALSE_ALARMS))
    return {"crisis": round(alarm, 4), "hinted": round(alarm * 0.45, 4)}
