"""The local Bot API server's updates: polling, webhooks, files and people."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
import telegram
from telegram.error import BadRequest, Conflict

from tests.botapi.client import Hook, call, delivered, ids, refusal, waiting_poll

if TYPE_CHECKING:
    import aiohttp
    from telegram import Bot

    from tests.botapi import BotApi

pytest_plugins = ["tests.botapi.fixtures"]

ADA = 1001
WORD = "s3cret"


# --- files, actions, profile


async def test_files_both_ways(api: BotApi, bot: Bot) -> None:
    ada = api.person(ADA)
    ada.send_voice(b"OggS-sound")
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert message.voice is not None
    file = await message.voice.get_file()
    assert bytes(await file.download_as_bytearray()) == b"OggS-sound"
    await bot.send_document(ADA, b"BEGIN:VCALENDAR", filename="a.ics", caption="<b>Date</b>", parse_mode="HTML")
    assert (ada.last.kind, ada.last.html, ada.last.file) == ("document", "<b>Date</b>", b"BEGIN:VCALENDAR")
    again = await bot.send_voice(ADA, message.voice.file_id)
    assert again.voice is not None
    await bot.send_photo(ADA, b"\xff\xd8")
    await bot.edit_message_caption(ADA, ada.last.message_id, caption="new")
    assert (ada.last.kind, ada.last.text) == ("photo", "new")
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_photo(ADA, b"\xff\xd8", caption="x" * 1025)
    with pytest.raises(BadRequest, match="File must be non-empty"):
        await bot.send_photo(ADA, b"")
    with pytest.raises(BadRequest, match="Invalid file_id"):
        await bot.get_file("nothing")


async def test_what_people_can_send(api: BotApi, bot: Bot) -> None:
    ada = api.person(ADA)
    ada.start("from-flyer_1")
    ada.edit("corrected")
    ada.send_photo(caption="look")
    ada.send_document()
    ada.send_sticker()
    ada.send_location()
    ada.send_contact()
    start, edited, *others = await bot.get_updates()
    assert start.message is not None
    assert (start.message.text, start.message.entities[0].type) == ("/start from-flyer_1", "bot_command")
    assert start.message.from_user is not None
    assert start.message.from_user.language_code is None
    assert edited.edited_message is not None
    assert edited.edited_message.text == "corrected"
    kinds = ("photo", "document", "sticker", "location", "contact")
    assert [kind for update, kind in zip(others, kinds, strict=True) if getattr(update.message, kind)] == [*kinds]
    with pytest.raises(ValueError, match="impossible start payload"):
        ada.start("ä")


async def test_profile(api: BotApi, http: aiohttp.ClientSession, bot: Bot) -> None:
    assert await bot.set_my_commands([("help", "Help")], language_code="de")
    assert [command.command for command in await bot.get_my_commands(language_code="de")] == ["help"]
    for code in ("kmr", "de-DE", "DE"):
        with pytest.raises(BadRequest, match="Invalid language code specified"):
            await bot.set_my_commands([("help", "Help")], language_code=code)
    with pytest.raises(BadRequest, match="Bot_command_invalid"):
        await bot.set_my_commands([("Hilfe!", "Help")])
    assert await bot.set_my_description("about", language_code="ar")
    assert (await bot.get_my_description("ar")).description == "about"
    assert await bot.set_my_short_description("short")
    with pytest.raises(BadRequest):
        await bot.set_my_short_description("x" * 121)
    assert (await call(http, api, "getMe"))["result"]["username"] == "lotse_test_bot"


async def test_chat_action(api: BotApi, bot: Bot) -> None:
    api.person(ADA).send("hello")
    assert await bot.send_chat_action(ADA, "typing")
    with pytest.raises(BadRequest, match="Wrong parameter action in request"):
        await bot.send_chat_action(ADA, "dancing")
    assert api.world.chats[ADA].actions == ["typing"]


# --- polling


async def test_offset_limit_and_negative_offset(api: BotApi, http: aiohttp.ClientSession) -> None:
    for text in "abcde":
        api.person(ADA).send(text)
    assert await ids(http, api, limit=2) == [1, 2]
    assert await ids(http, api, offset=500_000_003) == [3, 4, 5]
    assert await ids(http, api) == [3, 4, 5]
    assert await ids(http, api, offset=-1) == [5]
    assert await ids(http, api) == [5]
    assert await ids(http, api, offset=500_000_006) == []


async def test_long_poll_returns_when_something_arrives(api: BotApi, http: aiohttp.ClientSession) -> None:
    poll = asyncio.create_task(ids(http, api, timeout=30))
    await waiting_poll(api)
    api.person(ADA).send("hello")
    assert await poll == [1]


async def test_second_poller_ends_the_first(api: BotApi, http: aiohttp.ClientSession) -> None:
    first = asyncio.create_task(refusal(http, api, "getUpdates", timeout=30))
    await waiting_poll(api)
    assert await ids(http, api) == []
    assert await first == ("Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")


async def test_allowed_updates(api: BotApi, http: aiohttp.ClientSession) -> None:
    ada = api.person(ADA)
    await call(http, api, "getUpdates", allowed_updates=["callback_query"])
    ada.send("hello")
    assert await ids(http, api) == []
    await call(http, api, "getUpdates", allowed_updates=[])
    ada.send("hello")
    assert await ids(http, api) == [1]


async def test_duplicates_and_disorder(api: BotApi, http: aiohttp.ClientSession) -> None:
    ada = api.person(ADA)
    api.updates.duplicate(1)
    ada.send("a")
    assert await ids(http, api) == [1]
    assert await ids(http, api, offset=500_000_002) == [1]
    api.updates.repeat([500_000_001])
    assert await ids(http, api, offset=500_000_002) == [1]
    api.updates.swap(1)
    ada.send("b")
    assert await ids(http, api) == []
    ada.send("c")
    assert await ids(http, api) == [3, 2]
    assert await ids(http, api, offset=500_000_003) == [3]


async def test_a_swapped_pair_is_not_torn_apart_by_the_end_of_a_batch(api: BotApi, http: aiohttp.ClientSession) -> None:
    ada = api.person(ADA)
    ada.send("a")
    api.updates.swap(1)
    ada.send("b")
    ada.send("c")
    assert await ids(http, api, limit=2) == [1]
    assert await ids(http, api, limit=2, offset=500_000_002) == [3, 2]


async def test_injected_updates_make_their_chats_known(api: BotApi, bot: Bot) -> None:
    user = {"id": 7, "is_bot": False, "first_name": "G"}
    message = {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "from": user, "text": "x"}
    query = {"id": "q1", "from": user, "chat_instance": "1", "data": "d", "message": message}
    assert len(api.inject([{"message": message}, {"callback_query": query}])) == 2
    assert len(await bot.get_updates()) == 2
    assert await bot.answer_callback_query("q1")
    await bot.send_message(7, "y")
    assert [entry.chat_id for entry in api.sent()] == [7]


# --- webhooks


async def test_webhook_with_secret_retries_and_reply(api: BotApi, http: aiohttp.ClientSession, bot: Bot) -> None:
    hook = Hook(500, 502)
    ada = api.person(ADA)
    async with hook as url:
        await bot.set_webhook(url, secret_token=WORD)
        hook.reply = {"method": "sendMessage", "chat_id": ADA, "text": "ignored with an error status"}
        ada.send("hello")
        await delivered(api, 3)
        assert [update["update_id"] % 1000 for update, _ in hook.came] == [1, 1, 1]
        assert {secret for _, secret in hook.came} == {WORD}
        info = await bot.get_webhook_info()
        assert (info.url, info.last_error_message) == (url, "Wrong response from the webhook: 502 Bad Gateway")
        with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
            await bot.get_updates()
        hook.reply = {"method": "sendMessage", "chat_id": ADA, "text": "by reply"}
        ada.send("hello")
        await ada.wait_for("by reply")
        assert await bot.delete_webhook()
    assert (await call(http, api, "deleteWebhook"))["description"] == "Webhook is already deleted"
    ada.send("hello")
    assert await ids(http, api) == [3]


async def test_press_overtakes_a_text_and_chats_do_not_wait_for_each_other(api: BotApi, bot: Bot) -> None:
    hook = Hook()
    hook.gates["slow"] = asyncio.Event()
    ada, ben = api.person(ADA), api.person(1002)
    ada.send("hello")
    keyboard = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("x", callback_data="x")]])
    await bot.send_message(ADA, "?", reply_markup=keyboard)
    async with hook as url:
        await bot.set_webhook(url, drop_pending_updates=True)
        ada.send("slow")
        ada.send("after slow")
        ada.press("x")
        ben.send("quick")
        await delivered(api, 2)
        assert sorted(update["update_id"] % 1000 for update, _ in hook.came) == [2, 4, 5]
        hook.gates["slow"].set()
        await delivered(api, 4)
        assert hook.came[-1][0]["message"]["text"] == "after slow"


async def test_undelivered_updates_return_to_the_queue(api: BotApi, http: aiohttp.ClientSession, bot: Bot) -> None:
    hook = Hook()
    hook.gates["slow"] = asyncio.Event()
    async with hook as url:
        await bot.set_webhook(url)
        api.person(ADA).send("slow")
        api.person(ADA).send("later")
        await asyncio.wait_for(bot.delete_webhook(), 5)
        hook.gates["slow"].set()
    assert await ids(http, api) == [1, 2]


async def test_webhook_addresses(api: BotApi, http: aiohttp.ClientSession) -> None:
    assert await refusal(http, api, "setWebhook", url="http://example.org/x") == (
        "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
    )
    wrong = {"url": "https://example.org/x", "secret_token": "ä"}
    assert await refusal(http, api, "setWebhook", **wrong) == ("Bad Request: secret token contains unallowed characters")


# --- people wait


async def test_waiting_for_news(api: BotApi, bot: Bot) -> None:
    ada = api.person(ADA, "ar", "Ada")
    ada.send("hello")
    waiting = asyncio.create_task(ada.wait_for(2))
    first = await bot.send_message(ADA, "one")
    await bot.edit_message_text("one, edited", ADA, first.message_id)
    assert [line.text for line in await waiting] == ["one, edited"]
    assert await ada.wait_for(lambda person: person.last.edits == 1)
    ada.send("next")
    assert ada.news() == []
    with pytest.raises(TimeoutError, match="Ada waited 0 s for 1"):
        await ada.wait_for(1, 0)
