"""The way into the private chat: a button where a messenger is public, none where the chat is private already."""

import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot import app as composition
from bot.app import App
from dialogs import private
from handoff import links
from locales.registry import LANGUAGES
from nlu.brain import Brain
from store.tables import Address
from store.types import utcnow
from tests.conftest import MakeSettings
from tests.conversation import Talker

BUTTON = re.compile(r"https://lotse\.example/link/([\w-]{43})")


@pytest.fixture
async def public(make_settings: MakeSettings, brain: Brain) -> AsyncIterator[App]:
    """Lotse behind an address that a messenger accepts."""
    built = await composition.build(make_settings(base_url="https://lotse.example"), demo=True, brain=brain)
    async with composition.running(built):
        yield built


def urls(talker: Talker) -> list[str]:
    return [choice.url for reply in talker.said for row in reply.rows for choice in row if choice.url and "/link/" in choice.url]


async def arrived(app: App, channel: str) -> Talker:
    """Somebody in the demonstration's town."""
    talker = Talker(app, channel=channel, address="4711")
    await talker.press("start:demo")
    await talker.press("language:en")
    return talker


@pytest.mark.parametrize("kind", ["voice", "photo", "file"])
async def test_a_photo_in_a_messenger_is_sent_to_the_private_chat(public: App, kind: str) -> None:
    talker = await arrived(public, "telegram")
    await talker.send(kind=kind)
    (url,) = urls(talker)
    found = BUTTON.fullmatch(url)
    assert found
    assert "private chat" in talker.words
    async with public.database.read() as session:
        person = await session.scalar(select(col(Address.person_id)).where(col(Address.channel) == "telegram"))
        assert (await links.look(session, token=found[1], now=utcnow())).person == person


async def test_a_new_link_can_be_had(public: App) -> None:
    talker = await arrived(public, "telegram")
    seen = set()
    for _ in range(2):
        await talker.press("private")
        seen |= set(urls(talker))
    assert len(seen) == 2


async def test_the_web_chat_is_private_already(public: App) -> None:
    talker = await arrived(public, "web")
    await talker.press("private")
    assert urls(talker) == []
    assert "already" in talker.words


async def test_without_a_safe_address_there_is_no_button(app: App) -> None:
    talker = await arrived(app, "telegram")
    for parts in ({"kind": "photo"}, {"kind": "choice", "choice": "private"}):
        await talker.send(**parts)
        assert urls(talker) == []
        assert talker.words
    assert "There is no private chat here" in talker.words


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_welcome_names_what_was_closed(language: str) -> None:
    plain, replaced = (private.welcome(language, replaced=told).text.split("\n\n") for told in (False, True))
    assert (len(plain), len(replaced)) == (2, 3)
    assert replaced[:2] == plain
