"""Messages on all topics in 23 languages that were kept out of the training, by writers who had not seen any of it.

`voices`: those of the writers of `nlu/data/voices`; a sixth of their messages is here, of the third writers a quarter. What
equals a training message was left out. `strangers`: by five writers of whom nothing is learned; `dialects`: by
fifteen more in nine languages, most of them in dialect, spelled by ear or in other letters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from nlu import rasa
from nlu.brain import Brain
from nlu.classifier import NEAR_MISS

HERE = Path(__file__).parent
# All messages would take minutes. Odd steps do not always meet the first message of a topic.
_STEPS = {"voices": 17, "strangers": 11}


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Shares of messages, from 0 to 1: on topics, of answers, of danger, and alarms at most."""

    first: float
    three: float
    answered: float
    right: float
    danger: float
    harmless: float
    near_miss: float


VOICES = Bars(first=0.86, three=0.95, answered=0.75, right=0.96, danger=0.9, harmless=0.027, near_miss=0.34)
STRANGERS = Bars(first=0.92, three=0.975, answered=0.86, right=0.97, danger=0.95, harmless=0.025, near_miss=0.42)


def share(rows: Sequence[bool]) -> float:
    return sum(rows) / len(rows)


@pytest.mark.parametrize(("folder", "bars"), [("voices", VOICES), ("strangers", STRANGERS)])
async def test_situations_that_nobody_trained_are_understood(brain: Brain, folder: str, bars: Bars) -> None:
    messages = [example for file in sorted((HERE / folder).glob("*.yml")) for example in rasa.read(file, language=file.stem)][
        :: _STEPS[folder]
    ]
    found = await brain.understand_many([(each.text, each.language) for each in messages])
    said = list(zip(messages, found, strict=True))
    topics = [(example.label, match) for example, match in said if "/" in example.label]
    assert len(topics) > 400
    assert share([label == next(iter(match.candidates)).entry for label, match in topics if match.candidates]) > bars.first
    assert share([label in [each.entry for each in match.candidates] for label, match in topics]) > bars.three
    answers = [label == match.entry for label, match in topics if match.decision == "answer"]
    assert len(answers) > bars.answered * len(topics)
    assert share(answers) > bars.right
    harmless = [match for label, match in topics if not label.startswith("safety/") and label != "residence/fear-of-removal"]
    assert share([match.decision == "crisis" for match in harmless]) < bars.harmless
    danger = [match for example, match in said if example.label.startswith("crisis_")]
    assert share([match.decision == "crisis" for match in danger]) > bars.danger
    sounds_alike = [match for example, match in said if example.label == NEAR_MISS]
    assert share([match.decision == "crisis" for match in sounds_alike]) < bars.near_miss
