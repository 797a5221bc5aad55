"""What is known of one appointment in words: when, where, how, interpreter, what to bring; and its calendar file.

Which screens are made of these words is decided in `booking_words`, `appointments`, `waiting_list` and `reminding`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from dialogs.model import Turn
from dialogs.parts import paragraphs
from locales import formats
from locales.bidi import isolate
from locales.marks import mark
from locales.registry import LANGUAGES, chain
from locales.texts import translate
from scheduler import calendar, entries, ics
from store.scheduling import Adviser, Office, Service
from store.tables import Municipality

Method = Literal["PUBLISH", "CANCEL"]
FILE_NAME = "termin.ics"
WAYS = {
    "in_person": mark("in person, at the office"),
    "phone": mark("by phone"),
    "video": mark("by video"),
    "home": mark("at your home"),
}
INTERPRETING = {
    "asked": mark("We are looking for an interpreter for this language: {language}."),
    "confirmed": mark("An interpreter will be there for this language: {language}."),
    "not_found": mark("We have not found an interpreter for this language: {language}. Please bring somebody who can interpret."),
}

_V = TypeVar("_V")


@dataclass(frozen=True, kw_only=True)
class Details:
    """An appointment's row with what it refers to; `host` makes its calendar entry unique in the world."""

    row: Row[Any]
    service: Service
    office: Office
    adviser: Adviser | None
    zone: ZoneInfo
    host: str


async def details_of(turn: Turn, row: Row[Any]) -> Details:
    """Read what an appointment refers to."""
    session = turn.session
    site = await calendar.site_of(session, municipality=row.municipality_id)
    town = await session.get_one(Municipality, row.municipality_id)
    return Details(
        row=row,
        service=await session.get_one(Service, row.service_id),
        office=await session.get_one(Office, row.office_id),
        adviser=await session.get(Adviser, row.adviser_id) if row.adviser_id else None,
        zone=ZoneInfo(site.zone),
        host=f"{town.slug}.lotse.invalid",
    )


def may_name(turn: Turn) -> bool:
    """Whether service and topic may be said: on a trusted channel, or on a menu that is replaced in its place and pops up nowhere."""
    return turn.traits.trusted or turn.inbound.screen is not None


async def when(turn: Turn, row: Row[Any], *, language: str | None = None) -> str:
    """Weekday, date and time of an appointment in the turn's language (or another one), as clocks go in its municipality."""
    return await moment(turn, row.starts_at, municipality=row.municipality_id, language=language)


async def moment(turn: Turn, point: datetime, *, municipality: int, language: str | None = None) -> str:
    """Weekday, date and time of any moment, as clocks go in the municipality."""
    site = await calendar.site_of(turn.session, municipality=municipality)
    return formats.moment(language or turn.language, point, ZoneInfo(site.zone))


def place(turn: Turn, about: Details) -> str:
    """Where to be, or how to talk, in one line."""
    if about.row.mode == "in_person":
        return turn.t("Where: {place}", place=_address(about.office))
    way = turn.t("How: {way}", way=turn.t(WAYS[about.row.mode]))
    return "\n".join(filter(None, (way, number(turn, about))))


def number(turn: Turn, about: Details) -> str:
    """Whom to call for an appointment by phone: Lotse asks nobody for a number, so the person calls."""
    if about.row.mode != "phone":
        return ""
    if about.office.phone:
        return turn.t("Call this number at that time: {number}", number=isolate(about.office.phone))
    return turn.t("You call the office at that time. Ask there for the number: {place}", place=_address(about.office))


def code(turn: Turn, row: Row[Any]) -> str:
    """The code in groups of two digits, as people say it on the phone."""
    spelled = " ".join(row.code[start : start + 2] for start in range(0, len(row.code), 2))
    return turn.t("Your code: {code}. You can spell it on the phone.", code=spelled)


def interpreting(turn: Turn, row: Row[Any]) -> str:
    """What is known about interpreting; nothing where nobody needs it."""
    if row.interpreter == "brings":
        return turn.t("You bring somebody who interprets.")
    if row.interpreter != "organise":
        return ""
    language = LANGUAGES.get(row.interpreter_language or row.language)
    sentence = INTERPRETING.get(row.interpreter_state or "asked", INTERPRETING["asked"])
    return turn.t(sentence, language=language.autonym if language else row.interpreter_language)


def preparation(turn: Turn, service: Service) -> str:
    """What to bring and how to prepare, in the person's language or the next best; empty if there is nothing."""
    things = by_language(service.bring, turn.language) or []
    listed = "\n".join((turn.t("Please bring:"), *(f"• {thing}" for thing in things))) if things else ""
    return paragraphs(listed, by_language(service.preparation, turn.language) or "")


def service_name(turn: Turn, service: Service) -> str:
    """The service's name in the person's language or the next best."""
    return by_language(service.names, turn.language) or next(iter(service.names.values()), service.slug)


def by_language(values: Mapping[str, _V], language: str) -> _V | None:
    """The value of a language along its fallback chain."""
    return next((values[code] for code in chain(language) if values.get(code)), None)


def in_german(turn: Turn, sentence: str, **values: object) -> str:
    """The same sentence in German, to show at the desk; nothing for who reads German anyway."""
    return "" if turn.language in {"de", "de-simple"} else translate("de", sentence, **values)


async def file(turn: Turn, row: Row[Any], *, method: Method) -> str:
    """The calendar file of an appointment as it is now; on public channels it names no topic."""
    about = await details_of(turn, row)
    known = await entries.one(turn.session, appointment=row.id)
    named = turn.traits.trusted
    entry = ics.Entry(
        uid=ics.uid(about.host, appointment=row.id),
        revision=row.revision,
        starts=row.starts_at,
        ends=row.ends_at,
        zone=about.zone,
        changed_at=known.changed_at if known else row.created_at,
        status="CANCELLED" if method == "CANCEL" else "CONFIRMED",
        summary=f"{service_name(turn, about.service) if named else 'Lotse'} · {about.office.name}",
        location=_address(about.office) if row.mode == "in_person" else "",
        description=paragraphs(place(turn, about), code(turn, row), preparation(turn, about.service) if named else ""),
    )
    return ics.event(entry, alarm=entry.summary).decode()


def _address(office: Office) -> str:
    return f"{office.name}, {office.address}" if office.address else office.name
