"""One language course: its fields, the words they may hold, and its canonical JSON. Reading files of courses is in `fields` and `read`."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any

COURSE_TYPES = (
    "integration_general",
    "integration_literacy",
    "integration_second_script",
    "integration_women",
    "integration_parents",
    "integration_youth",
    "integration_support",
    "integration_intensive",
    "bsk_a2",
    "bsk_b1",
    "bsk_b2",
    "bsk_c1",
    "bsk_c2",
    "bsk_special",
    "eok",
    "land_start",
    "land_start_script",
    "land_fit",
    "mia",
    "vhs",
    "sprachcafe",
    "other",
)
FUNDERS = ("BAMF", "Land RLP", "municipality", "self-pay", "other")
LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2")
FORMATS = ("presence", "online", "hybrid")
CHILDCARE = ("none", "on_site", "on_request", "unknown")
ACCESS = ("yes", "partly", "no", "unknown")
STATUSES = ("claim", "obliged", "gestattung", "duldung_60a_2_3", "par24", "eu", "any")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _starting(prefix: str) -> frozenset[str]:
    return frozenset(name for name in COURSE_TYPES if name.startswith(prefix))


# What people call a kind of course, and the types that it means; a type may be of several kinds.
KINDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "literacy": frozenset({"integration_literacy", "land_start_script"}),
        "second_script": frozenset({"integration_second_script"}),
        "integration": _starting("integration_"),
        "orientation": frozenset({"eok"}),
        "state": _starting("land_"),
        "job": _starting("bsk_"),
        "women": frozenset({"integration_women", "mia"}),
        "parents": frozenset({"integration_parents"}),
        "youth": frozenset({"integration_youth"}),
        "support": frozenset({"integration_support"}),
        "intensive": frozenset({"integration_intensive"}),
        "mia": frozenset({"mia"}),
        "vhs": frozenset({"vhs"}),
        "cafe": frozenset({"sprachcafe"}),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A course. Text "" and None mean: not known.

    `level_from` is the lowest level that is taught, `level_to` the one that is aimed at; `weekdays` are 0 (Monday) to 6; times are minutes
    since midnight; `district_key` five digits or the slug of the district; `fee_per_ue` EUR. `places_free` is worked out from
    `places_max` and `places_booked` if it is not given: with `dataclasses.replace` of those two, also pass `places_free=None`.
    """

    id: str
    title: str
    provider_name: str
    provider_url: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    course_type: str
    funder: str = ""
    level_from: str = ""
    level_to: str = ""
    total_ue: int | None = None
    ue_per_week: int | None = None
    start_date: date | None = None
    end_date: date | None = None
    registration_deadline: date | None = None
    rolling_entry: bool = False
    weekdays: tuple[int, ...] = ()
    time_from: int | None = None
    time_to: int | None = None
    format: str = "presence"
    address: str = ""
    postcode: str = ""
    town: str = ""
    lat: float | None = None
    lon: float | None = None
    district_key: str = ""
    nearest_stop: str = ""
    childcare: str = "unknown"
    women_only: bool = False
    accessible: str = "unknown"
    places_max: int | None = None
    places_booked: int | None = None
    places_free: int | None = None
    waiting_list: bool = False
    fee_per_ue: Decimal | None = None
    fee_note: str = ""
    exemption_possible: bool = False
    travel_subsidy_possible: bool = False
    entry_condition_text: str = ""
    allowed_status: tuple[str, ...] = ()
    certificate: str = ""
    language_of_instruction: str = ""
    source_name: str = ""
    source_url: str = ""
    last_checked: date
    valid_until: date | None = None
    notes: str = ""

    def __post_init__(self) -> None:
        """Work out the free places if they are not given."""
        if self.places_free is None:
            object.__setattr__(self, "places_free", worked_out(self.places_max, self.places_booked))


def worked_out(most: int | None, booked: int | None) -> int | None:
    """The free places that follow from all and the booked ones; None if one of them is not known."""
    return None if most is None or booked is None else max(0, most - booked)


def clock(minutes: int) -> str:
    """Minutes since midnight as 18:00."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


NAMES = tuple(each.name for each in fields(Course))
REQUIRED = tuple(each.name for each in fields(Course) if each.default is MISSING)
DEFAULTS: Mapping[str, Any] = MappingProxyType({each.name: each.default for each in fields(Course) if each.default is not MISSING})
DATES = frozenset({"start_date", "end_date", "registration_deadline", "last_checked", "valid_until"})
TIMES = frozenset({"time_from", "time_to"})
# The fields whose values JSON does not have, with the way there and the way back.
_WRITE: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(DATES, date.isoformat),
    **dict.fromkeys(TIMES, clock),
    "weekdays": lambda days: [DAYS[day] for day in days],
    "allowed_status": list,
    "fee_per_ue": str,
}
_READ: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(DATES, lru_cache(maxsize=4096)(date.fromisoformat)),
    **dict.fromkeys(TIMES, _minutes),
    "weekdays": lambda days: tuple(DAYS.index(day) for day in days),
    "allowed_status": tuple,
    "fee_per_ue": lru_cache(maxsize=1024)(Decimal),
}
# Texts up to here are kept once for all courses that have them, but for those that hardly repeat.
_SHORT, _OWN = 80, frozenset({"id", "title"})


def to_json(course: Course) -> dict[str, Any]:
    """The course as JSON has it, as `course.schema.json` says: keys in the order of the fields, what says nothing is left out."""
    found: dict[str, Any] = {}
    for name in NAMES:
        value = getattr(course, name)
        if name in DEFAULTS and value == DEFAULTS[name]:
            continue
        found[name] = _WRITE[name](value) if name in _WRITE else value
    if course.places_free == worked_out(course.places_max, course.places_booked):
        found.pop("places_free", None)
    return found


def as_text(name: str, value: Any) -> str:
    """The value of a field as a cell or a line shows it; empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    written = _WRITE[name](value) if name in _WRITE else value
    return ",".join(written) if isinstance(written, list) else str(written)


def of_json(found: Mapping[str, Any]) -> Course:
    """The course of a canonical JSON of `to_json`, as the database has it. Files are hostile: they are read by `fields`."""
    return Course(**{name: _value(name, value) for name, value in found.items()})


def _value(name: str, value: Any) -> Any:
    if name in _READ:
        return _READ[name](value)
    return sys.intern(value) if isinstance(value, str) and len(value) <= _SHORT and name not in _OWN else value
