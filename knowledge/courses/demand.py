"""How many people wait for what: level, place and childcare of the alerts of a municipality. Alerts themselves are in `alerts`.

Small groups are hidden, and nothing is added up: from a sum one could work out what is hidden.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.courses import filters as wishes
from store.courses import CourseAlert
from store.statements import table_of
from store.tables import Municipality, Person

LEAST = 5
LITERACY = "literacy"

alerts, people, municipalities = table_of(CourseAlert), table_of(Person), table_of(Municipality)


@dataclass(frozen=True, kw_only=True)
class Demand:
    """How many people (None: some, but too few to say) want a course of this level at this place, with or without childcare.

    `level` is A1 … C2, `LITERACY`, or empty where none was said; `place` is empty where none was said.
    """

    level: str
    place: str
    childcare: bool
    people: int | None


async def counts(session: AsyncSession, *, owner: str, least: int = LEAST) -> list[Demand]:
    """The groups among the people of the municipality with this slug, the largest first; those below `least` last, without a number.

    Whoever has several alerts counts once in each group of theirs, so the groups add up to nothing.
    """
    theirs = select(alerts.c.person_id, alerts.c.filters).join(people, people.c.id == alerts.c.person_id)
    here = theirs.join(municipalities, municipalities.c.id == people.c.municipality_id).where(municipalities.c.slug == owner)
    groups: defaultdict[tuple[str, str, bool], set[int]] = defaultdict(set)
    for row in await session.execute(here):
        groups[_group(row.filters)].add(row.person_id)
    found = [_demand(group, len(members), least) for group, members in groups.items()]
    # Among those that are hidden the order must not tell their size.
    return sorted(found, key=lambda one: (-(one.people or 0), one.level or "~", one.place, one.childcare))


def _demand(group: tuple[str, str, bool], number: int, least: int) -> Demand:
    level, place, childcare = group
    return Demand(level=level, place=place, childcare=childcare, people=number if number >= least else None)


def _group(state: dict[str, Any]) -> tuple[str, str, bool]:
    wanted = wishes.of_state(state)
    return LITERACY if wanted.literacy else wanted.level, wanted.place or wanted.slug, wanted.childcare
