"""The engine that needs no vectors: hashed character n-grams into a linear model, kept in one byte a weight; it is fitted in `training`.

It serves alone where the embedding engine cannot run, and adds its logits to the vectors' ones where both do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from nlu.ngrams import hashed

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

BITS = 15
LONGEST = 5

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class LexicalModel:
    """`weights` (2 ** BITS, classes) are signed bytes to be multiplied by `scale` (classes); `idf` weighs the n-grams."""

    weights: npt.NDArray[np.int8]
    scale: Floats
    bias: Floats
    idf: Floats


def features(text: str, idf: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """The distinct n-grams of `text` (2 characters and more) and their weights, of length 1 together."""
    grams, counts = np.unique(hashed(text, longest=LONGEST, bits=BITS), return_counts=True)
    weights = (1.0 + np.log(counts)) * idf[grams]
    norm = float(np.sqrt((weights**2).sum())) or 1.0
    return grams.astype(np.int64), (weights / norm).astype(np.float32)


def logits(model: LexicalModel, text: str) -> Floats:
    """One score per class."""
    grams, weights = features(text, model.idf)
    return np.asarray((weights @ model.weights[grams]) * model.scale + model.bias, dtype=np.float32)


def inverse_frequencies(texts: Sequence[str]) -> Floats:
    """How telling each n-gram is: high for rare ones."""
    found = np.zeros(2**BITS, dtype=np.float32)
    for text in texts:
        found[np.unique(hashed(text, longest=LONGEST, bits=BITS))] += 1
    return np.log((1.0 + len(texts)) / (1.0 + found)).astype(np.float32)


def matrix(texts: Sequence[str], idf: Floats) -> "csr_matrix":
    """The features of many texts as one sparse matrix, for training."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - loaded only where something is learned

    rows = [features(text, idf) for text in texts]
    starts = np.cumsum([0, *(len(grams) for grams, _ in rows)])
    columns, values = np.concatenate([grams for grams, _ in rows]), np.concatenate([weights for _, weights in rows])
    return csr_matrix((values, columns, starts), shape=(len(texts), 2**BITS))


def quantised(weights: Floats, bias: Floats, idf: Floats) -> LexicalModel:
    """A fitted model (`weights`: classes, 2 ** BITS) in one byte a weight."""
    scale = np.maximum(np.abs(weights).max(axis=1), 1e-6) / 127.0
    rounded = np.round(weights / scale[:, None]).astype(np.int8).T
    return LexicalModel(weights=np.ascontiguousarray(rounded), scale=scale.astype(np.float32), bias=bias.astype(np.float32), idf=idf)
