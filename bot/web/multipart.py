"""Reading an uploaded form into memory, and never onto the disk. What is done with the file is in `uploads`; other forms are in `forms`."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import HTTPException, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MULTIPART = b"multipart/form-data"
_MOST_PARTS = 8
_DRAINED = 40 * 1024 * 1024


@dataclass(kw_only=True)
class Form:
    """The fields of a form by name, and its one file (an empty name and nothing in it: none was chosen)."""

    fields: dict[str, str] = field(default_factory=dict)
    file_name: str = ""
    file: bytes = b""


async def read_body(request: Request, *, most: int) -> bytes | None:
    """The whole body, or None if it is longer than `most`.

    What is too long is read on for a while and thrown away: a browser shows our answer only after it has sent everything.
    """
    body, size = bytearray(), 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > most:
                body.clear()
            else:
                body += chunk
            if size > most + _DRAINED:
                return None
    except ClientDisconnect as error:
        raise HTTPException(400, "The file did not arrive.") from error
    return bytes(body) if size <= most else None


def parse(content_type: str, body: bytes) -> Form:
    """The form in a body; raises HTTPException 415 for another type and 400 for what is broken."""
    kind, options = parse_options_header(content_type)
    if kind != MULTIPART or not options.get(b"boundary"):
        raise HTTPException(415, "Send the form as multipart/form-data.")
    reader = _Reader()
    try:
        parser = MultipartParser(options[b"boundary"], reader.callbacks())
        parser.write(body)
        parser.finalize()
        return reader.form()
    except (FormParserError, UnicodeDecodeError, _ManyError) as error:
        raise HTTPException(400, "The form is broken.") from error


class _ManyError(Exception):
    """More parts than any of our forms has."""


@dataclass(kw_only=True)
class _Part:
    """One part: its headers by lower-case name, the header that is being read, and its content."""

    headers: dict[bytes, bytes] = field(default_factory=dict)
    name: bytes = b""
    content: bytearray = field(default_factory=bytearray)


class _Reader:
    """Collects the parts that the parser finds."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []

    def callbacks(self) -> "MultipartCallbacks":
        """What the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_begin": self._header,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_part_data": lambda data, start, end: self._parts[-1].content.extend(data[start:end]),
        }

    def _begin(self) -> None:
        self._parts.append(_Part())
        if len(self._parts) > _MOST_PARTS:
            raise _ManyError

    def _header(self) -> None:
        self._parts[-1].name = b""

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._parts[-1].name += data[start:end].lower()

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        part = self._parts[-1]
        part.headers[part.name] = part.headers.get(part.name, b"") + data[start:end]

    def form(self) -> Form:
        """The parts by name."""
        form = Form()
        for part in self._parts:
            _, options = parse_options_header(part.headers.get(b"content-disposition"))
            if b"filename" in options:
                form.file_name = options[b"filename"].decode("utf-8", "replace")
                form.file = bytes(part.content)
            else:
                form.fields[options.get(b"name", b"").decode()] = part.content.decode()
        return form
