"""What the week and its list show: entries in words, made of the rows of `scheduler.agenda`. Where they stand is in `calendar_layout`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row

from desk import calendar_words as words
from desk.access import Actor
from desk.calendar_access import Reach
from desk.calendar_choice import FURTHEST
from desk.calendar_layout import Grid, Item, lay_out
from desk.languages import language_name
from handoff.pseudonyms import pseudonym
from locales.marks import mark
from scheduler.agenda import Agenda
from store.scheduling import Adviser

Kind = Literal["appointment", "group", "away", "busy"]
WEEK = 7
_WORKDAYS = 5
_OPEN_STATES = ("booked", "confirmed")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing in the calendar, in words. `title` is the pseudonym, or what it is; empty words do not apply.

    `move` is the appointment's id if the actor may move it; `over` if its outcome is still to be said.
    """

    kind: Kind
    id: int
    starts: datetime
    time: str
    title: str
    url: str = ""
    state: str = ""
    state_words: str = ""
    service: str = ""
    mode: str = ""
    mode_words: str = ""
    language: str = ""
    interpreter: str = ""
    interpreter_state: str = ""
    code: str = ""
    office: str = ""
    adviser: str = ""
    adviser_id: int = 0
    bring: Sequence[str] = ()
    move: int = 0
    over: bool = False

    @property
    def from_(self) -> str:
        """Its beginning alone, where there is little room."""
        return self.time.partition("–")[0] if self.time[:1].isdigit() else self.time


@dataclass(frozen=True, kw_only=True)
class View:
    """Who looks, when, and the team with its names."""

    actor: Actor
    reach: Reach
    team: Mapping[int, Adviser]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Shown(View):
    """The same with what is looked at."""

    agenda: Agenda


@dataclass(frozen=True, kw_only=True)
class DayList:
    """One day of the list: what is closed, the hours in words, and all entries by their beginning."""

    date: date
    name: str
    short: str
    today: bool
    closed: str | None
    hours: Sequence[str]
    entries: Sequence[Entry]


def week_of(day: date) -> list[date]:
    """The seven days, Monday first, around a day."""
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=number) for number in range(WEEK)]


def parse_week(text: str, *, today: date) -> list[date]:
    """The days of `2026-W48`; of the week of `today` for anything else."""
    year, _, number = text.partition("-W")
    try:
        found = date.fromisocalendar(int(year), int(number), 1)
    except (ValueError, OverflowError):
        return week_of(today)
    return week_of(found if abs(found - today) <= FURTHEST else today)


def week_key(day: date) -> str:
    """The week of a day as addresses name it: `2026-W48`."""
    iso = day.isocalendar()
    return f"{iso.year}-W{iso.week:02}"


def entries_of(shown: Shown) -> list[Entry]:
    """Everything that takes time, by its beginning."""
    agenda = shown.agenda
    found = [
        *(appointment(shown, row) for row in agenda.appointments if row.group_slot_id is None),
        *(_group(shown, row) for row in agenda.groups),
        *(_away(shown, row) for row in agenda.absences),
        *(_busy(shown, row) for row in agenda.busy),
    ]
    return sorted(found, key=lambda entry: (entry.starts, entry.kind, entry.id))


def appointment(shown: View, row: Row[Any]) -> Entry:
    """An appointment of one person, or a time that somebody is just booking."""
    actor, zone = shown.actor, shown.actor.zone
    held = row.state == "held"
    movable = row.state in _OPEN_STATES and row.ends_at > shown.now and shown.reach.may(row.adviser_id)
    named = pseudonym(row.person_id, actor.interface) if row.person_id else actor.t(mark("Deleted person"))
    return Entry(
        kind="appointment",
        id=row.id,
        starts=row.starts_at,
        time=words.times(row.starts_at, row.ends_at, zone),
        title=actor.t(words.STATES[row.state]) if held else named,
        url="" if held else f"/desk/calendar/appointments/{row.id}",
        state=row.state,
        state_words=actor.t(words.STATES[row.state]),
        service=words.service(actor, row.names),
        mode=row.mode,
        mode_words=actor.t(words.MODES.get(row.mode, row.mode)),
        language=language_name(actor, row.language),
        interpreter=words.interpreter(actor, row),
        interpreter_state=(row.interpreter_state or "asked") if row.interpreter == "organise" else row.interpreter,
        code="" if held else words.spelled(row.code),
        office=row.office,
        adviser=_name(shown, row.adviser_id),
        adviser_id=row.adviser_id or 0,
        bring=row.bring.get(actor.interface) or row.bring.get("de") or (),
        move=row.id if movable and row.group_slot_id is None else 0,
        over=row.state in _OPEN_STATES and row.starts_at <= shown.now,
    )


def _group(shown: Shown, row: Row[Any]) -> Entry:
    actor = shown.actor
    return Entry(
        kind="group",
        id=row.id,
        starts=row.starts_at,
        time=words.times(row.starts_at, row.ends_at, shown.agenda.zone),
        title=words.service(actor, row.names),
        url=f"/desk/calendar/groups/{row.id}",
        state_words=actor.t(mark("{count} of {capacity} places taken"), count=row.places, capacity=row.capacity),
        office=row.office,
        adviser=", ".join(filter(None, (_name(shown, adviser) for adviser in row.advisers))),
        bring=row.bring.get(actor.interface) or row.bring.get("de") or (),
    )


def _away(shown: Shown, row: Row[Any]) -> Entry:
    actor = shown.actor
    reason = actor.t(words.REASONS.get(row.reason, words.REASONS["absence"]))
    if row.adviser_id is None:
        reason = actor.t(mark("Office closed")) if row.office_id else actor.t(mark("Nobody is there"))
    url = f"/desk/calendar/times?adviser={row.adviser_id}" if row.adviser_id and shown.reach.may(row.adviser_id) else ""
    name = _name(shown, row.adviser_id)
    return Entry(kind="away", id=row.id, starts=row.starts_at, time=_span(shown, row), title=reason, url=url, adviser=name)


def _busy(shown: Shown, row: Row[Any]) -> Entry:
    title, name = shown.actor.t(mark("Own calendar")), _name(shown, row.adviser_id)
    return Entry(kind="busy", id=row.id, starts=row.starts_at, time=_span(shown, row), title=title, adviser=name)


def _span(shown: Shown, row: Row[Any]) -> str:
    """The times; with their days where it is more than one."""
    actor, zone = shown.actor, shown.agenda.zone
    first, last = row.starts_at.astimezone(zone).date(), (row.ends_at - timedelta(seconds=1)).astimezone(zone).date()
    if first == last:
        whole = words.clock(row.starts_at, zone) == "00:00" == words.clock(row.ends_at, zone)
        return actor.t(mark("All day")) if whole else words.times(row.starts_at, row.ends_at, zone)
    return f"{words.short_day(actor, first)} – {words.short_day(actor, last)}"


def _name(shown: View, adviser: int | None) -> str:
    found = shown.team.get(adviser or 0)
    return found.name if found else ""


def grid(shown: Shown, entries: Sequence[Entry], days: Sequence[date], ends: Mapping[tuple[str, int], datetime]) -> Grid[Entry]:
    """The week as a grid; hours are shown where it is the calendar of one adviser."""
    items = [
        Item(starts=entry.starts, ends=ends[entry.kind, entry.id], body=entry, quiet=entry.kind in {"away", "busy"}) for entry in entries
    ]
    hours = [(span.starts, span.ends) for spans in shown.agenda.open_.values() for _, span in spans]
    return lay_out(items, days=days, zone=shown.agenda.zone, hours=hours)


def ends_of(agenda: Agenda) -> dict[tuple[str, int], datetime]:
    """When each entry ends, by kind and id."""
    pairs: tuple[tuple[str, Iterable[Any]], ...] = (
        ("appointment", agenda.appointments),
        ("group", agenda.groups),
        ("away", agenda.absences),
        ("busy", agenda.busy),
    )
    return {(kind, row.id): row.ends_at for kind, rows in pairs for row in rows}


def used_days(shown: Shown, entries: Sequence[Entry], days: Sequence[date]) -> list[date]:
    """The days to show: Monday to Friday, and the weekend if somebody works or has something then."""
    zone = shown.agenda.zone
    work = [entry.starts for entry in entries if entry.kind in {"appointment", "group"}]
    work += [span.starts for spans in shown.agenda.open_.values() for _, span in spans]
    used = {moment.astimezone(zone).date() for moment in work}
    return [day for day in days if day.weekday() < _WORKDAYS or any(other in used for other in days if other >= day)]


def day_lists(shown: Shown, entries: Sequence[Entry], days: Sequence[date], ends: Mapping[tuple[str, int], datetime]) -> list[DayList]:
    """The list of each day; what lasts longer stands on each of its days."""
    zone, actor = shown.agenda.zone, shown.actor
    today = shown.now.astimezone(zone).date()
    lasting = [(entry, _lasting(shown, entry, ends[entry.kind, entry.id])) for entry in entries]
    return [
        DayList(
            date=day,
            name=words.long_day(actor, day),
            short=words.short_day(actor, day),
            today=day == today,
            closed=shown.agenda.closed.get(day),
            hours=list(_hours(shown, day)),
            entries=[entry for entry, (first, last) in lasting if first <= day <= last],
        )
        for day in days
    ]


def _lasting(shown: Shown, entry: Entry, ends: datetime) -> tuple[date, date]:
    """The first and the last day of an entry."""
    zone = shown.agenda.zone
    return entry.starts.astimezone(zone).date(), (ends - timedelta(seconds=1)).astimezone(zone).date()


def _hours(shown: Shown, day: date) -> Iterator[str]:
    """The hours of a day in words; with the name where it is the calendar of several."""
    zone = shown.agenda.zone
    for adviser, spans in shown.agenda.open_.items():
        said = [words.times(span.starts, span.ends, zone) for _, span in spans if span.starts.astimezone(zone).date() == day]
        if said:
            name = _name(shown, adviser)
            yield f"{name}: {', '.join(said)}" if len(shown.agenda.open_) > 1 else ", ".join(said)
