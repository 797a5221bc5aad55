"""Exceptions of an adviser's week: absences, and hours on one day only. The rules are in `scheduler.openings`."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import calendar_choice as choice
from desk import calendar_words as words
from desk import trail
from desk.access import Actor, Adviser
from desk.calendar_access import Id, Number, reach_of
from desk.calendar_week import week_key
from desk.pages import back, page
from desk.parts import PartsOf
from handoff import news
from handoff.errors import NotFoundError
from handoff.pseudonyms import pseudonym
from locales.marks import mark
from scheduler import agenda, displaced, openings
from scheduler.calendar import absences as absence_rows
from scheduler.calendar import openings as opening_rows
from scheduler.errors import StateError
from scheduler.slots import Span, begin, end
from store.scheduling import Office
from store.statements import table_of
from store.types import utcnow

router = APIRouter()
HERE = "/desk/calendar/times"
ABSENCES = "/desk/calendar/absences"
OPENINGS = "/desk/calendar/openings"
WRONG = mark("Check the days and times: the end has to be after the beginning, and both have to be given.")

offices = table_of(Office)


@dataclass(frozen=True, kw_only=True)
class Absence:
    """An absence as a form names it: both days included; with times it begins and ends in the middle of them."""

    adviser: int
    first: str
    last: str
    starts: str
    ends: str
    reason: str

    def span(self, actor: Actor) -> Span | None:
        """The time that it takes; None for what is no time."""
        try:
            first, last = date.fromisoformat(self.first), date.fromisoformat(self.last or self.first)
            starts, ends = _minutes(self.starts, 0), _minutes(self.ends, 24 * 60)
            found = Span(starts=begin(first, starts, actor.zone), ends=end(last, ends, actor.zone))
        except (ValueError, OverflowError):
            return None
        return found if found.starts < found.ends <= found.starts + openings.LONGEST else None

    def url(self, path: str) -> str:
        """The address that carries all of it."""
        return choice.link(path, **{name: getattr(self, name) for name in ("adviser", "first", "last", "starts", "ends", "reason")})


def _minutes(text: str, otherwise: int) -> int:
    wall = time.fromisoformat(text) if text else None
    return wall.hour * 60 + wall.minute if wall else otherwise


@router.get("/calendar/times")
async def show(request: Request, actor: Adviser, parts: PartsOf, adviser: Annotated[int, Query(ge=0, le=2**62)] = 0) -> Response:
    """The exceptions of an adviser that are not over, and forms for new ones."""
    now = utcnow()
    async with parts.database.read() as session:
        team = await agenda.team(session, municipality=actor.municipality)
        reach = await reach_of(session, actor, now=now)
        mine = [(int(one.id or 0), one.name) for one in team if reach.may(one.id)]
        chosen = adviser or reach.own or (mine[0][0] if mine else 0)
        if chosen and chosen not in dict(mine):
            if chosen not in {one.id for one in team}:
                raise NotFoundError
            reach.require(chosen)
        values = await _values(session, actor, chosen, now)
    return page(request, "calendar_times.html", actor, advisers=mine, adviser=chosen, **values)


async def _values(session: AsyncSession, actor: Actor, adviser: int, now: datetime) -> dict[str, Any]:
    today = now.astimezone(actor.zone).date()
    o, b = opening_rows.c, absence_rows.c
    extra = await session.execute(
        select(opening_rows, offices.c.name.label("office"))
        .select_from(opening_rows.join(offices, offices.c.id == o.office_id))
        .where(o.adviser_id == adviser, o.day >= today)
        .order_by(o.day, o.starts)
    )
    away = await session.execute(select(absence_rows).where(b.adviser_id == adviser, b.ends_at > now).order_by(b.starts_at))
    where = await session.execute(
        select(offices.c.id, offices.c.name)
        .where(offices.c.municipality_id == actor.municipality, ~offices.c.retired)
        .order_by(offices.c.name)
    )
    return {
        "absences": [
            {"id": row.id, "span": spelled(actor, row.starts_at, row.ends_at), "reason": _reason(actor, row.reason)} for row in away
        ],
        "openings": [
            {"id": row.id, "day": words.long_day(actor, row.day), "span": f"{_clock(row.starts)}–{_clock(row.ends)}", "office": row.office}
            for row in extra
        ],
        "offices": [(row.id, row.name) for row in where],
        "reasons": [(reason, _reason(actor, reason)) for reason in openings.REASONS],
        "today": today.isoformat(),
        "week_url": f"/desk/calendar?week={week_key(today)}&adviser={adviser or 'all'}",
    }


def _near(day: date, actor: Actor) -> date:
    """The day, if it is one on which somebody may plan to work; ValueError otherwise."""
    today = utcnow().astimezone(actor.zone).date()
    if not today <= day <= today + choice.FURTHEST:
        raise ValueError(day)
    return day


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _reason(actor: Actor, reason: str) -> str:
    return actor.t(words.REASONS.get(reason, words.REASONS["absence"]))


def spelled(actor: Actor, starts: datetime, ends: datetime) -> str:
    """A stretch of time in words; whole days without times."""
    first, last = starts.astimezone(actor.zone), ends.astimezone(actor.zone)
    whole = first.time() == time(0) == last.time()
    last_day = (last - timedelta(days=1)).date() if whole else last.date()
    if whole:
        single = first.date() == last_day
        days = {"first": words.long_day(actor, first.date()), "last": words.long_day(actor, last_day)}
        return days["first"] if single else actor.t(mark("{first} to {last}"), **days)
    if first.date() == last_day:
        return f"{words.long_day(actor, last_day)}, {words.times(starts, ends, actor.zone)}"
    from_, to = f"{words.long_day(actor, first.date())}, {first:%H:%M}", f"{words.long_day(actor, last_day)}, {last:%H:%M}"
    return actor.t(mark("{first} to {last}"), first=from_, last=to)


@router.get("/calendar/absences/new")
async def confirm(  # noqa: PLR0913 - the fields of the form
    request: Request,
    actor: Adviser,
    parts: PartsOf,
    adviser: Annotated[int, Query(ge=0, le=2**62)],
    *,
    first: str = "",
    last: str = "",
    starts: str = "",
    ends: str = "",
    reason: str = "absence",
) -> Response:
    """What an absence touches, before it is written: this page changes nothing."""
    wanted = Absence(adviser=adviser, first=first, last=last, starts=starts, ends=ends, reason=reason)
    span = wanted.span(actor)
    async with parts.database.read() as session:
        name = await _adviser(session, actor, adviser)
        if span is None or reason not in openings.REASONS:
            return back(f"{HERE}?adviser={adviser}", notice=actor.t(WRONG), kind="alarm")
        rows = await displaced.affected(session, municipality=actor.municipality, span=span, now=utcnow(), adviser=adviser)
    touched = [_touched(actor, row) for row in rows]
    values: dict[str, Any] = {
        "wanted": wanted,
        "named": name,
        "span": spelled(actor, span.starts, span.ends),
        "reason": _reason(actor, reason),
    }
    return page(request, "calendar_absence.html", actor, touched=touched, **values)


def _touched(actor: Actor, row: Any) -> dict[str, str]:
    return {
        "day": words.long_day(actor, row.starts_at.astimezone(actor.zone).date()),
        "time": words.times(row.starts_at, row.ends_at, actor.zone),
        "named": pseudonym(row.person_id, actor.interface) if row.person_id else actor.t(mark("Deleted person")),
        "url": f"/desk/calendar/appointments/{row.id}",
    }


async def _adviser(session: AsyncSession, actor: Actor, adviser: int) -> str:
    """The name of an adviser whose calendar the actor may change; NotFoundError for one who is not here, else 403."""
    team = {one.id: one.name for one in await agenda.team(session, municipality=actor.municipality)}
    if adviser not in team:
        raise NotFoundError
    (await reach_of(session, actor, now=utcnow())).require(adviser)
    return team[adviser]


@router.post("/calendar/absences")
async def add_absence(  # noqa: PLR0913 - the fields of the form
    actor: Adviser,
    parts: PartsOf,
    adviser: Number,
    first: Annotated[str, Form()],
    *,
    last: Annotated[str, Form()] = "",
    starts: Annotated[str, Form()] = "",
    ends: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "absence",
) -> Response:
    """Write an absence; everybody whose appointment lies in it is asked for a new time when the minute for taking it back is over."""
    wanted = Absence(adviser=adviser, first=first, last=last, starts=starts, ends=ends, reason=reason)
    span = wanted.span(actor)
    url = f"{HERE}?adviser={adviser}"
    if span is None or reason not in openings.REASONS:
        return back(url, notice=actor.t(WRONG), kind="alarm")
    async with parts.database.write() as session:
        await _adviser(session, actor, adviser)
        about: dict[str, Any] = {"municipality": actor.municipality, "adviser": adviser, "span": span, "reason": reason}
        made = await openings.add_absence(session, **about, now=utcnow())
        await _noted(session, actor, "absence.added", f"absence:{made.absence}", touched=len(made.displaced))
    said = actor.t(mark("The absence is saved. People who are asked for a new time: {count}."), count=len(made.displaced))
    return back(url, notice=said, undo=f"{ABSENCES}/{made.absence}/remove")


async def _noted(session: AsyncSession, actor: Actor, action: str, subject: str, **detail: object) -> None:
    await trail.note(session, actor, action=action, subject=subject, **detail)
    await news.tell(session, municipality=actor.municipality, kind="calendar")


@router.post("/calendar/absences/{absence}/remove")
async def remove_absence(actor: Adviser, parts: PartsOf, absence: Id) -> Response:
    """The adviser is there after all: who had been asked for a new time already reads that the appointment takes place."""
    async with parts.database.write() as session:
        row = await openings.find_absence(session, municipality=actor.municipality, absence=absence)
        if row is None:
            raise NotFoundError
        await _adviser(session, actor, row.adviser_id)
        told = await openings.remove_absence(session, municipality=actor.municipality, absence=absence, now=utcnow())
        await _noted(session, actor, "absence.removed", f"absence:{absence}", told=len(told))
    said = actor.t(mark("The absence is removed. People who read that their appointment takes place after all: {count}."), count=len(told))
    return back(f"{HERE}?adviser={row.adviser_id}", notice=said)


@router.post("/calendar/openings")
async def add_opening(  # noqa: PLR0913 - the fields of the form
    actor: Adviser,
    parts: PartsOf,
    adviser: Number,
    *,
    office: Number,
    day: Annotated[str, Form()],
    starts: Annotated[str, Form()],
    ends: Annotated[str, Form()],
) -> Response:
    """Add hours on one day, also on a closed one."""
    url = f"{HERE}?adviser={adviser}"
    try:
        about: dict[str, Any] = {"day": _near(date.fromisoformat(day), actor), "starts": _minutes(starts, 0), "ends": _minutes(ends, 0)}
        async with parts.database.write() as session:
            await _adviser(session, actor, adviser)
            made = await openings.add_opening(session, municipality=actor.municipality, adviser=adviser, office=office, **about)
            await _noted(session, actor, "opening.added", f"opening:{made}")
    except (ValueError, StateError) as error:
        if isinstance(error, StateError) and error.data.get("state") == "none":
            raise NotFoundError from error
        return back(url, notice=actor.t(WRONG), kind="alarm")
    return back(url, notice=actor.t(mark("The hours are added. People can book them now.")), undo=f"{OPENINGS}/{made}/remove")


@router.post("/calendar/openings/{opening}/remove")
async def remove_opening(actor: Adviser, parts: PartsOf, opening: Id) -> Response:
    """Take hours on one day away; appointments in them stay, and are named."""
    async with parts.database.write() as session:
        row = await openings.find_opening(session, municipality=actor.municipality, opening=opening)
        if row is None:
            raise NotFoundError
        await _adviser(session, actor, row.adviser_id)
        span = Span(starts=begin(row.day, row.starts, actor.zone), ends=end(row.day, row.ends, actor.zone))
        left = await displaced.affected(session, municipality=actor.municipality, span=span, now=utcnow(), adviser=row.adviser_id)
        await openings.remove_opening(session, municipality=actor.municipality, opening=opening)
        await _noted(session, actor, "opening.removed", f"opening:{opening}")
    said = actor.t(mark("The hours are removed. Appointments in them that stay: {count}."), count=len(left))
    return back(f"{HERE}?adviser={row.adviser_id}", notice=said)
