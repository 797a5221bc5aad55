"""Slips of the keyboard: the word that somebody meant, if it is one letter off a longer word of the tables ("Kinderbetreung")."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain

# Letters of a word from which one wrong letter hardly makes another word, and beyond which nobody types.
_SHORTEST, _LONGEST = 7, 24
# How German is typed without umlauts.
_UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"))


class Slips:
    """Known words by their first letter, which slips seldom hit, and their length."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._alike = defaultdict[tuple[str, int], list[str]](list)
        for word in sorted(self._words):
            if _SHORTEST <= len(word) <= _LONGEST:
                self._alike[word[0], len(word)].append(word)

    def meant(self, word: str) -> str:
        """The known word that `word` stands for; "" if it is none, or may be another."""
        plain = word
        for pair in _UMLAUTS:
            plain = plain.replace(*pair)
        if plain in self._words:
            return plain
        if not _SHORTEST <= len(plain) <= _LONGEST:
            return ""
        near = chain.from_iterable(self._alike.get((plain[0], len(plain) + more), ()) for more in (0, 1, -1))
        return next((known for known in near if _one_off(known, plain)), "")


def _one_off(one: str, other: str) -> bool:
    """Whether one letter is too many, missing, another, or changed places with the next."""
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
