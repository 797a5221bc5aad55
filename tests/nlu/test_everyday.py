"""Everyday statements by writers who knew nothing of the training data: a cough is not a danger to life, and danger is not missed."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from nlu.brain import Brain

FOLDER = Path(__file__).with_name("everyday")
# An alarm frightens a person and calls a counsellor: of 100 everyday statements on illness, sorrow, quarrels and offices at most these.
ALARMS = 0.06


def messages(part: str) -> Iterator[tuple[str, str]]:
    """Language and text of all messages of a part."""
    for file in sorted(FOLDER.glob("*.yml")):
        for texts in yaml.safe_load(file.read_text(encoding="utf-8"))[part].values():
            yield from ((file.stem, text) for text in texts)


async def test_everyday_statements_rarely_raise_an_alarm(brain: Brain) -> None:
    said = list(messages("everyday"))
    found = await brain.understand_many([(text, language) for language, text in said])
    alarms = [each for each, match in zip(said, found, strict=True) if match.decision == "crisis"]
    assert len(said) > 400
    assert len(alarms) <= ALARMS * len(said), alarms


async def test_danger_among_them_is_seen(brain: Brain) -> None:
    said = list(messages("danger"))
    found = await brain.understand_many([(text, language) for language, text in said])
    missed = [each for each, match in zip(said, found, strict=True) if match.decision != "crisis"]
    assert len(said) > 90
    assert len(missed) <= 0.03 * len(said), missed
