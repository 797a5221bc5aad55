"""The page of one case: hand-over card, conversation, reply box, notes, history, files. What is done there: `case_actions`, `case_reply`.

Opening a case is noted in the audit log, its live refreshes are not; opening older talks, or a file, is noted again.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from desk import case_phrases, case_words, trail
from desk.access import Actor, Adviser
from desk.inbox import AskedOf, shown_list, words_for
from desk.pages import page
from desk.parts import Parts, PartsOf, informed
from handoff import card, drafts, events, files, leaves, notes, personal_data, presence, reading, rows
from handoff.errors import NotFoundError
from handoff.reading import Line, Lines, Opened
from knowledge import view
from locales.bidi import clean
from locales.registry import LANGUAGES
from store.types import utcnow

router = APIRouter()

HIGHEST = 2**62
FOLDED_FROM = 900
SHOWN_OF_FOLDED = 500
GONE = 410
MORNING = time(9)

_TURNING = re.compile("[\u202a-\u202e\u200b\u2060-\u2064\ufeff]")

CaseId = Annotated[int, Path(ge=1, le=HIGHEST)]
RowId = Annotated[int, Path(ge=1, le=HIGHEST)]


@dataclass(frozen=True, kw_only=True)
class Look:
    """How somebody looks at a case: lines `before` one, what was said `earlier`, a `phrase` to insert, or a `problem` with a reply."""

    before: int | None = None
    earlier: bool = False
    phrase: str = ""
    problem: str = ""
    text: str | None = None
    status: int = 200


@router.get("/cases/{case}")
async def show(  # noqa: PLR0913, PLR0917 - what an address may name
    request: Request,
    actor: Adviser,
    parts: PartsOf,
    case: CaseId,
    wanted: AskedOf,
    part: str = "",
    phrase: Annotated[str, Query(max_length=40)] = "",
    before: Annotated[int | None, Query(ge=1, le=HIGHEST)] = None,
    *,
    earlier: bool = False,
) -> Response:
    """The case, beside the list from which it was opened; `part=case` and `part=list` are parts of it for an open page."""
    if part == "list":
        return page(request, "inbox_list.html", actor, fragment="list", **await shown_list(parts, actor, wanted, here=case))
    look = Look(before=before, earlier=earlier, phrase=phrase)
    try:
        await _noted(parts, actor, case, look, refresh=part == "case")
        return await render(request, parts, actor, case, wanted, look, part=part)
    except NotFoundError:
        return await gone(request, parts, actor, case)


async def gone(request: Request, parts: Parts, actor: Actor, case: int) -> Response:
    """Say that a person deleted everything, if that is why their case is not there; else raise NotFoundError."""
    async with parts.database.read() as session:
        if not await personal_data.erased(session, municipality=actor.municipality, case=case):
            raise NotFoundError
    return page(request, "case_gone.html", actor, status=GONE)


async def _noted(parts: Parts, actor: Actor, case: int, look: Look, *, refresh: bool) -> None:
    """Note the reading, and that the actor is here now; a refresh of a page that is open already is noted no more."""
    now = utcnow()
    if refresh:
        async with parts.database.read() as session:
            await rows.require(session, municipality=actor.municipality, case=case)
            if await presence.is_open(session, case=case, user=actor.user, now=now):
                return
    async with parts.database.write() as session:
        await rows.require(session, municipality=actor.municipality, case=case)
        action = "case.read_earlier" if look.earlier else "case.read"
        await trail.note(session, actor, action=action, subject=f"case:{case}")
        await presence.touch(session, municipality=actor.municipality, case=case, user=actor.user, writing=False, now=now)
        await notes.seen(session, case=case, user=actor.user, now=now)


async def render(  # noqa: PLR0913, PLR0917 - parts of the page
    request: Request, parts: Parts, actor: Actor, case: int, wanted: AskedOf, look: Look, *, part: str = ""
) -> Response:
    """The page, or its part `case`."""
    now = utcnow()
    async with parts.database.read() as session:
        parts = await informed(session, parts, municipality=actor.municipality)
    beside = words_for(parts, actor, now) if part == "case" else await shown_list(parts, actor, wanted, here=case)
    async with parts.database.read() as session:
        opened = await reading.case_of(session, municipality=actor.municipality, case=case)
        if opened.person is None:
            raise NotFoundError
        values = await _shown(session, parts, actor, opened, look, now)
    shown = beside | values | {"wanted": wanted, "now": now}
    if part == "case":
        return page(request, "case_panes.html", actor, fragment="case", **shown)
    return page(request, "case.html", actor, status=look.status, **shown)


async def _shown(session: AsyncSession, parts: Parts, actor: Actor, opened: Opened, look: Look, now: datetime) -> dict[str, Any]:  # noqa: PLR0913, PLR0917 - what a page is made of
    person, town = opened.person or 0, actor.municipality
    talk = await reading.lines_of(session, parts.keyring, case=opened.id, before=look.before)
    history = await events.of_case(session, parts.keyring, municipality=town, case=opened.id)
    agreed = await reading.appointments_of(session, municipality=town, person=person, language=actor.interface)
    offered = await case_phrases.menu(session, actor=actor, knowledge=parts.knowledge, opened=opened, agreed=agreed, now=now)
    team = await reading.colleagues(session, municipality=town)
    away = await leaves.away(session, users=[user for user, _ in team], on=now.astimezone(actor.zone).date())
    draft = await drafts.load(session, parts.keyring, case=opened.id, user=actor.user)
    phrase = next((one for one in offered if one.key == look.phrase), None)
    return {
        "case": opened,
        "card": _card(parts, actor, opened),
        "calm_at": events.calm_at(history),
        "talk": _safe(talk),
        "earlier": _safe(await reading.earlier(session, parts.keyring, opened=opened, before=look.before)) if look.earlier else None,
        "seen": max([0, *(line.id for line in talk.lines)]) if look.before is None else await reading.newest_line(session, case=opened.id),
        "appointments": agreed,
        "phrases": offered,
        "germans": case_phrases.germans(offered, talk.lines),
        "chosen": phrase,
        "draft": look.text if look.text is not None else phrase.text if phrase and not draft else draft,
        "draft_language": phrase.language if phrase else "",
        "problem": look.problem,
        "history": history,
        "others": await presence.others(session, case=opened.id, user=actor.user, now=now),
        "team": team,
        "away": away,
        "channels": await reading.channels_of(session, person=person),
        "look": look,
        "tomorrow": _tomorrow(actor, now),
        "words": case_words,
        "clean": clean,
        "gap": case_phrases.GAP,
    }


def _card(parts: Parts, actor: Actor, opened: Opened) -> dict[str, Any]:
    """The hand-over card with the titles of what the person read."""
    held = card.open_(parts.keyring, opened.sealed_card)
    articles = [parts.knowledge.articles[entry] for entry in held.articles if entry in parts.knowledge.articles]
    return {
        "question": clean(held.question),
        "language": held.question_language or opened.language,
        "filled": [case_words.filled(actor, parts.knowledge, name, clean(str(value))) for name, value in held.filled.items()],
        "articles": [(view.title(article, language=actor.interface), article.id) for article in articles],
        "danger": held.danger,
        "wishes": held.wishes,
    }


def _safe(lines: Lines) -> Lines:
    """The lines without controls that turn or hide text; what is left is shown as it was written."""
    return replace(lines, lines=tuple(_safe_line(line) for line in lines.lines))


def _safe_line(line: Line) -> Line:
    plain = clean if line.incoming else _unturned
    return replace(line, text=plain(line.text), title=plain(line.title), note=plain(line.note))


def _unturned(text: str) -> str:
    """What program or colleagues wrote keeps the isolates that Lotse puts around numbers and Latin words."""
    return _TURNING.sub("", text)


def _tomorrow(actor: Actor, now: datetime) -> str:
    """Tomorrow morning, for a field of date and time."""
    day = now.astimezone(actor.zone).date() + timedelta(days=1)
    return datetime.combine(day, MORNING).isoformat(timespec="minutes")


@router.get("/articles/{group}/{slug}")
async def article(  # noqa: PLR0913, PLR0917 - parts of the address
    request: Request, actor: Adviser, parts: PartsOf, group: str, slug: str, language: Annotated[str, Query(max_length=16)] = ""
) -> Response:
    """What a person read of a topic, in German and in their language."""
    async with parts.database.read() as session:
        parts = await informed(session, parts, municipality=actor.municipality)
    found = parts.knowledge.articles.get(f"{group}/{slug}")
    if found is None:
        raise HTTPException(404)
    spoken = [actor.interface, *([language] if language in LANGUAGES and language != actor.interface else [])]
    shown = [view.show(parts.knowledge, found, language=code, municipality=actor.town.slug) for code in spoken]
    return page(request, "case_article.html", actor, shown=shown, article=found, words=case_words)


@router.get("/cases/{case}/files/{attachment}")
async def file(request: Request, actor: Adviser, parts: PartsOf, case: CaseId, attachment: RowId) -> Response:
    """A file of the person: pictures and voice notes open in the browser, documents are saved. Players of sound ask for ranges."""
    async with parts.database.read() as session:
        await reading.case_of(session, municipality=actor.municipality, case=case)
        await reading.file_of(session, case=case, attachment=attachment)
        kind, name, content = await files.content(session, parts.keyring, municipality=actor.municipality, attachment=attachment)
    span = request.headers.get("range", "")
    if not span or span.startswith("bytes=0-"):
        async with parts.database.write() as session:
            await trail.note(session, actor, action="file.read", subject=f"case:{case}", file=attachment)
    how = "inline" if kind.startswith(("image/", "audio/")) else "attachment"
    headers = _FILE_HEADERS | {"content-disposition": f"{how}; filename*=UTF-8''{quote(clean(name))}"}
    return _part(content, kind, span) if span else Response(content, media_type=kind, headers=headers)


_FILE_HEADERS = {
    "cache-control": "no-store",
    "accept-ranges": "bytes",
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
}
PARTIAL, UNSATISFIABLE = 206, 416


def _part(content: bytes, kind: str, wanted: str) -> Response:
    """One range of a file, as players of sound ask for it."""
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    if not first.isascii() or not first.isdigit() or int(first) >= len(content):
        return Response(status_code=UNSATISFIABLE, headers=_FILE_HEADERS | {"content-range": f"bytes */{len(content)}"})
    end = min(int(last), len(content) - 1) if last.isascii() and last.isdigit() else len(content) - 1
    begin = int(first)
    headers = _FILE_HEADERS | {"content-range": f"bytes {begin}-{end}/{len(content)}"}
    return Response(content[begin : end + 1], PARTIAL, media_type=kind, headers=headers)
