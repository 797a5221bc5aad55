"""The private calendar feeds of advisers: who has the address may read it, and nothing else shows or logs it. Reading changes nothing."""

import hashlib

import structlog
from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from bot.web.site import Site, SiteOf
from scheduler import feeds, ics
from store.types import utcnow

router = APIRouter(include_in_schema=False)

log = structlog.get_logger(__name__)

_HEADERS = {
    "cache-control": "private, no-cache",
    "x-robots-tag": "noindex, nofollow",
    "referrer-policy": "no-referrer",
    "content-disposition": 'inline; filename="lotse.ics"',
}


@router.api_route("/calendar/{secret}.ics", methods=["GET", "HEAD"])
async def feed(site: SiteOf, request: Request, secret: str) -> Response:
    """The feed that the secret opens; 404 like any other page that does not exist."""
    try:
        body = await _read(site, secret)
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        # Answered here: the handler for all pages would log the path.
        log.warning("calendar feed not answered", reason=type(error).__name__)
        return Response(status_code=503, headers={"retry-after": "60", "cache-control": "no-store"})
    if body is None:
        raise HTTPException(404)
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = _HEADERS | {"etag": tag}
    if tag in [known.strip() for known in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


async def _read(site: Site, secret: str) -> bytes | None:
    async with site.app.database.read() as session:
        adviser = await feeds.find(session, site.app.desk.index_key, secret=secret)
        if adviser is None:
            return None
        return await feeds.read(session, adviser=adviser, host=ics.host_of(site.base_url), now=utcnow())
