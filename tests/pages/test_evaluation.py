"""`lotse knowledge evaluate --questions`: figures, report and command on invented pages."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot import page_figures, page_questions, page_report, page_sync
from bot.page_questions import Outcome, Question
from store import database, migrate
from store.errors import LotseError
from tests.bot.test_cli import lotse
from tests.pages.publisher import publishing
from tests.pages.test_finding import FIRST


def outcome(found: list[tuple[str, float]], gold: str, *, decision: str = "answer", answerable: bool = True) -> Outcome:
    asked = Question(id="1", language="de", municipality="town", text="Frage", gold=(gold,), answerable=answerable)
    return Outcome(question=asked, found=tuple(found), decision=decision, evidence="L", ms=4.0)  # type: ignore[arg-type]  # one of the decisions


def test_figures() -> None:
    outcomes = [
        outcome([("a", 0.9), ("b", 0.1)], "a"),
        outcome([("a", 0.7), ("b", 0.2)], "b"),
        outcome([("c", 0.3), ("d", 0.3), ("e", 0.2), ("b", 0.1)], "b", decision="offer"),
        outcome([("a", 0.95)], "a", answerable=False),
    ]
    found = page_figures.figures(outcomes)
    row = found["languages"]["de"]
    assert (row["questions"], row["recall_1"], row["recall_3"], row["mrr"]) == (3, 0.3333, 0.6667, 0.5833)
    assert row["decisions"]["answer"] == {"count": 2, "share": 0.6667, "right": 0.5}
    assert row["decisions"]["offer"]["right"] == 0.0
    assert row["unanswerable"]["answer"]["count"] == 1
    assert found["confusions"][0] == {"municipality": "town", "gold": "b", "found": "a", "count": 1}
    assert [each["right"] for each in found["calibration"]["bins"]] == [0.0, 0.0, 1.0]
    assert found["latency"] == {"p50": 4.0, "p95": 4.0}
    json.dumps(found)


def test_figures_of_nothing() -> None:
    assert page_figures.figures([])["all"]["recall_1"] == 0.0


def test_the_report_needs_nothing_else_and_escapes_names() -> None:
    html = page_report.page(page_figures.figures([outcome([("<b>", 0.9)], "a")]), name="<i>.jsonl")
    assert "<svg" in html
    assert "&lt;i&gt;.jsonl" in html
    assert "<b>" not in html
    assert "src=" not in html
    assert "href=" not in html


@pytest.mark.parametrize("line", ["{", "[]", '{"text": "x"}', '{"text": "x", "language": "de"}'])
def test_a_line_that_is_no_question_is_named(line: str) -> None:
    with pytest.raises(LotseError, match="line 2"):
        page_questions.read(['{"text": "x", "language": "de", "gold": "a"}', line])


async def test_the_command(tmp_path: Path, cache: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/lotse.db"
    opened = database.connect(url)
    await migrate.upgrade(opened)
    async with publishing({"town/de/pages": FIRST}) as publisher:
        feeds = page_sync.feeds_of(publisher.url, regions=["town"], languages=["de"])
        assert [each.problem async for each in page_sync.sync(opened, feeds)] == [""] * len(feeds)
    await opened.close()
    rows = [
        {"id": "1", "language": "de", "municipality": "town", "text": "Wie hoch ist die Kaution?", "gold": ["wohnen"], "answerable": True},
        {"id": "2", "language": "ar", "municipality": "town", "text": "أريد أن أستأجر شقة", "gold": ["wohnen"], "answerable": True},
        {
            "id": "3",
            "language": "de",
            "municipality": "town",
            "text": "Kann ich nicht lesen. Wie lerne ich?",
            "gold": "language/literacy-course",
        },
    ]
    questions = tmp_path / "questions.jsonl"
    questions.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    report = tmp_path / "report.html"
    arguments = ("knowledge", "evaluate", "--questions", str(questions), "--report", str(report), "--json")
    done = lotse(cache, *arguments, LOTSE_DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    found = SimpleNamespace(**json.loads(done.stdout))
    assert (found.questions, found.all["recall_1"]) == (3, 1.0)
    assert set(found.evidence) == {"LO", "D"}
    assert "asking: 3 of 3" in done.stderr
    assert "<svg" in report.read_text(encoding="utf-8")
    shown = lotse(cache, "knowledge", "evaluate", "--questions", str(questions), "--engine", "lexical", LOTSE_DATABASE_URL=url)
    assert "95 of 100" in shown.stdout
