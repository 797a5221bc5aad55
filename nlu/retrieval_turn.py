"""Learns how questions' vectors are turned towards the passages that answer them; serves only training, `retrieval_model` keeps the result.

The engine of vectors was made for many purposes; questions of newcomers in many languages and texts of offices are nearer to each other
after a linear map that stays close to none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlu.embedding import DIMENSIONS, Vectors
from nlu.retrieval_parts import unit

EPOCHS = 10
_BATCH = 64
_STEP = 5e-4
_RESTRAINT = 0.1
_SHARPNESS, _WITHIN = 0.05, 0.03


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Passages among which is searched: centred `rows` of length 1 (n, 384), ordered by their page (`owners`)."""

    rows: Vectors
    owners: npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """Centred vectors of questions (n, 384), the number of the right page of each, and the pool; `share` is drawn in each epoch."""

    questions: Vectors
    pages: npt.NDArray[np.int64]
    pool: Pool
    share: float = 1.0


def pool(vectors: Vectors, owners: Sequence[int]) -> Pool:
    """A pool of the vectors of passages in any order."""
    order = np.argsort(np.asarray(owners), kind="stable")
    return Pool(rows=unit(vectors - vectors.mean(axis=0))[order], owners=np.asarray(owners, dtype=np.int64)[order])


def learned(lessons: Sequence[Lesson], *, epochs: int = EPOCHS) -> Vectors:
    """The map (384, 384): of all that keep close to the identity, the one under which the right pages are most likely (Adam)."""
    chance = np.random.default_rng(0)
    still = np.eye(DIMENSIONS, dtype=np.float32)
    turn: Vectors = still.copy()
    mean: Vectors = np.zeros_like(still)
    square: Vectors = np.zeros_like(still)
    for number, (lesson, batch) in enumerate(_batches(lessons, epochs, chance), start=1):
        slope = _slope(turn, lesson.questions[batch], lesson.pages[batch], lesson.pool) + _RESTRAINT * (turn - still)
        mean = np.asarray(0.9 * mean + 0.1 * slope, dtype=np.float32)
        square = np.asarray(0.999 * square + 0.001 * slope * slope, dtype=np.float32)
        turn = turn - _STEP * (mean / (1 - 0.9**number)) / (np.sqrt(square / (1 - 0.999**number)) + 1e-6)
    return np.asarray(turn, dtype=np.float32)


def _batches(lessons: Sequence[Lesson], epochs: int, chance: np.random.Generator) -> Iterator[tuple[Lesson, npt.NDArray[np.int64]]]:
    for _ in range(epochs):
        drawn = []
        for lesson in lessons:
            order = chance.permutation(len(lesson.pages))[: int(len(lesson.pages) * lesson.share)]
            drawn += [(lesson, order[at : at + _BATCH]) for at in range(0, len(order), _BATCH)]
        for at in chance.permutation(len(drawn)).tolist():
            yield drawn[at]


def _slope(turn: Vectors, questions: Vectors, pages: npt.NDArray[np.int64], among: Pool) -> Vectors:
    """The slope of the mean cross entropy over pages, where a page is as near as its nearest passages (softly)."""
    starts = np.flatnonzero(np.concatenate([[True], among.owners[1:] != among.owners[:-1]]))
    sizes = np.diff(np.append(starts, len(among.owners)))
    near = (questions @ turn) @ among.rows.T
    best = np.maximum.reduceat(near, starts, axis=1)
    within = np.exp((near - np.repeat(best, sizes, axis=1)) / _WITHIN)
    within /= np.repeat(np.add.reduceat(within, starts, axis=1), sizes, axis=1)
    chances = np.exp((best - best.max(axis=1, keepdims=True)) / _SHARPNESS)
    chances /= chances.sum(axis=1, keepdims=True)
    chances[np.arange(len(pages)), np.searchsorted(among.owners[starts], pages)] -= 1
    pull = (np.repeat(chances, sizes, axis=1) * within) @ among.rows / _SHARPNESS
    return np.asarray(questions.T @ pull / len(pages), dtype=np.float32)
