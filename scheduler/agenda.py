"""What the calendars of a municipality's advisers hold in a stretch of time, read for people to look at. Free times are in `calendar`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from scheduler import calendar, closed, slots
from scheduler.calendar import absences, appointments, busy, groups, openings
from scheduler.calendar import hours as weekly_hours
from scheduler.slots import Once, Plan, Span
from store.scheduling import Adviser, Office, Service
from store.statements import table_of

SHOWN = ("booked", "confirmed", "attended", "missed")

services, offices, advisers = (table_of(model) for model in (Service, Office, Adviser))


@dataclass(frozen=True, kw_only=True)
class Agenda:
    """Rows and spans that touch the time asked for; `open_` are hours by adviser, `closed` the days on which nobody works, by name.

    `appointments` are whole rows with the service's `names` and `bring` and the `office`'s name; held times are among them.
    `groups` are whole rows with `names`, `office` and the number of people (`places`). `absences` have an empty adviser where everybody
    (or an office) is away.
    """

    zone: ZoneInfo
    first: datetime
    last: datetime
    appointments: Sequence[Row[Any]]
    groups: Sequence[Row[Any]]
    absences: Sequence[Row[Any]]
    busy: Sequence[Row[Any]]
    openings: Sequence[Row[Any]]
    open_: Mapping[int, Sequence[tuple[int, Span]]]
    closed: Mapping[date, str]


async def team(session: AsyncSession, *, municipality: int) -> list[Adviser]:
    """All whose time can be booked, by name."""
    wanted = select(Adviser).where(col(Adviser.municipality_id) == municipality, ~col(Adviser.retired))
    return list(await session.scalars(wanted.order_by(col(Adviser.name), col(Adviser.id))))


async def of(  # noqa: PLR0913 - one keyword for each limit
    session: AsyncSession, *, municipality: int, who: Collection[int], days: Sequence[date], language: str, now: datetime
) -> Agenda:
    """The calendars of some advisers on consecutive days; holidays are named in German or English."""
    site = await calendar.site_of(session, municipality=municipality)
    zone = ZoneInfo(site.zone)
    first, last = slots.begin(days[0], 0, zone), slots.end(days[-1], 1440, zone)
    shut = closed.named_days(land=site.land, school=site.school_holidays, own=site.closed_days, days=days, language=language)
    booked = await session.execute(_appointments(municipality, who, now).where(*_touches(appointments, first, last)))
    grouped = await session.execute(_groups(municipality).where(*_touches(groups, first, last)))
    a, b = absences.c, busy.c
    away = (a.municipality_id == municipality, or_(a.adviser_id.is_(None), a.adviser_id.in_(who)), *_touches(absences, first, last))
    once = list(await session.execute(select(openings).where(openings.c.adviser_id.in_(who), openings.c.day.in_(days))))
    return Agenda(
        zone=zone,
        first=first,
        last=last,
        appointments=list(booked),
        groups=[row for row in grouped if not row.advisers or set(row.advisers) & set(who)],
        absences=list(await session.execute(select(absences).where(*away).order_by(a.starts_at, a.id))),
        busy=list(await session.execute(select(busy).where(b.adviser_id.in_(who), *_touches(busy, first, last)).order_by(b.starts_at))),
        openings=once,
        open_=await _open(session, who=who, once=once, days=days, shut=frozenset(shut), zone=zone),
        closed=shut,
    )


async def one(session: AsyncSession, *, municipality: int, appointment: int) -> Row[Any] | None:
    """One appointment as in an agenda, in whatever state; None for an id that is not of the municipality."""
    a = appointments.c
    wanted = _joined().where(a.id == appointment, a.municipality_id == municipality)
    found: Row[Any] | None = (await session.execute(wanted)).one_or_none()
    return found


def _touches(table: Any, first: datetime, last: datetime) -> tuple[Any, Any]:
    return table.c.starts_at < last, table.c.ends_at > first


def _joined() -> Any:
    a = appointments.c
    columns = (services.c.names, services.c.bring, offices.c.name.label("office"))
    joined = appointments.join(services, services.c.id == a.service_id).join(offices, offices.c.id == a.office_id)
    return select(appointments, *columns).select_from(joined)


def _appointments(municipality: int, who: Collection[int], now: datetime) -> Any:
    a = appointments.c
    shown = or_(a.state.in_(SHOWN), (a.state == "held") & (a.held_until > now))
    return _joined().where(a.municipality_id == municipality, a.adviser_id.in_(who), shown).order_by(a.starts_at, a.id)


def _groups(municipality: int) -> Any:
    a = appointments.c
    places = select(func.count()).where(a.group_slot_id == groups.c.id, a.state.in_(SHOWN)).scalar_subquery()
    columns = (services.c.names, services.c.bring, offices.c.name.label("office"), places.label("places"))
    joined = groups.join(services, services.c.id == groups.c.service_id).join(offices, offices.c.id == groups.c.office_id)
    wanted = select(groups, *columns).select_from(joined).where(groups.c.municipality_id == municipality, ~groups.c.retired)
    return wanted.order_by(groups.c.starts_at, groups.c.id)


async def people_of(session: AsyncSession, *, municipality: int, group: int) -> list[Row[Any]]:
    """The appointments in a group slot that are agreed or over, in the order in which they were made."""
    a = appointments.c
    wanted = _joined().where(a.group_slot_id == group, a.municipality_id == municipality, a.state.in_(SHOWN))
    return list(await session.execute(wanted.order_by(a.id)))


async def _open(  # noqa: PLR0913 - one keyword for each part
    session: AsyncSession, *, who: Collection[int], once: Sequence[Row[Any]], days: Sequence[date], shut: frozenset[date], zone: ZoneInfo
) -> dict[int, list[tuple[int, Span]]]:
    """The hours of each adviser on these days; closed days have those only that were opened one by one."""
    weekly = list(await session.execute(select(weekly_hours).where(weekly_hours.c.adviser_id.in_(who), ~weekly_hours.c.walk_in)))
    return {
        adviser: sorted(
            slots.open_spans(
                Plan(
                    adviser=adviser,
                    zone=zone,
                    weekly=tuple(calendar.weekly_of(row) for row in weekly if row.adviser_id == adviser),
                    once=tuple(_once(row) for row in once if row.adviser_id == adviser),
                    closed=shut,
                ),
                days,
            ),
            key=lambda pair: pair[1],
        )
        for adviser in who
    }


def _once(row: Row[Any]) -> Once:
    return Once(office=row.office_id, day=row.day, starts=row.starts, ends=row.ends)
