"""A small town with a full week for the tests of the calendar, and its desk without the rest of Lotse, on any database."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import select

from desk import app as desk_app
from desk import sessions
from desk.parts import Parts
from knowledge.courses.shelf import Shelf
from knowledge.local.shelf import LocalShelf
from knowledge.model import Knowledge
from scheduler import booking, calendar
from scheduler.booking import Booking, Interpreter
from scheduler.calendar import appointments
from scheduler.slots import DAY
from store.crypto import Keyring
from store.database import Database
from store.scheduling import Absence, Busy, GroupSlot, Reminder
from store.statements import table_of
from store.tables import User
from store.types import today_here, utcnow
from tests.cases import Known, person_with_case
from tests.scheduling import Ids, local, town

reminded = table_of(Reminder)
INDEX_KEY = b"i" * 32
KEYRING = Keyring([b"k" * 32])


def next_monday() -> date:
    """The Monday that follows: all of its week is to come, and within the horizon."""
    today = today_here()
    return today + timedelta(days=7 - today.weekday())


@dataclass(kw_only=True)
class Week:
    """A town whose first adviser has appointments, absences and more in the week of `monday`."""

    base: Database
    ids: Ids
    monday: date
    users: dict[str, int] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    booked: dict[str, int] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The week as addresses name it."""
        iso = self.monday.isocalendar()
        return f"{iso.year}-W{iso.week:02}"

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        """A moment of the week, day 0 is Monday."""
        return local(self.monday + day * DAY, hour, minute)

    async def row(self, name: str) -> Any:
        """An appointment as it is stored now."""
        async with self.base.read() as session:
            return (await session.execute(select(appointments).where(appointments.c.id == self.booked[name]))).one()


async def make_week(base: Database, *, slug: str = "testort", keyring: Keyring = KEYRING, index_key: bytes = INDEX_KEY) -> Week:
    """Two advisers with users `own` and `other`, a lead, and people `ada` (Tuesday at nine, interpreter) and `bea` (Wednesday at ten)."""
    async with base.write() as session:
        ids = await town(session, slug=slug)
        week = Week(base=base, ids=ids, monday=next_monday())
        for name, role, adviser in (("own", "adviser", ids.advisers[0]), ("other", "adviser", ids.advisers[1]), ("lead", "lead", None)):
            row = User(municipality_id=ids.municipality, email=f"{name}@{slug}.test", name=name.title(), role=role, adviser_id=adviser)
            session.add(row)
            await session.flush()
            week.users[name] = int(row.id or 0)
        for name, language in (("ada", "ti"), ("bea", "uk"), ("cem", "tr")):
            known = Known(owner=week.users["own"], state="claimed")
            opened = await person_with_case(
                session, municipality=ids.municipality, language=language, channel="web", known=known, keyring=keyring, index_key=index_key
            )
            week.people[name], week.cases[name] = opened.person, opened.case
    await book(week, "ada", week.at(1, 9), interpreter=Interpreter(kind="organise", language="ti", mode="phone"))
    await book(week, "bea", week.at(2, 10))
    return week


async def book(week: Week, name: str, starts: datetime, *, adviser: int = 0, interpreter: Interpreter | None = None) -> int:
    """An appointment that a person made themselves."""
    async with week.base.write() as session:
        rules = await calendar.rules_of(session, service=week.ids.service)
        assert rules
        now = utcnow()
        found = await calendar.free_slots(session, rules, calendar.wish_of(rules, now=now), now=now, advisers=[week.ids.advisers[adviser]])
        slot = next(slot for slot in found if slot.starts == starts)
        wish = Booking(person=week.people[name], mode="in_person", language="ti" if name == "ada" else "uk", topic="residence/extension")
        held = await booking.hold(session, rules, slot=slot, booking=wish, now=now)
        row = await booking.book(session, appointment=held, person=week.people[name], now=now, interpreter=interpreter)
        week.booked[name] = int(row.id)
        return int(row.id)


async def fill(week: Week) -> None:
    """What else a calendar holds: an absence, the adviser's own calendar, a group date."""
    ids = week.ids
    async with week.base.write() as session:
        where = {"municipality_id": ids.municipality, "adviser_id": ids.advisers[0]}
        session.add(Absence(**where, starts_at=week.at(3, 0), ends_at=week.at(4, 0), reason="training"))
        session.add(Absence(**where, starts_at=week.at(4, 13), ends_at=week.at(4, 14), reason="meeting"))
        session.add(Busy(adviser_id=ids.advisers[0], starts_at=week.at(2, 9), ends_at=week.at(2, 11)))
        session.add(
            GroupSlot(
                municipality_id=ids.municipality,
                slug="abend",
                service_id=ids.service,
                office_id=ids.office,
                starts_at=week.at(0, 17),
                ends_at=week.at(0, 18, 30),
                capacity=12,
                advisers=list(ids.advisers),
            )
        )


def create(base: Database, knowledge: Knowledge, keyring: Keyring = KEYRING) -> FastAPI:
    """The desk alone. Nobody is spoken to here: what the calendar says goes through reminders."""
    parts = Parts(
        database=base,
        keyring=keyring,
        index_key=INDEX_KEY,
        base_url="http://desk.test",
        towns={},
        knowledge=knowledge,
        speaker=None,  # type: ignore[arg-type]  # the calendar has no use for it
        trying=None,  # type: ignore[arg-type]  # nor for this
        courses=Shelf(),
        local=LocalShelf(knowledge),
        demo=False,
    )
    http = FastAPI()
    http.mount("/desk", desk_app.create(parts))
    return http


class Browser:
    """A signed-in browser without JavaScript."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self.client = client
        self.csrf = sessions.form_token(INDEX_KEY, token)

    async def get(self, url: str, **options: Any) -> httpx.Response:
        """Open a page."""
        return await self.client.get(url, **options)

    async def post(self, url: str, data: Mapping[str, Any] | None = None) -> httpx.Response:
        """Send a form, and open where it leads."""
        return await self.client.post(url, data={"csrf": self.csrf, **(data or {})})


@asynccontextmanager
async def signed_in(http: FastAPI, base: Database, user: int, *, interface: str = "en") -> AsyncIterator[Browser]:
    """A browser in which a user is signed in."""
    async with base.write() as session:
        row = await session.get(User, user)
        assert row
        row.interface = interface
        token = await sessions.begin(session, INDEX_KEY, user=user, browser="Test", confirmed=True)
    transport = httpx.ASGITransport(app=http)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test", follow_redirects=True) as client:
        client.cookies.set("lotse-desk", token)
        yield Browser(client, token)


async def scalars(week: Week, statement: Any) -> list[Any]:
    """The first column of all rows."""
    async with week.base.read() as session:
        return list(await session.scalars(statement))


def appointment(week: Week, name: str) -> str:
    """The page of somebody's appointment."""
    return f"/desk/calendar/appointments/{week.booked[name]}"


def hidden(page: httpx.Response, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, name
    return found[1]


async def pending(week: Week, name: str) -> list[str]:
    """What the office did to somebody's appointment and they are still to read."""
    about = (reminded.c.subject_id == week.booked[name], reminded.c.state == "pending", reminded.c.kind.like("%by_office"))
    return await scalars(week, select(reminded.c.kind).where(*about))
