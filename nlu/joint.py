"""Own articles and imported pages of one place together: which of them answers, which are offered. What is found is in `retrieval`.

An own article comes before a page unless that is clearly the better one: its text was checked, and it is in the person's language.
Pages are compared with each other alone, so for any nonsense one of them is the best: what is out of scope is answered by none (measured
on 720 questions and places: 94 % were offered pages, 4 % answered); the one page that seems certain is offered.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from nlu.model import Candidate, Joint, Match, Spot
from nlu.retrieval import CHOICES, Hit, Ranking

PAGE = "page:"
OWN_FIRST = 0.05
# What is more likely right than not is worth a button beside an answer; a page below the second figure is worth none.
FITS, LEAST = 0.5, 0.05


def without(match: Match, entries: Collection[str]) -> Match:
    """The match where a municipality does not show these articles; in danger nothing is left out.

    A message that is about one of them has no own answer: without a page a human is needed.
    """
    if match.decision == "crisis" or not entries:
        return match
    left = tuple(candidate for candidate in match.candidates if candidate.entry not in entries)
    lost = match.entry in entries if match.decision == "answer" else match.decision == "offer" and not left
    return replace(match, decision="human", entry=None, candidates=left) if lost else replace(match, candidates=left)


def join(match: Match, ranking: Ranking) -> Joint:
    """What is to be done with a message: danger and intents as they are, then the better of both sides."""
    own = Joint(decision=match.decision, candidates=match.candidates, chosen=match.candidates[0] if match.decision == "answer" else None)
    if match.decision in {"crisis", "intent"} or ranking.decision == "none" or not ranking.hits:
        return own
    pages = tuple(_candidate(hit) for hit in ranking.hits[:CHOICES])
    if match.decision == "answer":
        return _beside_answer(own, pages, ranking, known=match.known or FITS)
    if match.decision == "out_of_scope":
        return Joint(decision="offer", candidates=pages[:1]) if ranking.decision == "answer" else own
    if match.decision != "offer":
        return _alone(pages, ranking)
    both = ordered(match.candidates, pages)
    if both[0].page and ranking.decision == "answer":
        near = match.candidates[0] if match.candidates[0].score >= FITS else None
        return Joint(decision="answer", candidates=both, chosen=both[0], beside=near)
    return Joint(decision="offer", candidates=_offered(both))


def ordered(own: Sequence[Candidate], pages: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Both kinds by their chances, the best first; a page is before an article only if it fits better by more than `OWN_FIRST`."""
    rows = [(candidate.score + OWN_FIRST, 1, candidate) for candidate in own] + [(page.score, 0, page) for page in pages]
    return tuple(candidate for *_, candidate in sorted(rows, key=lambda row: row[:2], reverse=True))


def applied(match: Match) -> Match:
    """The match as it is told to machines: with the decision and candidates of both sides."""
    if match.joint is None:
        return match
    chosen = match.joint.chosen.entry if match.joint.chosen else match.entry
    return replace(match, decision=match.joint.decision, entry=chosen, candidates=match.joint.candidates)


def _beside_answer(own: Joint, pages: Sequence[Candidate], ranking: Ranking, *, known: float) -> Joint:
    """The own answer stays, with the page beside it if that fits too; a page clearly likelier than it is `known` to be takes its place."""
    article, page, both = own.candidates[0], pages[0], ordered(own.candidates, pages)
    if ranking.decision == "answer" and page.score > known + OWN_FIRST:
        return Joint(decision="answer", candidates=both, chosen=page, beside=article)
    fits = ranking.decision == "answer" or page.score >= FITS
    return replace(own, candidates=both, beside=page if fits else None)


def _alone(pages: Sequence[Candidate], ranking: Ranking) -> Joint:
    if ranking.decision == "answer":
        return Joint(decision="answer", candidates=tuple(pages), chosen=pages[0])
    return Joint(decision="offer", candidates=_offered(pages))


def _offered(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    return tuple(candidate for candidate in candidates if candidate.page is None or candidate.score >= LEAST)[:CHOICES]


def _candidate(hit: Hit) -> Candidate:
    passage = hit.passage
    spot = Spot(code=passage.code, title=passage.title, language=passage.language, passage=passage.number)
    return Candidate(entry=f"{PAGE}{hit.key}", score=hit.chance, page=spot)
