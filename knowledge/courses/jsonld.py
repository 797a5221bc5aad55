"""Courses that a provider's page describes for programs: schema.org `Course` with its `CourseInstance`s as JSON-LD inside HTML.

The page is hostile until its values came through `fields`. What they mean for the record is in `jsonld_words`.
"""

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from knowledge.courses import jsonld_words
from knowledge.courses.fields import course_of
from knowledge.courses.problems import Problem
from knowledge.courses.record import REQUIRED, Course
from knowledge.courses.sheet import Sheet, refused

_KIND = "application/ld+json"
_COURSE, _INSTANCE = "Course", "CourseInstance"
MOST_BYTES = 8 * 2**20
_DEEPEST = 40
_MOST_NODES = 100_000
Node = Mapping[str, Any]


class _Scripts(HTMLParser):
    """The JSON-LD blocks of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = dict(attrs).get("type") or ""
        self._inside = tag == "script" and kind.partition(";")[0].strip().lower() == _KIND
        if self._inside:
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.blocks[-1] += data


class _Offered(NamedTuple):
    """A course, and one of the times and places at which it is given (the course itself if it names none)."""

    course: Node
    instance: Node


def courses_of(page: bytes, *, url: str, today: date) -> Sheet:
    """The German courses of a page that are still to come or under way, checked `today`; see `sheet.Loader`.

    What a provider wrote wrongly into an optional field is left out with a warning, so that one slip does not cost the whole page.
    """
    parser = _Scripts()
    parser.feed(page[:MOST_BYTES].decode(_encoding(page), errors="replace"))
    parser.close()
    nodes = [node for block in parser.blocks for node in _nodes(_parsed(block))]
    named = {str(node["@id"]): node for node in nodes if len(node) > 1 and "@id" in node}
    offered = [each for node in nodes if jsonld_words.is_a(node, _COURSE) for each in _offered(node, named)]
    if not offered:
        return refused("no_courses")
    wanted = [
        each for each in offered if jsonld_words.is_german(each.course, each.instance) and not jsonld_words.is_off(each.instance, today)
    ]
    rows = list(_unique(jsonld_words.cells(each.course, each.instance, url=url, today=today, named=named) for each in wanted))
    courses: list[Course] = []
    problems: list[Problem] = []
    if len(wanted) < len(offered):
        problems.append(Problem(row=0, code="other_courses", severity="hint", data={"count": len(offered) - len(wanted)}))
    for number, cells in enumerate(rows, 1):
        course, wrong = _read(cells, today)
        courses.extend([course] if course else [])
        problems.extend(replace(problem, row=number, unit="entry") for problem in wrong)
    return Sheet(courses=courses, problems=problems, rows=len(rows))


def feed_of(url: str) -> str:
    """The name of the source that a page belongs to: its host."""
    return f"jsonld:{jsonld_words.host(url)}"[:64]


def _encoding(page: bytes) -> str:
    try:
        page.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _parsed(block: str) -> Any:
    bare = block.strip().removeprefix("<!--").removesuffix("-->").strip().removeprefix("//<![CDATA[").removesuffix("//]]>")
    try:
        # Pages often have line breaks inside texts.
        return json.JSONDecoder(strict=False).decode(bare)
    except (ValueError, RecursionError):
        return None


def _nodes(value: Any) -> Iterator[Node]:
    """All objects inside a value, from the outside in, wherever they hang: @graph, lists, list items, main entities."""
    waiting: deque[tuple[Any, int]] = deque([(value, 0)])
    seen = 0
    while waiting and seen < _MOST_NODES:
        found, depth = waiting.popleft()
        seen += 1
        if isinstance(found, Mapping):
            yield found
        inner: Iterable[Any] = found.values() if isinstance(found, Mapping) else found if isinstance(found, list) else ()
        if depth < _DEEPEST:
            waiting.extend((each, depth + 1) for each in inner if isinstance(each, Mapping | list))


def _offered(course: Node, named: Mapping[str, Node]) -> Iterator[_Offered]:
    listed = course.get("hasCourseInstance")
    instances = [jsonld_words.resolved(each, named) for each in (listed if isinstance(listed, list) else [listed])]
    found = [_Offered(course, each) for each in instances if each]
    # A bare reference to a course that is described elsewhere is none of its own.
    yield from found or ([_Offered(course, course)] if course.get("name") else [])


def _unique(rows: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
    """The rows with different numbers: courses with several dates get theirs behind the number; the same twice is one."""
    seen: dict[str, dict[str, str]] = {}
    for row in rows:
        own = dict(row)
        while own["id"] in seen and seen[own["id"]] != own:
            own["id"] = jsonld_words.with_date(own["id"], own.get("start_date", ""))
        if own["id"] not in seen:
            seen[own["id"]] = own
            yield own


def _read(cells: Mapping[str, str], today: date) -> tuple[Course | None, list[Problem]]:
    course, problems = course_of(cells, today=today)
    wrong = {problem.column for problem in problems if problem.severity == "error"}
    if course is not None or wrong & set(REQUIRED):
        return course, problems
    course, _ = course_of({name: cell for name, cell in cells.items() if name not in wrong}, today=today)
    return course, [replace(problem, severity="warning") for problem in problems]


def is_address(text: str) -> bool:
    """Whether the text is the address of a page rather than the name of a file."""
    return urlsplit(text).scheme in {"http", "https"}
