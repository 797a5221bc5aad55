"""Each mistake that an editor can make is found, and nothing is found where there is none."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from knowledge import findings, loader
from knowledge.check import as_json, check
from knowledge.check_text import numbers, phones
from tests.knowledge.conftest import edit

TODAY = date(2026, 11, 21)
HERE = "content/health/emergency/"
FILES = ("article.yml", "de.md", "de-simple.md", "en.md", "ar.md", "es.md", "vi.md")
ARTICLE, GERMAN, SIMPLE, ENGLISH, ARABIC, SPANISH, VIETNAMESE = (HERE + name for name in FILES)
OVERLAY = "overlays/testkreis/overlay.yml"

# What is changed in which file, what is found there.
MISTAKES = [
    ("unreadable", ARTICLE, "facts: [", "facts: [["),
    ("unreadable", GERMAN, "## details", "## detail"),
    ("unreadable", ENGLISH, "translated_by", "translator"),
    ("bidi-control", ARABIC, "0800", "\u20660800"),
    ("bidi-control", ENGLISH, "Call", "\u202eCall"),
    ("missing-field", ARTICLE, "audience: [everyone]", ""),
    ("missing-field", ARTICLE, "facts: [TE-01, TE-02]", "facts: []"),
    ("missing-field", ARTICLE, '\n  - {name: Seen, url: "https://seen.de", date: "2026-01"}', " []"),
    ("missing-field", ENGLISH, "translated_by: machine\n", ""),
    ("missing-field", ENGLISH, "title: Emergency\n", ""),
    ("missing-field", OVERLAY, "name: Jobcenter Testkreis, ", ""),
    ("unknown-field", ARTICLE, "audience:", "audiences: []\naudience:"),
    ("unknown-field", ARTICLE, 'date: "2026-01"', 'date: "2026-01", when: x'),
    ("unknown-field", OVERLAY, "url:", "link:"),
    ("bad-value", ARTICLE, "checked_on: 2026-11-21", "checked_on: '2026-11-21'"),
    ("bad-value", ARTICLE, "checked_on: 2026-11-21", "checked_on: 2026-11-22"),
    ("bad-value", ARTICLE, '"2026-01"', '"2026-13"'),
    ("bad-value", ARTICLE, "[jobcenter]", "jobcenter"),
    ("bad-value", ARTICLE, "[health/doctor]", "[health/doctor, health/emergency]"),
    ("bad-value", ARTICLE, "[helpline]", "[{helpline: 1}]"),
    ("bad-value", OVERLAY, "slug: testkreis", "slug: anderswo"),
    ("unknown-fact", ARTICLE, "TE-02", "TE-99"),
    ("unknown-fact", "contacts.yml", "fact: TE-02", "fact: TE-98"),
    ("weak-fact", ARTICLE, "TE-02", "TE-03"),
    ("weak-fact", "contacts.yml", "fact: TE-02", "fact: TE-03"),
    ("unknown-related", ARTICLE, "[health/doctor]", "[health/doktor]"),
    ("unknown-contact", ARTICLE, "[helpline]", "[help]"),
    ("unknown-office", ARTICLE, "[jobcenter]", "[job_centre]"),
    ("unknown-office", OVERLAY, "jobcenter:", "job_centre:"),
    ("unknown-audience", ARTICLE, "[everyone]", "[anyone]"),
    ("unknown-action", ARTICLE, "type=literacy", "type=cooking"),
    ("unknown-action", ARTICLE, "call:helpline", "call:portal"),
    ("unknown-action", ARTICLE, "open:https", "open:http"),
    ("unknown-address", ARTICLE, "open:https://seen.de", "open:https://unseen.de"),
    ("unknown-address", ENGLISH, "hilfe-beispiel.de", "hilfe-beispel.de"),
    ("insecure-address", ARTICLE, 'https://seen.de"', 'http://seen.de"'),
    ("insecure-address", OVERLAY, "https://", "http://"),
    ("review-overdue", ARTICLE, "review_by: 2027-02-15", "review_by: 2026-11-20"),
    ("review-too-late", ARTICLE, "review_by: 2027-02-15", "review_by: 2027-02-20"),
    ("contact-number", "contacts.yml", "0800 111 0 222", "0800 111 0 223"),
    ("numbers-differ", ENGLISH, "0800 111 0 222", "0800 111 0 223"),
    ("numbers-differ", ARABIC, "٢٠٢٦", "٢٠٢٧"),
    ("numbers-differ", ENGLISH, "Bring 2 papers", "Bring papers"),
    ("numbers-differ", ENGLISH, "from 2026", "from 2026, 2026,"),
    ("numbers-differ", "overlays/testkreis/additions/health/emergency/en.md", "7", "8"),
    ("unknown-phone", ENGLISH, "0800 111 0 222", "0800 111 0 223"),
    ("unknown-phone", GERMAN, "0800 111 0 222", "+49 800 111 0 229"),
    ("unknown-phone", ARABIC, "0800 111 0 222", "٠٨٠٠ ١١١ ٠ ٢٢٣"),
    ("not-stamped", ENGLISH, "source:", "# source:"),
    ("answer-too-long", ENGLISH, "Call 112", "Call 112 " + "at once " * 70),
    ("answer-too-many-sentences", ENGLISH, "Call 112 if it is", "Call 112. Now. Please. If it is"),
    ("answer-too-many-sentences", ENGLISH, "Call 112 if", "Call 112\nif\nit\nis, if"),
    ("details-too-long", ENGLISH, "The job centre", "The job centre " + "which is there " * 130),
    ("markup", ENGLISH, "dangerous", "**dangerous**"),
    ("markup", ENGLISH, "dangerous", "<b>dangerous</b>"),
    ("markup", ENGLISH, "dangerous", "[dangerous](danger)"),
    ("markup", ENGLISH, "- Bring", "### Bring"),
    ("markup", ENGLISH, "- Bring", "* Bring"),
    ("title-too-long", ENGLISH, "title: Emergency\n", f"title: {'Emergency ' * 12}\n"),
    (
        "missing-field",
        ARABIC,
        "يساعد الجوب سنتر (Jobcenter) منذ ٢٠٢٦ بمبلغ 50 يورو. المزيد على hilfe-beispiel.de.\n\n- أحضر معك 2 أوراق.\n",
        "",
    ),
    ("numbers-differ", SPANISH, "112", "113"),
    (
        "too-hard",
        SIMPLE,
        "Wollen Sie reden? Das geht",
        "Telefonseelsorgemitarbeitende ermöglichen unbürokratische Gesprächsmöglichkeiten für Hilfesuchende",
    ),
    ("glossary", ENGLISH, "job centre (Jobcenter)", "office for labour (Jobcenter)"),
    ("too-few-questions", ENGLISH, "".join(f"- Notruf en {number}\n" for number in range(1, 5)), ""),
    ("too-few-questions", VIETNAMESE, "".join(f"- Notruf vi {number}\n" for number in range(1, 5)), ""),
    ("duplicate-question", ENGLISH, "- Notruf en 1\n", "- Notruf en 1\n- notruf  EN 1?\n"),
    ("shared-question", ENGLISH, "- Notruf en 1\n", "- Arzt vi 1\n"),
    ("office-word", ENGLISH, "(Jobcenter)", "(job office)"),
]
# Mistakes that are not a changed word; each has a test of its own.
# The rules about days are of `tests/courses/test_admission.py`, those about links of `tests/bot/test_link_check.py`.
LINKS = {"dead-link", "moved-link", "unreachable-host"}
ELSEWHERE = {"stray-file", "missing-file", "unknown-topic", "stale", "rule-gap", "rule-overlap", *LINKS}


def _codes(root: Path) -> set[tuple[str, str]]:
    return {(found.code, found.file) for found in check(root, today=TODAY)}


def test_nothing_wrong(root: Path) -> None:
    assert check(root, today=TODAY) == []


@pytest.mark.parametrize(("code", "file", "old", "new"), MISTAKES, ids=[f"{code}-{at}" for at, (code, *_) in enumerate(MISTAKES)])
def test_mistake_is_found(root: Path, code: str, file: str, old: str, new: str) -> None:
    edit(root / file, old, new)
    assert (code, file) in _codes(root)


def test_every_rule_has_a_test() -> None:
    assert {code for code, *_ in MISTAKES} | ELSEWHERE == findings.RULES.keys()


def test_one_wrong_digit_names_line_and_remedy(root: Path) -> None:
    edit(root / ENGLISH, "0800 111 0 222", "0800 111 0 223")
    found = {found.code: found for found in check(root, today=TODAY)}
    assert found.keys() == {"numbers-differ", "unknown-phone"}
    assert found["numbers-differ"].message == "numbers of answer differ from German: missing 222; too many 223"
    text = (root / ENGLISH).read_text(encoding="utf-8")
    assert text.splitlines()[found["unknown-phone"].line - 1] == "You can talk day and night: 0800 111 0 223."
    assert found["unknown-phone"].severity == "error"
    assert found["unknown-phone"].remedy


def test_finding_as_plain_data(root: Path) -> None:
    edit(root / ENGLISH, "(Jobcenter)", "")
    (data,) = [as_json(found) for found in check(root, today=TODAY)]
    assert json.loads(json.dumps(data)).keys() == {"file", "line", "code", "severity", "message", "remedy"}
    assert (data["file"], data["code"]) == (ENGLISH, "office-word")


def test_office_word_and_stale_are_warnings(root: Path) -> None:
    edit(root / ENGLISH, "(Jobcenter)", "")
    edit(root / GERMAN, "wenn es gefährlich ist", "wenn Gefahr besteht")
    found = check(root, today=TODAY)
    assert Counter(each.code for each in found) == {"stale": 4, "office-word": 1}  # four translations
    assert {each.severity for each in found} == {"warning"}


@pytest.mark.parametrize("name", ["content/health/emergency/xx.md", "content/health/emergency/note.txt", "content/health/lost.md"])
def test_stray_file(root: Path, name: str) -> None:
    (root / name).write_text("## questions\n- x\n", encoding="utf-8")
    assert ("stray-file", name) in _codes(root)


@pytest.mark.parametrize("name", [ARTICLE, GERMAN])
def test_missing_file(root: Path, name: str) -> None:
    (root / name).unlink()
    assert ("missing-file", name) in _codes(root)


def test_missing_german_addition(root: Path) -> None:
    (root / "overlays/testkreis/additions/health/emergency/de.md").unlink()
    assert _codes(root) == {("missing-file", "overlays/testkreis/additions/health/emergency/de.md")}


def test_unknown_topic(root: Path) -> None:
    (root / "content/health/emergency").rename(root / "content/health/emergencies")
    (root / "overlays/testkreis/additions/health/emergency").rename(root / "overlays/testkreis/additions/health/emergencies")
    assert {found for found in _codes(root) if found[0] == "unknown-topic"} == {
        ("unknown-topic", "content/health/emergencies"),
        ("unknown-topic", "overlays/testkreis/additions/health/emergencies/de.md"),
        ("unknown-topic", "overlays/testkreis/additions/health/emergencies/en.md"),
    }


def test_broken_contacts_are_reported_not_raised(root: Path) -> None:
    (root / "contacts.yml").write_text("helpline: {name: [", encoding="utf-8")
    assert _codes(root) == {("unreadable", "contacts.yml")}


def test_review_day_itself_is_in_time(root: Path) -> None:
    assert check(root, today=date(2027, 2, 15)) == []
    assert {found.code for found in check(root, today=date(2027, 2, 16))} == {"review-overdue"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0800 111 0 222", {"08001110222"}),
        ("+49 911 943-0", {"09119430"}),
        ("(030) 23125 000", {"03023125000"}),
        ("116117 oder 116 016", {"116117", "116016"}),
        ("۰۸۰۰ ۱۱۱ ۰ ۲۲۲", {"08001110222"}),
        ("\u2066112\u2069", set()),
        ("Dezember 2024 300 Stunden", set()),
        ("2026-2027, 2026/27", set()),
        ("50 Euro und 600 Stunden, 1000,50", set()),
    ],
)
def test_phones(text: str, expected: set[str]) -> None:
    assert set(phones(text)) == expected


def test_numbers_are_a_multiset_of_digit_groups() -> None:
    assert numbers("1.000 Euro, 1 000 Euro, \u2066٢٠٢٦\u2069") == {"1": 2, "000": 2, "2026": 1}


def test_real_content_has_no_errors() -> None:
    articles = loader.load().articles.values()
    newest = max(article.checked_on for article in articles)
    found = [found for found in check(loader.ROOT, today=newest) if found.severity == "error"]
    assert found == []


GARBAGE = [
    "",
    "[]",
    "x: [",
    "- {a: {b: 1}}",
    "42",
    "\ufeff",
    "## other",
    "facts: [{a: 1}, [2], null, 3]",
    "sources: [1, null, {}]",
    "related: {a: b}",
    "null",
]


@pytest.mark.parametrize("name", ["article.yml", "en.md"])
def test_check_never_raises_whatever_a_line_becomes(root: Path, name: str) -> None:
    file = root / HERE / name
    lines = file.read_text(encoding="utf-8").splitlines()
    for at in range(min(len(lines), 20)):
        for garbage in GARBAGE:
            file.write_text("\n".join([*lines[:at], garbage, *lines[at + 1 :]]), encoding="utf-8")
            check(root, today=TODAY)


@pytest.mark.parametrize("name", [ARTICLE, ENGLISH, "contacts.yml", "topics.yml", "facts/test.yml", OVERLAY])
@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"- 1\n", b"a: b\n", b"a: {b: c}\n", b"---\n- 1\n---\ntext\n", b"a: {}\n", b"offices: []\n"]
)
def test_a_spoilt_file_is_found_and_never_raises(root: Path, name: str, content: bytes) -> None:
    (root / name).write_bytes(content)
    assert check(root, today=TODAY) != []
