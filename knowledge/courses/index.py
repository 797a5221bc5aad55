"""All courses as columns of numbers, so that a search through 50,000 takes milliseconds. The rules of finding are in `search`."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from knowledge import geo
from knowledge.courses.record import COURSE_TYPES, FORMATS, KINDS, LEVELS, Course

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]
Degrees = NDArray[np.float64]

BITS = {name: 1 << at for at, name in enumerate(COURSE_TYPES)}
PRESENCE, ONLINE = FORMATS.index("presence"), FORMATS.index("online")
NO_DAY = 0  # there is no date 0: not known
MORNING, AFTERNOON, EVENING = range(3)
_NOON, _FIVE = 12 * 60, 17 * 60
_MANY = 9999
# What a course without levels teaches, as far as its type says it (facts LC-26, LC-91 to LC-93); nobody is tested at a Sprachcafé.
_TYPE_LEVELS = {
    **dict.fromkeys(KINDS["integration"], ("A1", "B1")),
    **{f"bsk_{level.lower()}": (level, level) for level in LEVELS[1:]},
    "eok": ("A1", "A1"),
    "land_start": ("A1", "A1"),
    "land_start_script": ("A1", "A1"),
    "land_fit": ("A2", "C1"),
    "sprachcafe": (LEVELS[0], LEVELS[-1]),
}
# Some thousand rows at a time become numbers, so that never all courses are in memory.
_CHUNK = 4096


@dataclass(frozen=True, kw_only=True)
class Index:
    """One row per course, by rising id. It is never changed: another process or revision makes another one.

    `owner`, `slug` and `town` are numbers of names in `owners`, `slugs` and `towns` (folded); -1: not known. `low` and `high` are
    places in `LEVELS`, -1: not known. `kind` is a bit of `BITS`, `days` a bit per weekday. Dates are ordinals, `NO_DAY` if not known.
    `free` is -1 if not known.
    """

    ids: Numbers
    owner: NDArray[np.int32]
    slug: NDArray[np.int32]
    town: NDArray[np.int32]
    lat: Degrees
    lon: Degrees
    low: NDArray[np.int8]
    high: NDArray[np.int8]
    kind: NDArray[np.int32]
    way: NDArray[np.int8]
    days: NDArray[np.int16]
    part: NDArray[np.int8]
    childcare: Flags
    women: Flags
    rolling: Flags
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    deadline: NDArray[np.int32]
    checked: NDArray[np.int32]
    valid: NDArray[np.int32]
    free: NDArray[np.int32]
    owners: tuple[str, ...] = ()
    slugs: tuple[str, ...] = ()
    towns: tuple[str, ...] = ()

    def __len__(self) -> int:
        """How many courses."""
        return len(self.ids)

    @cached_property
    def points(self) -> Degrees:
        """The points as directions from the middle of the earth: three numbers each."""
        return directions(self.lat, self.lon)


_COLUMNS = tuple(each.name for each in fields(Index) if each.name not in ("owners", "slugs", "towns"))
_ROW = np.dtype(
    [
        (name, {"ids": "i8", "lat": "f8", "lon": "f8", "low": "i1", "high": "i1", "way": "i1", "part": "i1", "days": "i2"}.get(name, "i4"))
        if name not in ("childcare", "women", "rolling")
        else (name, "?")
        for name in _COLUMNS
    ]
)


class _Names:
    """Numbers for names, in the order in which they come; -1 for the name that means: not known."""

    def __init__(self, *, unknown: str | None = "") -> None:
        self._unknown = unknown
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        return -1 if name == self._unknown else self._numbers.setdefault(name, len(self._numbers))

    def all(self) -> tuple[str, ...]:
        return tuple(self._numbers)


def build(rows: Iterable[tuple[int, str, Course]]) -> Index:
    """An index of (id, owner, course); works through any number of rows without keeping the courses.

    A course without a point gets that of its town or postcode, one without a district that in which they lie.
    """
    owners, slugs, towns = _Names(unknown=None), _Names(), _Names()
    encoded = (_row(number, owners.number(owner), course, slugs, towns) for number, owner, course in rows)
    parts = [np.array(chunk, dtype=_ROW) for chunk in _chunks(encoded)]
    table = np.concatenate(parts) if parts else np.empty(0, dtype=_ROW)
    table = table[np.argsort(table["ids"], kind="stable")]
    columns = {name: np.ascontiguousarray(table[name]) for name in _COLUMNS}
    return Index(**columns, owners=owners.all(), slugs=slugs.all(), towns=towns.all())


def joined(parts: Sequence[Index]) -> Index:
    """The index of all courses of several."""
    if not parts:
        return build(())
    owners, slugs, towns = _Names(unknown=None), _Names(), _Names()
    columns: dict[str, list[NDArray[np.generic]]] = {name: [] for name in _COLUMNS}
    for part in parts:
        renamed = {
            "owner": _renumbered(part.owner, part.owners, owners),
            "slug": _renumbered(part.slug, part.slugs, slugs),
            "town": _renumbered(part.town, part.towns, towns),
        }
        for name in _COLUMNS:
            columns[name].append(renamed.get(name, getattr(part, name)))
    whole = {name: np.concatenate(pieces) for name, pieces in columns.items()}
    order = np.argsort(whole["ids"], kind="stable")
    return Index(**{name: column[order] for name, column in whole.items()}, owners=owners.all(), slugs=slugs.all(), towns=towns.all())


def directions(lat: Degrees, lon: Degrees) -> Degrees:
    """Points on a globe of radius 1: one row per course."""
    lat, lon = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def types(names: Collection[str]) -> int:
    """The bits of course types."""
    return sum(BITS[name] for name in names)


def levels(course: Course) -> tuple[int, int]:
    """Lowest and highest level of a course as places in `LEVELS`, by its type if it does not say them; -1, -1: not known."""
    low, high = _TYPE_LEVELS.get(course.course_type, ("", ""))
    if course.level_from or course.level_to:
        low = course.level_from or (min(low, course.level_to) if low else course.level_to)
        high = course.level_to or (max(high, course.level_from) if high else course.level_from)
    return (LEVELS.index(low), LEVELS.index(high)) if low else (-1, -1)


def _row(number: int, owner: int, course: Course, slugs: _Names, towns: _Names) -> tuple[object, ...]:
    spot = geo.of_address(postcode=course.postcode, town=course.town, district=course.district_key)
    lat, lon = (spot.lat, spot.lon) if course.lat is None or course.lon is None else (course.lat, course.lon)
    somewhere = course.format != "online" and lat is not None and lon is not None
    return (
        number,
        owner,
        slugs.number(spot.slug),
        towns.number(geo.folded_town(course.town)),
        lat if somewhere else np.nan,
        lon if somewhere else np.nan,
        *levels(course),
        BITS[course.course_type],
        FORMATS.index(course.format),
        sum(1 << day for day in set(course.weekdays)),
        _part(course.time_from),
        course.childcare in ("on_site", "on_request"),
        course.women_only or course.course_type in KINDS["women"],
        course.rolling_entry,
        _day(course.start_date),
        _day(course.end_date),
        _day(course.registration_deadline),
        _day(course.last_checked),
        _day(course.valid_until),
        -1 if course.places_free is None else min(course.places_free, _MANY),
    )


def _part(minutes: int | None) -> int:
    if minutes is None:
        return -1
    return MORNING if minutes < _NOON else AFTERNOON if minutes < _FIVE else EVENING


def _day(day: date | None) -> int:
    return NO_DAY if day is None else day.toordinal()


def _chunks(rows: Iterator[tuple[object, ...]]) -> Iterator[list[tuple[object, ...]]]:
    chunk: list[tuple[object, ...]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _renumbered(column: NDArray[np.int32], names: tuple[str, ...], into: _Names) -> NDArray[np.int32]:
    # The last number is that of -1: not known.
    numbers = np.array([*(into.number(name) for name in names), -1], dtype=np.int32)
    return numbers[column]
