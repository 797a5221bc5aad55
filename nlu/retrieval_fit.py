"""Learns how much each kind of evidence counts when pages are looked for, from questions whose page is known; serves only training."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt

from nlu.retrieval import CHOICES, chances_of
from nlu.retrieval_model import EVIDENCE, Head, measures

Floats = npt.NDArray[np.float32]

FOLDS = 8
RIGHT = 0.95
OFFERS_RIGHT = 0.5
_FEWEST = 60
_RESTRAINT = 0.02
_RIVALS = 40


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A question with all measures of all pages (of the `evidence`), the row of the right page, and its group, which a fold never parts."""

    language: str
    group: str
    gold: int
    evidence: str
    measures: Floats


def sets() -> Iterator[str]:
    """All sets of evidence that a question can meet."""
    for size in range(1, len(EVIDENCE) + 1):
        yield from ("".join(names) for names in combinations(EVIDENCE, size))


def heads(questions: Sequence[Judged], seen: Callable[[str, Sequence[Judged], Sequence[Floats]], None]) -> dict[str, Head]:
    """A head for each set of evidence that at least some questions have; `seen` is told its held-out scores."""
    found: dict[str, Head] = {}
    for names in sets():
        able = limited(questions, names)
        if len(able) >= _FEWEST:
            scores = held_out(able)
            seen(names, able, scores)
            found[names] = calibrated(able, scores)
    return found


def limited(questions: Sequence[Judged], names: str) -> list[Judged]:
    """The questions that have this evidence, as if no other were at hand."""
    return [_limited(each, names) for each in questions if set(names) <= set(each.evidence)]


def _limited(question: Judged, names: str) -> Judged:
    """The question as if only this evidence were at hand."""
    kept: list[int] = []
    at = 0
    for name in question.evidence:
        kept += range(at, at + measures(name)) if name in names else ()
        at += measures(name)
    return replace(question, evidence=names, measures=question.measures[:, kept])


def fitted(questions: Sequence[Judged]) -> Floats:
    """Weights under which the right pages are most likely (softmax over the pages of each question)."""
    from scipy.optimize import minimize  # noqa: PLC0415 - loaded only where something is learned

    near = [_nearest(each) for each in questions]
    rows = np.concatenate(near)
    starts = np.cumsum([0, *(len(each) for each in near)])[:-1]
    owner = np.repeat(np.arange(len(near)), [len(each) for each in near])
    right = starts

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        scores = rows @ weights
        exponents = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
        chances = exponents / np.add.reduceat(exponents, starts)[owner]
        cost = -np.log(chances[right] + 1e-12).mean() + _RESTRAINT * weights @ weights
        chances[right] -= 1
        return float(cost), rows.T @ chances / len(questions) + 2 * _RESTRAINT * weights

    found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 150})
    return np.asarray(found.x, dtype=np.float32)


def _nearest(question: Judged) -> Floats:
    """The right page first, then its most promising rivals: the others teach nothing."""
    order = np.argsort(-question.measures.sum(axis=1))[:_RIVALS]
    return question.measures[[question.gold, *order[order != question.gold].tolist()]]


def folds(groups: Sequence[str]) -> npt.NDArray[np.int64]:
    """The fold of each question by its group; a group stays together."""
    names = sorted(set(groups))
    drawn = np.random.default_rng(5).permutation(len(names)) % FOLDS
    fold = dict(zip(names, drawn.tolist(), strict=True))
    return np.array([fold[group] for group in groups])


def held_out(questions: Sequence[Judged]) -> list[Floats]:
    """For each question the scores of its pages by weights that have not seen its group."""
    fold = folds([each.group for each in questions])
    found: dict[int, Floats] = {}
    for number in range(FOLDS):
        seen = [each for each, own in zip(questions, fold, strict=True) if own != number]
        weights = fitted(seen)
        found |= {at: questions[at].measures @ weights for at in np.flatnonzero(fold == number).tolist()}
    return [found[at] for at in range(len(questions))]


def calibrated(questions: Sequence[Judged], scores: Sequence[Floats]) -> Head:
    """Weights of all questions, with temperatures and thresholds from the held-out `scores`."""
    plain = [replace(each, measures=own[:, None]) for each, own in zip(questions, scores, strict=True)]
    overall = _temperature(plain)
    codes = sorted({each.language for each in questions})
    warm = {code: _shrunk([each for each in plain if each.language == code], overall) for code in codes}
    head = Head(weights=(1.0,), temperature=overall, temperatures=warm)
    answer, offer = _thresholds(plain, head)
    weights = tuple(round(float(weight), 5) for weight in fitted(questions))
    return replace(head, weights=weights, answer=answer, offer=offer)


def _shrunk(own: Sequence[Judged], overall: float) -> float:
    weight = len(own) / (len(own) + _FEWEST)
    return round(float(np.exp(weight * np.log(_temperature(own)) + (1 - weight) * np.log(overall))), 3)


def _temperature(questions: Sequence[Judged]) -> float:
    def loss(value: float) -> float:
        head = Head(weights=(1.0,), temperature=value)
        return float(-np.mean([np.log(chances_of(each.measures, head, "")[each.gold] + 1e-9) for each in questions]))

    values: list[float] = np.geomspace(0.4, 3.0, 25).tolist()
    best: float = min(values, key=loss)
    return round(best, 3)


def _thresholds(questions: Sequence[Judged], head: Head) -> tuple[float, float]:
    """The lowest chances above which enough first pages, or first threes, are right."""
    found = [chances_of(each.measures, head, each.language) for each in questions]
    orders = [np.argsort(-chances, kind="stable")[:CHOICES] for chances in found]
    first = [float(chances[order[0]]) for chances, order in zip(found, orders, strict=True)]
    three = [float(chances[order].sum()) for chances, order in zip(found, orders, strict=True)]
    right = [order[0] == each.gold for order, each in zip(orders, questions, strict=True)]
    among = [each.gold in order for order, each in zip(orders, questions, strict=True)]
    return _lowest(first, right, RIGHT), _lowest(three, among, OFFERS_RIGHT)


def _lowest(chances: Sequence[float], right: Sequence[bool], share: float) -> float:
    """The lowest threshold above which the share of right ones, seen cautiously (one wrong more), stays high enough."""
    order = np.argsort(-np.asarray(chances))
    wrong = np.cumsum(~np.asarray(right, dtype=bool)[order]) + 1
    good = np.flatnonzero(wrong <= (1 - share) * (np.arange(len(order)) + 1))
    return round(float(np.asarray(chances)[order][good[-1]]), 4) if len(good) else 1.01


def figures(questions: Sequence[Judged], scores: Sequence[Floats]) -> Mapping[str, tuple[int, float, float, float]]:
    """By language: number, recall at 1 and 3, mean reciprocal rank."""
    ranks = np.array([1 + int((own > own[each.gold]).sum()) for each, own in zip(questions, scores, strict=True)])
    codes = np.array([each.language for each in questions])
    return {
        code: (int(own.sum()), float((ranks[own] == 1).mean()), float((ranks[own] <= CHOICES).mean()), float((1 / ranks[own]).mean()))
        for code in sorted(set(codes.tolist()))
        for own in [codes == code]
    }
