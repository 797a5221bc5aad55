"""Which of own articles and imported pages has the word, and which are offered."""

from typing import Any

import pytest

from nlu import joint
from nlu.model import Candidate, Joint, Match
from nlu.retrieval import Hit, Ranking
from nlu.retrieval_parts import PagePassage

OWN = "housing/find-a-flat"


def match(decision: Any, *scores: float, entry: str | None = None, known: float | None = None) -> Match:
    names = (OWN, "money/bank-account", "daily/library")
    candidates = tuple(Candidate(entry=name, score=score) for name, score in zip(names, scores, strict=False))
    sure = scores[0] if decision == "answer" and known is None else known or 0.0
    chosen = entry or (OWN if decision == "answer" else None)
    return Match(language="de", decision=decision, entry=chosen, candidates=candidates, known=sure)


def ranking(decision: Any, *chances: float) -> Ranking:
    hits = [
        Hit(key=f"p{at}", chance=chance, passage=PagePassage(key="", language="uk", title=f"T{at}", text="", code=f"c{at}", number=at))
        for at, chance in enumerate(chances)
    ]
    return Ranking(hits=tuple(hits), decision=decision)


def names(found: Joint) -> list[str]:
    return [candidate.entry for candidate in found.candidates]


@pytest.mark.parametrize(
    ("own", "pages", "decision", "chosen", "beside"),
    [
        (match("answer", 0.9), ranking("none", 0.1), "answer", OWN, None),
        (match("answer", 0.9), ranking("offer", 0.3), "answer", OWN, None),
        (match("answer", 0.9), ranking("offer", 0.6), "answer", OWN, "page:p0"),
        (match("answer", 0.9), ranking("answer", 0.9), "answer", OWN, "page:p0"),
        (match("answer", 0.9), ranking("answer", 0.94), "answer", OWN, "page:p0"),
        (match("answer", 0.9), ranking("answer", 0.96), "answer", "page:p0", OWN),
        (match("answer", 0.6), ranking("offer", 0.8), "answer", OWN, "page:p0"),
        (match("answer", 0.97, known=0.0), ranking("answer", 0.6), "answer", "page:p0", OWN),
        (match("answer", 0.97, known=0.0), ranking("answer", 0.54), "answer", OWN, "page:p0"),
        (match("answer", 0.97, known=0.7), ranking("answer", 0.72), "answer", OWN, "page:p0"),
        (match("offer", 0.4), ranking("answer", 0.92), "answer", "page:p0", None),
        (match("offer", 0.5), ranking("answer", 0.92), "answer", "page:p0", OWN),
        (match("offer", 0.9), ranking("answer", 0.92), "offer", None, None),
        (match("offer", 0.4), ranking("none", 0.1), "offer", None, None),
        (match("rephrase", 0.1), ranking("answer", 0.92), "answer", "page:p0", None),
        (match("out_of_scope", 0.1), ranking("answer", 0.92), "offer", None, None),
        (match("out_of_scope", 0.1), ranking("offer", 0.8), "out_of_scope", None, None),
        (match("human", 0.1), ranking("offer", 0.3), "offer", None, None),
        (match("rephrase", 0.1), ranking("none", 0.1), "rephrase", None, None),
        (match("intent"), ranking("answer", 0.99), "intent", None, None),
        (match("crisis", entry="safety/suicidal-thoughts"), ranking("answer", 0.99), "crisis", None, None),
    ],
)
def test_who_has_the_word(own: Match, pages: Ranking, decision: str, chosen: str | None, beside: str | None) -> None:
    found = joint.join(own, pages)
    assert found.decision == decision
    assert (found.chosen.entry if found.chosen else None) == chosen
    assert (found.beside.entry if found.beside else None) == beside


def test_three_of_both_kinds_are_offered_and_articles_come_first_at_equal_chance() -> None:
    found = joint.join(match("offer", 0.3, 0.2), ranking("offer", 0.3, 0.26, 0.1))
    assert names(found) == [OWN, "page:p0", "page:p1"]
    assert names(joint.join(match("offer", 0.3, 0.2), ranking("offer", 0.4, 0.1))) == ["page:p0", OWN, "money/bank-account"]


def test_what_is_out_of_scope_is_offered_one_page_at_most() -> None:
    assert names(joint.join(match("out_of_scope", 0.1), ranking("answer", 0.9, 0.1))) == ["page:p0"]


def test_pages_that_hardly_fit_are_not_offered() -> None:
    assert names(joint.join(match("rephrase"), ranking("offer", 0.3, 0.06, 0.04))) == ["page:p0", "page:p1"]


def test_a_page_says_where_it_answers() -> None:
    spot = joint.join(match("rephrase"), ranking("answer", 0.9)).candidates[0].page
    assert spot
    assert (spot.code, spot.title, spot.language, spot.passage) == ("c0", "T0", "uk", 0)


def test_an_article_that_is_switched_off_is_no_answer() -> None:
    off = joint.without(match("answer", 0.9, 0.1), {OWN})
    assert (off.decision, off.entry, [candidate.entry for candidate in off.candidates]) == ("human", None, ["money/bank-account"])
    assert joint.join(off, ranking("answer", 0.8)).decision == "answer"
    left = joint.without(match("offer", 0.4, 0.3), {OWN})
    assert (left.decision, [candidate.entry for candidate in left.candidates]) == ("offer", ["money/bank-account"])
    assert joint.without(match("offer", 0.4), {OWN}).decision == "human"
    assert joint.without(match("rephrase", 0.1), {OWN}).decision == "rephrase"


def test_danger_is_never_switched_off() -> None:
    danger = match("crisis", 0.9, entry=OWN)
    assert joint.without(danger, {OWN}) is danger


def test_machines_are_told_what_people_get() -> None:
    own = match("answer", 0.5)
    told = joint.applied(Match(**{**vars(own), "joint": joint.join(own, ranking("answer", 0.9))}))
    assert (told.decision, told.entry, [candidate.entry for candidate in told.candidates]) == ("answer", "page:p0", ["page:p0", OWN])
    assert joint.applied(own) is own
