"""Advisers take and return cases while their people write: the program never answers into a human's turn, nothing is lost or told twice."""

import asyncio
import random
from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

import pytest
from sqlalchemy import func, select, text
from sqlmodel import col

from bot import codec
from bot.app import App
from bot.web.chats import add_browser
from dialogs.model import Inbound, Reply
from handoff import cases, relay
from store.desk import CaseEvent
from store.tables import Case, Conversation, Message, Municipality
from store.types import utcnow
from tests.cases import Open, person_with_case, staff

PEOPLE = 10
ROUNDS = 5
SECONDS = 120
QUESTIONS = ("How do I get a place in a kindergarten?", "Where do I learn German?", "I have lost my health card")


class Who(TypedDict):
    """Who does something to which case."""

    municipality: int
    case: int
    user: int


async def cast(app: App) -> tuple[list[Open], list[int]]:
    """People with open cases who write in the web chat, each in two browsers, and advisers."""
    async with app.database.write() as session:
        town = int(await session.scalar(select(col(Municipality.id)).where(col(Municipality.slug) == "demo")) or 0)
        users = await staff(session, municipality=town, names=("Anna", "Bela", "Cem"))
        people = [
            await person_with_case(
                session,
                municipality=town,
                channel="web",
                external=f"token-{number}",
                keyring=app.desk.keyring,
                index_key=app.desk.index_key,
            )
            for number in range(PEOPLE)
        ]
        for number, one in enumerate(people):
            await add_browser(session, app.desk, person=one.person, token=f"second-{number}")
    return people, [int(user.id or 0) for user in users]


def texts(browser: str) -> list[str]:
    return [f"{QUESTIONS[position % len(QUESTIONS)]} {browser} {position}" for position in range(ROUNDS)]


async def writing(app: App, browser: str, number: int, pace: asyncio.Barrier | None = None) -> None:
    """Write all questions; at the adviser's `pace` the first one before the case is taken, the second one before it is given back."""
    address = f"{browser}-{number}"
    for position, words in enumerate(texts(browser)):
        if pace and position == 1:
            await pace.wait()
        inbound = Inbound(channel="web", address=address, external_id=f"{address}-{position}", sent_at=utcnow(), text=words)
        await app.pipeline.receive([inbound])
        if pace and position <= 1:
            await pace.wait()


async def desk(app: App, one: Open, user: int, pace: asyncio.Barrier | None = None) -> None:
    """An adviser who takes a case, answers, and gives it back, again and again; each step as a route of the desk does it."""
    who: Who = {"municipality": one.municipality, "case": one.case, "user": user}
    for turn in range(ROUNDS):
        if pace and turn == 0:
            await pace.wait()
        async with app.database.write() as session:
            await cases.claim(session, **who)
            said = await app.speaker.say(session, person=one.person, reply=Reply(text="I am here", language="en"), case=one.case)
        app.speaker.deliver([said])
        if pace and turn == 0:
            await pace.wait()
            await pace.wait()
        await asyncio.sleep(random.random() / 50)  # noqa: S311 - no secret; people take time
        async with app.database.write() as session:
            said = await app.speaker.say(
                session, person=one.person, reply=Reply(text=f"answer {turn}", language="en"), case=one.case, author=user
            )
            await relay.answered(session, **who, message=said.message)
        app.speaker.deliver([said])
        async with app.database.write() as session:
            await cases.release(session, **who)


async def turns(app: App, case: int) -> list[tuple[datetime, str]]:
    """When the case was taken and given back."""
    async with app.database.read() as session:
        wanted = select(CaseEvent).where(col(CaseEvent.case_id) == case, col(CaseEvent.kind).in_(("claimed", "released")))
        return [(event.at, event.kind) for event in await session.scalars(wanted.order_by(col(CaseEvent.id)))]


def human_at(changes: list[tuple[datetime, str]], moment: datetime) -> bool:
    before = [kind for at, kind in changes if at < moment]
    return bool(before) and before[-1] == "claimed"


async def history(app: App, person: int) -> list[tuple[Message, Mapping[str, object]]]:
    async with app.database.read() as session:
        rows = await session.scalars(select(Message).where(col(Message.person_id) == person).order_by(col(Message.id)))
        return [(row, codec.open_message(app.desk.keyring, row.sealed_payload)) for row in rows]


async def deadlocks(app: App) -> int:
    """How often two transactions waited for each other in a circle; on SQLite they cannot."""
    if app.database.is_sqlite:
        return 0
    async with app.database.read() as session:
        return int(await session.scalar(text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")) or 0)


@pytest.mark.service
async def test_the_program_never_speaks_into_a_human_turn(app: App) -> None:
    people, users = await cast(app)
    async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
        for number, one in enumerate(people):
            pace = asyncio.Barrier(2)
            group.create_task(writing(app, "token", number, pace))
            group.create_task(writing(app, "second", number))
            group.create_task(desk(app, one, users[number % len(users)], pace))
    answered = silent = 0
    for one in people:
        changes, lines = await turns(app, one.case), await history(app, one.person)
        assert len(changes) == 2 * ROUNDS
        wrote = [line for line, _ in lines if line.incoming]
        kept = [payload["text"] for line, payload in lines if line.incoming]
        assert len(kept) == 2 * ROUNDS
        for browser in ("token", "second"):
            assert [words for words in kept if f" {browser} " in str(words)] == texts(browser)
        assert {line.case_id for line in wrote} == {one.case}
        program = [
            (line, payload) for line, payload in lines if not line.incoming and not line.author_id and payload["text"] != "I am here"
        ]
        assert not [payload for line, payload in program if human_at(changes, line.created_at)]
        answered += len(program)
        silent += sum(human_at(changes, line.created_at) for line in wrote)
    assert answered >= PEOPLE, "between the turns of humans the program answers"
    assert silent >= PEOPLE, "humans had the word while people wrote"
    async with app.database.read() as session:
        assert await session.scalar(select(func.count()).where(col(Conversation.held_by_case).is_not(None))) == 0
        assert set(await session.scalars(select(col(Case.state)))) == {"waiting"}
    assert await deadlocks(app) == 0


@pytest.mark.service
async def test_everybody_deletes_everything_while_advisers_answer(app: App) -> None:
    people, users = await cast(app)
    gone: list[str] = []

    async def goes(number: int) -> None:
        for position, choice in enumerate(("delete", "delete:yes")):
            fields = {"channel": "web", "address": f"token-{number}", "external_id": f"d{number}-{position}", "sent_at": utcnow()}
            await app.pipeline.receive([Inbound(**fields, kind="choice", choice=choice)])  # type: ignore[arg-type]  # the parts of Inbound

    async def answers(one: Open, user: int) -> None:
        try:
            await desk(app, one, user)
        except Exception as error:  # noqa: BLE001 - what an adviser reads is what is looked at
            gone.append(type(error).__name__)

    async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
        for number, one in enumerate(people):
            group.create_task(answers(one, users[number % len(users)]))
            group.create_task(goes(number))
    assert set(gone) <= {"NotFoundError"}
    assert gone
    async with app.database.read() as session:
        for table in (Message, Case, Conversation):
            assert await session.scalar(select(func.count()).select_from(table)) == 0
    assert await deadlocks(app) == 0
