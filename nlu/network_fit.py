"""Fits the `network`: Adam on cross-entropy with smoothed labels, dropout and decaying weights; part of `training`, never of the server.

Sizes and rates were chosen by cross-validation, see docs/nlu.md. The random numbers are seeded: the same examples give the same weights.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from nlu.network import Floats, Network

UNITS = 2048
EPOCHS = 24
BATCH = 256
RATE = 3e-3
DECAY = 0.02
SMOOTHING = 0.1
# Shares of the vector's numbers and of the hidden units that a step leaves out.
_BLIND, _DROPPED = 0.1, 0.6
_MOMENTUM, _SPREAD, _TINY = 0.9, 0.999, 1e-8

Columns = npt.NDArray[np.int64]


@dataclass(kw_only=True)
class _Weights:
    """The parameters, and Adam's running means of their gradients and of the squares."""

    parts: list[Floats]
    means: list[Floats] = field(init=False)
    squares: list[Floats] = field(init=False)
    steps: int = 0

    def __post_init__(self) -> None:
        self.means = [np.zeros_like(part) for part in self.parts]
        self.squares = [np.zeros_like(part) for part in self.parts]

    def descend(self, gradients: list[Floats], *, rate: float) -> None:
        """One step of AdamW; only matrices decay, not biases."""
        self.steps += 1
        for at, gradient in enumerate(gradients):
            self.means[at] += (1 - _MOMENTUM) * (gradient - self.means[at])
            self.squares[at] += (1 - _SPREAD) * (gradient * gradient - self.squares[at])
            spread = np.sqrt(self.squares[at] / (1 - _SPREAD**self.steps)) + _TINY
            step = self.means[at] / (1 - _MOMENTUM**self.steps) / spread
            self.parts[at] -= rate * (step + DECAY * self.parts[at]) if gradient.ndim > 1 else rate * step


def fit(vectors: Floats, columns: Columns, *, classes: int) -> Network:
    """A network for vectors (n, 384) whose classes are `columns` (n, each below `classes`)."""
    random = np.random.default_rng(0)
    size = np.float32(np.sqrt(vectors.shape[1]))  # unit vectors become numbers of about 1
    centre = vectors.mean(axis=0)
    rows = (vectors - centre) * size
    weights = _Weights(parts=_start(random, rows.shape[1], classes))
    rounds = max(1, len(rows) // BATCH)
    epochs = EPOCHS if vectors.any() else 0  # without the engine there is nothing to learn from
    for epoch in range(epochs):
        for number, batch in enumerate(np.array_split(random.permutation(len(rows)), rounds)):
            progress = (epoch + number / rounds) / epochs
            gradients = _gradients(weights.parts, rows[batch], columns[batch], random)
            weights.descend(gradients, rate=RATE * 0.5 * (1 + np.cos(np.pi * progress)))
    hidden, hidden_bias, out, bias = weights.parts
    return Network(centre=centre, hidden=hidden * size, hidden_bias=hidden_bias, weights=out, bias=bias)


def _start(random: np.random.Generator, inputs: int, classes: int) -> list[Floats]:
    first = random.standard_normal((inputs, UNITS), dtype=np.float32) * np.float32(np.sqrt(2 / inputs))
    second = random.standard_normal((UNITS, classes), dtype=np.float32) * np.float32(np.sqrt(1 / UNITS))
    return [first, np.zeros(UNITS, dtype=np.float32), second, np.zeros(classes, dtype=np.float32)]


def _gradients(parts: list[Floats], rows: Floats, columns: Columns, random: np.random.Generator) -> list[Floats]:
    """The slope of the mean loss of some rows by each parameter."""
    hidden, hidden_bias, weights, bias = parts
    seen = rows * _kept(random, rows.shape, _BLIND)
    kept = _kept(random, (len(rows), UNITS), _DROPPED)
    raised = seen @ hidden + hidden_bias
    active = np.maximum(raised, 0.0) * kept
    error = _softmax(active @ weights + bias) - np.float32(SMOOTHING / weights.shape[1])
    error[np.arange(len(rows)), columns] -= np.float32(1 - SMOOTHING)
    error /= len(rows)
    back = (error @ weights.T) * kept * (raised > 0)
    return [seen.T @ back, back.sum(axis=0), active.T @ error, error.sum(axis=0)]


def _kept(random: np.random.Generator, shape: tuple[int, ...], share: float) -> Floats:
    """A mask that drops a share and makes the rest so much larger that sums stay the same."""
    return np.asarray((random.random(shape, dtype=np.float32) >= share) / np.float32(1 - share), dtype=np.float32)


def _softmax(scores: Floats) -> Floats:
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=1, keepdims=True), dtype=np.float32)
