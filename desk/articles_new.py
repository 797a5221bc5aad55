"""The first page of an article of the municipality's own: title, answer, source. Everything else is on its page, in `articles_edit`.

Other pages begin it with what they know by a form to `/desk/knowledge/begin` (`title`, `question` several times, `language`): what people
asked does not belong into an address, which browsers and proxies keep.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from desk import articles_form, trail
from desk.access import Actor, Editor
from desk.articles import HERE, today_of
from desk.articles_edit import undo_of
from desk.articles_form import MOST_LINE, MOST_QUESTIONS, MOST_TEXT, MOST_TITLE, REVIEW_AFTER, empty, questions_of
from desk.languages import language_name, language_names
from desk.pages import back, page
from desk.parts import Parts, PartsOf
from knowledge.check_text import ANSWER_CHARACTERS
from knowledge.local import keep
from knowledge.local.record import Conflict, Meta, Saved
from knowledge.model import Source, Translation
from locales.bidi import clean
from locales.marks import mark
from locales.registry import DEFAULT, LANGUAGES
from store.types import utcnow

router = APIRouter()

MOST_ASKED = 200
_NEEDED: Mapping[str, str] = {
    "title": mark("The title is missing."),
    "source": mark("Who says so? Give the name of an office, a page or a person."),
    "url": mark("An address begins with https://"),
    "review_by": mark("Give a day on which somebody looks whether it is still true."),
}


@dataclass(frozen=True, kw_only=True)
class New:
    """What stands in the form. `language` is that of `asked`, questions that people asked; the texts are German."""

    title: str = ""
    answer: str = ""
    language: str = DEFAULT
    asked: str = ""
    source: str = ""
    url: str = ""
    review_by: str = ""


@router.get("/knowledge/new")
async def blank(request: Request, actor: Editor) -> Response:
    """The form for a new article."""
    return _form(request, actor, New(review_by=_later(actor)))


@router.post("/knowledge/begin")
async def begun(request: Request, actor: Editor) -> Response:
    """The form for a new article with what another page knows; nothing is stored yet."""
    form = await request.form()
    asked = [" ".join(clean(str(one)).split())[:MOST_LINE] for one in form.getlist("question")[:MOST_ASKED]]
    language = str(form.get("language", DEFAULT))
    new = New(
        title=" ".join(clean(str(form.get("title", ""))).split())[:MOST_TITLE],
        asked="\n".join(one for one in asked if one),
        language=language if language in LANGUAGES else DEFAULT,
        review_by=_later(actor),
    )
    return _form(request, actor, new)


def _later(actor: Actor) -> str:
    return (today_of(actor) + REVIEW_AFTER).isoformat()


def _form(request: Request, actor: Actor, new: New, *, errors: Mapping[str, str] | None = None) -> Response:
    return page(
        request,
        "article_new.html",
        actor,
        status=422 if errors else 200,
        new=new,
        errors=errors or {},
        languages=language_names(actor),
        language_name=language_name(actor, new.language),
        spoken=LANGUAGES[new.language],
        most={"title": MOST_TITLE, "text": MOST_TEXT, "questions": MOST_QUESTIONS, "line": MOST_LINE},
        limit=ANSWER_CHARACTERS,
    )


@router.post("/knowledge/new")
async def add(request: Request, actor: Editor, parts: PartsOf) -> Response:
    """Keep the drafts of a new article, and go to its page."""
    new = _typed(await request.form())
    errors = {name: actor.t(_NEEDED[name]) for name in _wrong(new)}
    if errors:
        return _form(request, actor, new, errors=errors)
    entry, saved = await _keep(actor, parts, new)
    notice = actor.t("The draft is saved. People see it when it is published.")
    return back(f"{HERE}/{entry}?part={DEFAULT}", notice=notice, undo=undo_of(entry, saved))


def _typed(form: FormData) -> New:
    cells = {name: str(form.get(name, "")) for name in ("title", "source", "url", "review_by")}
    language = str(form.get("language", DEFAULT))
    return New(
        **{name: " ".join(clean(value).split())[:MOST_LINE] for name, value in cells.items()},
        answer=clean(str(form.get("answer", "")).replace("\r\n", "\n"))[:MOST_TEXT],
        language=language if language in LANGUAGES else DEFAULT,
        asked="\n".join(questions_of(str(form.get("questions", "")))),
    )


def _wrong(new: New) -> list[str]:
    """The fields that have to be mended."""
    missing = [name for name in ("title", "source") if not getattr(new, name)]
    bad = ["url"] if new.url and not new.url.startswith("https://") else []
    return [*missing, *bad, *(["review_by"] if _day(new.review_by) is None else [])]


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


async def _keep(actor: Actor, parts: Parts, new: New) -> tuple[str, int]:
    """Store the drafts in one transaction; the id of the article and the number of the last act."""
    texts = _texts(new)
    async with parts.database.write() as session:
        entry = await keep.new_entry(session, municipality=actor.municipality, title=new.title)
        act: dict[str, Any] = {"knowledge": parts.knowledge, "entry": entry, "revision": 0, "editor": actor.user, "now": utcnow()}
        done: list[Saved | Conflict[Any]] = [
            await keep.save_draft(session, municipality=actor.municipality, text=text, **act) for text in texts
        ]
        done.append(await keep.save_meta(session, municipality=actor.municipality, meta=_meta(actor, new), **act))
        await trail.note(session, actor, action="article.begun", subject=f"article:{entry}")
    return entry, done[-1].number


def _texts(new: New) -> list[Translation]:
    """The German text, and in the language of the questions these alone."""
    questions = articles_form.questions_of(new.asked)
    german = replace(empty(DEFAULT), title=new.title, answer=new.answer)
    if new.language == DEFAULT:
        return [replace(german, questions=questions)]
    return [german, *([replace(empty(new.language), questions=questions)] if questions else [])]


def _meta(actor: Actor, new: New) -> Meta:
    today = today_of(actor)
    dated = None if new.url else today.isoformat()
    source = Source(name=new.source, url=new.url or None, date=dated)
    return Meta(checked_on=today, review_by=_day(new.review_by), sources=(source,), audience=("everyone",))
