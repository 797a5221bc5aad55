"""Going on about what was read is told from turning to something else, in languages that the figures were not fitted to."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from nlu.brain import Brain
from nlu.following import GOES_ON, chance
from nlu.text import words

FOLDER = Path(__file__).parent / "follow_ups"
LEFT_OUT = ("am", "fr", "kmr", "ps", "sr", "ur")


async def test_what_goes_on_is_told_from_what_does_not(brain: Brain) -> None:
    stays: list[bool] = []
    turns: list[bool] = []
    for language in LEFT_OUT:
        rows: list[dict[str, Any]] = yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8"))
        for row in rows:
            match = await brain.understand(row["message"], language=language)
            goes_on = chance(match.topics, row["first"], words=len(words(row["message"]))) >= GOES_ON
            if row["want"] == ["same"]:
                stays.append(goes_on)
            elif "same" not in row["want"]:
                turns.append(goes_on)
    assert len(stays) > 90
    assert len(turns) > 90
    assert sum(stays) / len(stays) >= 0.68
    assert sum(turns) / len(turns) <= 0.13


def test_one_or_two_words_name_a_subject() -> None:
    topics = {"education/kita": 0.4, "health/doctor": 0.5}
    assert chance(topics, "education/kita", words=2) == 0.0
    assert chance(topics, "education/kita", words=3) > GOES_ON


def test_a_long_message_says_by_itself_what_it_is_about() -> None:
    topics = {"education/kita": 0.01, "health/doctor": 0.9}
    assert chance(topics, "education/kita", words=4) > GOES_ON > chance(topics, "education/kita", words=14)


@pytest.mark.parametrize("topics", [{}, {"health/doctor": 1.0}])
def test_what_is_no_topic_any_more_is_not_gone_on_about(topics: dict[str, float]) -> None:
    assert chance(topics, "education/kita", words=5) == 0.0
