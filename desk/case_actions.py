"""What an adviser does with a case: take it, give it back, pass it on, let it sleep, close it, note something. Replies are in `case_reply`.

Each verb of `handoff.cases` is one form; what came of it is said on the next page, with the way back where there is one.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from desk import case_reply, trail
from desk.access import Actor, Adviser
from desk.case import HIGHEST, CaseId
from desk.case_refusals import refusal
from desk.pages import back
from desk.parts import Parts, PartsOf
from dialogs import handing
from dialogs.model import Reply
from handoff import cases, leaves, notes, reading
from handoff.errors import HandoffError, NotFoundError
from handoff.reading import Opened
from handoff.rows import By
from locales.bidi import clean
from store.types import utcnow

router = APIRouter()
router.include_router(case_reply.router)

MOST_NOTE = 4000
MOST_MESSAGE = 2000
FURTHEST = timedelta(days=730)


@dataclass(frozen=True, kw_only=True)
class Done:
    """What came of an action: the notice, the path below the case that takes it back, what was said to the person, where to go on."""

    notice: str
    undo: str = ""
    spoken: tuple[Any, ...] = ()
    to: str = ""
    kind: str = "ok"


Verb = Callable[[AsyncSession, Opened, By], Awaitable[Done]]
Revision = Annotated[int | None, Form(ge=0, le=HIGHEST)]
Moment = Annotated[str, Form(max_length=32)]
Text = Annotated[str, Form(max_length=MOST_NOTE)]


async def _do(parts: Parts, actor: Actor, case: int, verb: Verb, *, action: str, revision: int | None = None) -> Response:  # noqa: PLR0913 - what an action is made of
    """Do it in one transaction with its note in the audit log; refusals are said on the page of the case."""
    here = f"/desk/cases/{case}"
    by = By(municipality=actor.municipality, case=case, user=actor.user, lead=actor.is_lead, revision=revision, now=utcnow())
    try:
        async with parts.database.write() as session:
            opened = await reading.case_of(session, municipality=actor.municipality, case=case)
            done = await verb(session, opened, by)
            await trail.note(session, actor, action=f"case.{action}", subject=f"case:{case}")
    except NotFoundError:
        raise
    except HandoffError as error:
        return back(here, notice=refusal(actor, error), kind="warn")
    parts.speaker.deliver(done.spoken)
    return back(done.to or here, notice=done.notice, kind=done.kind, undo=f"{here}/{done.undo}" if done.undo else "")


async def _tell(session: AsyncSession, parts: Parts, opened: Opened, reply: Reply) -> tuple[Any, ...]:
    """Let the program say something to the person of the case."""
    return (await parts.speaker.say(session, person=opened.person or 0, reply=reply, case=opened.id),)


@router.post("/cases/{case}/claim")
async def claim(actor: Adviser, parts: PartsOf, case: CaseId) -> Response:
    """Take a case that nobody has."""

    async def verb(session: AsyncSession, opened: Opened, by: By) -> Done:
        await cases.claim(session, municipality=actor.municipality, case=case, user=actor.user, now=by["now"])
        new = opened.owner_id != actor.user
        spoken = (
            await _tell(session, parts, opened, handing.claimed(language=opened.language, name=actor.name, town=actor.town.name))
            if new
            else ()
        )
        return Done(notice=actor.t("You have this case now. The program is silent."), undo="release", spoken=spoken)

    return await _do(parts, actor, case, verb, action="claim")


@router.post("/cases/{case}/release")
async def release(actor: Adviser, parts: PartsOf, case: CaseId) -> Response:
    """Give a case back to the team."""

    async def verb(session: AsyncSession, opened: Opened, by: By) -> Done:
        await cases.release(session, **by)
        spoken = await _tell(session, parts, opened, handing.returned(language=opened.language)) if opened.held else ()
        notice = actor.t("The case is back with the team. The program answers again.")
        return Done(notice=notice, undo="claim", spoken=spoken)

    return await _do(parts, actor, case, verb, action="release")


@router.post("/cases/{case}/take-over")
async def take_over(actor: Adviser, parts: PartsOf, case: CaseId) -> Response:
    """Take a case from a colleague who is away, or as a lead."""

    async def verb(session: AsyncSession, opened: Opened, by: By) -> Done:
        today = utcnow().astimezone(actor.zone).date()
        absent = opened.owner_id is not None and (
            not opened.owner_active or bool(await leaves.away(session, users=[opened.owner_id], on=today))
        )
        await cases.take_over(session, absent=absent, **by)
        spoken = await _tell(session, parts, opened, handing.claimed(language=opened.language, name=actor.name, town=actor.town.name))
        return Done(notice=actor.t("You have this case now. The program is silent."), spoken=spoken)

    return await _do(parts, actor, case, verb, action="take-over")


@router.post("/cases/{case}/pass-on")
async def pass_on(actor: Adviser, parts: PartsOf, case: CaseId, to: Annotated[int, Form(ge=1, le=HIGHEST)], note: Text = "") -> Response:
    """Put a case into a colleague's hands."""

    async def verb(session: AsyncSession, opened: Opened, by: By) -> Done:
        del opened
        await cases.pass_on(session, parts.keyring, to=to, note=clean(note), **by)
        name = dict(await reading.colleagues(session, municipality=actor.municipality)).get(to, "")
        return Done(notice=actor.t("{name} has this case now.", name=name), undo="take-back")

    return await _do(parts, actor, case, verb, action="pass-on")


@router.post("/cases/{case}/take-back")
async def take_back(actor: Adviser, parts: PartsOf, case: CaseId) -> Response:
    """Undo one's own passing on."""

    async def verb(session: AsyncSession, opened: Opened, by: By) -> Done:
        del opened
        await cases.take_back(session, **by)
        return Done(notice=actor.t("The case was not passed on after all."))

    return await _do(parts, actor, case, verb, action="take-back")


@router.post("/cases/{case}/close")
async def close(actor: Adviser, parts: PartsOf, case: CaseId, revision: Revision = None) -> Response:
    """Finish a case as it was shown."""

    async def verb(session: AsyncSession, opened: Opened, by: By) -> Done:
        await cases.close(session, **by)
        spoken = await _tell(session, parts, opened, handing.closed(language=opened.language, answers=opened.held))
        return Done(notice=actor.t("The case is closed. The program answers again."), undo="reopen", spoken=spoken, to="/desk/")

    return await _do(parts, actor, case, verb, action="close", revision=revision)


@router.post("/cases/{case}/reopen")
async def reopen(actor: Adviser, parts: PartsOf, case: CaseId) -> Response:
    """Undo the closing."""

    async def verb(session: AsyncSession, opened: Opened, by: By) -> Done:
        await cases.reopen(session, **by)
        now = await reading.case_of(session, municipality=actor.municipality, case=case)
        reply = handing.claimed(language=opened.language, name=now.owner or "", town=actor.town.name)
        spoken = await _tell(session, parts, opened, reply) if now.held and now.owner else ()
        return Done(notice=actor.t("The case is open again, as it was before."), undo="close", spoken=spoken)

    return await _do(parts, actor, case, verb, action="reopen")


@router.post("/cases/{case}/follow-up")
async def follow_up(  # noqa: PLR0913, PLR0917 - the fields of the form
    actor: Adviser, parts: PartsOf, case: CaseId, at: Moment = "", message: Text = "", revision: Revision = None
) -> Response:
    """Let a case sleep until a moment, perhaps with a message to send then."""
    until = moment_of(actor, at)
    if until is None:
        return back(f"/desk/cases/{case}", notice=actor.t("Please give a date in the future, at most two years ahead."), kind="warn")

    async def verb(session: AsyncSession, opened: Opened, by: By) -> Done:
        await cases.follow_up(session, parts.keyring, until=until, message=clean(message)[:MOST_MESSAGE] or None, **by)
        spoken = await _tell(session, parts, opened, handing.returned(language=opened.language)) if opened.held else ()
        return Done(notice=actor.t("The case sleeps. It comes back by itself on the day you chose."), undo="resume", spoken=spoken)

    return await _do(parts, actor, case, verb, action="follow-up", revision=revision)


@router.post("/cases/{case}/resume")
async def resume(actor: Adviser, parts: PartsOf, case: CaseId) -> Response:
    """End the sleep of a case before its time."""

    async def verb(session: AsyncSession, opened: Opened, by: By) -> Done:
        del opened
        await cases.resume(session, **by)
        return Done(notice=actor.t("The case is awake again."))

    return await _do(parts, actor, case, verb, action="resume")


@router.post("/cases/{case}/bot")
async def bot(  # noqa: PLR0913 - the fields of the form
    actor: Adviser,
    parts: PartsOf,
    case: CaseId,
    *,
    to: Annotated[Literal["", "on", "off", "later"], Form()] = "",
    at: Moment = "",
    undo: Annotated[Literal["", "on", "off"], Query()] = "",
) -> Response:
    """Let the program answer again (on), silence it (off), or say when it answers again by itself (later)."""
    wanted, until = to or undo, moment_of(actor, at)
    if wanted not in {"on", "off"} and until is None:
        return back(f"/desk/cases/{case}", notice=actor.t("Please give a date in the future, at most two years ahead."), kind="warn")

    async def verb(session: AsyncSession, opened: Opened, by: By) -> Done:
        if wanted == "on":
            was_silent = await cases.return_bot(session, **by)
            spoken = await _tell(session, parts, opened, handing.returned(language=opened.language)) if was_silent else ()
            return Done(notice=actor.t("The program answers again. You still have the case."), undo="bot?undo=off", spoken=spoken)
        if wanted == "off":
            await cases.pause_bot(session, **by)
            return Done(notice=actor.t("The program is silent. You have the word."), undo="bot?undo=on")
        await cases.set_return(session, at=until, **by)
        return Done(notice=actor.t("The program answers again at the time you chose, and tells the person."))

    return await _do(parts, actor, case, verb, action="bot")


@router.post("/cases/{case}/note")
async def note(actor: Adviser, parts: PartsOf, case: CaseId, text: Text = "") -> Response:
    """Write a note for colleagues."""
    written = clean(text)
    if not written:
        return back(f"/desk/cases/{case}#notes", notice=actor.t("The note is empty."), kind="warn")

    async def verb(session: AsyncSession, opened: Opened, by: By) -> Done:
        del opened
        await notes.add(session, parts.keyring, municipality=actor.municipality, case=case, user=actor.user, text=written, now=by["now"])
        return Done(notice=actor.t("The note is kept. The person does not see it."), to=f"/desk/cases/{case}#notes")

    return await _do(parts, actor, case, verb, action="note")


def moment_of(actor: Actor, written: str) -> datetime | None:
    """What a field of date and time says on the office's clock; None unless it lies in the next two years."""
    try:
        found = datetime.fromisoformat(written).replace(tzinfo=actor.zone)
    except ValueError:
        return None
    now = utcnow()
    return found if now < found <= now + FURTHEST else None
