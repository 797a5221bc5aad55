"""What every page needs, in one value: the app, the history reader, limits, static files, templates. Routes live in `pages` and `api`."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels.web import Web
from bot.web import headers
from bot.web.assets import Asset, load_assets
from bot.web.limits import Limits, Window
from bot.web.listening import Listener, find_engine
from bot.web.rich import rich
from bot.web.sessions import Visitor, visitor
from dialogs.model import Inbound
from locales.registry import LANGUAGES
from locales.texts import translate

if TYPE_CHECKING:
    from bot.app import App

HERE = Path(__file__).parent
RECEIVE_SECONDS = 25
FILES_AT_ONCE = 1  # each may take up to a gigabyte of memory for a moment


@dataclass(frozen=True, kw_only=True)
class Site:
    """The web side of one process."""

    app: "App"
    web: Web
    assets: Mapping[str, Asset]
    templates: Environment
    messages: Window
    sessions: Window
    listens: Window
    listener: Listener
    decoding: asyncio.Semaphore

    @property
    def base_url(self) -> str:
        """The public address, without a slash at the end."""
        return self.app.settings.base_url

    def page(self, name: str, *, language: str, status: int = 200, embed: bool = False, **values: Any) -> Response:
        """A page from a template, in a language; never stored by browsers, and framed by others only if it is `embed`ded."""
        spoken = LANGUAGES[language]
        values |= {"t": partial(translate, language), "language": spoken, "embed": embed}
        response = HTMLResponse(self.templates.get_template(name).render(values), status)
        response.headers["cache-control"] = "no-store"
        response.headers["content-language"] = spoken.tag
        response.headers["vary"] = "Accept-Language, Cookie"
        if embed:
            response.headers[headers.POLICY] = headers.EMBEDDABLE
        return response

    async def deliver(self, inbound: Inbound) -> None:
        """Store a message and wait until it is answered; raises TimeoutError, SQLAlchemyError or OSError."""
        async with asyncio.timeout(RECEIVE_SECONDS):
            await self.app.pipeline.receive([inbound])


def build_site(app: "App", limits: Limits) -> Site:
    """Read templates and static files, and listen to the pipeline."""
    web = Web(database=app.database, desk=app.desk)
    app.pipeline.watchers.append(web.applied)
    app.jobs.watchers.append(web.told)
    assets = load_assets(HERE / "static")
    return Site(
        app=app,
        web=web,
        assets=assets,
        templates=_templates(assets),
        messages=Window(limits.messages),
        sessions=Window(limits.sessions),
        listens=Window(limits.listens),
        listener=Listener(find_engine()),
        decoding=asyncio.Semaphore(FILES_AT_ONCE),
    )


def _templates(assets: Mapping[str, Asset]) -> Environment:
    loader = FileSystemLoader(HERE / "templates")
    templates = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False
    )
    templates.globals |= {"asset": lambda name: assets[name].url, "languages": LANGUAGES}
    templates.filters["rich"] = rich
    return templates


def site_of(request: Request) -> Site:
    """The site of the running application."""
    site: Site = request.app.state.site
    return site


SiteOf = Annotated[Site, Depends(site_of)]
VisitorOf = Annotated[Visitor, Depends(visitor)]
