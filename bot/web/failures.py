"""What people and machines see when something goes wrong: a page in their language, or `{"error": {"code", "message"}}`."""

from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from bot.web.pages import FRAGMENT
from bot.web.sessions import visitor
from bot.web.site import site_of
from bot.web.talk import RefusedError
from locales.texts import translate
from store.errors import UnavailableError

log = structlog.get_logger(__name__)


def handle_failures(http: FastAPI) -> None:
    """Register all handlers."""
    http.add_exception_handler(RefusedError, _refused)
    http.add_exception_handler(HTTPException, _http)
    http.add_exception_handler(RequestValidationError, _invalid)
    for kind in (SQLAlchemyError, OSError, UnavailableError, TimeoutError):
        http.add_exception_handler(kind, _unavailable)
    http.add_exception_handler(Exception, _broken)


def problem(status: int, code: str, message: str) -> JSONResponse:
    """An error in the shape of the JSON interface."""
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers={"cache-control": "no-store"})


def _route(request: Request) -> str:
    """The route's pattern, for the log: a path may hold a secret, as that of a calendar does."""
    return str(getattr(request.scope.get("route"), "path", "–"))


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/telegram/")) or FRAGMENT in request.headers


def _answer(request: Request, status: int, code: str, message: str) -> Response:
    if _wants_json(request):
        return problem(status, code, message)
    embed = request.query_params.get("embed") == "1"
    return site_of(request).page("problem.html", language=visitor(request).language, status=status, embed=embed, message=message)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)  # noqa: S101 - registered for this type
    return _answer(request, error.status, error.code, error.message)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type
    code = HTTPStatus(error.status_code).name.lower()
    message = str(error.detail)
    if error.status_code == HTTPStatus.NOT_FOUND and not _wants_json(request):
        message = translate(visitor(request).language, "This page does not exist.")
    answer = _answer(request, error.status_code, code, message)
    answer.headers.update(error.headers or {})
    return answer


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return _answer(request, 400, "bad_request", "The body is not valid JSON in UTF-8.")
    where = ".".join(str(part) for part in first["loc"])
    return _answer(request, 422, "invalid", f"{where}: {first['msg']}")


async def _unavailable(request: Request, error: Exception) -> Response:
    log.warning("request not answered", route=_route(request), reason=type(error).__name__)
    return _sorry(request, 503, "unavailable")


async def _broken(request: Request, error: Exception) -> Response:
    log.error("request failed", route=_route(request), reason=type(error).__name__)
    return _sorry(request, 500, "internal")


def _sorry(request: Request, status: int, code: str) -> Response:
    sentence = translate(visitor(request).language, "Lotse cannot answer right now. Please try again in a few minutes.")
    answer = _answer(request, status, code, sentence)
    answer.headers["retry-after"] = "30"
    return answer
