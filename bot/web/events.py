"""The live stream of a conversation (server-sent events). Who is woken when is decided in `bot.channels.web`."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.web import Web
from bot.web import schemas
from bot.web.api import TokenOf, errors, no_session
from bot.web.site import SiteOf

_MOST_DIGITS = 18
_RETRY_MILLISECONDS = 3000

router = APIRouter(prefix="/api/chat", tags=["chat"], responses=errors(_401="No such session."))


@router.get("/events", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}})
async def events(
    site: SiteOf,
    token: TokenOf,
    *,
    after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
    signal: Annotated[bool, Query(description="Only say that there is something new, without the messages.")] = False,
    last_event_id: Annotated[str, Header(description="The cursor to go on from; sent by browsers when they connect again.")] = "",
) -> StreamingResponse:
    """`messages` events with the shape of `GET /messages`, `id` is the cursor; `gone` when the conversation was deleted."""
    if await site.web.known(token) is None:
        raise no_session()
    resumed = last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) <= _MOST_DIGITS
    stream = _stream(site.web, token, int(last_event_id) if resumed else after, signal=signal)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"cache-control": "no-store", "x-accel-buffering": "no"})


async def _stream(web: Web, token: str, after: int, *, signal: bool) -> AsyncIterator[str]:
    yield f"retry: {_RETRY_MILLISECONDS}\n\n"
    try:
        async for history in web.changes(token, after):
            if history is None:
                yield ":\n\n"
            else:
                data = "" if signal else schemas.messages_of(history).model_dump_json()
                yield f"id: {history.cursor}\nevent: messages\ndata: {data}\n\n"
        if not web.closed and await web.known(token) is None:
            yield "event: gone\ndata:\n\n"
    except (SQLAlchemyError, OSError):
        return  # the browser connects again and goes on from its cursor
