"""The model over sentence vectors: one hidden layer, run with numpy alone. It is fitted in `network_fit`.

A topic is asked about in many ways that lie apart among the vectors; a linear model has to draw one border around all of them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Network:
    """`hidden` (384, units) and `weights` (units, classes) with their biases; `centre` (384) is taken off each vector first."""

    centre: Floats
    hidden: Floats
    hidden_bias: Floats
    weights: Floats
    bias: Floats


def logits(network: Network, vectors: Floats) -> Floats:
    """Scores (…, classes) of vectors (…, 384)."""
    raised = np.maximum((vectors - network.centre) @ network.hidden + network.hidden_bias, 0.0)
    return np.asarray(raised @ network.weights + network.bias, dtype=np.float32)
