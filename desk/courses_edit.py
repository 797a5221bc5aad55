"""One course as a page: add, change, confirm, remove. What stands in its form is in `courses_form`, taking back in `courses_history`."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from desk import courses_form, courses_history, courses_rows, courses_words, trail
from desk.access import Actor, Anyone, Editor
from desk.courses import HERE, badges, catalogues_of, may_edit, names_of, places, today_of
from desk.courses_form import Typed
from desk.pages import back, page
from desk.parts import Parts, PartsOf
from handoff.errors import NotFoundError
from knowledge.courses import catalogue, freshness
from knowledge.courses.errors import CatalogueError, StaleError
from knowledge.courses.record import Course, to_json
from locales.marks import mark

router = APIRouter()

_CHANGED = mark("Somebody changed this course in the meantime. Nothing was saved. Below is what you typed.")
_TAKEN = mark("This could not be saved. Please look at the course again.")


@router.get("/courses/new")
async def blank(request: Request, actor: Editor, parts: PartsOf) -> Response:
    """The form for a new course."""
    typed = Typed(cells={"format": "presence", "childcare": "unknown", "accessible": "unknown"})
    return await _form(request, actor, parts, typed=typed)


@router.post("/courses")
async def add(request: Request, actor: Editor, parts: PartsOf) -> Response:
    """A new course."""
    today = today_of(actor)
    typed = courses_form.read(actor, await request.form(), old=None, today=today)
    if typed.course is None:
        return await _form(request, actor, parts, typed=typed)
    async with parts.database.write() as session:
        done = await catalogue.edit(session, owner=actor.town.slug, course=typed.course, old_id=None, actor=_who(actor), today=today)
        await trail.note(session, actor, action="course.added", subject=f"import:{done.import_id}")
    number = next((change.course for change in done.changes), 0)
    return back(f"{HERE}/{number}", notice=actor.t("The course is saved."), undo=courses_history.undo_of(done))


@router.get("/courses/{course}")
async def one(request: Request, course: int, actor: Anyone, parts: PartsOf) -> Response:
    """What is known of a course, and the form to change it."""
    async with parts.database.read() as session:
        row = await _find(session, actor, course)
    found = courses_rows.course_of(row)
    return await _form(request, actor, parts, typed=Typed(cells=courses_form.cells_of(found)), row=row)


async def _find(session: AsyncSession, actor: Actor, course: int) -> Row[Any]:
    row = await courses_rows.one(session, owner=actor.town.slug, course=course)
    if row is None:
        raise NotFoundError
    return row


async def _form(  # noqa: PLR0913 - one keyword for each part
    request: Request, actor: Actor, parts: Parts, *, typed: Typed, row: Row[Any] | None = None, problem: str = "", status: int = 200
) -> Response:
    today = today_of(actor)
    every = await catalogues_of(request).of(parts.database, actor.town.slug)
    found = courses_rows.course_of(row) if row is not None else None
    async with parts.database.read() as session:
        history = await courses_history.of_course(session, actor, course=row.id) if row is not None else []
    return page(
        request,
        "course.html",
        actor,
        status=422 if typed.errors else status,
        number=row.id if row is not None else 0,
        course=found,
        gone=row is not None and row.gone,
        version=_version(found) if found else "",
        groups=courses_form.groups(actor, typed),
        errors=typed.errors,
        stray=[words for name, words in typed.errors.items() if not _shown(name)],
        problem=actor.t(problem) if problem else "",
        providers=names_of(every),
        facts=_facts(actor, found) if found else [],
        badges=badges(actor, found, today) if found else [],
        places=places(actor, found, today) if found else "",
        older=bool(found and freshness.is_older(found, today)),
        checked=courses_words.day(actor, found.last_checked) if found else "",
        public=f"{parts.base_url}/courses/{row.id}" if row is not None else "",
        history=history,
        may_edit=may_edit(actor),
    )


def _shown(name: str) -> bool:
    return any(name in group.names for group in courses_form.GROUPS)


def _facts(actor: Actor, course: Course) -> Sequence[tuple[str, str]]:
    """What is known, for those who only read."""
    known = [name for group in courses_form.GROUPS for name in group.names if name in to_json(course)]
    return [(courses_words.label(actor, name), courses_words.shown(actor, name, getattr(course, name))) for name in known]


def _version(course: Course) -> str:
    """What the form was opened with, to notice that somebody else was faster."""
    return hashlib.sha256(json.dumps(to_json(course), sort_keys=True).encode()).hexdigest()[:24]


def _who(actor: Actor) -> str:
    return f"user:{actor.user}"


@router.post("/courses/{course}")
async def change(request: Request, course: int, actor: Editor, parts: PartsOf) -> Response:
    """Save what was typed; what is wrong is shown at its field."""
    form, today = await request.form(), today_of(actor)
    async with parts.database.read() as session:
        row = await _find(session, actor, course)
    old = courses_rows.course_of(row)
    typed = courses_form.read(actor, form, old=old, today=today)
    if typed.course is None:
        return await _form(request, actor, parts, typed=typed, row=row)
    try:
        async with parts.database.write() as session:
            row = await _find(session, actor, course)
            if row.gone or form.get("version") != _version(courses_rows.course_of(row)):
                raise StaleError(_CHANGED)
            done = await catalogue.edit(session, owner=actor.town.slug, course=typed.course, old_id=old.id, actor=_who(actor), today=today)
            await trail.note(session, actor, action="course.changed", subject=f"course:{course}")
    except CatalogueError as error:
        problem = _CHANGED if isinstance(error, StaleError) else _TAKEN
        return await _form(request, actor, parts, typed=typed, row=row, problem=problem, status=409)
    return back(f"{HERE}/{course}", notice=actor.t("The course is saved."), undo=courses_history.undo_of(done))


@router.post("/courses/{course}/confirm")
async def confirm(course: int, actor: Editor, parts: PartsOf) -> Response:
    """Everything about the course is still true today."""
    async with parts.database.write() as session:
        row = await _find(session, actor, course)
        if row.gone:
            raise NotFoundError
        key = row.key
        done = await catalogue.confirm(session, owner=actor.town.slug, ids=[key], today=today_of(actor), actor=_who(actor), free={})
        await trail.note(session, actor, action="course.confirmed", subject=f"course:{course}")
    return back(f"{HERE}/{course}", notice=actor.t("Thank you. The course counts as true from today."), undo=courses_history.undo_of(done))


@router.post("/courses/{course}/remove")
async def remove(course: int, actor: Editor, parts: PartsOf) -> Response:
    """Take the course out of the catalogue; people who were told about it hear that it does not take place."""
    async with parts.database.write() as session:
        row = await _find(session, actor, course)
        if row.gone:
            raise NotFoundError
        done = await catalogue.remove(session, owner=actor.town.slug, ids=[row.key], actor=_who(actor), today=today_of(actor))
        await trail.note(session, actor, action="course.removed", subject=f"course:{course}")
    return back(HERE, notice=actor.t("The course is removed."), kind="warn", undo=courses_history.undo_of(done))
