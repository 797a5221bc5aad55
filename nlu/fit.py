"""Fits the models and cross-validates them. With `neighbours_fit` alone in importing scikit-learn; both run in a process of their own."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from nlu import corpus, lexical, neighbours, neighbours_fit, network, network_fit
from nlu.classifier import Evidence, Reading
from nlu.lexical import LexicalModel
from nlu.model import Example
from nlu.network import Network

FOLDS = 4
# Chosen by cross-validation, see docs/nlu.md.
_NGRAM_C = 10.0
_UNLIKELY = -20.0
# The tuned encoder lays messages about one topic so close together that a third of them say as much as all.
_TUNED_EVERY = 3

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """The models over vectors and n-grams, in the order of `classes`."""

    classes: tuple[str, ...]
    plain: Reading
    tuned: Reading
    ngrams: LexicalModel


@dataclass(frozen=True, kw_only=True)
class Held:
    """What models say of messages (n, classes) that saw neither them nor their near-duplicates."""

    classes: tuple[str, ...]
    found: Evidence


def fit(examples: Sequence[Example], vectors: Floats, *, tuned: Network | None = None) -> Fitted:
    """All models from all `examples` and their vectors by both encoders (n, 768); `tuned` is the second's network, if it is known."""
    classes, columns = np.unique([example.label for example in examples], return_inverse=True)
    left, right = np.split(vectors, 2, axis=1)
    languages = [example.language for example in examples]
    return Fitted(
        classes=tuple(classes.tolist()),
        plain=_reading(left, columns, languages, network_fit.fit(left, columns, classes=len(classes))),
        tuned=_reading(right, columns, languages, tuned or network_fit.fit(right, columns, classes=len(classes)), every=_TUNED_EVERY),
        ngrams=_fit_ngrams([example.text for example in examples], classes[columns]),
    )


def _reading(vectors: Floats, columns: Rows, languages: Sequence[str], known: Network, *, every: int = 1) -> Reading:
    near = neighbours_fit.build(vectors[::every], columns[::every], languages[::every], classes=len(known.bias))
    return Reading(network=known, neighbours=near)


def _fit_ngrams(texts: Sequence[str], labels: npt.NDArray[np.str_]) -> LexicalModel:
    idf = lexical.inverse_frequencies(texts)
    sparse = _converged(LogisticRegression(C=_NGRAM_C, max_iter=40), lexical.matrix(texts, idf), labels)
    return lexical.quantised(sparse.coef_, sparse.intercept_, idf)


def _converged(model: LogisticRegression, rows: Any, labels: npt.NDArray[np.str_]) -> LogisticRegression:
    """Fitted far enough: stopping early costs nothing measurable, so the warning about it is not for the operator."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(rows, labels)


def folds(examples: Sequence[Example], *, count: int = FOLDS) -> list[tuple[Rows, Rows]]:
    """Which examples are seen and which are not, several times; near-duplicates stay on one side."""
    together = corpus.groups(examples)
    split = GroupKFold(count, shuffle=True, random_state=0).split(np.zeros(len(examples)), groups=together)
    return [(seen, unseen) for seen, unseen in split]


def held(fitted: Fitted, examples: Sequence[Example], vectors: Floats, *, classes: tuple[str, ...]) -> Held:
    """The scores of `examples` with their vectors (n, 768) by models that did not see them; `classes` may be more than those know."""
    plain, tuned = np.split(vectors, 2, axis=1)
    columns = np.array([classes.index(name) for name in fitted.classes])

    def spread(scores: Floats) -> Floats:
        whole = np.full((len(examples), len(classes)), _UNLIKELY, dtype=np.float32)
        whole[:, columns] = scores
        return whole

    found = Evidence(
        plain=spread(network.logits(fitted.plain.network, plain)),
        tuned=spread(network.logits(fitted.tuned.network, tuned)),
        ngrams=spread(np.stack([lexical.logits(fitted.ngrams, example.text) for example in examples])),
        near=spread(_near(fitted.plain, examples, plain)),
        near_tuned=spread(_near(fitted.tuned, examples, tuned)),
    )
    return Held(classes=classes, found=found)


def _near(reading: Reading, examples: Sequence[Example], vectors: Floats) -> Floats:
    asked = zip(examples, vectors, strict=True)
    return np.stack([neighbours.logits(reading.neighbours, row, language=one.language) for one, row in asked])


def joined(parts: Sequence[Held]) -> Held:
    """The scores of several folds, one below the other."""
    scores = {each.name: np.concatenate([getattr(part.found, each.name) for part in parts]) for each in fields(Evidence)}
    return Held(classes=parts[0].classes, found=Evidence(**scores))
