"""An appointment as advisers see it in calendars and e-mails: read from its rows, told in German, without any person.

The iCalendar text is made in `ics`; who gets it and how is decided in `feeds` and by whoever sends e-mail.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from scheduler import ics
from scheduler.calendar import appointments, groups
from scheduler.ics import Entry, Status
from store.scheduling import Change, Office, Service
from store.statements import table_of

services, offices, changes = (table_of(model) for model in (Service, Office, Change))

# A hold that came to nothing never was an appointment.
_NEVER = ("expired", "released", "declined")
_MODES = {"in_person": "persönlich", "phone": "Telefon", "video": "Video", "home": "Hausbesuch"}
_STATES: dict[str, Status] = {"held": "TENTATIVE", "cancelled": "CANCELLED"}
_INTERPRETERS = {"asked": "angefragt", "confirmed": "bestätigt", "not_found": "nicht gefunden"}
_LANGUAGES = {"ckb": "Kurdisch (Sorani)", "kmr": "Kurdisch (Kurmandschi)", "fa": "Farsi", "prs": "Dari", "de-simple": "Deutsch (einfach)"}


async def of_adviser(session: AsyncSession, *, adviser: int, since: datetime, now: datetime) -> list[Row[Any]]:
    """An adviser's appointments that end after `since`: agreed, over, cancelled, or held at the moment; earliest first."""
    a = appointments.c
    cancelled = and_(a.state == "cancelled", or_(a.cancel_reason.is_(None), a.cancel_reason.not_in(_NEVER)))
    shown = or_(a.state.in_(("booked", "confirmed", "attended", "missed")), and_(a.state == "held", a.held_until > now), cancelled)
    wanted = _wanted().where(a.adviser_id == adviser, a.ends_at > since, shown)
    return list(await session.execute(wanted.order_by(a.starts_at, a.id)))


async def one(session: AsyncSession, *, appointment: int) -> Row[Any] | None:
    """One appointment in whatever state, with its service, office and last change; None if it is gone."""
    found: Row[Any] | None = (await session.execute(_wanted().where(appointments.c.id == appointment))).one_or_none()
    return found


def _wanted() -> Select[Any]:
    a = appointments.c
    last = select(func.max(changes.c.at)).where(changes.c.appointment_id == a.id).scalar_subquery()
    changed = func.coalesce(last, a.created_at, type_=a.created_at.type).label("changed_at")
    columns = (services.c.names, offices.c.name.label("office"), offices.c.address.label("office_address"), changed)
    joined = appointments.join(services, services.c.id == a.service_id).join(offices, offices.c.id == a.office_id)
    return select(appointments, *columns).select_from(joined)


async def groups_of(session: AsyncSession, *, municipality: int, adviser: int, since: datetime) -> list[Row[Any]]:
    """The group slots that take an adviser's time and end after `since`, with the number of `places` that are taken."""
    a = appointments.c
    places = select(func.count()).where(a.group_slot_id == groups.c.id, a.state.in_(("booked", "confirmed"))).scalar_subquery()
    columns = (services.c.names, offices.c.name.label("office"), offices.c.address.label("office_address"), places.label("places"))
    joined = groups.join(services, services.c.id == groups.c.service_id).join(offices, offices.c.id == groups.c.office_id)
    wanted = select(groups, *columns).select_from(joined).where(groups.c.municipality_id == municipality, groups.c.ends_at > since)
    rows = await session.execute(wanted.order_by(groups.c.starts_at, groups.c.id))
    return [row for row in rows if adviser in row.advisers]


def entry(row: Row[Any], *, zone: ZoneInfo, host: str) -> Entry:
    """An appointment for the adviser's calendar."""
    return Entry(
        uid=ics.uid(host, appointment=row.id),
        revision=row.revision,
        starts=row.starts_at,
        ends=row.ends_at,
        zone=zone,
        changed_at=row.changed_at,
        status=_STATES.get(row.state, "CONFIRMED"),
        summary=" · ".join((service(row), row.code, language(row.language), *interpreter(row)[:1])),
        location=place(row),
        description="\n".join(lines(row)),
    )


def group_entry(row: Row[Any], *, zone: ZoneInfo, host: str) -> Entry:
    """A group slot for the adviser's calendar; it has no history, so it is dated by its beginning."""
    return Entry(
        uid=ics.uid(host, group=row.id),
        revision=1,
        starts=row.starts_at,
        ends=row.ends_at,
        zone=zone,
        changed_at=row.starts_at,
        status="CANCELLED" if row.retired else "CONFIRMED",
        summary=f"{service(row)} · {row.places} von {row.capacity} Plätzen",
        location=_office(row),
    )


def lines(row: Row[Any]) -> Sequence[str]:
    """What, how, where, the code, the language and the interpreter: one sentence or fact a line."""
    return (
        service(row),
        f"Art: {_MODES.get(row.mode, row.mode)}",
        f"Ort: {place(row)}",
        f"Terminnummer: {row.code}",
        f"Sprache: {language(row.language)}",
        *interpreter(row),
    )


def service(row: Row[Any]) -> str:
    """The German name of the service."""
    return str(row.names.get("de") or next(iter(row.names.values()), "Termin"))


def place(row: Row[Any]) -> str:
    """Where the appointment is: the office, or the way to talk."""
    return _office(row) if row.mode == "in_person" else _MODES.get(row.mode, row.mode)


def _office(row: Row[Any]) -> str:
    return f"{row.office}, {row.office_address}" if row.office_address else str(row.office)


def interpreter(row: Row[Any]) -> tuple[str, ...]:
    """What is known about interpreting, as one line; nothing where nobody needs it."""
    if row.interpreter == "brings":
        return ("Dolmetschung: bringt jemanden mit",)
    if row.interpreter != "organise":
        return ()
    how = " am Telefon" if row.interpreter_mode == "phone" else ""
    state = _INTERPRETERS.get(row.interpreter_state or "asked", "angefragt")
    return (f"Dolmetschung {language(row.interpreter_language or row.language)}{how}: {state}",)


def language(code: str) -> str:
    """The German name of a language."""
    return _LANGUAGES.get(code) or str(Locale("de").languages.get(code, code))
