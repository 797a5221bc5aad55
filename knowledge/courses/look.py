"""One look at all courses with the wishes of one person: which wish each fulfils, and its rank. What is made of it is in `search`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from knowledge import geo
from knowledge.courses.filters import PARTS, USUAL_KM, Filters, has_place, names
from knowledge.courses.freshness import OLDER_AFTER, PLACES_FOR
from knowledge.courses.index import NO_DAY, ONLINE, PRESENCE, Degrees, Flags, Index, Numbers, directions, types
from knowledge.courses.record import KINDS, LEVELS

# Courses for a group: they come after those for everybody, unless they were asked for.
_GROUPS = ("women", "parents", "youth", "support", "literacy", "second_script", "cafe", "orientation", "mia")
# Bits of a rank from its end: the row, the distance in hundreds of metres, the days until the start.
_ROW_BITS, _KM_BITS, _DAY_BITS = 24, 16, 15
_FAR, _UNKNOWN_START = (1 << _KM_BITS) - 1, (1 << _DAY_BITS) - 1
FREE, NOT_KNOWN, FULL = range(3)


@dataclass(frozen=True, kw_only=True)
class Look:
    """`wishes`: which courses fulfil each wish that is set, in showing order. `km` is NaN without a place, or for an online course.

    `shown`: neither ended nor hidden, and of the right owner; `older`: entries that nobody has confirmed for long. `closed`: begun or the
    time for registering over, and nobody can come in later.
    """

    index: Index
    filters: Filters
    today: int
    wishes: Mapping[str, Flags]
    km: Degrees
    shown: Flags
    older: Flags

    @cached_property
    def missed(self) -> NDArray[np.int8]:
        """How many wishes each course does not fulfil."""
        count = np.zeros(len(self.index), dtype=np.int8)
        for fulfilled in self.wishes.values():
            count += ~fulfilled
        return count

    @cached_property
    def fits(self) -> Flags:
        """Which courses fulfil all wishes."""
        return np.asarray(self.missed == 0)

    @cached_property
    def closed(self) -> Flags:
        """Which courses nobody can join any more."""
        index = self.index
        begun = (index.start != NO_DAY) & (index.start < self.today)
        late = (index.deadline != NO_DAY) & (index.deadline < self.today)
        return np.asarray((begun | late) & ~index.rolling)

    def ranks(self, rows: Numbers) -> Numbers:
        """A number for each of the rows: the smaller, the better."""
        rank = (self.older[rows].astype(np.int64) << 1) | self.closed[rows]
        rank = (rank << 1) | self.unasked(rows)
        rank = (rank << 2) | self.places(rows)
        rank = (rank << _DAY_BITS) | self._days(rows)
        rank = (rank << _KM_BITS) | self._distance(rows)
        return (rank << _ROW_BITS) | rows

    def unasked(self, rows: Numbers) -> Flags:
        """Courses for a group that was not asked for, and online courses that were not."""
        index, filters = self.index, self.filters
        women = index.women[rows] & (not (filters.women or filters.kind in ("women", "mia")))
        online = (index.way[rows] == ONLINE) & (not filters.online)
        return np.asarray((index.kind[rows] & _special(filters) != 0) | women | online)

    def places(self, rows: Numbers) -> Numbers:
        """0: a free place is known, 1: not known, 2: full."""
        free = self.index.free[rows]
        known = (free >= 0) & (self.today - self.index.checked[rows] <= PLACES_FOR.days)
        return np.where(known, np.where(free > 0, FREE, FULL), NOT_KNOWN)

    def _days(self, rows: Numbers) -> Numbers:
        """Days until one can begin; a course that takes people at any time begins now, or with its first day."""
        start, rolling = self.index.start[rows].astype(np.int64), self.index.rolling[rows]
        days = np.clip(start - self.today, 0, _UNKNOWN_START - 1)
        return np.where((start == NO_DAY) & ~rolling, _UNKNOWN_START, days)

    def _distance(self, rows: Numbers) -> Numbers:
        if not has_place(self.filters):
            return np.zeros(len(rows), dtype=np.int64)
        tenths = np.rint(np.nan_to_num(self.km[rows], nan=_FAR) * 10).astype(np.int64)
        return np.where(self.index.way[rows] == ONLINE, 0, np.minimum(tenths, _FAR))


def look(index: Index, filters: Filters, *, today: date, owners: Collection[str] | None = None) -> Look:
    """Look at all courses; `owners` None: of everybody."""
    day = today.toordinal()
    older = (day - index.checked > OLDER_AFTER.days) | ((index.valid != NO_DAY) & (index.valid < day))
    alive = (index.end == NO_DAY) | (index.end >= day)
    if owners is not None:
        alive &= np.isin(index.owner, [index.owners.index(owner) for owner in owners if owner in index.owners])
    km = _km(index, filters)
    return Look(
        index=index,
        filters=filters,
        today=day,
        wishes={slot: _fulfilled(index, filters, slot, km) for slot in names(filters)},
        km=km,
        shown=alive if filters.older else alive & ~older,
        older=alive & older,
    )


def _km(index: Index, filters: Filters) -> Degrees:
    """Kilometres from the place to each course; NaN if one of the points is not known."""
    if filters.lat is None or filters.lon is None:
        return np.full(len(index), np.nan)
    here = directions(np.array(filters.lat), np.array(filters.lon))
    # Half the straight way through the globe, squared.
    half = np.maximum(1 - index.points @ here, 0) / 2
    return np.asarray(2 * geo.EARTH_KM * np.arcsin(np.sqrt(half)))


def _fulfilled(index: Index, filters: Filters, slot: str, km: Degrees) -> Flags:
    """Which courses fulfil one wish; what is not known of a course does not fulfil it."""
    match slot:
        case "level":
            level = LEVELS.index(filters.level)
            found = (index.low >= 0) & (index.low <= level) & (level <= index.high)
        case "place":
            found = _near(index, filters, km)
        case "weekdays":
            found = (index.days != 0) & (index.days & ~sum(1 << day for day in set(filters.weekdays)) == 0)
        case "part":
            found = index.part == PARTS.index(filters.part)
        case "month":
            found = index.rolling | (index.start >= date.fromisoformat(f"{filters.month}-01").toordinal())
        case "childcare":
            found = index.childcare
        case "women":
            found = index.women
        case "online" | "presence":
            found = index.way != (PRESENCE if slot == "online" else ONLINE)
        case _:
            found = index.kind & _kinds(filters, slot) != 0
    return np.asarray(found)


def _kinds(filters: Filters, slot: str) -> int:
    """The types of course that one of the other wishes means."""
    if slot == "literacy":
        return types(KINDS["literacy"] | KINDS["second_script"])
    return types(KINDS[{"work": "job", "young": "youth", "parents": "parents"}.get(slot, filters.kind)])


def _near(index: Index, filters: Filters, km: Degrees) -> Flags:
    """Within the radius; if that cannot be known, in the same town or district. An online course is near to those who want one."""
    town, slug = geo.folded_town(filters.place), filters.slug
    same = np.zeros(len(index), dtype=bool)
    if town in index.towns:
        same |= index.town == index.towns.index(town)
    if slug in index.slugs:
        same |= index.slug == index.slugs.index(slug)
    near = np.where(np.isnan(km), same, km <= (filters.radius or USUAL_KM))
    return np.where(index.way == ONLINE, filters.online, near)


def _special(filters: Filters) -> int:
    """The types of course that are for a group that was not asked for."""
    asked = {filters.kind} if filters.kind in _GROUPS else set()
    asked |= {"literacy", "second_script"} if filters.literacy else set()
    asked |= {name for name, wish in (("youth", filters.young), ("parents", filters.parents), ("women", filters.women)) if wish}
    return types({name for group in _GROUPS for name in KINDS[group]}) & ~types({name for group in asked for name in KINDS[group]})
