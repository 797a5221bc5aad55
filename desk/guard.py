"""What is checked before every change: the request comes from our own page (Origin) and from a form of this browser (CSRF token).

It is a dependency of the whole desk, so that no route can forget it.
"""

from typing import Any

from fastapi import HTTPException, Request

from desk import sessions, uploads
from desk.parts import parts_of

HEADER = "x-csrf"
FIELD = "csrf"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class ForgedError(HTTPException):
    """A change that did not come from a page of this browser, or from one that was open for too long."""

    def __init__(self) -> None:
        super().__init__(403)


async def guard(request: Request) -> None:
    """Let reading pass; raises ForgedError for a change without the token of this browser or from another site."""
    if request.method in _SAFE:
        return
    parts = parts_of(request)
    secret = browser_secret(request)
    given = request.headers.get(HEADER) or await _field(request)
    if not (_own_origin(request, parts.base_url) and secret and sessions.form_token_fits(parts.index_key, secret, given)):
        raise ForgedError


def browser_secret(request: Request) -> str | None:
    """What the form token is bound to: the session's token, else that of forms before signing in."""
    https = parts_of(request).https
    return sessions.token_of(request, https=https) or sessions.token_of(request, https=https, form=True)


async def _field(request: Request) -> str:
    if uploads.is_upload(request):
        return (await uploads.read(request)).csrf
    if not request.headers.get("content-type", "").startswith(_FORMS):
        return ""
    given: Any = (await request.form()).get(FIELD, "")
    return given if isinstance(given, str) else ""


def _own_origin(request: Request, base_url: str) -> bool:
    origin = request.headers.get("origin")
    if origin is not None:
        host = request.headers.get("host", "")
        return origin in {base_url, f"http://{host}", f"https://{host}"}
    return request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
