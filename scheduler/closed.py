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


def lands() -> frozenset[str]:
    """The abbreviations of the Länder."""
    return frozenset(holidays.country_holidays("DE").subdivisions)
