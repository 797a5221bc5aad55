"""Joins the web side to one ASGI application: routes, limits, security headers, compression. What a page shows is in `bot.web`.

The desk of the advisers is an application of its own below `/desk`, with its own guard and failures; it lives in `desk`.
"""

from importlib.metadata import version
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.trying import Trial
from bot.web import api, assets, calendar, course_confirm, courses, events, links, listen, pages, probes, uploads
from bot.web.failures import handle_failures
from bot.web.headers import SecurityHeaders
from bot.web.limits import BodyLimit, Limits
from bot.web.site import build_site
from desk import app as desk_app
from desk.parts import Parts

if TYPE_CHECKING:
    from bot.app import App

_DESCRIPTION = """A conversation with Lotse for other clients. Send the token of `POST /api/chat/session` as `Authorization: Bearer …`
(or as the cookie `lotse`). Errors have the shape `{"error": {"code", "message"}}`."""


def create_http(app: "App", *, limits: Limits | None = None) -> FastAPI:
    """The web application of `app`; call `http.state.site.web.close()` when the server begins to stop, to end live streams."""
    http = FastAPI(
        title="Lotse chat",
        version=version("lotse"),
        description=_DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    http.state.site = build_site(app, limits or Limits())
    for module in (pages, uploads, listen, links, api, events, assets, calendar, course_confirm, courses, probes):
        http.include_router(module.router)
    http.state.desk = desk_app.create(desk_parts(app))
    http.mount("/desk", _apart(http.state.desk))
    handle_failures(http)
    http.add_middleware(BodyLimit)
    http.add_middleware(GZipMiddleware, minimum_size=500, compresslevel=6)
    http.add_middleware(SecurityHeaders, https=app.settings.base_url.startswith("https://"))
    return http


def _apart(inner: ASGIApp) -> ASGIApp:
    """An application that keeps to itself what it writes into the scope: the outer one's handlers must find their own state there."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        await inner(dict(scope), receive, send)

    return call


def desk_parts(app: "App") -> Parts:
    """What the desk works with."""
    return Parts(
        database=app.database,
        keyring=app.desk.keyring,
        index_key=app.desk.index_key,
        base_url=app.settings.base_url,
        towns=app.world.towns,
        knowledge=app.world.knowledge,
        speaker=app.speaker,
        trying=Trial(brain=app.brain, own=app.own, finder=app.finder, world=app.world),
        courses=app.world.courses,
        local=app.world.local,
        demo=app.demo,
    )
