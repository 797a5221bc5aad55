"""The audit log at the desk: filters, pages, the table file that cannot calculate, who may look, nothing acts as markup."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.audit import PAGE, table_file
from desk.audit_words import ACTIONS
from store.tables import Audit
from tests.desk.settings.console import Console

HERE = "/desk/settings/audit"
EVIL = "<img src=x onerror=alert(1)>"


def entry(console: Console, **columns: Any) -> Audit:
    known: dict[str, Any] = {"actor": "lotse", "action": "test.done", "subject": "case:1", "municipality_id": console.here}
    return Audit(**(known | columns))


def cells(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


async def test_entries_are_shown_with_names_and_found_by_filter(console: Console) -> None:
    lead = await console.user("lead", name="Lea Lang")
    gone = await console.user("adviser", name="Gustav Gone", active=False)
    day = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # in Berlin the 21st
    await console.add(
        entry(console, actor=f"user:{gone.id}", action="case.read", subject="case:77", at=day),
        entry(console, action="case erased", subject="case:78", at=day - timedelta(hours=1)),
        entry(console, actor=f"user:{gone.id}", action="secret.thing", subject="case:79", municipality_id=console.elsewhere, at=day),
    )
    desk = await console.sign_in(lead)
    everything = (await desk.get(HERE)).text
    assert "Gustav Gone" in everything
    assert "Lotse itself" in everything
    assert "secret.thing" not in everything
    found = {
        query: {number for number in ("case:77", "case:78", "case:79") if number in (await desk.get(f"{HERE}?{query}")).text}
        for query in (
            f"actor=user:{gone.id}",
            "actor=lotse",
            "action=case.read",
            "day=2026-11-21",
            "day=2026-11-20",
            "day=nonsense",
            "day=9999-12-31",
            "day=0001-01-01",
        )
    }
    assert list(found.values()) == [{"case:77"}, {"case:78"}, {"case:77"}, {"case:77"}, {"case:78"}, {"case:77", "case:78"}, set(), set()]


async def test_looking_at_the_log_and_taking_it_along_is_noted(console: Console) -> None:
    lead = await console.user("lead")
    desk = await console.sign_in(lead)
    await desk.get(f"{HERE}?actor=user:5")
    await desk.get(f"{HERE}.csv")
    assert [(row.actor, row.detail) for row in await console.audited("audit.read")] == [(f"user:{lead.id}", {"of": "user:5"})]
    assert len(await console.audited("audit.exported")) == 1


async def test_pages_follow_each_other_without_gap_or_repetition(console: Console) -> None:
    await console.add(*(entry(console, action="many", subject=f"row:{number}.") for number in range(2 * PAGE + 5)))
    desk = await console.sign_in(await console.user("admin"))
    seen: list[str] = []
    url = f"{HERE}?action=many"
    for _ in range(3):
        page = (await desk.get(url)).text
        seen += [part.split(".")[0] for part in page.split("row:")[1:]]
        link = page.partition("Older")[0].rpartition('href="')[2].partition('"')[0]
        url = link.replace("&amp;", "&")
    assert seen == [str(number) for number in reversed(range(2 * PAGE + 5))]
    assert "Older" not in page
    for strange in ("before=0", "before=-5", f"before={2**70}"):
        assert (await desk.get(f"{HERE}?action=many&{strange}")).status_code == 200
    assert (await desk.get(f"{HERE}?before=x")).status_code == 422


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\ufeff=1", "\u00a0@x"])
def test_no_cell_of_a_table_file_calculates(cell: str) -> None:
    [[safe, harmless]] = cells(table_file((), [[cell, "1 - 2"]]))[1:]
    assert safe == f"'{cell}"
    assert harmless == "1 - 2"


async def test_the_table_file_has_what_the_filter_shows_and_no_formula(console: Console) -> None:
    evil = await console.user("adviser", name='=HYPERLINK("http://evil.test")')
    await console.add(
        entry(console, actor=f"user:{evil.id}", action="wanted", subject="=cmd|' /C calc'!A0", detail={"+a": "b"}),
        entry(console, action="other"),
        entry(console, action="wanted", subject="case:9", municipality_id=console.elsewhere),
    )
    desk = await console.sign_in(await console.user("lead"))
    answer = await desk.get(f"{HERE}.csv?action=wanted")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    titles, *lines = cells(answer.text)
    assert titles == ["at", "who", "action", "subject", "detail"]
    assert [line[1:] for line in lines] == [['\'=HYPERLINK("http://evil.test")', "wanted", "'=cmd|' /C calc'!A0", "'+a: b"]]


async def test_entries_never_act_as_markup(console: Console) -> None:
    who = await console.user("adviser", name=EVIL)
    await console.add(entry(console, actor=f"user:{who.id}", action=EVIL, subject=EVIL, detail={EVIL: EVIL}), entry(console, actor=EVIL))
    desk = await console.sign_in(await console.user("lead"))
    for url in (HERE, f"{HERE}?actor={EVIL}", f"{HERE}?action={EVIL}", f"{HERE}?day={EVIL}"):
        page = (await desk.get(url)).text
        assert "<img src=x" not in page
    assert "&lt;img src=x" in (await desk.get(HERE)).text


async def test_the_log_is_for_leads_and_admins(console: Console) -> None:
    for role, status in (("adviser", 403), ("editor", 403), ("lead", 200), ("admin", 200)):
        desk = await console.sign_in(await console.user(role))
        assert [(await desk.get(url)).status_code for url in (HERE, f"{HERE}.csv")] == [status, status]


def test_every_action_of_the_desk_has_words() -> None:
    """Those that stand in the code as they are; what is put together from parts is listed in `audit_words` by hand."""
    found = {
        action
        for file in (Path(__file__).parents[3] / "desk").glob("*.py")
        for action in re.findall(
            r'"((?:case|reply|file|calendar|appointment|task|tasks|person|user|account|leave|hours|phrase|audit|inbox|absence|opening)\.[\w-]+)"',
            file.read_text(encoding="utf-8"),
        )
    }
    assert len(found) > 20
    assert {action for action in found if not action.endswith((".py", ".html", ".js", ".css"))} <= set(ACTIONS)
