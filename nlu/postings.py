"""Which texts share rare pieces with a question: BM25 over hashed pieces of words, with numpy alone; `retrieval` uses the scores.

All texts of an index are read as one long row of characters, so that ten thousand passages take a second or two.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from nlu.text import skeleton

Kind = Literal["grams", "words"]
Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.uint64]

BITS = 20
GRAMS = (3, 4, 5)
_SIGNS = re.compile(r"[\W_]+")
_SPACE, _END = 32, 10
_STEP, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
# Of a word, so many letters count: endings differ, and German joins words.
_STEM = 6
_SATURATION = 1.2


@dataclass(frozen=True, kw_only=True)
class Postings:
    """For each of the `pieces` (in order) the texts that have it (`starts` into `texts`) and what it weighs there; `count` texts in all."""

    kind: Kind
    count: int
    pieces: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int32]
    texts: npt.NDArray[np.uint16]
    weights: npt.NDArray[np.float16]

    def scores(self, question: str) -> Floats:
        """How well each text fits, from 0 on."""
        asked = np.unique(pieces_of([question], self.kind)[0]).astype(np.uint32)
        places = np.searchsorted(self.pieces, asked)
        known = places[self.pieces.take(places, mode="clip") == asked] if len(self.pieces) else places[:0]
        spans = [slice(self.starts[at], self.starts[at + 1]) for at in known.tolist()]
        if not spans:
            return np.zeros(self.count, dtype=np.float32)
        texts = np.concatenate([self.texts[span] for span in spans])
        weights = np.concatenate([self.weights[span] for span in spans]).astype(np.float32)
        return np.bincount(texts, weights=weights, minlength=self.count).astype(np.float32)


def folded(text: str) -> str:
    """Lower case, no accents, words and numbers apart by one space."""
    return _SIGNS.sub(" ", skeleton(text)).strip()


def build(texts: Sequence[str], kind: Kind, *, length_matters: float = 0.75) -> Postings:
    """The index of at most 65,535 texts; `length_matters` (0 to 1) is how much long texts are marked down."""
    pieces, owners = pieces_of(texts, kind)
    keys, counts = np.unique((pieces << np.uint64(16)) | owners, return_counts=True)
    owner, piece = (keys & np.uint64(0xFFFF)).astype(np.int64), (keys >> np.uint64(16)).astype(np.int64)
    lengths = np.bincount(owners.astype(np.int64), minlength=len(texts)).astype(np.float32)
    found = np.bincount(piece, minlength=2**BITS)
    rarity = np.log1p((len(texts) - found + 0.5) / (found + 0.5)).astype(np.float32)
    relative = (1 - length_matters) + length_matters * lengths / max(1.0, float(lengths.mean()))
    weights = rarity[piece] * counts * (_SATURATION + 1) / (counts + _SATURATION * relative[owner])
    there = np.flatnonzero(found)  # one in ten or less of all numbers that a piece can have
    starts = np.concatenate([[0], np.cumsum(found[there])]).astype(np.int32)
    rows = {"texts": owner.astype(np.uint16), "weights": weights.astype(np.float16)}
    return Postings(kind=kind, count=len(texts), pieces=there.astype(np.uint32), starts=starts, **rows)


def pieces_of(texts: Sequence[str], kind: Kind) -> tuple[Codes, Codes]:
    """All pieces of all texts as numbers below 2 ** BITS, and for each the number of its text."""
    row = "".join(f" {folded(text)} \n" for text in texts)
    codes = np.frombuffer(row.encode("utf-32-le", "ignore"), dtype=np.uint32)
    owners = np.cumsum(codes == _END).astype(np.uint64)
    begins, ends = _words(codes) if kind == "words" else _grams(codes)
    return _hashed(codes, begins, ends), owners[begins]


def _words(codes: npt.NDArray[np.uint32]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    letter = codes > _SPACE
    begins = np.flatnonzero(letter[1:] & ~letter[:-1]) + 1
    ends = np.flatnonzero(letter[:-1] & ~letter[1:]) + 1
    return begins, np.minimum(ends, begins + _STEM)


def _grams(codes: npt.NDArray[np.uint32]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Runs of 3 to 5 characters within a word, where the spaces around it count."""
    space: npt.NDArray[np.int64] = np.cumsum(codes <= _SPACE)
    begins, ends = [], []
    for size in GRAMS:
        begin = np.arange(len(codes) - size + 1)
        inner = space[begin + size - 2] - space[begin]
        kept = begin[(inner == 0) & (codes[begin] != _END) & (codes[begin + size - 1] != _END)]
        begins.append(kept)
        ends.append(kept + size)
    return np.concatenate(begins), np.concatenate(ends)


def _hashed(codes: npt.NDArray[np.uint32], begins: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> Codes:
    """A number for each run: sums of characters times powers, all modulo 2 ** 64, so that a run is the difference of two sums."""
    powers = np.cumprod(np.full(len(codes) + 1, _STEP, dtype=np.uint64))
    inverse = np.cumprod(np.full(len(codes) + 1, np.uint64(pow(int(_STEP), -1, 2**64)), dtype=np.uint64))
    sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum((codes.astype(np.uint64) + np.uint64(1)) * powers[:-1])])
    runs = (sums[ends] - sums[begins]) * inverse[begins]
    return np.asarray(((runs ^ (runs >> np.uint64(32))) * _MIX) >> np.uint64(64 - BITS), dtype=np.uint64)
