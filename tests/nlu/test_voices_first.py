"""The plainest first messages ("I lost my job", "how do I extend my permit"): a sixth of them, kept out of the training."""

from pathlib import Path

from nlu import rasa
from nlu.brain import Brain

FOLDER = Path(__file__).parent / "voices_first"
# All of them would take a minute.
MESSAGES = [example for file in sorted(FOLDER.glob("*.yml")) for example in rasa.read(file, language=file.stem)][::7]


async def test_plain_first_messages_are_understood(brain: Brain) -> None:
    found = await brain.understand_many([(each.text, each.language) for each in MESSAGES])
    said = list(zip(MESSAGES, found, strict=True))
    topics = [(each.label, match) for each, match in said if "/" in each.label]
    assert len(topics) > 400
    assert sum(label == match.candidates[0].entry for label, match in topics if match.candidates) > 0.8 * len(topics)
    answers = [label == match.entry for label, match in topics if match.decision == "answer"]
    assert len(answers) > 0.7 * len(topics)
    assert sum(answers) > 0.95 * len(answers)
    harmless = [match for label, match in topics if not label.startswith("safety/") and label != "residence/fear-of-removal"]
    assert sum(match.decision == "crisis" for match in harmless) < 0.03 * len(harmless)
    danger = [match for each, match in said if each.label.startswith("crisis_")]
    assert len(danger) > 30
    assert sum(match.decision == "crisis" for match in danger) > 0.9 * len(danger)
    calm = [match for each, match in said if each.label == "calm"]
    assert sum(match.intent == "calm" for match in calm) > 0.6 * len(calm)
