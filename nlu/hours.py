"""At what hour somebody wants to come, from when on and until when: "14 Uhr", "after three pm", "I work until four"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlu.data_words import Hit, Reading

NUMBERS = re.compile(r"\d+")
YEARS = range(1900, 2100)
# Somebody who says "at three" to an office means the afternoon.
_AFTERNOON = range(1, 7)
_EVENING = range(4, 12)
# No office opens before; somebody who writes an earlier hour was misunderstood.
_OPEN = 6
_NOON, _HOURS, _MINUTES = 12, 24, 60
# A few words, and in them no more numbers than the hour that is meant and the one that is not.
_FEW, _MOST_NUMBERS = 8, 2
_MARKS_BEHIND = ("oclock", "before_noon", "after_noon", "hours")
_AFTER_HOURS = (
    *("weekday", "part", "day", "week", "ends", "at", "date_after", "past_half", "hour_bound"),
    *("and", "or", "not", "please", "if_possible"),
)
_OTHER_BOUND = {"after": "before", "before": "after"}


@dataclass(frozen=True, slots=True)
class _Hour:
    """An hour that a message names: `HH:MM`, the tokens of it, and whether somebody can come "after" or "before" it ("": then)."""

    clock: str
    first: int
    last: int
    bound: str


def find(reading: Reading) -> dict[str, str]:
    """`time`, `after`, `before` and `hour` (see `loose`) as `HH:MM`, "" for what the message does not name or names twice."""
    found = [*_hours(reading)]
    bounds = {bound: {hour.clock for hour in found if hour.bound == bound} for bound in ("", "after", "before")}
    if bounds["before"] and _is_busy(reading, found):
        bounds |= {"after": bounds["before"], "before": set()}
    exact = _only(bounds[""])
    # `hour` is for who has just seen hours to choose from; elsewhere a bare number is anything.
    hour = "" if exact or bounds["after"] or bounds["before"] else loose(reading)
    return {"time": exact, "after": _only(bounds["after"]), "before": _only(bounds["before"]), "hour": hour}


def loose(reading: Reading) -> str:
    """The only hour that a few words name, marked as one or not ("2 giờ", "at four ok?", "not 9, 11 please"); "" for none and for several.

    Where an hour is asked for, a number is one. Turkish and Urdu say "not" behind what they deny.
    """
    if len(reading.tokens) > _FEW or not _is_familiar(reading):
        return ""
    numbers = [at for at, token in enumerate(reading.tokens) if token.kind in {"number", "clock"} or reading.starting("hour_said", at)]
    named = [at for at in numbers if not _denies(reading, at)]
    figures = {_clock(reading, at) for at in named} - {""}
    return figures.pop() if len(figures) == 1 and len(numbers) <= _MOST_NUMBERS else ""


def _is_familiar(reading: Reading) -> bool:
    """Whether the tables know every word: "Vitamin 12" is no hour."""
    known = {at for hits in reading.hits.values() for hit in hits for at in range(hit.first, hit.last + 1)}
    return all(token.kind != "word" or at in known for at, token in enumerate(reading.tokens))


def _denies(reading: Reading, at: int) -> bool:
    """Whether the word beside a number says "not this one"."""
    return bool(reading.starting("not_this", at + 1) or (reading.ending("not", at - 1) and not reading.ending("not_this", at - 1)))


def _clock(reading: Reading, at: int) -> str:
    said = reading.starting("hour_said", at)
    last = said.last if said else at
    hour, minute = ([int(part) for part in NUMBERS.findall(said.value if said else reading.tokens[at].raw)[:2]] + [0])[:2]
    if hour >= _HOURS or minute >= _MINUTES or (hour <= _NOON and _another_clock(reading, at)):
        return ""
    minutes = _with_half(reading, at, last, _of_day(reading, last, hour, early=False) * 60 + minute)
    return f"{minutes // 60:02}:{minutes % 60:02}" if minutes >= _OPEN * 60 else ""


def _only(clocks: set[str]) -> str:
    return clocks.pop() if len(clocks) == 1 else ""


def _is_busy(reading: Reading, found: list[_Hour]) -> bool:
    """Whether somebody says until when they cannot come: "I work until four"."""
    return any(reading.beside(Hit("hour", "", hour.first, hour.last), ["busy"], within=6) for hour in found if hour.bound == "before")


def _hours(reading: Reading) -> Iterator[_Hour]:
    before: _Hour | None = None
    for at in range(len(reading.tokens)):
        hour = _hour_at(reading, at, before)
        if hour:
            before = hour
            yield hour


def _hour_at(reading: Reading, at: int, before: _Hour | None) -> _Hour | None:
    """The hour that begins with this token; of "from 9 to 12" the second is a bound as the first is one."""
    token, said = reading.tokens[at], reading.starting("hour_said", at)
    last = said.last if said else at
    bound = _bound(reading, at, last) or ("before" if before and before.bound == "after" and _joined(reading, before.last, at) else "")
    if token.kind != "clock" and not belongs_to_hour(reading, at) and not (bound and _is_bounded(reading, at, last)):
        return None
    here = Hit("time", "", at, last)
    figures = ([int(part) for part in NUMBERS.findall(said.value if said else token.raw)[:2]] + [0])[:2]
    if figures[0] >= _HOURS or figures[1] >= _MINUTES or (figures[0] <= _NOON and _another_clock(reading, at)):
        return None
    if reading.beside(here, ["night"], within=4) or (not bound and _not_exact(reading, at)):
        return None
    if _is_denied(reading, here):
        if not bound:
            return None
        bound = _OTHER_BOUND[bound]
    hour = _of_day(reading, last, figures[0], early=token.raw.startswith("0"))
    minutes = _with_half(reading, at, last, hour * 60 + figures[1])
    return _Hour(f"{minutes // 60:02}:{minutes % 60:02}", at, last, bound) if minutes >= _OPEN * 60 else None


def _is_denied(reading: Reading, here: Hit) -> bool:
    """Whether a "not" near by is about this hour, and not about another one that comes after it: "after 3, not at 10"."""
    near = [hit for hit in reading.near(here, ["not"], within=4) if reading.clauses[hit.first] == reading.clauses[here.first]]
    return any(hit.first < here.first or not _names_number(reading, hit.last) for hit in near)


def _names_number(reading: Reading, at: int) -> bool:
    """Whether a number comes right after this token, or after one word."""
    return any(token.kind in {"number", "clock"} for token in reading.tokens[at + 1 : at + 3])


def _bound(reading: Reading, first: int, last: int) -> str:
    """Whether "after" or "before" stands beside the hour, with no more than "at" or "o'clock" between; "" for neither."""
    for at in (first - 1, first - 2):
        found = reading.ending("bound_hour", at)
        if found:
            return found.value
        if not any(reading.ending(kind, at) for kind in ("hour", "at")):
            break
    found = reading.starting("hour_bound", _past_marks(reading, last))
    return found.value if found else ""


def _past_marks(reading: Reading, last: int) -> int:
    """The token behind the hour and its "o'clock"."""
    behind = last + 1
    for kind in _MARKS_BEHIND:
        mark = reading.starting(kind, behind)
        behind = mark.last + 1 if mark else behind
    return behind


def _not_exact(reading: Reading, at: int) -> bool:
    """Whether a word before says that this is no exact time: "quarter to nine"."""
    return not reading.ending("half_to", at - 1) and any(reading.ending("bound", near) for near in range(at - 3, at))


def _is_bounded(reading: Reading, first: int, last: int) -> bool:
    """Whether a bare number beside such a word is an hour: "after 3" is, "after 3 months" and "from 12 to 27 years" are not."""
    token = reading.tokens[first]
    said = reading.starting("hour_said", first) is not None
    if not said and (token.kind != "number" or len(token.raw) > 2):  # noqa: PLR2004 - no hour has three figures
        return False
    second = reading.starting("bound_hour", last + 1) or reading.starting("and", last + 1)
    if second and second.last + 1 < len(reading.tokens):
        at = second.last + 1
        number = reading.tokens[at].kind == "number" or reading.starting("hour_said", at)
        return bool(number) and (belongs_to_hour(reading, at) or ends_here(reading, at + 1))
    return ends_here(reading, _past_marks(reading, last)) and past_joints(reading, last + 1) not in reading.months


def _joined(reading: Reading, last: int, first: int) -> bool:
    """Whether nothing but "and", a dash or "o'clock" stands between two hours."""
    between = range(last + 1, first)
    return all(any(reading.starting(kind, at) for kind in ("and", *_MARKS_BEHIND)) for at in between)


def _with_half(reading: Reading, first: int, last: int, minutes: int) -> int:
    if reading.ending("half_to", first - 1):
        return minutes - 30
    past = reading.ending("half_past", first - 1) or reading.starting("past_half", _past_marks(reading, last))
    return minutes + 30 if past else minutes


def _of_day(reading: Reading, last: int, hour: int, *, early: bool) -> int:
    parts = {hit.value for hit in reading.of("part")}
    part = parts.pop() if len(parts) == 1 else ""
    if hour == _NOON and reading.starting("before_noon", last + 1):
        return 0
    if reading.starting("before_noon", last + 1) or early or hour >= _NOON:
        return hour
    if reading.starting("after_noon", last + 1) or (part == "evening" and hour in _EVENING):
        return hour + _NOON
    return hour + _NOON if hour in _AFTERNOON and part not in {"morning", "evening"} else hour


def belongs_to_hour(reading: Reading, at: int) -> bool:
    """Whether a number is an hour: `14 Uhr`, `3 pm`, `الساعة 3`, `um 14`, `um zehn`; `20 Stunden` is not."""
    said = reading.starting("hour_said", at)
    if said:
        return marks_hour(reading, at, said.last)
    token = reading.tokens[at]
    if token.kind not in {"number", "fraction"} or len(token.raw) > 5 or "/" in token.raw:  # noqa: PLR2004 - 14.30
        return False
    return marks_hour(reading, at, at)


def marks_hour(reading: Reading, first: int, last: int) -> bool:
    """Whether the words around say that these tokens are an hour."""
    if any(reading.starting(kind, last + 1) for kind in ("oclock", "before_noon", "after_noon")):
        return True
    before = first - 2 if first and reading.tokens[first - 1].raw == "." else first - 1
    if any(reading.ending(kind, before) for kind in ("hour", "half_to", "half_past")):
        return True
    half = reading.starting("past_half", last + 1)
    if half and ends_here(reading, half.last + 1):
        return True
    if not reading.ending("at", first - 1) or past_joints(reading, last + 1) in reading.months:
        return False
    return bool(reading.starting("hours", last + 1)) or ends_here(reading, last + 1)


def ends_here(reading: Reading, at: int) -> bool:
    """Whether no unknown word follows that the number could count."""
    if at >= len(reading.tokens) or reading.tokens[at].kind != "word":
        return True
    return any(reading.starting(kind, at) for kind in _AFTER_HOURS)


def past_joints(reading: Reading, at: int) -> int:
    """The next token that is no point or ordinal ending or preposition between a day, a month and a year."""
    for step in range(at, min(at + 4, len(reading.tokens))):
        token = reading.tokens[step]
        if token.raw not in {".", ",", "\n"} and not reading.starting("joint", step):
            return step
    return at


def _another_clock(reading: Reading, at: int) -> bool:
    """Ethiopian, Eritrean and Somali hours are counted from six in the morning: they are not guessed."""
    return bool(reading.ending("other_clock", at - 1) or reading.starting("other_clock", at + 1))
