"""What a site file says, as values: offices, services, advisers and their times. Fields are named as the columns of `store.scheduling`.

Times of day are minutes since midnight in the site's zone, moments are UTC. Lines (1 is the first) are for messages alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from scheduler.closed import lands

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MODES = ("in_person", "phone", "video", "home")
INTERPRETER_MODES = ("in_person", "phone", "video")
GENDERS = ("woman", "man", "diverse")
LANDS = frozenset(land for land in lands() if len(land) == len("RP"))  # `holidays` knows a city with holidays of its own, too
DAY_BEFORE = 17 * 60
MINUTES_BEFORE = 2 * 60


@dataclass(frozen=True, kw_only=True)
class OfficeEntry:
    """A place where advisers receive people."""

    name: str
    address: str
    phone: str
    map_url: str


@dataclass(frozen=True, kw_only=True)
class ServiceEntry:
    """What can be booked; `position` is its place in the file."""

    names: dict[str, str]
    minutes: int
    before: int
    after: int
    step: int
    modes: list[str]
    languages: list[str]
    topics: list[str]
    bring: dict[str, list[str]]
    preparation: dict[str, str]
    notice_minutes: int
    horizon_days: int
    per_person_per_day: int
    day_before: int | None
    minutes_before: list[int]
    position: int


@dataclass(frozen=True, kw_only=True)
class AdviserEntry:
    """Somebody whose time can be booked. `busy` counts only if the file has that key (`busy_given`)."""

    name: str
    email: str | None
    gender: str | None
    languages: list[str]
    daily_limit: int | None
    offers: list[str]
    busy: str | None = field(repr=False)
    busy_given: bool


@dataclass(frozen=True, kw_only=True)
class HoursEntry:
    """Weekly hours of an adviser; without an adviser the open consultation of an office."""

    adviser: str | None
    office: str
    weekday: int
    starts: int
    ends: int
    valid_from: date | None
    valid_until: date | None
    line: int = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class OpeningEntry:
    """Hours of an adviser on one day only."""

    adviser: str
    office: str
    day: date
    starts: int
    ends: int
    line: int = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class AbsenceEntry:
    """Time in which an adviser, an office or (both empty) everybody receives nobody."""

    adviser: str | None
    office: str | None
    starts_at: datetime
    ends_at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class GroupSlotEntry:
    """One date for several people."""

    service: str
    office: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    advisers: list[str]
    line: int = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class SourceEntry:
    """Where pages are fetched: a publisher, its region, and languages as it writes them."""

    url: str
    region: str
    languages: tuple[str, ...]
    line: int = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class SwitchEntry:
    """Whether the own article of a topic is shown, and pages about it."""

    articles: bool
    pages: bool
    line: int = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class KnowledgeEntry:
    """Sources of pages, and switches by topic."""

    integreat: tuple[SourceEntry, ...] = ()
    topics: Mapping[str, SwitchEntry] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SiteFile:
    """A whole site file; offices, services, advisers and group slots are by slug. Without `knowledge` that stays as it is."""

    municipality: str
    zone: str
    land: str
    school_holidays: bool
    closed_days: list[str]
    quiet_from: int
    quiet_until: int
    interpreters: list[dict[str, Any]]
    lead_email: str | None
    offices: Mapping[str, OfficeEntry]
    services: Mapping[str, ServiceEntry]
    advisers: Mapping[str, AdviserEntry]
    hours: tuple[HoursEntry, ...]
    openings: tuple[OpeningEntry, ...]
    absences: tuple[AbsenceEntry, ...]
    group_slots: Mapping[str, GroupSlotEntry]
    knowledge: KnowledgeEntry | None = None


def wall(minutes: int) -> str:
    """Minutes since midnight as people write them.

    >>> wall(545)
    '09:05'
    """
    return f"{minutes // 60:02}:{minutes % 60:02}"
