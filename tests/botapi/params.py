"""Reading a call's parameters from query string, JSON, form or multipart body, as the real server accepts them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader

from .errors import ApiError
from .rules import Params
from .world import UPLOAD_LIMIT, Upload

if TYPE_CHECKING:
    from aiohttp import web

Json = dict[str, Any]


async def read_params(request: web.Request) -> Params:
    """Decode the parameters of one call.

    Raises:
        ApiError: 400 for a body that cannot be read, 413 for one that is too big.

    """
    values: Json = dict(request.query)
    kind = request.content_type
    if kind.startswith("multipart/"):
        await _read_multipart(request, values)
    elif request.can_read_body:
        body = await request.read()
        if kind == "application/json":
            values.update(_decoded(body))
        else:
            values.update(_form(body))
    return Params(values)


def _decoded(body: bytes) -> Json:
    try:
        found = json.loads(body or b"{}")
    except ValueError as error:
        message = "can't parse request JSON object"
        raise ApiError(400, message) from error
    if not isinstance(found, dict):
        message = "can't parse request: JSON object expected"
        raise ApiError(400, message)
    return found


def _form(body: bytes) -> Json:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict"))
    except UnicodeDecodeError as error:
        message = "strings must be encoded in UTF-8"
        raise ApiError(400, message) from error


async def _read_multipart(request: web.Request, values: Json) -> None:
    size = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        content = bytes(await part.read(decode=False))
        size += len(content)
        if size > UPLOAD_LIMIT + 1024 * 1024:
            raise ApiError(413)
        if part.filename is None:
            values[part.name] = content.decode()
        else:
            values[part.name] = Upload(part.filename, content, part.headers.get("Content-Type", "application/octet-stream"))


def logged(values: Json) -> Json:
    """Return the parameters for the log, uploads as name and size in bytes."""
    return {name: f"{value.name} ({len(value.content)} bytes)" if isinstance(value, Upload) else value for name, value in values.items()}
