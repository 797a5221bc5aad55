"""The demonstration's inbox: made at the first start alone, something in every tab, all its pages open, replies and deletion work there."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel

from bot import app as composition
from bot.app import App
from bot.http import create_http
from desk import demo, sessions
from handoff import hours
from handoff.listing import TABS
from handoff.personal_data import erase
from locales.registry import LANGUAGES
from nlu.brain import Brain
from store.desk import Leave, WorkHours
from store.statements import table_of
from store.tables import Address, Case, Conversation, Feedback, Message, Person, Unanswered, User
from store.types import utcnow
from tests.conftest import MakeSettings

LANGUAGES_THERE = {"ti", "ar", "prs", "uk", "tr", "so", "fr", "de", "en"}
Start = Callable[[], Awaitable[App]]


@pytest.fixture
async def start(make_settings: MakeSettings) -> AsyncIterator[Start]:
    """Starts Lotse as `lotse serve --demo` does, on the same database each time."""
    started: list[App] = []

    async def build() -> App:
        started.append(await composition.build(make_settings(), demo=True, lively=True, engine="lexical"))
        return started[-1]

    yield build
    for app in started:
        await app.close()


async def count(app: App, model: type[SQLModel]) -> int:
    async with app.database.read() as session:
        return int(await session.scalar(select(func.count()).select_from(table_of(model))) or 0)


@asynccontextmanager
async def signed_in(app: App, account: str = "adviser") -> AsyncIterator[httpx.AsyncClient]:
    """The desk of one of the invented colleagues; `client.headers["x-csrf"]` is the token of its forms."""
    async with app.database.write() as session:
        user = await session.scalar(select(table_of(User).c.id).where(table_of(User).c.email == demo.ACCOUNTS[account].email))
        token = await sessions.begin(session, app.desk.index_key, user=int(user or 0), browser="Test", confirmed=True)
    csrf = sessions.form_token(app.desk.index_key, token)
    transport = httpx.ASGITransport(app=create_http(app))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080", follow_redirects=True) as client:
        client.cookies.set("lotse-desk", token)
        client.headers["x-csrf"] = csrf
        yield client


def listed(page: str) -> list[str]:
    return re.findall(r'id="case-(\d+)"', page)


async def test_every_tab_has_something_and_every_page_opens(start: Start) -> None:
    app = await start()
    async with signed_in(app) as mira:
        found = {tab: listed((await mira.get(f"/desk/?tab={tab}")).text) for tab in TABS}
        assert all(found.values()), found
        for case in {case for cases in found.values() for case in cases}:
            page = await mira.get(f"/desk/cases/{case}?earlier=true")
            assert page.status_code == 200
            assert 'id="card"' in page.text
            article = re.search(r'href="(/desk/articles/[^"]+)"', page.text)
            assert article
            assert (await mira.get(article[1].replace("&amp;", "&"))).status_code == 200
        for url in ("/desk/calendar", "/desk/team", "/desk/settings/hours"):
            assert (await mira.get(url)).status_code == 200
    async with signed_in(app, "lead") as farida:
        assert listed((await farida.get("/desk/?tab=mine")).text)


async def test_it_tells_what_a_desk_meets(start: Start) -> None:
    app = await start()
    async with app.database.read() as session:
        cases = list(await session.execute(select(Case.__table__)))  # type: ignore[attr-defined]  # SQLModel sets it
        lines = list(await session.execute(select(table_of(Message)).where(table_of(Message).c.author_id.is_not(None))))
        weekly = list(await session.execute(select(table_of(WorkHours))))
        zone = await hours.zone_of(session, municipality=cases[0].municipality_id)
        leaves = list(await session.execute(select(table_of(Leave))))
    assert {case.language for case in cases} == LANGUAGES_THERE <= LANGUAGES.keys()
    assert {case.state for case in cases} == {"waiting", "claimed", "answered", "follow_up", "closed"}
    assert {case.reason for case in cases} == {"asked", "unsure", "safety"}
    assert [case.urgent for case in cases if case.reason == "safety"] == [True]
    assert {case.topic for case in cases} <= app.world.knowledge.articles.keys()
    assert {(line.delivery, line.failure) for line in lines} == {("sent", None), ("failed", "unreachable")}
    assert {(row.weekday, row.starts, row.ends) for row in weekly} == {*((day, 9 * 60, 16 * 60) for day in range(4)), (4, 9 * 60, 12 * 60)}
    away = {leave.user_id for leave in leaves if leave.starts_on < utcnow().astimezone(zone).date() < leave.ends_on}
    assert [case.language for case in cases if case.owner_id in away] == ["uk"]


async def test_a_second_start_and_a_deleted_person_bring_nothing_back(start: Start) -> None:
    first = await start()
    before = {model: await count(first, model) for model in (Person, Case, Message, WorkHours, Leave)}
    assert before[Case] == len(LANGUAGES_THERE)
    assert before[Person] == before[Case] + await count(first, Unanswered)
    async with first.database.write() as session:
        people = list(await session.scalars(select(table_of(Person).c.id)))
        for person in people:
            await erase(session, person=person)
    again = await start()
    assert [await count(again, model) for model in (Person, Case, Message, Unanswered)] == [0, 0, 0, 0]
    assert {model: await count(again, model) for model in (WorkHours, Leave)} == {model: before[model] for model in (WorkHours, Leave)}


async def test_without_serve_the_demonstration_stays_empty(make_settings: MakeSettings, start: Start) -> None:
    plain = await composition.build(make_settings(), demo=True, engine="lexical")
    assert [await count(plain, model) for model in (Person, Case, WorkHours, Unanswered, Feedback)] == [0, 0, 0, 0, 0]
    await plain.close()
    assert await count(await start(), Case) == 0, "who has colleagues already is not surprised by invented people"


async def test_what_was_asked_in_vain_is_there_and_names_nobody(make_settings: MakeSettings, brain: Brain) -> None:
    app = await composition.build(make_settings(), demo=True, lively=True, brain=brain)
    async with signed_in(app, "editor") as edda:
        page, verdicts = (await edda.get("/desk/wishes")).text, (await edda.get("/desk/wishes/verdicts")).text
    await app.close()
    assert "Olena" not in page
    assert page.count('class="card wish"') == (3 if brain.engine == "embedding" else 0)
    assert all(entry in verdicts for entry in ("housing/find-a-flat", "money/bank-account"))


async def test_a_reply_is_kept_where_the_person_would_read_it(start: Start) -> None:
    app = await start()
    async with app.database.read() as session:
        case = (await session.execute(select(table_of(Case)).where(table_of(Case).c.language == "ti"))).one()
        address = (await session.execute(select(table_of(Address)).where(table_of(Address).c.person_id == case.person_id))).one()
    external = app.desk.keyring.open(address.sealed_external, purpose="address")
    assert (address.channel, address.blind) == ("web", app.desk.blind("web", external))
    async with signed_in(app) as mira:
        form = {"csrf": mira.headers["x-csrf"], "text": "ሰላም", "language": "ti", "seen": str(10**9)}
        page = await mira.post(f"/desk/cases/{case.id}/reply", data=form)
    assert page.status_code == 200
    async with app.database.read() as session:
        line = (await session.execute(select(table_of(Message)).order_by(table_of(Message).c.id.desc()).limit(1))).one()
        held = await session.scalar(
            select(table_of(Conversation).c.held_by_case).where(table_of(Conversation).c.person_id == case.person_id)
        )
    assert (line.case_id, line.delivery, held) == (case.id, "sent", case.id)
