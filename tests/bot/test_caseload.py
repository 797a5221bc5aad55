"""What happens in cases by the clock: each step once, with its words to the person and its e-mails, and nothing in an idle second."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update
from sqlmodel import col

from bot import codec, letters, mail
from bot.apply import World
from bot.caseload import Caseload
from bot.channels import TRAITS
from bot.delivery import Delivery
from bot.inbox import Desk
from bot.speaking import Speaker
from dialogs.model import Town
from handoff import cases, leaves
from knowledge.model import Knowledge
from store.crypto import Keyring
from store.database import Database
from store.scheduling import Reminder
from store.tables import Case, Conversation, Message, Outbox, User
from tests import smtp
from tests.cases import Known, Open, person_with_case, place, staff

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)  # a Monday
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Office:
    """A town with two advisers, and the clockwork of one process (or, `other`, of a second one on the same database)."""

    def __init__(self, base: Database, keyring: Keyring, knowledge: Knowledge) -> None:
        self.base, self.keyring, self.knowledge = base, keyring, knowledge
        self.town = 0
        self.users: list[int] = []

    async def open(self) -> None:
        async with self.base.write() as session:
            self.town = await place(session)
            self.users = [int(user.id or 0) for user in await staff(session, municipality=self.town, names=("Anna Adler", "Bela Bach"))]

    def clockwork(self, name: str = "one") -> Caseload:
        desk = Desk(owner=name, keyring=self.keyring, index_key=b"i" * 32)
        towns = {"testort": Town(id=self.town, slug="testort", name="Testort", staffed=True, demo=False)}
        world = World(knowledge=self.knowledge, towns=towns, traits=TRAITS)
        speaker = Speaker(desk=desk, traits=TRAITS, delivery=Delivery(database=self.base, desk=desk, channels={}))
        return Caseload(database=self.base, desk=desk, world=world, speaker=speaker)

    async def case(self, *, channel: str = "telegram", language: str = "en", **known: Any) -> Open:
        async with self.base.write() as session:
            like = Known(**known)
            return await person_with_case(session, municipality=self.town, channel=channel, language=language, known=like, now=NOW)

    def by(self, one: Open, user: int | None = None) -> dict[str, Any]:
        return {"municipality": self.town, "case": one.case, "user": self.users[0] if user is None else user, "now": NOW}

    async def said(self, person: int) -> list[str]:
        async with self.base.read() as session:
            lines = await session.scalars(select(Message).where(col(Message.person_id) == person).order_by(col(Message.id)))
            payloads = [codec.open_message(self.keyring, line.sealed_payload) for line in lines]
        return [f"{payload.get('title', '')} {payload['text']}".strip() for payload in payloads]

    async def one(self, table: Any, which: int) -> Any:
        async with self.base.read() as session:
            return await session.get_one(table, which)


@pytest.fixture
async def office(base: Database, keyring: Keyring, knowledge: Knowledge) -> Office:
    made = Office(base, keyring, knowledge)
    await made.open()
    return made


async def test_the_program_returns_at_the_set_time(office: Office) -> None:
    one = await office.case(owner=office.users[0])
    async with office.base.write() as session:
        await cases.set_return(session, at=NOW + MINUTE, **office.by(one))
    clock = office.clockwork()
    await clock.tick(NOW)
    assert await office.said(one.person) == []
    await clock.tick(NOW + MINUTE)
    await clock.tick(NOW + 2 * MINUTE)
    (said,) = await office.said(one.person)
    assert said.startswith("The program answers again.")
    assert (await office.one(Conversation, one.person)).held_by_case is None
    async with office.base.read() as session:
        parcel = (await session.scalars(select(Outbox))).one()
        line = (await session.scalars(select(Message))).one()
    assert (parcel.message_id, line.case_id, line.author_id, line.delivery) == (line.id, one.case, None, "queued")


async def test_a_follow_up_brings_its_message_and_the_case_back(office: Office) -> None:
    one = await office.case(owner=office.users[0], channel="web")
    async with office.base.write() as session:
        await cases.follow_up(session, office.keyring, until=NOW + DAY, message="Did the letter come?", **office.by(one))
    clock = office.clockwork()
    await clock.tick(NOW)
    assert await office.said(one.person) == []
    await clock.tick(NOW + DAY)
    await clock.tick(NOW + DAY)
    (said,) = await office.said(one.person)
    assert "Did the letter come?" in said
    assert "Anna Adler" in said
    async with office.base.read() as session:
        line = (await session.scalars(select(Message))).one()
    assert (line.author_id, line.delivery) == (office.users[0], "sent")
    assert (await office.one(Case, one.case)).state == "claimed"


async def test_nobody_answers_an_urgent_case(office: Office) -> None:
    one = await office.case(urgent=True, waiting=timedelta(), language="ti")
    async with office.base.write() as session:
        await session.execute(update(Case).values(rung_at=NOW))
    clock = office.clockwork()
    await clock.tick(NOW)
    (first,) = await office.said(one.person)
    assert "112" in first
    await clock.tick(NOW + 10 * MINUTE)
    assert len(await office.said(one.person)) == 1, "a reminder to advisers is nothing for the person"
    async with smtp.running() as server:
        post = mail.post_of(smtp_url=f"smtp://127.0.0.1:{server.port}", mail_from="lotse@kreis.example", base_url="https://lotse.example")
        assert post
        sent = await letters.send_due(office.base, post, base_url="https://lotse.example", owner="one", now=NOW + 11 * MINUTE)
        again = await letters.send_due(office.base, post, base_url="https://lotse.example", owner="one", now=NOW + 11 * MINUTE)
    assert (sent, again) == (2, 0)
    letter = server.letters[0]
    assert f"https://lotse.example/desk/cases/{one.case}" in letter.get_content()
    assert letter["Message-ID"].startswith("<lotse-case-")
    assert sorted(server.recipients) == sorted(await emails(office))
    async with office.base.read() as session:
        assert set(await session.scalars(select(col(Reminder.state)))) == {"sent"}


async def emails(office: Office) -> list[str]:
    async with office.base.read() as session:
        return list(await session.scalars(select(col(User.email))))


@pytest.mark.parametrize(("answer", "state"), [("450 later", "pending"), ("550 never", "failed")])
async def test_letters_that_are_not_taken(office: Office, answer: str, state: str) -> None:
    await office.case(urgent=True, waiting=timedelta())
    async with office.base.write() as session:
        await session.execute(update(Case).values(rung=1, rung_at=NOW))
    await office.clockwork().tick(NOW)
    async with smtp.running() as server:
        post = mail.post_of(smtp_url=f"smtp://127.0.0.1:{server.port}", mail_from="lotse@kreis.example", base_url="https://lotse.example")
        assert post
        server.answers["RCPT"] = [answer, answer]
        assert await letters.send_due(office.base, post, base_url="", owner="one", now=NOW) == 0
    async with office.base.read() as session:
        rows = list(await session.scalars(select(Reminder)))
    assert {row.state for row in rows} == {state}
    assert state == "failed" or {row.due_at for row in rows} == {NOW + MINUTE}


async def test_clients_of_an_absent_adviser_are_told_once(office: Office) -> None:
    one = await office.case(owner=office.users[0])
    clock = office.clockwork()
    await clock.give_notice(NOW)
    assert await office.said(one.person) == []
    async with office.base.write() as session:
        day = date(2026, 11, 23)
        await leaves.add(session, municipality=office.town, user=office.users[0], starts_on=day, ends_on=day, substitute=office.users[1])
    await clock.give_notice(NOW)
    await clock.give_notice(NOW)
    (said,) = await office.said(one.person)
    assert "Bela Bach" in said


async def test_two_processes_do_each_step_once(office: Office) -> None:
    people = [await office.case(owner=office.users[0]) for _ in range(8)]
    async with office.base.write() as session:
        await session.execute(update(Case).values(bot_returns_at=NOW))
    sleepers = [await office.case(owner=office.users[0]) for _ in range(8)]
    for one in sleepers:
        async with office.base.write() as session:
            await cases.follow_up(session, office.keyring, until=NOW, message="Now?", **office.by(one))
    await asyncio.gather(*(office.clockwork(name).tick(NOW) for name in ("one", "two", "three")))
    for one in (*people, *sleepers):
        assert len(await office.said(one.person)) == 1


async def test_a_step_that_fails_holds_up_nobody(office: Office) -> None:
    broken, whole = [await office.case(owner=office.users[0]) for _ in range(2)]
    for one in (broken, whole):
        async with office.base.write() as session:
            await cases.follow_up(session, office.keyring, until=NOW, message="Now?", **office.by(one))
    async with office.base.write() as session:
        await session.execute(update(Case).where(col(Case.id) == broken.case).values(sealed_follow_up=b"damaged"))
    clock = office.clockwork()
    await clock.tick(NOW)
    await clock.tick(NOW)
    assert [await office.said(one.person) == [] for one in (broken, whole)] == [True, False]


async def test_an_idle_second_opens_no_write_transaction(office: Office) -> None:
    await office.case(owner=office.users[0])
    clock = office.clockwork()
    begun: list[str] = []
    event.listen(office.base.writer.sync_engine, "begin", lambda _: begun.append("write"))
    if office.base.is_sqlite:
        await clock.tick(NOW)
        assert begun == []
    else:
        written: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            written.extend(word for word in ("INSERT", "UPDATE ", "DELETE") if statement.startswith(word))

        event.listen(office.base.writer.sync_engine, "before_cursor_execute", note)
        await clock.tick(NOW)
        assert written == []
