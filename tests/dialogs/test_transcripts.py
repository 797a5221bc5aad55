"""Every transcript of `tests/conversations` is played to the whole app: an adviser can read them, and they are what Lotse really says."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot import app as composition
from bot.app import App
from bot.settings import read_settings
from nlu.brain import Brain
from scheduler.site import ensure_demo
from tests.conversation import Talker, transcripts
from tests.pages.publisher import publishing
from tests.pages.towns import GERMAN, TOWN, brought

FOLDER = Path(__file__).parent.parent / "conversations"
TRANSCRIPTS = transcripts(FOLDER)


@pytest.fixture
async def app(sqlite_demo: Path, tmp_path: Path, cache: Path, brain: Brain) -> AsyncIterator[App]:
    shutil.copy(sqlite_demo, tmp_path / "lotse.db")
    settings = read_settings(database_url=f"sqlite+aiosqlite:///{tmp_path}/lotse.db", data_dir=cache)
    built = await composition.build(settings, demo=True, brain=brain)
    async with built.database.write() as session:
        await ensure_demo(session, built.desk.keyring, municipality=built.world.towns["demo"].id)
    async with composition.running(built):
        yield built


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=[transcript["file"] for transcript in TRANSCRIPTS])
async def test_the_talk_goes_as_written(app: App, transcript: dict[str, Any]) -> None:
    if transcript.get("pages"):
        async with publishing({f"{TOWN}/de/pages": GERMAN}) as publisher:
            await brought(app, publisher)
    talker = Talker(app, channel=transcript.get("channel", "web"), hint=transcript.get("hint"))
    for number, step in enumerate(transcript["talk"], start=1):
        await _act(talker, step)
        for words in step.get("lotse", []):
            assert words in talker.words, f"step {number}: expected {words!r} in:\n{talker.words}"
        for words in step.get("not", []):
            assert words not in talker.words, f"step {number}: did not expect {words!r} in:\n{talker.words}"
        if "buttons" in step:
            assert talker.labels == step["buttons"], f"step {number}"


async def _act(talker: Talker, step: dict[str, Any]) -> None:
    if "person" in step:
        await talker.write(str(step["person"]))
    elif "press" in step:
        await talker.press(step["press"])
    elif "press_choice" in step:
        await talker.press_first(step["press_choice"])
    else:
        await talker.send(kind=step["sends"])


def test_there_are_transcripts_in_four_languages_two_of_them_right_to_left() -> None:
    languages = {transcript["language"] for transcript in TRANSCRIPTS}
    assert {"de", "en", "ar", "prs"} <= languages
