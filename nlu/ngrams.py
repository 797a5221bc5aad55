"""Hashed character n-grams, which language identification and the lexical engine share; nothing here is learned."""

import re

import numpy as np
import numpy.typing as npt

_NOISE = re.compile(r"[\W\d_]+")
_PRIME = np.uint32(0x01000193)
_MIX = np.uint32(0x9E3779B1)

Indices = npt.NDArray[np.uint32]


def fold(text: str) -> str:
    """Lower case, words apart by one space, without digits and signs; combining vowel marks of Arabic go too.

    >>> fold("Kita-Platz 2024?!")
    ' kita platz '
    """
    return f" {_NOISE.sub(' ', text.casefold()).strip()} "


def hashed(text: str, *, longest: int, bits: int) -> Indices:
    """The n-grams of lengths 1 to `longest` of the folded `text` as numbers below 2 ** `bits`, each as often as it occurs."""
    codes = np.frombuffer(fold(text).encode("utf-32-le", "ignore"), dtype=np.uint32)
    rows = [_rolled(codes, length) for length in range(1, min(longest, len(codes)) + 1)]
    return np.asarray((np.concatenate(rows) * _MIX) >> np.uint32(32 - bits), dtype=np.uint32)


def _rolled(codes: Indices, length: int) -> Indices:
    value = np.full(len(codes) - length + 1, 0x811C9DC5 + length, dtype=np.uint32)
    for offset in range(length):
        value = (value ^ codes[offset : len(codes) - length + 1 + offset]) * _PRIME
    return value ^ (value >> np.uint32(15))
