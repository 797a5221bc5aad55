"""Opening hours, written down in German: said in every language, and left alone where not every word is understood."""

import re

import pytest

from knowledge.loader import load
from locales.bidi import FSI, PDI
from locales.formats import weekday
from locales.hours import opening_hours
from locales.registry import LANGUAGES

GERMAN = ("de", "de-simple")
FOREIGN = [code for code in LANGUAGES if code not in GERMAN]
KNOWLEDGE = load()
WRITTEN = sorted(
    {office.hours for overlay in KNOWLEDGE.overlays.values() for office in overlay.offices.values() if office.hours}
    | {contact.hours for contact in KNOWLEDGE.contacts.values() if contact.hours}
)
ALL_WORDS = "täglich 8–12 Uhr nur mit Termin, sonst geschlossen, Do auch ohne Termin, sonst mit Termin"


@pytest.mark.parametrize(
    ("german", "english"),
    [
        ("Mo–Fr 8–12 Uhr", "Monday–Friday 08:00–12:00"),
        ("Mo, Di, Do 8–12 Uhr, mit Termin", "Monday, Tuesday, Thursday 08:00–12:00, with appointment"),
        ("Mo–Fr 8–12 Uhr, Do auch 14–18 Uhr", "Monday–Friday 08:00–12:00, Thursday also 14:00–18:00"),
        (
            "Di 10–12 Uhr ohne Termin, sonst mit Termin",
            "Tuesday 10:00–12:00 without appointment, at other times with appointment",
        ),
        ("Mo–Sa 14–20", "Monday–Saturday 14:00–20:00"),
        ("Mo - Fr: 8.30 bis 12 Uhr und 14 Uhr bis 16:30 Uhr", "Monday–Friday 08:30–12:00, 14:00–16:30"),
        ("Montag bis Freitag von 9 bis 12 Uhr (nur nach Vereinbarung)", "Monday–Friday 09:00–12:00 (only with appointment)"),
        ("Mo. und Di. 0–24 Uhr", "Monday, Tuesday 00:00–24:00"),
        ("Mo–Do 9–12 Uhr; Fr geschlossen", "Monday–Thursday 09:00–12:00, Friday closed"),
        ("Mo 9–12 Uhr\nMi 14–16 Uhr", "Monday 09:00–12:00, Wednesday 14:00–16:00"),
        ("täglich 8–20 Uhr", "Monday–Sunday 08:00–20:00"),
        ("dienstags nach Vereinbarung", "Tuesday with appointment"),
        ("", ""),
    ],
)
def test_what_offices_usually_write_is_said_in_english(german: str, english: str) -> None:
    assert opening_hours("en", german) == english


@pytest.mark.parametrize(
    "german",
    [
        "Mo–Fr 8–12 Uhr außer Mi",
        "jeden 1. Di im Monat 9–12 Uhr",
        "Mo–Fr 8–12 Uhr, Eingang im Hof",
        "am 24.12.–31.12. geschlossen",
        "Mo 8–25 Uhr",
        "Do ab 14 Uhr",
        "Tel. 0261 12-34",
        "so lange Plätze frei sind",
    ],
)
@pytest.mark.parametrize("language", ["en", "ar", "am"])
def test_what_is_not_wholly_understood_stays_as_it_was_written(german: str, language: str) -> None:
    assert opening_hours(language, german) == german


@pytest.mark.parametrize("language", GERMAN)
@pytest.mark.parametrize("german", [*WRITTEN, ALL_WORDS])
def test_germans_read_what_the_office_wrote(german: str, language: str) -> None:
    assert opening_hours(language, german) == german


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize("german", [*WRITTEN, ALL_WORDS])
def test_no_german_word_is_left_in_the_shipped_hours(german: str, language: str) -> None:
    said = opening_hours(language, german)
    assert not re.search(r"\b(Uhr|Termin|auch|sonst|täglich|geschlossen)\b|\b(Mo|Di|Mi|Do|Fr|Sa)\b", said)
    assert any(weekday(language, day) in said for day in range(7))
    assert len(re.findall(r"\d\d:\d\d–\d\d:\d\d", said)) == len(re.findall(r"\d–\d", german))


@pytest.mark.parametrize("language", FOREIGN)
def test_times_run_from_left_to_right_in_every_script(language: str) -> None:
    said = opening_hours(language, "Mo–Fr 8–12 Uhr, mit Termin")
    assert (f"{FSI}08:00–12:00{PDI}" in said) == LANGUAGES[language].rtl
    assert ("،" in said) == LANGUAGES[language].rtl


@pytest.mark.parametrize("language", ["am", "ti"])
def test_where_hours_are_counted_from_six_each_time_is_said_to_be_the_german_one(language: str) -> None:
    said = opening_hours(language, "Mo–Fr 8–12 Uhr, Do auch 14–18 Uhr")
    assert len(re.findall(r"\d\d:\d\d–\d\d:\d\d \([^)]+\)", said)) == 2
