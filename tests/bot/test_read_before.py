"""What was read last is looked at beside a message: it is kept on disk for the next time, and a database that is gone costs only that."""

from pathlib import Path

from bot.app import App
from bot.excerpts import Excerpts
from bot.inbox import Mail
from dialogs.model import Inbound, Standing
from nlu.brain import Brain
from nlu.following import GOES_ON
from store import database
from store.database import Database
from store.types import utcnow
from tests.conversation import Talker

READ, MESSAGE = "education/kita", "übernimmt das jobcenter das essen"


def mail(person: int) -> Mail:
    arrived = Inbound(channel="web", address="a", external_id="1", sent_at=utcnow(), text=MESSAGE)
    return Mail(inbox_id=1, address_id=1, inbound=arrived, standing=Standing(person=person, language="de", municipality="demo"))


def excerpts(app: App, brain: Brain, folder: Path, *, base: Database | None = None) -> Excerpts:
    return Excerpts(brain=brain, world=app.world, database=base or app.database, keyring=app.desk.keyring, folder=folder)


async def reader(app: App) -> int:
    """Somebody who has read an article; their number."""
    talker = Talker(app)
    persons: list[int] = []
    app.pipeline.watchers.append(lambda applied: persons.append(applied.mail.standing.person))
    for press in ("start:demo", "language:de", f"ask:{READ}"):
        await talker.press(press)
    return persons[-1]


async def test_the_sentences_of_what_was_read_are_kept_for_the_next_process(app: App, brain: Brain, tmp_path: Path) -> None:
    person, match = await reader(app), await brain.understand(MESSAGE, language="de")
    found = await excerpts(app, brain, tmp_path / "kept").beside(match, mail(person))
    assert found.before is not None
    assert found.before.read == READ
    assert found.before.chance >= GOES_ON
    assert found.excerpt is not None
    assert "Mittagessen" in found.excerpt.lines[0]
    (file,) = (tmp_path / "kept").iterdir()
    stamp = file.stat().st_mtime_ns
    again = await excerpts(app, brain, tmp_path / "kept").beside(match, mail(person))
    assert again.excerpt == found.excerpt
    assert file.stat().st_mtime_ns == stamp


async def test_vectors_that_cannot_be_kept_are_used_all_the_same(app: App, brain: Brain, tmp_path: Path) -> None:
    person, match = await reader(app), await brain.understand(MESSAGE, language="de")
    (tmp_path / "taken").write_text("a file where the folder should be")
    assert (await excerpts(app, brain, tmp_path / "taken").beside(match, mail(person))).excerpt


async def test_what_was_understood_is_kept_though_the_database_is_gone(app: App, brain: Brain, tmp_path: Path) -> None:
    match = await brain.understand(MESSAGE, language="de")
    nobody = database.connect("postgresql+asyncpg://lotse@127.0.0.1:1/lotse")
    assert await excerpts(app, brain, tmp_path, base=nobody).beside(match, mail(1)) == match
    await nobody.close()
