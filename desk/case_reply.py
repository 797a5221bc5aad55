"""An adviser's own words to a person: sending, changing, taking back; drafts, signs of life while writing. Other verbs: `case_actions`."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from desk import trail
from desk.access import Actor, Adviser
from desk.case import HIGHEST, CaseId, Look, RowId, gone, render
from desk.case_phrases import GAP
from desk.case_refusals import refusal
from desk.inbox import AskedOf
from desk.pages import back
from desk.parts import Parts, PartsOf
from dialogs.model import Reply
from handoff import cases, drafts, presence, reading, relay, rows
from handoff.errors import HandoffError, NotFoundError
from handoff.reading import Opened
from locales.bidi import clean
from locales.registry import LANGUAGES
from store.types import utcnow

router = APIRouter()

MOST_TEXT = 4000
CONFLICT, TOO_LONG = 409, 413

Text = Annotated[str, Form(max_length=drafts.MOST_CHARACTERS)]
Seen = Annotated[int, Form(ge=0, le=HIGHEST)]


class NewerReplyError(HandoffError):
    """A colleague has answered since the page was shown; nothing was sent."""

    code = "newer"

    def __init__(self) -> None:
        super().__init__("A newer reply exists.")


class RepeatedError(HandoffError):
    """The same reply was sent a moment ago: a form that came twice."""

    code = "repeated"

    def __init__(self) -> None:
        super().__init__("This was sent already.")


@router.post("/cases/{case}/reply")
async def reply(  # noqa: PLR0913, PLR0917 - the fields of the form
    request: Request,
    actor: Adviser,
    parts: PartsOf,
    case: CaseId,
    wanted: AskedOf,
    text: Text = "",
    seen: Seen = 0,
    language: Annotated[str, Form(max_length=16)] = "",
) -> Response:
    """Send a reply, unless somebody answered meanwhile: then the page shows that, and the text stays in its box."""
    here = wanted.url(f"/desk/cases/{case}")
    written = clean(text)
    problem = _problem(actor, written)
    if problem:
        look = Look(problem=problem, text=text, status=TOO_LONG if len(written) > MOST_TEXT else CONFLICT)
        return await render(request, parts, actor, case, wanted, look)
    said = Reply(text=written, language=language if language in LANGUAGES else actor.interface)
    try:
        spoken = await _send(parts, actor, case, said, seen=seen)
    except RepeatedError:
        return back(f"{here}#newest")
    except NotFoundError:
        return await gone(request, parts, actor, case)
    except HandoffError as error:
        why = actor.t("A newer reply exists. Yours was not sent: please read it first.") if error.code == "newer" else refusal(actor, error)
        return await render(request, parts, actor, case, wanted, Look(problem=why, text=text, status=CONFLICT))
    parts.speaker.deliver(spoken)
    return back(f"{here}#newest")


def _problem(actor: Actor, text: str) -> str:
    if not text:
        return actor.t("Please write something first.")
    if len(text) > MOST_TEXT:
        return actor.t("This is longer than {most} characters. Please send it in parts.", most=MOST_TEXT)
    return actor.t("Please fill in the gap {gap} first.", gap=GAP) if GAP in text else ""


async def _send(parts: Parts, actor: Actor, case: int, said: Reply, *, seen: int) -> Sequence[Any]:
    """Take the case if nobody has it, say it, and note that nobody waits any more: all or nothing."""
    now = utcnow()
    async with parts.database.write() as session:
        await rows.require(session, municipality=actor.municipality, case=case, lock=True)
        opened = await reading.case_of(session, municipality=actor.municipality, case=case)
        await _check_newer(session, parts, actor, opened, said, seen)
        if opened.owner_id is None:
            await cases.claim(session, municipality=actor.municipality, case=case, user=actor.user, now=now)
        spoken = await parts.speaker.say(session, person=opened.person or 0, reply=said, case=case, author=actor.user)
        await relay.answered(session, municipality=actor.municipality, case=case, user=actor.user, message=spoken.message, now=now)
        await drafts.clear(session, case=case, user=actor.user)
        await presence.touch(session, municipality=actor.municipality, case=case, user=actor.user, writing=False, now=now)
        await trail.note(session, actor, action="case.reply", subject=f"case:{case}", message=spoken.message)
    return (spoken,)


async def _check_newer(session: AsyncSession, parts: Parts, actor: Actor, opened: Opened, said: Reply, seen: int) -> None:  # noqa: PLR0913, PLR0917 - what is compared
    if not await relay.newer_reply(session, case=opened.id, since_message=seen):
        return
    lines = (await reading.lines_of(session, parts.keyring, case=opened.id)).lines
    newer = [line for line in lines if line.id > seen and line.author_id is not None and not line.deleted_at]
    if newer and all((line.author_id, line.text) == (actor.user, said.text) for line in newer):
        raise RepeatedError
    raise NewerReplyError


@router.post("/cases/{case}/messages/{message}/edit")
async def edit(actor: Adviser, parts: PartsOf, case: CaseId, message: RowId, text: Text = "") -> Response:
    """Change one's own reply, also where it was sent."""
    written = clean(text)
    problem = _problem(actor, written)
    if problem:
        return back(f"/desk/cases/{case}#m{message}", notice=problem, kind="warn")

    async def change(session: AsyncSession) -> Any:
        return await parts.speaker.edit(session, message=message, text=written)

    return await _change(parts, actor, case, message, change, action="edit", done=actor.t("The reply was changed."))


@router.post("/cases/{case}/messages/{message}/delete")
async def delete(actor: Adviser, parts: PartsOf, case: CaseId, message: RowId) -> Response:
    """Take one's own reply back, also where it was sent."""

    async def change(session: AsyncSession) -> Any:
        return await parts.speaker.unsay(session, message=message)

    return await _change(parts, actor, case, message, change, action="delete", done=actor.t("The reply was deleted."))


@router.post("/cases/{case}/messages/{message}/again")
async def again(actor: Adviser, parts: PartsOf, case: CaseId, message: RowId) -> Response:
    """Send a reply that failed once more, as a new one."""

    async def change(session: AsyncSession) -> Any:
        line = await reading.own_line(session, parts.keyring, case=case, user=actor.user, message=message)
        opened = await reading.case_of(session, municipality=actor.municipality, case=case)
        said = Reply(text=line.text, language=line.language or actor.interface)
        spoken = await parts.speaker.say(session, person=opened.person or 0, reply=said, case=case, author=actor.user)
        await relay.answered(session, municipality=actor.municipality, case=case, user=actor.user, message=spoken.message)
        return spoken

    return await _change(parts, actor, case, message, change, action="again", done=actor.t("The reply is sent again."))


async def _change(parts: Parts, actor: Actor, case: int, message: int, change: Any, *, action: str, done: str) -> Response:  # noqa: PLR0913 - what a change is made of
    """Do something with one's own line of this case; a foreign or forged id does not exist."""
    here = f"/desk/cases/{case}"
    try:
        async with parts.database.write() as session:
            await rows.require(session, municipality=actor.municipality, case=case, lock=True)
            await reading.own_line(session, parts.keyring, case=case, user=actor.user, message=message)
            spoken = await change(session)
            await trail.note(session, actor, action=f"reply.{action}", subject=f"case:{case}", message=message)
    except NotFoundError:
        raise
    except HandoffError as error:
        return back(f"{here}#m{message}", notice=refusal(actor, error), kind="warn")
    parts.speaker.deliver((spoken,))
    return back(f"{here}#m{message}", notice=done)


@router.post("/cases/{case}/draft")
async def draft(request: Request, actor: Adviser, parts: PartsOf, case: CaseId, text: Text = "") -> Response:
    """Keep what was typed so far, and let colleagues see that somebody is writing."""
    async with parts.database.write() as session:
        await rows.require(session, municipality=actor.municipality, case=case)
        now = utcnow()
        await drafts.save(session, parts.keyring, case=case, user=actor.user, text=text, now=now)
        writing = bool(text.strip())
        await presence.touch(session, municipality=actor.municipality, case=case, user=actor.user, writing=writing, now=now)
    if "hx-request" in request.headers:
        return Response(status_code=204)
    return back(f"/desk/cases/{case}#reply", notice=actor.t("The draft is kept. Only you see it."))


@router.post("/cases/{case}/presence")
async def here(actor: Adviser, parts: PartsOf, case: CaseId, *, gone: Annotated[bool, Form()] = False) -> Response:
    """A sign of life of an open page, or the word that it was closed."""
    async with parts.database.write() as session:
        await rows.require(session, municipality=actor.municipality, case=case)
        if gone:
            await presence.leave(session, municipality=actor.municipality, case=case, user=actor.user)
        else:
            now = utcnow()
            writing = await drafts.is_fresh(session, case=case, user=actor.user, now=now)
            await presence.touch(session, municipality=actor.municipality, case=case, user=actor.user, writing=writing, now=now)
    return Response(status_code=204)
