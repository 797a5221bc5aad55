"""Commands that know pages: `lotse ask --municipality`, `lotse knowledge stats`."""

import json
from pathlib import Path

import pytest

from bot import page_sync
from bot.page_shelf import PageShelf
from store import database, migrate
from tests.bot.test_cli import lotse
from tests.pages.publisher import publishing
from tests.pages.towns import GERMAN

QUESTION = "Was kostet der Eintritt ins Freibad?"


@pytest.fixture
async def url(tmp_path: Path, cache: Path) -> str:
    """A database with the pages of a town, whose vectors are on disk."""
    address = f"sqlite+aiosqlite:///{tmp_path}/lotse.db"
    opened = database.connect(address)
    await migrate.upgrade(opened)
    async with publishing({"town/de/pages": GERMAN}) as publisher:
        feeds = page_sync.feeds_of(publisher.url, regions=["town"], languages=["de"])
        assert [each.problem async for each in page_sync.sync(opened, feeds)] == [""] * len(feeds)
    shelf = PageShelf(cache=cache / "nlu")
    async with opened.read() as session:
        await shelf.complete(session, "town")
    await shelf.close()
    await opened.close()
    return address


def test_pages_are_named_as_pages(cache: Path, url: str) -> None:
    answer = json.loads(lotse(cache, "ask", QUESTION, "--municipality", "town", "--json", LOTSE_DATABASE_URL=url).stdout)
    assert set(answer) == {"id", "language", "decision", "entry", "intent", "candidates", "entities", "ms"}
    assert (answer["decision"], answer["entry"]) == ("answer", "page:freibad")
    assert {each["entry"].partition(":")[0] for each in answer["candidates"]} > {"page", "daily/sport-and-meeting"}
    shown = lotse(cache, "ask", QUESTION, "--municipality", "town", LOTSE_DATABASE_URL=url).stdout
    assert "Der Eintritt ins Freibad kostet 3 Euro." in shown


def test_without_the_town_there_are_none(cache: Path, url: str) -> None:
    rows = "\n".join(json.dumps({"id": str(at), "text": QUESTION} | more) for at, more in enumerate(({}, {"municipality": "mainz"})))
    done = lotse(cache, "ask", "--batch", "-", given=rows, LOTSE_DATABASE_URL=url)
    first, second = ({**json.loads(line), "id": "", "ms": 0} for line in done.stdout.splitlines())
    assert first == second
    assert "page:" not in done.stdout


def test_where_there_is_no_database_none_is_made(cache: Path, tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/none/lotse.db"
    done = lotse(cache, "ask", QUESTION, "--municipality", "mainz", "--json", LOTSE_DATABASE_URL=url)
    assert json.loads(done.stdout)["candidates"]
    assert "page:" not in done.stdout
    assert "there is no database yet" in done.stderr
    assert json.loads(lotse(cache, "knowledge", "stats", "--json", LOTSE_DATABASE_URL=url).stdout)["pages"] == {}
    assert not (tmp_path / "none").exists()


def test_stats_count_pages(cache: Path, url: str) -> None:
    counted = json.loads(lotse(cache, "knowledge", "stats", "--json", LOTSE_DATABASE_URL=url).stdout)["pages"]
    assert {town: {code: row["pages"] for code, row in rows.items()} for town, rows in counted.items()} == {"town": {"de": len(GERMAN)}}
    assert counted["town"]["de"]["synced_at"]
    assert "Imported pages" in lotse(cache, "knowledge", "stats", LOTSE_DATABASE_URL=url).stdout
