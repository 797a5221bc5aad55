"""Which known messages a new one is nearest to, by sentence vectors, and what those are about; `classifier` adds it to the other evidence.

A network smooths: what only one message ever said it forgets. Its neighbours remember. Each number of a vector is kept in two bits, which
costs nothing measurable (docs/nlu.md). They are built in `neighbours_fit`.
"""

from collections.abc import Mapping
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
# What each byte stands for: its four numbers, kept as one whole number of four bytes because those are looked up eight times as fast.
_UNPACKED = np.ascontiguousarray(_LEVELS[(np.arange(256)[:, None] >> np.array([0, 2, 4, 6])) & 3])
_FOURS = _UNPACKED.view(np.uint32).reshape(256)
_SQUARES = np.square(_UNPACKED, dtype=np.float32).sum(axis=1)
# Neighbours are looked for in the nearest cells, along the few directions in which messages differ most, then compared in all.
_LOOKED_AT, _NEAREST = 48, 500
# Rows that are unpacked at once: more would leave holes in the memory that are never filled again.
_AT_ONCE = 512


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """`rows` (n, 96): four numbers of a centred vector in each byte; `labels` (n): columns of `classes` many classes.

    `centres` are the mean vectors by language, "" of all. `axes` (384, 48) are the directions in which the rows differ most. Rows that lie
    together along them form a cell: `cells` (m, 48) are the cells' middles, `bounds` (m + 1) where each begins among the rows.
    """

    rows: Bytes
    labels: npt.NDArray[np.uint16]
    classes: int
    centres: Mapping[str, Floats]
    axes: Floats
    cells: Floats
    bounds: npt.NDArray[np.int32]
    _lengths: Floats = field(init=False, repr=False)
    _coarse: npt.NDArray[np.int8] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Unpack once what is looked at in every row for each message; the whole of all rows would take four times the memory."""
        lengths, coarse = np.zeros(len(self.rows), dtype=np.float32), np.zeros((len(self.rows), self.axes.shape[1]), dtype=np.int8)
        for at in range(0, len(self.rows), _AT_ONCE):
            packed = self.rows[at : at + _AT_ONCE]
            lengths[at : at + _AT_ONCE] = np.sqrt(np.take(_SQUARES, packed).sum(axis=1))
            coarse[at : at + _AT_ONCE] = np.round(unpacked(packed) @ self.axes * (127 / lengths[at : at + _AT_ONCE, None]))
        for name, value in {"_lengths": lengths, "_coarse": coarse}.items():
            object.__setattr__(self, name, value)

    def centred(self, vector: Floats, language: str) -> Floats:
        """A vector (384) without what its language has in common, of length 1."""
        return unit(vector - self.centres.get(language, self.centres[""]))


def logits(model: Neighbours, vector: Floats, *, language: str) -> Floats:
    """The logarithm of each class's share (classes) among the neighbours of a vector (384); all zero where nobody is known."""
    if not len(model.rows):
        return np.zeros(model.classes, dtype=np.float32)
    asked = model.centred(vector, language)
    near = _near(model, asked @ model.axes)
    alike = (unpacked(model.rows[near]) @ asked) / model._lengths[near]  # noqa: SLF001 - the same module
    return _shares(np.exp((alike - alike.max()) / SHARPNESS), model.labels[near], model.classes)


def _near(model: Neighbours, asked: Floats) -> npt.NDArray[np.int64]:
    """The numbers of the rows that are nearest to a vector (48) in the cells that are nearest to it."""
    looked = np.argsort(_away(asked, model.cells))[:_LOOKED_AT]
    rows = np.concatenate([np.arange(model.bounds[cell], model.bounds[cell + 1]) for cell in looked])
    alike = model._coarse[rows].astype(np.float32) @ asked  # noqa: SLF001 - the same module
    return rows[np.argpartition(-alike, _NEAREST)[:_NEAREST]] if len(rows) > _NEAREST else rows


def _away(rows: Floats, cells: Floats) -> Floats:
    """How far rows (…, 48) are from the middles of cells (m, 48), up to what is the same for all cells of a row."""
    return np.asarray(np.square(cells).sum(axis=1) - 2.0 * (rows @ cells.T), dtype=np.float32)


def unpacked(rows: Bytes) -> Floats:
    """Rows (n, 96) as numbers (n, 384)."""
    return np.asarray(np.take(_FOURS, rows).view(np.int8), dtype=np.float32)


def _shares(weights: Floats, labels: npt.NDArray[np.uint16], classes: int) -> Floats:
    found = np.bincount(labels, weights=weights, minlength=classes)
    return np.asarray(np.log(found / found.sum() + _FLOOR), dtype=np.float32)


def unit(rows: Floats) -> Floats:
    """Rows of length 1."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9), dtype=np.float32)
