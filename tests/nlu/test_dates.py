"""Wishes for appointments in free text, in every language: what is found, and what must not be."""

import time
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from locales.registry import LANGUAGES
from nlu import entities
from nlu.text import prepare

TODAY = date(2026, 11, 21)  # a Saturday
_TABLE = yaml.safe_load(Path(__file__).with_name("wishes.yml").read_text(encoding="utf-8"))
WISHES: dict[str, dict[str, str]] = _TABLE["wishes"]
NOTHING: dict[str, list[str]] = _TABLE["nothing"]
_KEYS = ("weekday", "part", "day", "week", "speaks", "woman", "mode", "time", "after", "before", "deadline")


def _found(text: str, language: str | None) -> dict[str, str]:
    every = entities.find(prepare(text), language=language, today=TODAY)
    return {name: value for name, value in every.items() if name in _KEYS}


@pytest.mark.parametrize(("language", "text", "wish"), [(code, *row) for code, rows in WISHES.items() for row in rows.items()])
def test_wishes(language: str, text: str, wish: str) -> None:
    assert _found(text, language) == dict(pair.split("=") for pair in wish.split())


@pytest.mark.parametrize(("language", "text"), [(code, text) for code, texts in NOTHING.items() for text in texts])
def test_no_wish(language: str, text: str) -> None:
    assert _found(text, language if language in LANGUAGES else None) == {}


def test_every_language_is_tested() -> None:
    assert {code for code, rows in WISHES.items() if len(rows) >= 6} == set(LANGUAGES)


def test_a_word_of_two_languages_is_read_in_that_of_the_message() -> None:
    assert _found("Jutro", "pl") == {"day": "2026-11-22"}
    assert _found("Jutro", "sr") == {"part": "morning"}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("am 21.11.", "2026-11-21"),
        ("am 20.11.", "2027-11-20"),
        ("am 29.2.", "2028-02-29"),
        ("am 03.05.2019", "2019-05-03"),
        ("am 3.5.27", "2027-05-03"),
    ],
)
def test_a_date_without_year_is_the_next(text: str, day: str) -> None:
    assert _found(text, "de") == {"day": day}


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from([word for rows in WISHES.values() for text in rows for word in text.split()]), max_size=40).map(" ".join),
    st.sampled_from([None, *LANGUAGES]),
    st.dates(min_value=date(2020, 1, 1), max_value=date(2090, 12, 31)),
)
def test_any_text_is_read(text: str, language: str | None, today: date) -> None:
    found = entities.find(text, language=language, today=today)
    assert all(found.values())
    if "day" in found:
        assert date.fromisoformat(found["day"]).isoformat() == found["day"]
    if "time" in found:
        assert len(found["time"]) == 5
    assert found.get("weekday", "0") in set("0123456")
    assert found.get("speaks", "de") in LANGUAGES


@pytest.mark.parametrize(
    "sample", ["3.5.", "Donnerstag nicht ", "ich spreche Arabisch und ", "9" * 50, "المراجع ", "\u0301", "3 Mai ", "um 14 Uhr ", "пн "]
)
def test_time_grows_no_faster_than_the_length_of_a_hostile_text(sample: str) -> None:
    text = prepare((sample * 4000)[:4000])
    entities.find(text, today=TODAY)
    whole, quarter = (min(_seconds(part) for _ in range(5)) for part in (text, text[:1000]))
    assert whole < 8 * quarter + 0.005, "four times the length: 4 if it grows evenly, 16 if it grows with the square"


def _seconds(text: str) -> float:
    started = time.process_time()
    entities.find(text, today=TODAY)
    return time.process_time() - started
