"""How long data is kept, and how much of it will go when, as a page. The rules are in `handoff.retention`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response

from desk.access import Actor, Anyone
from desk.pages import page
from desk.parts import Parts, PartsOf
from handoff import retention
from handoff.retention import Forecast
from locales.marks import mark
from store.types import utcnow

router = APIRouter()

# What is due is deleted once an hour: "now" is what the next time takes.
SPANS = (timedelta(hours=1), timedelta(days=7))
COUNTED_FOR = timedelta(minutes=1)
NAMES: Mapping[str, tuple[str, str]] = {
    "messages": (mark("Messages"), mark("after they were written")),
    "people": (
        mark("People, with everything of theirs"),
        mark(
            "after their last message; not while a case is open or a course is looked for, nor before an appointment, a date to remember "
            "or the end of a course"
        ),
    ),
    "cases": (mark("Closed cases, with notes, files and history"), mark("after closing; with the person if they are forgotten before")),
    "files": (mark("Files without a case"), mark("after they arrived; those of a case go with it")),
    "drafts": (mark("Drafts of replies"), mark("after the last change")),
    "appointments": (mark("Appointments"), mark("after the appointment")),
    "dates": (mark("Dates to remember"), mark("after the day")),
    "reminders": (mark("Reminders"), mark("after their time")),
    "waiting": (mark("Entries of the waiting list"), mark("after the appointment that was to be earlier")),
    "alerts": (mark("Course alerts (“Tell me when …”)"), mark("after they were saved; the person can save them again")),
    "courses": (mark("Courses that people go to"), mark("after the end of the course")),
    "open_courses": (mark("Courses that people go to, without an end"), mark("after it was told")),
    "course_news": (mark("News of courses"), mark("after the change of the course")),
    "questions": (mark("Questions without an answer"), mark("after they were asked")),
    "put_aside": (mark("Groups of questions that were put aside, without their texts"), mark("after they were put aside")),
    "verdicts": (mark("What people said of answers, without the person"), mark("after they said it")),
    "audit": (mark("Audit log"), mark("after the entry")),
    "news": (mark("Changes for open pages"), mark("after the change")),
    "sessions": (mark("Browsers that are signed in"), mark("after the session ended")),
}


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A municipality's numbers, and when they were counted."""

    at: datetime
    rows: Sequence[Forecast]


@router.get("/settings/retention")
async def preview(request: Request, actor: Anyone, parts: PartsOf) -> Response:
    """What goes next if nobody does anything, by category: numbers alone."""
    counted = await _count(request, actor, parts)
    rows = [(*NAMES[one.key], one) for one in counted.rows]
    return page(request, "retention.html", actor, rows=rows, counted=counted.at, spans=SPANS, backups=retention.BACKUPS.days)


def _counts(request: Request) -> dict[int, Counted]:
    """The numbers of the running desk by municipality."""
    if not hasattr(request.app.state, "retention"):
        request.app.state.retention = {}
    counts: dict[int, Counted] = request.app.state.retention
    return counts


async def _count(request: Request, actor: Actor, parts: Parts) -> Counted:
    """The numbers, counted anew at most once a minute: every row of a municipality is looked at."""
    known, now = _counts(request), utcnow()
    found = known.get(actor.municipality)
    if found is None or now - found.at > COUNTED_FOR:
        async with parts.database.read() as session:
            rows = await retention.forecast(session, municipality=actor.municipality, now=now, spans=SPANS)
        found = known[actor.municipality] = Counted(at=now, rows=rows)
    return found
