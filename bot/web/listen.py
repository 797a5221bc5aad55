"""Gives out the sound of one message of the visitor's own conversation. It is made in `listening`; what is read is in `dialogs.listen`."""

import re

from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy import select

from bot import codec
from bot.channels.web import id_in, messages
from bot.web import chats, talk
from bot.web.site import Site, SiteOf, VisitorOf
from dialogs.listen import speakable
from dialogs.model import Reply
from locales.registry import DEFAULT

router = APIRouter(include_in_schema=False)

_RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})", re.ASCII)
# Not kept by the browser: phones are shared, and the conversation is not kept there either. Never compressed: parts are counted in bytes.
_HEADERS = {"cache-control": "no-store", "accept-ranges": "bytes", "content-encoding": "identity"}


@router.get("/chat/listen/{message}")
async def listen(site: SiteOf, visitor: VisitorOf, request: Request, message: str) -> Response:
    """A WAV file, whole or a part of it (Safari asks for parts)."""
    reply = await _reply(site, visitor.token, id_in(message)) if visitor.token else None
    if reply is None or reply.language not in site.listener.voices:
        raise HTTPException(404)
    if not site.listens.allows(visitor.token or ""):
        raise talk.too_fast(reply.language)
    sound = await site.listener.speak(speakable(reply), language=reply.language)
    return _part(sound, request.headers.get("range", ""))


async def _reply(site: Site, token: str, message: int) -> Reply | None:
    """What Lotse or an adviser said in this message; None if it is not one of this person's."""
    async with site.app.database.read() as session:
        owner = await chats.owner(session, site.app.desk, token)
        if owner is None:
            return None
        mine = (messages.c.id == message, messages.c.person_id == owner.person, ~messages.c.incoming, messages.c.deleted_at.is_(None))
        sealed = await session.scalar(select(messages.c.sealed_payload).where(*mine))
    if sealed is None:
        return None
    return codec.reply_from_json({"language": owner.language or DEFAULT} | codec.open_message(site.app.desk.keyring, sealed))


def _part(sound: bytes, wanted: str) -> Response:
    found = _RANGE.fullmatch(wanted)
    if found is None:
        return Response(sound, media_type="audio/wav", headers=_HEADERS)
    first = int(found[1])
    last = min(int(found[2] or len(sound)), len(sound) - 1)
    if first > last:
        return Response(status_code=416, headers=_HEADERS | {"content-range": f"bytes */{len(sound)}"})
    headers = _HEADERS | {"content-range": f"bytes {first}-{last}/{len(sound)}"}
    return Response(sound[first : last + 1], 206, media_type="audio/wav", headers=headers)
