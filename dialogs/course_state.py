"""Where somebody stands who looks for a course: wishes and what was asked, kept in the conversation's state. The screens are beside.

The wishes lie flat in the state, as `Filters.to_state` writes them; what the dialog itself has to remember is under one key of its own.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from dialogs.model import Move, Reply, Turn
from knowledge import geo
from knowledge.courses import filters as wishes
from knowledge.courses.filters import Filters
from knowledge.courses.search import Index
from knowledge.geo import Spot
from scheduler import calendar
from store.types import utcnow

DIALOG = "courses"
_OWN = "dialog"
# Wishes that only somebody names who looks for a course, not somebody who asks about courses.
TELLING = ("place", "postcode", "radius", "weekdays", "part", "childcare", "women", "online", "month")
WHAT = ("level", "literacy", "kind", "work", "young", "parents")
WISHES = (*TELLING, *WHAT, "presence")
_MOST_DIGITS = 9


@dataclass(frozen=True, kw_only=True)
class Looking:
    """The wishes and the way so far.

    `asked` are the questions that were answered, skipped or made superfluous; `open` is the one that waits for an answer. `spots` are
    places of one name among which to choose, `ticks` what was ticked of the placement help, `offset` the page of results. `alert`: the
    person wants to be told, the wishes are asked for that.
    """

    filters: Filters = field(default_factory=Filters)
    asked: tuple[str, ...] = ()
    open: str = ""
    spots: tuple[Mapping[str, Any], ...] = ()
    ticks: tuple[int, ...] = ()
    offset: int = 0
    alert: bool = False

    @property
    def state(self) -> dict[str, Any]:
        """What the conversation keeps: only what is set."""
        own = {name: value for name, value in asdict(self).items() if value and name != "filters"}
        return self.filters.to_state() | ({_OWN: {name: _plain(value) for name, value in own.items()}} if own else {})

    def at(self, *replies: Reply) -> Move:
        """These replies, after which the dialog stands here."""
        return Move(replies=replies, dialog=DIALOG, state=self.state)

    def wanting(self, filters: Filters) -> "Looking":
        """The same way with other wishes: the results begin anew, and no place has to be chosen any more."""
        return replace(self, filters=filters, offset=0, spots=())

    def having(self, question: str) -> "Looking":
        """The same way with one question more that need not come again."""
        asked = self.asked if question in self.asked else (*self.asked, question)
        return replace(self, asked=asked, open="" if self.open == question else self.open)


def of_turn(turn: Turn) -> Looking:
    """Where this conversation stands; nowhere if no course is looked for."""
    if turn.standing.dialog != DIALOG:
        return Looking()
    state = turn.standing.state
    own: dict[str, Any] = {each.name: state[_OWN][each.name] for each in fields(Looking) if each.name in state.get(_OWN, {})}
    own |= {name: tuple(value) for name, value in own.items() if isinstance(value, list)}
    return Looking(filters=wishes.of_state(state), **own)


def entities(turn: Turn) -> dict[str, str]:
    """What the message names of a course."""
    return wishes_of(turn.match.entities) if turn.match and turn.inbound.kind == "text" else {}


def wishes_of(found: Mapping[str, str]) -> dict[str, str]:
    """Those of the entities of a message that are wishes about a course; their `part` of the day is not that for an appointment."""
    named = {"part": found.get("course_part", "")} | {name: value for name, value in found.items() if name != "part"}
    return {name: named[name] for name in WISHES if named.get(name)}


def spots(turn: Turn) -> list[Spot]:
    """The places that the message names."""
    if turn.inbound.kind != "text":
        return []
    return geo.locate(turn.knowledge.places, turn.inbound.text, demo=is_demo(turn), course=bool(entities(turn)))


def home(turn: Turn) -> Spot | None:
    """The person's own town, if it was chosen and its place is known."""
    return geo.of_slug(turn.town.slug, demo=is_demo(turn)) if turn.town else None


def is_demo(turn: Turn) -> bool:
    """Whether this is a demonstration, with its invented towns."""
    return any(town.demo for town in turn.towns.values())


def heard(filters: Filters, found: Mapping[str, str], places: list[Spot]) -> Filters:
    """The wishes with what a message adds; of what excludes each other the new one counts."""
    new = wishes.of_wishes(found, places)
    changes = {name: value for name, value in new.to_state().items() if name != "weekdays"} | (
        {"weekdays": new.weekdays} if new.weekdays else {}
    )
    if places:
        changes = {name: getattr(new, name) for name in ("place", "slug", "lat", "lon", "radius")} | changes
    for one, other in (("online", "presence"), ("presence", "online"), ("level", "literacy"), ("literacy", "level")):
        if getattr(new, one) and not getattr(new, other):
            changes[other] = getattr(Filters(), other)
    return replace(filters, **changes)


async def today(turn: Turn) -> date:
    """The day in the person's municipality."""
    site = await calendar.site_of(turn.session, municipality=turn.town.id if turn.town else 0)
    return utcnow().astimezone(ZoneInfo(site.zone)).date()


async def index(turn: Turn) -> Index:
    """All courses, as they can be searched."""
    return await turn.courses.index(turn.session)


async def has_courses(turn: Turn) -> bool:
    """Whether there is a catalogue to look into."""
    return len(await index(turn)) > 0


def number(text: str) -> int:
    """A small number in a button's id; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 0


def _plain(value: Any) -> Any:
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
