"""The private link from a messenger into the web chat: one button, one use, ten minutes, the same person afterwards."""

import logging
import re
from collections.abc import Mapping
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update
from sqlmodel import col

from bot.logs import Redacting
from dialogs.model import Reply
from handoff import links
from store.desk import PrivateLink
from store.tables import Address, Message
from store.types import utcnow
from tests import cases
from tests.axe import check
from tests.web.conftest import Open
from tests.web.server import Running
from tests.web.test_pages import begin, shown, write

TELLING = "Ich wohne in der Musterstraße"


def somebody(server: Running, language: str = "de") -> int:
    """A person who wrote in Telegram."""

    async def make() -> int:
        desk = server.app.desk
        async with server.app.database.write() as session:
            town = server.app.world.towns["demo"].id
            person, _ = await cases.person(session, municipality=town, language=language, keyring=desk.keyring, index_key=desk.index_key)
            await cases.message(session, desk.keyring, person=person, text=TELLING)
            return person

    return server.run(make())


def link(server: Running, person: int) -> str:
    """The path of a new private link."""

    async def make() -> str:
        async with server.app.database.write() as session:
            return await links.create(session, person=person, now=utcnow())

    return f"/link/{server.run(make())}"


def owner(server: Running, token: str) -> int | None:
    """Who the holder of a token is."""

    async def find() -> int | None:
        async with server.app.database.read() as session:
            blind = server.app.desk.blind("web", token)
            return await session.scalar(select(col(Address.person_id)).where(col(Address.blind) == blind))

    return server.run(find())


def counts(server: Running) -> Mapping[str, int]:
    return {table: server.count(table) for table in ("people", "addresses", "messages", "inbox", "private_links")}


def title(page: httpx.Response) -> str:
    return unescape(re.findall(r"<h1>(.*?)</h1>", page.text)[0])


def test_the_button_opens_the_chat_as_the_same_person(server: Running, client: httpx.Client) -> None:
    person = somebody(server)
    path = link(server, person)
    page = client.get(path)
    assert page.status_code == 200
    assert f'<form method="post" action="{path}">' in page.text
    opened = client.post(path)
    assert opened.url.path == "/chat"
    assert shown(opened) == [TELLING]
    assert owner(server, client.cookies["lotse"]) == person
    assert shown(write(client, "Hallo")) == [TELLING, "Hallo"]


def test_looking_changes_nothing(server: Running, client: httpx.Client) -> None:
    path = link(server, somebody(server))
    before = counts(server)
    for _ in range(3):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
        assert "set-cookie" not in client.get(path).headers
    assert counts(server) == before
    assert client.post(path).url.path == "/chat"


def test_a_second_use_is_refused(server: Running, client: httpx.Client) -> None:
    path = link(server, somebody(server))
    client.post(path)
    with httpx.Client(base_url=server.url, headers={"accept-language": "en"}) as thief:
        before = counts(server)
        for answer in (thief.get(path), thief.post(path)):
            assert (answer.status_code, title(answer)) == (410, "This link was used already. It works only once.")
            assert "set-cookie" not in answer.headers
        assert counts(server) == before


def test_after_ten_minutes_it_is_refused(server: Running, client: httpx.Client) -> None:
    person = somebody(server)
    path = link(server, person)

    async def age() -> None:
        async with server.app.database.write() as session:
            mine = update(PrivateLink).where(col(PrivateLink.person_id) == person)
            await session.execute(mine.values(expires_at=utcnow() - timedelta(seconds=1)))

    server.run(age())
    client.headers["accept-language"] = "en"
    for answer in (client.get(path), client.post(path)):
        assert (answer.status_code, title(answer)) == (410, "This link is too old. It was good for 10 minutes.")
        assert "go back to your messenger" in answer.text


@pytest.mark.parametrize("token", ["x", "A" * 43, "A" * 5000, "..%2f..%2fetc", "%00", "%F0%9F%98%80", "' OR 1=1 --"])
def test_a_forged_link_opens_nothing(server: Running, client: httpx.Client, token: str) -> None:
    before = counts(server)
    client.headers["accept-language"] = "en"
    for answer in (client.get(f"/link/{token}"), client.post(f"/link/{token}")):
        assert answer.status_code == 404
    assert counts(server) == before


def test_a_foreign_page_cannot_press_the_button(server: Running, client: httpx.Client) -> None:
    path = link(server, somebody(server))
    assert client.post(path, headers={"origin": "https://evil.example"}).status_code == 403
    assert client.post(path, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.post(path, headers={"origin": server.url}).url.path == "/chat"


def test_another_chat_in_this_browser_gives_way_and_is_told(server: Running, client: httpx.Client) -> None:
    begin(client, town="demo")
    first = client.cookies["lotse"]
    stranger, person = owner(server, first), somebody(server)
    path = link(server, person)
    client.headers["accept-language"] = "en"
    plain = httpx.get(server.url + path).text
    assert client.get(path).text.count('class="notice"') == 1
    assert 'class="notice"' not in plain
    opened = client.post(path)
    assert client.cookies["lotse"] != first
    assert owner(server, client.cookies["lotse"]) == person
    assert "📎" not in opened.text
    (welcome,) = said(server, person)
    assert len(welcome.split("\n\n")) == 3
    assert owner(server, first) == stranger


def said(server: Running, person: int) -> list[str]:
    """What Lotse said to a person."""

    async def read() -> list[str]:
        async with server.app.database.read() as session:
            mine = select(Message).where(col(Message.person_id) == person, ~col(Message.incoming)).order_by(col(Message.id))
            keyring = server.app.desk.keyring
            return [keyring.open(row.sealed_payload, purpose="message") for row in await session.scalars(mine)]

    return [re.findall(r'"text":"((?:[^"\\]|\\.)*)"', payload)[0].replace("\\n", "\n") for payload in server.run(read())]


def test_the_same_browser_twice_stays_one_address(server: Running, client: httpx.Client) -> None:
    person = somebody(server)
    client.post(link(server, person))
    cookie, addresses = client.cookies["lotse"], server.count("addresses")
    path = link(server, person)
    assert 'class="notice"' not in client.get(path).text
    client.post(path)
    assert client.cookies["lotse"] == cookie
    assert server.count("addresses") == addresses
    assert [len(text.split("\n\n")) for text in said(server, person)] == [2, 2]


def test_answers_go_where_the_person_is(server: Running, client: httpx.Client) -> None:
    person = somebody(server)

    async def say() -> Any:
        """What would be said now (and is not)."""
        spoken: Any = None
        with pytest.raises(ZeroDivisionError):
            async with server.app.database.write() as session:
                spoken = await server.app.speaker.say(session, person=person, reply=Reply(text="Hallo", language="de"))
                raise ZeroDivisionError
        return spoken

    assert server.run(say()).delivery == "queued"
    client.post(link(server, person))
    assert server.run(say()).delivery == "sent"


def test_the_secret_does_not_leak(server: Running, client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    path = link(server, somebody(server))
    secret = path.removeprefix("/link/")
    answers = [client.get(path), client.post(path), client.post(path), client.post(path + "%ff"), client.get(path[:-1])]
    assert {answer.headers["referrer-policy"] for answer in answers[:1] + answers[2:3]} == {"strict-origin"}
    assert all(answer.headers["cache-control"] == "no-store" for answer in answers[:1])
    assert "noindex" in answers[0].headers["x-robots-tag"]
    assert secret not in "".join(record.getMessage() for record in caplog.records if not record.name.startswith("http"))
    assert secret.encode() not in b"".join(file.read_bytes() for file in server.database.parent.iterdir() if file.is_file())


def test_secret_addresses_are_cut_out_of_logs() -> None:
    secret = "a1B2-c3_D4" * 4 + "xyz"
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, f'"GET /link/{secret} HTTP/1.1" 200', None, None)
    assert Redacting(secrets=[], processors=[lambda _l, _m, event: event["event"]]).format(record) == '"GET /link/[secret] HTTP/1.1" 200'


# In Chromium


@pytest.mark.parametrize("javascript", [True, False])
def test_one_press_in_a_browser(browse: Open, server: Running, javascript: bool) -> None:  # noqa: FBT001 - a parameter of the test
    path = link(server, somebody(server, "ti"))
    page = browse(locale="de-DE", javascript=javascript)
    referrers: list[str] = []
    page.on("request", lambda request: referrers.append(request.headers.get("referer", "")))
    page.goto(path)
    expect(page.locator("html")).to_have_attribute("lang", "ti")
    page.locator("button.start").press("Enter")
    expect(page.locator(".mine .typed")).to_have_text([TELLING])
    assert page.url.startswith(f"{server.url}/chat")
    assert not [one for one in referrers if path in one]
    page.goto(path)
    expect(page.locator("button.start")).to_have_count(0)


@pytest.mark.parametrize("language", ["de", "ar"])
def test_the_link_pages_are_accessible(browse: Open, server: Running, language: str) -> None:
    path = link(server, somebody(server, language))
    page = browse(locale=language)
    page.goto("/")
    page.locator(f'button[value="language:{language}"]').click()
    page.goto(path)
    expect(page.locator(".notice")).to_be_visible()
    check(page)
    page.locator("button.start").click()
    expect(page.locator("#log .theirs")).to_be_visible()
    check(page)
    page.goto(path)
    check(page)
