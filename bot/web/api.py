"""The JSON interface of the chat, for other clients than our pages. Pages are in `pages`, the live stream is in `events`."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response

from bot.channels.web import id_in
from bot.web import schemas, sessions, talk
from bot.web.site import Site, SiteOf, VisitorOf

Errors = dict[int | str, dict[str, Any]]

_MOST_VERSION = 2**63 - 1


def errors(**meanings: str) -> Errors:
    """The error answers of an operation for its documentation; names are `_<status>`."""
    return {int(name[1:]): {"model": schemas.ErrorBody, "description": meaning} for name, meaning in meanings.items()}


router = APIRouter(prefix="/api/chat", tags=["chat"], responses=errors(_503="The database does not answer; try again with the same key."))


def own_page(site: SiteOf, visitor: VisitorOf, request: Request) -> None:
    """Refuse what a foreign page sends with the visitor's cookie."""
    if not visitor.by_header and not sessions.from_own_page(request, site.base_url):
        raise talk.RefusedError(403, "foreign_page", "This request did not come from a page of Lotse.")


def token_of(visitor: VisitorOf) -> str:
    """The token that was sent, or 401."""
    if visitor.token is None:
        raise no_session()
    return visitor.token


def no_session() -> talk.RefusedError:
    """The refusal of a missing, unknown or deleted session."""
    return talk.RefusedError(401, "no_session", "There is no such session. Begin one with POST /api/chat/session.")


TokenOf = Annotated[str, Depends(token_of)]
_NO_SESSION = errors(_401="No such session.")
_SEND = errors(_401="No such session.", _403="From a foreign page.", _413="Too long.", _422="Nothing to send.", _429="Too fast.")


@router.post("/session", status_code=201, dependencies=[Depends(own_page)], responses=errors(_403="From a foreign page.", _429="Too fast."))
async def begin(site: SiteOf, visitor: VisitorOf, request: Request, response: Response, body: schemas.NewSession) -> schemas.Session:
    """Begin a conversation and get its token, also as a cookie."""
    first = talk.Message(choice=f"language:{body.language}" if body.language else "start")
    token = await talk.begin(site, request, visitor, first, town=body.town or "")
    sessions.set_cookie(response, token, base_url=site.base_url, embedded=False)
    found = await _since(site, token, 0)
    return schemas.Session(token=token, **dict(found))


@router.post("/messages", dependencies=[Depends(own_page)], responses=_SEND)
async def send(site: SiteOf, visitor: VisitorOf, token: TokenOf, body: schemas.NewMessage) -> schemas.Messages:
    """Write or press something; the answer has what was said since, in order."""
    known = await site.web.known(token)
    if known is None:
        raise no_session()
    await talk.send(site, token, visitor, _checked(body), language=known.language or visitor.language)
    return await _since(site, token, known.cursor)


@router.get("/messages", responses=_NO_SESSION)
async def read(site: SiteOf, token: TokenOf, after: Annotated[int, Query(ge=0, le=_MOST_VERSION)] = 0) -> schemas.Messages:
    """The lines after a cursor (0: from the beginning), a page at most."""
    history = await site.web.after(token, after)
    if history is None:
        raise no_session()
    return schemas.messages_of(history)


@router.get("/messages/{message}/document", responses=_NO_SESSION | errors(_404="No document."), response_class=Response)
async def document(site: SiteOf, token: TokenOf, message: str) -> Response:
    """The file of a message."""
    reply = await site.web.document(token, id_in(message))
    if reply is None or reply.document is None:
        raise talk.RefusedError(404, "not_found", "This message has no document.")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(reply.document_name)}", "cache-control": "no-store"}
    return Response(reply.document, media_type="application/octet-stream", headers=headers)


@router.delete("/session", status_code=204, dependencies=[Depends(own_page)], responses=_NO_SESSION | errors(_403="From a foreign page."))
async def erase(site: SiteOf, visitor: VisitorOf, token: TokenOf, response: Response) -> None:
    """Delete the conversation and everything about its person."""
    if await site.web.known(token) is None:
        raise no_session()
    await talk.erase(site, token, visitor)
    sessions.drop_cookie(response, base_url=site.base_url, embedded=False)


def _checked(body: schemas.NewMessage) -> talk.Message:
    if (body.text is None) == (body.choice is None):
        raise talk.RefusedError(422, "one_of_both", "Send either text or choice.")
    return talk.Message(text=body.text or "", choice=body.choice or "", screen=body.screen or "", key=body.key or "")


async def _since(site: Site, token: str, version: int) -> schemas.Messages:
    history = await site.web.after(token, version)
    if history is None:
        return schemas.Messages(language=None, cursor=0, more=False, screens=[], messages=[])
    return schemas.messages_of(history)
