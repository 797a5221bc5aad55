"""What was asked in vain, as a page and a table file; groups can be put aside. How groups are made is in `wishes_groups`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from desk import trail, wishes_groups
from desk.access import Actor, Editor
from desk.audit import table_file
from desk.languages import language_name
from desk.pages import back, page
from desk.parts import Parts, PartsOf
from desk.wishes_groups import Heard, Overview
from handoff import retention
from handoff.errors import NotFoundError
from knowledge import view, wish_marks, wishes
from knowledge.wishes import MONTH, WEEK, Group
from locales.registry import DEFAULT, LANGUAGES
from nlu import groups
from store.types import utcnow

router = APIRouter()

HERE = "/desk/wishes"
# An article below that fits no better than by chance.
_FITS = 0.05
_TITLES = ("group", "almost fits", "share", "people", "questions", "last 7 days", "last 28 days", "languages", "put aside")


@router.get("/wishes")
async def listed(request: Request, actor: Editor, parts: PartsOf) -> Response:
    """The groups, the largest first; those that were put aside stand below."""
    found, now = await _read(actor, parts, action="wishes.read"), utcnow()
    rows = [_row(actor, parts, one, now) for one in found.heard]
    return page(
        request,
        "wishes.html",
        actor,
        rows=[row for row in rows if not row["aside"]],
        aside=[row for row in rows if row["aside"]],
        untold=found.untold,
        questions=found.questions,
        most=max((one.group.people for one in found.heard), default=0),
        cut=found.questions >= wishes.MOST,
        least=wishes.LEAST,
        grown=wish_marks.GROWN,
        days=retention.QUESTIONS.days,
    )


async def _read(actor: Actor, parts: Parts, *, action: str) -> Overview:
    """What was asked, with a note of who looked."""
    async with parts.database.write() as session:
        await trail.note(session, actor, action=action)
    async with parts.database.read() as session:
        return await wishes_groups.overview(session, parts.keyring, municipality=actor.municipality, now=utcnow())


def _row(actor: Actor, parts: Parts, one: Heard, now: datetime) -> dict[str, Any]:
    group = one.group
    examples = [_example(actor, each.text, each.language) for each in group.examples()]
    code, asked = _shown(group)
    return {
        "key": group.key,
        "people": group.people,
        "questions": len(group.wishes),
        "week": group.since(now - WEEK),
        "month": group.since(now - MONTH),
        "trend": group.trend(now),
        "languages": [language_name(actor, code) for code in group.languages],
        "examples": examples,
        "near": _near(actor, parts, group),
        "after": [(_title(actor, parts, entry), people) for entry, people in group.after().items()],
        "language": code,
        "asked": asked,
        "aside": one.aside,
        "mark": one.mark.id if one.mark else None,
        "since": one.mark.made_at if one.mark else None,
    }


def _example(actor: Actor, text: str, code: str) -> dict[str, Any]:
    known = LANGUAGES.get(code)
    return {"text": text, "code": code, "rtl": bool(known and known.rtl), "language": language_name(actor, code)}


def _near(actor: Actor, parts: Parts, group: Group) -> dict[str, Any] | None:
    found = group.nearest()
    if found is None or found[1] < _FITS:
        return None
    known = found[0] in parts.knowledge.articles
    take = f"/desk/knowledge/{found[0]}/questions" if known else ""
    return {"title": _title(actor, parts, found[0]), "percent": round(found[1] * 100), "take": take}


def _title(actor: Actor, parts: Parts, entry: str) -> str:
    """What an article is called; one that is not there any more keeps its id."""
    article = parts.knowledge.articles.get(entry)
    return view.title(article, language=actor.interface) if article else entry


def _shown(group: Group) -> tuple[str, list[str]]:
    """The most frequent language that the group's examples have, and the examples in it."""
    examples = group.examples()
    code = next((code for code in group.languages if any(each.language == code for each in examples)), DEFAULT)
    return code, [each.text for each in examples if each.language == code]


@router.post("/wishes/{question}/aside")
async def put_aside(question: int, actor: Editor, parts: PartsOf) -> Response:
    """Hide the group of a question until it grows."""
    async with parts.database.read() as session:
        found = await wishes_groups.overview(session, parts.keyring, municipality=actor.municipality, now=utcnow())
    one = found.of(question)
    if one is None:
        raise NotFoundError
    async with parts.database.write() as session:
        mark = await wish_marks.put_aside(
            session,
            parts.keyring,
            municipality=actor.municipality,
            user=actor.user,
            centre=groups.packed(one.centre),
            people=one.group.people,
            instead_of=[one.mark.id] if one.mark else [],
            now=utcnow(),
        )
        await trail.note(session, actor, action="wishes.aside", subject=f"wishes:{mark}", people=one.group.people)
    return back(HERE, notice=actor.t("Put aside. The group comes back when it has grown."), undo=f"{HERE}/marks/{mark}/back")


@router.post("/wishes/marks/{mark}/back")
async def bring_back(mark: int, actor: Editor, parts: PartsOf) -> Response:
    """Show a group again that was put aside."""
    async with parts.database.write() as session:
        if not await wish_marks.bring_back(session, municipality=actor.municipality, mark=mark):
            raise NotFoundError
        await trail.note(session, actor, action="wishes.back", subject=f"wishes:{mark}")
    return back(HERE, notice=actor.t("The group is shown again."))


@router.get("/wishes/groups.csv")
async def export(actor: Editor, parts: PartsOf) -> Response:
    """The numbers of the groups as a table file: no word of anybody."""
    found, now = await _read(actor, parts, action="wishes.exported"), utcnow()
    return table("lotse-wishes.csv", _TITLES, [_cells(actor, parts, number, one, now) for number, one in enumerate(found.heard, start=1)])


def _cells(actor: Actor, parts: Parts, number: int, one: Heard, now: datetime) -> list[str]:
    group, near = one.group, _near(actor, parts, one.group)
    fits = [near["title"], f"{near['percent']} %"] if near else ["", ""]
    counts = [group.people, len(group.wishes), *(_told(group, now - span) for span in (WEEK, MONTH))]
    return [str(number), *fits, *map(str, counts), " ".join(group.languages), "x" if one.aside else ""]


def _told(group: Group, moment: datetime) -> str:
    count = group.since(moment)
    return f"< {wishes.LEAST}" if count is None else str(count)


def table(name: str, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Response:
    """A table file to take along."""
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(table_file(titles, rows), media_type="text/csv; charset=utf-8", headers=headers)
