"""What was done to the catalogue of a municipality, and taking the newest of it back. The rules are in `knowledge.courses.catalogue`."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import trail
from desk.access import Actor, Anyone, Editor
from desk.courses import HERE, may_edit, today_of
from desk.pages import back, page
from desk.parts import PartsOf
from handoff.errors import NotFoundError
from knowledge.courses import catalogue
from knowledge.courses.errors import UndoError
from locales.marks import mark
from store.courses import CourseChange, CourseImport
from store.statements import table_of
from store.tables import User

router = APIRouter()

MOST = 100
_KINDS: Mapping[str, str] = {
    "import": mark("File taken over"),
    "edit": mark("Course changed"),
    "remove": mark("Course removed"),
    "confirm": mark("Confirmed as still true"),
    "undo": mark("Taken back"),
}
_OTHERS: Mapping[str, str] = {"cli": mark("on the command line"), "provider": mark("the provider")}

imports, changes, users = table_of(CourseImport), table_of(CourseChange), table_of(User)


def undo_of(done: Any) -> str:
    """Where the button that takes a change back posts to; empty if nothing was changed."""
    return f"{HERE}/history/{done.import_id}/undo" if done.changes else ""


@router.get("/courses/history")
async def history(request: Request, actor: Anyone, parts: PartsOf) -> Response:
    """All changes, the newest first."""
    async with parts.database.read() as session:
        query = select(imports).where(imports.c.owner == actor.town.slug).order_by(imports.c.id.desc()).limit(MOST)
        found = (await session.execute(query)).all()
        rows = await _rows(session, actor, found)
        newest = await catalogue.undoable(session, owner=actor.town.slug)
    return page(request, "courses_history.html", actor, rows=rows, newest=newest, most=MOST, may_edit=may_edit(actor))


async def of_course(session: AsyncSession, actor: Actor, *, course: int) -> Sequence[Mapping[str, Any]]:
    """What was done to one course, the newest first."""
    joined = select(imports).join(changes, changes.c.import_id == imports.c.id)
    query = joined.where(changes.c.course_id == course, imports.c.owner == actor.town.slug).order_by(imports.c.id.desc()).limit(MOST)
    return await _rows(session, actor, (await session.execute(query)).all())


async def _rows(session: AsyncSession, actor: Actor, found: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    mine = select(users.c.id, users.c.name).where(users.c.municipality_id == actor.municipality)
    names = {f"user:{row.id}": row.name for row in await session.execute(mine)}
    return [
        {
            "id": row.id,
            "at": row.at,
            "words": actor.t(_KINDS[row.kind]) if row.kind in _KINDS else row.kind,
            "file": row.file_name,
            "who": names.get(row.actor) or (actor.t(_OTHERS[row.actor]) if row.actor in _OTHERS else actor.t("somebody")),
            "counts": [
                (actor.t(words), number) for words, number in ((_NEW, row.new), (_CHANGED, row.changed), (_GONE, row.gone)) if number
            ],
            "undone": row.undone_by is not None,
        }
        for row in found
    ]


_NEW, _CHANGED, _GONE = mark("new"), mark("changed"), mark("gone")


@router.post("/courses/history/{change}/undo")
async def undo(change: int, actor: Editor, parts: PartsOf) -> Response:
    """Take a change back; only the newest can be taken back, so that nothing is mixed up."""
    try:
        async with parts.database.write() as session:
            known = select(imports.c.id).where(imports.c.id == change, imports.c.owner == actor.town.slug)
            if await session.scalar(known) is None:
                raise NotFoundError
            await catalogue.undo(session, owner=actor.town.slug, import_id=change, actor=f"user:{actor.user}", today=today_of(actor))
            await trail.note(session, actor, action="course.undone", subject=f"import:{change}")
    except UndoError:
        sentence = actor.t("This can no longer be taken back: something else was changed after it.")
        return back(f"{HERE}/history", notice=sentence, kind="warn")
    return back(f"{HERE}/history", notice=actor.t("Taken back. The courses are as they were before."))
