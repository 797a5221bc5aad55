"""500 messages of 100 people with 30 % of the connections cut: each is in its case once and in order, and the desk shows all of them."""

import asyncio
import random
import re
import threading
import time
from collections.abc import Sequence

import httpx
import pytest
from playwright.sync_api import expect

from bot import codec
from handoff import cases
from store.statements import table_of
from store.tables import Message
from tests import cases as rows
from tests.cases import Open
from tests.desk import scenes
from tests.desk.conftest import BrowseDesk, Colleague, Desk, MakeUser, SignIn
from tests.desk.test_live import cursor, stream, tell
from tests.web.server import Running

PEOPLE, EACH = 100, 5


@pytest.fixture
def anna(server: Running, user: MakeUser) -> Colleague:
    return user("adviser", municipality=scenes.town(server))


def words(who: int, position: int) -> str:
    """What a person writes: harmless for the safety screen, whose hits are not kept."""
    return f"Danke, meine Terminnummer ist {who:03}-{position}"


async def _people(server: Running, at: Colleague, owner: Colleague) -> list[tuple[Open, str]]:
    """People in the web chat whose case an adviser has, with their tokens."""
    made = []
    async with server.app.database.write() as session:
        for number in range(PEOPLE):
            token = f"{number:03}".rjust(43, "t")
            desk = server.app.desk
            opened = await rows.person_with_case(
                session,
                municipality=at.municipality,
                language="de",
                channel="web",
                external=token,
                keyring=desk.keyring,
                index_key=desk.index_key,
                known=rows.Known(waiting=None),
            )
            await cases.claim(session, municipality=at.municipality, case=opened.case, user=owner.id)
            made.append((opened, token))
    return made


async def _speak(server: Running, who: int, token: str, chance: random.Random) -> None:
    """One person writes five times; each message whose connection is cut before the answer is sent again, as the page does."""
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        for position in range(EACH):
            body = {"text": words(who, position), "key": f"key-{who:03}-{position}"}
            headers = {"authorization": f"Bearer {token}"}
            if chance.random() < 0.3:
                with pytest.raises(httpx.TimeoutException):
                    await client.post("/api/chat/messages", json=body, headers=headers, timeout=httpx.Timeout(5, read=0.001))
            for _ in range(200):
                answer = await client.post("/api/chat/messages", json=body, headers=headers)
                if answer.status_code < 400:
                    break
                await asyncio.sleep(0.05)
            assert answer.status_code < 400, answer.text


def test_500_messages_of_100_people_with_cut_connections(
    server: Running, anna: Colleague, sign_in: SignIn, browse_desk: BrowseDesk
) -> None:
    people = server.run(_people(server, anna, anna))
    page = browse_desk(anna)
    page.goto("/desk/")
    expect(page.locator("#cases > li")).to_have_count(25)
    heard: list[int] = []
    stop = threading.Event()
    listener = threading.Thread(target=_listen, args=(server, sign_in(anna), cursor(server), heard, stop))
    listener.start()

    async def all_speak() -> None:
        await asyncio.gather(*(_speak(server, at, token, random.Random(at)) for at, (_, token) in enumerate(people)))  # noqa: S311 - no secret

    speaking = threading.Thread(target=asyncio.run, args=(all_speak(),))
    speaking.start()
    speaking.join(240)
    stored = server.run(_stored(server, [opened.case for opened, _ in people]))
    for at, (opened, _) in enumerate(people):
        assert stored[opened.case] == [words(at, position) for position in range(EACH)]
    expect(page.locator("#tab-mine b")).to_have_text(str(PEOPLE))
    expect(page).to_have_title(f"({PEOPLE}) Posteingang · Lotse", timeout=5000)
    shown: set[str] = set()
    for number in range(1, 5):
        if number > 1:
            page.goto(f"/desk/?page={number}")
        expect(page.locator("#cases .row-text bdi").filter(has_text=re.compile(f"-{EACH - 1}$"))).to_have_count(25)
        shown |= set(page.locator("#cases .row-text bdi").all_inner_texts())
    assert shown == {words(at, EACH - 1) for at in range(PEOPLE)}
    deadline = time.monotonic() + 10
    while set(heard) != {opened.case for opened, _ in people} and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    tell(server, anna, people[0][0].case)
    listener.join(20)
    assert set(heard) == {opened.case for opened, _ in people}


def _listen(server: Running, desk: Desk, after: int, heard: list[int], stop: threading.Event) -> None:
    """A listener whose connection is cut again and again, and goes on from its cursor."""
    del server
    chance, last = random.Random(7), after  # noqa: S311 - no secret
    while not stop.is_set():
        with stream(desk, after=after, last=last) as opened:
            while not stop.is_set():
                _, last, data = opened.next()
                heard.append(int(str(data["case"])))
                if chance.random() < 0.3:
                    break


async def _stored(server: Running, ids: Sequence[int]) -> dict[int, list[str]]:
    """What the people said in each case, in order."""
    messages = table_of(Message)
    wanted = messages.select().where(messages.c.case_id.in_(ids), messages.c.incoming).order_by(messages.c.id)
    found: dict[int, list[str]] = {}
    async with server.app.database.read() as session:
        for row in await session.execute(wanted):
            found.setdefault(row.case_id, []).append(codec.open_message(server.app.desk.keyring, row.sealed_payload)["text"])
    return found
