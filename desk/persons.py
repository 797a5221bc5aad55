"""One person's data from the desk: what is stored, in numbers; taking it along; deleting it. The person's way is `dialogs.privacy`."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import ColumnElement, Table, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import trail
from desk.access import Actor, Adviser
from desk.languages import language_name
from desk.pages import back, page
from desk.parts import PartsOf
from handoff import personal_data, retention
from handoff.errors import NotFoundError
from handoff.pseudonyms import pseudonym
from handoff.retention import appointments, attachments, cases, deadlines, messages, people, unanswered, waiting
from scheduler import changes
from store.database import Database
from store.types import utcnow

router = APIRouter()

Id = Annotated[int, Path(ge=1, lt=2**53)]


@router.get("/people/{person}")
async def one(request: Request, person: Id, actor: Adviser, parts: PartsOf) -> Response:
    """What is stored about a person, in numbers, and what can be done with it; looking is noted."""
    async with parts.database.read() as session:
        row = await _require(session, actor, person)
        counts = await _counts(session, person)
        ours = await _ours(session, actor, person)
        open_case = await session.scalar(
            select(cases.c.id).where(cases.c.person_id == person, cases.c.state != "closed", _here(cases, actor))
        )
    await _note(parts.database, actor, "person.read", person)
    return page(
        request,
        "person.html",
        actor,
        person=person,
        called=pseudonym(person, actor.interface),
        spoken=language_name(actor, row.language) if row.language else "–",
        since=row.created_at,
        last=row.seen_at,
        counts=counts,
        ours=ours,
        open_case=open_case,
        backups_until=utcnow() + retention.BACKUPS,
    )


async def _require(session: AsyncSession, actor: Actor, person: int) -> Any:
    """The person, if they turned to this municipality's advisers; raises NotFoundError for all others."""
    turned = [exists().where(table.c.person_id == people.c.id, _here(table, actor)) for table in (cases, appointments)]
    row = (await session.execute(select(people).where(people.c.id == person, turned[0] | turned[1]))).one_or_none()
    if row is None:
        raise NotFoundError
    return row


async def _ours(session: AsyncSession, actor: Actor, person: int) -> bool:
    """Whether nothing of theirs belongs to another municipality: that is not ours to read, and not ours to delete."""
    elsewhere = [
        select(func.count()).select_from(table).where(table.c.person_id == person, ~_here(table, actor)) for table in (cases, appointments)
    ]
    return not any([await session.scalar(query) for query in elsewhere])


def _here(table: Table, actor: Actor) -> ColumnElement[bool]:
    return table.c.municipality_id == actor.municipality


async def _counts(session: AsyncSession, person: int) -> dict[str, int]:
    """How many rows of each kind the person has."""
    now = utcnow()
    mine = {
        "messages": (messages, messages.c.person_id == person),
        "cases": (cases, cases.c.person_id == person),
        "files": (attachments, attachments.c.person_id == person),
        "ahead": (
            appointments,
            (appointments.c.person_id == person) & appointments.c.state.in_(changes.AGREED) & (appointments.c.ends_at > now),
        ),
        "waiting": (waiting, waiting.c.person_id == person),
        "dates": (deadlines, deadlines.c.person_id == person),
        "questions": (unanswered, unanswered.c.person_id == person),
    }
    return {name: await session.scalar(select(func.count()).select_from(table).where(where)) or 0 for name, (table, where) in mine.items()}


async def _note(database: Database, actor: Actor, action: str, person: int) -> None:
    async with database.write() as session:
        await trail.note(session, actor, action=action, subject=f"person:{person}")


@router.post("/people/{person}/export")
async def export(person: Id, actor: Adviser, parts: PartsOf) -> Response:
    """Everything stored about a person, as a file for them; noted."""
    async with parts.database.read() as session:
        await _require(session, actor, person)
        if not await _ours(session, actor, person):
            return _refused(actor, person)
        document = await personal_data.export(session, parts.keyring, person=person)
    await _note(parts.database, actor, "person.exported", person)
    headers = {"content-disposition": 'attachment; filename="lotse.json"', "cache-control": "no-store"}
    return Response(document, media_type="application/json", headers=headers)


def _refused(actor: Actor, person: int) -> Response:
    text = actor.t("This cannot be done here. The person can do it in the chat: Privacy, then “See my data” or “Delete my data”.")
    return back(f"/desk/people/{person}", notice=text, kind="warn")


@router.post("/people/{person}/delete")
async def delete(person: Id, actor: Adviser, parts: PartsOf) -> Response:
    """Delete a person with everything of theirs; what they had booked is cancelled."""
    now = utcnow()
    async with parts.database.write() as session:
        await _require(session, actor, person)
        if not await _ours(session, actor, person):
            return _refused(actor, person)
        await changes.forget(session, person=person, now=now)
        await personal_data.erase(session, person=person, now=now)
        await personal_data.forget_addresses(session)
        await trail.note(session, actor, action="person.deleted", subject=f"person:{person}")
    text = actor.t("Everything about {name} is deleted.", name=pseudonym(person, actor.interface))
    return back("/desk/", notice=text)
