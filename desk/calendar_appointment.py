"""One appointment at the desk: what is known of it, outcome, interpreter, cancelling, taking back. Moving is in `calendar_moving`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import calendar_week, trail
from desk import calendar_words as words
from desk.access import Actor, Adviser
from desk.calendar_access import Id, Number, Reach, note_read, reach_of
from desk.calendar_week import View, week_key
from desk.pages import back, page
from desk.parts import Parts, PartsOf
from handoff import cases, news
from handoff.errors import HandoffError, NotFoundError
from handoff.rows import By
from locales.marks import mark
from scheduler import agenda, calendar, changes, details, office
from scheduler.errors import SchedulingError, SlotGoneError, StateError
from scheduler.slots import begin
from store.statements import table_of
from store.tables import Case
from store.types import utcnow

router = APIRouter()
HERE = "/desk/calendar/appointments"
_MORNING = time(9)

case_rows = table_of(Case)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """An appointment of the actor's municipality, read for a page or a change, and what the actor may change."""

    row: Row[Any]
    reach: Reach
    advisers: tuple[int, ...]
    now: datetime

    @property
    def url(self) -> str:
        """Its page."""
        return f"{HERE}/{self.row.id}"

    @property
    def may(self) -> bool:
        """Whether the actor may change it."""
        return self.reach.may(*self.advisers)


async def subject_of(session: AsyncSession, actor: Actor, appointment: int) -> Subject:
    """Read an appointment; raises NotFoundError for one that is not here, or that never was more than a hold."""
    now = utcnow()
    row = await agenda.one(session, municipality=actor.municipality, appointment=appointment)
    if row is None or row.state == "held" or row.cancel_reason in {"expired", "released", "declined"}:
        raise NotFoundError
    advisers = (row.adviser_id,) if row.adviser_id else tuple(await details.group_advisers(session, group=row.group_slot_id))
    return Subject(row=row, reach=await reach_of(session, actor, now=now), advisers=advisers, now=now)


@router.get("/calendar/appointments/{appointment}")
async def show(request: Request, actor: Adviser, parts: PartsOf, appointment: Id) -> Response:
    """Everything about an appointment, and what can be done with it."""
    async with parts.database.read() as session:
        subject = await subject_of(session, actor, appointment)
        values = await _values(session, actor, subject)
    await note_read(parts, actor, action="appointment.read", subject=f"appointment:{appointment}")
    return page(request, "calendar_appointment.html", actor, **values)


async def _values(session: AsyncSession, actor: Actor, subject: Subject) -> dict[str, Any]:
    row, now = subject.row, subject.now
    day = row.starts_at.astimezone(actor.zone).date()
    team = {int(one.id or 0): one for one in await agenda.team(session, municipality=actor.municipality)}
    entry = calendar_week.appointment(View(actor=actor, reach=subject.reach, team=team, now=now), row)
    agreed = row.state in changes.AGREED
    return {
        "entry": entry,
        "row": row,
        "day_name": words.long_day(actor, day),
        "week_url": f"/desk/calendar?week={week_key(day)}&adviser={row.adviser_id or 'all'}",
        "may": subject.may,
        "may_move": agreed and row.ends_at > now and subject.may,
        "may_judge": (agreed or row.state in changes.OUTCOMES) and row.starts_at <= now and subject.may,
        "may_organise": agreed and row.ends_at > now and row.interpreter == "organise" and subject.may,
        "pools": await _pools(session, actor, row),
        "case": await _open_case(session, actor, row),
        "tomorrow": max(day, now.astimezone(actor.zone).date()).isoformat(),
    }


async def _pools(session: AsyncSession, actor: Actor, row: Row[Any]) -> list[dict[str, Any]]:
    """Where an interpreter for this appointment can be asked, by the site file."""
    if row.interpreter != "organise":
        return []
    site = await calendar.site_of(session, municipality=actor.municipality)
    wanted = row.interpreter_language or row.language
    return [pool for pool in site.interpreters if wanted in pool.get("languages", ())]


async def _open_case(session: AsyncSession, actor: Actor, row: Row[Any]) -> Row[Any] | None:
    c = case_rows.c
    mine = (c.person_id == row.person_id, c.municipality_id == actor.municipality, c.state != "closed")
    if row.person_id is None:
        return None
    found: Any = (await session.execute(select(c.id, c.owner_id, c.follow_up_at).where(*mine))).one_or_none()
    return found  # type: ignore[no-any-return]  # a row of any columns


Change = Callable[[AsyncSession, Subject], Awaitable[Any]]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the next page says after a change, and whether it offers to take it back."""

    action: str
    notice: str
    undo: bool = True


async def change(parts: Parts, actor: Actor, appointment: int, work: Change, said: Said) -> Response:
    """Change an appointment in one transaction with the audit note and the news for open pages; say why not if it is refused."""
    url = f"{HERE}/{appointment}"
    try:
        async with parts.database.write() as session:
            subject = await subject_of(session, actor, appointment)
            subject.reach.require(*subject.advisers)
            row = await work(session, subject)
            await trail.note(session, actor, action=said.action, subject=f"appointment:{appointment}")
            await news.tell(session, municipality=actor.municipality, kind="calendar")
    except SchedulingError as error:
        return back(url, notice=words.refusal(actor, state_of(error)), kind="alarm")
    undo = f"{url}/undo/{row.revision}" if said.undo else ""
    return back(url, notice=actor.t(said.notice), undo=undo)


def state_of(error: SchedulingError) -> str:
    """The word for why something was refused; raises NotFoundError for what does not exist here."""
    state = str(error.data.get("state", "")) if isinstance(error, StateError) else error.code
    if state == "none":
        raise NotFoundError
    return state


@router.post("/calendar/appointments/{appointment}/cancel")
async def cancel(actor: Adviser, parts: PartsOf, appointment: Id, revision: Number) -> Response:
    """The office calls an appointment off; the person reads it when the minute for taking it back is over."""

    async def work(session: AsyncSession, subject: Subject) -> Any:
        who = {"municipality": actor.municipality, "appointment": appointment}
        return await office.cancel(session, **who, actor=subject.reach.name, now=subject.now, revision=revision)

    return await change(parts, actor, appointment, work, Said(action="appointment.cancelled", notice=CANCELLED))


CANCELLED = mark("The appointment is cancelled. The person will read it in their language in one minute.")


@router.post("/calendar/appointments/{appointment}/outcome")
async def outcome(actor: Adviser, parts: PartsOf, appointment: Id, came: Annotated[bool, Form()]) -> Response:
    """Whether the person came; also to correct it."""

    async def work(session: AsyncSession, subject: Subject) -> Any:
        return await changes.set_outcome(session, appointment=appointment, attended=came, actor=subject.reach.name, now=subject.now)

    notice = mark("Noted: came.") if came else mark("Noted: did not come. Lotse asks kindly whether they want another time.")
    return await change(
        parts, actor, appointment, work, Said(action="appointment.attended" if came else "appointment.missed", notice=notice)
    )


@router.post("/calendar/appointments/{appointment}/interpreter")
async def interpreter(actor: Adviser, parts: PartsOf, appointment: Id, state: Annotated[str, Form()]) -> Response:
    """An interpreter was found, or not, or is being looked for again; the person reads the first two."""
    found = {"confirmed": True, "not_found": False}.get(state)

    async def work(session: AsyncSession, subject: Subject) -> Any:
        return await changes.set_interpreter(session, appointment=appointment, found=found, actor=subject.reach.name, now=subject.now)

    said = {True: FOUND, False: NOT_FOUND, None: ASKED}[found]
    return await change(parts, actor, appointment, work, Said(action=f"interpreter.{state}"[:64], notice=said, undo=False))


FOUND = mark("Noted: the interpreter is confirmed. The person reads it in their language.")
NOT_FOUND = mark("Noted: no interpreter was found. The person reads it and is asked to bring somebody.")
ASKED = mark("Noted: the interpreter is asked.")


@router.post("/calendar/appointments/{appointment}/undo/{revision}")
async def undo(actor: Adviser, parts: PartsOf, appointment: Id, revision: Id) -> Response:
    """Take back what was just done, within a minute."""
    try:
        async with parts.database.write() as session:
            reach = await reach_of(session, actor, now=utcnow())
            who = {"municipality": actor.municipality, "appointment": appointment, "revision": revision}
            row = await office.undo(session, **who, actor=reach.name, now=utcnow())
            await trail.note(session, actor, action="appointment.restored", subject=f"appointment:{appointment}")
            await news.tell(session, municipality=actor.municipality, kind="calendar")
    except SchedulingError as error:
        taken = isinstance(error, SlotGoneError)
        notice = actor.t(TAKEN) if taken else words.refusal(actor, state_of(error))
        return back(f"{HERE}/{appointment}", notice=notice, kind="alarm")
    gone = row.state == "cancelled"
    day = row.starts_at.astimezone(actor.zone).date()
    url = f"/desk/calendar?week={week_key(day)}" if gone else f"{HERE}/{appointment}"
    return back(url, notice=actor.t(mark("Taken back. Nobody was told anything.")))


TAKEN = mark("It cannot be taken back: somebody else has the old time by now.")


@router.post("/calendar/appointments/{appointment}/follow-up")
async def follow_up(  # noqa: PLR0913 - the fields of the form
    actor: Adviser,
    parts: PartsOf,
    appointment: Id,
    *,
    day: Annotated[str, Form()],
    at: Annotated[str, Form()] = "",
    message: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Let the person's case sleep until after the appointment, or any other day."""
    url = f"{HERE}/{appointment}"
    until = moment(actor, day, at)
    if until is None or until <= utcnow():
        return back(url, notice=actor.t(mark("Choose a day and a time to come.")), kind="alarm")
    try:
        async with parts.database.write() as session:
            subject = await subject_of(session, actor, appointment)
            case = await _require_case(session, actor, subject.row)
            by = By(municipality=actor.municipality, case=int(case.id), user=actor.user, lead=actor.is_lead)
            await cases.follow_up(session, parts.keyring, until=until, message=message.strip() or None, **by)
            await trail.note(session, actor, action="case.follow_up", subject=f"case:{case.id}")
    except NotFoundError:
        raise
    except HandoffError as error:
        return back(url, notice=actor.t(error.message, **error.data), kind="alarm")
    said = mark("The case sleeps and comes back on {day}.")
    return back(url, notice=actor.t(said, day=words.long_day(actor, until.astimezone(actor.zone).date())))


async def _require_case(session: AsyncSession, actor: Actor, row: Row[Any]) -> Row[Any]:
    found = await _open_case(session, actor, row)
    if found is None:
        raise NotFoundError
    return found


def moment(actor: Actor, day: str, at: str) -> datetime | None:
    """A day and a time on the wall as a moment; None for what is no date or time. Without a time: nine o'clock."""
    try:
        wall = time.fromisoformat(at) if at else _MORNING
        return begin(datetime.fromisoformat(day).date(), wall.hour * 60 + wall.minute, actor.zone)
    except (ValueError, OverflowError):
        return None
