"""The rules of the way in: every paper with every purpose as the table says, days before and after a change, and mistakes of editors."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from dialogs import way_in_words
from knowledge import admission, check
from knowledge.admission import FILE, LAST, PAPERS, PURPOSES, THINGS
from knowledge.loader import ROOT
from knowledge.vocabulary import OFFICE_KINDS, read_rows
from store.errors import ContentError
from tests.knowledge.conftest import edit
from tests.knowledge.conftest import root as _root

TODAY = date(2026, 11, 21)
TABLE: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(Path(__file__).with_name("admission.yml").read_text(encoding="utf-8"))
COMBINATIONS = [(paper, purpose) for paper in PAPERS for purpose in PURPOSES]
FACTS: dict[str, dict[str, Any]] = {name: row for sheet in (ROOT / "facts").glob("*.yml") for name, row in read_rows(sheet).items()}

root = _root  # the small knowledge base in which mistakes are made

# Rules of a test: the door to the courses of the state closes in the new year, and another order holds from March on.
RULES = """\
sources:
  seen: {name: Seen, url: "https://seen.de", date: "2026-01"}

doors:
  state:
    - {valid_from: 2026-02-09, valid_until: 2026-12-31, words: state, facts: [TE-01], asks: [TE-03], sources: [seen], bring: [paper],
       offices: [jobcenter], article: health/doctor, courses: state, changes_often: false, checked_on: 2026-11-21, review_by: 2027-05-01}
    - {valid_from: 2027-01-01, valid_until: null, words: state_also, facts: [TE-02], asks: [], sources: [seen], bring: [paper],
       offices: [jobcenter], article: null, changes_often: true, checked_on: 2026-11-21, review_by: 2027-02-15}
  advice:
    - {valid_from: 2026-02-09, valid_until: null, words: advice, facts: [TE-01], asks: [], sources: [seen], bring: [], offices: [],
       article: null, changes_often: false, checked_on: 2026-11-21, review_by: 2027-05-01}

ways:
  - {valid_from: 2026-02-09, valid_until: 2027-02-28, papers: [PAPERS], purposes: [PURPOSES], doors: [state, advice]}
  - {valid_from: 2027-03-01, valid_until: null, papers: [PAPERS], purposes: [PURPOSES], doors: [advice]}
""".replace("[PAPERS]", f"[{', '.join(PAPERS)}]").replace("[PURPOSES]", f"[{', '.join(PURPOSES)}]")


@pytest.fixture
def rules_file(root: Path) -> Path:
    """The rules of the test in the small knowledge base; nothing is wrong with them."""
    file = root / FILE
    file.parent.mkdir()
    file.write_text(RULES, encoding="utf-8")
    return file


@pytest.mark.parametrize(("paper", "purpose"), COMBINATIONS)
def test_every_paper_with_every_purpose_opens_the_doors_of_the_table(paper: str, purpose: str) -> None:
    wanted = TABLE[paper][purpose]
    found = admission.doors(admission.shipped(), paper=paper, purpose=purpose, on=TODAY)
    assert [door.id for door in found] == list(wanted)
    for door in found:
        assert set(wanted[door.id].split()) <= {*door.facts, *door.asks}, f"{door.id} does not carry the facts that the table cites"


def test_the_table_has_exactly_the_combinations_and_cites_facts_that_exist() -> None:
    assert [(paper, purpose) for paper, row in TABLE.items() for purpose in row] == COMBINATIONS
    cited = {fact for row in TABLE.values() for doors in row.values() for facts in doors.values() for fact in facts.split()}
    assert cited <= FACTS.keys()
    assert all(facts for row in TABLE.values() for doors in row.values() for facts in doors.values())


@pytest.mark.parametrize(("paper", "purpose"), COMBINATIONS)
def test_advice_is_always_the_last_and_nobody_with_unknown_papers_is_sent_to_an_authority(paper: str, purpose: str) -> None:
    for day in (date(2026, 2, 9), TODAY, date(2026, 12, 31), date(2027, 1, 1), date(2031, 6, 1)):
        found = admission.doors(admission.shipped(), paper=paper, purpose=purpose, on=day)
        assert found[-1].id == LAST
        assert len({door.id for door in found}) == len(found)
        offices = {office for door in found for office in door.offices}
        assert paper != "none" or not offices & {"immigration_office", "social_office", "jobcenter", "employment_agency"}


def test_the_stop_is_said_for_its_year_and_afterwards_that_nobody_knows() -> None:
    rules = admission.shipped()
    said = {}
    for day in (date(2026, 2, 9), date(2026, 12, 31), date(2027, 1, 1)):
        apply = next(door for door in admission.doors(rules, paper="eu", purpose="general", on=day) if door.id == "apply")
        said[day] = (apply.words, "LC-04" in apply.facts, "LC-09" in apply.asks)
    assert said == {
        date(2026, 2, 9): ("apply_stopped", True, True),
        date(2026, 12, 31): ("apply_stopped", True, True),
        date(2027, 1, 1): ("apply_unknown", False, True),
    }


def test_every_shipped_door_has_a_source_facts_that_were_seen_and_words() -> None:
    known = {door for way in admission.shipped().ways for door in way.doors}
    assert known == admission.shipped().doors.keys(), "a door that no way leads to"
    for versions in admission.shipped().doors.values():
        for door in versions:
            assert door.sources
            assert door.facts
            assert all(FACTS[fact]["confidence"][0] in "AB" for fact in door.facts)
            assert set(door.offices) <= OFFICE_KINDS
            assert door.changes_often or not any(FACTS[fact]["changes_often"] for fact in door.facts)


def test_the_dialog_has_words_for_everything_that_a_rule_can_name() -> None:
    assert way_in_words.WORDS.keys() == set(admission.WORDS)
    assert way_in_words.PURPOSES.keys() == set(PURPOSES)
    assert way_in_words.THINGS.keys() == THINGS
    asked = {name for name, _ in (*way_in_words.PERMITS, *way_in_words.PASSPORTS)} | way_in_words.PAPERS.keys() - {"permit", "passport"}
    assert {*asked, "letter"} == set(PAPERS)
    assert not any(sign in str(way_in_words.WORDS) for sign in ("€", "EUR")), "an amount needs its year, and none is stated"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 2, 9), ["state"]),
        (date(2026, 12, 31), ["state"]),
        (date(2027, 1, 1), ["state_also"]),
        (date(2027, 2, 28), ["state_also"]),
        (date(2027, 3, 1), []),
        (date(2026, 2, 8), []),
    ],
)
def test_on_the_day_of_a_change_the_new_rule_holds(rules_file: Path, day: date, expected: list[str]) -> None:
    rules = admission.load(rules_file)
    for paper, purpose in COMBINATIONS:
        found = admission.doors(rules, paper=paper, purpose=purpose, on=day)
        assert [door.words for door in found] == [*expected, LAST]


def test_papers_and_purposes_that_do_not_exist_are_refused() -> None:
    for paper, purpose in (("passport", "general"), ("duldung", ""), ("", "general")):
        with pytest.raises(ValueError, match="no rules for"):
            admission.doors(admission.shipped(), paper=paper, purpose=purpose, on=TODAY)


def test_a_door_that_ended_is_left_out_until_the_editor_mends_it(rules_file: Path) -> None:
    edit(rules_file, "valid_from: 2027-01-01, valid_until: null, words", "valid_from: 2027-01-01, valid_until: 2027-01-31, words")
    found = admission.doors(admission.load(rules_file), paper="eu", purpose="work", on=date(2027, 2, 1))
    assert [door.id for door in found] == [LAST]


# What is changed in the rules, what the check finds, words of its message, and a word of its line.
MISTAKES = [
    ("unreadable", "doors: [state, advice]", "doors: [state, advice", "expected", ""),
    ("unreadable", "ways:", "paths:", "exactly three parts", ""),
    ("unreadable", "words: state,", "words: stat,", "words has no stat; it is one of", "state:"),
    (
        "unreadable",
        "valid_from: 2026-02-09, valid_until: 2026-12-31",
        "valid_from: '2026-02-09', valid_until: 2026-12-31",
        "without quotes",
        "2026-02-09",
    ),
    ("unreadable", "valid_until: 2026-12-31", "valid_until: 2025-12-31", "ends on 2025-12-31 before it begins on 2026-02-09", "2025-12-31"),
    (
        "unreadable",
        "valid_until: 2026-12-31",
        "valid_until: soon",
        "valid_until is soon; write a date as 2026-11-21, without quotes, or null",
        "soon",
    ),
    ("unreadable", "sources: [seen], bring: [paper]", "sources: [], bring: [paper]", "it has no source", "state:"),
    ("unreadable", "sources: [seen], bring: [paper]", "sources: [unseen], bring: [paper]", "sources has no unseen", "unseen"),
    ("unreadable", "bring: [paper]", "bring: [bread]", "bring has no bread; it is one of certificates, letter, money, paper", "bread"),
    ("unreadable", "courses: state", "courses: cooking", "courses has no cooking", "cooking"),
    ("unreadable", "offices: [jobcenter]", "offices: jobcenter", "write a list of words in brackets", "offices: jobcenter"),
    ("unreadable", "changes_often: false", "changes_often: maybe", "write true or false", "maybe"),
    ("unreadable", ", review_by: 2027-05-01", "", "door state, version 1: review_by is missing", "state:"),
    ("unreadable", "words: state,", "words: state, fee: 10,", "fee is no field here", "fee"),
    ("unreadable", "papers: [letter,", "papers: [lettre,", "way 1: papers has no lettre; it is one of", "lettre"),
    ("unreadable", "purposes: [general,", "purposes: [generic,", "way 1: purposes has no generic", "generic"),
    ("unreadable", "doors: [state, advice]", "doors: [advice, state]", "advice is the last", "advice, state"),
    ("unreadable", "doors: [state, advice]", "doors: [stat, advice]", "way 1: doors has no stat", "stat, advice"),
    ("unreadable", 'url: "https://seen.de", ', "", "source seen needs name, url and date", "seen:"),
    ("unreadable", 'date: "2026-01"', "date: 2026", "text in quotes, or null", "seen:"),
    ("unknown-fact", "facts: [TE-01]", "facts: [TE-99]", "fact TE-99 is in no fact sheet", "TE-99"),
    ("unknown-fact", "asks: [TE-03]", "asks: [TE-98]", "fact TE-98 is in no fact sheet", "TE-98"),
    ("weak-fact", "facts: [TE-01]", "facts: [TE-03]", "TE-03 has confidence C", "TE-03"),
    ("missing-field", "facts: [TE-01]", "facts: []", "facts of state", "valid_from"),
    ("bad-value", "changes_often: true", "changes_often: false", "changes_often is false", "changes_often: false"),
    ("bad-value", "checked_on: 2026-11-21", "checked_on: 2026-11-22", "checked_on is 2026-11-22", "2026-11-22"),
    ("review-too-late", "review_by: 2027-02-15", "review_by: 2027-02-20", "TE-02 changes often", "2027-02-20"),
    ("review-overdue", "review_by: 2027-02-15", "review_by: 2026-11-20", "2026-11-20", "2026-11-20"),
    ("unknown-office", "offices: [jobcenter]", "offices: [job_centre]", "job_centre", "job_centre"),
    ("unknown-related", "article: health/doctor", "article: health/doktor", "health/doktor", "health/doktor"),
    ("insecure-address", "https://seen.de", "http://seen.de", "http://seen.de", "seen.de"),
    ("rule-gap", "valid_from: 2027-01-01", "valid_from: 2027-01-03", "door state: no rule from 2027-01-01 until 2027-01-02", "state:"),
    (
        "rule-gap",
        "valid_from: 2027-03-01, valid_until: null",
        "valid_from: 2027-03-01, valid_until: 2027-12-31",
        "from 2028-01-01 until further",
        "papers",
    ),
    (
        "rule-gap",
        "valid_until: 2027-02-28",
        "valid_until: 2027-02-20",
        "letter for general: no rule from 2027-02-21 until 2027-02-28",
        "papers",
    ),
    (
        "rule-gap",
        "valid_from: 2026-02-09, valid_until: 2026-12-31",
        "valid_from: 2026-03-01, valid_until: 2026-12-31",
        "door state: no rule from 2026-02-09",
        "state:",
    ),
    ("rule-overlap", "valid_from: 2027-01-01", "valid_from: 2026-12-31", "door state: two rules on 2026-12-31", "state:"),
    ("rule-overlap", "valid_until: 2027-02-28", "valid_until: null", "letter for general: two rules on 2027-03-01", "papers"),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=[f"{row[0]}-{at}" for at, row in enumerate(MISTAKES)])
def test_a_mistake_in_the_rules_is_found_with_its_line(root: Path, rules_file: Path, mistake: tuple[str, str, str, str, str]) -> None:
    code, old, new, message, line = mistake
    edit(rules_file, old, new)
    found = [each for each in check.check(root, today=TODAY) if each.file == FILE.as_posix()]
    first = next(each for each in found if each.code == code and message in f"{each.message} {each.remedy}")
    assert first.severity == "error"
    assert line in rules_file.read_text(encoding="utf-8").splitlines()[first.line - 1]


def test_rules_without_a_mistake_are_passed_and_so_is_a_knowledge_base_without_rules(root: Path, rules_file: Path) -> None:
    assert check.check(root, today=TODAY) == []
    rules_file.unlink()
    assert check.check(root, today=TODAY) == []


def test_the_shipped_rules_pass_the_check() -> None:
    assert [found for found in check.check(ROOT, today=TODAY) if found.file == FILE.as_posix()] == []


def test_a_combination_that_is_forgotten_is_found(root: Path, rules_file: Path) -> None:
    text = rules_file.read_text(encoding="utf-8").replace(", none]", "]")
    rules_file.write_text(text, encoding="utf-8")
    messages = [found.message for found in check.check(root, today=TODAY)]
    assert messages == [f"none for {purpose}: no rule from 2026-02-09 until further notice" for purpose in PURPOSES]


def test_an_old_version_needs_no_review_any_more(root: Path, rules_file: Path) -> None:
    later = date(2027, 5, 2)
    overdue = [found.line for found in check.check(root, today=later) if found.code == "review-overdue" and found.file == FILE.as_posix()]
    lines = rules_file.read_text(encoding="utf-8").splitlines()
    assert [("2027-02-15" in lines[line - 1], "2027-05-01" in lines[line - 1]) for line in overdue] == [(True, False), (False, True)]


def test_a_door_may_end_when_no_way_leads_to_it_any_more(root: Path, rules_file: Path) -> None:
    edit(rules_file, "valid_from: 2027-01-01, valid_until: null", "valid_from: 2027-01-01, valid_until: 2027-02-28")
    assert check.check(root, today=TODAY) == []
    edit(rules_file, "valid_until: 2027-02-28, words", "valid_until: 2027-02-27, words")
    messages = [found.message for found in check.check(root, today=TODAY)]
    assert messages == ["door state: no rule from 2027-02-28 until further notice"]


def test_loading_names_the_file_and_every_mistake(rules_file: Path) -> None:
    edit(rules_file, "words: state,", "words: stat,")
    edit(rules_file, "bring: [paper]", "bring: [bread]")
    with pytest.raises(ContentError) as raised:
        admission.load(rules_file)
    text = str(raised.value)
    assert str(rules_file) in text
    assert "words has no stat" in text
    assert "bring has no bread" in text


@pytest.mark.parametrize(
    "content", ["", "[]", "sources: {}\ndoors: {}\nways: []\n", "sources: 1\ndoors: 2\nways: 3\n", "- x\n", "ways: [[1]]"]
)
def test_a_file_of_something_else_is_a_clear_error(root: Path, rules_file: Path, content: str) -> None:
    rules_file.write_text(content, encoding="utf-8")
    with pytest.raises(ContentError):
        admission.load(rules_file)
    assert {found.code for found in check.check(root, today=TODAY)} == {"unreadable"}


@pytest.mark.parametrize(("paper", "purpose"), COMBINATIONS)
def test_the_documentation_has_the_same_table(paper: str, purpose: str) -> None:
    text = (ROOT.parent / "docs" / "admission.md").read_text(encoding="utf-8")
    assert f"\n| `{paper}` | `{purpose}` | {' · '.join(TABLE[paper][purpose])} |\n" in text
