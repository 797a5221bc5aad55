"""The words of booking: days, ways to meet, what was understood, the confirmation. One appointment in words is in `appointment_words`.

On a public channel no message that pops up says what an appointment is about; a screen that only changes under a finger may.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from dialogs import appointment_words as words
from dialogs.appointment_words import Details
from dialogs.booking_state import Wanted
from dialogs.model import Choice, Reply, Turn
from dialogs.parts import is_rtl, paragraphs, say
from locales import formats
from locales.bidi import isolate
from locales.marks import mark
from locales.registry import LANGUAGES
from scheduler.calendar import Rules
from scheduler.details import WalkIn
from store.scheduling import Adviser, Office, Service

MAP = "https://www.openstreetmap.org/search?query="
MODE_BUTTONS = {
    "in_person": mark("In person instead"),
    "phone": mark("By phone instead"),
    "video": mark("By video instead"),
    "home": mark("At my home instead"),
}
PARTS = {"morning": mark("Morning"), "afternoon": mark("Afternoon"), "evening": mark("Evening")}
# Who speaks one of these understands the other.
_SAME = {"de-simple": {"de"}, "fa": {"fa", "prs"}, "prs": {"fa", "prs"}}
_GERMAN = {"de", "de-simple"}


def popping(turn: Turn) -> Turn:
    """The turn as messages see it that are new and pop up, whatever was pressed before them."""
    return replace(turn, inbound=replace(turn.inbound, screen=None))


def day_words(language: str, day: date) -> str:
    """Weekday, day and month: `Thursday, 26 November`."""
    return formats.day_without_year(language, day)


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """The time on the wall: `14:30`."""
    return f"{moment.astimezone(zone):%H:%M}"


def spelled(code: str) -> str:
    """A code in groups of two digits, as people say it on the phone."""
    return " ".join(code[start : start + 2] for start in range(0, len(code), 2))


def walk_in_words(turn: Turn, hours: Sequence[WalkIn]) -> str:
    """When and where people may come without an appointment; empty if nowhere."""
    lines = [
        f"• {formats.weekday(turn.language, one.weekday)} {_minutes(one.starts)}–{_minutes(one.ends)} · {address(one.office)}"
        for one in hours
    ]
    return "\n".join((turn.t("Without appointment:"), *lines)) if lines else ""


def _minutes(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def address(office: Office) -> str:
    """An office with its address in one line."""
    return ", ".join(filter(None, (office.name, office.address)))


def speaks(adviser: Adviser, service: Service, language: str) -> bool:
    """Whether an adviser offers the service in the language."""
    return understood_in(service.languages or adviser.languages, language)


def understood_in(languages: Collection[str], language: str) -> bool:
    """Whether one of the languages is understood by who speaks `language`."""
    return bool(_SAME.get(language, {language}).intersection(languages))


def wishes(turn: Turn, rules: Rules | None, wanted: Wanted) -> str:
    """What Lotse has understood, in one sentence; empty if nothing but the service was said. Without `rules` no service is chosen yet."""
    t = turn.t
    first = rules.service.modes[0] if rules else ""
    items = [
        words.service_name(turn, rules.service) if rules and wanted.topic and words.may_name(turn) else "",
        day_words(turn.language, wanted.date) if wanted.date else "",
        formats.weekday(turn.language, int(wanted.weekday)) if wanted.weekday else "",
        _week(turn.language, wanted.week) if wanted.week else "",
        wanted.clock or (t(PARTS[wanted.part]) if wanted.part else ""),
        t("from {time}", time=wanted.after) if wanted.after else "",
        t("before {time}", time=wanted.before) if wanted.before else "",
        t(words.WAYS[wanted.mode]) if wanted.mode in words.WAYS and wanted.mode != first else "",
        LANGUAGES[wanted.speaks].autonym if wanted.speaks else "",
        t("Only with a woman") if wanted.woman else "",
    ]
    said = [item for item in items if item]
    return t("You want: {wishes}", wishes=" · ".join(said)) if said else ""


def _week(language: str, monday: str) -> str:
    first = date.fromisoformat(monday)
    return f"{day_words(language, first)} – {day_words(language, first + timedelta(days=6))}"


def facts(turn: Turn, about: Details) -> list[str]:
    """What about (where it may be named), when, how or where, with whom: a line each."""
    row = about.row
    return [
        *((turn.t("Service: {service}", service=words.service_name(turn, about.service)),) if words.may_name(turn) else ()),
        turn.t("When: {when}", when=formats.moment(turn.language, row.starts_at, about.zone)),
        turn.t("How: {way}", way=turn.t(words.WAYS[row.mode])),
        *((turn.t("Where: {place}", place=address(about.office)),) if row.mode == "in_person" else ()),
        *filter(None, (words.number(turn, about),)),
        *((turn.t("With: {adviser}", adviser=about.adviser.name),) if about.adviser else ()),
    ]


async def confirmation(turn: Turn, row: Row[Any], *, title: str = "") -> tuple[Reply, ...]:
    """The new message that stays in the history: all about the appointment, the time in German too, and what can be done with it."""
    turn = popping(turn)
    about = await words.details_of(turn, row)
    preparation = words.preparation(turn, about.service)
    looking = row.interpreter == "organise" and row.interpreter_state == "asked"
    text = paragraphs(
        "\n".join(facts(turn, about)),
        _in_german(turn, about),
        turn.t("Your code: {code}. You can spell it on the phone.", code=spelled(row.code)),
        words.interpreting(turn, row),
        turn.t("You will read here when it is clear.") if looking else "",
        preparation if turn.traits.trusted else "",
    )
    choices = (
        *map_choice(turn, about),
        *((Choice(id=f"appt:bring:{row.id}", label=turn.t("What to bring")),) if preparation and not turn.traits.trusted else ()),
        Choice(id=f"appt:move:{row.id}", label=turn.t("Move")),
        Choice(id=f"appt:cancel:{row.id}", label=turn.t("Cancel")),
        Choice(id=f"appt:file:{row.id}", label=turn.t("Add to calendar")),
    )
    return (say(turn, text, title=title or turn.t("Your appointment is booked."), note=_demo(turn), choices=choices),)


def _in_german(turn: Turn, about: Details) -> str:
    """The time in German, to show at the desk; it is German in every language, so no catalogue has it."""
    if turn.language in _GERMAN:
        return ""
    line = f"Auf Deutsch: {formats.moment('de', about.row.starts_at, about.zone)}"
    return isolate(line) if is_rtl(turn) else line


def map_choice(turn: Turn, about: Details) -> tuple[Choice, ...]:
    """The button to the map, for an appointment at an office."""
    office = about.office
    page = office.map_url or (MAP + quote(office.address) if office.address else "")
    return (Choice(url=page, label=turn.t("Show on the map")),) if about.row.mode == "in_person" and page else ()


def _demo(turn: Turn) -> str:
    if not (turn.town and turn.town.demo):
        return ""
    return turn.t("This is a demonstration. The town, its offices and its people are invented. Nobody reads your messages here.")
