"""Alerts and own courses in a conversation: kept as they were found, told, looked at, stopped; nobody presses for others."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from bot import codec
from bot.app import App
from dialogs.model import Reply
from knowledge.courses import alerts
from scheduler import reminders
from store.courses import CourseAlert, Enrolment
from store.scheduling import Reminder
from store.tables import Message
from store.types import utcnow
from tests.appointments import Client, client
from tests.conversation import plain
from tests.courses.alerting import DAY, Office, course
from tests.scheduling import BERLIN, local

TODAY = utcnow().astimezone(BERLIN).date()
FRESH: dict[str, Any] = {"last_checked": TODAY, "start_date": TODAY + 14 * DAY, "end_date": TODAY + 134 * DAY}
LETTERS: dict[str, Any] = FRESH | {"course_type": "integration_literacy", "level_from": "", "level_to": "", "format": "online", "town": ""}


def noon(days: int = 0) -> datetime:
    return local(TODAY + days * DAY, 12)


async def press(who: Client, choice: str) -> str:
    await who.talker.send(kind="choice", choice=choice)
    return plain(who.talker.words)


def ids(reply: Reply) -> list[str]:
    return [choice.id for row in reply.rows for choice in row]


async def newest(app: App, who: Client) -> Reply:
    async with app.database.read() as session:
        mine = select(col(Message.sealed_payload)).where(col(Message.person_id) == who.person, ~col(Message.incoming))
        sealed = await session.scalar(mine.order_by(col(Message.id).desc()).limit(1))
    assert sealed
    return codec.reply_from_json(codec.open_message(app.desk.keyring, sealed))


async def kept(app: App, person: int) -> list[alerts.Alert]:
    async with app.database.read() as session:
        return await alerts.of_person(session, person=person)


async def test_from_the_search_to_the_news_and_back_to_silence(app: App) -> None:
    office, ada, ben = Office(app.database, today=TODAY), await client(app), await client(app)
    await office.file(course("old", **LETTERS))
    await press(ada, "alert:list")
    assert "I look for no course for you at the moment." in ada.talker.words
    await press(ada, "find_course:type=literacy")
    await press(ada, "courseset:drop:place")
    words = await press(ada, "alert:new")
    assert "You want: Reading and writing" in words
    assert "At most one message a day, and never at night." in words
    (alert,) = await kept(app, ada.person)
    assert alert.filters.literacy
    await office.file(course("old", **LETTERS), course("new", **LETTERS))
    await app.jobs.course_news.tell(noon())
    reply = await newest(app, ada)
    assert reply.text.startswith("New: Kurs new (Demo)")
    number = await office.number("new")
    assert ids(reply)[:2] == [f"course:{number}", "alert:all"]
    assert "Kurs new (Demo)" in await press(ada, f"course:{number}")
    assert "Kurs new (Demo)" in await press(ada, "alert:told")
    for forged in (f"alert:stop:{alert.id}", "alert:all", "alert:stop:x", "alert:told:99"):
        await press(ben, forged)
    assert await kept(app, ada.person) == [alert]
    assert "Reading and writing" in await press(ada, "alert:list")
    assert "I have stopped this." in await press(ada, "alert:all")
    assert await kept(app, ada.person) == []


async def test_without_wishes_they_are_asked_for_first(app: App) -> None:
    ada = await client(app)
    await Office(app.database, today=TODAY).file(course("1", **FRESH))
    await press(ada, "alert:new")
    async with app.database.read() as session:
        assert list(await session.scalars(select(CourseAlert))) == []
    assert ids(ada.talker.said[-1])


async def test_i_go_to_this_course(app: App) -> None:
    office, ada, ben = Office(app.database, today=TODAY), await client(app), await client(app)
    await office.file(course("1", **FRESH))
    number = await office.number("1")
    words = await press(ada, f"enrol:{number}")
    assert "Kurs 1 (Demo)" in words
    assert "Your course starts:" in words
    assert words.count("•") == 2
    assert "Kurs 1 (Demo)" in await press(ada, "enrol:list")
    assert "not offered any more" in await press(ben, "enrol:999999")
    await press(ben, f"enrol:stop:{number}")
    async with app.database.write() as session:
        assert len(list(await session.scalars(select(Enrolment)))) == 1
        await reminders.plan_enrolments(session, utcnow())
    await app.jobs.remind(local(TODAY + 13 * DAY, 17) + timedelta(seconds=1))
    assert (await newest(app, ada)).text.startswith("Kurs 1 (Demo)\n\nYour course starts:")
    assert "I have forgotten this course." in await press(ada, f"enrol:stop:{number}")
    async with app.database.read() as session:
        assert set(await session.scalars(select(col(Reminder.state)))) == {"sent", "void"}
        assert list(await session.scalars(select(Enrolment))) == []
