"""The calendar of the desk: the week, its list, the day sheet, a group's people. One appointment is in `calendar_appointment`.

Moving and booking are in `calendar_moving`, absences and openings in `calendar_times`, tasks in `calendar_tasks`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from desk import calendar_appointment, calendar_booking, calendar_moving, calendar_tasks, calendar_times, calendar_week
from desk import calendar_words as words
from desk.access import Actor, Adviser
from desk.calendar_access import Id, note_read, reach_of
from desk.calendar_choice import FURTHEST, number_of
from desk.calendar_week import Shown, week_key
from desk.live import newest
from desk.pages import page
from desk.parts import PartsOf
from handoff.errors import NotFoundError
from locales.marks import mark
from scheduler import agenda, tasks
from store import scheduling
from store.types import utcnow

router = APIRouter()
for part in (calendar_appointment, calendar_booking, calendar_moving, calendar_tasks, calendar_times):
    router.include_router(part.router)

ALL = "all"
_NO_CONTENT = 204


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What an address of the calendar asks for: which days, whose, and how they are shown."""

    days: Sequence[date]
    who: Sequence[int]
    key: str
    view: str = "week"

    def url(self, *, days: int = 0, **changes: str) -> str:
        """The address of the same with something changed; `days` later."""
        week = week_key(self.days[0] + timedelta(days=days))
        return "/desk/calendar?" + urlencode({"week": week, "adviser": self.key, "view": self.view, **changes})


@router.get("/calendar")
async def week(  # noqa: PLR0913 - the parts of the address
    request: Request, actor: Adviser, parts: PartsOf, *, week: str = "", adviser: str = "", view: str = "week", known: str = ""
) -> Response:
    """The week of one adviser or of the whole team. A page that is open asks again, and says what it shows by `known`."""
    now = utcnow()
    days = calendar_week.parse_week(week, today=now.astimezone(actor.zone).date())
    async with parts.database.read() as session:
        shown, wanted = await _shown(session, actor, days=days, adviser=adviser, now=now)
        wanted = Wanted(days=days, who=wanted.who, key=wanted.key, view="list" if view == "list" else "week")
        values = _values(shown, wanted) | {"live": await newest(session), "unsettled": await _unsettled(session, actor, now)}
    if known and known == values["version"]:
        return Response(status_code=_NO_CONTENT)
    if not known:
        await note_read(parts, actor, action="calendar.read", subject=f"week:{week_key(days[0])}", calendar=wanted.key)
    return page(request, "calendar.html", actor, fragment="week", **values)


async def _unsettled(session: AsyncSession, actor: Actor, now: datetime) -> int:
    return await tasks.count(session, municipality=actor.municipality, now=now)


async def _shown(session: AsyncSession, actor: Actor, *, days: Sequence[date], adviser: str, now: datetime) -> tuple[Shown, Wanted]:
    """The rows of the days, and whose they are: the actor's own calendar if nobody is named, else the team's."""
    team = {int(one.id or 0): one for one in await agenda.team(session, municipality=actor.municipality)}
    reach = await reach_of(session, actor, now=now)
    key = adviser or (str(reach.own) if reach.own in team else ALL)
    who = _who(key, team)
    found = await agenda.of(session, municipality=actor.municipality, who=who, days=days, language=actor.interface, now=now)
    return Shown(actor=actor, reach=reach, agenda=found, team=team, now=now), Wanted(days=days, who=who, key=key)


def _who(key: str, team: dict[int, scheduling.Adviser]) -> list[int]:
    if key == ALL:
        return list(team)
    number = number_of(key)
    if number not in team:
        raise NotFoundError
    return [number]


def _values(shown: Shown, wanted: Wanted) -> dict[str, Any]:
    actor = shown.actor
    entries, ends = calendar_week.entries_of(shown), calendar_week.ends_of(shown.agenda)
    days = calendar_week.used_days(shown, entries, wanted.days)
    listed = wanted.view == "list"
    lists = calendar_week.day_lists(shown, entries if listed else (), days, ends)
    grid = None if listed else calendar_week.grid(shown, entries, days, ends)
    return {
        "title": words.week_title(actor, list(wanted.days)),
        "wanted": wanted,
        "week": week_key(wanted.days[0]),
        "this_week": week_key(shown.now.astimezone(actor.zone).date()),
        "advisers": [(ALL, actor.t(mark("The whole team"))), *((str(number), one.name) for number, one in shown.team.items())],
        "days": lists,
        "grid": grid,
        "several": len(wanted.who) > 1,
        "may_change": shown.reach.may(*wanted.who) if len(wanted.who) == 1 else shown.reach.lead or shown.reach.own is not None,
        "times_of": wanted.who[0] if len(wanted.who) == 1 else shown.reach.own or "",
        "version": _version(lists, grid, wanted.key),
    }


def _version(*shown: object) -> str:
    """What changes when anything that is shown does."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


@router.get("/calendar/day/{day}")
async def day_sheet(request: Request, actor: Adviser, parts: PartsOf, day: date, *, adviser: str = "") -> Response:
    """One day to print: nothing in it names anybody or tells what their matter is beyond the service."""
    now = utcnow()
    if abs(day - now.date()) > FURTHEST:
        raise NotFoundError
    async with parts.database.read() as session:
        shown, wanted = await _shown(session, actor, days=[day], adviser=adviser, now=now)
    entries = [entry for entry in calendar_week.entries_of(shown) if entry.kind in {"appointment", "group"} and entry.state != "held"]
    await note_read(parts, actor, action="calendar.printed", subject=f"day:{day.isoformat()}", calendar=wanted.key)
    values: dict[str, Any] = {
        "title": words.long_day(actor, day),
        "day_key": day.isoformat(),
        "whose": shown.team[wanted.who[0]].name if wanted.key != ALL else actor.t(mark("The whole team")),
        "entries": entries,
        "several": len(wanted.who) > 1,
        "closed": shown.agenda.closed.get(day),
        "week_url": Wanted(days=[day], who=wanted.who, key=wanted.key).url(),
    }
    return page(request, "calendar_day.html", actor, **values)


@router.get("/calendar/groups/{group}")
async def group(request: Request, actor: Adviser, parts: PartsOf, group: Id) -> Response:
    """Who comes to a group date."""
    now = utcnow()
    async with parts.database.read() as session:
        slot = await session.get(scheduling.GroupSlot, group)
        if slot is None or slot.municipality_id != actor.municipality:
            raise NotFoundError
        day = slot.starts_at.astimezone(actor.zone).date()
        shown, _ = await _shown(session, actor, days=[day], adviser=ALL, now=now)
        people = await agenda.people_of(session, municipality=actor.municipality, group=group)
    entry = next((one for one in calendar_week.entries_of(shown) if (one.kind, one.id) == ("group", group)), None)
    if entry is None:
        raise NotFoundError
    await note_read(parts, actor, action="calendar.read", subject=f"group:{group}")
    values: dict[str, Any] = {
        "title": entry.title,
        "entry": entry,
        "day_name": words.long_day(actor, day),
        "people": [calendar_week.appointment(shown, row) for row in people],
        "week_url": Wanted(days=[day], who=(), key=ALL).url(),
    }
    return page(request, "calendar_group.html", actor, **values)
