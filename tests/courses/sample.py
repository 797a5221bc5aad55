"""Courses for the tests of the catalogue: plainly fictional, every field filled in, as many as wanted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from knowledge.courses.record import COURSE_TYPES, Course

TODAY = date(2026, 11, 21)
FULL = Course(
    id="VHS-2027-014",
    title="Integrationskurs am Abend – „Ankommen“; mit Übung",
    provider_name="Volkshochschule Musterstadt (Demo)",
    provider_url="https://vhs.example.org",
    contact_phone="+49 (0)6341 000-00",
    contact_email="kurse@example.org",
    course_type="integration_general",
    funder="BAMF",
    level_from="A1",
    level_to="B1",
    total_ue=600,
    ue_per_week=20,
    start_date=date(2027, 1, 11),
    end_date=date(2027, 7, 30),
    registration_deadline=date(2026, 12, 31),
    rolling_entry=True,
    weekdays=(0, 2, 4),
    time_from=18 * 60,
    time_to=20 * 60 + 15,
    format="hybrid",
    address="Musterstraße 1",
    postcode="00001",
    town="Lotsenau",
    lat=49.198312,
    lon=8.117,
    district_key="00000",
    nearest_stop="Musterplatz",
    childcare="on_request",
    women_only=True,
    accessible="partly",
    places_max=20,
    places_booked=23,
    waiting_list=True,
    fee_per_ue=Decimal("2.29"),
    fee_note="-- Ermäßigung möglich",
    exemption_possible=True,
    travel_subsidy_possible=True,
    entry_condition_text="Berechtigung\noder Verpflichtung",
    allowed_status=("claim", "obliged"),
    certificate='DTZ "Zuwanderer"',
    language_of_instruction="Deutsch",
    source_name="Musterliste",
    source_url="https://vhs.example.org/kurs/14?x=1;y=2",
    last_checked=date(2026, 11, 20),
    valid_until=date(2027, 2, 1),
    notes="- Raum 3\n+ Aufzug\n'Anführung'; دورة اللغة",
)


def course(key: str = "A-1", **changes: Any) -> Course:
    """A course with what every course needs."""
    plain = Course(id=key, title=f"Kurs {key}", provider_name="VHS Musterstadt (Demo)", course_type="vhs", last_checked=TODAY)
    return replace(plain, **changes)


def many(count: int) -> Iterator[Course]:
    """Different courses, numbered from 00000."""
    for number in range(count):
        yield replace(
            FULL,
            id=f"K-{number:05d}",
            title=f"Deutschkurs {number} in Musterort {number % 97}",
            course_type=COURSE_TYPES[number % len(COURSE_TYPES)],
            start_date=TODAY + timedelta(days=number % 200),
            end_date=TODAY + timedelta(days=number % 200 + 100),
            postcode=f"{10000 + number % 80000}",
            lat=round(47.5 + number % 700 / 100, 4),
            places_booked=number % 21,
            fee_note="",
            places_free=None,
        )
