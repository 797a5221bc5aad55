"""One article as a page: read it, change it, see it as people do, publish it. What the page shows is in `articles_page`."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData

from desk import articles_form, articles_page, articles_words, trail
from desk.access import Actor, Anyone, Editor
from desk.articles import HERE, opened, today_of
from desk.articles_form import Typed
from desk.articles_page import Asked
from desk.articles_preview import STEPS
from desk.pages import back
from desk.parts import Parts, PartsOf
from knowledge.local import checks, keep, publish
from knowledge.local.record import META, Conflict, Opened, Published, Saved
from locales.registry import DEFAULT, LANGUAGES
from store.types import utcnow

router = APIRouter()

Word = Annotated[str, Query(max_length=16)]
CONFLICT, UNFIT = 409, 422


def entry_of(group: str, slug: str) -> str:
    """The id of an article from its address."""
    return f"{group}/{slug}"


def seen_in(asked: str, part: str) -> str:
    """The language of the preview: what is asked for, else that of the part, else German."""
    return asked if asked in LANGUAGES else part if part in LANGUAGES else DEFAULT


@router.get("/knowledge/{group}/{slug}")
async def one(  # noqa: PLR0913, PLR0917 - parts of the address
    request: Request, actor: Anyone, parts: PartsOf, group: str, slug: str, part: Word = DEFAULT, see: Word = "", step: Word = "ask"
) -> Response:
    """An article with the form of one part, and as a person sees it."""
    async with parts.database.read() as session:
        article = await opened(session, actor, parts, entry_of(group, slug))
    chosen = articles_form.part_of(part)
    asked = Asked(article=article, typed=articles_form.kept(article, chosen), seen_in=seen_in(see, chosen), step=step)
    return await articles_page.shown(request, actor, parts, asked)


async def _asked(actor: Actor, parts: Parts, entry: str, form: FormData) -> Asked:
    """What was typed, beside the article as it is now."""
    async with parts.database.read() as session:
        article = await opened(session, actor, parts, entry)
    part = articles_form.part_of(str(form.get("part", "")))
    typed = articles_form.read(actor, form, article, part, german=articles_page.german_of(article))
    pressed = str(form.get("action", "")).removeprefix("see:")
    step = pressed if pressed in STEPS else str(form.get("step", "ask"))
    return Asked(article=article, typed=typed, seen_in=seen_in(str(form.get("see", "")), part), step=step)


@router.post("/knowledge/{group}/{slug}/look")
async def look(request: Request, actor: Editor, parts: PartsOf, group: str, slug: str) -> Response:
    """Preview and remarks for what is being typed; nothing is stored."""
    asked = await _asked(actor, parts, entry_of(group, slug), await request.form())
    return await articles_page.looked(request, actor, parts, asked)


@router.post("/knowledge/{group}/{slug}")
async def change(request: Request, actor: Editor, parts: PartsOf, group: str, slug: str) -> Response:
    """Save what was typed as a draft, and publish it if that button was pressed; `see:…` only shows it."""
    form = await request.form()
    entry, action = entry_of(group, slug), str(form.get("action", "save"))
    asked = await _asked(actor, parts, entry, form)
    if action.startswith("see:"):
        return await articles_page.shown(request, actor, parts, asked)
    saved = await _save(actor, parts, asked, revision=_number(form, "revision"))
    if isinstance(saved, Conflict):
        return await _late(request, actor, parts, asked, saved)
    if action == "publish":
        return await _published(request, actor, parts, entry, part=asked.typed.part)
    if saved is None:
        return back(_address(asked), notice=actor.t("Nothing was changed."))
    notice = actor.t("The draft is saved. People see it when it is published.")
    return back(_address(asked), notice=notice, undo=undo_of(entry, saved.number))


def _number(form: FormData, name: str) -> int:
    value = str(form.get(name, ""))
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0  # noqa: PLR2004 - what a database can count


def _address(asked: Asked) -> str:
    return f"{asked.url}?part={asked.typed.part}"


def undo_of(entry: str, number: int) -> str:
    """Where the button that takes an act back posts to; empty if nothing was done."""
    return f"{HERE}/{entry}/undo/{number}" if number else ""


async def _save(actor: Actor, parts: Parts, asked: Asked, *, revision: int) -> Saved | Conflict[Any] | None:
    """Keep the draft; None if it says what is there already."""
    article, typed = asked.article, asked.typed
    unchanged = typed == articles_form.kept(article, typed.part)
    if unchanged and revision == article.revision(typed.part):
        return None
    async with parts.database.write() as session:
        return await _kept(session, actor, parts, article.entry, typed, revision)


async def _kept(  # noqa: PLR0913, PLR0917 - one for each part of the act
    session: AsyncSession, actor: Actor, parts: Parts, entry: str, typed: Typed, revision: int
) -> Saved | Conflict[Any]:
    act: dict[str, Any] = {"knowledge": parts.knowledge, "entry": entry, "revision": revision, "editor": actor.user, "now": utcnow()}
    if typed.meta is not None:
        return await keep.save_meta(session, municipality=actor.municipality, meta=typed.meta, **act)
    text = typed.text or articles_form.empty(typed.part)
    return await keep.save_draft(session, municipality=actor.municipality, text=text, **act)


async def _late(request: Request, actor: Actor, parts: Parts, asked: Asked, conflict: Conflict[Any]) -> Response:
    """Somebody else was faster: both texts are shown, and what was typed stays in the form."""
    async with parts.database.read() as session:
        article = await opened(session, actor, parts, asked.article.entry)
    shown = Asked(article=article, typed=asked.typed, seen_in=asked.seen_in, step=asked.step, conflict=conflict)
    return await articles_page.shown(request, actor, parts, shown, status=CONFLICT)


@router.post("/knowledge/{group}/{slug}/publish")
async def publish_all(request: Request, actor: Editor, parts: PartsOf, group: str, slug: str) -> Response:
    """Publish all drafts of an article."""
    return await _published(request, actor, parts, entry_of(group, slug), part="")


async def _published(request: Request, actor: Actor, parts: Parts, entry: str, *, part: str) -> Response:
    """Publish the draft of a part, or all; with what stops it the page says so beside the fields."""
    async with parts.database.write() as session:
        article = await opened(session, actor, parts, entry)
        done = await publish.publish(
            session,
            municipality=actor.municipality,
            knowledge=parts.knowledge,
            known=checks.known(),
            entry=entry,
            parts=_together(article, part),
            editor=actor.user,
            now=utcnow(),
            today=today_of(actor),
        )
        if done.number:
            await trail.note(session, actor, action="article.published", subject=f"article:{entry}", parts=" ".join(done.parts))
    if not done.number:
        return await _stopped(request, actor, parts, article, part, done)
    names = ", ".join(articles_words.part_name(actor, one) for one in done.parts)
    notice = actor.t("Published: {parts}. People read it from now on.", parts=names)
    return back(f"{HERE}/{entry}?part={part or done.parts[0]}", notice=notice, undo=undo_of(entry, done.number))


def _together(article: Opened, part: str) -> list[str] | None:
    """The parts to publish: an own article begins with German and meta part together."""
    if not part:
        return None
    first = article.common is None and not article.published
    return sorted({part, DEFAULT, META}) if first else [part]


async def _stopped(  # noqa: PLR0913, PLR0917 - one for each part of what happened
    request: Request, actor: Actor, parts: Parts, article: Opened, part: str, done: Published
) -> Response:
    """What stops a publication, on the page of the first part that it is about."""
    severe = [remark for remark in done.remarks if remark.severity == "error"]
    if not severe:
        return back(f"{HERE}/{article.entry}?part={part or DEFAULT}", notice=actor.t("There is no draft to publish."))
    at = part if any(remark.part == part for remark in severe) else severe[0].part
    others = dict.fromkeys(articles_words.part_name(actor, remark.part) for remark in severe if remark.part != at)
    problem = actor.t("Not published yet: please mend what is marked. The draft is kept.")
    if others:
        problem = actor.t("Not published yet: please mend what is marked, also here: {parts}. The draft is kept.", parts=", ".join(others))
    remarks = [remark for remark in done.remarks if remark.part == at]
    asked = Asked(article=article, typed=articles_form.kept(article, at), seen_in=seen_in("", at), problem=problem, remarks=remarks)
    return await articles_page.shown(request, actor, parts, asked, status=UNFIT)


@router.post("/knowledge/{group}/{slug}/withdraw")
async def withdraw(request: Request, actor: Editor, parts: PartsOf, group: str, slug: str) -> Response:
    """Back to the common text of a part, or of all; what was public becomes the draft."""
    entry, form = entry_of(group, slug), await request.form()
    part = str(form.get("part", ""))
    wanted = [part] if part in LANGUAGES or part == META else None
    async with parts.database.write() as session:
        await opened(session, actor, parts, entry)
        done = await publish.withdraw(session, municipality=actor.municipality, entry=entry, parts=wanted, editor=actor.user, now=utcnow())
        if done:
            await trail.note(session, actor, action="article.withdrawn", subject=f"article:{entry}", parts=part or "all")
    url = f"{HERE}/{entry}?part={part}" if wanted else f"{HERE}/{entry}"
    if not done:
        return back(url, notice=actor.t("Nothing of it was published."), kind="warn")
    notice = actor.t("Withdrawn. People read the common text again. Yours is kept as a draft.")
    if entry.startswith("local/"):
        notice = actor.t("Withdrawn. People do not see it any more. It is kept as a draft.")
    return back(url, notice=notice, undo=undo_of(entry, done.number))


@router.post("/knowledge/{group}/{slug}/discard")
async def discard(request: Request, actor: Editor, parts: PartsOf, group: str, slug: str) -> Response:
    """Throw the draft of a part away."""
    entry, form = entry_of(group, slug), await request.form()
    part = articles_form.part_of(str(form.get("part", "")))
    async with parts.database.write() as session:
        await opened(session, actor, parts, entry)
        done = await keep.discard(
            session,
            municipality=actor.municipality,
            entry=entry,
            part=part,
            revision=_number(form, "revision"),
            editor=actor.user,
            now=utcnow(),
        )
    if done is None:
        notice = actor.t("The draft is still there: it was changed in the meantime, or there is none.")
        return back(f"{HERE}/{entry}?part={part}", notice=notice, kind="warn")
    return back(f"{HERE}/{entry}?part={part}", notice=actor.t("The draft is thrown away."), undo=undo_of(entry, done.number))
