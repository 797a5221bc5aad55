"""Dates, numbers and lists as people write them in each language (through Babel, never the `short` forms)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from locales.bidi import isolate
from locales.registry import LANGUAGES


def locale(language: str) -> Locale:
    """Babel's locale of one of our languages."""
    return Locale.parse(LANGUAGES[language].locale)


def _isolated(language: str, text: str) -> str:
    return isolate(text) if LANGUAGES[language].rtl else text


def long_date(language: str, day: date) -> str:
    """A date without weekday, month as a word: `21. November 2026`; Western digits, isolated in right-to-left languages."""
    text = format_date(day, "long", locale=locale(language))
    return _isolated(language, text.translate(_WESTERN))


def full_date(language: str, day: date) -> str:
    """A date with its weekday: `Sonntag, 29. März 2026`; Western digits, isolated in right-to-left languages."""
    return _isolated(language, _full(language, day).translate(_WESTERN))


def _full(language: str, day: date) -> str:
    return format_date(day, _FULL.get(language, "full"), locale=locale(language))


def moment(language: str, at: datetime, zone: ZoneInfo) -> str:
    """Weekday, date and wall-clock time in a zone: `Sonntag, 29. März 2026, 14:30 Uhr`; Western digits, isolated if right-to-left."""
    wall, spoken = at.astimezone(zone), locale(language)
    text = spoken.datetime_formats["full"].format(f"{wall:%H:%M}", _full(language, wall.date()))
    return _isolated(language, on_the_clock(language, text.translate(_WESTERN)))


def on_the_clock(language: str, text: str) -> str:
    """A text that ends with a time of day, with what the language says after it so that nobody takes it for another time."""
    return _CLOCK.get(language, "{}").format(text)


def weekday(language: str, number: int) -> str:
    """The name of a weekday; 0 is Monday."""
    return format_date(_MONDAY + timedelta(days=number), "EEEE", locale=locale(language))


def day_without_year(language: str, day: date) -> str:
    """Weekday, day and month: `Donnerstag, 26. November`; Western digits, isolated in right-to-left languages."""
    comma = "،" if LANGUAGES[language].rtl else ","
    pattern = _DAY.get(language, f"EEEE{comma} d MMMM")
    return _isolated(language, format_date(day, pattern, locale=locale(language)).translate(_WESTERN))


def number(language: str, value: float) -> str:
    """A number with the language's separators and Western digits."""
    return _isolated(language, format_decimal(value, locale=locale(language)).translate(_WESTERN))


def listing(language: str, items: Sequence[str]) -> str:
    """`a, b and c` in the language."""
    return format_list(list(items), locale=locale(language))


_MONDAY = date(2026, 1, 5)
# Babel has the year first here, and a comma of the other direction: the whole was read from the wrong end.
_FULL = {"ckb": "EEEE، dی MMMMی y"}
# Babel knows no pattern with a whole weekday and without a year; most languages write it as the usual one here.
_DAY = {
    "de": "EEEE, d. MMMM",
    "de-simple": "EEEE, d. MMMM",
    "sr": "EEEE, d. MMMM",
    "es": "EEEE, d 'de' MMMM",
    "kmr": "EEEE, d'ê' MMMM",
    "ckb": "EEEE، dی MMMM",
}
# Germans say “Uhr”. In Ethiopia and Eritrea many count hours from six in the morning, so the time is said to be the German one.
_CLOCK = {"de": "{} Uhr", "de-simple": "{} Uhr", "am": "{} (በጀርመን ሰዓት)", "ti": "{} (ብናይ ጀርመን ሰዓት)"}
# People must find the same figures on German letters: Western digits everywhere.
_WESTERN = {ord(digits) + i: str(i) for digits in "٠۰०" for i in range(10)}
