"""Own articles of a municipality: which one a message is about, and when it has the word."""

from typing import Any

import numpy as np
import pytest

from nlu.model import Candidate, Match
from nlu.nearest import ANSWER, OFFER, Near, Nearest, Sample, heard

OWN, COMMON = "local/sperrmuell", "housing/rules-energy-waste"
SAMPLES = [
    Sample(entry=OWN, language="de", text="Wohin mit meinem alten Sofa?"),
    Sample(entry=OWN, language="ar", text="أين أرمي الأريكة القديمة؟"),
    Sample(entry=OWN, language="de", text="Sperrmüll. Die Stadt holt ihn zwei Mal im Jahr ab.", kind="text"),
    Sample(entry="local/strassenfest", language="de", text="Wann ist das Straßenfest?"),
]


def match(decision: Any, score: float = 0.9, *, known: float | None = None) -> Match:
    entry = COMMON if decision in {"answer", "crisis"} else None
    candidates, sure = (Candidate(entry=COMMON, score=score),), score if decision == "answer" and known is None else known or 0.0
    return Match(language="de", decision=decision, entry=entry, candidates=candidates, doubt=1.0, known=sure)


def near(chance: float, likeness: float = 0.8, entry: str = OWN) -> Near:
    return Near(entry=entry, language="de", question="?", likeness=likeness, chance=chance)


@pytest.mark.parametrize(
    ("before", "found", "decision", "entry"),
    [
        (match("rephrase", 0.1), near(ANSWER), "answer", OWN),
        (match("rephrase", 0.1), near(OFFER), "offer", None),
        (match("rephrase", 0.1), near(OFFER - 0.1), "rephrase", None),
        (match("out_of_scope", 0.1), near(OFFER), "offer", None),
        (match("offer", 0.5), near(ANSWER), "answer", OWN),
        (match("answer", 0.9), near(0.94), "answer", COMMON),
        (match("answer", 0.9), near(0.96), "answer", OWN),
        (match("answer", 0.99), near(0.5, 1.0), "answer", OWN),
        (match("answer", 0.9), near(0.99, entry=COMMON), "answer", COMMON),
        (match("answer", 0.97, known=0.0), near(0.5), "offer", None),
        (match("answer", 0.97, known=0.0), near(ANSWER), "answer", OWN),
        (match("answer", 0.97, known=0.7), near(ANSWER), "answer", OWN),
        (match("answer", 0.97, known=0.0), near(OFFER - 0.1), "answer", COMMON),
        (match("answer", 0.97, known=0.0), near(0.5, entry=COMMON), "answer", COMMON),
        (match("crisis"), near(1.0, 1.0), "crisis", COMMON),
        (match("intent"), near(1.0, 1.0), "intent", None),
    ],
)
def test_who_has_the_word(before: Match, found: Near, decision: str, entry: str | None) -> None:
    after = heard(before, [found])
    assert (after.decision, after.entry) == (decision, entry)


def test_what_answers_is_the_first_candidate_and_no_more_than_three_are_named() -> None:
    found = [near(0.99), near(0.5, entry="local/b"), near(0.4, entry="local/c"), near(0.01, entry="local/d")]
    assert [one.entry for one in heard(match("answer", 0.6), found).candidates] == [OWN, COMMON, "local/b"]
    found = [near(0.7), near(0.5, entry="local/b")]
    assert [one.entry for one in heard(match("answer", 0.9), found).candidates] == [COMMON, OWN, "local/b"]
    assert heard(match("offer", 0.3), []) == match("offer", 0.3)


def test_the_same_words_are_found_without_vectors_whatever_their_case_and_signs() -> None:
    index = Nearest(SAMPLES)
    [first, second] = index.search("WOHIN mit meinem alten sofa", None, language="de", doubt=2.0)
    assert (first.entry, first.language, first.question, first.likeness) == (OWN, "de", SAMPLES[0].text, 1.0)
    assert second.entry == "local/strassenfest"
    assert second.chance < OFFER < first.chance
    assert index.search("أين أرمي الأريكة القديمة", None, language="ar", doubt=2.0)[0].likeness == 1.0


def test_other_words_are_less_like_than_the_same() -> None:
    [first, _] = Nearest(SAMPLES).search("Hallo, wohin mit meinem sehr alten Sofa und dem Schrank?", None, language="de", doubt=2.0)
    assert first.entry == OWN
    assert 0.3 < first.likeness < 1.0


def test_vectors_decide_once_they_are_there() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(len(SAMPLES), 384)).astype(np.float32)
    index = Nearest(SAMPLES)
    index.put(rows)
    ranked = index.search("?!", rows[3], language="de", doubt=1.0)
    assert (ranked[0].entry, ranked[0].likeness) == ("local/strassenfest", 1.0)
    assert ranked[1].likeness < 0.5


@pytest.mark.parametrize("text", ["", "   ", "?", "\ud800", "a" * 4096, "ﷺ"])
def test_any_text_is_safe(text: str) -> None:
    for samples in ([], [Sample(entry=OWN, language="de", text=text)], SAMPLES):
        assert len(Nearest(samples).search(text, None, language="de", doubt=0.0)) == len({sample.entry for sample in samples})
