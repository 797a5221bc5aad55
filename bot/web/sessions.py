"""Who is asking: the anonymous token in cookie or header, the form token bound to it, and whether a request comes from our own pages."""

import hmac
import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request, Response

from bot.inbox import Desk
from dialogs import welcome
from locales.registry import DEFAULT, LANGUAGES, match
from store.crypto import blind_index

COOKIE = "lotse"
COOKIE_SECONDS = 30 * 24 * 3600
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_MOST_TAGS = 20


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """The sender of a request: `token` if one was sent, and whether it came `by_header` (which no foreign page can forge)."""

    token: str | None
    by_header: bool
    language: str


def visitor(request: Request) -> Visitor:
    """Read token and language of a request; a malformed token counts as none."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    by_header = scheme.lower() == "bearer"
    token = bearer.strip() if by_header else request.cookies.get(COOKIE, "")
    language = wanted_language(request.headers.get("accept-language", ""))
    return Visitor(token=token if _TOKEN.fullmatch(token) else None, by_header=by_header, language=language)


def new_token() -> str:
    """A fresh token: 32 random bytes, 43 characters."""
    return secrets.token_urlsafe(32)


def wanted_language(header: str) -> str:
    """Our code for the first language of an Accept-Language header that Lotse speaks; German if there is none.

    >>> wanted_language("zh, fa-AF;q=0.9, de;q=0.5")
    'prs'
    """
    tags = [_weighted(part) for part in header.split(",")[:_MOST_TAGS]]
    ordered = sorted((tag for tag in tags if tag[0] > 0), key=lambda tag: -tag[0])
    return next((code for _, name in ordered if (code := match(name))), DEFAULT)


def _weighted(part: str) -> tuple[float, str]:
    name, _, rest = part.strip().partition(";")
    weight = rest.strip().removeprefix("q=")
    try:
        return (float(weight) if weight else 1.0), name.strip()
    except ValueError:
        return 0.0, name


def languages_for(first: str) -> list[str]:
    """All languages in the order of the first screen, the visitor's own at the top."""
    return sorted(LANGUAGES, key=lambda code: (code != first, welcome.ORDER.index(code)))


def form_token(desk: Desk, token: str) -> str:
    """The hidden field that proves that a form came from a page of this session."""
    return blind_index(desk.index_key, "form", token).hex()


def form_token_fits(desk: Desk, token: str, given: str) -> bool:
    """Whether the hidden field belongs to the session."""
    return hmac.compare_digest(form_token(desk, token).encode(), given.encode())


def from_own_page(request: Request, base_url: str) -> bool:
    """Whether the browser says that a page of ours sent this; a client that says nothing (no browser) passes."""
    origin = request.headers.get("origin")
    if origin is not None:
        own = {base_url, f"http://{request.headers.get('host', '')}", f"https://{request.headers.get('host', '')}"}
        return origin in own
    return request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}


def set_cookie(response: Response, token: str, *, base_url: str, embedded: bool) -> None:
    """Give the browser its token; inside a foreign page the cookie is kept apart for that page (CHIPS)."""
    response.headers.append("set-cookie", f"{COOKIE}={token}; Max-Age={COOKIE_SECONDS}; {_attributes(base_url, embedded=embedded)}")


def drop_cookie(response: Response, *, base_url: str, embedded: bool) -> None:
    """Take the token back."""
    response.headers.append("set-cookie", f"{COOKIE}=; Max-Age=0; {_attributes(base_url, embedded=embedded)}")


def _attributes(base_url: str, *, embedded: bool) -> str:
    secure = urlsplit(base_url).scheme == "https"
    if secure and embedded:
        return "Path=/; HttpOnly; Secure; SameSite=None; Partitioned"
    return "Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
