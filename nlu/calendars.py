"""Days of the solar calendar of Iran and Afghanistan as days of the calendar in German letters, by exact arithmetic."""

from datetime import date, timedelta

# Months of it are numbered from here on where both calendars are read.
SOLAR = 100
YEARS = range(1380, 1460)
_LONG_MONTHS, _MONTHS, _LONGEST, _LONG, _SHORT = 6, 12, 31, 30, 29
_FIRST_YEAR, _FIRST_DAY = 1380, date(2001, 3, 21)


def from_solar(year: int, month: int, day: int) -> date:
    """The same day. Raises ValueError for one that the solar calendar does not have.

    >>> from_solar(1405, 9, 12), from_solar(1405, 9, 15), from_solar(1400, 1, 1)
    (datetime.date(2026, 12, 3), datetime.date(2026, 12, 6), datetime.date(2021, 3, 21))
    """
    if year not in YEARS or not 1 <= month <= _MONTHS or not 1 <= day <= _length(year, month):
        raise ValueError(year, month, day)
    years = sum(365 + _is_leap(each) for each in range(_FIRST_YEAR, year))
    months = sum(_length(year, each) for each in range(1, month))
    return _FIRST_DAY + timedelta(days=years + months + day - 1)


def solar_year(today: date) -> int:
    """The solar year in which a day lies."""
    year = today.year - 621
    return year if today >= from_solar(year, 1, 1) else year - 1


def _length(year: int, month: int) -> int:
    if month <= _LONG_MONTHS:
        return _LONGEST
    return _LONG if month < _MONTHS or _is_leap(year) else _SHORT


def _is_leap(year: int) -> bool:
    """By the cycle of 33 years, which agrees with the spring equinox in all of `YEARS`."""
    return (25 * year + 11) % 33 < 8  # noqa: PLR2004 - eight leap years in a cycle
