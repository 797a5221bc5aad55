"""Takes questions that people asked into an article as example questions of its draft; other pages of the desk post to it."""

from fastapi import APIRouter, Request, Response

from desk import articles_form, trail
from desk.access import Editor
from desk.articles import HERE, opened
from desk.articles_edit import entry_of, undo_of
from desk.articles_form import empty, questions_of
from desk.pages import back
from desk.parts import PartsOf
from knowledge.local import keep
from knowledge.local.record import Conflict
from locales.registry import DEFAULT, LANGUAGES
from store.types import utcnow

router = APIRouter()


@router.post("/knowledge/{group}/{slug}/questions")
async def take(request: Request, actor: Editor, parts: PartsOf, group: str, slug: str) -> Response:
    """Add each `question` in `language` to the draft of that language; those that are there already stay as they are."""
    entry, form = entry_of(group, slug), await request.form()
    language = str(form.get("language", ""))
    language = language if language in LANGUAGES else DEFAULT
    asked = questions_of("\n".join(str(one) for one in form.getlist("question")))
    async with parts.database.write() as session:
        article = await opened(session, actor, parts, entry)
        text = articles_form.with_questions(article.text(language) or empty(language), asked)
        done = await keep.save_draft(
            session,
            municipality=actor.municipality,
            knowledge=parts.knowledge,
            entry=entry,
            text=text,
            revision=article.revision(language),
            editor=actor.user,
            now=utcnow(),
        )
        await trail.note(session, actor, action="article.questions", subject=f"article:{entry}", count=len(asked))
    url = f"{HERE}/{entry}?part={language}"
    if isinstance(done, Conflict) or not done.number:
        return back(url, notice=actor.t("Nothing was changed."))
    return back(
        url,
        notice=actor.t("The questions are in the draft. Publish it, so that people find the article by them."),
        undo=undo_of(entry, done.number),
    )
