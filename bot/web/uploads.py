"""Takes photos, documents and voice notes of people with an open case, by form or script. `handoff.files` decides what is accepted."""

import secrets
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.web import Known, traits
from bot.web import chats, multipart, pages, sessions, talk
from bot.web.multipart import Form
from bot.web.sessions import Visitor
from bot.web.site import Site, SiteOf, VisitorOf
from handoff import files, relay
from handoff.files import File, RefusedFileError
from locales.formats import number
from locales.texts import translate
from store.types import utcnow

router = APIRouter(include_in_schema=False)

_BESIDES = 64 * 1024  # what the form holds besides the file
_MOST = files.MOST_BYTES + _BESIDES
_STATUS = {"large": 413, "long": 413, "often": 429, "case": 409}
_MEGABYTE = 1024 * 1024


@router.post("/chat/upload")
async def upload(site: SiteOf, visitor: VisitorOf, request: Request) -> Response:
    """Keep a file for the adviser, then show the conversation from its line on."""
    if not sessions.from_own_page(request, site.base_url):
        raise HTTPException(403, "This form did not come from a page of Lotse.")
    known = await site.web.known(visitor.token) if visitor.token else None
    language = (known.language if known else None) or visitor.language
    try:
        if known is None or visitor.token is None:
            raise pages.expired(language)
        return await _taken(site, visitor, request, known, language=language)
    except RefusedFileError as error:
        sentence = translate(language, error.message, **error.data)
        return await pages.refused(site, visitor, request, talk.RefusedError(_STATUS.get(error.reason, 422), error.reason, sentence))
    except talk.RefusedError as error:
        return await pages.refused(site, visitor, request, error)


async def _taken(site: Site, visitor: Visitor, request: Request, known: Known, *, language: str) -> Response:
    token = visitor.token or ""
    if not site.messages.allows(token):
        raise talk.too_fast(language)
    form = await _form(site, request, token)
    if not sessions.form_token_fits(site.app.desk, token, form.fields.get("csrf", "")):
        raise pages.expired(language)
    async with site.decoding:
        file = await files.check(form.file, name=form.file_name)
    async with site.app.database.write() as session:
        await _keep(session, _Upload(site=site, token=token, file=file, key=form.fields.get("key", ""), language=language))
    site.web.wake(site.app.desk.blind(traits.name, token))
    return await pages.answered(site, visitor, request, known)


async def _form(site: Site, request: Request, token: str) -> Form:
    """The form, read only if a file of this person may be kept at all; raises RefusedFileError."""
    try:
        async with site.app.database.read() as session:
            owner = await chats.owner(session, site.app.desk, token)
            await files.allow(session, person=owner.person if owner else 0, now=utcnow())
    except RefusedFileError:
        await multipart.read_body(request, most=0)
        raise
    body = await multipart.read_body(request, most=_MOST)
    if body is None:
        raise RefusedFileError(reason="large")
    return multipart.parse(request.headers.get("content-type", ""), body)


@dataclass(frozen=True, kw_only=True)
class _Upload:
    """One file on its way into the case."""

    site: Site
    token: str
    file: File
    key: str
    language: str


async def _keep(session: AsyncSession, upload: _Upload) -> None:
    """File, line of the history and the case's state in one transaction; a repetition of the same form changes nothing."""
    desk, now = upload.site.app.desk, utcnow()
    owner = await chats.owner(session, desk, upload.token, lock=True)
    case = await files.allow(session, person=owner.person if owner else 0, now=now)
    if owner is None or not await chats.came(session, person=owner.person, address=owner.address, key=upload.key or secrets.token_hex(16)):
        return
    await relay.heard(session, person=owner.person, case=case.id, now=now)
    payload = {"text": announced(upload.file, language=upload.language)}
    line = await chats.add_line(session, desk, person=owner.person, payload=payload, incoming=True, case=case.id)
    await files.keep(session, desk.keyring, case=case, person=owner.person, file=upload.file, message=line, now=now)


def announced(file: File, *, language: str) -> str:
    """The line of the history that a file leaves: what it is, and how large."""
    size = f"{number(language, round(max(len(file.content) / _MEGABYTE, 0.1), 1))} MB"
    if file.kind == "voice":
        said = translate(language, "Voice message")
        return f"🎤 {said} · {size}"
    return f"📎 {file.name} · {size}"
