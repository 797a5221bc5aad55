"""Finds courses for wishes: which fulfil all, in which order, which wish excludes most, what comes near. How courses lie is in `index`.

The order: what can still be joined before what has begun or is closed; courses for everybody (and in a room) before those for a group
that was not asked for; a free place that is known before one that is not known before a full course; the sooner start; the nearer; the id.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from knowledge.courses.filters import Filters, has_place, without
from knowledge.courses.index import ONLINE, Index, Numbers, build, joined
from knowledge.courses.look import Look, look
from knowledge.courses.nearness import costs

__all__ = ["Found", "Hit", "Index", "build", "find", "joined", "matching"]


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A course by its number; `km` from the place that was named; the wishes that it fulfils (`why`) and does not (`misses`)."""

    course: int
    km: float | None = None
    why: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Found:
    """`total` courses fulfil all wishes, `hits` are some of them; `older` fulfil them, but nobody has confirmed them for long.

    If there are none, `blocker` is the wish that excludes most. `gained` says how many there would be without each wish. `nearest` fills up
    the last page: courses that can be joined and miss little, online ones behind the others.
    """

    total: int
    hits: tuple[Hit, ...] = ()
    older: int = 0
    blocker: str = ""
    gained: Mapping[str, int]
    nearest: tuple[Hit, ...] = ()


def find(  # noqa: PLR0913 - a page of what, for whom, when
    index: Index, filters: Filters, *, today: date, owners: Collection[str] | None = None, limit: int = 3, offset: int = 0
) -> Found:
    """The courses that fulfil all wishes from `offset` on, and what helps if they are few. `owners` None: of everybody.

    Courses that have ended are never found; older entries only if the filters ask for them, and then they come last.
    """
    seen = look(index, filters, today=today, owners=owners)
    fits = seen.fits
    shown = fits & seen.shown
    total = int(np.count_nonzero(shown))
    hits = _best(index, seen, np.flatnonzero(shown), offset=offset, limit=limit)
    gained = _gained(index, filters, seen, today=today, owners=owners)
    return Found(
        total=total,
        hits=hits,
        older=int(np.count_nonzero(fits & seen.older)),
        blocker=_blocker(seen, gained) if total == 0 else "",
        gained=gained,
        nearest=_nearest(index, filters, seen, limit=limit) if len(hits) < limit and seen.wishes else (),
    )


def matching(index: Index, filters: Filters, *, today: date) -> Numbers:
    """The ids of all courses that fulfil all wishes, rising; neither ended courses nor, unless they are asked for, older entries."""
    seen = look(index, filters, today=today)
    return index.ids[seen.fits & seen.shown]


def _best(index: Index, seen: Look, rows: Numbers, *, offset: int, limit: int) -> tuple[Hit, ...]:
    """One page of the rows in their order."""
    ranks = seen.ranks(rows)
    last = offset + limit
    if last < len(rows):
        # Only the first ones have to be in order.
        first = np.argpartition(ranks, last - 1)[:last] if last else np.empty(0, dtype=np.int64)
        rows, ranks = rows[first], ranks[first]
    return tuple(_hit(index, seen, int(row)) for row in rows[np.argsort(ranks)][offset:last])


def _hit(index: Index, seen: Look, row: int) -> Hit:
    distance = float(seen.km[row])
    # Nobody goes to an online course: that it "is there" is no reason for it.
    why = (slot for slot, fulfilled in seen.wishes.items() if fulfilled[row] and not (slot == "place" and index.way[row] == ONLINE))
    return Hit(
        course=int(index.ids[row]),
        km=None if np.isnan(distance) else round(distance, 1),
        why=tuple(why),
        misses=tuple(slot for slot, fulfilled in seen.wishes.items() if not fulfilled[row]),
    )


def _gained(index: Index, filters: Filters, seen: Look, *, today: date, owners: Collection[str] | None) -> dict[str, int]:
    """How many courses there would be without each of the wishes."""
    missed = seen.missed
    few = seen.shown & (missed <= 1)
    total = int(np.count_nonzero(few & (missed == 0)))
    gained = {slot: total + int(np.count_nonzero(few & ~fulfilled)) for slot, fulfilled in seen.wishes.items()}
    if filters.online and has_place(filters):
        # An online course is everywhere only for those who want one: without that wish the place counts.
        other = look(index, without(filters, "online"), today=today, owners=owners)
        gained["online"] = int(np.count_nonzero(other.fits & other.shown))
    return gained


def _blocker(seen: Look, gained: Mapping[str, int]) -> str:
    """The wish without which there would be most; if no single one helps, the one that fewest courses fulfil."""
    if not gained or not seen.shown.any():
        return ""
    if any(gained.values()):
        return max(gained, key=lambda slot: gained[slot])
    return min(seen.wishes, key=lambda slot: int(np.count_nonzero(seen.shown & seen.wishes[slot])))


def _nearest(index: Index, filters: Filters, seen: Look, *, limit: int) -> tuple[Hit, ...]:
    """Those that miss little and can be joined: the least missed first, but online ones behind the others."""
    rows = np.flatnonzero(seen.shown & ~seen.fits & ~seen.closed)
    cost = costs(index, filters, seen, rows)
    near = cost < np.inf
    rows, cost = rows[near], cost[near]
    best = np.lexsort((seen.ranks(rows), cost))[:limit]
    away = index.way[rows[best]] == ONLINE
    return tuple(_hit(index, seen, int(row)) for row in rows[best[np.argsort(away, kind="stable")]])
