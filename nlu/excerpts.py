"""Which lines of a text answer a question about it.

Sentences are compared with the question as passages of pages are (`retrieval`); shared words, what is asked for and where a line stands
weigh, too. The figures are a softmax regression on messages after an article whose lines readers have chosen (`scripts/fit_lines.py`).
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlu.embedding import Vectors
from nlu.postings import Floats
from nlu.retrieval import shipped
from nlu.retrieval_parts import unit
from nlu.text import skeleton, words

# What is asked for by its likeness to a question; any sentence with a span of time is like "how long", any amount like "how much".
HOW_LONG, HOW_MUCH = "how long does it take", "how much does it cost"
_ASKED = 0.45
_SPAN = re.compile(r"\d+ (?:Tag|Woche|Monat|Jahr|Stunde)|\bbis (?:zum|einschließlich)\b|Frist|dauert", re.IGNORECASE)
_PRICE = re.compile(r"euro|kost|zahl|gratis|gebühr|beitrag", re.IGNORECASE)
_KIN = re.compile(r"ehe|frau|mann\b|kind|eltern|mutter|vater|familie|partner|geschwister|angehör", re.IGNORECASE)
# Per tenth of likeness, shared word (one that stands in a single line counts whole), how far down it stands (0 to 1), 200 characters,
# a price where one is asked for, and a relative named.
WEIGHTS = (1.23, 1.64, -1.21, 0.26, 4.29, 0.80)
# From which chance on a line answers; below that the likeliest are shown as what may help, a second one from this share of the first on.
SURE, _SECOND = 0.5, 0.4
# Where understanding found nothing, or something out of scope, the text that was read last must be clearly meant.
# Any sentence with a span of time is like the question how long something takes: there only what is much nearer counts.
LEAST, CLEARLY, LENGTH = 0.25, 0.28, 0.45
# By how much another article must be nearer than the one that was read.
CLEARER = 0.05
MOST = 3
_STEM, _SHORTEST_WORD = 5, 4


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for: how long something takes, and how like it is to asking for a price (-1 to 1)."""

    length: bool
    price: float

    def wanted(self, german: str) -> bool:
        """Whether a line may answer it; `german` is the line in German."""
        if self.length:
            return bool(_SPAN.search(german))
        return self.price < _ASKED or bool(_PRICE.search(german))


def asked(vector: Floats, *, language: str, how_long: Floats, how_much: Floats) -> Asked:
    """What the question of this vector asks for; the others are those of `HOW_LONG` and `HOW_MUCH`."""
    question = unit(vector - shipped().centre(language))
    length, price = (float(question @ unit(known - shipped().centre("en"))) for known in (how_long, how_much))
    return Asked(length=length >= _ASKED and length > price, price=price)


def likeness(rows: Vectors, vector: Floats, *, language: str, written: str) -> Floats:
    """How like a question (its `vector`, asked in `language`) each sentence is: `rows` (n, 384) are theirs, in the language `written`."""
    question = unit(unit(vector - shipped().centre(language)) @ shipped().turn)
    found: Floats = unit(rows - shipped().centre(written)) @ question
    return found


def features(alike: Sequence[float], message: str, texts: Sequence[str], german: Sequence[str], question: Asked) -> Floats:
    """What a line is chosen by, a row (6) each: `alike` is the likeness of its nearest sentence, `texts` the lines."""
    said = _stems(message)
    stems = [_stems(f"{text} {original}") for text, original in zip(texts, german, strict=True)]
    common = Counter(stem for line in stems for stem in line)
    rows = [
        (
            10 * near,
            sum(1 / common[stem] for stem in said & stems[at]),
            at / len(texts),
            len(texts[at]) / 200,
            max(question.price, 0.0) * bool(_PRICE.search(german[at])),
            bool(_KIN.search(german[at])),
        )
        for at, near in enumerate(alike)
    ]
    return np.array(rows, dtype=np.float32).reshape(-1, len(WEIGHTS))


def chances(rows: Floats) -> Floats:
    """How likely each line of these features is the one that answers, if one does."""
    score = rows @ np.array(WEIGHTS, dtype=np.float32)
    share: Floats = np.exp(score - score.max(initial=-np.inf))
    share /= share.sum()
    return share


def best(likely: Floats, *, among: Sequence[int]) -> list[int]:
    """The numbers of the likeliest lines of those `among` which the answer is, the likeliest first."""
    order = sorted(among, key=lambda at: -likely[at])[:MOST]
    return [at for at in order if likely[at] >= _SECOND * likely[order[0]]]


def _stems(text: str) -> set[str]:
    """The beginnings of the longer words: endings differ more than beginnings in most languages."""
    return {word[:_STEM] for word in words(skeleton(text)) if len(word) >= _SHORTEST_WORD}
