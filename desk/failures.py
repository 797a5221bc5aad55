"""What an adviser sees when something goes wrong: one page, the sign-in page, or for scripts a bare status.

Another municipality's id and an id that never was give the same answer.
"""

from http import HTTPStatus
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from desk.access import SignedOutError, actor_of, speaker_of
from desk.guard import ForgedError
from desk.pages import page
from desk.uploads import MOST_BYTES, TOO_LARGE
from handoff.errors import NotFoundError
from store.errors import UnavailableError

log = structlog.get_logger(__name__)

SIGN_IN = "/desk/sign-in"


def handle_failures(app: FastAPI) -> None:
    """Register all handlers."""
    app.add_exception_handler(SignedOutError, _signed_out)
    app.add_exception_handler(NotFoundError, _not_found)
    app.add_exception_handler(ForgedError, _forged)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    for kind in (SQLAlchemyError, OSError, UnavailableError, TimeoutError):
        app.add_exception_handler(kind, _unavailable)
    app.add_exception_handler(Exception, _broken)


async def _signed_out(request: Request, error: Exception) -> Response:
    del error
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"hx-redirect": SIGN_IN, "cache-control": "no-store"})
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "") if request.method == "GET" else ""
    url = f"{SIGN_IN}?next={quote(wanted, safe='')}" if wanted not in {"", "/desk/"} else SIGN_IN
    return RedirectResponse(url, 303, headers={"cache-control": "no-store"})


async def problem(request: Request, status: int, title: str, text: str) -> Response:
    """A page that says what happened and leads back to work."""
    return page(request, "problem.html", await actor_of(request), status=status, fragment=True, title=title, text=text)


async def _not_found(request: Request, error: Exception) -> Response:
    del error
    t = speaker_of(request)
    return await problem(request, 404, t("This page does not exist"), t("It may have been deleted, or the address is wrong."))


async def _forged(request: Request, error: Exception) -> Response:
    del error
    t = speaker_of(request)
    return await problem(
        request, 403, t("This form has expired"), t("Nothing was changed. Go back, reload the page and send the form again.")
    )


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type
    t = speaker_of(request)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return await _not_found(request, error)
    if error.status_code == HTTPStatus.FORBIDDEN:
        return await problem(request, 403, t("This page is not for your role"), t("If you need it for your work, ask your lead."))
    if error.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return await problem(request, 429, t("Too many attempts"), t("Please wait a minute and try again."))
    if error.status_code == TOO_LARGE:
        size = MOST_BYTES // 1024 // 1024
        text = t("At most {size} MB can be taken. Nothing was changed. Divide the list into several files.", size=size)
        return await problem(request, TOO_LARGE, t("This file is too large"), text)
    answer = await problem(request, error.status_code, t("That did not work"), t("Nothing was changed. Please go back and try again."))
    answer.headers.update(error.headers or {})
    return answer


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type
    if any(problem_["loc"][0] == "path" for problem_ in error.errors()):
        return await _not_found(request, error)
    t = speaker_of(request)
    title, text = t("Something in the form is missing or wrong"), t("Nothing was changed. Please go back and try again.")
    return await problem(request, 422, title, text)


async def _unavailable(request: Request, error: Exception) -> Response:
    log.warning("desk: request not answered", route=_route(request), reason=type(error).__name__)
    return _sorry(request, 503)


async def _broken(request: Request, error: Exception) -> Response:
    log.error("desk: request failed", route=_route(request), reason=type(error).__name__)
    return _sorry(request, 500)


def _sorry(request: Request, status: int) -> Response:
    # The database may be what failed: nobody is asked who this is.
    t = speaker_of(request)
    title, text = t("Lotse cannot answer right now"), t("Nothing of yours is lost. Please try again in a few minutes.")
    answer = page(request, "problem.html", getattr(request.state, "actor", None), status=status, fragment=True, title=title, text=text)
    answer.headers["retry-after"] = "30"
    return answer


def _route(request: Request) -> str:
    """The route's pattern, for the log: a path may hold an id."""
    return str(getattr(request.scope.get("route"), "path", "–"))
