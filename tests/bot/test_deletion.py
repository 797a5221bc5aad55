"""After “delete my data” no byte of what a person wrote is in the database file, its WAL, or the logs: searched for in a real process."""

import asyncio
import base64
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.test_cli import environment
from tests.botapi import BotApi

pytestmark = pytest.mark.service
MARKERS = ("Zauberwort Quittenmus", "كلمة سرية للاختبار", "таємнеслово калина")
ADDRESS = 918273645
SECONDS = 60


@contextlib.asynccontextmanager
async def served(api: BotApi, folder: Path, cache: Path) -> AsyncIterator[None]:
    """`lotse serve` as a process; everything it prints goes to `serve.log`."""
    variables = environment(cache, LOTSE_DATABASE_URL=f"sqlite+aiosqlite:///{folder}/lotse.db", LOTSE_TELEGRAM_TOKEN=api.token)
    variables |= {"LOTSE_TELEGRAM_API_URL": api.url, "LOTSE_LOG_FORMAT": "json"}
    with (folder / "serve.log").open("wb") as log:
        program = [sys.executable, "-c", "from bot.cli import main; main()", "serve", "--demo", "--port", "0"]
        process = await asyncio.create_subprocess_exec(*program, cwd=folder, env=variables, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()


def traces(folder: Path, words: str) -> list[str]:
    """Files of the folder in which `words` stand, in any of the ways in which text is written down."""
    forms = {words.encode(), words.encode("utf-16-le"), base64.b64encode(words.encode())[:-4], words.encode("unicode_escape")}
    return [file.name for file in folder.iterdir() if file.is_file() and any(form in file.read_bytes() for form in forms)]


async def test_nothing_readable_before_and_nothing_at_all_after(api: BotApi, tmp_path: Path, cache: Path) -> None:
    async with served(api, tmp_path, cache):
        ada = api.person(ADDRESS, "en")
        ada.start("place_demo")
        await ada.wait_for(1, timeout=SECONDS)
        ada.press("English")
        await ada.wait_for(1, timeout=SECONDS)
        for words in MARKERS:
            ada.send(f"{words}?")
            await ada.wait_for(1, timeout=SECONDS)
        found = {words: traces(tmp_path, words) for words in (*MARKERS, str(ADDRESS))}
        assert not any(found.values()), f"even before deletion nothing is readable: {found}"
        ada.send("/delete")
        await ada.wait_for("Shall I delete", timeout=SECONDS)
        ada.press("Yes, delete everything")
        await ada.wait_for("is deleted", timeout=SECONDS)
        found = {words: traces(tmp_path, words) for words in (*MARKERS, str(ADDRESS))}
        assert not any(found.values()), found
    assert (tmp_path / "lotse.db").stat().st_size > 0
    assert (tmp_path / "serve.log").stat().st_size > 0


def test_the_search_itself_finds_what_is_there(tmp_path: Path) -> None:
    for number, form in enumerate((MARKERS[0].encode(), MARKERS[1].encode("utf-16-le"), base64.b64encode(MARKERS[2].encode()))):
        (tmp_path / f"file{number}").write_bytes(b"before " + form + b" after")
    assert [traces(tmp_path, words) for words in MARKERS] == [["file0"], ["file1"], ["file2"]]
