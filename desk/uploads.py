"""Taking one large file: who sends it is asked before anything is read, and what is too long is thrown away as it comes.

Everything else that is posted to the desk is small; `bot.web.limits` sees to that. The guard reads its token through `read`.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from fastapi import HTTPException, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from desk.access import SignedOutError, actor_of
from locales.bidi import clean

PATH = "/courses/import"
ROLES = frozenset({"editor", "lead", "admin"})
MOST_BYTES = 64 * 1024 * 1024
MULTIPART = "multipart/form-data"
TOO_LARGE = 413
_BESIDES = 16 * 1024  # what the form holds besides the file
_DRAINED = 192 * 1024 * 1024
_MOST_FIELDS = 4
_MOST_FIELD = 4096
_MOST_NAME = 200


@dataclass(frozen=True, kw_only=True)
class Upload:
    """The token of the form, and the file under the name that it had at home (empty: none was chosen)."""

    csrf: str
    name: str
    content: bytes


class TooLargeError(HTTPException):
    """The file is longer than any that is taken."""

    def __init__(self) -> None:
        super().__init__(TOO_LARGE)


def is_upload(request: Request) -> bool:
    """Whether this is a form with a file, which only `read` may read."""
    # Of the scope: the path of `request.url` can be shifted by a forged Host.
    return str(request.scope["path"]).endswith(PATH) and request.headers.get("content-type", "").startswith(MULTIPART)


async def read(request: Request) -> Upload:
    """The form, read once; raises SignedOutError, HTTPException 403 (not for this role), 400 (broken) or 413 (too large)."""
    if not hasattr(request.state, "upload"):
        actor = await actor_of(request)
        if actor is None:
            raise SignedOutError
        if actor.role not in ROLES:
            raise HTTPException(403)
        async with _turn(request):
            request.state.upload = await _read(request)
    found: Upload = request.state.upload
    return found


def _turn(request: Request) -> asyncio.Semaphore:
    """Few files at once are held in memory."""
    turn: asyncio.Semaphore = request.app.state.reading
    return turn


async def _read(request: Request) -> Upload:
    parser = MultiPartParser(request.headers, _limited(request), max_files=1, max_fields=_MOST_FIELDS, max_part_size=_MOST_FIELD)
    parser.spool_max_size = MOST_BYTES + _BESIDES  # never onto the disk
    try:
        form = await parser.parse()
    except (MultiPartException, ValueError, KeyError) as error:
        raise HTTPException(400) from error
    file, csrf = form.get("file"), form.get("csrf")
    try:
        content = await file.read() if isinstance(file, UploadFile) else b""
        name = (file.filename or "") if isinstance(file, UploadFile) else ""
        return Upload(csrf=csrf if isinstance(csrf, str) else "", name=clean(name)[:_MOST_NAME], content=content)
    finally:
        await form.close()


async def _limited(request: Request) -> AsyncGenerator[bytes, None]:
    """The body as it comes, up to the limit.

    What is too long is read on for a while and thrown away: a browser shows our answer only after it has sent everything.
    """
    size, most = 0, MOST_BYTES + _BESIDES
    announced = request.headers.get("content-length", "")
    refused = announced.isascii() and announced.isdigit() and int(announced[:18]) > most
    async for chunk in request.stream():
        size += len(chunk)
        refused = refused or size > most
        if size > most + _DRAINED:
            break
        if not refused:
            yield chunk
    if refused:
        raise TooLargeError
