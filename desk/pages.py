"""Rendering: `page` makes a page of a template or a piece of it for htmx, `back` answers a form with a redirect and a notice.

Templates extend `base.html` and need no imports: the macros of `macros.html`, `t("Sentence")` in the actor's language, `asset(name)`,
`actor`, `when(moment)` and `day(moment)` are always there.
"""

import base64
import binascii
import hashlib
import hmac
import json
import mimetypes
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.types import Receive, Scope, Send

from desk import sessions
from desk.access import Actor, language_of, speaker_of
from desk.guard import browser_secret
from desk.parts import Parts, parts_of
from store.crypto import blind_index

HERE = Path(__file__).parent
NOTICE = "lotse-desk-notice"
_NOTICE_SECONDS = 60
_FOREVER = "public, max-age=31536000, immutable"
_HOUR = "public, max-age=3600"
_BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, kw_only=True)
class Asset:
    """One static file; its `url` changes with its content, so that browsers may keep it forever."""

    name: str
    body: bytes
    media_type: str
    digest: str

    @property
    def url(self) -> str:
        """The address to use in pages."""
        return f"/desk/static/{self.name}?v={self.digest}"

    def response(self, version: str) -> Response:
        """The file as an answer, to be kept forever if its address names this very content."""
        kept = _FOREVER if version == self.digest else _HOUR
        return Response(self.body, media_type=self.media_type, headers={"cache-control": kept, "etag": f'"{self.digest}"'})


@dataclass(frozen=True, kw_only=True)
class Look:
    """Templates and static files, read once at the start."""

    templates: Environment
    assets: Mapping[str, Asset]


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What the next page tells: that something was done, and the form that undoes it (`undo`, a path of the desk)."""

    text: str
    kind: str = "ok"
    undo: str = ""


def load_look() -> Look:
    """Read all templates and static files."""
    assets = {file.name: _asset(file) for file in sorted((HERE / "static").iterdir()) if file.is_file()}
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.globals["asset"] = lambda name: assets[name].url
    return Look(templates=templates, assets=assets)


def _asset(file: Path) -> Asset:
    body = file.read_bytes()
    kind = "text/javascript" if file.suffix == ".js" else mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Asset(name=file.name, body=body, media_type=kind, digest=hashlib.sha256(body).hexdigest()[:12])


def look_of(request: Request) -> Look:
    """Templates and static files of the running desk."""
    look: Look = request.app.state.look
    return look


def page(
    request: Request, name: str, /, actor: Actor | None = None, *, status: int = 200, fragment: bool | str = False, **values: Any
) -> Response:
    """A page of the template `name`; never stored by browsers.

    With `fragment` a request of htmx gets only the block `main`, or the block of that name. Links that swap the whole page (boosted)
    and the browser's way back get all of it.
    """
    templates = look_of(request).templates
    secret, made = browser_secret(request), ""
    if secret is None:
        secret = made = sessions.new_token()
    context = _context(request, actor, secret) | values
    template = templates.get_template(name)
    context |= _macros(templates, context)
    block = (fragment if isinstance(fragment, str) else "main") if fragment and _wants_piece(request) else ""
    notice = None if block else _noticed(request, secret)
    context["flash"] = notice
    body = "".join(template.blocks[block](template.new_context(context))) if block else template.render(context)
    response = HTMLResponse(body, status)
    response.headers["cache-control"] = "no-store"
    response.headers["vary"] = "Cookie, HX-Request, Accept-Language"
    if made:
        sessions.set_cookie(response, made, https=parts_of(request).https, form=True)
    if notice:
        response.delete_cookie(NOTICE, path="/")
    return response


def _context(request: Request, actor: Actor | None, secret: str) -> dict[str, Any]:
    parts, language = parts_of(request), actor.interface if actor else language_of(request)
    zone = actor.zone if actor else _BERLIN
    return {
        "actor": actor,
        "t": actor.t if actor else speaker_of(request),
        "language": language,
        "csrf_token": sessions.form_token(parts.index_key, secret),
        "path": request.url.path,
        "demo": parts.demo,
        "unread": 0,
        "when": lambda moment: when(moment, zone=zone, language=language),
        "day": lambda moment: format_date(moment.astimezone(zone), "d. MMM y" if language == "de" else "d MMM y", locale=language),
    }


def _macros(templates: Environment, context: Mapping[str, Any]) -> dict[str, Any]:
    module = templates.get_template("macros.html").make_module(dict(context))
    return {name: value for name, value in vars(module).items() if not name.startswith("_") and callable(value)}


def when(moment: datetime, *, zone: ZoneInfo, language: str) -> Markup:
    """A moment as the office's clock shows it: the time alone today, the day too otherwise; the full date as a tooltip."""
    local, now = moment.astimezone(zone), datetime.now(zone)
    pattern = "HH:mm"
    if local.date() != now.date():
        pattern = ("d. MMM HH:mm" if local.year == now.year else "d. MMM y") if language == "de" else "d MMM HH:mm"
    clock = local.replace(second=0, microsecond=0, tzinfo=None)
    short = _written(clock, pattern, language)
    full = _written(clock, "EEEE, d. MMMM y, HH:mm" if language == "de" else "EEEE, d MMMM y, HH:mm", language)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(moment.isoformat(timespec="seconds"), full, short)


@lru_cache(maxsize=4096)
def _written(clock: datetime, pattern: str, language: str) -> str:
    """A wall-clock time in words; pages show the same few again and again."""
    return format_datetime(clock, pattern, locale=language)


def _wants_piece(request: Request) -> bool:
    headers = request.headers
    return "hx-request" in headers and "hx-boosted" not in headers and "hx-history-restore-request" not in headers


class Back(RedirectResponse):
    """A redirect after a form was taken; the notice travels in a short-lived cookie that is bound to this browser."""

    def __init__(self, url: str, notice: Notice | None) -> None:
        super().__init__(url if is_path(url) else "/desk/", 303)
        self._notice = notice

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, signed with the keys of the running desk."""
        request = Request(scope)
        secret = browser_secret(request)
        if self._notice and secret:
            packed = _pack(parts_of(request), secret, self._notice)
            https = parts_of(request).https
            self.set_cookie(NOTICE, packed, max_age=_NOTICE_SECONDS, path="/", secure=https, httponly=True, samesite="strict")
        await super().__call__(scope, receive, send)


def back(url: str, *, notice: str = "", kind: str = "ok", undo: str = "") -> Response:
    """After a form: go to a page of the desk, which says `notice` (`kind`: ok, warn, alarm) and offers a button that posts to `undo`."""
    return Back(url, Notice(text=notice, kind=kind, undo=undo) if notice else None)


def is_path(url: str) -> bool:
    """Whether an address leads to a page of the desk and nowhere else."""
    return url.startswith("/desk") and url[5:6] in {"", "/", "?", "#"} and "\\" not in url and url.isprintable()


def _pack(parts: Parts, secret: str, notice: Notice) -> str:
    body = base64.urlsafe_b64encode(json.dumps(asdict(notice)).encode()).decode()
    return f"{body}.{_signature(parts, secret, body)}"


def _signature(parts: Parts, secret: str, body: str) -> str:
    return blind_index(parts.index_key, "desk notice", secret, body).hex()


def _noticed(request: Request, secret: str) -> Notice | None:
    body, _, signature = request.cookies.get(NOTICE, "").partition(".")
    if not body or not hmac.compare_digest(_signature(parts_of(request), secret, body).encode(), signature.encode()):
        return None
    try:
        notice = Notice(**json.loads(base64.urlsafe_b64decode(body)))
    except (binascii.Error, ValueError, TypeError):
        return None
    return notice if not notice.undo or is_path(notice.undo) else None
