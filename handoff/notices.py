"""Telling people that their adviser is away and who stands in, once per leave and case. Who stands in is decided in `leaves`."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import hours, leaves, promises, requests, rows
from handoff.events import events
from handoff.hours import DAY
from handoff.leaves import Substitution
from handoff.rows import By, Change, cases, conversations
from store.desk import Leave
from store.statements import table_of

STEP = "substitution"
_THEIRS = ("claimed", "answered")


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What a person should know: `owner` is away until a day (included), `acting` reads their messages until then (empty: nobody)."""

    case: int
    municipality: int
    person: int
    language: str
    owner: str
    acting: str
    until: date


async def due(session: AsyncSession, now: datetime, limit: int = 50) -> list[Notice]:
    """Notices that were not told yet, now told: cases in which a human has the word and is away today. Written to the history and news.

    Nobody is told at night: a town's notices are due while it works.
    """
    found: list[Notice] = []
    for municipality in await _towns(session, now):
        clock = await promises.clock(session, municipality=municipality, now=now)
        today = clock.day_of(now) if hours.is_open(clock, now) else None
        for gone in await leaves.substitutions(session, municipality=municipality, on=today) if today else ():
            found += await _tell(session, gone, municipality=municipality, now=now, limit=limit - len(found))
    return found


async def _towns(session: AsyncSession, now: datetime) -> list[int]:
    """Where somebody is away, in whatever time zone, who has a case."""
    c, away = cases.c, table_of(Leave).c
    today = (away.starts_on <= (now + DAY).date(), away.ends_on >= (now - DAY).date())
    wanted = select(c.municipality_id).join(table_of(Leave), away.user_id == c.owner_id).where(c.state.in_(_THEIRS), *today)
    return sorted(set(await session.scalars(wanted)))


async def _tell(session: AsyncSession, gone: Substitution, *, municipality: int, now: datetime, limit: int) -> list[Notice]:
    theirs = (cases.c.owner_id == gone.absent, cases.c.municipality_id == municipality, cases.c.state.in_(_THEIRS))
    held = select(cases).join(conversations, conversations.c.held_by_case == cases.c.id).where(*theirs)
    told = set(await _told(session, gone))
    names = await rows.name_of(session, gone.absent), await rows.name_of(session, gone.acting)
    found: list[Notice] = []
    for row in await session.execute(held.order_by(cases.c.id).with_for_update(skip_locked=True, of=cases)):
        if row.id in told or len(found) >= limit:
            continue
        by = By(municipality=municipality, case=row.id, user=None, now=now)
        detail = {"step": STEP, "leave": gone.leave, "from": gone.absent, **({"to": gone.acting} if gone.acting else {})}
        await rows.told(session, by, Change(kind="ladder", values={}, detail=detail))
        language = await requests.language_of(session, person=row.person_id, otherwise=row.language)
        about = {"case": row.id, "municipality": municipality, "person": row.person_id, "until": gone.until}
        found.append(Notice(**about, language=language, owner=names[0], acting=names[1]))
    return found


async def _told(session: AsyncSession, gone: Substitution) -> list[int]:
    """The cases whose people know of this leave and of who stands in."""
    lines = select(events.c.case_id, events.c.detail).join(cases, cases.c.id == events.c.case_id)
    mine = lines.where(cases.c.owner_id == gone.absent, events.c.kind == "ladder")
    return [
        row.case_id for row in await session.execute(mine) if row.detail.get("leave") == gone.leave and row.detail.get("to") == gone.acting
    ]
