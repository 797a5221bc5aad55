"""The values that understanding takes and returns; the engines that compute them live beside this module."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

Decision = Literal["answer", "offer", "rephrase", "human", "intent", "crisis", "out_of_scope"]


@dataclass(frozen=True, kw_only=True)
class Example:
    """One training message: `label` is an article id (with `/`), an intent, `crisis_*`, `near_miss` or `out_of_scope`."""

    text: str
    language: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where an imported page answers: the page's `code` and title, and the number of the passage (from 0) in its `language`."""

    code: str
    title: str
    language: str
    passage: int = 0


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What may answer, with its calibrated probability (0 to 1): an own article (`entry` is its id), or a page (`page:<name>`)."""

    entry: str
    score: float
    page: Spot | None = None


@dataclass(frozen=True, kw_only=True)
class Joint:
    """What own articles and imported pages come to together, see `joint`.

    `chosen` is set for `answer`; `beside` fits too: a page while an own article answers, an article while a page answers.
    """

    decision: Decision
    candidates: tuple[Candidate, ...] = ()
    chosen: Candidate | None = None
    beside: Candidate | None = None


@dataclass(frozen=True, kw_only=True)
class Before:
    """The article that was `read` last, and the `chance` (0 to 1) that the message goes on about it, see `following`."""

    read: str
    chance: float


@dataclass(frozen=True, kw_only=True)
class Excerpt:
    """The lines of an article (`entry`) that answer a question after the article `read` was.

    Those that are not `sure` are only the likeliest; there are none where no line can answer what is asked for, such as a price or
    `how_long` something takes.
    """

    read: str
    entry: str
    lines: tuple[str, ...]
    sure: bool = True
    how_long: bool = False


@dataclass(frozen=True, kw_only=True)
class Match:
    """What a message means: one `decision`, and what it rests on. All but `joint` is about own articles alone.

    `language` is the language to answer in; `switched` says that it was recognised with confidence and differs from the person's
    choice (or that there was none). `entry` is set for `answer` and `crisis`, `intent` for `intent` and `crisis`; `ms` is the time it took.
    `vector` (384) is the message's, None where there is none. Two figures are by the evidence that was not tuned on the common topics,
    for what was never met is best told by it: `doubt` is how torn it is between what it knows (the entropy of its probabilities in nats,
    0 for a sure one), `known` how likely it thinks that an `answer` is right (0 to 1), 0 if it would not give it. `joint` is set where
    imported pages were looked at too. `sure` is how likely an `intent` or a danger is (0 to 1; 1 where a pattern says so for certain).
    `topics` are the calibrated probabilities of all articles. `before` and `excerpt` are set for a message that follows an answer:
    what was read last, and what that says to it.
    """

    language: str
    decision: Decision
    switched: bool = False
    entry: str | None = None
    intent: str | None = None
    candidates: tuple[Candidate, ...] = ()
    entities: dict[str, str] = field(default_factory=dict)
    ms: float = 0.0
    vector: npt.NDArray[np.float32] | None = field(default=None, compare=False, repr=False)
    doubt: float = 0.0
    known: float = 0.0
    sure: float = 0.0
    joint: Joint | None = None
    topics: Mapping[str, float] = field(default_factory=dict, compare=False, repr=False)
    before: Before | None = None
    excerpt: Excerpt | None = None
