"""On which weekdays, at what part of the day and from which month somebody can go to a course; the words are in `nlu.data_words`."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice

from nlu import dates
from nlu.data_words import Hit, Reading
from nlu.denials import wished

_AMONG = (
    "part",
    "weekday",
    "abbr",
    "days",
    "childcare",
    "online",
    "presence",
    "women",
    "work",
    "young",
    "parents",
    "kind",
    "seek",
    "beginner",
)
_RANGE = frozenset({"-", "–", "—"})
_LIST = frozenset({"", *_RANGE, "+", "/", "&", ".", ".-", ". -"})
_WEEK, _WORKDAYS = 7, frozenset(range(5))
_NOON, _EVENING, _OPEN, _HOURS, _MONTHS = 12, 17, 8, 24, 12
# "After six" is no time in the morning.
_LATE = range(5, 8)
# When people leave work, in 24 hours or in 12.
_LEAVING, _LEAVING_IN_12 = range(16, 21), range(4, 9)
_AFTER_WORK = frozenset({"17", "18", "19", "20"})
_YEARS = range(2020, 2100)
_HOUR = re.compile(r"\d{1,2}")
_FIGURES = re.compile(r"(?<![\d./-])(0?[1-9]|1[0-2])\s?[./]\s?(20[2-9]\d)(?!\d)")
# Nobody names more days or months in a message.
_MOST = 30
# A month's name of fewer letters, or one of these, may be another word: it needs a preposition.
_LONG_NAME, _UNSURE = 5, frozenset({"march", "marca", "marts"})


def weekdays(reading: Reading) -> str:
    """The days that suit, as "0,2"; "" if all do or just Monday to Friday is said. Of days that do not suit, all others."""
    suiting = {hit.first for hit in wished(reading, ["weekday", "abbr", "days"], among=_AMONG)}
    wanted: set[int] = set()
    refused: set[int] = set()
    for first, days in _days(reading):
        (wanted if first in suiting else refused).update(days)
    wanted = wanted or (set(range(_WEEK)) - refused if refused else wanted)
    return "" if wanted >= _WORKDAYS else ",".join(map(str, sorted(wanted)))


def _days(reading: Reading) -> Iterator[tuple[int, set[int]]]:
    """The days that each word or range names, with its first token; not those of a story, of an end, or of somebody's work."""
    named = sorted(
        {hit.first: hit for kind in ("weekday", "abbr", "to_day") for hit in reading.of(kind)}.values(), key=lambda hit: hit.first
    )
    ranged: Hit | None = None
    for at, hit in enumerate(named[:_MOST]):
        before, after = (named[at - 1] if at else None), (named[at + 1] if at + 1 < len(named) else None)
        if not _counts(reading, hit, before, after):
            continue
        if ranged and before == ranged:
            yield ranged.first, _between(int(ranged.value), int(hit.value))
            ranged = None
        elif after and _ranges(reading, hit, after):
            ranged = hit
        else:
            yield hit.first, {int(hit.value)}
    for hit in reading.of("days"):
        yield hit.first, {int(day) for day in hit.value.split(",") if day}


def _counts(reading: Reading, hit: Hit, before: Hit | None, after: Hit | None) -> bool:
    """Whether this is a day to go to a course; an abbreviation only beside another day (`Mo-Mi`, `Di + Do`) or "only"."""
    if reading.beside(hit, ["story", "ends", "busy"], within=5):
        return False
    if reading.starting("weekday", hit.first):
        return True
    if reading.starting("to_day", hit.first):
        return before is not None and _ranges(reading, before, hit)
    if reading.ending("only", hit.first - 1):
        return True
    return bool((before and _linked(reading, before, hit)) or (after and _linked(reading, hit, after)))


def _linked(reading: Reading, left: Hit, right: Hit) -> bool:
    if right.first - left.last == 1:
        return reading.tokens[right.first].gap in _LIST
    joint = left.last + 1
    if right.first - joint != 1:
        return False
    return reading.tokens[joint].kind in {"pause", "stop"} or any(reading.starting(kind, joint) for kind in ("to", "and", "or", "until"))


def _ranges(reading: Reading, left: Hit, right: Hit) -> bool:
    """Whether all days between are meant, too: `Mo-Mi`, `Monday to Wednesday`."""
    if right.first - left.last == 1:
        return bool(reading.starting("to_day", right.first)) or reading.tokens[right.first].gap.strip(" .") in _RANGE
    joint = left.last + 1
    dash = reading.tokens[joint].raw in _RANGE or bool(reading.starting("to", joint) or reading.starting("until", joint))
    return right.first - joint == 1 and dash


def _between(first: int, last: int) -> set[int]:
    return {day % _WEEK for day in range(first, last + (_WEEK if last < first else 0) + 1)}


def part(reading: Reading) -> str:
    """morning, afternoon or evening; "" if none, several, or the one at which somebody works."""
    suiting = (hit for hit in wished(reading, ["part"], among=_AMONG) if not reading.beside(hit, ["story"], within=5))
    named = {hit.value for hit in suiting if not _working(reading, hit)}
    if not reading.of("part"):
        named = {name for at in range(len(reading.tokens)) if (name := _part_at(reading, at))}
    named = named or ({"evening"} if _after_hours(reading) else set())
    return named.pop() if len(named) == 1 else ""


def _after_hours(reading: Reading) -> bool:
    """Whether somebody is free when work is over in the late afternoon: "I work until 5, after that"."""
    if not reading.of("later"):
        return False
    hours = ((at, int(figures[0])) for at, token in enumerate(reading.tokens) if (figures := _HOUR.match(token.raw)))
    late = [at for at, hour in hours if hour in _LEAVING or hour in _LEAVING_IN_12]
    hits = [Hit("time", "", at, at) for at in late]
    return any(
        reading.beside(hit, ["busy"], within=5) or all(reading.beside(hit, [kind], within=5) for kind in ("job", "ends")) for hit in hits
    )


def _working(reading: Reading, hit: Hit) -> bool:
    """Whether somebody works at this part of the day: "I work" stands by it, and by no other part nearer."""
    return any(
        reading.clauses[busy.first] == reading.clauses[hit.first] and _nearest_part(reading, busy) == hit
        for busy in reading.near(hit, ["busy"], within=5)
    )


def _nearest_part(reading: Reading, busy: Hit) -> Hit | None:
    """The part of the day nearest to "I work"; of two the one before."""
    for step in range(1, 6):
        found = reading.ending("part", busy.first - step) or reading.starting("part", busy.last + step)
        if found and reading.clauses[found.first] == reading.clauses[busy.first]:
            return found
    return None


def _part_at(reading: Reading, at: int) -> str:
    """The part of day of a clock time; "" where it might be another (`ab 14 Uhr`) or is not when somebody wants to learn."""
    here = Hit("time", "", at, at)
    hour = _hour(reading, at)
    if hour is None or reading.beside(here, ["busy", "story", "not", "not_so"], within=5):
        return ""
    until = _before(reading, at, ("until", "to"))
    later = _before(reading, at, ("after", "from", "start"))
    if later:
        return "evening" if hour >= _EVENING else ""
    if until:
        return "morning" if hour <= _NOON + 1 else ""
    return "evening" if hour >= _EVENING else "afternoon" if hour >= _NOON else "morning" if hour >= _OPEN else ""


def _hour(reading: Reading, at: int) -> int | None:
    """The hour (0 to 23) that a token names; None if it names none."""
    token = reading.tokens[at]
    marked = any(reading.starting(kind, at + 1) for kind in ("oclock", "before_noon", "after_noon")) or reading.ending("hour", at - 1)
    # "After 18": late enough to be no other number.
    evening = reading.ending("after", at - 1) and token.raw in _AFTER_WORK and not reading.starting("years", at + 1)
    if token.kind != "clock" and not (token.kind == "number" and len(token.raw) <= 2 and (marked or evening)):  # noqa: PLR2004 - figures of an hour
        return None
    hour = int(_HOUR.findall(token.raw)[0])
    late = hour in _LATE and _before(reading, at, ("after",)) and not reading.starting("before_noon", at + 1)
    if late or (reading.starting("after_noon", at + 1) and hour < _NOON):
        hour += _NOON
    other = reading.ending("other_clock", at - 1) or reading.starting("other_clock", at + 1)
    return hour if hour < _HOURS and not other else None


def _before(reading: Reading, at: int, kinds: Sequence[str], within: int = 2) -> bool:
    return any(reading.ending(kind, each) for kind in kinds for each in range(at - within, at))


def month(reading: Reading, text: str, *, today: date) -> str:
    """The month ("2027-01") before which nobody wants to start; "" if none is sure."""
    years = {hit.value for hit in reading.of("soon")}
    found = [each for each in (*_months(reading, today, next_year="year" in years), *_in_figures(text), *_dated(reading, today)) if each]
    if not found and years:
        return _relative(min(years), today)
    coming = [each for each in found if each >= f"{today:%Y-%m}"]
    return min(coming, default="")


def _relative(value: str, today: date) -> str:
    if value == "year":
        return f"{today.year + 1}-01"
    months = today.month - 1 + int(value)
    return f"{today.year + months // _MONTHS}-{months % _MONTHS + 1:02}"


def _months(reading: Reading, today: date, *, next_year: bool) -> Iterator[str]:
    for hit in islice(reading.months.values(), _MOST):
        number = int(hit.value)
        if not number or not _begins(reading, hit):
            continue
        year = _year_behind(reading, hit) or today.year + (next_year or number < today.month)
        yield f"{year}-{number:02}"


def _year_behind(reading: Reading, month: Hit) -> int:
    """The year written after a month; 0 if there is none."""
    figures = (token.raw for token in reading.tokens[month.last + 1 : month.last + 3] if token.kind == "number" and len(token.raw) == 4)  # noqa: PLR2004
    return next((int(raw) for raw in figures if int(raw) in _YEARS), 0)


def _begins(reading: Reading, hit: Hit) -> bool:
    """Whether a course may begin in this month: not one of a story, a deadline or an exam, nor a word that means something else."""
    if reading.beside(hit, ["story", "ends", "permit", "not", "not_so", "exam"], within=6) or _before(reading, hit.first, ("until",)):
        return False
    # "I passed B1 in May."
    if reading.beside(hit, ["done"], within=6) and not reading.beside(hit, ["want", "seek", "course"], within=5):
        return False
    name = reading.tokens[hit.first].raw
    sure = hit.first != hit.last or (len(name) >= _LONG_NAME and name not in _UNSURE)
    marked = _before(reading, hit.first, ("start", "from", "month_word")) or any(
        reading.starting(kind, hit.last + step) for kind in ("started", "month_word") for step in (1, 2)
    )
    return sure or marked or _year_behind(reading, hit) > 0


def _in_figures(text: str) -> Iterator[str]:
    """`ab 01/2027`."""
    for hit in _FIGURES.finditer(text):
        yield f"{hit[2]}-{int(hit[1]):02}"


def _dated(reading: Reading, today: date) -> Iterator[str]:
    """`ab 1.2.`: the only date, if it is no deadline, exam or end."""
    if not any(token.kind in {"date", "dayspot"} for token in reading.tokens):
        return
    moments = dates.find(reading, today=today)
    if not moments["day"] or moments["deadline"] or moments["day"] < today.isoformat():
        return
    for at, token in enumerate(reading.tokens):
        here = Hit("day", "", at, at)
        other = reading.beside(here, ["exam", "ends", "permit", "story"], within=6) or _before(reading, at, ("until",))
        if token.kind in {"date", "dayspot"} and not other:
            yield moments["day"][:7]
