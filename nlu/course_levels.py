"""Which level of German somebody wants to learn now, from the levels that a message names; the other wishes are in `nlu.course_words`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlu.data_words import Hit, Reading

LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2")
# How people write the letters A, B and C: in the middle of a text (`Б1`, `ب1`), and those clear enough before a space (`bi 1`, `بی 1`).
_LETTERS = {"A": "aаأاآإኤኣ", "B": "bбвبቢ", "C": "cсцسሲ"}
_APART = {
    "A": ("اي", "أي", "إي", "ای", "ئەی", "ئه ی", "ايه", "إيه", "ኤ"),
    "B": ("b", "б", "بي", "بی", "ቢ"),
    "C": ("c", "ц", "سي", "سی", "ሲ"),
}
_SPELLINGS = {
    **{sign: letter for letter, signs in _LETTERS.items() for sign in signs},
    **{word: letter for letter, words in _APART.items() for word in words},
}
_LEVEL = re.compile(
    r"(?<![^\W_])(?:([{letters}])|({apart})[\s\u200c-]?)([12])(?!\d)(?:[.,][ ]?([1-4])(?!\d|[.,]\d))?".format(
        letters="".join(_LETTERS["A"] + _LETTERS["B"] + _LETTERS["C"]), apart="|".join(word for words in _APART.values() for word in words)
    )
)
# "a 2 year old" is English and "a 2 km" French: with a space, A is a level only beside a course.
_SPACED_A = re.compile(r"(?<![^\W_])a ([12])(?=\s*(?:$|[,.!?;:/+]|-?kurs|course|class|niveau|level|deutsch|german|prüfung|exam))")
# A preposition that is written into the word: `የB1`, `بB1`.
_GLUED = re.compile(r"(?<=[\u0600-\u06ff\u1200-\u137f])(?=[abc][12])")
_DIGITS = {ord(digits) + i: str(i) for digits in "٠۰" for i in range(10)}

# In tokens of one clause: farther than any word about a level; as near as "again" stands; as near as a verb to what is wished.
_FAR, _CLOSE, _WISHED = 7, 4, 2
# Nobody names more levels in a message.
_MOST = 12


# Other wishes: a "not" before one of them is about that.
_WISHES = ("online", "presence", "childcare", "women", "part", "weekday", "days", "kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """A level in the message: its place in LEVELS, whether it is the first half of one (A1.1), and its token as a hit."""

    step: int
    half: bool
    hit: Hit


def written(text: str) -> tuple[str, list[bool]]:
    """The text with every level spelled as its letter and figure, and for each in order whether it is a first half (A1.1).

    >>> written("курс Б1.2, ب١")
    ('курс  b1 ,  b1 ', [False, False])
    """
    halves: list[bool] = []

    def spelled(hit: re.Match[str]) -> str:
        halves.append(hit[4] == "1")
        return f" {_SPELLINGS[hit[1] or hit[2]].lower()}{hit[3]} "

    plain = _GLUED.sub(" ", text.lower().translate(_DIGITS))
    return _LEVEL.sub(spelled, _SPACED_A.sub(r"a\1", plain)), halves


def find(reading: Reading, halves: Sequence[bool]) -> str:
    """The level to be learned now, of a reading of what `written` gave; "" if none is named.

    Of a level that somebody has it is the next one, but not above one that is wanted.
    """
    named = [each for each in _named(reading, halves) if not _no_level(reading, each)]
    if _halfway(reading, named):
        return LEVELS[max(each.step for each in named)]
    owned = _all_owned(reading, named)
    wanted = [each.step for each in named if each not in owned]
    if owned:
        reached = max(each.step for each in owned)
        following = max(each.step if each.half else min(each.step + 1, len(LEVELS) - 1) for each in owned)
        repeated = (each for each in named if each not in owned and each.step == reached and _once_more(reading, each.hit))
        again = [each.step for each in repeated if not reading.beside(each.hit, ["unproven"], within=_FAR)]
        return LEVELS[min([following, *again])]
    if stated := _beginner(reading, others=bool(named)):
        return stated
    if not named:
        return ""
    return LEVELS[max(wanted) if _steps_up(reading, named) else min(wanted)]


def _halfway(reading: Reading, named: Sequence[_Named]) -> bool:
    """Whether somebody stands between two levels: `between A2 and B1`."""
    if len(named) != 2 or abs(named[0].step - named[1].step) != 1:  # noqa: PLR2004 - a lower and a higher
        return False
    left, right = named[0].hit, named[1].hit
    places = (*range(left.first - 3, left.first), right.last + 1, right.last + 2)
    return any(reading.starting("between", at) or reading.ending("between", at) for at in places)


def _named(reading: Reading, halves: Sequence[bool]) -> list[_Named]:
    tokens = [(at, token.raw.upper()) for at, token in enumerate(reading.tokens) if token.kind == "level"]
    typed = [
        _Named(step=LEVELS.index(raw), half=half, hit=Hit("level", "", at, at))
        for (at, raw), half in zip(tokens, halves, strict=False)
        if raw in LEVELS
    ]
    spelled = [_Named(step=LEVELS.index(hit.value), half=False, hit=hit) for hit in reading.of("named")]
    return sorted([*typed, *spelled], key=lambda each: each.hit.first)[:_MOST]


def _no_level(reading: Reading, each: _Named) -> bool:
    """Whether this is a driving licence or a motorway, or a course that somebody does not want."""
    if reading.beside(each.hit, ["licence"], within=2):
        return True
    return _denied(reading, each.hit) and not _owning(reading, each.hit)


def _denied(reading: Reading, hit: Hit) -> bool:
    """Whether a "not" before it is about this level, not about a wish between them (`not online, B2`) or about what stands before."""
    for back in (1, 2):
        no = reading.ending("not", hit.first - back)
        if no and not reading.starting("not_so", no.first):
            return _together(reading, no, hit)
        if any(reading.ending(kind, hit.first - back) for kind in _WISHES):
            return False
    return False


def _owning(reading: Reading, hit: Hit) -> bool:
    """Whether a word of having is in the clause: `not` is about that then."""
    return any(_away(reading, hit, kind) < _FAR for kind in ("have", "done", "paper", "failed"))


def _beginner(reading: Reading, *, others: bool) -> str:
    """The level that somebody names by words; beside a typed one only that of those who know nothing.

    "Not a beginner" is denied; a longer phrase ("not a word of German") has its own "not".
    """
    stated = [hit.value for hit in reading.of("beginner") if hit.last - hit.first > 1 or not _before(reading, hit, "not", within=2)]
    if not stated and _no_german(reading):
        stated = [LEVELS[0]]
    return next((value for value in stated if not others or value == LEVELS[0]), "")


def _no_german(reading: Reading) -> bool:
    """Whether German, knowing and a "not" are in one clause ("I do not speak a word of German"), or somebody is "without German".

    Not where somebody does not know how to learn it.
    """
    for hit in reading.of("german"):
        if _before(reading, hit, "course", within=1) or reading.starting("course", hit.last + 1):
            continue
        if any(not _learned(reading, hit, unknown) for unknown in reading.near(hit, ["unknown"], within=_CLOSE)):
            return True
        knowing = (know for know in reading.near(hit, ["know"], within=_FAR) if _together(reading, know, hit))
        if _before(reading, hit, "not", within=1) or any(reading.beside(know, ["not"], within=_CLOSE) for know in knowing):
            return True
    return False


def _learned(reading: Reading, german: Hit, unknown: Hit) -> bool:
    """Whether "I do not know" is about something else than German: about a course, or how to learn."""
    first, last = min(german.first, unknown.first), max(german.last, unknown.last)
    return not _together(reading, german, unknown) or any(
        reading.starting(kind, at) for kind in ("learn", "course", "seek") for at in range(first - 1, last + 2) if at != german.first
    )


def _steps_up(reading: Reading, named: Sequence[_Named]) -> bool:
    """Whether of two levels the first is possessed: `from A2 to B1`, `A2, I want B1`; `A1/A2` and `from A1 to B2` are courses."""
    first, last = named[0], named[-1]
    if last.step - first.step != 1:
        return False
    between = any(reading.starting(kind, at) for kind in ("want", "seek") for at in range(first.hit.last + 1, last.hit.first))
    ranged = _before(reading, first.hit, "from", within=2) or bool(reading.starting("from", first.hit.last + 1))
    return between or (ranged and (_before(reading, last.hit, "to", within=2) or bool(reading.starting("to", last.hit.last + 1))))


def _all_owned(reading: Reading, named: Sequence[_Named]) -> list[_Named]:
    """The levels that somebody has; of two joined by "and" both, if one."""
    owned = [each for each in named if _owned(reading, each.hit)]
    for left, right in pairwise(named):
        joined = right.hit.first - left.hit.last == 2 and reading.starting("and", left.hit.last + 1)  # noqa: PLR2004 - one word between
        course = reading.starting("course", right.hit.last + 1) or _away(reading, right.hit, "want") < _FAR
        if joined and not course and (left in owned) != (right in owned):
            owned.append(right if left in owned else left)
        elif not joined and left in owned and right in owned and _beyond(reading, left, right):
            owned.remove(right)
    return owned or [each for each in named if _stands_at(reading, each, named)]


def _stands_at(reading: Reading, each: _Named, named: Sequence[_Named]) -> bool:
    """Whether this is where somebody is "now", as a higher level is the wish."""
    return _before(reading, each.hit, "now", within=2) and any(other.step > each.step for other in named)


def _beyond(reading: Reading, left: _Named, right: _Named) -> bool:
    """Whether one word of having stands by two levels of which the higher is the wish: `passed B1, now B2`."""
    return right.step > left.step and _together(reading, left.hit, right.hit)


def _owned(reading: Reading, hit: Hit) -> bool:
    """Whether somebody has this level already: the nearest word of having or wishing in the clause decides."""
    if _once_more(reading, hit):
        return False
    if _before(reading, hit, "after", within=2) or any(reading.starting("afterwards", hit.last + step) for step in (1, 2)):
        return True
    if any(_stands(reading, done, hit) for done in reading.near(hit, ["done"], within=_FAR - 1)):
        return True
    aimed = _before(reading, hit, "aim", within=3) or any(reading.starting("aimed", hit.last + step) for step in (1, 2))
    have, paper = _away(reading, hit, "have"), _away(reading, hit, "paper")
    wish = min(_away(reading, hit, "want"), _away(reading, hit, "seek"))
    if paper < _FAR:
        return have < wish or (not aimed and wish >= _FAR) or _before(reading, hit, "have", within=2)
    noun = min(_away(reading, hit, "course"), _away(reading, hit, "exam"))
    return not aimed and have < _FAR and have < wish and int(noun) > int(have)


def _once_more(reading: Reading, hit: Hit) -> bool:
    """Whether the level is to be learned again: failed, or "repeat" in the sentence."""
    again = any(reading.sentences[other.first] == reading.sentences[hit.first] for other in reading.near(hit, ["again"], within=_FAR))
    return again or _away(reading, hit, "failed") <= _CLOSE


def _stands(reading: Reading, done: Hit, hit: Hit) -> bool:
    """Whether "passed" is about this level, and neither denied nor itself wished: `I want to finish B1`."""
    if not _together(reading, done, hit) or reading.ending("not", done.first - 1):
        return False
    return not _before(reading, done, "want", within=_WISHED)


def _together(reading: Reading, one: Hit, other: Hit) -> bool:
    return reading.clauses[one.first] == reading.clauses[other.first]


def _before(reading: Reading, hit: Hit, kind: str, *, within: int) -> bool:
    """Whether a word of `kind` stands before, at most `within` tokens away, in the same clause."""
    found = (reading.ending(kind, at) for at in range(hit.first - within, hit.first))
    return any(other and _together(reading, other, hit) for other in found)


def _away(reading: Reading, hit: Hit, kind: str) -> float:
    """The distance to the nearest word of `kind` in the clause; what stands behind counts half a token farther."""
    for step in range(1, _FAR):
        before, behind = reading.ending(kind, hit.first - step), reading.starting(kind, hit.last + step)
        if before and _together(reading, before, hit):
            return step
        if behind and _together(reading, behind, hit):
            return step + 0.5
    return _FAR
