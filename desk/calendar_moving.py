"""Moving an appointment: a list of free times, one chosen time to confirm, the change. Dragging in the week leads to the same page."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from desk import calendar_choice as choice
from desk import calendar_words as words
from desk import trail
from desk.access import FORBIDDEN, Actor, Adviser
from desk.calendar_access import Id, Number
from desk.calendar_appointment import HERE, Subject, moment, state_of, subject_of
from desk.calendar_choice import Search
from desk.pages import back, page
from desk.parts import PartsOf
from handoff import news
from handoff.errors import NotFoundError
from handoff.pseudonyms import pseudonym
from locales.marks import mark
from scheduler import calendar, office
from scheduler.calendar import Rules
from scheduler.errors import SchedulingError, SlotGoneError

router = APIRouter()

MOVED = mark("Moved to {day}, {time}. The person will read it in their language in one minute.")
UNUSUAL = mark(
    "People could not book this time themselves: it is at short notice, far ahead, or beside the usual times. It is within the hours."
)


@router.get("/calendar/appointments/{appointment}/move")
async def choose(  # noqa: PLR0913 - the parts of the address
    request: Request, actor: Adviser, parts: PartsOf, appointment: Id, *, at: str = "", slot: str = "", adviser: str = "", first: str = ""
) -> Response:
    """Free times to choose from; with `slot` or `at` (a wall time, `2026-11-23T09:15`) that time to confirm."""
    async with parts.database.read() as session:
        subject, rules = await _movable(session, actor, appointment)
        with_whom = choice.number_of(adviser) if adviser else subject.row.adviser_id
        key = slot or (wall_key(actor, at, with_whom) if at else "")
        found, refused = None, ""
        if key:
            try:
                found = await choice.slot_of(session, rules, subject.reach, key, now=subject.now, without=appointment)
            except SlotGoneError as error:
                refused = words.refusal(actor, error.code)
        if found:
            values: dict[str, Any] = {"time": choice.time_of(actor, rules, found.slot, usual=found.usual), "unusual": actor.t(UNUSUAL)}
            return page(request, "calendar_move_confirm.html", actor, **values, **_subject(actor, subject, rules))
        search = Search(first=choice.day_of(actor, first or at, now=subject.now), adviser=with_whom or None, without=appointment)
        values = await _choices(session, actor, rules, search, now=subject.now)
        return page(request, "calendar_move.html", actor, refused=refused, **values, **_subject(actor, subject, rules))


async def _movable(session: AsyncSession, actor: Actor, appointment: int) -> tuple[Subject, Rules]:
    """The appointment, if the actor may move it, with the rules of its service."""
    subject = await subject_of(session, actor, appointment)
    if not subject.may:
        raise HTTPException(FORBIDDEN)
    rules = await calendar.rules_of(session, service=subject.row.service_id)
    if rules is None:
        raise NotFoundError
    return subject, rules


def _subject(actor: Actor, subject: Subject, rules: Rules) -> dict[str, Any]:
    row = subject.row
    return {
        "url": subject.url,
        "row": row,
        "named": pseudonym(row.person_id, actor.interface) if row.person_id else actor.t(mark("Deleted person")),
        "service": words.service(actor, row.names),
        "was_day": words.long_day(actor, row.starts_at.astimezone(actor.zone).date()),
        "was_time": words.times(row.starts_at, row.ends_at, rules.zone),
    }


async def _choices(session: AsyncSession, actor: Actor, rules: Rules, search: Search, *, now: datetime) -> dict[str, Any]:
    """The free times, and where to look further."""
    later = search.first + timedelta(days=choice.DAYS_AT_ONCE)
    advisers = [("0", actor.t(mark("Everybody"))), *((str(number), one.name) for number, one in rules.advisers.items())]
    return {
        "days": await choice.free_days(session, actor, rules, search, now=now),
        "advisers": advisers,
        "adviser": search.adviser or 0,
        "first": search.first.isoformat(),
        "later": later.isoformat() if later <= now.date() + timedelta(days=rules.service.horizon_days) else "",
    }


def wall_key(actor: Actor, at: str, adviser: int | None) -> str:
    """The name of a wall time with an adviser, whatever office they are in then."""
    day, _, clock = at.partition("T")
    found = moment(actor, day, clock)
    return f"{int(found.timestamp())}.{adviser or 0}.0" if found else "-"


@router.post("/calendar/appointments/{appointment}/move")
async def move(actor: Adviser, parts: PartsOf, appointment: Id, slot: Annotated[str, Form()], revision: Number) -> Response:
    """Put the appointment on the chosen time; the person reads it when the minute for taking it back is over."""
    url = f"{HERE}/{appointment}"
    try:
        async with parts.database.write() as session:
            moved = await _move(session, actor, appointment, slot, revision)
            await trail.note(session, actor, action="appointment.moved", subject=f"appointment:{appointment}")
            await news.tell(session, municipality=actor.municipality, kind="calendar")
    except SlotGoneError as error:
        return back(f"{url}/move", notice=words.refusal(actor, error.code), kind="alarm")
    except SchedulingError as error:
        return back(url, notice=words.refusal(actor, state_of(error)), kind="alarm")
    told = _told(actor, moved)
    return back(url, notice=actor.t(MOVED, **told), undo=f"{url}/undo/{moved.revision}")


def _told(actor: Actor, row: Any) -> dict[str, str]:
    day = row.starts_at.astimezone(actor.zone).date()
    return {"day": words.long_day(actor, day), "time": words.times(row.starts_at, row.ends_at, actor.zone)}


async def _move(session: AsyncSession, actor: Actor, appointment: int, key: str, revision: int) -> Any:
    subject, rules = await _movable(session, actor, appointment)
    found = await choice.slot_of(session, rules, subject.reach, key, now=subject.now, without=appointment)
    about: dict[str, Any] = {"appointment": appointment, "slot": found.slot, "revision": revision, "unusual": not found.usual}
    return await office.move(session, rules, **about, actor=subject.reach.name, now=subject.now)
