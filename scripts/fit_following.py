"""Fits the figures of `nlu.following`: `python -m scripts.fit_following [CACHE]` (learned weights; default `var/nlu`).

From pairs of an article and what was typed after it (`tests/nlu/follow_ups`), and, counting less, from messages kept out of training after
an article drawn at random. Six languages, one of each writer of the pairs, are left out of the fit; the table is theirs.
"""

import asyncio
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression

from bot.app import examples
from knowledge import loader
from nlu import brain, following, rasa
from nlu.brain import Brain
from nlu.model import Match
from nlu.text import words

TESTS = Path(__file__).parent.parent / "tests" / "nlu"
KEPT_OUT = ("voices", "voices_after", "voices_first")
LEFT_OUT = frozenset({"fr", "ps", "kmr", "am", "sr", "ur"})
WEIGHT, MOST = 0.3, 25


@dataclass(frozen=True, kw_only=True)
class Case:
    """A message after an article; `stays` says whether it goes on about that, None if both readings are fine."""

    language: str
    first: str
    wanted: tuple[str, ...]
    match: Match
    count: int

    @property
    def stays(self) -> bool | None:
        """What is to be told."""
        if "same" in self.wanted[1:] or (self.wanted[0] == "same" and len(self.wanted) > 1):
            return None
        return self.wanted[0] in {"same", self.first}

    @property
    def features(self) -> list[float]:
        """What it is told by: the logarithms of how likely the article and the likeliest other one are, and the number of words."""
        others = max(likely for entry, likely in self.match.topics.items() if entry != self.first)
        return [np.log(max(likely, 1e-5)) for likely in (self.match.topics[self.first], others)] + [min(self.count, 15)]


async def _case(thinking: Brain, language: str, first: str, text: str, wanted: Sequence[str]) -> Case:
    match = await thinking.understand(text, language=language)
    return Case(language=language, first=first, wanted=tuple(wanted), match=match, count=len(words(text)))


async def _read(thinking: Brain) -> tuple[list[Case], list[Case]]:
    pairs = []
    for file in sorted((TESTS / "follow_ups").glob("*.yml")):
        rows: list[dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))
        pairs += [await _case(thinking, file.stem, row["first"], row["message"], row["want"]) for row in rows]
    drawn, entries = random.Random(3), sorted(loader.shipped().articles)  # noqa: S311 - no secret
    others = []
    for file in sorted(file for folder in KEPT_OUT for file in (TESTS / folder).glob("*.yml")):
        found = [each for each in rasa.read(file, language=file.stem) if "/" in each.label]
        for each in drawn.sample(found, min(MOST, len(found))):
            first = drawn.choice([entry for entry in entries if entry != each.label])
            others.append(await _case(thinking, file.stem, first, each.text, [each.label]))
    return [case for case in pairs if case.match.topics], [case for case in others if case.match.topics]


def _shares(cases: Sequence[Case], bar: float) -> tuple[float, float]:
    """Of messages that go on, and of others, how many are taken to go on by the figures as they are in `nlu.following`."""
    found: dict[bool, list[bool]] = {True: [], False: []}
    for case in cases:
        if case.stays is not None:
            found[case.stays].append(following.chance(case.match.topics, case.first, words=case.count) >= bar)
    return float(np.mean(found[True] or [False])), float(np.mean(found[False]))


async def main(cache: Path) -> None:
    """Fit, and print the figures beside those in use and what these come to."""
    thinking = await brain.build(examples(loader.shipped()), cache)
    try:
        pairs, others = await _read(thinking)
    finally:
        await thinking.close()
    fitted = [case for case in pairs if case.language not in LEFT_OUT and case.stays is not None]
    drawn = [case for case in others if case.language not in LEFT_OUT]
    rows = np.array([case.features for case in [*fitted, *drawn]])
    truth, weights = [case.stays is True for case in [*fitted, *drawn]], [1.0] * len(fitted) + [WEIGHT] * len(drawn)
    model = LogisticRegression(C=1.0, max_iter=1000).fit(rows, truth, sample_weight=weights)
    print(f"fitted: {model.intercept_[0]:.3f}, {', '.join(f'{one:.3f}' for one in model.coef_[0])}")
    for bar in (following.MAY_GO_ON, following.GOES_ON):
        for name, left in (("left out", True), ("fitted", False)):
            mine = [case for case in pairs if (case.language in LEFT_OUT) is left]
            drawn = [case for case in others if (case.language in LEFT_OUT) is left]
            stays, turns = _shares(mine, bar)
            print(f"{name}, from {bar}: goes on {stays:.2f} of {len(mine)} pairs; others {turns:.2f}, drawn {_shares(drawn, bar)[1]:.3f}")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if sys.argv[1:] else Path("var/nlu")))
