"""The day it is where people are: "tomorrow" said after midnight in Germany is not the day that it still is in UTC."""

from datetime import UTC, date, datetime

from store.types import today_here


def test_after_midnight_in_germany_it_is_the_next_day() -> None:
    assert today_here(datetime(2026, 11, 23, 22, 59, tzinfo=UTC)) == date(2026, 11, 23)
    assert today_here(datetime(2026, 11, 23, 23, 0, tzinfo=UTC)) == date(2026, 11, 24)
    assert today_here(datetime(2026, 7, 1, 22, 0, tzinfo=UTC)) == date(2026, 7, 2)
