"""Telling news of courses: once a day, never when it is quiet, everything that fits and nothing twice, whatever is killed."""

import asyncio
import random
import re
import signal
import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update
from sqlmodel import col

from bot import codec
from bot.apply import World
from bot.channels import TRAITS
from bot.course_news import BATCH, Teller
from bot.delivery import Delivery
from bot.inbox import Desk
from bot.speaking import Speaker
from dialogs import course_alerts
from dialogs.model import Reply
from handoff import personal_data
from knowledge.courses import alerts
from knowledge.courses.filters import Filters
from knowledge.courses.record import Course
from knowledge.model import Knowledge
from store import database
from store.courses import CourseAlert, CourseNews, Enrolment
from store.crypto import Keyring
from store.database import Database
from store.scheduling import Site
from store.tables import Address, Message, Outbox
from tests import scheduling
from tests.courses.alerting import DAY, NOON, TODAY, Office, course, free
from tests.scheduling import local

KEYS = Keyring([b"k" * 32])
NOTHING = Knowledge(articles={}, contacts={})
A1 = Filters(level="A1")
ROOT = Path(__file__).parent.parent.parent
SECONDS = 60
# The telling alone, as a process: until nothing is left.
PROGRAM = """
import asyncio, sys
from datetime import datetime
from tests.bot import test_course_news
asyncio.run(test_course_news.tell_all(sys.argv[1], datetime.fromisoformat(sys.argv[2])))
"""


def teller(base: Database, name: str = "test") -> Teller:
    desk = Desk(owner=name, keyring=KEYS, index_key=b"i" * 32)
    speaker = Speaker(desk=desk, traits=TRAITS, delivery=Delivery(database=base, desk=desk, channels={}))
    return Teller(database=base, desk=desk, world=World(knowledge=NOTHING, towns={}, traits=TRAITS), speaker=speaker)


async def tell_all(url: str, now: datetime) -> None:
    base = database.connect(url)
    told = teller(base)
    while await told.tell(now):
        pass
    await base.close()


@pytest.fixture
def office(base: Database) -> Office:
    return Office(base)


async def read(office: Office, who: int) -> list[Reply]:
    async with office.base.read() as session:
        rows = await session.scalars(select(col(Message.sealed_payload)).where(col(Message.person_id) == who).order_by(col(Message.id)))
        return [codec.reply_from_json(codec.open_message(KEYS, sealed)) for sealed in rows]


async def count(office: Office, table: type[Message | Outbox | CourseNews | CourseAlert | Enrolment]) -> int:
    async with office.base.read() as session:
        return int(await session.scalar(select(func.count()).select_from(table)) or 0)


def titles(reply: Reply) -> list[str]:
    return re.findall(r"Kurs \w+ \(Demo\)", reply.text)


def ids(reply: Reply) -> list[str]:
    return [choice.id for row in reply.rows for choice in row]


async def test_the_news_of_a_day_are_one_message_with_one_press_to_stop(office: Office) -> None:
    who = await office.waiting(A1)
    await office.file(course("1"), free(course("2", town="Speyer")))
    await teller(office.base).tell(NOON)
    (reply,) = await read(office, who)
    numbers = [await office.number(key) for key in ("1", "2")]
    assert reply.title == "News about courses"
    assert reply.text.startswith("New: Kurs 1 (Demo)\nLandau · Saturday, December 5, 2026 · Monday and Wednesday · 18:00–20:00")
    assert titles(reply) == ["Kurs 1 (Demo)", "Kurs 2 (Demo)"]
    assert ids(reply)[:3] == [*(f"course:{number}" for number in numbers), "alert:all"]
    assert (await count(office, Message), await count(office, Outbox)) == (1, 1)


async def test_of_many_courses_six_are_named_and_the_others_are_one_press_away(office: Office) -> None:
    who = await office.waiting(A1)
    await office.file(*(course(str(number)) for number in range(10)))
    await teller(office.base).tell(NOON)
    (reply,) = await read(office, who)
    assert len(titles(reply)) == course_alerts.MOST
    labels = [choice.label for row in reply.rows for choice in row]
    assert labels[course_alerts.MOST : course_alerts.MOST + 2] == ["And 4 more", "Stop these messages"]
    assert await office.untold(who) == []


async def test_in_a_right_to_left_language_titles_stand_by_themselves(office: Office) -> None:
    who = await office.person(language="ar")
    await office.waits(who, A1)
    await office.file(course())
    await teller(office.base).tell(NOON)
    (reply,) = await read(office, who)
    assert "\u2068Kurs 1 (Demo)\u2069" in reply.text


async def test_who_goes_there_stops_with_one_press_too(office: Office) -> None:
    who = await office.person()
    await office.file(course())
    await office.goes(who, "1")
    await office.file(course(time_from=600))
    await teller(office.base).tell(NOON)
    (reply,) = await read(office, who)
    assert reply.text.startswith("New dates: Kurs 1 (Demo)")
    assert f"enrol:stop:{await office.number('1')}" in ids(reply)


async def test_what_comes_later_on_a_day_waits_for_the_next(office: Office) -> None:
    who = await office.waiting(A1)
    await office.file(course("1"))
    told = teller(office.base)
    await told.tell(local(TODAY, 8))
    await office.file(course("1"), course("2"))
    for hour in (9, 20):
        await told.tell(local(TODAY, hour))
    assert len(await read(office, who)) == 1
    await told.tell(local(TODAY + DAY, 8, 1))
    assert [titles(reply) for reply in await read(office, who)] == [["Kurs 1 (Demo)"], ["Kurs 2 (Demo)"]]


async def test_not_even_two_processes_write_twice_on_a_day(office: Office) -> None:
    waiting = [await office.waiting(A1) for _ in range(12)]
    await office.file(course("1"), course("2"))

    async def work(name: str) -> None:
        told = teller(office.base, name)
        for _ in range(3):
            await told.tell(NOON)

    await asyncio.gather(*(work(name) for name in ("a", "b", "c")))
    assert [[titles(reply) for reply in await read(office, who)] for who in waiting] == [[["Kurs 1 (Demo)", "Kurs 2 (Demo)"]]] * 12
    assert await count(office, Outbox) == 12


# The nights in which clocks change, and one in which they do not.
@pytest.mark.parametrize("night", [date(2026, 3, 28), date(2026, 10, 24), date(2026, 11, 21)])
async def test_never_in_the_quiet_hours_of_the_town_and_once_on_each_day(office: Office, night: date) -> None:
    async with office.base.write() as session:
        town = (await scheduling.town(session)).municipality
        await session.execute(update(Site).values(quiet_from=20 * 60, quiet_until=9 * 60))
    office.today = night
    who = await office.person(municipality=town)
    await office.waits(who, A1)
    told, said = teller(office.base), []
    dates = {"start_date": night + 14 * DAY, "end_date": night + 134 * DAY, "last_checked": night}
    courses: list[Course] = []
    at, end = local(night, 15), local(night + DAY, 23)
    while at < end:
        courses.append(course(str(len(courses)), **dates))
        await office.file(*courses)
        before = len(await read(office, who))
        await told.tell(at)
        said += [at.astimezone(scheduling.BERLIN)] * (len(await read(office, who)) - before)
        at += timedelta(minutes=30)
    assert [(moment.date(), moment.hour, moment.minute) for moment in said] == [(night, 15, 0), (night + DAY, 9, 0)]


async def test_who_is_reached_nowhere_is_given_up_and_holds_up_nobody(office: Office) -> None:
    gone, there = await office.waiting(A1), await office.waiting(A1)
    async with office.base.write() as session:
        await session.execute(update(Address).where(col(Address.person_id) == gone).values(unreachable=True))
    await office.file(course())
    await teller(office.base).tell(NOON)
    assert (await read(office, gone), len(await read(office, there))) == ([], 1)
    assert await office.untold(gone) == []


async def test_what_cannot_be_worded_is_given_up_and_holds_up_nobody(office: Office) -> None:
    broken, there = await office.person(language="xx"), await office.person()
    for who in (broken, there):
        await office.waits(who, A1)
    await office.file(course())
    await teller(office.base).tell(NOON)
    assert (await read(office, broken), len(await read(office, there))) == ([], 1)
    assert await office.untold(broken) == []


async def test_in_the_web_chat_it_is_a_line_of_the_history_alone(office: Office) -> None:
    who = await office.person(channel="web")
    await office.waits(who, A1)
    await office.file(course())
    await teller(office.base).tell(NOON)
    assert (len(await read(office, who)), await count(office, Outbox)) == (1, 0)


async def test_more_people_than_fit_into_a_round_are_told_in_several(office: Office) -> None:
    waiting = [await office.waiting(A1) for _ in range(BATCH + 3)]
    await office.file(course())
    told = teller(office.base)
    assert [await told.tell(NOON), await told.tell(NOON), await told.tell(NOON)] == [True, False, False]
    assert [len(await read(office, who)) for who in waiting] == [1] * len(waiting)


async def test_who_is_deleted_takes_alerts_courses_and_news_along(office: Office) -> None:
    who, other = await office.waiting(A1), await office.waiting(A1)
    await office.file(course())
    await office.goes(who, "1")
    async with office.base.write() as session:
        document = await personal_data.export(session, KEYS, person=who)
        assert '"wishes": {\n        "level": "A1"' in document
        assert document.count("Kurs 1 (Demo)") == 2
        await personal_data.erase(session, person=who)
    assert [await count(office, table) for table in (CourseAlert, CourseNews, Enrolment)] == [1, 1, 0]
    await teller(office.base).tell(NOON)
    assert len(await read(office, other)) == 1


async def test_who_is_deleted_during_an_import_is_no_hindrance(office: Office) -> None:
    if office.base.is_sqlite:
        pytest.skip("one writer at a time: nobody is deleted meanwhile")
    who = await office.waiting(A1)
    async with office.base.write() as session:
        await personal_data.erase(session, person=who)
        imported = asyncio.create_task(office.file(course()))
        await blocked(office)
    await imported
    assert await count(office, CourseNews) == 0


async def blocked(office: Office) -> None:
    """Wait until a transaction waits for another one (PostgreSQL)."""
    async with asyncio.timeout(SECONDS):
        found = 0
        while not found:
            async with office.base.read() as session:
                found = await session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")) or 0


@pytest.mark.service
async def test_everybody_is_told_once_whenever_the_process_is_killed(office: Office, database_url: str) -> None:
    chance = random.Random(5)  # noqa: S311 - no secret
    wishes: Sequence[Filters] = (A1, Filters(level="C1"), Filters(part="evening"), Filters(part="morning", level="A2"))
    waiting = {await office.waiting(wanted): wanted for _ in range(15) for wanted in wishes}
    await office.file(course("1"), course("2", time_from=540), course("3", level_from="C1", level_to="C2"))
    expected = {A1: ["1", "2"], wishes[1]: ["3"], wishes[2]: ["1", "3"], wishes[3]: ["2"]}
    kills = 0
    for _ in range(3):
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM, database_url, NOON.isoformat(), cwd=ROOT)
        target = await count(office, Message) + chance.randint(1, 15)
        async with asyncio.timeout(SECONDS):
            while process.returncode is None and await count(office, Message) < target:
                await asyncio.sleep(0.01)
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        kills += await process.wait() == -signal.SIGKILL
    assert kills >= 2
    await tell_all(database_url, NOON)
    found = {who: [titles(reply) for reply in await read(office, who)] for who in waiting}
    assert found == {who: [[f"Kurs {key} (Demo)" for key in expected[wanted]]] for who, wanted in waiting.items()}
    async with office.base.read() as session:
        parcels = select(func.count()).select_from(Outbox).group_by(col(Outbox.address_id))
        assert list(await session.scalars(parcels)) == [1] * len(waiting)
        assert set(await session.scalars(select(col(CourseNews.state)))) == {"told"}


async def test_the_rows_of_an_alert_go_with_it(office: Office) -> None:
    who = await office.waiting(A1)
    await office.file(course())
    async with office.base.write() as session:
        await alerts.stop_all(session, person=who)
    assert [await count(office, table) for table in (CourseAlert, CourseNews)] == [0, 0]
