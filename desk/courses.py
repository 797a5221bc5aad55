"""The list of courses, what is known of a single one, and files to take along. Changing is in `courses_edit` and `courses_import`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from fastapi import APIRouter, Request, Response

from desk import courses_rows, courses_words
from desk.access import Actor, Anyone
from desk.courses_rows import PAGE, Catalogues, Filter, Listed
from desk.pages import page
from desk.parts import Parts, PartsOf
from desk.uploads import ROLES
from knowledge.courses import catalogue, freshness
from knowledge.courses.record import LEVELS, Course
from locales.marks import mark

router = APIRouter()

HERE = "/desk/courses"
_STATES = {
    "fresh": mark("Confirmed"),
    "soon": mark("Confirm soon"),
    "older": mark("Older: hidden at first"),
    "full": mark("Full"),
    "ended": mark("Over"),
}
_LOOKS = {"fresh": "ok", "soon": "warn", "older": "alarm", "full": "info", "ended": ""}
_MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


def today_of(actor: Actor) -> date:
    """The day on the office's calendar."""
    return datetime.now(actor.zone).date()


def may_edit(actor: Actor) -> bool:
    """Whether somebody may change courses."""
    return actor.role in ROLES


def catalogues_of(request: Request) -> Catalogues:
    """What the running desk remembers of catalogues."""
    found: Catalogues = request.app.state.catalogues
    return found


@router.get("/courses")
async def listed(request: Request, actor: Anyone, parts: PartsOf) -> Response:
    """The courses of the municipality, a page of them."""
    wanted, today = courses_rows.filter_of(request.query_params), today_of(actor)
    every = await catalogues_of(request).of(parts.database, actor.town.slug)
    found = courses_rows.chosen(every, wanted, today=today)
    number = _number(request, len(found))
    return page(
        request,
        "courses.html",
        actor,
        rows=[_row(actor, one, today) for one in found[(number - 1) * PAGE : number * PAGE]],
        wanted=wanted,
        every=len(every),
        count=len(found),
        pages=_pages(wanted, number, len(found)),
        waiting=sum("older" in courses_rows.states(one.course, today) for one in every),
        kinds=[("", actor.t("All kinds")), *((kind, actor.t(words)) for kind, words in courses_words.KINDS.items())],
        levels=[("", actor.t("All levels")), *((level, level) for level in LEVELS)],
        states=[("", actor.t("All")), *((state, actor.t(words)) for state, words in _STATES.items())],
        may_edit=may_edit(actor),
    )


def _number(request: Request, count: int) -> int:
    """The page that is asked for, from 1; the last one if there are not so many."""
    asked = request.query_params.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1  # noqa: PLR2004 - no list is that long
    return max(1, min(number, -(-count // PAGE)))


def _pages(wanted: Filter, number: int, count: int) -> dict[str, Any]:
    last = max(1, -(-count // PAGE))
    return {
        "number": number,
        "last": last,
        "previous": "?" + wanted.query(page=number - 1) if number > 1 else "",
        "next": "?" + wanted.query(page=number + 1) if number < last else "",
    }


def _row(actor: Actor, one: Listed, today: date) -> dict[str, Any]:
    course = one.course
    return {
        "id": one.id,
        "title": course.title,
        "level": courses_words.levels(course),
        "where": " · ".join(part for part in (course.provider_name, place(actor, course)) if part),
        "when": " · ".join(part for part in (begins(actor, course), courses_words.times(actor, course)) if part),
        "badges": badges(actor, course, today),
        "places": places(actor, course, today),
    }


def place(actor: Actor, course: Course) -> str:
    """Where a course is."""
    online = actor.t("Online") if course.format != "presence" else ""
    return ", ".join(part for part in (course.town, online) if part)


def begins(actor: Actor, course: Course) -> str:
    """When a course begins, or that people can join at any time."""
    if course.rolling_entry:
        return actor.t("joining at any time")
    return actor.t("from {day}", day=courses_words.day(actor, course.start_date)) if course.start_date else ""


def badges(actor: Actor, course: Course, today: date) -> list[tuple[str, str]]:
    """What is true of a course today: words and the kind of badge."""
    found = courses_rows.states(course, today)
    return [(actor.t(words), _LOOKS[state]) for state, words in _STATES.items() if state in found]


def places(actor: Actor, course: Course, today: date) -> str:
    """Free places as people see them: only while they are known."""
    if not freshness.places_known(course, today):
        return actor.t("free places not known")
    if not course.places_free:
        return actor.t("no free place")
    return actor.t("1 free place") if course.places_free == 1 else actor.t("{count} free places", count=course.places_free)


def names_of(listed: Sequence[Listed]) -> list[str]:
    """All providers, to choose one while typing."""
    return sorted({one.course.provider_name for one in listed})


@router.get("/courses/export.csv")
async def export_csv(actor: Anyone, parts: PartsOf) -> Response:
    """All courses as a table."""
    return await _export(actor, parts, "csv")


@router.get("/courses/export.json")
async def export_json(actor: Anyone, parts: PartsOf) -> Response:
    """All courses as JSON."""
    return await _export(actor, parts, "json")


async def _export(actor: Actor, parts: Parts, form: Literal["csv", "json"]) -> Response:
    async with parts.database.read() as session:
        body = await catalogue.export(session, owner=actor.town.slug, form=form)
    return file(body, f"kurse-{actor.town.slug}-{today_of(actor).isoformat()}.{form}", _MEDIA[form])


def file(body: bytes, name: str, media_type: str) -> Response:
    """A file to be saved."""
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(body, media_type=media_type, headers=headers)
