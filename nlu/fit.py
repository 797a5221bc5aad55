"""Fits the models and cross-validates them; the only module that imports scikit-learn, and it runs in a process of its own (`training`)."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from nlu import corpus, lexical, neighbours, network, network_fit
from nlu.lexical import LexicalModel
from nlu.model import Example
from nlu.neighbours import Neighbours
from nlu.network import Network

FOLDS = 4
# Chosen by cross-validation, see docs/nlu.md.
_NGRAM_C = 10.0
_UNLIKELY = -20.0

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """The models over vectors and n-grams, in the order of `classes`."""

    classes: tuple[str, ...]
    network: Network
    neighbours: Neighbours
    ngrams: LexicalModel


@dataclass(frozen=True, kw_only=True)
class Held:
    """Scores of messages by models that saw neither them nor their near-duplicates: (n, classes) by each model."""

    classes: tuple[str, ...]
    vectors: Floats
    ngrams: Floats
    near: Floats


def fit(examples: Sequence[Example], vectors: Floats) -> Fitted:
    """Both models from all `examples` and their vectors (n, 384)."""
    classes, columns = np.unique([example.label for example in examples], return_inverse=True)
    return Fitted(
        classes=tuple(classes.tolist()),
        network=network_fit.fit(vectors, columns, classes=len(classes)),
        neighbours=neighbours.build(vectors, columns, [example.language for example in examples], classes=len(classes)),
        ngrams=_fit_ngrams([example.text for example in examples], classes[columns]),
    )


def _fit_ngrams(texts: Sequence[str], labels: npt.NDArray[np.str_]) -> LexicalModel:
    idf = lexical.inverse_frequencies(texts)
    sparse = _converged(LogisticRegression(C=_NGRAM_C, max_iter=40), lexical.matrix(texts, idf), labels)
    return lexical.quantised(sparse.coef_, sparse.intercept_, idf)


def _converged(model: LogisticRegression, rows: Any, labels: npt.NDArray[np.str_]) -> LogisticRegression:
    """Fitted far enough: stopping early costs nothing measurable, so the warning about it is not for the operator."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(rows, labels)


def cross_validate(examples: Sequence[Example], vectors: Floats, *, folds: int = FOLDS) -> Held:
    """Scores of every example by models that were fitted without it and its near-duplicates."""
    together = corpus.groups(examples)
    classes = tuple(sorted({example.label for example in examples}))
    held = blank(examples, classes)
    for seen, unseen in GroupKFold(folds, shuffle=True, random_state=0).split(vectors, groups=together):
        fitted = fit([examples[index] for index in seen], vectors[seen])
        put(held, fitted, unseen, [examples[index] for index in unseen], vectors[unseen])
    return held


def blank(examples: Sequence[Example], classes: tuple[str, ...]) -> Held:
    """Scores that nobody gave yet: no class is likely."""
    shape = (len(examples), len(classes))
    return Held(classes=classes, **{name: np.full(shape, _UNLIKELY, dtype=np.float32) for name in ("vectors", "ngrams", "near")})


def put(held: Held, fitted: Fitted, rows: npt.NDArray[np.int64], examples: Sequence[Example], vectors: Floats) -> None:
    """Write the scores of `examples`, which are `rows` of `held`, by models that did not see them."""
    place = np.ix_(rows, np.array([held.classes.index(name) for name in fitted.classes]))
    held.vectors[place] = network.logits(fitted.network, vectors)
    held.ngrams[place] = np.stack([lexical.logits(fitted.ngrams, example.text) for example in examples])
    near = (neighbours.logits(fitted.neighbours, row, language=one.language) for one, row in zip(examples, vectors, strict=True))
    held.near[place] = np.stack(list(near))
