"""How long data is kept: what the desk announces is what retention then deletes, category by category, on the day it said."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlmodel import SQLModel

from bot import retention as deleting
from handoff import retention
from store.desk import Attachment, CaseEvent, DeskSession, Draft, News, PrivateLink
from store.scheduling import Deadline
from store.statements import table_of
from store.tables import Audit, Case, Inbox, Person, Unanswered
from store.types import utcnow
from tests.cases import Known, message, person_with_case
from tests.desk.settings.console import Console

HERE = "/desk/settings/retention"
NOW = utcnow()


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


async def one_person(
    console: Console, municipality: int, *, silent: float, state: str = "closed", closed: float | None = None
) -> tuple[int, int]:
    """Somebody with a case, a message, a file, a draft, a question, and a date long past."""
    user = await console.user(municipality=municipality)
    async with console.base.write() as session:
        opened = await person_with_case(session, municipality=municipality, keyring=console.keyring, known=Known(state=state))
        await message(session, console.keyring, person=opened.person, text="hello", case=opened.case, at=ago(silent))
        case = await session.get(Case, opened.case)
        who = await session.get(Person, opened.person)
        assert case
        assert who
        who.seen_at, case.closed_at = ago(silent), ago(closed) if closed is not None else None
        session.add_all(
            [
                CaseEvent(case_id=opened.case, kind="note", sealed_note=console.keyring.seal("x", purpose="note")),
                Draft(case_id=opened.case, user_id=user.id or 0, sealed_text=b"x", updated_at=ago(silent)),
                _file(opened.person, municipality, opened.case, silent),
                _file(opened.person, municipality, None, silent),
                Unanswered(
                    municipality_id=municipality,
                    person_id=opened.person,
                    language="en",
                    decision="offer",
                    sealed_text=b"x",
                    asked_at=ago(silent),
                ),
                Deadline(person_id=opened.person, kind="permit_end", day=ago(silent).date()),
            ]
        )
    return opened.person, opened.case


def _file(person: int, municipality: int, case: int | None, days: float) -> Attachment:
    return Attachment(
        person_id=person,
        municipality_id=municipality,
        case_id=case,
        created_at=ago(days),
        kind="image",
        media_type="image/jpeg",
        size=1,
        sealed_name=b"n",
        sealed_content=b"c",
    )


async def fill(console: Console) -> None:
    """People and cases on both sides of every limit, here and elsewhere."""
    for municipality in (console.here, console.elsewhere):
        await one_person(console, municipality, silent=40, closed=40)
        await one_person(console, municipality, silent=1, closed=91)
        await one_person(console, municipality, silent=24, closed=85)
        await one_person(console, municipality, silent=45, state="waiting")
        await one_person(console, municipality, silent=2, closed=2)
        for days in (400, 360, 10):
            await console.add(Audit(actor="lotse", action="x", municipality_id=municipality, at=ago(days)))
        for days in (3, 0):
            await console.add(News(municipality_id=municipality, kind="case", at=ago(days)))


async def counted(console: Console) -> dict[str, int]:
    async with console.base.read() as session:
        return {
            category.key: await session.scalar(select(func.count()).select_from(category.table).where(category.mine(console.here))) or 0
            for category in retention.CATEGORIES
            if category.mine
        }


async def shown(console: Console) -> dict[str, dict[str, int]]:
    """The numbers of the page: stored, and what goes within an hour and 7 days."""
    desk = await console.sign_in(await console.user("editor"))
    page = (await desk.get(HERE)).text
    rows = re.findall(r'<tr data-category="(\w+)">(.*?)</tr>', page, re.DOTALL)
    assert "&lt;" not in page
    names = ("stored", "hour", "week")
    return {key: dict(zip(names, map(int, re.findall(r'<td class="number">(\d+)</td>', row)), strict=True)) for key, row in rows}


@pytest.mark.parametrize(("span", "later"), [("hour", timedelta(0)), ("week", timedelta(days=7))])
async def test_what_is_announced_is_what_is_deleted(console: Console, span: str, later: timedelta) -> None:
    await fill(console)
    announced = await shown(console)
    before = await counted(console)
    assert {key: numbers["stored"] for key, numbers in announced.items()} == before
    async with console.base.write() as session:
        await deleting.expire(session, utcnow() + later)
    after = await counted(console)
    assert {key: before[key] - after[key] for key in before} == {key: numbers[span] for key, numbers in announced.items()}
    assert sum(numbers[span] for numbers in announced.values()) > 0


async def test_a_closed_case_goes_with_everything_of_it_and_an_open_one_keeps_its_person(console: Console) -> None:
    await fill(console)
    young, _ = await one_person(console, console.here, silent=1, closed=89)
    person, case = await one_person(console, console.here, silent=1, closed=91)
    waiting, _ = await one_person(console, console.here, silent=200, state="follow_up")
    async with console.base.write() as session:
        await deleting.expire(session)
    async with console.base.read() as session:
        left = set(await session.scalars(select(table_of(Person).c.id)))
        assert {young, person, waiting} <= left
        for model in (CaseEvent, Draft, Attachment):
            table = table_of(model)
            assert await session.scalar(select(func.count()).select_from(table).where(table.c.case_id == case)) == 0
        assert await session.get(Case, case) is None
        loose = table_of(Attachment)
        assert await session.scalar(select(func.count()).select_from(loose).where(loose.c.person_id == person)) == 1
    async with console.base.write() as session:
        await session.execute(update(Case).where(table_of(Case).c.person_id == waiting).values(state="closed", closed_at=NOW))
        await deleting.expire(session)
        assert await session.get(Person, waiting) is None


async def test_the_next_date_is_the_day_on_which_the_oldest_goes(console: Console) -> None:
    await one_person(console, console.here, silent=10, closed=80)
    async with console.base.read() as session:
        found = {one.key: one.next_at for one in await retention.forecast(session, municipality=console.here, now=NOW, spans=())}
    assert found["messages"] == ago(10) + timedelta(days=30)
    assert found["cases"] == ago(80) + timedelta(days=90)
    assert found["people"] == ago(10) + timedelta(days=30)
    day = ago(10).date() + timedelta(days=8)
    assert found["dates"]
    assert found["dates"].date() == day
    assert found["audit"] is None


CASES: list[tuple[type[SQLModel], Mapping[str, Any], str, float]] = [
    (Inbox, {"channel": "web", "external_id": "1", "applied_at": NOW}, "applied_at", 7),
    (News, {"kind": "case"}, "at", 2),
    (Audit, {"actor": "lotse", "action": "x"}, "at", 365),
]


@pytest.mark.parametrize(("model", "columns", "since", "days"), CASES)
async def test_each_thing_stays_until_its_time_and_not_longer(
    console: Console, model: type[SQLModel], columns: Mapping[str, Any], since: str, days: float
) -> None:
    place = {"municipality_id": console.here} if "municipality_id" in table_of(model).c else {}
    await console.add(model(**columns, **place))
    table = table_of(model)
    for age, left in ((days - 0.1, 1), (days + 0.1, 0)):
        async with console.base.write() as session:
            await session.execute(update(table).values({since: utcnow() - timedelta(days=age)}))
            await deleting.expire(session)
            assert await session.scalar(select(func.count()).select_from(table)) == left


async def test_links_and_sessions_that_are_over_go_a_day_later(console: Console) -> None:
    anna = await console.user()
    person, _ = await one_person(console, console.here, silent=0)
    await console.add(
        PrivateLink(blind=b"1" * 16, person_id=person, expires_at=ago(2)),
        PrivateLink(blind=b"2" * 16, person_id=person, expires_at=ago(0.5)),
        DeskSession(user_id=anna.id or 0, blind=b"3" * 16, expires_at=ago(2)),
        DeskSession(user_id=anna.id or 0, blind=b"4" * 16, expires_at=ago(-1)),
    )
    async with console.base.write() as session:
        await deleting.expire(session)
        assert list(await session.scalars(select(table_of(PrivateLink).c.blind))) == [b"2" * 16]
        assert list(await session.scalars(select(table_of(DeskSession).c.blind))) == [b"4" * 16]


async def test_the_page_has_numbers_for_everybody_and_only_of_the_own_municipality(console: Console) -> None:
    await one_person(console, console.elsewhere, silent=1)
    for role in ("adviser", "lead", "editor", "admin"):
        desk = await console.sign_in(await console.user(role))
        assert (await desk.get(HERE)).status_code == 200
    assert (await shown(console))["people"]["stored"] == 0
