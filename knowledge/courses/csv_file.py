"""Courses in a table of text, as Excel writes and shows it: separators, headings, rows. What the cells hold is read by `fields`."""

import csv
import difflib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.courses.aliases import FIELD_OF, HEADINGS, plain
from knowledge.courses.cleaning import guard, unguard
from knowledge.courses.fields import Reader, cells_of
from knowledge.courses.problems import Problem, shown
from knowledge.courses.record import NAMES, REQUIRED, Course
from knowledge.courses.sheet import Progress, Sheet, refused
from knowledge.courses.text_file import looks_mangled

SEPARATORS = ";,\t|"
_TOLD_EVERY = 500  # rows
_BEGINNING = 1 << 16  # bytes in which the headings stand


@dataclass(frozen=True, kw_only=True)
class _Head:
    """The first row: fields by column, headings by field, what is wrong with it."""

    columns: Mapping[int, str]
    headings: Mapping[str, str]
    named: int
    problems: Sequence[Problem]


@dataclass(frozen=True, kw_only=True)
class _Table:
    """How the rows are to be read: their head, what separates the cells, the row of the headings."""

    head: _Head
    separator: str
    begin: int


def read(content: bytes, *, encoding: str, today: date, progress: Progress | None = None) -> Sheet:
    """The courses of a table; rows are numbered as Excel does, a quoted line break does not begin a new one."""
    raw = io.BytesIO(content)
    separator, first = _separator(io.TextIOWrapper(io.BytesIO(content[:_BEGINNING]), encoding=encoding, errors="ignore").read())
    rows = csv.reader(io.TextIOWrapper(raw, encoding=encoding, newline=""), delimiter=separator, strict=True)
    numbered = ((number, cells) for number, cells in enumerate(rows, first) if number > 0 and "".join(cells).strip())
    try:
        begin, titles = next(numbered)
    except (csv.Error, StopIteration):
        return refused("no_heading")
    head = _head(titles)
    if not head.columns:
        return refused("no_heading")
    if any(problem.severity == "error" for problem in head.problems):
        return Sheet(courses=(), problems=head.problems, rows=0)
    reader = Reader(today=today)
    table = _Table(head=head, separator=separator, begin=begin)
    courses, count = _rows(numbered, table, reader, lambda: progress(raw.tell(), len(content)) if progress else None)
    problems = [*head.problems, *reader.listed()]
    if not count and not any(problem.severity == "error" for problem in problems):
        return refused("no_rows")
    if looks_mangled(content):
        problems.insert(0, Problem(row=0, code="mojibake", severity="hint"))
    return Sheet(courses=courses, problems=problems, rows=count)


def _separator(beginning: str) -> tuple[str, int]:
    """What separates the cells: that with which most headings are known; and the number of the first row.

    It is 0 if a line "sep=;" comes before the table: Excel does not show it.
    """
    if beginning.lower().startswith("sep=") and beginning[5:6] in {"\r", "\n"}:
        return beginning[4], 0
    return max(SEPARATORS, key=lambda each: _known(beginning, each)), 1


def _known(beginning: str, separator: str) -> int:
    try:
        rows = csv.reader(io.StringIO(beginning, newline=""), delimiter=separator)
        titles = next((cells for cells in rows if "".join(cells).strip()), [])
    except csv.Error:
        return 0
    return sum(plain(title) in FIELD_OF for title in titles)


def _head(titles: Sequence[str]) -> _Head:
    columns: dict[int, str] = {}
    headings: dict[str, str] = {}
    problems: list[Problem] = []
    unknown = []
    for at, title in enumerate(titles):
        name = FIELD_OF.get(plain(title))
        if name in headings:
            problems.append(Problem(row=0, column=shown(title), code="double_column", data={"other": headings[name]}))
        elif name:
            columns[at], headings[name] = name, shown(title)
        elif title.strip():
            unknown.append(title)
    problems.extend(_unknown(title, headings) for title in unknown)
    missing = [name for name in REQUIRED if name not in headings]
    problems.extend(
        Problem(row=0, column=name, code="missing_column", data={"column": name, "german": HEADINGS[name][0]}) for name in missing
    )
    named = max((at for at, title in enumerate(titles) if title.strip()), default=-1) + 1
    return _Head(columns=columns, headings=headings, named=named, problems=problems)


def _unknown(title: str, headings: Mapping[str, str]) -> Problem:
    near = difflib.get_close_matches(plain(title), [word for word, name in FIELD_OF.items() if name not in headings], n=1, cutoff=0.85)
    code, data = ("extra_column_near", {"near": FIELD_OF[near[0]]}) if near else ("extra_column", {})
    return Problem(row=0, column=shown(title), code=code, severity="hint", data=data)


def _rows(numbered: Iterator[tuple[int, list[str]]], table: _Table, reader: Reader, tell: Callable[[], None]) -> tuple[list[Course], int]:
    """The courses, and how many rows there are. It ends early if so much is wrong that more would only hide what to do first."""
    courses: list[Course] = []
    count, last = 0, table.begin
    try:
        for count, (number, cells) in enumerate(numbered, 1):
            last = number
            course = _course(number, cells, table, reader)
            if course is not None:
                courses.append(course)
            if reader.full:
                break
            if count % _TOLD_EVERY == 0:
                tell()
    except csv.Error:
        reader.note(Problem(row=last + 1, code="quote"))
    tell()
    return courses, count


def _course(number: int, cells: list[str], table: _Table, reader: Reader) -> Course | None:
    extra = next((cell for cell in cells[table.head.named :] if cell.strip()), None)
    if extra is not None:
        # From the unlucky separator on all cells are in the wrong column: nothing else about this row is worth saying.
        name = "TAB" if table.separator == "\t" else table.separator
        reader.note(Problem(row=number, value=shown(extra), code="extra_cells", data={"separator": name}))
        return None
    known = {name: unguard(cells[at]) for at, name in table.head.columns.items() if at < len(cells) and cells[at]}
    return reader.course(number, known, headings=table.head.headings)


def write(courses: Iterable[Course]) -> bytes:
    """A table that a German Excel opens with a double click, and that `read` reads again to exactly the same courses."""
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(NAMES)
    for course in courses:
        writer.writerow([guard(cell) for cell in cells_of(course, comma=True).values()])
    return raw.getvalue()
