"""Courses as JSON, as `course.schema.json` says: a list, or an object with the list as `courses`. It is read course by course."""

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NoReturn

from knowledge.courses.aliases import FIELD_OF, plain
from knowledge.courses.fields import Reader
from knowledge.courses.problems import Problem, shown
from knowledge.courses.record import Course, to_json
from knowledge.courses.sheet import Progress, Sheet, refused

_TOLD_EVERY = 500  # courses
_START = re.compile(r"\ufeff?\s*(?:\[|(?P<object>\{\s*\"courses\"\s*:\s*\[))\s*")
_NEXT = re.compile(r"\s*(?P<more>,)?\s*")
_END, _WRAPPED_END = re.compile(r"\]\s*\Z"), re.compile(r"\]\s*\}\s*\Z")
# Characters: no course is longer, so what is broken within them is broken for good.
_AHEAD = 1 << 19


class _BrokenError(ValueError):
    """The text is no JSON from here on: line and character."""

    def __init__(self, line: int, character: int) -> None:
        super().__init__(line, character)
        self.line = line
        self.character = character


def _no_number(_text: str) -> NoReturn:
    raise ValueError


_DECODER = json.JSONDecoder(parse_constant=_no_number)


class _Text:
    """A long text of which only a part is in memory: `part` from `at` on, at least one course of it."""

    def __init__(self, content: bytes, encoding: str) -> None:
        self._raw = io.BytesIO(content)
        self._stream = io.TextIOWrapper(self._raw, encoding=encoding, newline="")
        self._line, self._character = 1, 1
        self.part = ""
        self.at = 0
        self.fill()

    def fill(self) -> None:
        """Read on, so that a whole course is there unless the text ends before."""
        if len(self.part) - self.at < _AHEAD and (more := self._stream.read(_AHEAD)):
            self._line, self._character = self.place(self.at)
            self.part, self.at = self.part[self.at :] + more, 0

    def place(self, at: int) -> tuple[int, int]:
        """Line and character of a place in the part, counted from the beginning of the text."""
        lines = self.part.count("\n", 0, at)
        return self._line + lines, at - self.part.rfind("\n", 0, at) if lines else self._character + at

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Go behind what fits the pattern here."""
        found = pattern.match(self.part, self.at)
        self.at = found.end() if found else self.at
        return found

    def value(self) -> Any:
        """Go behind the value that stands here; raises _BrokenError."""
        self.fill()
        try:
            value, self.at = _DECODER.raw_decode(self.part, self.at)
        except json.JSONDecodeError as error:
            raise _BrokenError(*self.place(error.pos)) from error
        except (ValueError, RecursionError) as error:
            raise _BrokenError(*self.place(self.at)) from error
        self.fill()
        return value

    def done(self) -> int:
        """How many bytes were read."""
        return self._raw.tell()


def read(content: bytes, *, encoding: str, today: date, progress: Progress | None = None) -> Sheet:
    """The courses of a JSON file, numbered from 1."""
    text = _Text(content, encoding)
    start = text.take(_START)
    if start is None:
        return _broken_or_other(content.decode(encoding))
    reader = Reader(today=today, unit="entry")
    courses: list[Course] = []
    count = 0
    try:
        for count, entry in enumerate(_entries(text, wrapped=bool(start["object"])), 1):
            course = course_of(count, entry, reader)
            if course is not None:
                courses.append(course)
            if reader.full:
                break
            if progress and count % _TOLD_EVERY == 0:
                progress(text.done(), len(content))
    except _BrokenError as broken:
        reader.note(Problem(row=0, code="json", data={"line": broken.line, "at": broken.character}))
    problems = reader.listed()
    if not count and not problems:
        return refused("no_rows")
    return Sheet(courses=courses, problems=problems, rows=count)


def _broken_or_other(text: str) -> Sheet:
    """JSON that is no list of courses, or no JSON."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return refused("json", line=error.lineno, at=error.colno)
    except (ValueError, RecursionError):
        pass
    return refused("json_shape")


def _entries(text: _Text, *, wrapped: bool) -> Iterator[Any]:
    """Each value of the list; raises _BrokenError."""
    more = not text.part.startswith("]", text.at)
    while more:
        yield text.value()
        found = text.take(_NEXT)
        more = bool(found and found["more"])
    if not text.take(_WRAPPED_END if wrapped else _END):
        raise _BrokenError(*text.place(text.at))


def course_of(number: int, entry: Any, reader: Reader) -> Course | None:
    """The course of one value of the list; None with its problems if it is none."""
    if not isinstance(entry, Mapping):
        reader.note(Problem(row=number, value=shown(str(entry)), code="json_entry", unit="entry"))
        return None
    cells: dict[str, str] = {}
    headings: dict[str, str] = {}
    refused_fields = set()
    for key, value in entry.items():
        name = FIELD_OF.get(plain(key))
        text = _text(value)
        if name is None or name in cells:
            reader.hint(shown(key))
        elif text is None:
            reader.note(Problem(row=number, column=shown(key), value=shown(str(value)), code="json_value", unit="entry"))
            refused_fields.add(name)
        else:
            cells[name], headings[name] = text, shown(key)
    return reader.course(number, cells, headings=headings, refused=refused_fields)


def _text(value: Any) -> str | None:
    """The value as a cell of a table holds it; None if it is no plain value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ",".join(value)
    return None


def write(courses: Iterable[Course]) -> bytes:
    """JSON with one course per line, always the same for the same courses."""
    out = bytearray()
    for course in courses:
        out += b",\n" if out else b"[\n"
        out += json.dumps(to_json(course), ensure_ascii=False).encode()
    return bytes(out + b"\n]\n") if out else b"[]\n"
