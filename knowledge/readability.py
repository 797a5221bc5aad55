"""How hard a German text is to read: the first Vienna formula (Wiener Sachtextformel 1; Bamberger and Vanecek 1984).

It gives about the school year from which on a text is understood: 4 is very easy, 15 very hard.
"""

import re

# Plain German is written for level 6 at most: the bar of the project for `de-simple`.
PLAIN = 6.0

_WORD = re.compile(r"[^\W\d_]+(?:[-·][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?:]+(?=\s|$)|\n+")
_VOWELS = re.compile(r"[aeiouyäöü]+")
# Two vowels that are spoken as one; others beside each other ("Zuschau-er") are two.
_TOGETHER = re.compile(r"aa|ee|oo|ie|ei|ai|au|eu|äu|ey|ay|ui")
_LONG_SYLLABLES, _LONG_LETTERS = 3, 6


def vienna(text: str) -> float:
    """The first Vienna formula of a German text; a middle dot does not make a long word short. 0 for a text without words.

    >>> round(vienna("Wir lesen ein Buch. Das Buch ist gut."), 1), round(vienna("Aufenthaltsgestattungsverlängerung."), 1)
    (-3.1, 31.6)
    """
    words = _WORD.findall(text)
    if not words:
        return 0.0
    sentences = sum(bool(_WORD.search(part)) for part in _SENTENCE_END.split(text))
    counts = [syllables(word) for word in words]
    share = 100 / len(words)
    return (
        0.1935 * share * sum(count >= _LONG_SYLLABLES for count in counts)
        + 0.1672 * len(words) / sentences
        + 0.1297 * share * sum(len(word.replace("·", "")) > _LONG_LETTERS for word in words)
        - 0.0327 * share * sum(count == 1 for count in counts)
        - 0.875
    )


def syllables(word: str) -> int:
    """How many syllables a German word has, about; at least one.

    >>> [syllables(word) for word in ("Haus", "Kita", "Ausländerbehörde", "BAMF")]
    [1, 2, 6, 1]
    """
    return max(1, sum(len(_TOGETHER.sub("a", group)) for group in _VOWELS.findall(word.lower())))
