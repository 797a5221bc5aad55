"""Messages on all topics and intents in 23 languages that were kept out of the training, by writers who had not seen any of it.

The writers of `nlu/data/voices` wrote them: a sixth of their messages is here, of the third writers a quarter. What equals a training
message was left out.
"""

from collections.abc import Sequence
from pathlib import Path

from nlu import rasa
from nlu.brain import Brain
from nlu.classifier import NEAR_MISS

FOLDER = Path(__file__).with_name("voices")
# Every seventh message is asked: all of them would take minutes.
_STEP = 7


def share(rows: Sequence[bool]) -> float:
    return sum(rows) / len(rows)


async def test_situations_that_nobody_trained_are_understood(brain: Brain) -> None:
    messages = [example for file in sorted(FOLDER.glob("*.yml")) for example in rasa.read(file, language=file.stem)][::_STEP]
    found = await brain.understand_many([(each.text, each.language) for each in messages])
    said = list(zip(messages, found, strict=True))
    topics = [(example.label, match) for example, match in said if "/" in example.label]
    assert len(topics) > 1000
    assert share([label == next(iter(match.candidates)).entry for label, match in topics if match.candidates]) > 0.85
    assert share([label in [each.entry for each in match.candidates] for label, match in topics]) > 0.94
    answers = [label == match.entry for label, match in topics if match.decision == "answer"]
    assert len(answers) > 0.7 * len(topics)
    assert share(answers) > 0.95
    harmless = [match for label, match in topics if not label.startswith("safety/") and label != "residence/fear-of-removal"]
    assert share([match.decision == "crisis" for match in harmless]) < 0.025
    danger = [match for example, match in said if example.label.startswith("crisis_")]
    assert share([match.decision == "crisis" for match in danger]) > 0.88
    sounds_alike = [match for example, match in said if example.label == NEAR_MISS]
    assert share([match.decision == "crisis" for match in sounds_alike]) < 0.33
