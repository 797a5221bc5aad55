"""Spans of time, and what somebody answers when asked whether to remind them: "3 days before", "in two weeks", "yes, remind me".

A span is no date: "3 days before" is never the third of a month, and when "two weeks" end stands in the letter alone.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from nlu.data_words import Hit, Reading

_MOST_DAYS = 366
# What an answer may consist of, and how many words may stand between a span and the word that says what it is.
_BESIDE = ("agree", "remind", "please", "ahead", "joint")
_NEAR = 2
_SPAN = ("unit", "count", "number", *_BESIDE)


@dataclass(frozen=True, slots=True)
class Span:
    """So many days, and the tokens that say so."""

    days: int
    first: int
    last: int


def find(reading: Reading) -> dict[str, str]:
    """`lead` (days before a date), `remind` ("yes", "only" if nothing else is said), `agreed` ("yes" if it begins so), `whole`.

    `whole` is what a whole message says: dates (which ones are kept?), forget_it. "" for what is not there.
    """
    asked = [hit for hit in reading.of("remind") if not reading.beside(hit, ["not"], within=2)]
    alone = bool(asked or reading.of("agree")) and _is_made_of(reading, _BESIDE)
    whole = reading.of("whole")
    return {
        "lead": str(lead(reading) or ""),
        "remind": "only" if alone else "yes" if asked else "",
        "agreed": "yes" if reading.starting("agree", 0) else "",
        "whole": whole[0].value if whole and _is_made_of(reading, ("whole", "please")) else "",
    }


def lead(reading: Reading) -> int:
    """How many days before a date somebody wants to be reminded, also as a bare "3 days"; 0 if nothing is said of it, or two things."""
    bare = _is_made_of(reading, _SPAN)
    found = {span.days for span in _spans(reading) if bare or _is_lead(reading, span)}
    return found.pop() if len(found) == 1 else 0


def is_limit(reading: Reading) -> bool:
    """Whether a letter gives a span of time to act ("within two weeks"): its last day is not known from that."""
    spans = [span for span in _spans(reading) if not _is_lead(reading, span)]
    named = any(reading.of(kind) for kind in ("letter", "post", "mail"))
    return any(_bounds(reading, span) if named else reading.beside(_hit(span), ["within"], within=1) for span in spans)


def later(reading: Reading, today: date) -> date | None:
    """The day that lies as far away as a message says ("in 3 days"); None if it says nothing of it."""
    days = {span.days for span in _spans(reading) if _is_later(reading, span)}
    return today + timedelta(days=days.pop()) if len(days) == 1 else None


def _spans(reading: Reading) -> Iterator[Span]:
    for unit in reading.of("unit"):
        before = unit.first - 1
        number = reading.ending("count", before)
        if before >= 0 and reading.tokens[before].kind == "number" and len(reading.tokens[before].raw) <= 3:  # noqa: PLR2004 - no year
            times, first = int(reading.tokens[before].raw), before
        else:
            times, first = (int(number.value), number.first) if number else (1, unit.first)
        if 0 < times * int(unit.value) <= _MOST_DAYS:
            yield Span(times * int(unit.value), first, unit.last)


def _hit(span: Span) -> Hit:
    return Hit("span", "", span.first, span.last)


def _is_lead(reading: Reading, span: Span) -> bool:
    return bool(reading.starting("ahead", span.last + 1) or reading.ending("ahead_of", span.first - 1))


def _is_later(reading: Reading, span: Span) -> bool:
    return bool(reading.ending("later", span.first - 1) or reading.starting("later_on", span.last + 1))


def _bounds(reading: Reading, span: Span) -> bool:
    """Whether a span in a message about a letter is time to act: a word says so, or it stands by "deadline"."""
    return reading.beside(_hit(span), ["within", "letter"], within=_NEAR) or bool(reading.of("letter") and not _is_later(reading, span))


def _is_made_of(reading: Reading, kinds: Collection[str]) -> bool:
    """Whether all words of a message belong to phrases, or are tokens, of these kinds."""
    at = 0
    while at < len(reading.tokens):
        hit = next((found for kind in kinds if (found := reading.starting(kind, at))), None)
        if hit is None and reading.tokens[at].kind not in {"stop", "pause", *kinds}:
            return False
        at = hit.last + 1 if hit else at + 1
    return True
