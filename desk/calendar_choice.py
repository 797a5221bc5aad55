"""Choosing a time at the desk: free times in words, and one chosen time looked at again. Used for moving and for booking."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession

from desk import calendar_words as words
from desk.access import Actor
from desk.calendar_access import Reach
from locales.marks import mark
from scheduler import calendar, office
from scheduler.calendar import Rules
from scheduler.errors import SlotGoneError
from scheduler.slots import Slot, begin

DAYS_AT_ONCE = 14
MOST_TIMES = 120
FURTHEST = timedelta(days=2 * 366)
_CODES = 3
MOST_DIGITS = 12


@dataclass(frozen=True, kw_only=True)
class Time:
    """A time to choose, in words; `key` names it in forms and addresses."""

    key: str
    time: str
    day_name: str
    adviser: str
    office: str
    usual: bool = True


@dataclass(frozen=True, kw_only=True)
class FreeDay:
    """The free times of one day."""

    name: str
    times: Sequence[Time]


@dataclass(frozen=True, kw_only=True)
class Search:
    """Where times are looked for: from a day on, with one adviser or with all, without counting an appointment that is being moved."""

    first: date
    adviser: int | None = None
    without: int | None = None


async def free_days(session: AsyncSession, actor: Actor, rules: Rules, search: Search, *, now: datetime) -> list[FreeDay]:
    """The free times of the next two weeks from a day on, as people could book them."""
    first = begin(search.first, 0, rules.zone)
    wish = calendar.wish_of(rules, now=now, first=first, last=first + timedelta(days=DAYS_AT_ONCE))
    only: Collection[int] | None = None if search.adviser is None else [search.adviser]
    slots = await calendar.free_slots(session, rules, wish, now=now, advisers=only, without=search.without)
    if search.adviser is None:
        # With whom does not matter then: each time once, or the list is as long as the team.
        slots = list({(slot.starts, slot.group): slot for slot in reversed(slots)}.values())[::-1]
    days: dict[date, list[Time]] = {}
    for slot in slots[:MOST_TIMES]:
        days.setdefault(slot.starts.astimezone(rules.zone).date(), []).append(time_of(actor, rules, slot))
    return [FreeDay(name=words.long_day(actor, day), times=times) for day, times in days.items()]


def day_of(actor: Actor, text: str, *, now: datetime) -> date:
    """The day of `2026-11-23…`, not before today; today for what is none, or too far away."""
    today = now.astimezone(actor.zone).date()
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return today
    return found if today <= found <= today + FURTHEST else today


def number_of(value: object) -> int:
    """An id in an address or a form; 0 for anything else."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0


def time_of(actor: Actor, rules: Rules, slot: Slot, *, usual: bool = True) -> Time:
    """A slot in words."""
    adviser = rules.advisers.get(slot.adviser)
    found = rules.offices.get(slot.office)
    return Time(
        key=key_of(slot),
        time=words.times(slot.starts, slot.ends, rules.zone),
        day_name=words.long_day(actor, slot.starts.astimezone(rules.zone).date()),
        adviser=adviser.name if adviser else actor.t(mark("Group")),
        office=found.name if found else "",
        usual=usual,
    )


def key_of(slot: Slot) -> str:
    """How forms name a slot; what they send back is looked at again."""
    return f"{int(slot.starts.timestamp())}.{slot.adviser}.{slot.group}"


async def slot_of(  # noqa: PLR0913 - one keyword for each part
    session: AsyncSession, rules: Rules, reach: Reach, key: str, *, now: datetime, without: int | None = None
) -> office.Found:
    """The time that a form names, if it can be had; times that people could not book only in calendars that the actor may change.

    Raises SlotGoneError.
    """
    numbers = [int(part) for part in key.split(".") if part.isascii() and part.isdigit() and len(part) <= MOST_DIGITS]
    if len(numbers) != _CODES:
        raise _gone()
    starts = datetime.fromtimestamp(numbers[0], rules.zone) if numbers[0] < 2**33 else now
    if numbers[2]:
        places = await calendar.group_places(session, service=int(rules.service.id or 0), first=starts, last=starts, now=now)
        found = [office.Found(slot=place, usual=True) for place in places if place.group == numbers[2]]
    else:
        looked = await office.look(session, rules, starts=starts, adviser=numbers[1], now=now, without=without)
        found = [looked] if looked and (looked.usual or reach.may(numbers[1])) else []
    if not found:
        raise _gone()
    return found[0]


def _gone() -> SlotGoneError:
    message = "this time is not free any more"
    return SlotGoneError(message)


def link(url: str, **values: Any) -> str:
    """An address with its query; empty values are left out."""
    return f"{url}?{urlencode({name: value for name, value in values.items() if value not in {None, ''}})}"
