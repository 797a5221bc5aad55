"""One case as its page shows it: who has it, the lines of its conversation, what was said before it, its files. Lists are in `listing`.

Reading changes nothing here; that it was read is noted by whoever asks.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.errors import NotFoundError
from handoff.files import NAME
from store.crypto import Keyring
from store.desk import Attachment
from store.scheduling import Appointment, Office, Service
from store.statements import table_of
from store.tables import Address, Case, Conversation, Message, User

PURPOSE = "message"
LINES = 200
EARLIER = 100
MOST_APPOINTMENTS = 6
_AGREED = ("booked", "confirmed", "attended", "missed")

cases, messages, users, attachments = table_of(Case), table_of(Message), table_of(User), table_of(Attachment)
conversations, addresses = table_of(Conversation), table_of(Address)
appointments, services, offices = table_of(Appointment), table_of(Service), table_of(Office)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A case with its owner's name; `held` while the program is silent for its person."""

    id: int
    municipality: int
    person: int | None
    reason: str
    urgent: bool
    topic: str | None
    language: str
    sealed_card: bytes | None
    state: str
    revision: int
    owner_id: int | None
    owner: str | None
    owner_active: bool
    opened_at: datetime
    waiting_since: datetime | None
    promised_at: datetime | None
    bot_returns_at: datetime | None
    follow_up_at: datetime | None
    sealed_follow_up: bytes | None
    closed_at: datetime | None
    held: bool


@dataclass(frozen=True, kw_only=True)
class File:
    """What a person sent besides text; its name is opened, its content is not."""

    id: int
    message: int | None
    kind: str
    media_type: str
    size: int
    name: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a conversation: the person's (`incoming`), an adviser's (`author`), or the program's.

    `buttons` are the labels that the program offered. Of a deleted line only the fact is left.
    """

    id: int
    at: datetime
    incoming: bool
    author_id: int | None
    author: str | None
    language: str | None
    title: str
    text: str
    note: str
    buttons: tuple[str, ...]
    delivery: str | None
    failure: str | None
    edited_at: datetime | None
    deleted_at: datetime | None
    files: tuple[File, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Lines:
    """A part of a conversation, oldest first; `more` if there are older lines."""

    lines: tuple[Line, ...]
    more: bool


async def case_of(session: AsyncSession, *, municipality: int, case: int) -> Opened:
    """The case; raises NotFoundError for what does not exist or belongs to another municipality."""
    held = conversations.c.held_by_case == cases.c.id
    wanted = (
        select(cases, users.c.name.label("owner"), users.c.active.label("owner_active"), held.label("held"))
        .join(users, users.c.id == cases.c.owner_id, isouter=True)
        .join(conversations, conversations.c.person_id == cases.c.person_id, isouter=True)
        .where(cases.c.id == case, cases.c.municipality_id == municipality)
    )
    row = (await session.execute(wanted)).one_or_none()
    if row is None:
        raise NotFoundError
    same = {name: getattr(row, name) for name in _SAME}
    return Opened(**same, municipality=row.municipality_id, person=row.person_id, owner_active=bool(row.owner_active), held=bool(row.held))


_SAME = (
    *("id", "reason", "urgent", "topic", "language", "sealed_card", "state", "revision", "owner_id", "owner"),
    *("opened_at", "waiting_since", "promised_at", "bot_returns_at", "follow_up_at", "sealed_follow_up", "closed_at"),
)


async def channels_of(session: AsyncSession, *, person: int) -> list[str]:
    """The channels by which the person can be reached."""
    mine = (addresses.c.person_id == person, addresses.c.unreachable.is_(False))
    return sorted(set(await session.scalars(select(addresses.c.channel).where(*mine))))


async def lines_of(session: AsyncSession, keyring: Keyring, *, case: int, before: int | None = None) -> Lines:
    """The newest `LINES` lines of the case (or of those before a line)."""
    wanted = _lines().where(messages.c.case_id == case)
    return await _read(session, keyring, wanted, before=before, limit=LINES)


async def earlier(session: AsyncSession, keyring: Keyring, *, opened: Opened, before: int | None = None) -> Lines:
    """What person and program said outside this case; lines of other municipalities' cases stay closed."""
    ours = select(cases.c.id).where(cases.c.municipality_id == opened.municipality, cases.c.person_id == opened.person)
    elsewhere = or_(messages.c.case_id.is_(None), messages.c.case_id.in_(ours) & (messages.c.case_id != opened.id))
    wanted = _lines().where(messages.c.person_id == opened.person, elsewhere)
    return await _read(session, keyring, wanted, before=before, limit=EARLIER)


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """An appointment of the person, as the card names it."""

    id: int
    starts_at: datetime
    service: str
    office: str
    address: str
    mode: str
    state: str
    code: str
    interpreter: str


async def appointments_of(session: AsyncSession, *, municipality: int, person: int, language: str) -> list[Agreed]:
    """The newest `MOST_APPOINTMENTS` agreed or past appointments of a person in the municipality, oldest first."""
    joined = appointments.join(services, services.c.id == appointments.c.service_id).join(offices, offices.c.id == appointments.c.office_id)
    mine = (appointments.c.person_id == person, appointments.c.municipality_id == municipality, appointments.c.state.in_(_AGREED))
    names = (services.c.names, services.c.slug, offices.c.name.label("office"), offices.c.address)
    wanted = select(appointments, *names).select_from(joined).where(*mine).order_by(appointments.c.starts_at.desc())
    rows = list(await session.execute(wanted.limit(MOST_APPOINTMENTS)))
    return [
        Agreed(
            id=row.id,
            starts_at=row.starts_at,
            service=row.names.get(language) or row.names.get("de") or row.slug,
            office=row.office,
            address=row.address,
            mode=row.mode,
            state=row.state,
            code=row.code,
            interpreter=row.interpreter,
        )
        for row in reversed(rows)
    ]


async def colleagues(session: AsyncSession, *, municipality: int) -> list[tuple[int, str]]:
    """Ids and names of those who can have cases here, by name."""
    able = (users.c.municipality_id == municipality, users.c.active, users.c.role != "editor")
    return [(row.id, row.name) for row in await session.execute(select(users.c.id, users.c.name).where(*able).order_by(users.c.name))]


async def file_of(session: AsyncSession, *, case: int, attachment: int) -> None:
    """Make sure that an attachment belongs to this case; raises NotFoundError."""
    mine = (attachments.c.id == attachment, attachments.c.case_id == case)
    if await session.scalar(select(attachments.c.id).where(*mine)) is None:
        raise NotFoundError


async def newest_line(session: AsyncSession, *, case: int) -> int:
    """The id of the newest line of a case; 0 if there is none."""
    newest = select(messages.c.id).where(messages.c.case_id == case).order_by(messages.c.id.desc()).limit(1)
    return await session.scalar(newest) or 0


async def own_line(session: AsyncSession, keyring: Keyring, *, case: int, user: int, message: int) -> Line:
    """A line that this user wrote in this case and did not delete; raises NotFoundError."""
    mine = (messages.c.id == message, messages.c.case_id == case, messages.c.author_id == user, messages.c.deleted_at.is_(None))
    row = (await session.execute(_lines().where(*mine))).one_or_none()
    if row is None:
        raise NotFoundError
    return _line(keyring, row)


def open_text(keyring: Keyring, sealed: bytes) -> str:
    """The text of a sealed line."""
    return str(json.loads(keyring.open(sealed, purpose=PURPOSE)).get("text", ""))


def _lines() -> Select[Any]:
    return select(messages, users.c.name.label("author")).join(users, users.c.id == messages.c.author_id, isouter=True)


async def _read(session: AsyncSession, keyring: Keyring, wanted: Select[Any], *, before: int | None, limit: int) -> Lines:
    if before is not None:
        wanted = wanted.where(messages.c.id < before)
    rows = list(await session.execute(wanted.order_by(messages.c.id.desc()).limit(limit + 1)))
    lines = [_line(keyring, row) for row in rows[:limit][::-1]]
    files = await _files(session, keyring, [line.id for line in lines if line.incoming])
    return Lines(lines=tuple(replace(line, files=tuple(files.get(line.id, ()))) for line in lines), more=len(rows) > limit)


async def _files(session: AsyncSession, keyring: Keyring, ids: Sequence[int]) -> dict[int, list[File]]:
    columns = [column for column in attachments.c if column.name != "sealed_content"]
    found: dict[int, list[File]] = {}
    if not ids:
        return found
    for row in await session.execute(select(*columns).where(attachments.c.message_id.in_(ids)).order_by(attachments.c.id)):
        found.setdefault(row.message_id, []).append(_file(keyring, row))
    return found


def _file(keyring: Keyring, row: Row[Any]) -> File:
    name = keyring.open(row.sealed_name, purpose=NAME)
    return File(id=row.id, message=row.message_id, kind=row.kind, media_type=row.media_type, size=row.size, name=name)


def _line(keyring: Keyring, row: Row[Any]) -> Line:
    payload = {} if row.deleted_at else json.loads(keyring.open(row.sealed_payload, purpose=PURPOSE))
    labels = tuple(choice.get("label", "") for line in payload.get("rows", ()) for choice in line)
    return Line(
        id=row.id,
        at=row.created_at,
        incoming=row.incoming,
        author_id=row.author_id,
        author=row.author,
        language=payload.get("language"),
        title=payload.get("title", ""),
        text=payload.get("text", ""),
        note=payload.get("note", ""),
        buttons=labels,
        delivery=row.delivery,
        failure=row.failure,
        edited_at=row.edited_at,
        deleted_at=row.deleted_at,
    )
