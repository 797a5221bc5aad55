"""The record of a course: JSON Schema and handbook agree with it, it comes back from JSON as it was, and how long it is believed."""

import json
import re
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

import knowledge.courses
from knowledge.courses import freshness
from knowledge.courses.aliases import HEADINGS, VALUES
from knowledge.courses.fields import FIELDS, course_of
from knowledge.courses.record import (
    ACCESS,
    CHILDCARE,
    COURSE_TYPES,
    DEFAULTS,
    FORMATS,
    FUNDERS,
    KINDS,
    LEVELS,
    NAMES,
    REQUIRED,
    STATUSES,
    Course,
    of_json,
    to_json,
)
from tests.courses.sample import FULL, TODAY, course

ROOT = Path(__file__).parent.parent.parent
SCHEMA: dict[str, Any] = json.loads((Path(knowledge.courses.__file__).parent / "course.schema.json").read_text(encoding="utf-8"))
PROPERTIES: dict[str, dict[str, Any]] = SCHEMA["$defs"]["course"]["properties"]
WORDS = {
    "course_type": COURSE_TYPES,
    "funder": FUNDERS,
    "level_from": LEVELS,
    "level_to": LEVELS,
    "format": FORMATS,
    "childcare": CHILDCARE,
    "accessible": ACCESS,
    "allowed_status": STATUSES,
}


def test_every_field_can_be_read_named_and_explained() -> None:
    assert set(FIELDS) == set(HEADINGS) == set(NAMES)
    assert tuple(PROPERTIES) == NAMES
    assert all(each["description"].endswith(".") for each in PROPERTIES.values())


def test_the_schema_requires_what_the_record_requires_and_knows_its_defaults() -> None:
    assert tuple(SCHEMA["$defs"]["course"]["required"]) == REQUIRED
    assert {name: each["default"] for name, each in PROPERTIES.items() if "default" in each} == {
        name: value for name, value in DEFAULTS.items() if value not in {None, "", ()}
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_has_the_type_of_the_field(name: str) -> None:
    types = {
        "str": "string",
        "int": "integer",
        "float": "number",
        "bool": "boolean",
        "date": "string",
        "Decimal": "string",
        "tuple": "array",
    }
    hint = get_type_hints(Course)[name]
    bare = next((each for each in get_args(hint) if each is not type(None)), hint) if "None" in str(hint) else hint
    expected = "string" if PROPERTIES[name].get("enum") or name in {"time_from", "time_to"} else types[getattr(bare, "__name__", "tuple")]
    assert PROPERTIES[name].get("type", "string") == expected
    assert (PROPERTIES[name].get("format") == "date") is (getattr(bare, "__name__", "") == "date")


@pytest.mark.parametrize("name", WORDS)
def test_the_schema_and_the_files_know_the_same_words(name: str) -> None:
    listed = PROPERTIES[name].get("enum") or PROPERTIES[name]["items"]["enum"]
    assert tuple(listed) == WORDS[name]
    assert tuple(VALUES.get(name, LEVELS)) == WORDS[name]


@pytest.mark.parametrize("name", [name for name, each in PROPERTIES.items() if "maximum" in each or "maxLength" in each])
def test_the_schema_has_the_limits_of_the_files(name: str) -> None:
    limits = PROPERTIES[name]
    if "maximum" in limits:
        assert _refused(name, str(limits["maximum"] + 1))
        assert _refused(name, str(limits["minimum"] - 1))
        return
    starts = {
        "provider_url": "https://x.example/",
        "source_url": "https://x.example/",
        "contact_email": "a@example.org.",
        "contact_phone": "+49",
    }
    filler = "1" if name == "contact_phone" else "a"
    longest = starts.get(name, "").ljust(limits["maxLength"], filler)
    assert not _refused(name, longest)
    assert _refused(name, longest + filler)


def _refused(name: str, text: str) -> bool:
    """Whether a file with this cell beside what every course needs would be refused because of it."""
    cells = {
        "id": "K-1",
        "title": "Deutsch",
        "provider_name": "VHS",
        "course_type": "vhs",
        "last_checked": "2026-11-20",
        "lat": "49",
        "lon": "8",
    }
    return any(problem.severity == "error" for problem in course_of(cells | {name: text}, today=TODAY)[1])


@pytest.mark.parametrize("name", [name for name, each in PROPERTIES.items() if "pattern" in each])
def test_what_is_written_fits_the_patterns_of_the_schema(name: str) -> None:
    assert re.search(PROPERTIES[name]["pattern"], to_json(FULL)[name])


def test_the_sample_fills_every_field_so_that_no_test_overlooks_one() -> None:
    same = [name for name in DEFAULTS if getattr(FULL, name) == DEFAULTS[name]]
    assert same == []
    assert [name for name in NAMES if name not in to_json(FULL)] == ["places_free"]


def test_a_course_comes_back_from_json_as_it_was() -> None:
    for each in (FULL, course(), replace(FULL, places_free=3), replace(FULL, places_max=None, places_free=None)):
        assert of_json(json.loads(json.dumps(to_json(each)))) == each
    assert to_json(course()) == {
        "id": "A-1",
        "title": "Kurs A-1",
        "provider_name": "VHS Musterstadt (Demo)",
        "course_type": "vhs",
        "last_checked": "2026-11-21",
    }


@pytest.mark.parametrize(
    ("most", "booked", "given", "free"),
    [(20, 17, None, 3), (20, 23, None, 0), (20, None, None, None), (None, 3, None, None), (20, 17, 5, 5), (None, None, 0, 0)],
)
def test_free_places_are_worked_out_if_they_are_not_given(
    most: int | None, booked: int | None, given: int | None, free: int | None
) -> None:
    assert course(places_max=most, places_booked=booked, places_free=given).places_free == free


def test_every_type_is_of_a_kind_but_other() -> None:
    assert {name for types in KINDS.values() for name in types} == set(COURSE_TYPES) - {"other"}


@pytest.mark.parametrize(("days", "older"), [(0, False), (30, False), (31, True)])
def test_a_course_is_older_when_nobody_confirmed_it_for_30_days(days: int, older: bool) -> None:  # noqa: FBT001
    assert freshness.is_older(course(last_checked=TODAY - timedelta(days=days)), TODAY) is older


def test_a_course_is_older_after_its_own_date_and_over_after_its_last_day() -> None:
    yesterday = TODAY - timedelta(days=1)
    assert [freshness.is_older(course(valid_until=day), TODAY) for day in (None, yesterday, TODAY)] == [False, True, False]
    assert [freshness.has_ended(course(end_date=day), TODAY) for day in (None, yesterday, TODAY)] == [False, True, False]


@pytest.mark.parametrize(("days", "free", "known"), [(0, 0, True), (7, 3, True), (8, 3, False), (0, None, False)])
def test_free_places_are_known_for_a_week(days: int, free: int | None, known: bool) -> None:  # noqa: FBT001
    assert freshness.places_known(course(last_checked=TODAY - timedelta(days=days), places_free=free), TODAY) is known


def test_the_handbook_explains_every_field_word_and_heading() -> None:
    handbook = (ROOT / "docs" / "courses.md").read_text(encoding="utf-8")
    rows = {row.split("|")[1].strip(" `*"): row for row in handbook.splitlines() if row.startswith("| `") and row.count("|") == 4}
    for each in fields(Course):
        missing = [word for word in (*HEADINGS[each.name], *VALUES.get(each.name, {})) if word not in rows[each.name]]
        assert missing == [], each.name
        assert ("**" in rows[each.name].split("|")[1]) is (each.name in REQUIRED)
    spelt = [word for words in VALUES.values() for others in words.values() for word in others if f"{word}" not in handbook]
    assert spelt == []
