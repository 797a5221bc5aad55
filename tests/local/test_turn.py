"""What people of a municipality meet of its own articles: in the menu, by a question, at once in every process, and nobody else does."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from bot import app as composition
from bot.app import App
from bot.settings import Settings
from knowledge.local import publish
from nlu.brain import Brain
from nlu.weights import Found
from store.tables import Feedback, Municipality
from tests.conftest import MakeSettings
from tests.conversation import Talker
from tests.local.conftest import ENGLISH, GERMAN, META_OF_OWN, NOW, OWN, Office

HERE = "Musterkreis Lotsenau (Demo)"


@pytest.fixture
async def town(app: App) -> Office:
    """An editor of the demonstration's district."""
    async with app.database.read() as session:
        number = await session.scalar(select(col(Municipality.id)).where(col(Municipality.slug) == "demo"))
    return Office(base=app.database, municipality=int(number or 0), slug="demo", editor=1, knowledge=app.world.knowledge)


async def someone(app: App, place: str = "demo", language: str = "en") -> Talker:
    talker = Talker(app)
    await talker.send(text=f"/start place_{place}")
    await talker.send(kind="choice", choice=f"language:{language}")
    return talker


async def test_an_own_article_is_in_the_menu_with_all_that_articles_have(app: App, town: Office) -> None:
    talker = await someone(app)
    await talker.send(kind="choice", choice="menu")
    assert f"From {HERE}" not in talker.labels
    await town.own()
    await talker.send(kind="choice", choice="menu")
    await talker.press(f"From {HERE}")
    assert talker.labels[:1] == ["Bulky waste"]
    await talker.press("Bulky waste")
    assert "The town collects bulky waste 2 times a year." in talker.words
    assert "Source: Stadt Musterhausen. Checked on" in talker.words
    await talker.press("More about this")
    assert "06341 123456" in talker.words
    await talker.send(kind="choice", choice=f"german:{OWN}")
    assert "Sperrmüll holt die Stadt" in talker.words
    await talker.send(kind="choice", choice=f"helped:yes:{OWN}")
    async with app.database.read() as session:
        count = (
            select(func.count()).select_from(Feedback).where(col(Feedback.entry) == OWN, col(Feedback.municipality_id) == town.municipality)
        )
        assert await session.scalar(count) == 1


async def test_nobody_elsewhere_meets_it(app: App, town: Office) -> None:
    await town.own()
    for place in ("landau", ""):
        other = await someone(app, place)
        await other.send(kind="choice", choice="menu")
        assert not any("From" in label for label in other.labels)
        await other.send(kind="choice", choice=f"ask:{OWN}")
        assert "This button is old" in other.words
        await other.send(kind="choice", choice="menu:local")
        assert "Bulky" not in other.words + " ".join(other.labels)
        await other.write(ENGLISH.questions[0])
        assert "2 times a year" not in other.words


async def test_a_changed_text_is_said_at_once_and_taken_back_at_once(app: App, town: Office) -> None:
    entry = "money/bank-account"
    talker = await someone(app)
    await talker.send(kind="choice", choice=f"ask:{entry}")
    before = talker.words
    common = app.world.knowledge.articles[entry].translations["en"]
    await town.save(entry, replace(common, title="A bank account in our district", reviewed_by="Erika"))
    await talker.send(kind="choice", choice=f"ask:{entry}")
    assert talker.words == before
    assert (await town.publish(entry)).parts == ("en",)
    await talker.send(kind="choice", choice=f"ask:{entry}")
    assert "A bank account in our district" in talker.words
    async with app.database.write() as session:
        await publish.withdraw(session, municipality=town.municipality, entry=entry, parts=None, editor=None, now=NOW)
    await talker.send(kind="choice", choice=f"ask:{entry}")
    assert talker.words == before


async def test_its_example_questions_are_understood(app: App, town: Office) -> None:
    await town.own()
    talker = await someone(app)
    await talker.write("where can i put my old SOFA")
    assert "The town collects bulky waste 2 times a year." in talker.words
    async with app.database.read() as session:
        await app.own.complete(session, town.municipality)
    german = await someone(app, language="de")
    await german.write("Holt die Stadt mein altes Sofa ab?")
    assert "Sperrmüll" in german.words + " ".join(german.labels)


async def test_a_question_that_an_editor_added_to_a_common_article_leads_there(app: App, town: Office) -> None:
    entry, strange = "money/bank-account", "Wo finde ich den blauen Elefanten am Markt?"
    common = app.world.knowledge.articles[entry].translations["de"]
    talker = await someone(app, language="de")
    await talker.write(strange)
    assert common.title not in talker.words
    await town.save(entry, replace(common, questions=(*common.questions, strange)))
    await town.publish(entry)
    await talker.write(strange)
    assert common.title in talker.words


async def test_danger_comes_before_every_article(app: App, town: Office) -> None:
    cry = "Ich will nicht mehr leben"
    await town.save(OWN, replace(GERMAN, questions=(cry,)))
    await town.save(OWN, META_OF_OWN)
    await town.publish(OWN)
    talker = await someone(app, language="de")
    await talker.write(cry)
    assert any(reply.urgent for reply in talker.said)
    assert "Sperrmüll" not in talker.words


@pytest.fixture
async def plain(make_settings: MakeSettings, trained: Found) -> AsyncIterator[App]:
    """The app on a machine without the embedding engine."""
    settings: Settings = make_settings()
    built = await composition.build(settings, demo=True, brain=Brain(trained.learned, embedder=None, note=None))
    async with composition.running(built):
        yield built


async def test_without_sentence_vectors_the_words_are_compared(plain: App) -> None:
    async with plain.database.read() as session:
        number = await session.scalar(select(col(Municipality.id)).where(col(Municipality.slug) == "demo"))
    town = Office(base=plain.database, municipality=int(number or 0), slug="demo", editor=1, knowledge=plain.world.knowledge)
    await town.own()
    talker = await someone(plain)
    await talker.write(ENGLISH.questions[0])
    assert "The town collects bulky waste 2 times a year." in talker.words


async def test_a_second_process_knows_it_at_once(town: Office, make_settings: MakeSettings, trained: Found) -> None:
    """Two apps on one database, as two processes of PostgreSQL are; only one of them has its pipeline at work."""
    second = await composition.build(make_settings(), demo=True, brain=Brain(trained.learned, embedder=None, note=None))
    async with second.database.read() as session:
        assert OWN not in (await second.world.known_in(session, "demo")).articles
    await town.own()
    async with second.database.read() as session:
        assert (await second.world.known_in(session, "demo")).articles[OWN].translations["en"].title == "Bulky waste"
        match = await second.brain.understand(ENGLISH.questions[0], language="en")
        found = await second.own.understood(session, match, ENGLISH.questions[0], municipality=town.municipality)
        assert (found.decision, found.entry) == ("answer", OWN)
    await second.close()
