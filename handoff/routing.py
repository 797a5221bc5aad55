"""To whom a case goes first: by municipality, language and topic, then who has been free longest. Everybody of the team may still take it.

When nobody answers is decided in `ladder`.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import hours, leaves
from handoff.hours import Hours
from store.desk import CaseEvent
from store.statements import table_of
from store.tables import Case, User
from store.types import utcnow

# Who speaks the one understands the other.
NEAR = {"de-simple": ("de",), "prs": ("fa",), "fa": ("prs",)}

cases, users, events = table_of(Case), table_of(User), table_of(CaseEvent)


async def choose(session: AsyncSession, *, case: int, now: datetime, without: Collection[int] = ()) -> int | None:
    """Who should take the case: of those whom it suits best and who are there, the one who has been free longest; None if nobody is.

    `without` are colleagues who were asked already.
    """
    ranked = await audience(session, case, now=now, without=without)
    return ranked[0] if ranked else None


async def audience(session: AsyncSession, case: int, *, now: datetime | None = None, without: Collection[int] = ()) -> list[int]:
    """Who sees the case first, the best one first: who is not on leave and suits it most. An unknown case has no audience."""
    now = now or utcnow()
    row = (await session.execute(select(cases).where(cases.c.id == case))).one_or_none()
    if row is None:
        return []
    zone = await hours.zone_of(session, municipality=row.municipality_id)
    colleagues = await team(session, municipality=row.municipality_id, roles=("adviser", "lead", "admin"))
    gone = await leaves.away(session, users=[one.id for one in colleagues], on=now.astimezone(zone).date())
    there = [one for one in colleagues if one.id not in gone and one.id not in without]
    return await _ranked(session, _suited(there, row), municipality=row.municipality_id, now=now)


async def team(session: AsyncSession, *, municipality: int, roles: Collection[str] = ("adviser",)) -> Sequence[Row[Any]]:
    """The active users with one of these roles."""
    here = (users.c.municipality_id == municipality, users.c.active, users.c.role.in_(roles))
    return list(await session.execute(select(users).where(*here).order_by(users.c.id)))


def _suited(colleagues: Sequence[Row[Any]], case: Row[Any]) -> list[Row[Any]]:
    """The first circle with anybody in it: advisers by language and topic, by language, by topic, any adviser; a lead, an admin."""
    advisers = [one for one in colleagues if one.role == "adviser"]
    circles = (
        [one for one in advisers if speaks(one.languages, case.language) and about(one.topics, case.topic)],
        [one for one in advisers if speaks(one.languages, case.language)],
        # Who has stated no languages may speak any; who has stated this one is better.
        [one for one in advisers if not one.languages and about(one.topics, case.topic)],
        [one for one in advisers if about(one.topics, case.topic)],
        advisers,
        [one for one in colleagues if one.role == "lead"],
        [one for one in colleagues if one.role == "admin"],
    )
    return next((circle for circle in circles if circle), [])


def speaks(languages: Collection[str], language: str) -> bool:
    """Whether somebody has stated a language, or one that is near enough.

    >>> speaks(["de", "fa"], "prs"), speaks([], "prs")
    (True, False)
    """
    return any(code in languages for code in (language, *NEAR.get(language, ())))


def about(topics: Collection[str], topic: str | None) -> bool:
    """Whether an article (`group/slug`) belongs to somebody's groups; without groups, or without a topic, everything does."""
    return not topics or topic is None or topic.partition("/")[0] in topics


async def _ranked(session: AsyncSession, circle: Sequence[Row[Any]], *, municipality: int, now: datetime) -> list[int]:
    """Who works now before who does not; then who has done nothing in a case for longest."""
    ids = [one.id for one in circle]
    newest = select(events.c.user_id, func.max(events.c.at).label("at")).where(events.c.user_id.in_(ids)).group_by(events.c.user_id)
    busy = {row.user_id: row.at for row in await session.execute(newest)}
    plans = await hours.of_each(session, municipality=municipality, users=ids)
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(ids, key=lambda one: (*_begins(plans[one], now), busy.get(one, never), one))


def _begins(plan: Hours, now: datetime) -> tuple[int, datetime]:
    """Works now, has stated no hours, begins later: in this order."""
    begins = hours.next_open(plan, now)
    if begins is None:
        return 1, now
    return (0, now) if begins == now else (2, begins)
