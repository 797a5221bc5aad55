"""When somebody wants to come or something ends: weekday, part of day, date, week, time and deadline; the words are in `nlu.data_words`.

Precision before recall: of two weekdays, dates or times none is taken, and none that somebody cannot come on or tells a story about.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from nlu.data_words import Hit, Reading

_NUMBERS = re.compile(r"\d+")
_YEARS = range(1900, 2100)
# A year in two figures is one of these; other figures may be of another calendar or a birthday.
_SHORT_YEARS = range(20, 40)
# Somebody who says "at three" to an office means the afternoon.
_AFTERNOON = range(1, 7)
_EVENING = range(4, 12)
# No office opens before; somebody who writes an earlier hour was misunderstood.
_OPEN = 6
_NOON, _HOURS, _MINUTES = 12, 24, 60
# Tokens of a message that says no more than what is due on a day: "deadline on 3 March 2027".
_BRIEF = 8
# What may end, and what its last day is called; a passport runs out as a permit does.
_LIKE = {"passport": "permit"}
_ENDING = {"permit": "permit_end", "course": "course_end", "letter": "letter_end", "passport": "date"}


@dataclass(frozen=True, slots=True)
class _Dated:
    """A date in the message: its tokens, and whether a year was written."""

    day: date
    first: int
    last: int
    year: bool = False


def find(reading: Reading, *, today: date) -> dict[str, str]:
    """The moments that a message names, "" for those it does not.

    `weekday` ("0" Monday … "6"), `not_weekday` (one that does not suit), `part` (morning, afternoon, evening), `day` (ISO), `week` ("0":
    this one, "1": the next, "2": the one after), `time` (HH:MM; hours 1 to 6 without more are in the afternoon), `deadline` (what `day`
    is: permit_end, course_end, letter_end for the last day of a time limit, date for another that somebody wants to be reminded of).
    """
    dated = [*_explicit(reading, today)]
    deadline, ending = _deadline(reading, [*dated, *_relative(reading, today)])
    if not deadline:
        deadline, ending = _limit(reading, [*dated, *_relative(reading, today)])
    if not deadline and reading.of("remind"):
        deadline, ending = _reminded(reading, today)
    weekdays = [hit for hit in _wished(reading, "weekday") if not _ends_then(reading, hit, dated)]
    return {
        "weekday": _only({hit.value for hit in weekdays} | set(_short_weekdays(reading))),
        "not_weekday": "" if weekdays else _only({hit.value for hit in reading.of("weekday") if _is_denied(reading, hit)}),
        "part": _part(reading),
        "day": ending or _day(reading, dated, today),
        "week": _only({hit.value for hit in _wished(reading, "week") if not reading.beside(hit, ["ends"], within=6)}),
        "time": _time(reading),
        "deadline": deadline,
    }


def _only(values: set[str]) -> str:
    return values.pop() if len(values) == 1 else ""


def _wished(reading: Reading, kind: str) -> list[Hit]:
    """Hits that are neither past, nor every week, nor denied, nor told as a story."""
    return [
        hit
        for hit in reading.of(kind)
        if not reading.beside(hit, ["skip"], within=1)
        and not reading.beside(hit, ["not"], within=7)
        and not reading.beside(hit, ["story"], within=9)
    ]


def _is_denied(reading: Reading, hit: Hit) -> bool:
    """Whether somebody cannot come then: "not on Monday", "Thursday does not suit me"."""
    return reading.beside(hit, ["not"], within=3) and not reading.beside(hit, ["story", "ends"], within=9)


def _part(reading: Reading) -> str:
    return _only({hit.value for hit in _wished(reading, "part")})


def _short_weekdays(reading: Reading) -> Iterator[str]:
    """`Do. 14:00`, `Mo., 3.5.`: an abbreviation only with its point and a figure behind it."""
    for hit in reading.of("short"):
        signs = [token.kind for token in reading.tokens[hit.last + 1 : hit.last + 4]]
        if signs[:1] == ["stop"] and {"date", "dayspot", "clock", "number"} & set(signs[1:2] if signs[1:2] != ["pause"] else signs[2:]):
            yield hit.value


def _ends_then(reading: Reading, weekday: Hit, dated: list[_Dated]) -> bool:
    """Whether this is the weekday on which a permit ends, not one on which somebody wants to come."""
    return not dated and reading.beside(weekday, ["ends"], within=4) and bool(reading.of("permit") or reading.of("course"))


def _day(reading: Reading, dated: list[_Dated], today: date) -> str:
    explicit = {each.day for each in dated if each.year or not reading.beside(_span(each), ["story"], within=9)}
    days = explicit or {each.day for each in _relative(reading, today)}
    coming = {day for day in days if day >= today}
    return _only({day.isoformat() for day in coming or days})


def _span(each: _Dated) -> Hit:
    return Hit("day", "", each.first, each.last)


def _relative(reading: Reading, today: date) -> list[_Dated]:
    return [_Dated(today + timedelta(days=int(hit.value)), hit.first, hit.last) for hit in _wished(reading, "day")]


def _explicit(reading: Reading, today: date) -> Iterator[_Dated]:
    """Every date written out, in figures or with a month's name."""
    for at, token in enumerate(reading.tokens):
        if token.kind in {"date", "dayspot", "fraction"}:
            found = _in_figures(reading, at, today)
        elif token.kind == "number" and not _belongs_to_hour(reading, at):
            found = _day_month(reading, at, today)
        else:
            found = _month_day(reading, at, today) if at in reading.months else None
        if found:
            yield found


def _in_figures(reading: Reading, at: int, today: date) -> _Dated | None:
    token = reading.tokens[at]
    parts = [int(part) for part in _NUMBERS.findall(token.raw)]
    if token.kind == "date":
        year, month, day = parts if parts[0] > 31 else reversed(parts)  # noqa: PLR2004 - no day
        return _dated((year, month, day), at, at, today=today)
    due = token.kind == "fraction" and "." in token.raw and (reading.of("remind") or reading.of("ends"))
    if token.kind == "dayspot" or due or _like_a_date(reading, at):
        return _dated((None, parts[1], parts[0]), at, at, today=today)
    return None


def _like_a_date(reading: Reading, at: int) -> bool:
    """Whether `3/5` or `3.5` is a date, not a fraction or a house number: a preposition of dates or a weekday before it."""
    return bool(reading.ending("date_after", at - 1) or reading.ending("weekday", at - 1)) and not _marks_hour(reading, at)


def _day_month(reading: Reading, at: int, today: date) -> _Dated | None:
    """`3 May 2027`, `3. Mai`, `3ê gulanê`, `ngày 3 tháng 5`."""
    after = _past_joints(reading, at + 1)
    if after in reading.months and not _ends_range(reading, at):
        month = reading.months[after]
        return _with_year(reading, int(reading.tokens[at].raw), int(month.value), (at, month.last), today)
    if reading.starting("month_word", at + 1) and at + 2 < len(reading.tokens) and reading.tokens[at + 2].kind == "number":
        return _with_year(reading, int(reading.tokens[at].raw), int(reading.tokens[at + 2].raw), (at, at + 2), today)
    return None


def _ends_range(reading: Reading, at: int) -> bool:
    """Whether this is the second day of two: `vom 3. bis 5. Mai`, `3 or 4 May`."""
    for before in range(at - 1, max(-1, at - 6), -1):
        token = reading.tokens[before]
        if token.kind == "number":
            return not _belongs_to_hour(reading, before)
        if token.kind == "word" and not any(reading.starting(kind, before) for kind in ("bound", "or", "date_after", "and")):
            return False
    return False


def _month_day(reading: Reading, at: int, today: date) -> _Dated | None:
    """`May 3`, `May 3rd, 2027`: not `in May 3 people`."""
    tokens, month = reading.tokens, reading.months[at]
    day = month.last + 1
    if day >= len(tokens) or tokens[day].kind != "number" or int(tokens[day].raw) in _YEARS:
        return None
    if _day_before(reading, at) or not _ends_here(reading, _past_joints(reading, day + 1)):
        return None
    return _with_year(reading, int(tokens[day].raw), int(month.value), (at, day), today)


def _day_before(reading: Reading, at: int) -> bool:
    return any(token.kind == "number" for token in reading.tokens[max(0, at - 3) : at])


def _past_joints(reading: Reading, at: int) -> int:
    """The next token that is no point or ordinal ending or preposition between a day, a month and a year."""
    for step in range(at, min(at + 4, len(reading.tokens))):
        token = reading.tokens[step]
        if token.raw not in {".", ",", "\n"} and not reading.starting("joint", step):
            return step
    return at


def _with_year(reading: Reading, day: int, month: int, span: tuple[int, int], today: date) -> _Dated | None:
    after = _past_joints(reading, span[1] + 1)
    token = reading.tokens[after] if after < len(reading.tokens) else None
    if token and token.kind == "number" and len(token.raw) == 4:  # noqa: PLR2004 - figures of a year
        return _dated((int(token.raw), month, day), span[0], after, today=today)
    return _dated((None, month, day), *span, today=today)


def _dated(figures: tuple[int | None, int, int], first: int, last: int, *, today: date) -> _Dated | None:
    """The date of year, month and day, the next such from `today` without a year; None if impossible or of another calendar."""
    year, month, day = figures
    if year is not None and year in _SHORT_YEARS:
        year += 2000
    years = range(today.year, today.year + 9) if year is None else [year] if year in _YEARS else []
    for each in years:
        try:
            found = date(each, month, day)
        except (ValueError, OverflowError):
            continue
        if year is not None or found >= today:
            return _Dated(found, first, last, year is not None)
    return None


def _deadline(reading: Reading, dated: list[_Dated]) -> tuple[str, str]:
    """What ends, and the date nearest to the word for ending in the same sentence; "" for one that no calendar has (31.2.2027)."""
    for end in reading.of("ends"):
        here = reading.sentences[end.first]
        days = sorted((each for each in dated if reading.sentences[each.first] == here), key=lambda each: abs(each.first - end.first))
        subjects = [hit for kind in _ENDING for hit in reading.of(kind) if reading.sentences[hit.first] == here]
        subjects = [hit for hit in subjects if end.value in {"yes", _LIKE.get(hit.kind, hit.kind)}]
        if (days or _written(reading, here)) and subjects and not reading.beside(end, ["not"], within=3):
            nearest = min(subjects, key=lambda hit: abs(hit.first - end.first))
            return _ENDING[nearest.kind], days[0].day.isoformat() if days else ""
    return "", ""


def _limit(reading: Reading, dated: list[_Dated]) -> tuple[str, str]:
    """A time limit in a letter with its last day, or a day that somebody wants to be reminded of; "" for one that no calendar has."""
    for each in dated:
        here, span = reading.sentences[each.first], _span(each)
        ending = reading.beside(span, ["until"], within=3) or any(reading.sentences[end.first] == here for end in reading.of("ends"))
        named = [hit for hit in reading.of("letter") if reading.sentences[hit.first] == here]
        brief = len(reading.tokens) <= _BRIEF and reading.beside(span, ["letter"], within=2)
        if named and (ending or brief) and not reading.beside(span, ["story"], within=9):
            return "letter_end", each.day.isoformat()
        if any(reading.sentences[hit.first] == here for hit in reading.of("remind")) and not reading.beside(span, ["not"], within=7):
            return ("letter_end" if named else "date"), each.day.isoformat()
    impossible = not dated and any(_written(reading, reading.sentences[hit.first]) for hit in reading.of("remind"))
    return ("date" if impossible else ""), ""


def _reminded(reading: Reading, today: date) -> tuple[str, str]:
    """The next weekday on which somebody wants to be reminded."""
    weekday = _only({hit.value for hit in _wished(reading, "weekday")})
    if not weekday:
        return "", ""
    return "date", (today + timedelta(days=(int(weekday) - today.weekday() - 1) % 7 + 1)).isoformat()


def _written(reading: Reading, sentence: int) -> bool:
    """Whether a sentence has a date in figures or with a month's name, possible or not."""
    return any(
        reading.sentences[at] == sentence
        and (token.kind == "date" or (token.kind == "number" and bool({at - 1, _past_joints(reading, at + 1)} & reading.months.keys())))
        for at, token in enumerate(reading.tokens)
    )


def _time(reading: Reading) -> str:
    found = {moment for at in range(len(reading.tokens)) if (moment := _time_at(reading, at))}
    return _only(found)


def _time_at(reading: Reading, at: int) -> str:
    token = reading.tokens[at]
    exact = token.kind == "clock"
    if not exact and not _belongs_to_hour(reading, at):
        return ""
    hour, minute = ([int(part) for part in _NUMBERS.findall(token.raw)[:2]] + [0])[:2]
    if hour >= _HOURS or minute >= _MINUTES or _not_exact(reading, at) or (hour <= _NOON and _another_clock(reading, at)):
        return ""
    hour = _of_day(reading, at, hour, early=token.raw.startswith("0"))
    return f"{hour:02}:{minute:02}" if hour >= _OPEN else ""


def _of_day(reading: Reading, at: int, hour: int, *, early: bool) -> int:
    part = _only({hit.value for hit in reading.of("part")})
    if hour == _NOON and reading.starting("before_noon", at + 1):
        return 0
    if reading.starting("before_noon", at + 1) or early or hour >= _NOON:
        return hour
    if reading.starting("after_noon", at + 1) or (part == "evening" and hour in _EVENING):
        return hour + _NOON
    return hour + _NOON if hour in _AFTERNOON and part not in {"morning", "evening"} else hour


def _belongs_to_hour(reading: Reading, at: int) -> bool:
    """Whether a number is an hour: `14 Uhr`, `3 pm`, `الساعة 3`, `um 14`; `20 Stunden` is not."""
    token = reading.tokens[at]
    if token.kind not in {"number", "fraction"} or len(token.raw) > 5 or "/" in token.raw:  # noqa: PLR2004 - 14.30
        return False
    return _marks_hour(reading, at)


def _marks_hour(reading: Reading, at: int) -> bool:
    if any(reading.starting(kind, at + 1) for kind in ("oclock", "before_noon", "after_noon")):
        return True
    before = at - 2 if at and reading.tokens[at - 1].raw == "." else at - 1
    if reading.ending("hour", before):
        return True
    if not reading.ending("at", at - 1) or _past_joints(reading, at + 1) in reading.months:
        return False
    return bool(reading.starting("hours", at + 1)) or _ends_here(reading, at + 1)


def _ends_here(reading: Reading, at: int) -> bool:
    """Whether no unknown word follows that the number could count."""
    if at >= len(reading.tokens) or reading.tokens[at].kind != "word":
        return True
    return any(reading.starting(kind, at) for kind in ("weekday", "part", "day", "and", "week", "ends", "at", "date_after", "please", "or"))


def _not_exact(reading: Reading, at: int) -> bool:
    """`nach 14 Uhr`, `until 3 pm`, `um 9 Uhr kann ich nicht`, `um 3 Uhr nachts`: no hour to come at."""
    here = Hit("time", "", at, at)
    return any(reading.ending("bound", before) for before in range(at - 3, at)) or reading.beside(here, ["not", "night"], within=4)


def _another_clock(reading: Reading, at: int) -> bool:
    """Ethiopian, Eritrean and Somali hours are counted from six in the morning: they are not guessed."""
    return bool(reading.ending("other_clock", at - 1) or reading.starting("other_clock", at + 1))
