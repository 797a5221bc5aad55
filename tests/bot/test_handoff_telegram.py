"""A human takes over in Telegram, over HTTP: what is said arrives in order, its fate is known, the program is silent meanwhile."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Row, func, select, update
from sqlmodel import col

from bot import codec
from bot.app import App
from bot.speaking import Spoken, TooLateError
from dialogs import handing
from dialogs.model import Choice, Reply
from handoff import cases, relay
from handoff.errors import NotFoundError
from store.desk import News
from store.statements import table_of
from store.tables import Case, Message, Municipality, Outbox, User
from store.types import utcnow
from tests.bot.conftest import Serve
from tests.bot.test_telegram import SECONDS, count, settled, welcomed
from tests.botapi import BotApi
from tests.botapi.people import Person
from tests.cases import staff

pytestmark = pytest.mark.service
ASKS = "ምስ ሰብ ክዛረብ ይደሊ"
messages = table_of(Message)


class Adviser:
    """Somebody at the desk of the demonstration: their verbs, each in a transaction as a route of the desk does it."""

    def __init__(self, app: App, municipality: int, user: int) -> None:
        self.app, self.municipality, self.user = app, municipality, user
        self.case = self.person = 0

    async def claim(self) -> None:
        """Take the newest case."""
        async with self.app.database.write() as session:
            row = (await session.scalars(select(Case).order_by(col(Case.id).desc()).limit(1))).one()
            self.case, self.person = int(row.id or 0), int(row.person_id or 0)
            await cases.claim(session, municipality=self.municipality, case=self.case, user=self.user)

    async def say(self, *texts: str, rows: tuple[tuple[Choice, ...], ...] = ()) -> list[Spoken]:
        """Answer, perhaps several times in one breath."""
        spoken = []
        async with self.app.database.write() as session:
            for text in texts:
                reply = Reply(text=text, language="en", rows=rows)
                one = await self.app.speaker.say(session, person=self.person, reply=reply, case=self.case, author=self.user)
                await relay.answered(session, municipality=self.municipality, case=self.case, user=self.user, message=one.message)
                spoken.append(one)
        self.app.speaker.deliver(spoken)
        return spoken

    async def edit(self, message: int, text: str) -> None:
        async with self.app.database.write() as session:
            spoken = await self.app.speaker.edit(session, message=message, text=text)
        self.app.speaker.deliver([spoken])

    async def unsay(self, message: int) -> None:
        async with self.app.database.write() as session:
            spoken = await self.app.speaker.unsay(session, message=message)
        self.app.speaker.deliver([spoken])

    async def give_back(self) -> None:
        """Let the program answer again."""
        async with self.app.database.write() as session:
            assert await cases.return_bot(session, municipality=self.municipality, case=self.case, user=self.user)
            said = await self.app.speaker.say(session, person=self.person, reply=handing.returned(language="ti"), case=self.case)
        self.app.speaker.deliver([said])


async def adviser_in(app: App) -> Adviser:
    async with app.database.write() as session:
        town = await session.scalar(select(col(Municipality.id)).where(col(Municipality.slug) == "demo"))
        users = await staff(session, municipality=int(town or 0), names=("Anna Adler",))
        return Adviser(app, int(town or 0), int(users[0].id or 0))


async def held(api: BotApi, app: App) -> tuple[Person, Adviser]:
    """A person who asked for a human, and the adviser who took over."""
    ada = await welcomed(api, "en", "English", link="place_demo")
    ada.send("/human")
    await opened(app)
    await settled(app)
    anna = await adviser_in(app)
    await anna.claim()
    return ada, anna


async def opened(app: App) -> None:
    """Wait until somebody asked for a human: a message more may also be a late one of the welcome."""
    async with asyncio.timeout(SECONDS):
        while True:
            async with app.database.read() as session:
                if await session.scalar(select(func.count()).select_from(Case)):
                    return
            await asyncio.sleep(0)


async def line(app: App, message: int) -> Row[tuple[Message]]:
    async with app.database.read() as session:
        return (await session.execute(select(messages).where(messages.c.id == message))).one()


async def stands(app: App, message: int, delivery: str, failure: str | None = None) -> Row[tuple[Message]]:
    """Wait until a line of the history is said to be delivered like this."""
    async with asyncio.timeout(SECONDS):
        while True:
            row = await line(app, message)
            if row.delivery == delivery:
                assert row.failure == failure
                return row
            await asyncio.sleep(0)


async def incoming(app: App) -> list[tuple[str, int | None]]:
    """What the person wrote (no commands), with its case."""
    async with app.database.read() as session:
        rows = list(await session.execute(select(messages).where(messages.c.incoming).order_by(messages.c.id)))
    texts = [(codec.open_message(app.desk.keyring, row.sealed_payload)["text"], row.case_id) for row in rows]
    return [(text, case) for text, case in texts if not text.startswith("/")]


async def writes(app: App, person: Person, text: str) -> None:
    """Write something that is only kept, and wait until it is."""
    person.send(text)
    async with asyncio.timeout(SECONDS):
        while text not in [kept for kept, _ in await incoming(app)]:
            await asyncio.sleep(0)
    await settled(app)


async def news_about(app: App) -> int:
    async with app.database.read() as session:
        return int(await session.scalar(select(func.count()).select_from(News).where(col(News.kind) == "message")) or 0)


async def test_a_person_asks_in_tigrinya_and_a_human_answers(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada = await welcomed(api, "ti", "ትግርኛ", link="place_demo")
        ada.send(ASKS)
        await ada.wait_for(1, timeout=SECONDS)
        await settled(app)
        assert await count(app, Case) == 1
        anna = await adviser_in(app)
        await anna.claim()
        assert await incoming(app) == [(ASKS, anna.case)], "the very message that opened the case belongs to it"

        await writes(app, ada, "ሓደ ሕቶ ኣሎኒ")
        (said,) = await anna.say("ሰላም፡ ከመይ ክሕግዘካ ይኽእል")
        await ada.wait_for("ሰላም", timeout=SECONDS)
        row = await stands(app, said.message, "sent")
        assert row.external == str(ada.last.message_id)
        before = len(ada.replies)
        await writes(app, ada, "የቐንየለይ")
        assert len(ada.replies) == before, "the program is silent"
        assert await incoming(app) == [(ASKS, anna.case), ("ሓደ ሕቶ ኣሎኒ", anna.case), ("የቐንየለይ", anna.case)]
        async with app.database.read() as session:
            assert (await session.get_one(Case, anna.case)).waiting_since is not None

        await anna.give_back()
        await ada.wait_for(1, timeout=SECONDS)
        ada.send("/menu")
        await ada.wait_for(1, timeout=SECONDS)
        assert ada.last.labels


async def test_danger_is_answered_while_a_human_has_the_word(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada, anna = await held(api, app)
        ada.send("I want to kill myself")
        await ada.wait_for("112", timeout=SECONDS)
        await settled(app)
        assert await incoming(app) == [], "in danger nothing of the message is kept"
        async with app.database.read() as session:
            case = await session.get_one(Case, anna.case)
        assert (case.urgent, case.owner_id, case.reason) == (True, anna.user, "safety")


async def test_a_claim_between_understanding_and_applying_silences_the_program(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada = await welcomed(api, "en", "English", link="place_demo")
        ada.send("/human")
        await opened(app)
        await settled(app)
        anna, understand = await adviser_in(app), app.brain.understand

        async def claimed_meanwhile(text: str, *, language: str | None) -> object:
            match = await understand(text, language=language)
            await anna.claim()
            return match

        app.brain.understand = claimed_meanwhile  # type: ignore[assignment,method-assign]  # a slow thought, during which somebody claims
        before = len(ada.replies)
        await writes(app, ada, "How do I get a place in a kindergarten?")
        assert len(ada.replies) == before
        assert await incoming(app) == [("How do I get a place in a kindergarten?", anna.case)]


async def test_who_blocked_the_bot_is_told_as_unreachable(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada, anna = await held(api, app)
        told = await news_about(app)
        api.faults.add("403", 1, method="sendMessage")
        first, second = await anna.say("one", "two")
        for said in (first, second):
            await stands(app, said.message, "failed", "unreachable")
        assert await news_about(app) > told, "open pages of the desk hear of it"
        assert await count(app, Outbox) == 0
        (third,) = await anna.say("three")
        assert third.delivery == "failed"
        await stands(app, third.message, "failed", "unreachable")
        assert "one" not in [reply.text for reply in ada.replies]

        await writes(app, ada, "I am back")
        await anna.edit(third.message, "three again")
        await ada.wait_for("three again", timeout=SECONDS)
        await stands(app, third.message, "sent")


async def test_a_block_fails_what_waits(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada, anna = await held(api, app)
        fault = api.faults.add("500", None, method="sendMessage")
        said = await anna.say("one", "two")
        async with asyncio.timeout(SECONDS):
            while not fault.hits:
                await asyncio.sleep(0)
        ada.block()
        for one in said:
            await stands(app, one.message, "failed", "unreachable")
        assert await count(app, Outbox) == 0
        assert not {"one", "two"} & {reply.text for reply in ada.replies}


async def test_what_telegram_refuses_and_what_is_too_old_is_told(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada, anna = await held(api, app)
        (refused,) = await anna.say("with a bad button", rows=((Choice(label="x", id="x" * 80),),))
        await stands(app, refused.message, "failed", "refused")
        api.faults.add("500", 1, method="sendMessage")
        async with app.database.write() as session:
            reply = Reply(text="late", language="en")
            old = await app.speaker.say(session, person=anna.person, reply=reply, case=anna.case, author=anna.user)
            await session.execute(update(Outbox).values(created_at=utcnow() - timedelta(hours=25)))
        app.speaker.deliver([old])
        await stands(app, old.message, "failed", "given_up")
        await anna.edit(old.message, "late, but here")
        await ada.wait_for("late, but here", timeout=SECONDS)
        await stands(app, old.message, "sent")


async def test_edits_and_deletions_reach_the_person(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada, anna = await held(api, app)
        (said,) = await anna.say("Come on Monday")
        await ada.wait_for("Come on Monday", timeout=SECONDS)
        await anna.edit(said.message, "Come on Tuesday")
        await ada.wait_for("Come on Tuesday", timeout=SECONDS)
        row = await stands(app, said.message, "sent")
        assert row.edited_at is not None
        assert (ada.last.text, ada.last.edits) == ("Come on Tuesday", 1)
        await settled(app)

        await anna.unsay(said.message)
        await ada.wait_for(lambda person: "Come on Tuesday" not in [reply.text for reply in person.replies], timeout=SECONDS)
        row = await line(app, said.message)
        assert row.deleted_at is not None
        assert codec.open_message(app.desk.keyring, row.sealed_payload).get("text", "") == ""
        await settled(app)
        with pytest.raises(NotFoundError):
            await anna.edit(said.message, "again")


async def test_a_message_older_than_two_days_stays(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada, anna = await held(api, app)
        (said,) = await anna.say("Come on Monday")
        await stands(app, said.message, "sent")
        async with app.database.write() as session:
            await session.execute(update(messages).where(messages.c.id == said.message).values(created_at=utcnow() - timedelta(hours=49)))
        with pytest.raises(TooLateError) as caught:
            await anna.unsay(said.message)
        assert caught.value.data == {"hours": 48}
        assert (await line(app, said.message)).deleted_at is None
        assert ada.last.text == "Come on Monday"


async def test_changes_wait_for_what_is_before_them(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada, anna = await held(api, app)
        api.faults.add("500", 2, method="sendMessage")
        first, second, third = await anna.say("first", "second", "third")
        await anna.edit(first.message, "first, better")
        await anna.unsay(second.message)
        await settled(app)
        await stands(app, third.message, "sent")
        assert [reply.text for reply in ada.replies][-2:] == ["first, better", "third"]
        assert "second" not in str(ada.transcript)
        assert api.world.refused == []


async def test_a_very_long_message_is_sent_edited_and_deleted_in_pieces(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada, anna = await held(api, app)
        before = len(ada.replies)
        (said,) = await anna.say("<" * 4100)
        await stands(app, said.message, "sent")
        assert "".join(reply.text for reply in ada.replies[before:]) == "<" * 4100
        assert len(ada.replies) - before == 5
        await anna.edit(said.message, "short & <b>plain</b>")
        await ada.wait_for("short", timeout=SECONDS)
        await settled(app)
        assert [reply.text for reply in ada.replies[before:]] == ["short & <b>plain</b>"]
        await anna.edit(said.message, "& " * 3000)
        await settled(app)
        await stands(app, said.message, "sent")
        assert len(ada.replies) - before > 1
        await anna.unsay(said.message)
        await settled(app)
        assert len(ada.replies) == before


async def test_429_and_lost_answers_keep_the_order(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada, anna = await held(api, app)
        before = len(ada.replies)
        api.faults.add("429", 1, method="sendMessage", seconds=1, skip=2)
        api.faults.add("lost", 2, method="sendMessage", skip=4)
        texts = [f"line {number}" for number in range(8)]
        said = [one for text in texts for one in await anna.say(text)]
        await settled(app)
        for one in said:
            await stands(app, one.message, "sent")
        arrived = [reply.text for reply in ada.replies[before:]]
        assert list(dict.fromkeys(arrived)) == texts
        assert arrived == sorted(arrived)
        assert len(arrived) == len(texts) + 2, "a lost answer is a duplicate, never a gap"


async def test_deleting_everything_while_a_human_has_the_word(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada, anna = await held(api, app)
        await writes(app, ada, "my very secret question")
        (said,) = await anna.say("my very secret answer")
        await stands(app, said.message, "sent")
        ada.send("/delete")
        await ada.wait_for("Shall I delete", timeout=SECONDS)
        ada.press("Yes, delete everything")
        await ada.wait_for("is deleted", timeout=SECONDS)
        await settled(app)
        assert [await count(app, table) for table in (Message, Case, Outbox)] == [0, 0, 0]
        with pytest.raises(NotFoundError):
            await anna.say("too late")
        async with app.database.read() as session:
            assert await session.get(User, anna.user) is not None


async def test_files_and_voice_are_refused_with_a_word_and_the_adviser_hears(api: BotApi, serve: Serve) -> None:
    sends: tuple[Callable[[Person], int], ...] = (Person.send_voice, Person.send_photo, Person.send_document)
    async with serve() as app:
        ada, anna = await held(api, app)
        for send in sends:
            told, before = await news_about(app), len(ada.replies)
            send(ada)
            await ada.wait_for(1, timeout=SECONDS)
            await settled(app)
            assert len(ada.replies) == before + 1
            assert await news_about(app) > told
            assert anna.case
