"""Sentence vectors by multilingual-e5-small, computed with ONNX Runtime.

As its package has it, or with layers that were tuned to tell our topics apart. Only `nlu.worker` and the training import this module: it
loads ONNX Runtime.
"""

import hashlib
import platform
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from nlu import graph
from nlu.e5 import Floats, Package

_HASH = 32
_STEPS, _FEWER_STEPS = 127, 63


class Encoder:
    """One encoder: the package's layers or others, in whole numbers from -`most` to `most`. It may be used by several threads at once."""

    def __init__(self, package: Package, ranges: Floats | None, *, layers: bytes | None = None, most: int | None = None) -> None:
        self._package = package
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        model = graph.model(package, ranges, layers=layers, steps=most or _steps())
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._session._model_bytes = None  # noqa: SLF001 - it would be kept for providers that fail, 22 MB of it

    def vector(self, tokens: list[int]) -> Floats:
        """The unit vector (384) of a text's tokens."""
        (states,) = self._session.run([graph.OUTPUT], {graph.INPUT: self._package.embedded(tokens)[None]})
        mean = states[0].mean(axis=0)
        unit: Floats = mean / np.linalg.norm(mean)
        return unit

    def largest(self, tokens: list[int]) -> Floats:
        """The largest numbers that the matrices read, (layers, sum of `graph.widths`), of an encoder that rounds nothing."""
        names = [output.name for output in self._session.get_outputs()][1:]
        found = self._session.run(names, {graph.INPUT: self._package.embedded(tokens)[None]})
        return np.concatenate([np.abs(each[0]).max(axis=0) for each in found]).reshape(self._package.layers, -1)


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """What is shipped: the tuned layers, and for both encoders what their matrices read at most."""

    layers: bytes
    plain: Floats
    tuned: Floats


def packed(package: Package, tuning: Tuning) -> bytes:
    """The shipped file: the hash of the layers that are replaced, what is read at most by both encoders in half precision, the layers."""
    ranges = np.stack([tuning.plain, tuning.tuned]).astype("<f2").tobytes()
    return hashlib.sha256(package.end()).digest() + ranges + tuning.layers


def unpacked(package: Package, file: Path) -> Tuning:
    """What `packed` wrote. Raises ValueError if it was made for another version of the package, or is damaged."""
    raw, replaced = file.read_bytes(), package.end()
    ranges, layers = raw[_HASH : -len(replaced)], raw[-len(replaced) :]
    shape = (2, package.layers, sum(graph.widths(package)))
    if hashlib.sha256(replaced).digest() != raw[:_HASH] or len(ranges) != 2 * np.prod(shape):
        message = f"{file.name} was made for another version of the engine"
        raise ValueError(message)
    plain, tuned = np.frombuffer(ranges, "<f2").astype(np.float32).reshape(shape)
    return Tuning(layers=layers, plain=plain, tuned=tuned)


def _steps() -> int:
    """Processors of x86-64 without VNNI add two products in 16 bits, which hold those of seven bits alone."""
    if platform.machine().lower() not in {"x86_64", "amd64"}:
        return _STEPS
    info = Path("/proc/cpuinfo")
    return _STEPS if info.exists() and "vnni" in info.read_text(errors="replace") else _FEWER_STEPS
