"""The encoder as a model for ONNX Runtime that multiplies in eight bits, written at start from the package's weights in four bits.

https://github.com/onnx/onnx/blob/main/onnx/onnx.proto has the numbers of the fields, and
https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md the operators of the domain `com.microsoft`.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from nlu import protobuf
from nlu.e5 import Floats, Package

INPUT, OUTPUT = "tokens", "states"
# What is multiplied in each layer: the weights side by side, and how wide a row of what they read and of what they give is.
MATRICES = {"qkv": ("q", "k", "v"), "ao": ("ao",), "fi": ("fi",), "fo": ("fo",)}
# How far the spread of what is read is taken over by the weights (SmoothQuant, arXiv 2211.10438): cosine to the exact vectors .9995
# instead of .9973 without.
SMOOTHED = 0.75
_SMALLEST = 1e-4
_FLOAT, _INT8 = 1, 3
_IR_VERSION, _OPSET = 10, 18
_OWN = "com.microsoft"
_AS_FLOAT, _AS_INT = 1, 2


def widths(package: Package) -> list[int]:
    """How many numbers each matrix of one layer reads, in the order of `MATRICES`."""
    return [package.inner if name == "fo" else package.width for name in MATRICES]


def model(package: Package, ranges: Floats | None, *, layers: bytes | None = None, steps: int = 127) -> bytes:
    """The model: reads (1, tokens, width) of `Package.embedded`, gives the states after the last layer in the same shape.

    `ranges` (layers, sum of `widths`) has the largest number that each matrix read of messages; without them nothing is rounded, and what
    each matrix reads is an output, too. `steps` is the largest of the whole numbers that weights become; 63 where a processor adds pairs
    of products in 16 bits.
    """
    return _Writer(package, ranges, layers, steps).model()


class _Writer:
    def __init__(self, package: Package, ranges: Floats | None, layers: bytes | None, steps: int) -> None:
        self._package, self._ranges, self._layers, self._steps = package, ranges, layers, steps
        self._parts: list[bytes] = []
        self._outputs = [_value(OUTPUT)]

    def model(self) -> bytes:
        state = INPUT
        for layer in range(self._package.layers):
            state = self._layer(layer, state, OUTPUT if layer == self._package.layers - 1 else f"l{layer}.out")
        graph = (*self._parts, protobuf.text(2, "encoder"), protobuf.message(11, _value(INPUT)))
        outputs = (protobuf.message(12, output) for output in self._outputs)
        versions = (protobuf.message(8, protobuf.text(1, domain), protobuf.number(2, of)) for domain, of in (("", _OPSET), (_OWN, 1)))
        return b"".join((protobuf.number(1, _IR_VERSION), *versions, protobuf.message(7, *graph, *outputs)))

    def _layer(self, layer: int, state: str, out: str) -> str:
        at = f"l{layer}."
        self._multiplied(layer, "qkv", state)
        self._node("Split", [f"{at}qkv"], [f"{at}{name}" for name in "qkv"], domain="", axis=2, num_outputs=3)
        bias = self._numbers(f"{at}qkv.b", np.concatenate([self._known(f"{at}{name}.b") for name in "qkv"]))
        self._node("MultiHeadAttention", [*(f"{at}{name}" for name in "qkv"), bias], [f"{at}seen"], num_heads=self._package.heads)
        self._multiplied(layer, "ao", f"{at}seen")
        self._normed(at, "ao", "aln", state, f"{at}read")
        self._multiplied(layer, "fi", f"{at}read")
        self._node("BiasGelu", [f"{at}fi", self._numbers(f"{at}fi.b", self._known(f"{at}fi.b"))], [f"{at}raised"])
        self._multiplied(layer, "fo", f"{at}raised")
        self._normed(at, "fo", "oln", f"{at}read", out)
        return out

    def _normed(self, at: str, matrix: str, norm: str, state: str, out: str) -> None:
        names = (f"{at}{norm}.w", f"{at}{norm}.b", f"{at}{matrix}.b")
        given = [self._numbers(name, self._known(name)) for name in names]
        self._node("SkipLayerNormalization", [f"{at}{matrix}", state, *given], [out], epsilon=self._package.epsilon)

    def _multiplied(self, layer: int, name: str, state: str) -> None:
        """The states times the weights, without the bias."""
        out = f"l{layer}.{name}"
        rows = self._package.inner if name == "fi" else self._package.width
        weights = np.concatenate([self._package.matrix(f"l{layer}.{part}.w", rows, self._layers) for part in MATRICES[name]]).T
        if self._ranges is None:
            self._outputs.append(_value(state))
            self._node("MatMul", [state, self._numbers(f"{out}.w", weights)], [out], domain="")
            return
        begin = sum(widths(self._package)[: list(MATRICES).index(name)])
        spread = _spread(self._ranges[layer, begin : begin + len(weights)], weights)
        weights *= spread[:, None]
        step: Floats = (np.abs(weights).max(axis=0) / self._steps).astype(np.float32)
        self._node("Mul", [state, self._numbers(f"{out}.m", np.reciprocal(spread))], [f"{out}.in"], domain="")
        whole = self._numbers(f"{out}.w", np.round(weights / step).astype(np.int8))
        steps, zeros = self._numbers(f"{out}.s", step), self._numbers(f"{out}.z", np.zeros(len(step), np.int8))
        self._node("DynamicQuantizeMatMul", [f"{out}.in", whole, steps, zeros], [out])

    def _known(self, name: str) -> Floats:
        return self._package.numbers(name, self._layers)

    def _numbers(self, name: str, values: npt.NDArray[np.float32] | npt.NDArray[np.int8]) -> str:
        """A tensor of the model, by its name."""
        kind, raw = (_INT8, values) if values.dtype == np.int8 else (_FLOAT, values.astype("<f4"))
        shape = (protobuf.number(1, size) for size in values.shape)
        body = (*shape, protobuf.number(2, kind), protobuf.text(8, name), protobuf.message(9, np.ascontiguousarray(raw).tobytes()))
        self._parts.append(protobuf.message(5, *body))
        return name

    def _node(self, kind: str, given: list[str], out: list[str], *, domain: str = _OWN, **settings: float) -> None:
        names = (*(protobuf.text(1, name) for name in given), *(protobuf.text(2, name) for name in out))
        body = (*names, protobuf.text(4, kind), *_settings(settings), protobuf.text(7, domain))
        self._parts.append(protobuf.message(1, *body))


def _settings(settings: dict[str, float]) -> Iterator[bytes]:
    for name, value in settings.items():
        kind, said = (_AS_INT, protobuf.number(3, value)) if isinstance(value, int) else (_AS_FLOAT, protobuf.real(2, value))
        yield protobuf.message(5, protobuf.text(1, name), said, protobuf.number(20, kind))


def _value(name: str) -> bytes:
    """An input or output of numbers in single precision."""
    return protobuf.text(1, name) + protobuf.message(2, protobuf.message(1, protobuf.number(1, _FLOAT)))


def _spread(largest: Floats, weights: Floats) -> Floats:
    """What each number that is read is divided by, so that few do not take all steps for themselves; weights are multiplied by it."""
    read = np.maximum(largest.astype(np.float32), _SMALLEST) ** SMOOTHED
    spread = read / np.maximum(np.abs(weights).max(axis=1), _SMALLEST) ** (1 - SMOOTHED)
    even: Floats = (spread / np.exp(np.log(spread).mean())).astype(np.float32)
    return even
