"""Days on which nobody works: public holidays of the Land, its school holidays where a municipality wants them, and its own closed days."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import holidays


def closed_days(*, land: str, school: bool, own: Iterable[str], years: Iterable[int]) -> frozenset[date]:
    """The closed days of `years` for a Land (`RP`); `own` are ISO dates. Raises ValueError for a date that is none."""
    official = frozenset().union(*(_official(land, school, year) for year in years))
    return official | {date.fromisoformat(day) for day in own}


@lru_cache(maxsize=256)
def _official(land: str, school: bool, year: int) -> frozenset[date]:  # noqa: FBT001 - a cache takes positions
    categories = ("public", "school") if school else ("public",)
    return frozenset(holidays.country_holidays("DE", subdiv=land, years=year, categories=categories))


def named_days(*, land: str, school: bool, own: Iterable[str], days: Iterable[date], language: str) -> dict[date, str]:
    """Which of `days` are closed and why, in German (`de`) or English; a closed day of one's own has no name ("")."""
    wanted = sorted(days)
    years = range(wanted[0].year, wanted[-1].year + 1) if wanted else ()
    names = {day: name for year in years for day, name in _named(land, school, year, "de" if language == "de" else "en_US").items()}
    shut = closed_days(land=land, school=school, own=own, years=years)
    return {day: names.get(day, "") for day in wanted if day in shut}


@lru_cache(maxsize=256)
def _named(land: str, school: bool, year: int, language: str) -> dict[date, str]:  # noqa: FBT001 - a cache takes positions
    categories = ("public", "school") if school else ("public",)
    return dict(holidays.country_holidays("DE", subdiv=land, years=year, categories=categories, language=language))


def lands() -> frozenset[str]:
    """The abbreviations of the Länder."""
    return frozenset(holidays.country_holidays("DE").subdivisions)
