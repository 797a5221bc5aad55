"""Groups of questions: by meaning across languages, by letters where there are no vectors, and never more work than the chains allow."""

import sys
from types import FrameType

import numpy as np
import pytest

from nlu import groups
from nlu.brain import Brain
from nlu.groups import Question

PHARMACY = {
    "en": "Where can I find a pharmacy that is open at night?",
    "de": "Wo ist nachts eine Apotheke offen?",
    "ru": "Где найти ночную аптеку?",
    "tr": "Gece açık eczane nerede?",
    "ar": "أين أجد صيدلية مفتوحة في الليل؟",
}
DOG = {
    "en": "Do I have to pay tax for my dog?",
    "de": "Muss ich für meinen Hund Steuern zahlen?",
    "fr": "Faut-il payer un impôt pour mon chien ?",
}
LIBRARY = {"de": "Kann ich in der Bücherei Bücher ausleihen?"}


def of(*topics: dict[str, str]) -> list[Question]:
    return [Question(text=text, language=code) for topic in topics for code, text in topic.items()]


async def test_questions_of_one_meaning_are_one_group_whatever_their_language(brain: Brain) -> None:
    asked = of(PHARMACY, DOG, LIBRARY)
    vectors = [(await brain.understand(each.text, language=each.language)).vector for each in asked]
    if any(vector is None for vector in vectors):
        pytest.skip("no embedding engine on this machine")
    rows = groups.described([Question(text=e.text, language=e.language, vector=v) for e, v in zip(asked, vectors, strict=True)])
    assert groups.grouped(rows) == [(0, 1, 2, 3, 4), (5, 6, 7), (8,)]


def test_without_vectors_letters_decide() -> None:
    texts = [
        "Wo ist nachts eine Apotheke offen?",
        "wo ist eine apotheke nachts offen",
        "Apotheke nachts offen wo",
        "Muss mein Hund Steuern zahlen",
    ]
    rows = groups.described([Question(text=text, language="de") for text in texts])
    assert groups.grouped(rows) == [(0, 1, 2), (3,)]
    assert groups.typical(rows, (0, 1, 2))[0] in {0, 1}


def test_nothing_is_a_group_of_what_has_no_words() -> None:
    rows = groups.described([Question(text=text, language="de") for text in ("?!", "...", "😀", "12345")])
    assert [len(group) for group in groups.grouped(rows)] == [1, 1, 1, 1]
    assert groups.grouped(groups.described([])) == []


def test_a_question_with_and_one_without_a_vector_are_compared_by_their_letters() -> None:
    vector = np.random.default_rng(1).normal(size=384).astype(np.float32)
    rows = groups.described(
        [Question(text="Wo ist die Bücherei?", language="de", vector=vector), Question(text="wo ist die bücherei", language="de")]
    )
    assert groups.grouped(rows) == [(0, 1)]


def test_a_centre_survives_being_packed_and_is_like_itself() -> None:
    rows = groups.described(of(PHARMACY, DOG))
    whole, other = groups.centre(rows, (0,)), groups.centre(rows, (5,))
    again = groups.unpacked(groups.packed(whole))
    assert groups.alike(whole, again) > 0.9
    assert groups.alike(again, other) < 0


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", '{"meaning": null, "letters": "AAAA"}', '{"meaning": null, "letters": 3}', '{"meaning": "§", "letters": "§"}'],
)
def test_what_is_no_centre_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
        groups.unpacked(text)


def test_two_thousand_questions_take_a_bounded_number_of_steps() -> None:
    steps = 0

    def count(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal steps
        steps += event == "call" and frame.f_code is groups._nearest.__code__

    rng = np.random.default_rng(3)
    middles = rng.normal(size=(60, 384))
    rows = (middles[rng.integers(60, size=2000)] + rng.normal(scale=0.7, size=(2000, 384))).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    sys.setprofile(count)
    try:
        found = groups.linked(rows @ rows.T - np.float32(0.3))
    finally:
        sys.setprofile(None)
    assert sorted(at for group in found for at in group) == list(range(2000))
    assert len(found) == 60
    assert 2000 <= steps <= 3 * 2000


def test_groups_are_those_of_average_linkage() -> None:
    """Against merging the nearest two again and again, which is slow and plain."""
    rng = np.random.default_rng(11)
    for _ in range(20):
        points = rng.normal(size=(25, 3)).astype(np.float32)
        points /= np.linalg.norm(points, axis=1, keepdims=True)
        margins = points @ points.T - np.float32(0.4)
        assert {frozenset(group) for group in groups.linked(margins.copy())} == plainly(margins)


def plainly(margins: np.ndarray) -> set[frozenset[int]]:
    found = [[at] for at in range(len(margins))]
    while len(found) > 1:
        pairs = [(margins[np.ix_(a, b)].mean(), i, j) for i, a in enumerate(found) for j, b in enumerate(found) if i < j]
        best, i, j = max(pairs)
        if best < 0:
            break
        found = [group for at, group in enumerate(found) if at not in {i, j}] + [found[i] + found[j]]
    return {frozenset(group) for group in found}
