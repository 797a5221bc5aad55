"""What people say after an answer and of Lotse itself, and what testers found: a sixth of those messages, kept out of the training."""

from pathlib import Path

import pytest

from nlu import rasa
from nlu.brain import Brain
from nlu.model import Example

FOLDER = Path(__file__).parent / "voices_after"
# All of them would take a minute.
MESSAGES = [example for file in sorted(FOLDER.glob("*.yml")) for example in rasa.read(file, language=file.stem)][::2]
# Of each class the share that is taken for it, at least.
BARS = {"more": 0.8, "angry": 0.8, "robot": 0.7, "dates": 0.85, "repeat": 0.8}


def of_class(label: str) -> list[Example]:
    return [example for example in MESSAGES if example.label == label]


@pytest.mark.parametrize("label", list(BARS))
async def test_what_nobody_has_listed_is_understood(brain: Brain, label: str) -> None:
    said = [(each.text, each.language) for each in of_class(label)]
    found = await brain.understand_many(said)
    assert len(found) > 30
    assert sum(match.intent == label for match in found) > BARS[label] * len(found)
    assert sum(match.decision == "crisis" for match in found) < 0.03 * len(found)


async def test_danger_among_them_is_seen_and_what_only_sounds_so_is_not(brain: Brain) -> None:
    danger = [each for each in MESSAGES if each.label.startswith("crisis_")]
    found = await brain.understand_many([(each.text, each.language) for each in danger])
    # A boss who keeps the passport and lets nobody out is still taken for a question about rights at work.
    assert sum(match.decision == "crisis" for match in found) > 0.8 * len(found)
    calm = [each for each in MESSAGES if "/" in each.label and not each.label.startswith("safety/")]
    found = await brain.understand_many([(each.text, each.language) for each in calm])
    assert sum(match.decision == "crisis" for match in found) < 0.05 * len(found)
