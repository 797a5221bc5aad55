"""Builds `neighbours` from known messages: means of languages, rows in two bits a number, and cells of rows that lie together."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.cluster import KMeans

from nlu.neighbours import Bytes, Floats, Neighbours, unit

# Directions in which rows differ most, and cells along them; few rows make few cells.
_DIRECTIONS, _CELLS, _IN_A_CELL = 48, 512, 256
# Cells are found among so many rows, in so many rounds.
_SAMPLE, _ROUNDS = 40_000, 8
# Between the steps of `neighbours`, in spreads.
_BORDER = 0.98
# A mean of few messages describes their topic, not their language.
_FEWEST = 40


def build(vectors: Floats, labels: npt.NDArray[np.int64], languages: Sequence[str], *, classes: int) -> Neighbours:
    """The neighbours for messages with these `vectors` (n, 384), columns of classes and languages; none where there are no vectors."""
    known = np.asarray(vectors if vectors.any() else vectors[:0], dtype=np.float32)
    codes = np.array(languages[: len(known)], dtype=np.str_)
    centres = {"": known.mean(axis=0) if len(known) else np.zeros(vectors.shape[1], dtype=np.float32)}
    for code in sorted(set(languages)):
        own = codes == code
        centres[code] = known[own].mean(axis=0) if own.sum() >= _FEWEST else centres[""]
    rows = unit(known - np.array([centres[code] for code in codes.tolist()], dtype=np.float32).reshape(known.shape))
    axes = _axes(rows)
    cells, cell_of = _grouped(rows @ axes)
    order = np.argsort(cell_of, kind="stable")
    return Neighbours(
        rows=_packed(rows)[order],
        labels=labels[: len(known)].astype(np.uint16)[order],
        classes=classes,
        centres=centres,
        axes=axes,
        cells=cells,
        bounds=np.searchsorted(cell_of[order], np.arange(len(cells) + 1)).astype(np.int32),
    )


def _packed(rows: Floats) -> Bytes:
    spread = rows.std() if len(rows) else 1.0
    steps = (rows > 0).astype(np.uint8) + (rows > _BORDER * spread) + (rows > -_BORDER * spread)
    quarters = steps.reshape(len(rows), rows.shape[1] // 4, 4)
    return np.asarray((quarters << np.array([0, 2, 4, 6], dtype=np.uint8)).sum(axis=2), dtype=np.uint8)


def _axes(rows: Floats) -> Floats:
    values, directions = np.linalg.eigh(rows.T @ rows)
    return np.ascontiguousarray(directions[:, np.argsort(-values)[:_DIRECTIONS]], dtype=np.float32)


def _grouped(rows: Floats) -> tuple[Floats, npt.NDArray[np.int64]]:
    """The middles of cells (m, 48) of rows (n, 48) that lie together, and the cell of each row (n)."""
    if not len(rows):
        return rows, np.zeros(0, dtype=np.int64)
    wanted = max(1, min(_CELLS, len(rows) // _IN_A_CELL))
    sample = rows[np.random.default_rng(0).permutation(len(rows))[:_SAMPLE]]
    found = KMeans(wanted, n_init=1, init="random", max_iter=_ROUNDS, random_state=0).fit(sample)
    return found.cluster_centers_, found.predict(rows).astype(np.int64)
