"""Joins the web side to one ASGI application: routes, limits, security headers, compression. What a page shows is in `bot.web`."""

from importlib.metadata import version
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from bot.web import api, assets, calendar, events, pages, probes
from bot.web.failures import handle_failures
from bot.web.headers import SecurityHeaders
from bot.web.limits import BodyLimit, Limits
from bot.web.site import build_site

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
    for router in (pages.router, api.router, events.router, assets.router, calendar.router, probes.router):
        http.include_router(router)
    handle_failures(http)
    http.add_middleware(BodyLimit)
    http.add_middleware(GZipMiddleware, minimum_size=500, compresslevel=6)
    http.add_middleware(SecurityHeaders, https=app.settings.base_url.startswith("https://"))
    return http
