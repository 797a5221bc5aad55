"""Reading files of courses: what Excel writes in German, and every mistake with the words that an editor reads about it."""

import csv
import io
import json
import string
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.courses import csv_file, json_file, read
from knowledge.courses.aliases import FIELD_OF, HEADINGS, VALUES, plain
from knowledge.courses.fields import MOST_ERRORS, course_of
from knowledge.courses.problem_words import SENTENCES
from knowledge.courses.problems import Problem, line, sentence, shown
from knowledge.courses.record import NAMES, Course
from knowledge.courses.sheet import Sheet
from tests.courses.sample import FULL, TODAY, course, many

FILES = Path(__file__).parent / "files"
BROKEN: dict[str, Any] = yaml.safe_load((FILES / "broken.yml").read_text(encoding="utf-8"))
HEAD = "id;title;provider_name;course_type;last_checked"
ROW = "K-1;Deutsch;VHS (Demo);vhs;2026-11-20"


def sheet_of(text: str, encoding: str = "utf-8") -> Sheet:
    return read.read("kurse.csv", text.encode(encoding), today=TODAY)


def cell(name: str, text: str) -> Any:
    """The value of one cell; what is wrong is the code of the problem."""
    cells = dict(zip(HEAD.split(";"), ROW.split(";"), strict=True)) | {name: text}
    found, problems = course_of(cells, today=TODAY)
    return getattr(found, name) if found else problems[0].code


EXCEL = [
    course(
        "DaZ 12/3",
        title='Frauenkurs "Ankommen"; mit Spaß',
        provider_name="Bildungsträger Übermut (Demo)",
        contact_phone="06341 000-00",
        contact_email="kurse@example.org",
        course_type="integration_women",
        funder="BAMF",
        level_from="A1",
        level_to="B1",
        start_date=TODAY.replace(2027, 1, 11),
        end_date=TODAY.replace(2027, 7, 30),
        weekdays=(0, 2, 4),
        time_from=8 * 60 + 30,
        time_to=12 * 60 + 15,
        address="Musterstraße 1",
        postcode="76829",
        town="Lotsenau",
        lat=49.198312,
        lon=8.117,
        childcare="on_request",
        women_only=True,
        accessible="partly",
        places_max=20,
        places_booked=17,
        places_free=3,
        fee_per_ue=FULL.fee_per_ue,
        entry_condition_text="Berechtigung\noder Verpflichtung",
        allowed_status=("claim", "obliged"),
        last_checked=TODAY.replace(day=20),
        notes="Schöne Räume – 5 € Pfand",
    ),
    course(
        "DaZ 12/4",
        title="Deutsch für Ärzte",
        provider_name="Bildungsträger Übermut (Demo)",
        course_type="bsk_c1",
        level_to="C1",
        start_date=TODAY.replace(2027, 3, 1),
        weekdays=(0, 1, 2, 3),
        time_from=18 * 60,
        time_to=20 * 60 + 15,
        format="online",
        postcode="01067",
        childcare="none",
        places_max=1200,
        fee_per_ue=FULL.fee_per_ue and FULL.fee_per_ue * 0,
        fee_note="kostenlos",
        allowed_status=("any",),
    ),
    course(
        "DaZ 12/5",
        title="Sprachcafé",
        provider_name="Bürgertreff (Demo)",
        course_type="sprachcafe",
        funder="municipality",
        start_date=TODAY.replace(2026, 12, 1),
        weekdays=(5,),
        time_from=15 * 60,
        time_to=17 * 60,
        postcode="76829",
        town="Lotsenau",
        childcare="on_site",
        women_only=True,
        accessible="yes",
        last_checked=TODAY.replace(day=19),
    ),
]


@pytest.mark.parametrize("name", ["excel-windows-1252.csv", "excel-utf-8.csv", "excel-unicode-text.txt"])
def test_what_a_german_excel_writes_is_read(name: str) -> None:
    sheet = read.read(name, (FILES / name).read_bytes(), today=TODAY)
    expected = [replace(EXCEL[0], title='Frauenkurs "Ankommen", mit Spaß'), *EXCEL[1:]] if name.endswith(".txt") else EXCEL
    assert list(sheet.courses) == expected
    assert sheet.rows == 3
    assert [(problem.row, problem.column, problem.code, problem.severity) for problem in sheet.problems] == [
        (0, "interne Notiz", "extra_column", "hint"),
        (3, "PLZ", "zero", "warning"),
    ]


def test_commas_and_the_line_that_names_the_separator_are_understood() -> None:
    found = read.read("x", (FILES / "comma.csv").read_bytes(), today=TODAY)
    assert [(each.title, each.weekdays, str(each.fee_per_ue)) for each in found.courses] == [("Deutsch, am Morgen", (0, 2), "2.29")]
    found = read.read("x", (FILES / "sep-line.csv").read_bytes(), today=TODAY)
    assert ([each.id for each in found.courses], found.problems) == (["K-1"], [])


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_explained_in_both_languages(name: str) -> None:
    sheet = read.read(name, (FILES / name).read_bytes(), today=TODAY)
    said = [{"severity": problem.severity, "en": line(problem, "en"), "de": line(problem, "de")} for problem in sheet.problems]
    assert {"in order": len(sheet.courses), "problems": said} == BROKEN[name]


def test_every_file_of_the_folder_is_a_test() -> None:
    good = {"excel-windows-1252.csv", "excel-utf-8.csv", "excel-unicode-text.txt", "comma.csv", "sep-line.csv", "broken.yml"}
    assert {each.name for each in FILES.iterdir() if each.suffix != ".html"} - good == set(BROKEN)
    assert len(BROKEN) > 12


def test_a_file_of_200_megabytes_is_refused_by_its_size_alone() -> None:
    refused = read.too_large(200 * 2**20)
    assert refused
    assert [line(problem) for problem in refused.problems] == [
        "The file: It has 200 MB; at most 64 MB can be read. Split it, or remove columns and rows that are not courses."
    ]
    assert read.too_large(read.MOST_BYTES) is None


def test_every_sentence_exists_in_both_languages_and_ends_as_a_sentence() -> None:
    names = {field for words in SENTENCES.values() for text in words.values() for _, field, _, _ in string.Formatter().parse(text) if field}
    data = dict.fromkeys(names, 7)
    for code, words in SENTENCES.items():
        problem = Problem(row=2, code=code, data=data)
        for language in ("de", "en"):
            assert set(words) == {"de", "en"}
            assert sentence(problem, language).endswith((".", "?", "].", "}.")), (code, language)


def test_every_heading_and_word_means_one_thing() -> None:
    headings = [plain(word) for name, words in HEADINGS.items() for word in (name, *words)]
    assert [each for each in headings if headings.count(each) > 1] == []
    assert set(FIELD_OF.values()) == set(NAMES)
    for name, words in VALUES.items():
        spelt = [each for meant, others in words.items() for each in {plain(word) for word in (meant, *others)}]
        assert len(set(spelt)) == len(spelt), (name, sorted(each for each in spelt if spelt.count(each) > 1))


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("start_date", "31.12.2026", TODAY.replace(month=12, day=31)),
        ("start_date", "1. 2. 27", TODAY.replace(2027, 2, 1)),
        ("start_date", "2027-02-01T00:00:00", TODAY.replace(2027, 2, 1)),
        ("start_date", "29.02.2028", TODAY.replace(2028, 2, 29)),
        ("start_date", "29.02.2027", "no_such_day"),
        ("start_date", "12/31/2026", "date"),
        ("start_date", "46387", "date"),
        ("start_date", "٣١.١٢.٢٠٢٦", "date"),
        ("time_from", "18:00", 1080),
        ("time_from", "18.00", 1080),
        ("time_from", "18 Uhr", 1080),
        ("time_from", "8h30", 510),
        ("time_from", "24:00", "time"),
        ("time_from", "18:60", "time"),
        ("time_from", "0,75", "time"),
        ("women_only", "WAHR", True),
        ("women_only", "x", True),
        ("women_only", "nein", False),
        ("women_only", "FALSCH", False),
        ("women_only", "evtl.", "flag"),
        ("weekdays", "Mo,Mi", (0, 2)),
        ("weekdays", "mon,wed", (0, 2)),
        ("weekdays", "Sa-So", (5, 6)),
        ("weekdays", "Fr bis Mo", (0, 4, 5, 6)),
        ("weekdays", "montags und donnerstags", (0, 3)),
        ("weekdays", "Di./Do.", (1, 3)),
        ("weekdays", "mon|wed;fri", (0, 2, 4)),
        ("weekdays", "Mo-", "days"),
        ("id", "26H #4.01-23/a (neu)", "26H #4.01-23/a (neu)"),
        ("id", "<b>", "html_only"),
        ("id", "-1", "id"),
        ("weekdays", "jeden Tag", "days"),
        ("level_from", "b1", "B1"),
        ("level_from", "A 1", "A1"),
        ("level_from", "A1.2", "level_near"),
        ("level_from", "D1", "level"),
        ("total_ue", "1.200", 1200),
        ("total_ue", "600,00", 600),
        ("total_ue", "1.5", "number"),
        ("total_ue", "0", "range"),
        ("fee_per_ue", "EUR 2,3", "2.30"),
        ("fee_per_ue", "0", "0.00"),
        ("fee_per_ue", "2,291", "money"),
        ("fee_per_ue", "-1", "money"),
        ("postcode", "D-76829", "76829"),
        ("postcode", "7682", "07682"),
        ("postcode", "123", "postcode"),
        ("district_key", "7337", "07337"),
        ("district_key", "suedliche-weinstrasse", "suedliche-weinstrasse"),
        ("district_key", "SÜW", "district"),
        ("childcare", "auf Anfrage", "on_request"),
        ("format", "Präsenz", "presence"),
        ("funder", "kommune", "municipality"),
        ("course_type", "Start-Kurs Sprache und Schrift", "land_start_script"),
        ("course_type", "MIGRANTINNEN einfach stark im Alltag", "mia"),
        ("allowed_status", "alle; EU-Bürger", ("eu", "any")),
        ("allowed_status", "§ 24, jemand", "choice"),
        ("provider_url", "www.vhs.example.org/kurse", "https://www.vhs.example.org/kurse"),
        ("provider_url", "https://user@boese.example", "url"),
        ("provider_url", "http://x\\y", "url"),
        ("contact_phone", "+49 (0)6341 / 000-00", "+49 (0)6341 / 000-00"),
        ("contact_phone", "4,9E+11", "excel_number"),
        ("contact_email", "a@b", "email"),
        ("title", "  Deutsch \t für\nalle ", "Deutsch für alle"),
        ("title", "Deutsch < B1 & mehr", "Deutsch < B1 & mehr"),
        ("title", "&lt;img src=x onerror=alert(1)&gt;Deutsch", "Deutsch"),
        ("title", "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt; Deutsch", "&lt;script&gt;alert(1)&lt;/script&gt; Deutsch"),
        ("title", "=1+1", "formula"),
        ("title", "＝cmd|' /C calc'!A0", "formula"),
        ("title", "+cmd|' /C calc'!A0", "formula"),
        ("title", "-2+3+cmd()", "formula"),
        ("title", "- neu - Deutsch", "- neu - Deutsch"),
        ("title", "دورة \u200fB1\u200f – می‌خواهم", "دورة \u200fB1\u200f – می‌خواهم"),
        ("title", "a\u202eb\u2066c\x00d\ud800e\U000e0041", "abcde"),
        ("title", "\u202e\u200b", "required"),
        ("notes", "eins\r\n zwei \u2028drei", "eins\nzwei\ndrei"),
    ],
)
def test_what_a_cell_may_hold(name: str, text: str, value: Any) -> None:
    found = cell(name, text)
    assert (str(found) if name == "fee_per_ue" else found) == value


def test_rows_are_counted_as_excel_counts_them() -> None:
    sheet = sheet_of(f'{HEAD};notes\n{ROW};"eine\nzweite\nZeile"\n\n  ;;\n{ROW};\n')
    assert [(problem.row, problem.code) for problem in sheet.problems] == [(5, "duplicate")]
    assert (sheet.rows, sheet.courses[0].notes) == (2, "eine\nzweite\nZeile")


def test_a_value_that_turns_the_text_around_is_shown_harmlessly() -> None:
    assert shown("a\u202eb\n" + "x" * 100) == "a·b·" + "x" * 55 + "…"
    assert shown("") == ""


def test_a_file_of_nothing_but_mistakes_is_not_read_to_its_end() -> None:
    rows = "\n".join(f"K-{number};Titel {number};VHS;Falsche Art {number};" for number in range(50_000))
    sheet = sheet_of(f"{HEAD}\n{rows}\n")
    assert (len(sheet.problems), sheet.rows) == (MOST_ERRORS + 1, MOST_ERRORS // 2)
    assert line(sheet.problems[-1]) == (
        "The file: So much is wrong that nothing behind row 401 was looked at. Mend what is listed and try again."
    )
    assert read.read("x", json.dumps([{}] * 1000).encode(), today=TODAY).rows == MOST_ERRORS // 5


def test_many_warnings_are_counted_and_hide_no_error() -> None:
    rows = "".join(f"K-{number};<b>Deutsch</b>;VHS;vhs;2026-11-20\n" for number in range(300))
    sheet = sheet_of(f"{HEAD}\n{rows}K-0;Deutsch;VHS;vhs;2026-11-20\n")
    assert [problem.code for problem in sheet.problems[-2:]] == ["duplicate", "more_warnings"]
    assert (sheet.errors, sheet.problems[-1].data["count"]) == (1, 100)


def test_headings_may_have_line_breaks_and_empty_rows_before_them() -> None:
    sheet = sheet_of('\n;;;;\n"Kurs-\nNr.";Titel;"An\nbieter";Kursart;Stand\n' + ROW + "\n;;;;x\n")
    assert [each.id for each in sheet.courses] == ["K-1"]
    assert {problem.row for problem in sheet.problems} == {5}
    assert sheet_of("x" * 200_000).problems[0].code == "no_heading"
    assert sheet_of(f"{HEAD}\n{'x' * 200_000}\n").problems[0].code == "quote"


def hostile() -> Iterator[Course]:
    """Courses whose texts a spreadsheet might compute, or a careless reader take apart."""
    for number, text in enumerate(["-1", "+49 1", "@home", "'quoted'", "'=x", "''-", 'a"b;c', "- x\n\n+ y", "＋", "–"]):
        yield course(f"K-{number}", title=" ".join(text.split()), notes=text)


def test_csv_and_json_come_back_exactly_as_they_were() -> None:
    everything = [FULL, replace(FULL, id="K", places_free=0), *hostile(), *many(200)]
    # A text that begins with "'=" cannot come from a file; it must not become a formula anyway.
    from_files = [each for each in everything if "=x" not in each.notes]
    for write in (csv_file.write, json_file.write):
        sheet = read.read("x", write(from_files), today=TODAY)
        assert [problem for problem in sheet.problems if problem.severity != "warning"] == []
        assert list(sheet.courses) == from_files
        assert write(sheet.courses) == write(from_files)


def test_no_cell_of_an_export_is_a_formula() -> None:
    rows = csv.reader(io.StringIO(csv_file.write(hostile()).decode("utf-8-sig")), delimiter=";")
    cells = [text for row in rows for text in row]
    assert sum(text.startswith("'") for text in cells) > 10
    assert not [text for text in cells if text[:1] in set("=+-@\t\r＝＋－＠") - {""} and text]


def test_an_export_is_a_table_for_a_german_excel() -> None:
    content = csv_file.write([FULL])
    assert content.startswith(b"\xef\xbb\xbfid;title;")
    row = dict(zip(NAMES, list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))[1], strict=True))
    found = {name: row[name] for name in ("lat", "fee_per_ue", "start_date", "time_from", "weekdays", "women_only", "places_free")}
    assert found == {
        "lat": "49,198312",
        "fee_per_ue": "2,29",
        "start_date": "2027-01-11",
        "time_from": "18:00",
        "weekdays": "mon,wed,fri",
        "women_only": "yes",
        "places_free": "",
    }


def test_the_template_is_itself_in_order() -> None:
    sheet = read.read("x", read.template(today=TODAY), today=TODAY)
    assert (len(sheet.courses), list(sheet.problems)) == (1, [])


def test_json_may_be_a_list_or_an_object_with_one_and_in_utf_16() -> None:
    fields = {
        "id": "K-1",
        "title": "Deutsch",
        "provider_name": "VHS (Demo)",
        "course_type": "vhs",
        "last_checked": "2026-11-20",
        "lat": None,
    }
    one = json.dumps([fields]).encode()
    for content in (one, b'\xef\xbb\xbf{ "courses": ' + one + b"}\n", one.decode().encode("utf-16")):
        sheet = read.read("x", content, today=TODAY)
        assert ([each.id for each in sheet.courses], list(sheet.problems)) == (["K-1"], [])


@pytest.mark.parametrize(
    "content", [b"[" * 200_000, b"[NaN]", b"[1e999999]", b"[" + b"9" * 10_000 + b"]", b'[{"id": "\\ud800"}]', b"[{}]x", b"[]", b"{"]
)
def test_hostile_json_is_refused_and_never_raises(content: bytes) -> None:
    assert read.read("x", content, today=TODAY).errors


@pytest.mark.parametrize("write", [csv_file.write, json_file.write])
def test_progress_is_told(write: Callable[[Iterable[Course]], bytes]) -> None:
    told: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> None:
        told.append((done, total))

    content = write(many(1200))
    read.read("x", content, today=TODAY, progress=tell)
    assert len(told) > 1
    assert told == sorted(told)
    assert told[-1][0] <= told[-1][1]
