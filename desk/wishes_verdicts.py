"""What people say of answers, by article, the worst first, as a page and a table file. Counting is in `knowledge.verdicts`."""

from typing import Any

from fastapi import APIRouter, Request, Response

from desk import trail
from desk.access import Actor, Editor
from desk.languages import language_name
from desk.pages import page
from desk.parts import Parts, PartsOf
from desk.wishes import table
from knowledge import verdicts, view
from knowledge.verdicts import Counts, Tally
from store.types import utcnow

router = APIRouter()

# From which change of the share on it is worth a word.
_CHANGED = 0.1
_TITLES = ("article", "language", "helped", "did not help", "something else", "all", "share helped")


@router.get("/wishes/verdicts")
async def listed(request: Request, actor: Editor, parts: PartsOf) -> Response:
    """The articles of which enough was said."""
    rows = [_row(actor, parts, one) for one in await _read(actor, parts)]
    return page(
        request, "wishes_verdicts.html", actor, rows=rows, least=verdicts.LEAST, days=verdicts.WINDOW.days, late=verdicts.RECENT.days
    )


async def _read(actor: Actor, parts: Parts) -> list[Tally]:
    async with parts.database.read() as session:
        return await verdicts.tallies(session, municipality=actor.municipality, now=utcnow())


def _row(actor: Actor, parts: Parts, one: Tally) -> dict[str, Any]:
    return {
        "title": _title(actor, parts, one.entry),
        "entry": one.entry,
        "counts": one.counts,
        "percent": round(one.counts.helped * 100),
        "change": _change(one),
        "languages": [(language_name(actor, code), counts, round(counts.helped * 100)) for code, counts in one.languages.items()],
    }


def _change(one: Tally) -> str:
    """`better`, `worse`, `same`, or nothing where too little was said before or of late."""
    if one.change is None:
        return ""
    return "same" if abs(one.change) < _CHANGED else "better" if one.change > 0 else "worse"


def _title(actor: Actor, parts: Parts, entry: str) -> str:
    article = parts.knowledge.articles.get(entry)
    return view.title(article, language=actor.interface) if article else entry


@router.get("/wishes/verdicts.csv")
async def export(actor: Editor, parts: PartsOf) -> Response:
    """The same numbers as a table file; a row without a language is the whole article."""
    async with parts.database.write() as session:
        await trail.note(session, actor, action="wishes.exported")
    found = await _read(actor, parts)
    rows = [_cells(one.entry, code, counts) for one in found for code, counts in [("", one.counts), *one.languages.items()]]
    return table("lotse-verdicts.csv", _TITLES, rows)


def _cells(entry: str, code: str, counts: Counts) -> list[str]:
    return [entry, code, *map(str, (counts.yes, counts.no, counts.other, counts.all)), f"{round(counts.helped * 100)} %"]
