"""Which known messages a new one is nearest to, by sentence vectors, and what those are about; `classifier` adds it to the other evidence.

A network smooths: what only one message ever said it forgets. Its neighbours remember. Each number of a vector is kept in two bits, which
costs nothing measurable (docs/nlu.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

# How fast a neighbour counts less the farther it is, in cosine, and the share that any class has at least. Chosen by cross-validation.
SHARPNESS = 0.025
_FLOOR = 1e-4
# A normal distribution in four steps that lose least (Lloyd and Max), as whole numbers: 0.4528 and 1.51 of its spread, border at 0.98.
_LEVELS = np.array([-10, -3, 3, 10], dtype=np.int8)
_BORDER = 0.98
# What each byte stands for: its four numbers, kept as one whole number of four bytes because those are looked up eight times as fast.
_UNPACKED = np.ascontiguousarray(_LEVELS[(np.arange(256)[:, None] >> np.array([0, 2, 4, 6])) & 3])
_FOURS = _UNPACKED.view(np.uint32).reshape(256)
_SQUARES = np.square(_UNPACKED, dtype=np.float32).sum(axis=1)
# Neighbours are looked for along the few directions in which messages differ most, then compared in all.
_DIRECTIONS, _NEAREST = 48, 500
# Rows that are unpacked or widened at once: what a processor keeps near.
_AT_ONCE, _WIDENED = 8192, 2048
# A mean of few messages describes their topic, not their language.
_FEWEST = 40


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """`rows` (n, 96): four numbers of a centred vector in each byte; `labels` (n): columns of `classes` many classes.

    `centres` are the mean vectors by language, "" of all. `axes` (384, 48) are the directions in which the rows differ most.
    """

    rows: Bytes
    labels: npt.NDArray[np.uint16]
    classes: int
    centres: Mapping[str, Floats]
    axes: Floats
    _lengths: Floats = field(init=False, repr=False)
    _coarse: npt.NDArray[np.int8] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Unpack once what is looked at in every row for each message; the whole of all rows would take four times the memory."""
        lengths, coarse = np.zeros(len(self.rows), dtype=np.float32), np.zeros((len(self.rows), self.axes.shape[1]), dtype=np.int8)
        for at in range(0, len(self.rows), _AT_ONCE):
            packed = self.rows[at : at + _AT_ONCE]
            lengths[at : at + _AT_ONCE] = np.sqrt(np.take(_SQUARES, packed).sum(axis=1))
            coarse[at : at + _AT_ONCE] = np.round(_unpacked(packed) @ self.axes * (127 / lengths[at : at + _AT_ONCE, None]))
        for name, value in {"_lengths": lengths, "_coarse": coarse}.items():
            object.__setattr__(self, name, value)

    def centred(self, vector: Floats, language: str) -> Floats:
        """A vector (384) without what its language has in common, of length 1."""
        return _unit(vector - self.centres.get(language, self.centres[""]))


def logits(model: Neighbours, vector: Floats, *, language: str) -> Floats:
    """The logarithm of each class's share (classes) among the neighbours of a vector (384); all zero where nobody is known."""
    if not len(model.rows):
        return np.zeros(model.classes, dtype=np.float32)
    asked = model.centred(vector, language)
    coarse = _products(model._coarse, asked @ model.axes)  # noqa: SLF001 - the same module
    near = np.argpartition(-coarse, _NEAREST)[:_NEAREST] if len(coarse) > _NEAREST else np.arange(len(coarse))
    alike = (_unpacked(model.rows[near]) @ asked) / model._lengths[near]  # noqa: SLF001 - the same module
    return _shares(np.exp((alike - alike.max()) / SHARPNESS), model.labels[near], model.classes)


def _products(rows: npt.NDArray[np.int8], vector: Floats) -> Floats:
    """Rows (n, 48) times a vector: a few are widened at a time, which takes no longer than if all were kept wide."""
    found, wide = np.empty(len(rows), dtype=np.float32), np.empty((_WIDENED, rows.shape[1]), dtype=np.float32)
    for at in range(0, len(rows), _WIDENED):
        part = rows[at : at + _WIDENED]
        wide[: len(part)] = part
        np.dot(wide[: len(part)], vector, out=found[at : at + _WIDENED])
    return found


def _unpacked(rows: Bytes) -> Floats:
    """Rows (n, 96) as numbers (n, 384)."""
    return np.asarray(np.take(_FOURS, rows).view(np.int8), dtype=np.float32)


def _shares(weights: Floats, labels: npt.NDArray[np.uint16], classes: int) -> Floats:
    found = np.bincount(labels, weights=weights, minlength=classes)
    return np.asarray(np.log(found / found.sum() + _FLOOR), dtype=np.float32)


def build(vectors: Floats, labels: npt.NDArray[np.int64], languages: Sequence[str], *, classes: int) -> Neighbours:
    """The neighbours for messages with these `vectors` (n, 384), columns of classes and languages; none where there are no vectors."""
    known = np.asarray(vectors if vectors.any() else vectors[:0], dtype=np.float32)
    codes = np.array(languages[: len(known)], dtype=np.str_)
    centres = {"": known.mean(axis=0) if len(known) else np.zeros(vectors.shape[1], dtype=np.float32)}
    for code in sorted(set(languages)):
        own = codes == code
        centres[code] = known[own].mean(axis=0) if own.sum() >= _FEWEST else centres[""]
    rows = _unit(known - np.array([centres[code] for code in codes.tolist()], dtype=np.float32).reshape(known.shape))
    kept = labels[: len(known)].astype(np.uint16)
    return Neighbours(rows=_packed(rows), labels=kept, classes=classes, centres=centres, axes=_axes(rows))


def _packed(rows: Floats) -> Bytes:
    spread = rows.std() if len(rows) else 1.0
    steps = (rows > 0).astype(np.uint8) + (rows > _BORDER * spread) + (rows > -_BORDER * spread)
    quarters = steps.reshape(len(rows), rows.shape[1] // 4, 4)
    return np.asarray((quarters << np.array([0, 2, 4, 6], dtype=np.uint8)).sum(axis=2), dtype=np.uint8)


def _axes(rows: Floats) -> Floats:
    values, directions = np.linalg.eigh(rows.T @ rows)
    return np.ascontiguousarray(directions[:, np.argsort(-values)[:_DIRECTIONS]], dtype=np.float32)


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9), dtype=np.float32)
