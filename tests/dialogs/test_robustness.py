"""Bad input and bad luck in dialogs: whatever comes in, every dialog answers with words in the person's language, and nothing breaks."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlmodel import SQLModel, col

from bot.app import App
from dialogs import engine
from store.tables import Conversation, Inbox, Message, Person
from tests.conversation import Talker

HOSTILE = [
    "",
    "   ",
    "\n\n\n",
    "😀😀😀",
    "👨‍👩‍👧‍👦",
    "\u200b\u200c\u200d",
    "\u202e\u202dabc\u202c",
    "a" * 4096,
    "ا" * 5000,
    "\ufdfa" * 60,
    "\x00\x01\x02",
    "\ud800",
    "<script>alert(1)</script>",
    "**bold** _x_ [a](javascript:alert(1))",
    "'; DROP TABLE people; --",
    "{name} {0} %s %(x)s",
    "/",
    "/nothing",
    "/start ../../etc/passwd",
    "/start place_nowhere",
    "https://example.org/" + "x" * 300,
    "1234567890",
    "?" * 500,
    "menu:arrival",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_text_gets_a_helpful_word(app: App, text: str) -> None:
    talker = Talker(app)
    await talker.press("language:en")
    await talker.write(text)
    assert talker.words.strip()
    assert talker.said[-1].rows, "there is always a way on"


async def test_every_dialog_survives_an_empty_message(app: App) -> None:
    for choice in engine.CHOICES:
        talker = Talker(app)
        await talker.press("language:ar")
        await talker.press(choice)
        await talker.write("")
        assert talker.words.strip(), choice


@given(st.text(max_size=64))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_choice_id_is_answered(app: App, choice: str) -> None:
    talker = Talker(app)
    await talker.send(kind="choice", choice=choice)
    assert talker.words.strip()


async def test_a_hundred_messages_in_a_second_are_all_answered_in_order(app: App) -> None:
    talker = Talker(app)
    await talker.press("language:en")
    talker.everything.clear()
    commands = [
        ("/menu", "What is it about?"),
        ("/privacy", "You need no name"),
        ("/place", "Where do you live?"),
        ("/delete", "Shall I delete"),
    ]
    await asyncio.gather(*(talker.write(commands[number % 4][0]) for number in range(100)))
    said = [reply.text for reply in talker.everything]
    assert len(said) == 100
    assert all(commands[number % 4][1] in text for number, text in enumerate(said))


async def test_the_same_message_five_times_and_out_of_order_counts_once(app: App) -> None:
    talker = Talker(app)
    for key in ("2", "1", "2", "2", "1", "2", "1"):
        await talker.send(kind="choice", choice="privacy", external_id=key)
    assert len(talker.everything) == 2


async def test_a_message_that_cannot_be_read_any_more_does_not_block_the_next(app: App) -> None:
    talker = Talker(app)
    await talker.press("language:en")
    async with app.database.write() as session:
        conversation = await session.scalar(select(Conversation))
        assert conversation
        conversation.sealed_state = b"damaged"
    await talker.write("/privacy")
    assert talker.words.strip()
    await talker.write("/privacy")
    assert "You need no name" in talker.words


async def test_unknown_towns_and_links_lead_on(app: App) -> None:
    talker = Talker(app)
    await talker.send(kind="choice", choice="start:atlantis")
    await talker.press("English")
    await talker.press("place")
    for town in ("Atlantis", "Wiesbaden", "Köln", "Bad Hintertupfingen"):  # names look like anything: the second one like a goodbye
        await talker.write(town)
        assert "I do not know this place" in talker.words


@pytest.mark.parametrize("words", ["hi", "Show me the menu", "How can I find a flat for my family?"])
async def test_what_is_no_town_is_heard_where_a_town_is_asked_for(app: App, words: str) -> None:
    talker = Talker(app)
    await talker.press("language:en")
    await talker.press("place")
    await talker.write(words)
    assert "I do not know this place" not in talker.words


async def test_delete_must_be_asked_before_it_is_confirmed(app: App) -> None:
    talker = Talker(app)
    await talker.press("language:en")
    await talker.press("delete:yes")
    assert "Shall I delete" in talker.words
    await talker.press("delete:yes")
    assert "is deleted" in talker.words
    async with app.database.read() as session:
        tables: tuple[type[SQLModel], ...] = (Person, Conversation, Message)
        for table in tables:
            assert await session.scalar(select(func.count()).select_from(table)) == 0
        assert await session.scalar(select(func.count()).select_from(Inbox).where(col(Inbox.sealed_payload).is_not(None))) == 0


async def test_danger_is_not_kept(app: App) -> None:
    talker = Talker(app)
    await talker.press("language:en")
    await talker.write("I want to kill myself tonight")
    assert "112" in talker.words
    async with app.database.read() as session:
        kept = [app.desk.keyring.open(sealed, purpose="message") for sealed in await session.scalars(select(col(Message.sealed_payload)))]
    assert not any("kill myself" in text for text in kept)


async def test_danger_comes_first_even_in_the_middle_of_choosing_a_town(app: App) -> None:
    talker = Talker(app)
    await talker.press("language:de")
    await talker.press("place")
    await talker.write("Mein Mann schlägt mich gerade und ich habe Angst")
    assert "110" in talker.words
    assert talker.said[0].urgent
    await talker.write("Landau in der Pfalz")
    assert "Landau" in talker.words, "the interrupted dialog goes on"
