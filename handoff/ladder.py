"""When nobody answers: tell the person, remind, ask another one, the team, the lead; and again, so that nobody waits in silence.

Everything in working time. Who begins to wait is due at once (`cases`, `relay`); the first climb plans, an answer ends it. Whom it asks is
in `asked`, what it can promise in `promises`; the words are in `dialogs.handing`, those of e-mails in `letters`.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import asked, hours, leaves, letters, promises, requests, rows
from handoff.events import events
from handoff.promises import Expected
from handoff.rows import By, Change, cases
from store.statements import table_of
from store.tables import Message

Kind = Literal["tell", "remind", "substitute", "team", "lead"]
KINDS: tuple[Kind, ...] = ("tell", "remind", "substitute", "team", "lead")
TELL, REMIND, SUBSTITUTE, TEAM, LEAD = range(1, 6)
_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)
# Working time before each rung, and before each time that the lead hears of it again.
PACE = (_HOUR, _HOUR, _HOUR, _HOUR, 4 * _HOUR, 8 * _HOUR)
URGENT_PACE = (timedelta(), 10 * _MINUTE, 10 * _MINUTE, 10 * _MINUTE, 30 * _MINUTE, 2 * _HOUR)
# With these a case waits for the team, and its person has asked nothing.
_BY_THE_TEAM = ("woken", "resumed", "released", "taken_back", "reopened")

messages = table_of(Message)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One rung: what is to be said to whom now.

    `users` are asked (who is away is not among them); the person reads something if `tells`.
    `owner` is who has the case; if they are away it is until `away_until` (the last day), and `acting` stands in for them.
    """

    case: int
    municipality: int
    person: int
    language: str
    rung: int
    kind: Kind
    urgent: bool
    users: tuple[int, ...]
    tells: bool
    expected: Expected
    owner: str = ""
    away_until: date | None = None
    acting: str = ""


async def due(session: AsyncSession, now: datetime, limit: int = 50) -> list[int]:
    """Cases whose next rung is due, the longest due first; locked until the transaction ends (PostgreSQL)."""
    wanted = select(cases.c.id).where(cases.c.rung_at <= now, *_waits()).order_by(cases.c.rung_at, cases.c.id).limit(limit)
    return list(await session.scalars(wanted.with_for_update(skip_locked=True)))


async def start(session: AsyncSession, case: int, now: datetime) -> None:
    """Plan the next rung of a case in which somebody waits; call it again when a case has become urgent."""
    row = await _waiting(session, case)
    if row is None:
        return
    planned = await _first(session, row) if row.rung == 0 else await _after(session, row, now, rung=row.rung)
    if row.rung == 0 or planned < row.rung_at:
        await _move(session, row, rung=row.rung, rung_at=planned)


async def climb(session: AsyncSession, case: int, now: datetime) -> Step | None:
    """Climb the next rung of a case if it is due; None if nothing is to be done yet, or any more. Of two who try at once one climbs.

    History, news and e-mails of the step are written with it.
    """
    row = await _waiting(session, case)
    if row is None or row.rung_at > now:
        return None
    if row.rung == 0 and (first := await _first(session, row)) > now:
        await _move(session, row, rung=0, rung_at=first)
        return None
    told, earlier = await _person_waits(session, row), await asked.before(session, row)
    rung, users = await _next(session, row, now, told=told, earlier=earlier)
    if not await _move(session, row, rung=rung, rung_at=await _after(session, row, now, rung=rung)):
        return None
    step = await _step(session, row, now, rung=rung, users=users, earlier=earlier if told else None)
    if step.tells:
        await promises.keep(session, case=case, found=step.expected)
    by = By(municipality=row.municipality_id, case=case, user=None, now=now)
    line = await rows.told(session, by, Change(kind="ladder", values={}, detail={"rung": rung, "step": step.kind, "users": users}))
    await letters.write(session, case=case, person=row.person_id, kind=step.kind, line=line, to=users, now=now)
    return step


def _waits() -> tuple[Any, ...]:
    return cases.c.waiting_since.is_not(None), cases.c.state != "closed", cases.c.person_id.is_not(None)


async def _waiting(session: AsyncSession, case: int) -> Row[Any] | None:
    here = (cases.c.id == case, cases.c.rung_at.is_not(None), *_waits())
    return (await session.execute(select(cases).where(*here).with_for_update())).one_or_none()


async def _move(session: AsyncSession, row: Row[Any], *, rung: int, rung_at: datetime) -> bool:
    """Put a case on a rung, unless somebody answered or climbed meanwhile."""
    same = (cases.c.id == row.id, cases.c.rung == row.rung, cases.c.rung_at == row.rung_at, cases.c.waiting_since == row.waiting_since)
    return (await session.execute(update(cases).where(*same).values(rung=rung, rung_at=rung_at).returning(cases.c.id))).first() is not None


async def _first(session: AsyncSession, row: Row[Any]) -> datetime:
    """When the first rung is due: at once in danger, and for who was told nothing and writes when nobody works."""
    since: datetime = row.waiting_since
    if not await _person_waits(session, row):
        return await _after(session, row, since, rung=TELL)
    if row.urgent:
        return since
    if row.promised_at is None:
        found = await promises.expected(session, row, now=since)
        if found.opens_at and not found.open:
            return since
    return await _after(session, row, since, rung=0)


async def _after(session: AsyncSession, row: Row[Any], now: datetime, *, rung: int) -> datetime:
    """When the rung after this one is due."""
    clock = await promises.clock(session, municipality=row.municipality_id, now=now)
    return hours.add_working(clock, now, _pace(row, rung)) or now + timedelta(days=1)


def _pace(row: Row[Any], rung: int) -> timedelta:
    """The working time between a rung and the next."""
    return (URGENT_PACE if row.urgent else PACE)[min(rung, LEAD)]


async def _next(session: AsyncSession, row: Row[Any], now: datetime, *, told: bool, earlier: list[int]) -> tuple[int, list[int]]:
    """The next rung on which there is anybody to ask, and whom; the last one is climbed again and again."""
    rung: int = row.rung + 1
    if rung == TELL and told:
        return TELL, []
    if rung <= REMIND and (users := await asked.first(session, row, now=now)):
        return REMIND, users
    if rung <= SUBSTITUTE and (users := await asked.other(session, row, now=now, without=earlier)):
        return SUBSTITUTE, users
    if rung <= TEAM and (users := await asked.team(session, row, now=now, without=earlier)):
        return TEAM, users
    return max(rung, LEAD), await asked.lead(session, row, now=now)


async def _person_waits(session: AsyncSession, row: Row[Any]) -> bool:
    """Whether the person has asked or written since the case waits: not if a colleague made it wait, as by giving it back."""
    if row.reason in {"adviser", "referral"} and row.opened_at == row.waiting_since:
        began = True
    else:
        team = exists().where(events.c.case_id == row.id, events.c.kind.in_(_BY_THE_TEAM), events.c.at == row.waiting_since)
        began = bool(await session.scalar(select(team)))
    wrote = exists().where(messages.c.case_id == row.id, messages.c.incoming, messages.c.created_at >= row.waiting_since)
    return not began or bool(await session.scalar(select(wrote)))


async def _step(  # noqa: PLR0913 - one keyword for each fact
    session: AsyncSession, row: Row[Any], now: datetime, *, rung: int, users: list[int], earlier: list[int] | None
) -> Step:
    """What is said; `earlier` is who was asked before, None if the person waits for nothing."""
    kind = KINDS[min(rung, LEAD) - 1]
    on = await asked.today(session, row, now=now)
    gone = next((one for one in await _gone(session, row, on) if one.absent == row.owner_id), None)
    return Step(
        case=row.id,
        municipality=row.municipality_id,
        person=row.person_id,
        language=await requests.language_of(session, person=row.person_id, otherwise=row.language),
        rung=rung,
        kind=kind,
        urgent=row.urgent,
        users=tuple(users),
        tells=earlier is not None and kind != "remind",
        expected=await promises.expected(
            session, row, now=now, users=[*(earlier or ()), *users], within=_pace(row, rung) if rung >= LEAD else None
        ),
        owner=await rows.name_of(session, row.owner_id),
        away_until=gone.until if gone else None,
        acting=await rows.name_of(session, gone.acting) if gone else "",
    )


async def _gone(session: AsyncSession, row: Row[Any], on: date) -> list[leaves.Substitution]:
    return await leaves.substitutions(session, municipality=row.municipality_id, on=on) if row.owner_id else []
