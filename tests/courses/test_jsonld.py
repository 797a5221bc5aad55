"""Courses on providers' pages: schema.org as real pages write it, with all that is wrong in them."""

import json
from pathlib import Path
from typing import Any

import pytest

from knowledge.courses import jsonld
from knowledge.courses.jsonld import courses_of, feed_of
from knowledge.courses.sheet import Loader, Sheet
from tests.courses.sample import TODAY, course

FILES = Path(__file__).parent / "files"
URL = "https://www.vhs-lotsenau.example/kurse/kurs/Deutsch-B1-am-Abend/271L40405"


def page(*blocks: Any) -> bytes:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(block)}</script>' for block in blocks)
    return f"<html><head>{scripts}</head></html>".encode()


def of(*blocks: Any) -> Sheet:
    return courses_of(page(*blocks), url=URL, today=TODAY)


def test_the_loader_is_one_function() -> None:
    loader: Loader = courses_of
    assert loader(b"", url=URL, today=TODAY).errors == 1


def test_a_page_of_a_volkshochschule() -> None:
    sheet = courses_of((FILES / "page-vhs.html").read_bytes(), url=URL, today=TODAY)
    assert list(sheet.problems) == []
    assert list(sheet.courses) == [
        course(
            "vhs-lotsenau.example/271L40405",
            title="Deutsch B1 am Abend (für Berufstätige)",
            provider_name="vhs-lotsenau.example",
            provider_url="https://www.vhs-lotsenau.example/",
            course_type="vhs",
            level_from="B1",
            level_to="B1",
            start_date=TODAY.replace(2027, 1, 18),
            end_date=TODAY.replace(2027, 6, 28),
            time_from=18 * 60,
            time_to=20 * 60 + 15,
            address="VHS in Lotsenau, Musterweg 8",
            postcode="00001",
            town="Lotsenau",
            source_name="vhs-lotsenau.example",
            source_url=URL,
        )
    ]


def test_a_page_with_a_graph_lists_and_mistakes() -> None:
    sheet = courses_of((FILES / "page-mixed.html").read_bytes(), url="https://vhs.example.org/programm", today=TODAY)
    assert [(problem.row, problem.column, problem.code, problem.severity) for problem in sheet.problems] == [
        (0, "", "other_courses", "hint"),
        (3, "title", "html", "warning"),
    ]
    assert sheet.problems[0].data == {"count": 4}
    literacy = {
        "title": "Integrationskurs mit Alphabetisierung",
        "provider_name": "Volkshochschule Lotsenau (Demo)",
        "provider_url": "https://vhs.example.org/ueber-uns",
        "contact_phone": "06341 000-00",
        "contact_email": "kurse@example.org",
        "course_type": "integration_literacy",
        "certificate": "Zertifikat Integrationskurs",
        "entry_condition_text": "Berechtigung oder Verpflichtung",
        "language_of_instruction": "de",
        "source_name": "Volkshochschule Lotsenau (Demo)",
        "source_url": "https://vhs.example.org/kurs/I-27-3",
        "places_free": 0,
        "fee_note": "458,00 EUR",
    }
    assert list(sheet.courses) == [
        course(
            "vhs.example.org/I-27-3",
            **literacy,
            start_date=TODAY.replace(2027, 2, 1),
            end_date=TODAY.replace(2027, 12, 17),
            weekdays=(0, 2, 4),
            time_from=8 * 60 + 30,
            time_to=12 * 60,
            address="Haus am Markt, Marktplatz 3",
            postcode="00002",
            town="Musterbach",
            lat=49.2,
            lon=8.1,
            places_max=16,
        ),
        course("vhs.example.org/I-27-3/2027-04-05", **literacy, start_date=TODAY.replace(2027, 4, 5), format="online"),
        course(
            "example.org/77",
            title="Berufssprachkurs B2 Pflege",
            provider_name="Bildungswerk Muster (Demo)",
            provider_url="https://vhs.example.org/",
            course_type="bsk_b2",
            level_from="B2",
            level_to="B2",
            format="hybrid",
            places_free=4,
            source_name="Bildungswerk Muster (Demo)",
            source_url="https://www.example.org/kurse/77",
        ),
    ]


def test_one_slip_in_an_optional_field_does_not_cost_the_course() -> None:
    sheet = of(
        {"@type": "Course", "name": "Deutsch A1", "provider": {"name": "VHS (Demo)", "telephone": "bitte mailen", "email": "=cmd()"}}
    )
    assert [(each.title, each.contact_phone, each.contact_email) for each in sheet.courses] == [("Deutsch A1", "", "")]
    assert [(problem.column, problem.code, problem.severity) for problem in sheet.problems] == [
        ("contact_phone", "phone", "warning"),
        ("contact_email", "formula", "warning"),
    ]


def test_a_course_with_a_wrong_title_is_an_error_and_the_others_are_read() -> None:
    sheet = of({"@type": "Course", "name": "=Deutsch()", "courseCode": "1"}, {"@type": "Course", "name": "Deutsch A1", "courseCode": "2"})
    assert ([each.title for each in sheet.courses], sheet.errors, sheet.rows) == (["Deutsch A1"], 1, 2)


@pytest.mark.parametrize(
    ("title", "kind", "levels"),
    [
        ("Deutsch von A2 nach B1", "vhs", ("A2", "B1")),
        ("Deutsch A1.2 intensiv", "vhs", ("A1", "A1")),
        ("Berufssprachkurs", "bsk_special", ("", "")),
        ("Frauenintegrationskurs", "integration_women", ("", "")),
        ("Erstorientierungskurs Deutsch", "eok", ("", "")),
        ("MiA – Deutsch für Frauen", "mia", ("", "")),
        ("Sprachcafé", "sprachcafe", ("", "")),
        ("Integrationskurs für Eltern A1", "integration_parents", ("A1", "A1")),
    ],
)
def test_the_title_says_what_kind_of_course_it_is(title: str, kind: str, levels: tuple[str, str]) -> None:
    found = of({"@type": "Course", "name": title}).courses[0]
    assert (found.course_type, (found.level_from, found.level_to)) == (kind, levels)


def test_the_same_course_twice_is_one_and_two_on_one_day_are_two() -> None:
    one = {"@type": "Course", "name": "Deutsch A1", "courseCode": "7"}
    twice = [{"@type": "CourseInstance", "startDate": "2027-01-04", "courseMode": mode} for mode in ("online", "onsite", "blended")]
    assert [each.id for each in of(one, one).courses] == ["vhs-lotsenau.example/7"]
    ids = [each.id.removeprefix("vhs-lotsenau.example/") for each in of({**one, "hasCourseInstance": twice}).courses]
    assert ids == ["7", "7/2027-01-04", "7/2027-01-04-2"]


def test_a_moment_in_another_zone_is_read_on_the_clock_here() -> None:
    instance = {"startDate": "2027-01-04T23:30:00Z", "endDate": "2027-01-05T00:30:00Z"}
    found = of({"@type": "Course", "name": "Deutsch", "hasCourseInstance": instance}).courses[0]
    assert (found.start_date, found.time_from, found.time_to, found.weekdays) == (TODAY.replace(2027, 1, 5), 30, 90, (1,))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00<script type='application/ld+json'>",
        page([[[[[]]]]], 7, None, "x"),
        page({"@type": 7, "name": "Deutsch"}),
        page({"@type": "Course", "name": {"name": {"name": {"name": {"name": {"name": "Deutsch"}}}}}}),
        b'<script type="application/ld+json">' + b"[" * 100_000,
        b'<script type="application/ld+json">' + b'{"a":' * 900 + b"1" + b"}" * 900,
        page({"@type": "Course", "hasCourseInstance": {"@id": "#loop"}}, {"@id": "#loop", "@type": "Course"}),
        page({"@type": "Course", "name": "Deutsch", "url": "javascript:alert(1)", "hasCourseInstance": [None, 7, {"startDate": ["x"]}]}),
        page({"@type": "Course", "name": "Deutsch", "url": "http://[", "offers": [], "location": [{"address": [1]}]}),
    ],
)
def test_a_hostile_page_never_raises(content: bytes) -> None:
    for found in courses_of(content, url=URL, today=TODAY).courses:
        assert found.source_url.startswith("https://")


def test_addresses_and_feeds() -> None:
    assert feed_of(URL) == "jsonld:vhs-lotsenau.example"
    assert len(feed_of(f"https://{'a' * 99}.example")) == 64
    assert [jsonld.is_address(text) for text in (URL, "http://x", "kurse.csv", "C:\\kurse.csv")] == [True, True, False, False]
