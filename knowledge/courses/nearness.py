"""How much a course misses of what somebody wants, so that the nearest alternatives can be shown. Finding is in `search`."""

import numpy as np
from numpy.typing import NDArray

from knowledge.courses.filters import USUAL_KM, Filters
from knowledge.courses.index import ONLINE, Index, Numbers
from knowledge.courses.look import FULL, Look
from knowledge.courses.record import LEVELS

Costs = NDArray[np.float64]

# What it costs to go without a wish; whoever cannot read, or wants women only, is helped by little else.
_COSTS = {
    "literacy": 6.0,
    "kind": 3.0,
    "work": 3.0,
    "young": 2.0,
    "parents": 2.0,
    "weekdays": 1.5,
    "part": 1.5,
    "month": 1.0,
    "childcare": 2.0,
    "women": 3.0,
    "online": 2.0,
    "presence": 2.0,
}
_LEVEL_STEP, _LEVEL_UNKNOWN = 3.0, 3.0
_AWAY, _KM_STEP, _MOST_AWAY, _FROM_HOME = 1.0, 25, 5.0, 2.5
_UNASKED, _NO_PLACE = 2.0, 1.0
_MOST = 8.0


def costs(index: Index, filters: Filters, seen: Look, rows: Numbers) -> Costs:
    """What each of the rows misses as a number; infinite if it is too much to be shown."""
    cost = seen.unasked(rows) * _UNASKED + (seen.places(rows) == FULL) * _NO_PLACE
    for slot, fulfilled in seen.wishes.items():
        one = _level(index, filters, rows) if slot == "level" else _place(index, filters, seen, rows) if slot == "place" else _COSTS[slot]
        cost = cost + np.where(fulfilled[rows], 0.0, one)
    return np.where(cost <= _MOST, cost, np.inf)


def _level(index: Index, filters: Filters, rows: Numbers) -> Costs:
    """By the number of levels between."""
    level = LEVELS.index(filters.level)
    low, high = index.low[rows], index.high[rows]
    steps = np.maximum(low - level, level - high) * _LEVEL_STEP
    return np.where(low < 0, _LEVEL_UNKNOWN, steps)


def _place(index: Index, filters: Filters, seen: Look, rows: Numbers) -> Costs:
    """By the way; an online course is as good as one that is some way off."""
    beyond = (seen.km[rows] - (filters.radius or USUAL_KM)) / _KM_STEP
    away = np.minimum(_AWAY + np.nan_to_num(beyond, nan=_MOST_AWAY), _MOST_AWAY)
    return np.where(index.way[rows] == ONLINE, _FROM_HOME, away)
