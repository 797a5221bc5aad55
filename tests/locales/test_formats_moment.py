"""Dates with weekday and time in all languages, at both clock changes of 2026."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date

from locales.bidi import FSI, PDI
from locales.formats import day_without_year, full_date, locale, long_date, moment
from locales.registry import LANGUAGES

BERLIN = ZoneInfo("Europe/Berlin")
CHANGES = [
    (datetime(2026, 3, 28, 13, 30, tzinfo=UTC), "14:30", date(2026, 3, 28)),
    (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "01:59", date(2026, 3, 29)),
    (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "03:00", date(2026, 3, 29)),
    (datetime(2026, 3, 29, 22, 30, tzinfo=UTC), "00:30", date(2026, 3, 30)),
    (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "02:30", date(2026, 10, 25)),
    (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "02:30", date(2026, 10, 25)),
    (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), "23:59", date(2026, 10, 25)),
    (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), "00:00", date(2026, 10, 26)),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("at", "clock", "day"), CHANGES)
def test_it_says_weekday_day_month_in_words_year_and_the_clock_on_the_wall(language: str, at: datetime, clock: str, day: date) -> None:
    text = moment(language, at, BERLIN)
    weekday = locale(language).days["format"]["wide"][day.weekday()]
    assert weekday in text
    month = format_date(day, "MMMM", locale=locale(language))
    assert text.count(clock) == text.count(month) == 1
    rest = re.findall(r"\d+", text.replace(clock, "").replace(month, ""))
    assert sorted(rest) == sorted([str(day.day), "2026"])
    assert not re.search("[٠-٩۰-۹]", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_right_to_left_languages_isolate_it(language: str) -> None:
    text = moment(language, CHANGES[0][0], BERLIN)
    assert (text.startswith(FSI) and text.endswith(PDI)) == LANGUAGES[language].rtl
    assert text.count(FSI) == text.count(PDI) == LANGUAGES[language].rtl


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Sonntag, 29. März 2026, 03:00 Uhr"),
        ("en", "Sunday, March 29, 2026, 03:00"),
        ("prs", f"{FSI}یکشنبه 29 مارچ 2026، ساعت 03:00{PDI}"),
        ("ar", f"{FSI}الأحد، 29 مارس 2026، 03:00{PDI}"),
        ("ckb", f"{FSI}یەکشەممە، 29ی ئازاری 2026 03:00{PDI}"),
        ("uk", "неділя, 29 березня 2026\u202fр., 03:00"),
    ],
)
def test_examples(language: str, said: str) -> None:
    assert moment(language, CHANGES[2][0], BERLIN) == said


def test_sorani_dates_begin_with_the_weekday_and_end_with_the_year() -> None:
    day = date(2026, 11, 24)
    assert long_date("ckb", day) == f"{FSI}24ی تشرینی دووەمی 2026{PDI}"
    assert full_date("ckb", day) == f"{FSI}سێشەممە، 24ی تشرینی دووەمی 2026{PDI}"
    assert day_without_year("ckb", day) == f"{FSI}سێشەممە، 24ی تشرینی دووەم{PDI}"
