"""Which sentences of a text answer a question about it: compared as passages of pages are (`retrieval`); nothing is learned of them."""

import numpy as np

from nlu.embedding import Vectors
from nlu.postings import Floats
from nlu.retrieval import shipped
from nlu.retrieval_parts import unit

# From which likeness a sentence answers; a second one is shown if it is nearly as like. Any sentence with a span of time is like "how long
# does it take" (the year of people who must attend a course, the hours of a kindergarten): there only what is much nearer counts.
LEAST, _LEAST_OF_TIME = 0.25, 0.45
# The nearest sentences are worth showing from here on, if it is said that they are no more than that: three in four are to the point.
NEAR = 0.15
HOW_LONG, _ASKS_HOW_LONG = "how long does it take", 0.45
# Where understanding found nothing, or something out of scope, the text that was read last must be clearly meant.
CLEARLY = 0.28
# By how much another article must be nearer than the one that was read.
CLEARER = 0.05
_NEARLY = 0.75
_MOST = 2


def asks_length(vector: Floats, *, language: str, how_long: Floats) -> bool:
    """Whether the question of this vector is how long something takes; `how_long` is the vector of `HOW_LONG`."""
    asked, length = unit(vector - shipped().centre(language)), unit(how_long - shipped().centre("en"))
    return float(asked @ length) >= _ASKS_HOW_LONG


def least(vector: Floats, *, language: str, how_long: Floats) -> float:
    """From which likeness on a sentence answers the question of this vector."""
    return _LEAST_OF_TIME if asks_length(vector, language=language, how_long=how_long) else LEAST


def likeness(rows: Vectors, vector: Floats, *, language: str, written: str) -> Floats:
    """How like a question (its `vector`, asked in `language`) each sentence is: `rows` (n, 384) are theirs, in the language `written`."""
    asked = unit(unit(vector - shipped().centre(language)) @ shipped().turn)
    found: Floats = unit(rows - shipped().centre(written)) @ asked
    return found


def best(alike: Floats, *, bar: float = LEAST) -> list[int]:
    """The numbers of the sentences that answer by their likeness, in the order of the text; empty if none does."""
    order = np.argsort(-alike)[:_MOST]
    top = alike[order[0]] if len(order) else 0.0
    return sorted(int(at) for at in order if alike[at] >= max(bar, _NEARLY * top))
