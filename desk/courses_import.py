"""Taking a file of courses over: upload, preview, and the last step. Reading the body is in `uploads`, what a file may hold in `knowledge`.

A file is kept for a day while somebody looks at its preview; one for each colleague.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy import Row, delete, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import courses_history, courses_words, trail, uploads
from desk.access import Actor, Anyone, Editor
from desk.courses import HERE, file, today_of
from desk.pages import back, page
from desk.parts import Parts, PartsOf
from handoff.errors import NotFoundError
from knowledge import courses as package
from knowledge.courses import catalogue
from knowledge.courses import read as files
from knowledge.courses.catalogue import Preview
from knowledge.courses.errors import ForeignError, StaleError
from knowledge.courses.problems import Problem, sentence
from knowledge.courses.read import Sheet
from knowledge.courses.record import NAMES, REQUIRED
from locales.marks import mark
from store.courses import CourseUpload
from store.statements import table_of
from store.types import utcnow

router = APIRouter()

FEED = "file"
KEPT = timedelta(days=1)
MOST_SHOWN = 200
_SCHEMA = Path(package.__file__).parent / "course.schema.json"
_STALE = mark("Somebody changed the courses in the meantime. Nothing was taken over. This is how your file differs from them now.")
_OTHER = mark("You have uploaded another file in the meantime. Nothing was taken over. This is what the newer one would change.")
_SURE = mark("Please confirm that these courses shall go.")

kept = table_of(CourseUpload)


@router.get("/courses/import")
async def choose(request: Request, actor: Editor) -> Response:
    """What can be uploaded, and where."""
    return _choose(request, actor)


def _choose(request: Request, actor: Actor, problem: str = "") -> Response:
    return page(
        request,
        "courses_import.html",
        actor,
        status=422 if problem else 200,
        problem=problem,
        most=uploads.MOST_BYTES,
        columns=[_column(actor, name) for name in NAMES],
    )


def _column(actor: Actor, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": courses_words.label(actor, name),
        "needed": name in REQUIRED,
        "values": courses_words.VALUES.get(name, {}),
    }


@router.get("/courses/template.csv")
async def template(actor: Anyone) -> Response:
    """A table with all columns and an example, to be filled in."""
    return file(files.template(today=today_of(actor)), "kurse-vorlage.csv", "text/csv; charset=utf-8")


@router.get("/courses/course.schema.json")
async def schema(actor: Anyone) -> Response:
    """What the JSON of courses may hold, for programs."""
    del actor
    return file(await asyncio.to_thread(_SCHEMA.read_bytes), _SCHEMA.name, "application/schema+json")


@router.post("/courses/import")
async def upload(request: Request, actor: Editor, parts: PartsOf) -> Response:
    """Keep the file and show what it would change."""
    if not uploads.is_upload(request):
        return _choose(request, actor, actor.t("Please choose a file."))
    given = await uploads.read(request)
    if not given.content:
        return _choose(request, actor, actor.t("Please choose a file."))
    async with parts.database.write() as session:
        old = or_(kept.c.at < utcnow() - KEPT, kept.c.user_id == actor.user)
        await session.execute(delete(kept).where(old))
        revision = await catalogue.revision(session, owner=actor.town.slug)
        values = {"owner": actor.town.slug, "user_id": actor.user, "name": given.name, "content": given.content, "revision": revision}
        number = await session.scalar(insert(kept).values(**values, at=utcnow()).returning(kept.c.id))
    url = f"{HERE}/import/{number}"
    # The script shows how far the upload is; it goes to the preview by itself.
    return Response(status_code=204, headers={"hx-redirect": url}) if "hx-request" in request.headers else back(url)


@router.get("/courses/import/{upload}")
async def preview(request: Request, upload: int, actor: Editor, parts: PartsOf) -> Response:
    """What the file would change, and what is wrong with it."""
    return await _preview(request, actor, parts, upload=upload)


@dataclass(frozen=True, kw_only=True)
class _Read:
    """A kept file, read."""

    row: Row[Any]
    sheet: Sheet

    @property
    def digest(self) -> str:
        """What the file is known by: numbers of forgotten files are given again."""
        return hashlib.sha256(self.row.content).hexdigest()[:24]

    @property
    def errors(self) -> bool:
        """Whether something is so wrong that nothing can be taken over."""
        return any(one.severity == "error" for one in self.sheet.problems)


async def _read(request: Request, actor: Actor, parts: Parts, upload: int) -> _Read:
    """The file, read beside the event loop; raises NotFoundError."""
    async with parts.database.read() as session:
        mine = (kept.c.id == upload, kept.c.owner == actor.town.slug, kept.c.user_id == actor.user, kept.c.at > utcnow() - KEPT)
        row = (await session.execute(select(kept).where(*mine))).one_or_none()
    if row is None:
        raise NotFoundError
    reading: asyncio.Semaphore = request.app.state.reading
    async with reading:
        sheet = await asyncio.to_thread(files.read, row.name, row.content, today=today_of(actor))
    return _Read(row=row, sheet=sheet)


async def _preview(  # noqa: PLR0913 - one keyword for each part
    request: Request, actor: Actor, parts: Parts, *, upload: int, problem: str = "", unsure: bool = False, status: int = 200
) -> Response:
    read = await _read(request, actor, parts, upload)
    owner, today = actor.town.slug, today_of(actor)
    problems: Sequence[Problem] = read.sheet.problems
    shown: Preview | None = None
    async with parts.database.read() as session:
        try:
            if not read.errors:
                shown = await catalogue.preview(session, owner=owner, feed=FEED, courses=read.sheet.courses, today=today)
        except ForeignError as error:
            problems = [*problems, *error.problems]
    return page(
        request,
        "courses_preview.html",
        actor,
        status=status,
        upload=read.row,
        digest=read.digest,
        rows=read.sheet.rows,
        problems=[_problem(actor, one) for one in problems[:MOST_SHOWN]],
        problem_count=len(problems),
        blocked=shown is None,
        preview=_words(actor, shown) if shown else None,
        vanish=shown is not None and catalogue.most_gone(shown),
        most=MOST_SHOWN,
        problem=actor.t(problem) if problem else "",
        unsure=actor.t(_SURE) if unsure else "",
    )


def _problem(actor: Actor, one: Problem) -> dict[str, Any]:
    return {
        "row": one.row or "",
        "column": one.column,
        "value": one.value,
        "severity": one.severity,
        "sentence": sentence(one, actor.interface),
    }


def _words(actor: Actor, shown: Preview) -> dict[str, Any]:
    """The preview with values as people read them, shortened to what a page can hold."""
    return {
        "revision": shown.revision,
        "new": shown.new[:MOST_SHOWN],
        "changed": [_difference(actor, one) for one in shown.changed[:MOST_SHOWN]],
        "gone": shown.gone[:MOST_SHOWN],
        "counts": {"new": len(shown.new), "changed": len(shown.changed), "gone": len(shown.gone), "unchanged": shown.unchanged},
        "nothing": not (shown.new or shown.changed or shown.gone),
    }


def _difference(actor: Actor, one: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "fields": [
            (courses_words.label(actor, name), courses_words.shown(actor, name, before), courses_words.shown(actor, name, after))
            for name, before, after in one.fields
        ],
    }


@router.post("/courses/import/{upload}")
async def take_over(request: Request, upload: int, actor: Editor, parts: PartsOf) -> Response:
    """Do what the preview showed, if the courses are still as they were then."""
    form = await request.form()
    given = str(form.get("revision", ""))
    if not (given.isascii() and given.isdigit() and len(given) < 16):  # noqa: PLR2004 - revisions are shorter
        raise HTTPException(400)
    read = await _read(request, actor, parts, upload)
    if read.errors:
        return await _preview(request, actor, parts, upload=upload, status=422)
    if form.get("digest") != read.digest:
        return await _preview(request, actor, parts, upload=upload, problem=_OTHER, status=409)
    try:
        async with parts.database.write() as session:
            done = await _apply(session, actor, read, revision=int(given), sure=bool(form.get("sure")))
    except StaleError:
        return await _preview(request, actor, parts, upload=upload, problem=_STALE, status=409)
    except ForeignError:
        return await _preview(request, actor, parts, upload=upload, status=422)
    except _UnsureError:
        return await _preview(request, actor, parts, upload=upload, unsure=True, status=422)
    notice = actor.t("{name} is taken over: {new} new, {changed} changed, {gone} gone.", **_counts(done), name=read.row.name or FEED)
    return back(HERE, notice=notice, undo=courses_history.undo_of(done))


class _UnsureError(Exception):
    """Most courses would go, and nobody said that they shall."""


async def _apply(session: AsyncSession, actor: Actor, read: _Read, *, revision: int, sure: bool) -> Any:
    owner, today, courses = actor.town.slug, today_of(actor), read.sheet.courses
    if not sure:
        shown = await catalogue.preview(session, owner=owner, feed=FEED, courses=courses, today=today)
        if catalogue.most_gone(shown):
            raise _UnsureError
    who = {"actor": f"user:{actor.user}", "file_name": read.row.name, "revision": revision}
    done = await catalogue.apply(session, owner=owner, feed=FEED, courses=courses, today=today, **who)
    await session.execute(delete(kept).where(kept.c.id == read.row.id))
    await trail.note(session, actor, action="course.imported", subject=f"import:{done.import_id}", **_counts(done))
    return done


def _counts(done: Any) -> dict[str, int]:
    return {
        "new": sum(one.before is None for one in done.changes),
        "changed": sum(one.before is not None and one.after is not None for one in done.changes),
        "gone": sum(one.after is None for one in done.changes),
    }


@router.post("/courses/import/{upload}/drop")
async def drop(upload: int, actor: Editor, parts: PartsOf) -> Response:
    """Forget the file."""
    async with parts.database.write() as session:
        mine = (kept.c.id == upload, kept.c.owner == actor.town.slug, kept.c.user_id == actor.user)
        if await session.scalar(delete(kept).where(*mine).returning(kept.c.id)) is None:
            raise NotFoundError
    return back(f"{HERE}/import", notice=actor.t("The file is forgotten. Nothing was changed."))
