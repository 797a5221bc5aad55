"""One person's data: taking it along, and deleting all of it. What the dialog says about it lives in `dialogs.privacy`."""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from handoff import card, files, news
from handoff.events import NOTE
from store.courses import CourseAlert, CourseNews, CourseRow, Enrolment
from store.crypto import Keyring
from store.desk import Attachment, CaseEvent, PrivateLink
from store.scheduling import Appointment, Deadline, Office, Reminder, Service, Waiting
from store.statements import table_of
from store.tables import Address, Audit, Case, Conversation, Inbox, Message, Municipality, Outbox, Person, Unanswered
from store.types import utcnow

MESSAGE = "message"
UNANSWERED = "unanswered"
ERASED = "case erased"
# A browser stays signed in at the desk for a week.
LOOKED_AT = timedelta(days=7)
# A time that was only held and came to nothing never was an appointment.
_NEVER = ("expired", "released", "declined")


async def export(session: AsyncSession, keyring: Keyring, *, person: int) -> str:
    """Everything stored about a person, as readable JSON."""
    row = await session.get(Person, person)
    if row is None:
        return "{}"
    town = await session.get(Municipality, row.municipality_id) if row.municipality_id else None
    document = {
        "language": row.language,
        "municipality": town.name if town else None,
        "since": _iso(row.created_at),
        "last_message": _iso(row.seen_at),
        "channels": sorted(await session.scalars(select(col(Address.channel)).where(col(Address.person_id) == person))),
        "messages": [_message(keyring, message) for message in await session.scalars(_messages(person))],
        "questions_without_answer": [
            keyring.open(sealed, purpose=UNANSWERED)
            for sealed in await session.scalars(select(col(Unanswered.sealed_text)).where(col(Unanswered.person_id) == person))
        ],
        "answers_that_did_not_help": sorted(
            {entry for entry in await session.scalars(select(col(Unanswered.entry)).where(col(Unanswered.person_id) == person)) if entry}
        ),
        "requests_to_advisers": [
            _case(keyring, case) | {"notes": await _notes(session, keyring, int(case.id or 0))}
            for case in list(await session.scalars(select(Case).where(col(Case.person_id) == person).order_by(col(Case.id))))
        ],
        "files": [
            {
                "at": _iso(row.created_at),
                "name": keyring.open(row.sealed_name, purpose=files.NAME),
                "type": row.media_type,
                "bytes": row.size,
            }
            for row in await session.execute(_files(person))
        ],
        "appointments": [_appointment(*row) for row in await session.execute(_appointments(person))],
        "waiting_list": [_waiting(*row) for row in await session.execute(_waits(person))],
        "dates_to_remember": [
            {"kind": row.kind, "day": row.day.isoformat(), "since": _iso(row.created_at)}
            for row in await session.scalars(select(Deadline).where(col(Deadline.person_id) == person).order_by(col(Deadline.day)))
        ],
        "course_alerts": [
            {"since": _iso(row.created_at), "wishes": row.filters}
            for row in await session.scalars(select(CourseAlert).where(col(CourseAlert.person_id) == person).order_by(col(CourseAlert.id)))
        ],
        "course_news": [_news(*row) for row in await session.execute(_of_courses(CourseNews, person))],
        "courses": [_course(*row) for row in await session.execute(_of_courses(Enrolment, person))],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _messages(person: int) -> Any:
    return select(Message).where(col(Message.person_id) == person).order_by(col(Message.id))


def _case(keyring: Keyring, case: Case) -> dict[str, Any]:
    """A case with what its card says of the person; empty parts are left out."""
    told = card.open_(keyring, case.sealed_card)
    known = {"topic": case.topic, "question": told.question, "answers": dict(told.filled), "shown": list(told.articles)}
    known |= {"danger": told.danger, "wishes": list(told.wishes)}
    if case.sealed_follow_up:
        known["message_to_come"] = keyring.open(case.sealed_follow_up, purpose="follow_up")
    plain = {"opened": _iso(case.opened_at), "reason": case.reason, "state": case.state}
    return plain | {name: value for name, value in known.items() if value}


async def _notes(session: AsyncSession, keyring: Keyring, case: int) -> list[str]:
    """What advisers noted about the person: data about them, too."""
    mine = (col(CaseEvent.case_id) == case, col(CaseEvent.sealed_note).is_not(None))
    sealed = await session.scalars(select(CaseEvent).where(*mine).order_by(col(CaseEvent.id)))
    return [keyring.open(line.sealed_note, purpose=NOTE) for line in sealed if line.sealed_note]


def _files(person: int) -> Any:
    table = table_of(Attachment).c
    return select(table.created_at, table.sealed_name, table.media_type, table.size).where(table.person_id == person).order_by(table.id)


def _appointments(person: int) -> Any:
    """Appointments with service and office; times that were only held and came to nothing are none."""
    joined = select(Appointment, Service, Office).join(Service, col(Service.id) == col(Appointment.service_id))
    agreed = col(Appointment.cancel_reason).is_(None) | col(Appointment.cancel_reason).not_in(_NEVER)
    mine = joined.join(Office, col(Office.id) == col(Appointment.office_id)).where(col(Appointment.person_id) == person, agreed)
    return mine.order_by(col(Appointment.starts_at), col(Appointment.id))


def _appointment(row: Appointment, service: Service, office: Office) -> dict[str, Any]:
    plain = ("code", "state", "mode", "language", "topic", "interpreter", "interpreter_language", "interpreter_state")
    named = {"service": service.names.get("de", service.slug), "office": office.name}
    times = {"starts": _iso(row.starts_at), "ends": _iso(row.ends_at), "made": _iso(row.created_at)}
    return times | named | {name: getattr(row, name) for name in plain if getattr(row, name) is not None}


def _waits(person: int) -> Any:
    joined = select(Waiting, Service).join(Service, col(Service.id) == col(Waiting.service_id))
    return joined.where(col(Waiting.person_id) == person).order_by(col(Waiting.id))


def _waiting(row: Waiting, service: Service) -> dict[str, Any]:
    named = {"service": service.names.get("de", service.slug), "state": row.state, "mode": row.mode, "language": row.language}
    return {"since": _iso(row.created_at), "before": _iso(row.before)} | named | ({"part": row.part} if row.part else {})


def _of_courses(model: type[CourseNews | Enrolment], person: int) -> Any:
    """A person's rows about courses, with the course."""
    mine, courses = table_of(model), table_of(CourseRow)
    joined = select(model, courses.c.record).join(CourseRow, courses.c.id == mine.c.course_id)
    return joined.where(mine.c.person_id == person).order_by(mine.c.id)


def _news(row: CourseNews, record: str) -> dict[str, Any]:
    at = {"told": _iso(row.told_at)} if row.told_at else {"since": _iso(row.created_at)}
    return at | {"course": json.loads(record)["title"], "kind": row.kind, "state": row.state}


def _course(row: Enrolment, record: str) -> dict[str, Any]:
    days = {"starts": row.starts_on, "ends": row.ends_on}
    known = {name: day.isoformat() for name, day in days.items() if day}
    return {"course": json.loads(record)["title"], "since": _iso(row.created_at)} | known


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _message(keyring: Keyring, message: Message) -> dict[str, Any]:
    payload = json.loads(keyring.open(message.sealed_payload, purpose=MESSAGE))
    sender = "you" if message.incoming else "adviser" if message.author_id else "Lotse"
    return {"at": _iso(message.created_at), "from": sender, "text": payload.get("text", "")}


async def erase(session: AsyncSession, *, person: int, now: datetime | None = None) -> None:
    """Delete a person and everything of theirs, except addresses that a farewell is still to reach (delivery removes those).

    Appointments stay without the person; those to come are given back before, by `scheduler.changes.forget`. Open pages of the desk hear
    of it. History, notes, mentions, drafts and presences go with their case by foreign key.
    """
    addresses, found = await lock(session, person=person)
    # Before any row of theirs: an import holds people before it writes or takes back their news of courses.
    await session.execute(select(col(Person.id)).where(col(Person.id) == person).with_for_update())
    await _tell(session, found, now or utcnow())
    await session.execute(delete(Outbox).where(col(Outbox.address_id).in_(addresses)))
    await session.execute(
        update(Inbox)
        .where(col(Inbox.address_id).in_(addresses), col(Inbox.applied_at).is_not(None))
        .values(address_id=None, sealed_payload=None)
    )
    for table in (Attachment, PrivateLink, Message, Unanswered, Case, Reminder, Waiting, Deadline, CourseNews, CourseAlert, Enrolment):
        owner = table_of(table).c.person_id
        await session.execute(delete(table).where(owner == person))
    await session.execute(delete(Conversation).where(col(Conversation.person_id) == person))
    await session.execute(update(Address).where(col(Address.person_id) == person).values(person_id=None))
    await session.execute(delete(Person).where(col(Person.id) == person))


async def lock(session: AsyncSession, *, person: int) -> tuple[list[int], list[Any]]:
    """A person's addresses and cases, locked in the order in which `bot` and the desk lock them, each by id; the person comes after."""
    return list(await session.scalars(_locked(Address, person))), list(await session.execute(_locked(Case, person)))


def _locked(model: type[Address | Case], person: int) -> Any:
    table = table_of(model)
    chosen = (table.c.id,) if model is Address else (table.c.id, table.c.municipality_id, table.c.state, table.c.closed_at)
    return select(*chosen).where(table.c.person_id == person).order_by(table.c.id).with_for_update(key_share=model is Address)


async def _tell(session: AsyncSession, found: list[Any], now: datetime) -> None:
    """Leave word of cases that somebody may have before them (open, or closed in the last days), and for longer of those that were open."""
    for case in found:
        if case.state != "closed" or (case.closed_at and case.closed_at > now - LOOKED_AT):
            await news.tell(session, municipality=case.municipality_id, kind="case", case=case.id)
        if case.state != "closed":
            marker = {"at": now, "actor": "lotse", "action": ERASED, "subject": f"case:{case.id}", "detail": {}}
            await session.execute(insert(table_of(Audit)).values(municipality_id=case.municipality_id, **marker))


async def erased(session: AsyncSession, *, municipality: int, case: int) -> bool:
    """Whether a case that is not there any more went because its person deleted everything (as long as the audit log is kept)."""
    marker = (col(Audit.action) == ERASED, col(Audit.subject) == f"case:{case}", col(Audit.municipality_id) == municipality)
    return await session.scalar(select(col(Audit.id)).where(*marker).limit(1)) is not None


async def forget_addresses(session: AsyncSession) -> None:
    """Remove addresses that belong to nobody and have nothing to deliver or to apply."""
    parcels = exists().where(col(Outbox.address_id) == col(Address.id))
    mail = exists().where(col(Inbox.address_id) == col(Address.id), col(Inbox.applied_at).is_(None))
    await session.execute(delete(Address).where(col(Address.person_id).is_(None), ~parcels, ~mail))
