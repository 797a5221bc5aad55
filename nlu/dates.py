"""When somebody wants to come or something ends: weekday, part of day, date, week, time and deadline; the words are in `nlu.data_words`.

Precision before recall: of two weekdays, dates or times none is taken, and none that somebody cannot come on or tells a story about.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from nlu import calendars, hours, spans
from nlu.data_words import Hit, Reading
from nlu.hours import NUMBERS, YEARS, belongs_to_hour, ends_here, marks_hour, past_joints

# A year in two figures is one of these; other figures may be of another calendar or a birthday.
_SHORT_YEARS = range(20, 40)
# Tokens of a message that says no more than what is due on a day: "deadline on 3 March 2027".
_BRIEF = 8
_LONGEST_MONTH = 31
_IZAFE = "ي"
_WRITING = ("post", "mail")
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
    is: permit_end, course_end, letter_end for the last day of a time limit, date for another that somebody wants to be reminded of; without
    a `day` it is to be asked for, with `limit` because the message only says how long it is), `invited` ("yes": a letter names day and
    hour), `meeting` ("yes": an appointment is named), and what `nlu.spans` finds.
    """
    dated = [*_explicit(reading, today)]
    deadline, ending = _due(reading, dated, today)
    instead = _instead(reading)
    following = "" if instead else _following(reading, today)
    asked = spans.find(reading)
    # "One day before" names no hour.
    named = {name: value for name, value in hours.find(reading).items() if not (asked["lead"] and name == "hour")}
    weekdays = [hit for hit in instead or _wished(reading, "weekday") if not _ends_then(reading, hit, dated)]
    return {
        "weekday": _only({hit.value for hit in weekdays} | set(_short_weekdays(reading))),
        "not_weekday": "" if weekdays or following else _only({hit.value for hit in reading.of("weekday") if _is_denied(reading, hit)}),
        "part": _part(reading),
        "day": ending if deadline else _day(reading, dated, today) or following,
        "week": _week(reading),
        **named,
        "deadline": deadline,
        "invited": "yes" if _is_invited(reading, dated) and not reading.of("wish") else "",
        "meeting": "yes" if reading.of("meeting") else "",
        "limit": "yes" if spans.is_limit(reading) and not ending else "",
        **asked,
    }


def _only(values: set[str]) -> str:
    return values.pop() if len(values) == 1 else ""


def _wished(reading: Reading, kind: str) -> list[Hit]:
    """Hits that are neither past, nor every week, nor denied, nor told as a story."""
    return [
        hit
        for hit in reading.of(kind)
        if not reading.beside(hit, ["skip"], within=1)
        and (_rather_before(reading, hit) or not reading.beside(hit, ["not"], within=7))
        and not reading.beside(hit, ["story"], within=9)
    ]


def _rather_before(reading: Reading, hit: Hit) -> bool:
    """Whether a "no" before was about something else: "no, better Thursday", in Turkish "yok perşembe olsun"."""
    behind = reading.starting("rather", hit.last + 1)
    last = behind and not any(denied.first > behind.last for denied in reading.of("not"))
    return bool(last) or any(rather.last < hit.first for rather in reading.of("rather"))


def _is_denied(reading: Reading, hit: Hit) -> bool:
    """Whether somebody cannot come then: "not on Monday", "Thursday does not suit me"; not "no, rather Monday"."""
    if _rather_before(reading, hit):
        return False
    return reading.beside(hit, ["not"], within=3) and not reading.beside(hit, ["story", "ends"], within=9)


def _following(reading: Reading, today: date) -> str:
    """The day a week after the coming weekday, for "not this Friday, the next one" and "not this Friday, next Friday"; "" otherwise."""
    named = reading.of("weekday")
    denied = [hit for hit in named if _is_denied(reading, hit)]
    weekday = _only({hit.value for hit in named})
    if not weekday or not denied or not reading.of("next_one"):
        return ""
    return (_coming(weekday, today) + timedelta(days=7)).isoformat()


def _instead(reading: Reading) -> list[Hit]:
    """The weekdays after the week that is wished for instead of another: "not this week, next week Tuesday"."""
    weeks = reading.of("week")
    if not _two_weeks(reading):
        return []
    return [hit for hit in reading.of("weekday") if hit.first > weeks[-1].last]


def _two_weeks(reading: Reading) -> bool:
    """Whether one week is denied before another is named, in languages that say "not" before it and in those that say it behind."""
    weeks = reading.of("week")
    return len({hit.value for hit in weeks}) > 1 and any(denied.last < weeks[-1].first for denied in reading.of("not"))


def _week(reading: Reading) -> str:
    named = reading.of("week")
    if _two_weeks(reading):
        return named[-1].value
    if {hit.value for hit in named} == {"0"} and reading.beside(named[0], ["not"], within=2):
        return "1"  # "not this week": from the next one on
    return _only({hit.value for hit in _wished(reading, "week") if not reading.beside(hit, ["ends"], within=6)})


def _coming(weekday: str, today: date) -> date:
    return today + timedelta(days=(int(weekday) - today.weekday() - 1) % 7 + 1)


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


def _is_invited(reading: Reading, dated: list[_Dated]) -> bool:
    """Whether a letter names a day and an hour to come: what is there is no wish of the person's."""
    return len(dated) == 1 and any(reading.of(kind) for kind in _WRITING) and _has_hour(reading, dated[0])


def _has_hour(reading: Reading, each: _Dated) -> bool:
    """Whether an hour follows a date: "a letter came, I must be there on 3.12. at 9" is an invitation."""
    return any(belongs_to_hour(reading, at) for at in range(each.last + 1, min(each.last + 4, len(reading.tokens))))


def _span(each: _Dated) -> Hit:
    return Hit("day", "", each.first, each.last)


def _relative(reading: Reading, today: date) -> list[_Dated]:
    ends = [_Dated(_month_end(today), hit.first, hit.last) for hit in reading.of("month_end")]
    return ends + [_Dated(today + timedelta(days=int(hit.value)), hit.first, hit.last) for hit in _wished(reading, "day")]


def _month_end(today: date) -> date:
    return (today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _explicit(reading: Reading, today: date) -> Iterator[_Dated]:
    """Every date written out, in figures or with a month's name."""
    for at, token in enumerate(reading.tokens):
        if token.kind in {"date", "dayspot", "fraction"}:
            found = _in_figures(reading, at, today)
        elif token.kind == "number" and not belongs_to_hour(reading, at):
            found = _day_month(reading, at, today)
        else:
            found = _month_day(reading, at, today) if at in reading.months else None
        if found:
            yield found


def _in_figures(reading: Reading, at: int, today: date) -> _Dated | None:
    token = reading.tokens[at]
    parts = [int(part) for part in NUMBERS.findall(token.raw)]
    if token.kind == "date":
        year, month, day = parts if parts[0] > 31 else reversed(parts)  # noqa: PLR2004 - no day
        return _dated((year, month, day), at, at, today=today)
    due = token.kind == "fraction" and "." in token.raw and bool(reading.of("remind") or reading.of("ends"))
    due = due or ("." in token.raw and any(belongs_to_hour(reading, other) for other in range(at + 1, len(reading.tokens))))
    due = due or (at == 0 and len(reading.tokens) <= _BRIEF and any(reading.of(kind) for kind in (*_WRITING, "office")))
    if token.kind == "dayspot" or due or _like_a_date(reading, at):
        return _dated((None, parts[1], parts[0]), at, at, today=today)
    return None


def _like_a_date(reading: Reading, at: int) -> bool:
    """Whether `3/5` or `3.5` is a date, not a fraction or a house number: a preposition of dates or a weekday before it."""
    return bool(reading.ending("date_after", at - 1) or reading.ending("weekday", at - 1)) and not marks_hour(reading, at, at)


def _day_month(reading: Reading, at: int, today: date) -> _Dated | None:
    """`3 May 2027`, `3. Mai`, `3ê gulanê`, `ngày 3 tháng 5`."""
    after = past_joints(reading, at + 1)
    if after in reading.months and not _ends_range(reading, at):
        named = reading.months[after]
        return _with_year(reading, int(reading.tokens[at].raw), int(named.value), (at, named.last), today)
    if at + 2 < len(reading.tokens) and (reading.starting("month_word", at + 1) or _is_joined(reading, at + 1)):
        word = reading.starting("hour_said", at + 2)
        month = word.value if word else reading.tokens[at + 2].raw
        return _with_year(reading, int(reading.tokens[at].raw), int(month), (at, at + 2), today) if month.isdigit() else None
    return None


def _is_joined(reading: Reading, at: int) -> bool:
    """Whether a day goes on with its month as a number or the word for one, as in Sorani: "5î 12", "5î diwanze"."""
    return reading.tokens[at].plain == _IZAFE and not reading.tokens[at].gap


def _ends_range(reading: Reading, at: int) -> bool:
    """Whether this is the second day of two: `vom 3. bis 5. Mai`, `3 or 4 May`."""
    for before in range(at - 1, max(-1, at - 6), -1):
        token = reading.tokens[before]
        if token.kind == "number":
            taken_back = reading.beside(Hit("day", "", before, before), ["not"], within=2)  # "not the 5th but 15 December"
            return not (taken_back or belongs_to_hour(reading, before))
        if token.kind == "word" and not any(reading.starting(kind, before) for kind in ("bound", "or", "date_after", "and")):
            return False
    return False


def _month_day(reading: Reading, at: int, today: date) -> _Dated | None:
    """`May 3`, `May 3rd, 2027`: not `in May 3 people`."""
    tokens, month = reading.tokens, reading.months[at]
    day = month.last + 1
    if reading.starting("date_after", day):
        day += 1  # "د جنوري په ۱۵"
    if day >= len(tokens) or tokens[day].kind != "number" or int(tokens[day].raw) in YEARS:
        return None
    if _day_before(reading, at) or not ends_here(reading, past_joints(reading, day + 1)):
        return None
    return _with_year(reading, int(tokens[day].raw), int(month.value), (at, day), today)


def _day_before(reading: Reading, at: int) -> bool:
    return any(token.kind == "number" for token in reading.tokens[max(0, at - 3) : at])


def _with_year(reading: Reading, day: int, month: int, span: tuple[int, int], today: date) -> _Dated | None:
    after = past_joints(reading, span[1] + 1)
    token = reading.tokens[after] if after < len(reading.tokens) else None
    if token and token.kind == "number" and len(token.raw) == 4:  # noqa: PLR2004 - figures of a year
        return _dated((int(token.raw), month, day), span[0], after, today=today)
    return _dated((None, month, day), *span, today=today)


def _dated(figures: tuple[int | None, int, int], first: int, last: int, *, today: date) -> _Dated | None:
    """The date of year, month and day, the next such from `today` without a year; None if impossible or of another calendar."""
    year, month, day = figures
    solar = month > calendars.SOLAR
    if year is not None and year in _SHORT_YEARS:
        year += 2000
    now = calendars.solar_year(today) if solar else today.year
    years = range(now, now + 9) if year is None else [year] if year in (calendars.YEARS if solar else YEARS) else []
    for each in years:
        try:
            found = calendars.from_solar(each, month - calendars.SOLAR, day) if solar else date(each, month, day)
        except (ValueError, OverflowError):
            continue
        if year is not None or found >= today:
            return _Dated(found, first, last, year is not None)
    return None


def _due(reading: Reading, dated: list[_Dated], today: date) -> tuple[str, str]:
    """What is due, and when; "" for nothing, and for a day that is not known."""
    days = [*dated, *_relative(reading, today)]
    found = _deadline(reading, days)
    found = found if found[0] else _limit(reading, days)
    if found[0]:
        return found
    if spans.is_limit(reading) and _in_writing(reading):
        return "letter_end", ""
    if (weekday := _until_weekday(reading)) and (_in_writing(reading) or reading.of("office")):
        return ("letter_end" if _in_writing(reading) else "date"), _coming(weekday, today).isoformat()
    if reading.of("remind") and (day := _reminded(reading, today)):
        return "date", day.isoformat()
    return _elsewhere(reading, dated)


def _in_writing(reading: Reading) -> bool:
    return any(reading.of(kind) for kind in ("letter", *_WRITING))


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
        until = reading.beside(span, ["until"], within=3)
        ending = until or any(reading.sentences[end.first] == here for end in reading.of("ends"))
        named = [hit for hit in reading.of("letter") if reading.sentences[hit.first] == here]
        brief = len(reading.tokens) <= _BRIEF and reading.beside(span, ["letter"], within=3)
        if named and (ending or brief) and not reading.beside(span, ["story"], within=9):
            return "letter_end", each.day.isoformat()
        # "They sent a letter, answer by 5 December": a story with a day by which something is due.
        if until and not reading.of("meeting") and (kind := _demand(reading, each)):
            return kind, each.day.isoformat()
        if any(reading.sentences[hit.first] == here for hit in reading.of("remind")) and not reading.beside(span, ["not"], within=7):
            return ("letter_end" if named else "date"), each.day.isoformat()
    impossible = not dated and any(_written(reading, reading.sentences[hit.first]) for hit in reading.of("remind"))
    return ("date" if impossible else ""), ""


def _demand(reading: Reading, each: _Dated) -> str:
    """What a day is by which something is due: the end of a time limit in a letter, or a date for an office; "" if neither is named."""
    if _in_writing(reading):
        return "letter_end"
    return "date" if reading.of("office") or reading.starting("month_end", each.first) else ""


def _until_weekday(reading: Reading) -> str:
    """The weekday by which something is due."""
    bound = {hit.value for hit in reading.of("weekday") if reading.beside(hit, ["until"], within=1)}
    return _only(bound | {hit.value for hit in reading.of("until_day")})


def _elsewhere(reading: Reading, dated: list[_Dated]) -> tuple[str, str]:
    """A date that a letter gives without a word for what is due: "letter from BAMF, interview on 10.12.", "5/12 letter jobcenter"."""
    if len(dated) != 1 or not any(reading.of(kind) for kind in (*_WRITING, "office")) or reading.of("wish"):
        return "", ""
    (each,) = dated
    invited = reading.of("meeting") and any(reading.of(kind) for kind in _WRITING)
    invited = invited or _is_invited(reading, dated)
    first = each.first == 0 and len(reading.tokens) <= _BRIEF
    return ("date", each.day.isoformat()) if invited or first else ("", "")


def _reminded(reading: Reading, today: date) -> date | None:
    """The next weekday or day of the month on which somebody wants to be reminded, or the day in so many days; None if none is named."""
    if weekday := _only({hit.value for hit in _wished(reading, "weekday")}):
        return _coming(weekday, today)
    return spans.later(reading, today) or _of_month(reading, today)


def _of_month(reading: Reading, today: date) -> date | None:
    """The next day with the only number that stands alone after "on": "rendez-vous le 2"."""
    alone = [
        int(token.raw)
        for at, token in enumerate(reading.tokens)
        if token.kind == "number"
        and reading.ending("date_after", at - 1)
        and not belongs_to_hour(reading, at)
        and not reading.starting("unit", at + 1)
    ]
    if len(alone) != 1 or not 1 <= alone[0] <= _LONGEST_MONTH:
        return None
    coming = (today + timedelta(days=each) for each in range(2 * _LONGEST_MONTH))
    return next((day for day in coming if day.day == alone[0]), None)


def _written(reading: Reading, sentence: int) -> bool:
    """Whether a sentence has a date in figures or with a month's name, possible or not."""
    return any(
        reading.sentences[at] == sentence
        and (token.kind == "date" or (token.kind == "number" and bool({at - 1, past_joints(reading, at + 1)} & reading.months.keys())))
        for at, token in enumerate(reading.tokens)
    )
