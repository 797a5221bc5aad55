"""The kinds of values in a file of courses: each turns a text into a value, or says what would be right. The fields are in `fields`."""

import difflib
import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from knowledge.courses.aliases import FLAGS, VALUE_OF, VALUES, WEEKDAYS, plain
from knowledge.courses.record import LEVELS

Convert = Callable[[str], Any]
YEARS = (2000, 2100)
_GERMAN_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?: 0{1,2}:00(?::00)?)?", re.ASCII)
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]0{1,2}:00(?::00(?:\.0+)?)?Z?)?", re.ASCII)
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2})(?::00)?)?\s?(?:uhr|h)?", re.IGNORECASE | re.ASCII)
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+", re.ASCII)
_WHOLE = re.compile(r"(\d{1,9})(?:[.,]0{1,2})?", re.ASCII)
_AMOUNT = re.compile(r"(\d{1,6})(?:[.,](\d{1,2}))?", re.ASCII)
_DEGREES = re.compile(r"-?\d{1,3}(?:[.,]\d{1,15})?", re.ASCII)
_EXCEL = re.compile(r"\d[.,]?\d*E\+?\d+", re.IGNORECASE)
_ID = re.compile(r"[^\W_][\w.:/#+()&,*@~ -]{0,63}")
_URL = re.compile(r"https?://[^\s/@\"'<>\\]+(?:/[^\s\"'<>\\]*|\?[^\s\"'<>\\]*)?", re.IGNORECASE)
_HOST = re.compile(r"www\.[\w-]+\.[^\s\"'<>\\]+", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@,;<>\"'()]+@[^\s@,;<>\"'()]+\.[^\s@,;<>\"'()]+")
_PHONE = re.compile(r"\+?[\d ()/.–-]{3,40}", re.ASCII)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DAY_BREAK = re.compile(r"\s*(?:[,;/&+|]|\bund\b|\band\b|\s)\s*")
_DAY_RANGE = re.compile(r"\s*(?:-|–|\bbis\b|\bto\b)\s*")
_DAY_OF = {name: day for day, names in enumerate(WEEKDAYS) for name in names}


class Wrong(Exception):  # noqa: N818 - not an error of the program: the value of a cell is wrong
    """The text is no value of this kind: `code` and `data` of the problem."""

    def __init__(self, *, code: str, **data: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.data = data


@dataclass(frozen=True, slots=True)
class Mended:
    """A value that was not quite what stood there: a warning with this code says so."""

    value: Any
    code: str


def text(most: int) -> Convert:
    """A text of at most so many characters."""

    def read(cell: str) -> str:
        if len(cell) > most:
            raise Wrong(code="too_long", length=len(cell), most=most)
        return cell

    return read


def shaped(pattern: re.Pattern[str], code: str, most: int) -> Convert:
    """A text of a certain shape."""

    def read(cell: str) -> str:
        if len(cell) > most:
            raise Wrong(code="too_long", length=len(cell), most=most)
        if not pattern.fullmatch(cell):
            raise Wrong(code=code)
        return cell

    return read


course_id = shaped(_ID, "id", 64)
email = shaped(_EMAIL, "email", 120)


def url(cell: str) -> str:
    """An address on the web; www.… gets its https://."""
    full = f"https://{cell}" if _HOST.fullmatch(cell) else cell
    return str(shaped(_URL, "url", 500)(full))


def phone(cell: str) -> str:
    """One phone number as it was written."""
    if _EXCEL.fullmatch(cell):
        raise Wrong(code="excel_number")
    if not _PHONE.fullmatch(cell) or sum(letter.isdigit() for letter in cell) < 3:  # noqa: PLR2004 - the shortest numbers
        raise Wrong(code="phone")
    return cell


def whole(least: int, most: int) -> Convert:
    """A whole number between two others; 1.200 is a thousand and two hundred."""

    def read(cell: str) -> int:
        found = _WHOLE.fullmatch(cell.replace(".", "") if _THOUSANDS.fullmatch(cell) else cell)
        if not found:
            raise Wrong(code="number", example=min(max(least, 20), most))
        if not least <= int(found[1]) <= most:
            raise Wrong(code="range", least=least, most=most)
        return int(found[1])

    return read


def money(cell: str) -> Decimal:
    """An amount of EUR with two places."""
    bare = re.sub(r"€|\beuro?\b", "", cell, flags=re.IGNORECASE).strip()
    found = _AMOUNT.fullmatch(bare)
    if not found:
        raise Wrong(code="money")
    return Decimal(f"{found[1]}.{found[2] or '00':<02}")


def degrees(example: str) -> Convert:
    """A coordinate; six places are a hand's breadth."""

    def read(cell: str) -> float:
        if not _DEGREES.fullmatch(cell):
            raise Wrong(code="degrees", example=example)
        return round(float(cell.replace(",", ".")), 6)

    return read


def day(cell: str) -> date:
    """A date as Germans or machines write it."""
    if found := _GERMAN_DAY.fullmatch(cell):
        number, month, year = (int(each) for each in found.groups())
        year += 2000 if len(found[3]) == 2 else 0  # noqa: PLR2004 - a year in two figures
    elif found := _ISO_DAY.fullmatch(cell):
        year, month, number = (int(each) for each in found.groups())
    else:
        raise Wrong(code="date")
    if not YEARS[0] <= year <= YEARS[1]:
        raise Wrong(code="year", least=YEARS[0], most=YEARS[1])
    if not 1 <= month <= 12:  # noqa: PLR2004 - months
        raise Wrong(code="no_such_month", month=month)
    last = monthrange(year, month)[1]
    if not 1 <= number <= last:
        raise Wrong(code="no_such_day", last=f"{last}.{month:02d}.{year}")
    return date(year, month, number)


def time(cell: str) -> int:
    """A time of day in minutes since midnight."""
    found = _TIME.fullmatch(cell)
    if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:  # noqa: PLR2004 - a clock
        raise Wrong(code="time")
    return int(found[1]) * 60 + int(found[2] or 0)


def flag(cell: str) -> bool:
    """Yes or no."""
    found = FLAGS.get(cell.casefold())
    if found is None:
        raise Wrong(code="flag")
    return found


def level(cell: str) -> str:
    """A level of the European framework."""
    found = cell.upper().replace(" ", "")
    if found in LEVELS:
        return found
    near = next((each for each in LEVELS if found.startswith(each)), "")
    raise Wrong(code="level_near", near=near) if near else Wrong(code="level")


def choice(name: str) -> Convert:
    """One of the words of a field, or another word for it."""
    spellings, own = VALUE_OF[name], VALUES[name]
    german = {meant: others[0] for meant, others in own.items()}

    def read(cell: str) -> str:
        found = spellings.get(plain(cell))
        if found:
            return found
        allowed = {"allowed": ", ".join(own), "german": ", ".join(german.values())}
        for near in difflib.get_close_matches(plain(cell), spellings, n=1):
            raise Wrong(code="choice_near", near=spellings[near], near_german=german[spellings[near]], **allowed)
        raise Wrong(code="choice", **allowed)

    return read


def choices(name: str) -> Convert:
    """Several of the words of a field, in the order in which the field lists them."""
    one, order = choice(name), tuple(VALUES[name])

    def read(cell: str) -> tuple[str, ...]:
        found = {one(each) for each in re.split(r"[,;|]", cell) if each.strip()}
        return tuple(each for each in order if each in found)

    return read


def weekdays(cell: str) -> tuple[int, ...]:
    """Days of the week: Mo,Mi or Mo-Fr."""
    bare = _DAY_RANGE.sub("-", cell.casefold().replace(".", ""))
    found: set[int] = set()
    for part in filter(None, _DAY_BREAK.split(bare)):
        first, _, last = part.partition("-")
        if first not in _DAY_OF or (last or first) not in _DAY_OF or part.endswith("-"):
            raise Wrong(code="days")
        found.update((_DAY_OF[first] + step) % 7 for step in range((_DAY_OF[last or first] - _DAY_OF[first]) % 7 + 1))
    return tuple(sorted(found))


def _figures(cell: str, code: str) -> str | Mended:
    """Five figures; Excel may have left out a zero at the beginning."""
    if re.fullmatch(r"[0-9]{5}", cell):
        return cell
    if re.fullmatch(r"[1-9][0-9]{3}", cell):
        return Mended(f"0{cell}", "zero")
    raise Wrong(code=code)


def postcode(cell: str) -> str | Mended:
    """A German postcode."""
    return _figures(re.sub(r"^D[ -]", "", cell), "postcode")


def district(cell: str) -> str | Mended:
    """The official key of a district, or its slug."""
    if cell.isdigit():
        return _figures(cell, "district")
    if len(cell) > 64 or not _SLUG.fullmatch(cell):  # noqa: PLR2004 - as slugs of municipalities
        raise Wrong(code="district")
    return cell


WORDS: Mapping[str, Convert] = {name: choices(name) if name == "allowed_status" else choice(name) for name in VALUES}
