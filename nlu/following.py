"""Whether a message goes on about the article that was read just before it, whatever its words alone would mean.

"He is 24" after family benefits, "my wife too?" after a course: alone they look like other articles. But the article that was read is
hardly ever ruled out then, as it is when people turn to something else; and a long message says by itself what it is about. The figures
below are a logistic regression on pairs of an article and what is typed after it (`scripts/fit_following.py`).
"""

import math
from collections.abc import Mapping

# From which chance on a message is taken to go on, and from which the article that was read stays in reach beside the other's answer.
GOES_ON, MAY_GO_ON = 0.5, 0.3
_BIAS, _READ, _OTHER, _WORD = 8.084, 0.694, 0.142, -0.542
_LEAST, _MOST_WORDS = 1e-5, 15
# One or two words are mostly the name of a subject: "doctor", "driving licence".
_FEWEST_WORDS = 3


def chance(topics: Mapping[str, float], read: str, *, words: int) -> float:
    """How likely (0 to 1) a message of so many `words` is about the article `read`; `topics` is what it means alone.

    >>> round(chance({"a": 0.05, "b": 0.9}, "a", words=3), 2), round(chance({"a": 0.0, "b": 0.9}, "a", words=3), 2)
    (0.99, 0.18)
    """
    if read not in topics or words < _FEWEST_WORDS:
        return 0.0
    other = max((likely for entry, likely in topics.items() if entry != read), default=0.0)
    score = _BIAS + _READ * _log(topics[read]) + _OTHER * _log(other) + _WORD * min(words, _MOST_WORDS)
    return 1 / (1 + math.exp(-score))


def _log(likely: float) -> float:
    return math.log(max(likely, _LEAST))
