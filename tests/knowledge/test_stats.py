"""The table of what can be read in which language."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

from knowledge.loader import load, shipped
from knowledge.stats import Cell, as_json, coverage, header, language_header, language_rows, legend, rows
from knowledge.stats_picture import picture
from knowledge.vocabulary import load_topics
from locales.registry import LANGUAGES
from tests.knowledge.conftest import edit

HERE = "content/health/emergency/"


def test_states(root: Path) -> None:
    edit(root / HERE / "en.md", "translated_by: machine", "translated_by: machine\nreviewed_by: Mira Muster")
    cells = coverage(load(root))["health/emergency"]
    assert {code: cells[code].state for code in ("de", "en", "ar", "es", "vi", "pl")} == {
        "de": "original",
        "en": "reviewed",
        "ar": "machine",
        "es": "short",
        "vi": "questions",
        "pl": "missing",
    }
    assert cells["vi"] == Cell(state="questions", questions=15)
    assert cells["pl"] == Cell(state="missing", questions=0)


def test_older_german_text_makes_stale(root: Path) -> None:
    edit(root / HERE / "de.md", "gefährlich", "sehr gefährlich")
    cells = coverage(load(root))
    assert [cells[topic]["ar"].state for topic in ("health/emergency", "health/doctor")] == ["stale", "machine"]


def test_topics_without_article_are_rows_too(root: Path) -> None:
    cells = coverage(load(root), topics=["money/tax-number", *load_topics(root)])
    assert list(cells) == ["money/tax-number", "health/emergency", "health/doctor"]
    assert {cell.state for cell in cells["money/tax-number"].values()} == {"missing"}


def test_tables(root: Path) -> None:
    cells = coverage(load(root))
    assert header(cells) == ["topic", *LANGUAGES]
    assert [row[0] for row in rows(cells)] == ["health/emergency", "health/doctor"]
    assert dict(zip(header(cells), rows(cells)[1], strict=True))["vi"] == "?"
    english = dict(zip(language_header(), next(row for row in language_rows(cells) if row[0] == "en"), strict=True))
    assert english == {
        "language": "en",
        "original": "0",
        "reviewed": "0",
        "machine": "2",
        "short": "0",
        "stale": "0",
        "questions": "0",
        "missing": "0",
        "example questions": "30",
    }


def test_legend_explains_every_sign(root: Path) -> None:
    signs = {sign for _, *row in rows(coverage(load(root))) for sign in row}
    assert [sign for sign in signs if f"{sign} " not in legend()] == []


def test_json(root: Path) -> None:
    data = json.loads(json.dumps(as_json(coverage(load(root)))))
    assert data["topics"]["health/emergency"]["ar"] == {"state": "machine", "questions": 15}
    assert data["languages"]["vi"] == {
        "original": 0,
        "reviewed": 0,
        "machine": 0,
        "short": 0,
        "stale": 0,
        "questions": 2,
        "missing": 0,
        "example_questions": 30,
    }


def test_real_topics_are_the_77_of_the_list_and_hold_all_articles() -> None:
    knowledge, topics = load(), load_topics(Path("knowledge"))
    assert len(topics) == 77
    assert knowledge.articles.keys() <= topics.keys()


def test_the_picture_shows_every_cell_and_explains_itself(root: Path) -> None:
    cells = coverage(load(root))
    svg = ET.fromstring(picture(cells))  # noqa: S314 - our own
    drawn = [text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert {topic for topic, *_ in rows(cells)} <= set(drawn)
    assert [sign for sign in drawn if sign == "?"] == ["?"] * 3  # two articles, and the legend
    assert "es: 2 short" in str(svg.findtext("{http://www.w3.org/2000/svg}desc"))


def test_every_shipped_article_is_in_full_in_every_language() -> None:
    cells = coverage(shipped())
    assert len(cells) == 77
    assert {cell.state for row in cells.values() for cell in row.values()} <= {"original", "reviewed", "machine"}
