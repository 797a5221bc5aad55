"""How the calendar says things in German and English: days, times, languages, ways to meet, interpreters; and why something was refused."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import Row

from desk.access import Actor
from desk.languages import language_name
from locales.marks import mark

MODES = {"in_person": mark("In person"), "phone": mark("By phone"), "video": mark("By video"), "home": mark("Home visit")}
STATES = {
    "held": mark("Being booked right now"),
    "booked": mark("Booked"),
    "confirmed": mark("Says they are coming"),
    "attended": mark("Came"),
    "missed": mark("Did not come"),
    "cancelled": mark("Cancelled"),
}
INTERPRETERS = {
    "asked": mark("Interpreter asked: {language}"),
    "confirmed": mark("Interpreter confirmed: {language}"),
    "not_found": mark("No interpreter found: {language}"),
}
REASONS = {
    "absence": mark("Absent"),
    "holiday": mark("Holiday"),
    "sick": mark("Sick"),
    "training": mark("Training"),
    "meeting": mark("Meeting"),
}
# Why something was refused, by the `state` of the error.
REFUSED = {
    "cancelled": mark("This appointment is cancelled already. Nothing was changed."),
    "over": mark("This appointment is over. Nothing was changed."),
    "changed": mark("This appointment was changed in the meantime. Look at it again, then decide."),
    "kept": mark("This cannot be undone any more: a minute is over, or something came after it."),
    "slot_gone": mark("This time is not free. It may have been taken just now, or it lies outside the hours. Nothing was changed."),
    "limit": mark("This person has another appointment at that time or on that day. Nothing was changed."),
}
OTHERWISE = mark("That is not possible now. Nothing was changed.")


def long_day(actor: Actor, day: date) -> str:
    """Monday, 23 November 2026."""
    return format_date(day, "EEEE, d. MMMM y" if actor.interface == "de" else "EEEE, d MMMM y", locale=actor.interface)


def short_day(actor: Actor, day: date) -> str:
    """Mon 23 Nov."""
    return format_date(day, "EEE d. MMM" if actor.interface == "de" else "EEE d MMM", locale=actor.interface)


def week_title(actor: Actor, days: list[date]) -> str:
    """Week 48: 23 to 29 November 2026."""
    pattern = "d. MMMM" if actor.interface == "de" else "d MMMM"
    first = format_date(days[0], pattern, locale=actor.interface)
    last = format_date(days[-1], pattern + " y", locale=actor.interface)
    return actor.t(mark("Week {number}: {first} to {last}"), number=days[0].isocalendar().week, first=first, last=last)


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """The time on the wall; with the name of the zone in the hour that comes twice."""
    wall = moment.astimezone(zone)
    twice = wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()
    return f"{wall:%H:%M} {wall.tzname()}" if twice else f"{wall:%H:%M}"


def times(starts: datetime, ends: datetime, zone: ZoneInfo) -> str:
    """From when until when on one day: `09:00–09:30`."""
    return f"{clock(starts, zone)}–{clock(ends, zone)}"


def service(actor: Actor, names: Mapping[str, str]) -> str:
    """The name of a service."""
    return names.get(actor.interface) or names.get("de") or next(iter(names.values()), "")


def interpreter(actor: Actor, row: Row[Any]) -> str:
    """What is known about interpreting for an appointment; empty where nobody needs it."""
    if row.interpreter == "brings":
        return actor.t(mark("Brings somebody who interprets"))
    if row.interpreter != "organise":
        return ""
    sentence = INTERPRETERS.get(row.interpreter_state or "asked", INTERPRETERS["asked"])
    said = actor.t(sentence, language=language_name(actor, row.interpreter_language or row.language))
    by_phone = MODES["phone"]
    return f"{said} ({actor.t(by_phone)})" if row.interpreter_mode == "phone" else said


def spelled(code: str) -> str:
    """A code as people say it: `12 34 56`."""
    return " ".join(code[start : start + 2] for start in range(0, len(code), 2))


def refusal(actor: Actor, state: str) -> str:
    """Why nothing was changed."""
    return actor.t(REFUSED.get(state, OTHERWISE))
