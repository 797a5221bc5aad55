"""The page of a private link: it asks, and its button opens the chat of the person in this browser. The rules are in `handoff.links`.

The address holds a secret: no log names it, and no page gets it as a referrer. Looking at the page changes nothing.
"""

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import codec
from bot.inbox import people
from bot.web import chats, sessions, talk, views
from bot.web.sessions import Visitor
from bot.web.site import Site, SiteOf, VisitorOf
from dialogs import private
from handoff import links
from handoff.links import LinkError
from locales.texts import translate
from store.types import utcnow

router = APIRouter(include_in_schema=False)

# The origin alone as a referrer: "no-referrer" would make browsers send "Origin: null" with the form.
_QUIET = {"referrer-policy": "strict-origin", "x-robots-tag": "noindex, nofollow"}
_STATUS = {"link_unknown": 404, "link_expired": 410, "link_used": 410}


@router.api_route("/link/{token}", methods=["GET", "HEAD"])
async def ask(site: SiteOf, visitor: VisitorOf, token: str) -> Response:
    """One button that opens the chat. Previews and scanners may look as often as they like."""
    try:
        async with site.app.database.read() as session:
            opens = await links.look(session, token=token, now=utcnow())
            other = await _other(session, site, visitor, person=opens.person)
    except LinkError as error:
        return _closed(site, visitor, error)
    response = site.page("link.html", language=opens.language or visitor.language, action=f"/link/{token}", other=other)
    response.headers.update(_QUIET)
    return response


@router.post("/link/{token}")
async def use(site: SiteOf, visitor: VisitorOf, request: Request, token: str) -> Response:
    """Use the link up, give this browser a token of the person, and go to the chat."""
    if not sessions.from_own_page(request, site.base_url):
        raise HTTPException(403, "This form did not come from a page of Lotse.")
    if not site.sessions.allows(request.client.host if request.client else ""):
        raise talk.too_fast(visitor.language)
    try:
        async with site.app.database.write() as session:
            person = await links.use(session, token=token, now=utcnow())
            cookie = await _open(session, site, visitor, person=person)
    except LinkError as error:
        return _closed(site, visitor, error)
    response = RedirectResponse(views.chat_url(embed=False, fragment="newest"), 303, headers=_QUIET)
    sessions.set_cookie(response, cookie, base_url=site.base_url, embedded=False)
    return response


async def _open(session: AsyncSession, site: Site, visitor: Visitor, *, person: int) -> str:
    """The token with which this browser is the person: its own, if it is already, else a new one."""
    desk = site.app.desk
    known = await chats.owner(session, desk, visitor.token, lock=True) if visitor.token else None
    if known is not None and known.person == person:
        token, address = visitor.token or "", known.address
    else:
        token = sessions.new_token()
        address = await chats.add_browser(session, desk, person=person, token=token)
    await chats.came(session, person=person, address=address, key=token)
    language = await session.scalar(select(people.c.language).where(people.c.id == person)) or visitor.language
    reply = private.welcome(language, replaced=known is not None and known.person != person)
    await chats.add_line(session, desk, person=person, payload=codec.reply_to_json(reply), incoming=False)
    return token


async def _other(session: AsyncSession, site: Site, visitor: Visitor, *, person: int) -> bool:
    """Whether this browser shows the chat of somebody else today."""
    known = await chats.owner(session, site.app.desk, visitor.token) if visitor.token else None
    return known is not None and known.person != person


def _closed(site: Site, visitor: Visitor, error: LinkError) -> Response:
    """Why the link opens nothing, and how to get a new one."""
    message = translate(visitor.language, error.message)
    response = site.page("link_closed.html", language=visitor.language, status=_STATUS[error.code], message=message)
    response.headers.update(_QUIET)
    return response
