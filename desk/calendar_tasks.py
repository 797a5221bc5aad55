"""What is to be done about appointments: interpreters to organise, people who are not reached or do not react."""

from typing import Any

from fastapi import APIRouter, Request, Response

from desk import calendar_words as words
from desk import trail
from desk.access import Actor, Adviser
from desk.calendar_access import Id, note_read, reach_of
from desk.languages import language_name
from desk.pages import back, page
from desk.parts import Parts, PartsOf
from handoff import news
from handoff.errors import NotFoundError
from handoff.pseudonyms import pseudonym
from locales.marks import mark
from scheduler import calendar, tasks
from store.types import utcnow

router = APIRouter()
HERE = "/desk/calendar/tasks"
KINDS = {
    "interpreter": mark("Organise an interpreter"),
    "unreachable": mark("Not reached: no message arrives"),
    "no_reaction": mark("No reaction: asked for a new time"),
}
WHY = {
    "interpreter": mark("Ask a pool, then say whether it worked. The person reads it in their language."),
    "unreachable": mark("Lotse could not deliver a message about this appointment. Reach the person in another way if you can."),
    "no_reaction": mark("The adviser is absent at that time. The person was asked for a new time and has not answered."),
}


@router.get("/calendar/tasks")
async def show(request: Request, actor: Adviser, parts: PartsOf) -> Response:
    """All open tasks of the municipality, the nearest appointment first."""
    now = utcnow()
    async with parts.database.read() as session:
        rows = await tasks.open_tasks(session, municipality=actor.municipality, now=now)
        site = await calendar.site_of(session, municipality=actor.municipality)
        reach = await reach_of(session, actor, now=now)
    await note_read(parts, actor, action="tasks.read")
    mine = [(row, reach.may(row.adviser_id)) for row in rows]
    return page(request, "calendar_tasks.html", actor, tasks=[_shown(actor, row, site.interpreters, may=may) for row, may in mine])


def _shown(actor: Actor, row: Any, pools: list[dict[str, Any]], *, may: bool) -> dict[str, Any]:
    wanted = row.interpreter_language or row.language
    organise = row.kind == "interpreter"
    mode = "phone" if row.interpreter_mode == "phone" else "in_person"
    return {
        "id": row.id,
        "kind": row.kind,
        "title": actor.t(KINDS[row.kind]),
        "why": actor.t(WHY[row.kind]),
        "url": f"/desk/calendar/appointments/{row.appointment_id}",
        "named": pseudonym(row.person_id, actor.interface) if row.person_id else actor.t(mark("Deleted person")),
        "day": words.long_day(actor, row.starts_at.astimezone(actor.zone).date()),
        "time": words.clock(row.starts_at, actor.zone),
        "service": words.service(actor, row.names),
        "language": language_name(actor, wanted if organise else row.language),
        "mode": actor.t(words.MODES[mode]) if organise else "",
        "state": row.interpreter_state or "asked",
        "adviser": row.adviser or "",
        "code": words.spelled(row.code),
        "pools": [pool for pool in pools if wanted in pool.get("languages", ())] if organise else [],
        "may": may,
    }


@router.post("/calendar/tasks/{task}/done")
async def done(actor: Adviser, parts: PartsOf, task: Id) -> Response:
    """Tick a task off."""
    await _set(parts, actor, task, done=True)
    return back(HERE, notice=actor.t(mark("Done.")), undo=f"{HERE}/{task}/reopen")


@router.post("/calendar/tasks/{task}/reopen")
async def reopen(actor: Adviser, parts: PartsOf, task: Id) -> Response:
    """Take the tick back."""
    await _set(parts, actor, task, done=False)
    return back(HERE, notice=actor.t(mark("The task is open again.")))


async def _set(parts: Parts, actor: Actor, task: int, *, done: bool) -> None:
    async with parts.database.write() as session:
        reach = await reach_of(session, actor, now=utcnow())
        row = await tasks.find(session, municipality=actor.municipality, task=task)
        if row is None:
            raise NotFoundError
        reach.require(row.adviser_id)
        await tasks.set_done(session, municipality=actor.municipality, task=task, done=done, now=utcnow())
        await trail.note(session, actor, action="task.done" if done else "task.reopened", subject=f"task:{task}")
        await news.tell(session, municipality=actor.municipality, kind="calendar")
