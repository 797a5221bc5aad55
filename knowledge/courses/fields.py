"""One course from the texts of its cells: what each field may hold and what must fit together. Kinds of values are in `values`.

Files, the form of the desk and pages of providers all come through here, so that the same is right everywhere.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from knowledge.courses import values
from knowledge.courses.cleaning import clean, is_formula
from knowledge.courses.problems import Problem, Severity, shown
from knowledge.courses.record import DATES, LEVELS, NAMES, REQUIRED, TIMES, Course, as_text, clock, worked_out
from knowledge.courses.values import WORDS, Convert, Mended, Wrong

# The box around Germany: south, north, west, east.
_SOUTH, _NORTH, _WEST, _EAST = 47.0, 55.1, 5.8, 15.1
_SHORT = 80  # cells up to here are remembered: most repeat from row to row
# With so many errors a file is not read on; so many warnings are listed, more are counted.
MOST_ERRORS, MOST_WARNINGS = 800, 200
# Their cells hardly repeat.
_OWN = frozenset({"id", "title"})

FIELDS: Mapping[str, Convert] = MappingProxyType(
    {
        "id": values.course_id,
        "title": values.text(200),
        "provider_name": values.text(120),
        "provider_url": values.url,
        "contact_phone": values.phone,
        "contact_email": values.email,
        "level_from": values.level,
        "level_to": values.level,
        "total_ue": values.whole(1, 5000),
        "ue_per_week": values.whole(1, 60),
        "rolling_entry": values.flag,
        "weekdays": values.weekdays,
        "address": values.text(200),
        "postcode": values.postcode,
        "town": values.text(80),
        "lat": values.degrees("49.2"),
        "lon": values.degrees("8.1"),
        "district_key": values.district,
        "nearest_stop": values.text(120),
        "women_only": values.flag,
        "places_max": values.whole(0, 10_000),
        "places_booked": values.whole(0, 10_000),
        "places_free": values.whole(0, 10_000),
        "waiting_list": values.flag,
        "fee_per_ue": values.money,
        "fee_note": values.text(300),
        "exemption_possible": values.flag,
        "travel_subsidy_possible": values.flag,
        "entry_condition_text": values.text(1000),
        "certificate": values.text(120),
        "language_of_instruction": values.text(60),
        "source_name": values.text(120),
        "source_url": values.url,
        "notes": values.text(2000),
        **dict.fromkeys(DATES, values.day),
        **dict.fromkeys(TIMES, values.time),
        **WORDS,
    }
)
# Fields whose line breaks say something.
LINES = frozenset({"notes", "entry_condition_text", "fee_note"})
EXAMPLES: Mapping[str, str] = {
    "id": "VHS-2027-014",
    "title": "Integrationskurs am Abend",
    "provider_name": "Volkshochschule",
    "course_type": "vhs",
}


class _Note(NamedTuple):
    """A problem of one field, not yet of one row."""

    code: str
    severity: Severity
    data: Mapping[str, str | int]
    field: str = ""


class _Cell(NamedTuple):
    """What a cell holds: None if it is empty or its text is no value of the field."""

    value: Any = None
    notes: tuple[_Note, ...] = ()


_EMPTY = _Cell()


class Reader:
    """Reads the courses of one source, row by row, and lists what is wrong. `today` decides what is in the future."""

    def __init__(self, *, today: date, unit: Literal["row", "entry"] = "row") -> None:
        self._today = today
        self._unit = unit
        self._known: dict[tuple[str, str], _Cell] = {}
        self._rows: dict[str, int] = {}
        self._hints: dict[str, Problem] = {}
        self._errors: list[Problem] = []
        self._warnings: list[Problem] = []
        self._unlisted = 0
        self._last = 0

    def course(
        self,
        row: int,
        cells: Mapping[str, str],
        *,
        headings: Mapping[str, str] = MappingProxyType({}),
        refused: Collection[str] = (),
    ) -> Course | None:
        """The course of a row, None if something in it is an error; `cells` and the `headings` of its file are by field.

        `refused` are fields of which somebody else has said already that they hold no value.
        """
        found: dict[str, Any] = {}
        notes: list[_Note] = []
        for name, raw in cells.items():
            cell = self._cell(name, raw) if raw else _EMPTY
            notes.extend(note._replace(field=name) for note in cell.notes)
            if cell.value is not None:
                found[name] = cell.value
        wrong = {note.field for note in notes if note.severity == "error"} | set(refused)
        notes.extend(self._missing(name) for name in REQUIRED if name not in found and name not in wrong)
        notes.extend(note for note in _together(found, self._today) if note.field not in wrong)
        notes.extend(self._repeated(row, found.get("id", "")))
        for note in notes:
            self.note(self._problem(row, note, cells, headings))
        return None if refused or any(note.severity == "error" for note in notes) else Course(**found)

    @property
    def full(self) -> bool:
        """Whether so much is wrong that the rest is better read when this is mended."""
        return len(self._errors) >= MOST_ERRORS

    def note(self, problem: Problem) -> None:
        """List a problem; of the warnings only the first ones."""
        self._last = max(self._last, problem.row)
        if problem.severity == "error":
            self._errors.append(problem)
        elif len(self._warnings) < MOST_WARNINGS:
            self._warnings.append(problem)
        else:
            self._unlisted += 1

    def hint(self, column: str) -> None:
        """Say once that nobody knows this column."""
        if len(self._hints) < MOST_WARNINGS:
            self._hints.setdefault(column, Problem(row=0, column=column, code="extra_column", severity="hint"))

    def listed(self) -> list[Problem]:
        """Everything that is wrong, by row; first what concerns the whole file."""
        found = [*self._hints.values(), *sorted([*self._errors, *self._warnings], key=lambda problem: problem.row)]
        if self._unlisted:
            found.append(Problem(row=0, code="more_warnings", severity="hint", data={"count": self._unlisted}))
        if self.full:
            found.append(Problem(row=0, code="more", data={"row": self._last}))
        return found

    def _cell(self, name: str, raw: str) -> _Cell:
        known = self._known.get((name, raw))
        if known is None:
            known = _read(name, raw)
            if len(raw) <= _SHORT and name not in _OWN:
                self._known[name, raw] = known
        return known

    def _missing(self, name: str) -> _Note:
        if name == "last_checked":
            return _Note("last_checked", "error", {"example": f"{self._today:%d.%m.%Y}"}, name)
        return _Note("required", "error", {"example": EXAMPLES[name]}, name)

    def _repeated(self, row: int, key: str) -> Iterator[_Note]:
        first = self._rows.setdefault(key, row) if key else row
        if first != row:
            yield _Note("duplicate", "error", {"first": first}, "id")

    def _problem(self, row: int, note: _Note, cells: Mapping[str, str], headings: Mapping[str, str]) -> Problem:
        column, value = headings.get(note.field, note.field), shown(cells.get(note.field, ""))
        return Problem(row=row, column=column, value=value, code=note.code, severity=note.severity, data=note.data, unit=self._unit)


def course_of(cells: Mapping[str, str], *, today: date) -> tuple[Course | None, list[Problem]]:
    """One course from a form: cells by field; None with its problems if something is an error (warnings may be there as well)."""
    reader = Reader(today=today)
    return reader.course(0, cells), reader.listed()


def cells_of(course: Course, *, comma: bool = False) -> dict[str, str]:
    """The texts of all fields, as a form or a table shows them; with `comma` numbers as a German Excel writes them.

    Free places that follow from the others are left out, so that they follow when the others are changed.
    """
    cells = {name: as_text(name, getattr(course, name)) for name in NAMES}
    if course.places_free == worked_out(course.places_max, course.places_booked):
        cells["places_free"] = ""
    for name in ("lat", "lon", "fee_per_ue") if comma else ():
        cells[name] = cells[name].replace(".", ",")
    return cells


def _read(name: str, raw: str) -> _Cell:
    cleaned, mended = clean(raw, lines=name in LINES)
    if is_formula(cleaned):
        return _Cell(notes=(_Note("formula", "error", {}),))
    if not cleaned:
        # Nothing but characters that cannot be seen is an empty cell; nothing but HTML is a mistake.
        return _Cell(notes=(_Note("html_only", "error", {}),)) if "html" in mended else _EMPTY
    try:
        value = FIELDS[name](cleaned)
    except Wrong as wrong:
        return _Cell(notes=(_Note(wrong.code, "error", wrong.data),))
    notes = [_Note(code, "warning", {"clean": shown(cleaned)}) for code in sorted(mended)]
    if isinstance(value, Mended):
        notes.append(_Note(value.code, "warning", {"clean": str(value.value)}))
        value = value.value
    return _Cell(value, tuple(notes))


def _together(found: Mapping[str, Any], today: date) -> Iterator[_Note]:
    """What does not fit together in one course."""
    start, end, deadline = found.get("start_date"), found.get("end_date"), found.get("registration_deadline")
    if start and end and end < start:
        yield _Note("end_before_start", "error", {"start": f"{start:%d.%m.%Y}"}, "end_date")
    elif end and deadline and deadline > end:
        yield _Note("late_deadline", "warning", {"end": f"{end:%d.%m.%Y}"}, "registration_deadline")
    begins, ends = found.get("time_from"), found.get("time_to")
    if begins is not None and ends is not None and ends <= begins:
        yield _Note("time_order", "error", {"start": clock(begins)}, "time_to")
    low, high = found.get("level_from"), found.get("level_to")
    if low and high and LEVELS.index(high) < LEVELS.index(low):
        yield _Note("level_order", "error", {"start": low}, "level_to")
    if (checked := found.get("last_checked")) and checked > today:
        yield _Note("future", "error", {"example": f"{today:%d.%m.%Y}"}, "last_checked")
    yield from _places(found)
    yield from _spot(found.get("lat"), found.get("lon"))


def _places(found: Mapping[str, Any]) -> Iterator[_Note]:
    most, booked, free = found.get("places_max"), found.get("places_booked"), found.get("places_free")
    if most is not None and free is not None and free > most:
        yield _Note("free_above", "error", {"most": most}, "places_free")
    if most is not None and booked is not None and booked > most:
        yield _Note("overbooked", "warning", {"most": most}, "places_booked")


def _spot(lat: float | None, lon: float | None) -> Iterator[_Note]:
    if lat is None and lon is None:
        return
    if lat is None or lon is None:
        yield _Note("pair", "error", {}, "lon" if lon is None else "lat")
    elif not _in_germany(lat, lon):
        data = {"lat": f"{lon:g}", "lon": f"{lat:g}"}
        yield _Note("swapped", "error", data, "lat") if _in_germany(lon, lat) else _Note("outside", "error", {}, "lat")


def _in_germany(lat: float, lon: float) -> bool:
    return _SOUTH <= lat <= _NORTH and _WEST <= lon <= _EAST
