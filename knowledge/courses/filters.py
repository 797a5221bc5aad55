"""What somebody wants of a course: level, place, days and so on. Finding by it is in `search`, words for it are in `dialogs`."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from knowledge.courses.record import KINDS, LEVELS
from knowledge.geo import Spot

USUAL_KM = 25
PARTS = ("morning", "afternoon", "evening")
# The wishes one by one, in the order in which they are shown. `place` stands for everything about where.
SLOTS = (
    "level",
    "literacy",
    "kind",
    "work",
    "young",
    "parents",
    "place",
    "weekdays",
    "part",
    "month",
    "childcare",
    "women",
    "online",
    "presence",
)
_WHERE = ("place", "slug", "lat", "lon", "radius")
_FLAGS = ("literacy", "work", "young", "parents", "childcare", "women", "online", "presence")
_MOST_KM = 200
_MONTH = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])")


@dataclass(frozen=True, kw_only=True)
class Filters:
    """The wishes. Empty, False, 0 and None mean: no wish.

    `level` is what is to be learned now (A1 … C2), `kind` a key of `record.KINDS`. `place` is the name to show, `slug` the district or
    city, `lat` and `lon` the point, `radius` km around it (0: `USUAL_KM`). `weekdays` are 0 (Monday) to 6: the course is on no other day.
    `part` is morning, afternoon or evening, `month` YYYY-MM: starts then or later, or at any time. `older` shows older entries too.
    """

    level: str = ""
    literacy: bool = False
    kind: str = ""
    place: str = ""
    slug: str = ""
    lat: float | None = None
    lon: float | None = None
    radius: int = 0
    weekdays: tuple[int, ...] = ()
    part: str = ""
    childcare: bool = False
    women: bool = False
    online: bool = False
    presence: bool = False
    work: bool = False
    young: bool = False
    parents: bool = False
    month: str = ""
    older: bool = False

    def to_state(self) -> dict[str, Any]:
        """What is set, as JSON has it."""
        return {each.name: _plain(value) for each in fields(self) if (value := getattr(self, each.name)) != each.default}


def of_state(state: Mapping[str, Any]) -> Filters:
    """The wishes of `to_state`; what else is in `state` is left out."""
    known = {each.name for each in fields(Filters)}
    kept: dict[str, Any] = {name: tuple(value) if name == "weekdays" else value for name, value in state.items() if name in known}
    return Filters(**kept)


def digest(filters: Filters) -> str:
    """64 characters, the same for the same wishes, however the place is called and whether older entries are shown."""
    state = replace(filters, older=False, radius=filters.radius or USUAL_KM, weekdays=tuple(sorted(set(filters.weekdays)))).to_state()
    if filters.lat is not None or filters.slug:
        state.pop("place", None)
    elif not filters.place:
        state.pop("radius", None)
    return hashlib.sha256(json.dumps(state, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def of_wishes(wishes: Mapping[str, str], places: Sequence[Spot]) -> Filters:
    """The wishes that `nlu` found in a text, and the first of the places. Whoever wants to ask which of several is meant asks before."""
    level, kind, part = wishes.get("level", ""), wishes.get("kind", ""), wishes.get("part", "")
    found = Filters(
        level=level if level in LEVELS else "",
        kind=kind if kind in KINDS else "",
        part=part if part in PARTS else "",
        weekdays=_days(wishes.get("weekdays", "")),
        month=_month(wishes.get("month", "")),
        radius=_km(wishes.get("radius", "")),
        **{name: wishes.get(name) == "yes" for name in _FLAGS},  # type: ignore[arg-type]  # the flags alone
    )
    return at(found, places[0]) if places else found


def at(filters: Filters, spot: Spot) -> Filters:
    """The same wishes at this place."""
    return replace(filters, place=spot.name, slug=spot.slug, lat=spot.lat, lon=spot.lon)


def names(filters: Filters) -> tuple[str, ...]:
    """The slots that are set, in showing order."""
    return tuple(slot for slot in SLOTS if (has_place(filters) if slot == "place" else getattr(filters, slot)))


def has_place(filters: Filters) -> bool:
    """Whether it is said where."""
    return bool(filters.place or filters.slug or filters.lat is not None)


def without(filters: Filters, slot: str) -> Filters:
    """The same wishes but for one of `SLOTS`; without a place there is no radius either."""
    gone = _WHERE if slot == "place" else (slot,)
    usual: dict[str, Any] = {each.name: each.default for each in fields(filters) if each.name in gone}
    return replace(filters, **usual)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _days(text: str) -> tuple[int, ...]:
    return tuple(sorted({int(day) for day in text.split(",") if day in "0123456" and day}))


def _month(text: str) -> str:
    return text if _MONTH.fullmatch(text) else ""


def _km(text: str) -> int:
    return min(int(text), _MOST_KM) if text.isascii() and text.isdigit() else 0
