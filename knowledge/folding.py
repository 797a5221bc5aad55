"""Folds words of several scripts to a common form and measures slips of the finger; which names exist is in `places`."""

import re
import unicodedata
from dataclasses import dataclass

# Letters that people exchange: Arabic variants, Persian letters for sounds Arabic lacks, Ukrainian and Russian vowels; signs that go.
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىیئېۍێە", "ي"),
        **dict.fromkeys("ؤۆۇ", "و"),
        **dict.fromkeys("کگغڪ", "ك"),
        **dict.fromkeys("ةۀھ", "ه"),
        "پ": "ب",
        "ڤ": "ف",
        "چ": "ج",
        "ژ": "ز",
        "ـ": "",
        **dict.fromkeys("іїы", "и"),
        **dict.fromkeys("єэё", "е"),
        "ґ": "г",
        "ь": "",
        "ъ": "",
        "ø": "o",
        "ł": "l",
        "ı": "i",
    }
)
_UMLAUT = re.compile("([aou])e")
_SHARP = re.compile("t[sz]")  # "Maints", "Koblentz"
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, kw_only=True)
class Word:
    """One word of a text, `folded`, and whether it is `capitalised` inside a sentence that is not all in capitals."""

    folded: str
    capitalised: bool


def _plain(text: str) -> str:
    """Without marks and direction controls, digits as 0-9."""
    decomposed = unicodedata.normalize("NFKD", text)
    kept = (char for char in decomposed if unicodedata.category(char) not in ("Mn", "Cf"))
    return "".join(str(unicodedata.digit(char)) if char.isdecimal() else char for char in kept)


def _fold(plain: str) -> str:
    return _SHARP.sub("z", _UMLAUT.sub(r"\1", plain.casefold().translate(_LETTERS)))


def fold(text: str) -> str:
    """Letters and digits alone: no case, accents, spaces or hyphens; ä = ae = a, ß = ss, tz = ts = z; Arabic and Cyrillic variants as one.

    >>> fold("Südl. Weinstraße"), fold("Suedl. Weinstrasse")
    ('sudlweinstrasse', 'sudlweinstrasse')
    """
    return "".join(_fold(word) for word in _WORD.findall(_plain(text)))


def words(text: str) -> list[Word]:
    """The words of a text, folded one by one."""
    found = _WORD.findall(_plain(text))
    shouting = not any(char.islower() for char in text)
    return [Word(folded=_fold(word), capitalised=at > 0 and not shouting and word[0].isupper()) for at, word in enumerate(found)]


def distance(left: str, right: str, *, most: int) -> int:
    """Letters to add, drop, change or swap with a neighbour to get from one word to the other; `most` + 1 if more than `most`."""
    if abs(len(left) - len(right)) > most:
        return most + 1
    before, row = [0] * (len(right) + 1), list(range(len(right) + 1))
    for i, char in enumerate(left, start=1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != other))
            swapped = i > 1 and j > 1 and char == right[j - 2] and left[i - 2] == other
            row.append(min(cost, earlier[j - 2] + 1) if swapped else cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
