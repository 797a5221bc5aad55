"""Telegram from end to end over HTTP: what people see when they write, press, send other things, and when the line is bad."""

import asyncio

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from bot.app import App
from store.tables import Address, Case, Feedback, Inbox, Outbox
from store.tables import Person as Someone
from tests.bot.conftest import Serve
from tests.botapi import BotApi
from tests.botapi.people import Person
from tests.conversation import plain

pytestmark = pytest.mark.service
SECONDS = 20


async def count(app: App, table: type) -> int:
    async with app.database.read() as session:
        return int(await session.scalar(select(func.count()).select_from(table)) or 0)


async def settled(app: App) -> None:
    """Wait until nothing is waiting in either box."""
    async with asyncio.timeout(SECONDS):
        while True:
            async with app.database.read() as session:
                mail = await session.scalar(select(func.count()).select_from(Inbox).where(col(Inbox.applied_at).is_(None)))
                parcels = await session.scalar(select(func.count()).select_from(Outbox))
            if not mail and not parcels:
                return
            await asyncio.sleep(0)


async def welcomed(api: BotApi, hint: str, language: str, *, link: str = "") -> Person:
    """A person who started the bot, perhaps by a link, and chose a language."""
    ada = api.person(1, hint)
    ada.send(f"/start {link}".strip())
    await ada.wait_for(1, timeout=SECONDS)
    ada.press(language)
    await ada.wait_for(1, timeout=SECONDS)
    return ada


async def unreachable(app: App, *, expected: bool) -> None:
    """Wait until the one address is (not) marked as unreachable."""
    async with asyncio.timeout(SECONDS):
        while True:
            async with app.database.read() as session:
                if await session.scalar(select(col(Address.unreachable))) is expected:
                    return
            await asyncio.sleep(0)


async def test_from_start_to_an_answer_in_arabic(api: BotApi, serve: Serve) -> None:
    async with serve():
        ada = api.person(1, "ar")
        ada.start()
        await ada.wait_for(1, timeout=SECONDS)
        assert ada.last.labels[0] == "العربية"
        assert len(ada.last.labels) == 24
        ada.press("العربية")
        await ada.wait_for(1, timeout=SECONDS)
        assert len(ada.replies) == 1, "the language list is edited in place"
        ada.press("place:none" if "place:none" in str(ada.keyboard) else ada.last.labels[0])
        await ada.wait_for(1, timeout=SECONDS)
        ada.send("كيف أتعلم الألمانية؟ لا أستطيع القراءة.")
        await ada.wait_for(1, timeout=SECONDS)
        answer = plain(ada.last.text)
        assert "محو الأمية" in answer or "Alphabetisierungskurs" in answer
        assert "2026" in answer
        assert "\u2068" in ada.last.text, "Latin fragments are isolated"
        assert api.world.refused == []


async def test_an_answer_stays_and_a_menu_is_edited(api: BotApi, serve: Serve) -> None:
    async with serve():
        ada = await welcomed(api, "de", "Deutsch")
        ada.send("Wie bekomme ich einen Kitaplatz?")
        await ada.wait_for("Kita", timeout=SECONDS)
        before = len(ada.replies)
        ada.press("Menü")
        await ada.wait_for(1, timeout=SECONDS)
        assert len(ada.replies) == before + 1
        ada.press(ada.last.labels[0])
        await ada.wait_for(1, timeout=SECONDS)
        assert len(ada.replies) == before + 1


@pytest.mark.parametrize("kind", ["voice", "photo", "document", "sticker", "location", "contact"])
async def test_everything_that_is_sent_gets_a_word(api: BotApi, serve: Serve, kind: str) -> None:
    async with serve() as app:
        ada = api.person(1, "de")
        getattr(ada, f"send_{kind}")()
        await ada.wait_for(1, timeout=SECONDS)
        assert len(ada.replies) == 1
        await settled(app)


async def test_an_edited_message_and_a_group(api: BotApi, serve: Serve) -> None:
    async with serve():
        ada = api.person(1, "en")
        ada.send("hello")
        await ada.wait_for(1, timeout=SECONDS)
        ada.edit("hello again")
        await ada.wait_for("changed an earlier message", timeout=SECONDS)
        ada.join_group(-100)
        await ada.wait_for("in groups", chat=-100, timeout=SECONDS)
        await api.wait_for_calls(1, "leaveChat", timeout=SECONDS)


async def test_the_same_update_five_times_is_applied_once(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada = await welcomed(api, "de", "Deutsch")
        ada.send("Wie bekomme ich einen Kitaplatz?")
        await ada.wait_for("Kita", timeout=SECONDS)
        ada.press("Hat das geholfen?")
        await ada.wait_for("Hat Ihnen diese Antwort geholfen?", timeout=SECONDS)
        ada.press("Das hat geholfen")
        await ada.wait_for(1, timeout=SECONDS)
        replies = len(ada.replies)
        newest = max(api.updates.published)
        for _ in range(5):
            api.updates.repeat([newest])
        ada.send("/privacy")
        await ada.wait_for(1, timeout=SECONDS)
        await settled(app)
        assert await count(app, Feedback) == 1
        assert len(ada.replies) == replies + 1


async def test_forged_old_and_foreign_buttons_open_the_menu(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada = api.person(1, "en")
        ada.send("/start")
        await ada.wait_for(1, timeout=SECONDS)
        message = ada.last.message_id
        for number, data in enumerate(["x", "mnothing", "sask:no/such", "mhelped:maybe:x:y:z", "mdelete:yes", "m" + "é" * 31, "s", "mask"]):
            query = {
                "id": f"forged{number}",
                "from": {"id": 1, "is_bot": False, "first_name": "A"},
                "message": {"message_id": message, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"},
                "chat_instance": "1",
                "data": data,
            }
            api.inject([{"callback_query": query}])
        await settled(app)
        await api.wait_for_calls(8, "answerCallbackQuery", timeout=SECONDS)
        assert await count(app, Someone) == 1
        assert "menu" in plain(ada.transcript[-1].html).lower() or ada.last.labels


async def test_429_and_500_and_lost_answers_lose_nothing(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada = api.person(1, "en")
        api.faults.add("429", 1, method="sendMessage", seconds=1)
        ada.send("/start")
        await ada.wait_for(1, timeout=SECONDS)
        api.faults.add("500", 1, method="sendMessage")
        ada.send("/menu")
        await ada.wait_for(1, timeout=SECONDS)
        api.faults.add("lost", 1, method="sendMessage")
        ada.send("/privacy")
        await ada.wait_for(2, timeout=SECONDS)
        texts = [line.text for line in ada.replies]
        assert texts[-1] == texts[-2], "the answer got lost, so it was sent once more"
        await settled(app)


async def test_messages_of_one_person_never_overtake_each_other(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada = api.person(1, "en")
        api.faults.add("500", 2, method="sendMessage")
        commands = ["/menu", "/privacy", "/delete", "/place"] * 5
        for command in commands:
            ada.send(command)
        await ada.wait_for(len(commands), timeout=60)
        await settled(app)
        sent = [line.text for line in ada.replies]
        assert sent == [sent[index % 4] for index in range(20)]
        assert len(set(sent[:4])) == 4


async def test_a_blocked_bot_is_silent_until_the_person_writes_again(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada = api.person(1, "en")
        ada.send("/menu")
        await ada.wait_for(1, timeout=SECONDS)
        ada.block()
        await unreachable(app, expected=True)
        ada.unblock()
        ada.send("/menu")
        await ada.wait_for(1, timeout=SECONDS)
        await unreachable(app, expected=False)


async def test_telegram_down_for_a_while(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada = api.person(1, "en")
        ada.send("/menu")
        await ada.wait_for(1, timeout=SECONDS)
        await api.down()
        ada.send("/privacy")
        await api.up()
        await ada.wait_for("no name", timeout=60)
        await settled(app)


async def test_a_second_process_on_the_same_bot_is_told_and_goes_on(api: BotApi, serve: Serve) -> None:
    async with serve():
        ada = api.person(1, "en")
        ada.send("/menu")
        await ada.wait_for(1, timeout=SECONDS)
        api.updates.conflict()
        ada.send("/privacy")
        await ada.wait_for("no name", timeout=SECONDS)


async def test_human_opens_one_case_and_says_what_happens(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada = await welcomed(api, "en", "English", link="place_demo")
        for _ in range(2):
            ada.send("/human")
            await ada.wait_for("cannot say when", timeout=SECONDS)
        await settled(app)
        assert await count(app, Case) == 1


async def test_after_delete_no_row_of_the_person_is_left(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada = await welcomed(api, "en", "English", link="place_demo")
        ada.send("My name is Ada and I need a kindergarten place")
        await ada.wait_for(1, timeout=SECONDS)
        ada.send("/delete")
        await ada.wait_for("Shall I delete", timeout=SECONDS)
        ada.press("Yes, delete everything")
        await ada.wait_for("is deleted", timeout=SECONDS)
        await settled(app)
        async with asyncio.timeout(SECONDS):
            while await count(app, Address):
                await asyncio.sleep(0)
        assert await count(app, Someone) == 0


async def test_webhook_stores_first_and_refuses_a_wrong_secret(api: BotApi, serve: Serve) -> None:
    async with serve(telegram_mode="webhook", telegram_webhook_secret="s3cret") as app:  # noqa: S106 - of this test
        telegram = app.channels["telegram"]
        body = b'{"update_id": 7, "message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "from": {"id": 1, "is_bot": false, "first_name": "A", "language_code": "en"}, "text": "/menu"}}'  # noqa: E501 - one update
        api.person(1).send("hello")
        webhook = telegram.webhook  # type: ignore[attr-defined]  # of this channel alone
        assert await webhook({"x-telegram-bot-api-secret-token": "wrong"}, body) == 403
        assert await webhook({}, body) == 403
        assert await webhook({"x-telegram-bot-api-secret-token": "s3cret"}, b"{nonsense") == 400
        assert await webhook({"x-telegram-bot-api-secret-token": "s3cret"}, body) == 200
        assert await webhook({"x-telegram-bot-api-secret-token": "s3cret"}, body) == 200
        await api.wait_for_calls(1, "sendMessage", timeout=SECONDS)
        await settled(app)
        assert await count(app, Inbox) == 1
