"""Training messages are read in Rasa's format, and a mistake is named with its line."""

from pathlib import Path

import pytest

from nlu import corpus, rasa
from nlu.model import Example
from store.errors import ContentError

GOOD = """version: "3.1"
nlu:
- intent: greeting
  examples: |
    - hello
    - good: morning
"""


def test_examples_are_read(tmp_path: Path) -> None:
    file = tmp_path / "en.yml"
    file.write_text(GOOD)
    assert rasa.read(file, language="en") == [
        Example(text="hello", language="en", label="greeting"),
        Example(text="good: morning", language="en", label="greeting"),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("version: '2.0'\nnlu: []\n", 1),
        ('version: "3.1"\n', 1),
        ('version: "3.1"\nnlu:\n- examples: |\n    - a\n', 3),
        ('version: "3.1"\nnlu:\n- intent: a\n  examples: [a]\n', 3),
        (GOOD.replace("- good", "good"), 6),
        ('version: "3.1"\nnlu:\n\t- intent', 3),
    ],
)
def test_a_mistake_names_file_and_line(tmp_path: Path, text: str, line: int) -> None:
    file = tmp_path / "en.yml"
    file.write_text(text)
    with pytest.raises(ContentError) as caught:
        rasa.read(file, language="en")
    assert caught.value.data["line"] == line
    assert "en.yml" in str(caught.value)


def test_own_messages_cover_all_languages_and_kinds_of_danger() -> None:
    examples = corpus.own_examples()
    languages = {example.language for example in examples if example.label == "crisis_suicide"}
    assert len(languages - {"romanised"}) == 23


def test_questions_on_missing_topics_are_there_to_be_told_apart() -> None:
    own = [Example(text="Konto", language="de", label="money/bank-account")]
    assert corpus.pooled([], own)[0].label == "uncovered"
    kept = corpus.pooled([Example(text="Bank", language="de", label="money/bank-account")], own)
    assert {example.label for example in kept} == {"money/bank-account"}


def test_near_duplicates_stay_together() -> None:
    texts = ["Wie bekomme ich einen Kita-Platz?", "wie bekomme ich einen kita platz", "Wo finde ich Arbeit?"]
    first, second, third = corpus.groups([Example(text=text, language="de", label="x") for text in texts])
    assert first == second != third
