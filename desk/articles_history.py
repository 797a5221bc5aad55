"""What was done to an article: who, when, what, where it differs; older texts can be taken up again. Reading is in `local.look`."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from desk import articles_diff, articles_form, articles_words, trail
from desk.access import Actor, Anyone, Editor
from desk.articles import HERE, may_edit, opened
from desk.articles_edit import Word, entry_of, undo_of
from desk.articles_page import german_of
from desk.case import RowId
from desk.pages import back, page
from desk.parts import PartsOf
from knowledge.local import look, publish
from knowledge.local.record import Opened, Revision
from knowledge.model import Translation
from locales.registry import LANGUAGES
from store.types import utcnow

router = APIRouter()

MOST = 60


@router.get("/knowledge/{group}/{slug}/history")
async def history(  # noqa: PLR0913, PLR0917 - parts of the address
    request: Request, actor: Anyone, parts: PartsOf, group: str, slug: str, part: Word = ""
) -> Response:
    """All changes of an article or of one part, the newest first."""
    entry = entry_of(group, slug)
    chosen = articles_form.part_of(part) if part else None
    async with parts.database.read() as session:
        article = await opened(session, actor, parts, entry)
        found = await look.history(session, municipality=actor.municipality, entry=entry, part=chosen, most=MOST)
        newest = found if not chosen else await look.history(session, municipality=actor.municipality, entry=entry, most=1)
    german = german_of(article)
    return page(
        request,
        "article_history.html",
        actor,
        entry=entry,
        title=german.title if german and german.title else entry,
        rows=[_row(actor, line, article) for line in found],
        newest=newest[0].number if newest else 0,
        parts=[("", actor.t("All parts")), *((one, articles_words.part_name(actor, one)) for one in _touched(article.texts, found))],
        chosen=chosen or "",
        most=MOST,
        may_edit=may_edit(actor),
    )


def _touched(texts: Any, found: Sequence[Revision]) -> list[str]:
    return list(dict.fromkeys([*texts, *(line.part for line in found)]))


def _row(actor: Actor, line: Revision, article: Opened) -> dict[str, Any]:
    spoken = LANGUAGES.get(line.part)
    return {
        "number": line.number,
        "part": line.part,
        "part_name": articles_words.part_name(actor, line.part),
        "what": articles_words.deed(actor, line.what),
        "who": line.by or actor.t("on the command line"),
        "at": line.at,
        "fields": articles_diff.compared(actor, line.before or _common(article, line.part), line.after),
        "restorable": line.after is not None,
        "tag": spoken.tag if spoken else "",
        "direction": spoken.direction if spoken else "ltr",
    }


def _common(article: Opened, part: str) -> Translation | None:
    """What a first own text of the municipality is compared with."""
    return article.common.translations.get(part) if article.common else None


@router.post("/knowledge/{group}/{slug}/restore")
async def restore(request: Request, actor: Editor, parts: PartsOf, group: str, slug: str) -> Response:
    """Make an older text of a part its draft."""
    entry, form = entry_of(group, slug), await request.form()
    part, number = articles_form.part_of(str(form.get("part", ""))), _number(str(form.get("number", "")))
    async with parts.database.write() as session:
        await opened(session, actor, parts, entry)
        done = await publish.restore(
            session, municipality=actor.municipality, entry=entry, number=number, part=part, editor=actor.user, now=utcnow()
        )
        if done:
            await trail.note(session, actor, action="article.restored", subject=f"article:{entry}", part=part)
    if done is None:
        return back(f"{HERE}/{entry}/history", notice=actor.t("This text is not there any more."), kind="warn")
    notice = actor.t("The older text is the draft now. People see it when it is published.")
    return back(f"{HERE}/{entry}?part={part}", notice=notice, undo=undo_of(entry, done.number))


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0  # noqa: PLR2004 - what a database can count


@router.post("/knowledge/{group}/{slug}/undo/{number}")
async def undo(actor: Editor, parts: PartsOf, group: str, slug: str, number: RowId) -> Response:
    """Take an act back: all its parts are what they were before, drafts and what is public."""
    entry = entry_of(group, slug)
    async with parts.database.write() as session:
        await opened(session, actor, parts, entry)
        done = await publish.undo(session, municipality=actor.municipality, entry=entry, number=number, editor=actor.user, now=utcnow())
        if done:
            await trail.note(session, actor, action="article.undone", subject=f"article:{entry}")
        # The first draft of an own article may be what was taken back: then nothing is left of it.
        left = await look.opened(session, municipality=actor.municipality, knowledge=parts.knowledge, entry=entry)
    url = f"{HERE}/{entry}" if left.exists else HERE
    if done is None:
        sentence = actor.t("This can no longer be taken back: something else was changed after it.")
        return back(url, notice=sentence, kind="warn")
    return back(url, notice=actor.t("Taken back. The article is as it was before."))
