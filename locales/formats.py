"""Dates, numbers and lists as people write them in each language (through Babel, never the `short` forms)."""

from collections.abc import Sequence
from datetime import date

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


def number(language: str, value: float) -> str:
    """A number with the language's separators and Western digits."""
    return _isolated(language, format_decimal(value, locale=locale(language)).translate(_WESTERN))


def listing(language: str, items: Sequence[str]) -> str:
    """`a, b and c` in the language."""
    return format_list(list(items), locale=locale(language))


# People must find the same figures on German letters: Western digits everywhere.
_WESTERN = {ord(digits) + i: str(i) for digits in "٠۰०" for i in range(10)}
