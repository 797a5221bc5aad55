"""Two towns with a row of everything that a route of the desk names, and all routes with the roles that they let pass."""

import base64
import itertools
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import sessions
from desk.access import Allowed, Role
from dialogs.model import Reply
from handoff import files
from knowledge import loader, unanswered
from knowledge.courses import catalogue, csv_file
from knowledge.local import checks, keep, publish
from store.courses import CourseAlert, CourseUpload
from store.crypto import Keyring
from store.database import Database
from store.desk import Attachment, Leave, Phrase
from store.scheduling import Absence, Adviser, GroupSlot, Office, Opening, Task
from store.statements import table_of
from store.tables import Feedback, Municipality, Unanswered, User, WishMark
from store.types import today_here, utcnow
from tests.cases import message
from tests.desk.courses.shop import course
from tests.desk.week import Week, fill, make_week
from tests.web.server import Running

ARTICLE = "residence/extension"  # a common article that every town has a text of its own for
MARK = "Fremdgeheim"  # in every name and text of the foreign town: no answer to anybody else may hold it
UNKNOWN = 987_654_321
# Fields whose names mean something else in other forms.
_SPECIAL: Mapping[str, Mapping[str, object]] = {
    "/cases/{case}/bot": {"to": "off"},
    "/calendar/appointments/{appointment}/follow-up": {"at": "10:00"},
}
towns, questions = table_of(Municipality), table_of(Unanswered)
_numbers = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Way:
    """One method of one route, and who may use it (None: everybody, also without signing in)."""

    method: str
    path: str
    roles: frozenset[Role] | None

    @property
    def names(self) -> list[str]:
        """The parameters of the path."""
        return [part.partition("}")[0] for part in self.path.split("{")[1:]]

    def form(self, town: "Town") -> dict[str, object]:
        """What the route's form holds, of a town's rows."""
        return {**town.form, **_SPECIAL.get(self.path, {})}

    def url(self, values: Mapping[str, object]) -> str:
        """The address with these values."""
        return "/desk" + self.path.format(**{name: values[name] for name in self.names})


@dataclass(frozen=True, kw_only=True)
class Town:
    """A municipality, a row of each kind by the name of the parameter, forms that fit it, and a session's token per role."""

    number: int
    rows: dict[str, object]
    form: dict[str, object]
    tokens: Mapping[str, str]


def ways(app: FastAPI) -> list[Way]:
    """All of the router, also of routers inside routers."""
    return [
        Way(method=method, path=route.path, roles=_roles(route.dependant))
        for route in _leaves(app.router.routes)
        for method in sorted(route.methods)
    ]


def _leaves(routes: Any) -> Iterator[Any]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from _leaves(inner.routes)


def _roles(dependant: Dependant) -> frozenset[Role] | None:
    """What the route's parameters demand of who asks; several demands all hold."""
    found = [dependant.call.roles] if isinstance(dependant.call, Allowed) else []
    found += [roles for inner in dependant.dependencies if (roles := _roles(inner)) is not None]
    return frozenset.intersection(*found) if found else None


async def make_town(server: Running, *, foreign: bool = False) -> Town:
    """A town of its own, marked if it is the foreign one."""
    desk, slug = server.app.desk, f"matrix-{next(_numbers)}"
    week = await make_week(server.app.database, slug=slug, keyring=desk.keyring, index_key=desk.index_key)
    await fill(week)
    async with server.app.database.write() as session:
        await _staff(session, week, slug)
        if foreign:
            await _mark(session, week)
        rows = await _rows(session, server, week, foreign=foreign)
        tokens = {
            role: await sessions.begin(session, desk.index_key, user=week.users[name], browser=MARK if foreign else "Test", confirmed=True)
            for role, name in {"adviser": "own", "lead": "lead", "editor": "editor", "admin": "admin"}.items()
        }
    return Town(number=week.ids.municipality, rows=rows, form=_form(week), tokens=tokens)


async def _staff(session: AsyncSession, week: Week, slug: str) -> None:
    for role in ("editor", "admin"):
        row = User(municipality_id=week.ids.municipality, email=f"{role}@{slug}.test", name=role.title(), role=role)
        session.add(row)
        await session.flush()
        week.users[role] = row.id or 0


async def _mark(session: AsyncSession, week: Week) -> None:
    number = week.ids.municipality
    for model in (User, Adviser, Office):
        table = table_of(model)
        await session.execute(table.update().where(table.c.municipality_id == number).values(name=f"{MARK} Person"))
    await session.execute(towns.update().where(towns.c.id == number).values(name=MARK))


async def _rows(session: AsyncSession, server: Running, week: Week, *, foreign: bool) -> dict[str, object]:
    """A row of everything; the case is that of `cem`, who has no appointment."""
    ids, keyring, case, person = week.ids, server.app.desk.keyring, week.cases["cem"], week.people["cem"]
    await message(session, keyring, person=person, case=case, text=f"{MARK} hallo" if foreign else "hallo")
    said = await server.app.speaker.say(session, person=person, reply=Reply(text="gut", language="tr"), case=case, author=week.users["own"])
    today = today_here()
    new: dict[str, Any] = {
        "attachment": Attachment(
            municipality_id=ids.municipality,
            person_id=person,
            case_id=case,
            kind="document",
            media_type="application/pdf",
            size=4,
            sealed_name=keyring.seal(f"{MARK}.pdf" if foreign else "brief.pdf", purpose=files.NAME),
            sealed_content=keyring.seal(base64.b64encode(b"%PDF").decode(), purpose=files.CONTENT),
        ),
        "leave": Leave(user_id=week.users["own"], starts_on=today + timedelta(days=3), ends_on=today + timedelta(days=9)),
        "opening": Opening(adviser_id=ids.advisers[0], office_id=ids.office, day=week.monday, starts=600, ends=660),
        "phrase": Phrase(
            municipality_id=ids.municipality, key=MARK.lower() if foreign else "eigene", texts={"de": MARK if foreign else "Eigene"}
        ),
    }
    session.add_all(new.values())
    await session.flush()
    await _article(session, week, marked=MARK if foreign else "Eigen")
    courses = await _courses(session, week, person=person, marked=MARK if foreign else "Eigen")
    named = (
        courses
        | await asked_in_vain(session, week, keyring, marked=MARK if foreign else "Eigene")
        | {
            "case": case,
            "person": person,
            "message": said.message,
            "user": week.users["own"],
            "appointment": week.booked["bea"],
        }
    )
    named |= {name: row.id for name, row in new.items()}
    for name, model in (("task", Task), ("absence", Absence), ("group", GroupSlot)):
        table = table_of(model)
        found = await session.scalars(select(table.c.id).where(table.c.municipality_id == ids.municipality).order_by(table.c.id))
        named[name] = found.first() or 0
    return named | {"key": new["phrase"].key}


async def asked_in_vain(session: AsyncSession, week: Week, keyring: Keyring, *, marked: str) -> dict[str, object]:
    """Several people who ask the same, verdicts about an answer, and a group that was put aside."""
    here = week.ids.municipality
    for person in ("ada", "bea", "cem"):
        about: dict[str, Any] = {"language": "de", "decision": "rephrase", "person": week.people[person], "municipality_id": here}
        await unanswered.record(session, keyring, text=f"{marked} Bücherei?", entry="health/doctor", **about)
    session.add_all(Feedback(municipality_id=here, entry=marked, language="de", verdict="no") for _ in range(6))
    mark = WishMark(municipality_id=here, user_id=week.users["lead"], sealed_centre=keyring.seal(marked, purpose="meaning"), people=3)
    session.add(mark)
    await session.flush()
    question = await session.scalar(select(func.max(questions.c.id)).where(questions.c.municipality_id == here))
    return {"question": question or 0, "mark": mark.id}


async def _article(session: AsyncSession, week: Week, *, marked: str) -> None:
    """A text of the municipality's own for a common article, published, and a draft."""
    act: dict[str, Any] = {
        "municipality": week.ids.municipality,
        "knowledge": loader.shipped(),
        "entry": ARTICLE,
        "editor": week.users["editor"],
        "now": utcnow(),
    }
    german = replace(loader.shipped().articles[ARTICLE].translations["de"], title=f"{marked} Verlängerung", answer=f"{marked} Antwort.")
    await keep.save_draft(session, text=german, revision=0, **act)
    done = await publish.publish(session, known=checks.known(), parts=None, today=today_here(), **act)
    assert done.parts == ("de",), done.remarks
    await keep.save_draft(session, text=replace(german, answer=f"{marked} Entwurf."), revision=2, **act)


async def _courses(session: AsyncSession, week: Week, *, person: int, marked: str) -> dict[str, object]:
    """A course, the change that brought it, a file that the lead looks at, and a wish."""
    owner, today = str(await session.scalar(select(towns.c.slug).where(towns.c.id == week.ids.municipality))), today_here()
    mine = course("kurs", title=f"{marked} Kurs", provider_name=f"{marked} Schule", notes=marked, last_checked=today)
    done = await catalogue.apply(session, owner=owner, feed="file", courses=[mine], actor="provider", file_name=marked, today=today)
    content = csv_file.write([mine, course("neu", title=marked), course("kurs", title=marked, level_from="B2", level_to="A1")])
    file = CourseUpload(owner=owner, user_id=week.users["lead"], name=f"{marked}.csv", content=content, revision=1)
    session.add_all([file, CourseAlert(person_id=person, digest="x", filters={"level": "B1", "place": marked})])
    await session.flush()
    return {"course": done.changes[0].course, "change": done.import_id, "upload": file.id}


def _form(week: Week) -> dict[str, object]:
    """Fields that forms of the desk ask for; each takes what it knows."""
    ids, later = week.ids, week.monday + timedelta(days=1)
    people = {"to": week.users["other"], "user": week.users["other"], "substitute": week.users["other"], "person": week.people["cem"]}
    places = {
        "adviser": ids.advisers[0],
        "office": ids.office,
        "service": ids.service,
        "case": week.cases["cem"],
        "of": f"user-{week.users['own']}",
    }
    times = {"at": f"{later}T10:00", "day": later, "first": later, "last": later, "starts": "10:00", "ends": "11:00", "revision": 1}
    words = {"text": "Guten Tag", "note": "Bitte", "message": "Hallo", "name": "Neu", "email": "neu@kreis.test", "role": "adviser"}
    return (
        people
        | places
        | times
        | words
        | {"provider": "Eigen Schule"}
        | {"slot": "keiner", "came": "yes", "state": "confirmed", "reason": "training", "interface": "de", "language": "de"}
        | {"part": "de", "title": "Titel", "answer": "Antwort.", "source": "Amt", "review_by": "2099-01-01", "question": "Hallo"}
    )


def dump(server: Running, tables: list[str]) -> dict[str, list[tuple[object, ...]]]:
    """All rows of some tables, to be compared; read past the layers, as there are many of them."""
    with closing(sqlite3.connect(server.database)) as connection:
        return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in tables}  # noqa: S608 - our own tables


async def dump_of(base: Database) -> str:
    """All rows of all tables of either kind of database."""
    from sqlmodel import SQLModel  # noqa: PLC0415 - its metadata is complete only once everything is imported

    async with base.read() as session:
        found = {name: (await session.execute(SQLModel.metadata.tables[name].select())).all() for name in SQLModel.metadata.tables}
    return json.dumps({name: sorted(str(row) for row in rows) for name, rows in found.items()})
