"""The live stream over HTTP: cursors, cut connections, scope, sessions. 500 messages with cut connections: `test_crowd`."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from desk import live, sessions
from handoff import news
from store.database import Database
from store.desk import News
from store.statements import table_of
from store.types import utcnow
from tests import cases as rows
from tests.desk import scenes
from tests.desk.conftest import BrowseDesk, Colleague, Desk, MakeUser, SignIn
from tests.web.server import Running

table = table_of(News)


class Stream:
    """A browser's connection to the live stream: reads events until it is closed."""

    def __init__(self, desk: Desk, *, after: int = 0, last: int | None = None) -> None:
        headers = {} if last is None else {"last-event-id": str(last)}
        self._open = desk.http.stream("GET", f"/desk/live?after={after}", headers=headers, timeout=20)
        self.response = self._open.__enter__()
        self._lines = self.response.iter_lines()

    def next(self) -> tuple[str, int, dict[str, object]]:
        """Name, id and data of the next event."""
        found: dict[str, str] = {}
        for line in self._lines:
            name, _, value = line.partition(":")
            if not line and "event" in found:
                return found["event"], int(found["id"]), json.loads(found["data"]) if found["data"] else {}
            if name:
                found[name] = value.strip()
        raise EOFError

    def close(self) -> None:
        self._open.__exit__(None, None, None)


@contextmanager
def stream(desk: Desk, *, after: int = 0, last: int | None = None) -> Iterator[Stream]:
    opened = Stream(desk, after=after, last=last)
    yield opened
    opened.close()


def tell(server: Running, at: Colleague, case: int, kind: news.Kind = "case") -> None:
    async def make(session: AsyncSession) -> None:
        await news.tell(session, municipality=at.municipality, kind=kind, case=case)

    scenes.write(server, make)


def cursor(server: Running) -> int:
    async def read() -> int:
        async with server.app.database.read() as session:
            return await live.newest(session)

    return server.run(read())


@pytest.fixture
def anna(server: Running, user: MakeUser) -> Colleague:
    return user("adviser", municipality=scenes.town(server))


def test_news_arrive_within_a_second_and_from_here_alone(server: Running, anna: Colleague, user: MakeUser, sign_in: SignIn) -> None:
    there = user("adviser", municipality=scenes.town(server))
    with stream(sign_in(anna), after=cursor(server)) as opened:
        assert opened.response.headers["content-type"].startswith("text/event-stream")
        assert opened.response.headers["cache-control"] == "no-store"
        tell(server, there, 1)
        started = time.monotonic()
        tell(server, anna, 2, "message")
        assert opened.next()[::2] == ("news", {"kind": "message", "case": 2})
        assert time.monotonic() - started < 1


def test_after_a_cut_nothing_is_missing(server: Running, anna: Colleague, sign_in: SignIn) -> None:
    desk = sign_in(anna)
    with stream(desk, after=cursor(server)) as opened:
        tell(server, anna, 1)
        _, last, _ = opened.next()
    for number in (2, 3, 3, 4):
        tell(server, anna, number)
    with stream(desk, after=0, last=last) as opened:
        assert [opened.next()[2]["case"] for _ in range(3)] == [2, 3, 4]
        tell(server, anna, 5)
        assert opened.next()[2]["case"] == 5


def test_who_missed_more_than_is_kept_loads_anew(server: Running, anna: Colleague, sign_in: SignIn) -> None:
    for number in (1, 2):
        tell(server, anna, number)

    async def forget(session: AsyncSession) -> None:
        await session.execute(table.update().values(at=utcnow() - timedelta(days=3)))
        await news.expire(session, utcnow())

    scenes.write(server, forget)
    newest = cursor(server)
    desk = sign_in(anna)
    with stream(desk, after=newest - 1) as opened:
        assert opened.next()[:2] == ("reload", newest)
        tell(server, anna, 3)
        assert opened.next()[2]["case"] == 3
    with stream(desk, after=newest) as opened:
        assert opened.next()[2]["case"] == 3


def test_the_stream_ends_with_the_session(server: Running, anna: Colleague, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.2)
    with stream(sign_in(anna), after=cursor(server)) as opened:
        tell(server, anna, 1)
        opened.next()

        async def end(session: AsyncSession) -> None:
            await sessions.end(session, user=anna.id)

        scenes.write(server, end)
        with pytest.raises(EOFError):
            opened.next()


def test_nobody_listens_without_signing_in(server: Running, sign_in: SignIn) -> None:
    del server
    assert sign_in(None).get("/desk/live", follow_redirects=False).status_code == 303
    assert sign_in(None).get("/desk/live", headers={"hx-request": "true"}).status_code == 401


@pytest.mark.parametrize("wrong", ["?after=-1", "?after=x", f"?after={'9' * 40}"])
def test_a_forged_cursor_is_refused(anna: Colleague, sign_in: SignIn, wrong: str) -> None:
    assert sign_in(anna).get(f"/desk/live{wrong}").status_code == 422


async def test_what_was_committed_late_is_sent_again(base: Database) -> None:
    """PostgreSQL gives ids before the commit: the event with the lower id may be seen last."""
    async with base.write() as session:
        town = await rows.place(session)
    now = datetime.now(UTC)

    async def add(number: int, case: int, at: datetime) -> None:
        async with base.write() as session:
            await session.execute(insert(table).values(id=number, municipality_id=town, case_id=case, kind="case", at=at))

    await add(10, 1, now - timedelta(seconds=60))
    await add(12, 3, now)
    async with base.read() as session:
        assert [item.case for item in await live.since(session, municipality=town, after=10, late=True)] == [1, 3]
    await add(11, 2, now - timedelta(seconds=1))
    async with base.read() as session:
        assert [item.case for item in await live.since(session, municipality=town, after=12, late=True)] == [2, 3]
        assert await live.since(session, municipality=town, after=12, late=False) == []


async def test_a_cursor_outlives_the_rows(base: Database) -> None:
    async with base.read() as session:
        assert await live.newest(session) == 0
    async with base.write() as session:
        town = await rows.place(session)
        for number in range(3):
            await news.tell(session, municipality=town, kind="case", case=number)
    async with base.read() as session:
        last = await live.newest(session)
        assert last == 3
    async with base.write() as session:
        await session.execute(delete(table))
    async with base.read() as session:
        assert await live.newest(session) == last
        assert [await live.missed(session, after=cursor_) for cursor_ in (0, last - 1, last)] == [True, True, False]


def test_a_browser_that_was_offline_shows_what_it_missed(server: Running, anna: Colleague, browse_desk: BrowseDesk) -> None:
    one = scenes.case(server, anna, owner=anna.id)
    page = browse_desk(anna)
    with page.expect_response("**/desk/live?**"):
        page.goto(f"/desk/cases/{one.case}")
    page.locator("#text").fill("Offline getippt")
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    expect(page.locator("#offline")).to_be_visible(timeout=20_000)
    page.locator("#reply button.primary").click()
    expect(page.locator("#text")).to_have_value("Offline getippt")
    scenes.hears(server, one, "Inzwischen geschrieben")
    fresh = scenes.opens(server, anna)
    page.context.set_offline(False)
    expect(page.locator("#talk .bubble.theirs .said")).to_have_text("Inzwischen geschrieben", timeout=10_000)
    expect(page.locator("#offline")).to_be_hidden()
    expect(page.locator("#text")).to_have_value("Offline getippt")
    expect(page).to_have_title(re.compile(r"^\(2\) "))
    page.goto("/desk/?tab=unassigned")
    expect(page.locator(f"#case-{fresh}")).to_be_visible()
