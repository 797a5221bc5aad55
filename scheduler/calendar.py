"""What free times depend on, read from the database. The computation is in `slots`, what is done with a free time in `booking`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, Row, bindparam, func, literal, null, or_, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from scheduler import slots
from scheduler.closed import closed_days
from scheduler.slots import Once, Plan, Slot, Span, Weekly, Wish
from store.scheduling import Absence, Adviser, Appointment, Busy, GroupSlot, Hours, Offer, Office, Opening, Service, Site
from store.statements import table_of

LIVING = ("held", "booked", "confirmed")
# Reading the rules took a third of the time of a booking; engines are the databases of this process.
_REMEMBERED: WeakKeyDictionary[Engine, dict[int, "Rules"]] = WeakKeyDictionary()

appointments, absences, busy, groups = (table_of(model) for model in (Appointment, Absence, Busy, GroupSlot))
hours, openings = table_of(Hours), table_of(Opening)
_VERSION = (
    select(col(Site.version))
    .join(Service, col(Service.municipality_id) == col(Site.municipality_id))
    .where(col(Service.id) == bindparam("service"))
)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What changes rarely: the site, one service, who offers it where and when. No appointment is in it."""

    site: Site
    service: Service
    advisers: Mapping[int, Adviser]
    offices: Mapping[int, Office]
    weekly: Mapping[int, tuple[Weekly, ...]]
    once: Mapping[int, tuple[Once, ...]]

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the municipality's wall clocks go."""
        return ZoneInfo(self.site.zone)


async def site_of(session: AsyncSession, *, municipality: int) -> Site:
    """How the municipality works; the usual values where it has said nothing."""
    return await session.get(Site, municipality) or Site(municipality_id=municipality)


async def services(session: AsyncSession, *, municipality: int) -> list[Service]:
    """What can be booked in a municipality, in its order: services that somebody offers or that have a group slot to come."""
    offered = select(col(Offer.service_id)).join(Adviser, col(Adviser.id) == col(Offer.adviser_id)).where(~col(Adviser.retired))
    grouped = select(col(GroupSlot.service_id)).where(~col(GroupSlot.retired), col(GroupSlot.starts_at) > func.current_timestamp())
    wanted = select(Service).where(
        col(Service.municipality_id) == municipality,
        ~col(Service.retired),
        or_(col(Service.id).in_(offered), col(Service.id).in_(grouped)),
    )
    return list(await session.scalars(wanted.order_by(col(Service.position), col(Service.id))))


async def changed(session: AsyncSession, *, municipality: int) -> None:
    """Offices, services, advisers or hours of the municipality changed: what processes remember of them is void when this commits."""
    await session.execute(update(Site).where(col(Site.municipality_id) == municipality).values(version=col(Site.version) + 1))


async def rules_of(session: AsyncSession, *, service: int) -> Rules | None:
    """The rules of a service that can be booked; None if it does not exist (any more). Remembered per database until they change."""
    known = _REMEMBERED.setdefault(session.get_bind().engine, {})
    version = await session.scalar(_VERSION, {"service": service})
    if version is not None and service in known and known[service].site.version == version:
        return known[service]
    rules = await _read_rules(session, service)
    if rules is None or version is None:
        known.pop(service, None)
        return rules
    for row in (rules.site, rules.service, *rules.advisers.values(), *rules.offices.values()):
        session.expunge(row)  # a rollback of this session must not empty what is remembered
    known[service] = rules
    return rules


async def _read_rules(session: AsyncSession, service: int) -> Rules | None:
    found = await session.get(Service, service)
    if found is None or found.retired:
        return None
    offered = select(Adviser).join(Offer, col(Offer.adviser_id) == col(Adviser.id))
    advisers = list(await session.scalars(offered.where(col(Offer.service_id) == service, ~col(Adviser.retired))))
    ids = [adviser.id for adviser in advisers]
    weekly = await session.execute(select(hours).where(hours.c.adviser_id.in_(ids), ~hours.c.walk_in).order_by(hours.c.id))
    once = await session.execute(select(openings).where(openings.c.adviser_id.in_(ids)).order_by(openings.c.id))
    offices = await session.scalars(select(Office).where(col(Office.municipality_id) == found.municipality_id))
    return Rules(
        site=await site_of(session, municipality=found.municipality_id),
        service=found,
        advisers={int(adviser.id or 0): adviser for adviser in advisers},
        offices={int(office.id or 0): office for office in offices},
        weekly=_grouped((row.adviser_id, weekly_of(row)) for row in weekly),
        once=_grouped((row.adviser_id, Once(office=row.office_id, day=row.day, starts=row.starts, ends=row.ends)) for row in once),
    )


def weekly_of(row: Row[Any]) -> Weekly:
    """A row of weekly hours as a value."""
    return Weekly(
        office=row.office_id,
        weekday=row.weekday,
        starts=row.starts,
        ends=row.ends,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


def _grouped(pairs: Any) -> dict[int, tuple[Any, ...]]:
    result: dict[int, tuple[Any, ...]] = {}
    for key, value in pairs:
        result[key] = (*result.get(key, ()), value)
    return result


def wish_of(rules: Rules, *, now: datetime, first: datetime | None = None, last: datetime | None = None) -> Wish:
    """What the service asks for, between its notice and its horizon, narrowed to first … last."""
    service = rules.service
    earliest = now + timedelta(minutes=service.notice_minutes)
    latest = now + timedelta(days=service.horizon_days)
    return Wish(
        minutes=service.minutes,
        before=service.before,
        after=service.after,
        step=service.step,
        earliest=max(earliest, first) if first else earliest,
        latest=min(latest, last) if last else latest,
    )


async def free_slots(  # noqa: PLR0913 - one keyword for each limit
    session: AsyncSession, rules: Rules, wish: Wish, *, now: datetime, advisers: Collection[int] | None = None, without: int | None = None
) -> list[Slot]:
    """Free times of the service's advisers (or of some) and places in its group slots, earliest first.

    `without` is an appointment whose own time counts as free: the one that is being moved.
    """
    wanted = [adviser for adviser in rules.advisers if advisers is None or adviser in advisers]
    plans = await _plans(session, rules, wish, wanted, now=now, without=without)
    found = [slot for plan in plans for slot in slots.free(plan, wish)]
    if advisers is None:
        found += await group_places(session, service=int(rules.service.id or 0), first=wish.earliest, last=wish.latest, now=now)
    return sorted(found)


async def _plans(  # noqa: PLR0913 - as free_slots
    session: AsyncSession, rules: Rules, wish: Wish, wanted: Sequence[int], *, now: datetime, without: int | None
) -> list[Plan]:
    if not wanted:
        return []
    # A whole day more on both sides: buffers, and the daily limit counts whole days.
    first, last = wish.earliest - slots.DAY, wish.latest + slots.DAY
    taken: dict[int, list[Span]] = {adviser: [] for adviser in wanted}
    away: dict[int, list[Span]] = {adviser: [] for adviser in wanted}
    booked: dict[int, list[datetime]] = {adviser: [] for adviser in wanted}
    offices: list[tuple[int, Span]] = []
    for row in await session.execute(_occupied(rules.service.municipality_id, wanted, first, last, now=now, without=without)):
        span = Span(starts=row.starts, ends=row.ends)
        if row.kind == "appointment":
            taken[row.adviser].append(span)
            booked[row.adviser].append(row.begins)
        elif row.adviser is not None:
            away[row.adviser].append(span)
        elif row.office is not None:
            offices.append((row.office, span))
        else:
            for spans in away.values():
                spans.append(span)
    for adviser, span in await _groups_of(session, rules.service.municipality_id, wanted, first, last):
        taken[adviser].append(span)
    closed = _closed(rules, first.date(), last.date())
    return [
        Plan(
            adviser=adviser,
            zone=rules.zone,
            weekly=rules.weekly.get(adviser, ()),
            once=rules.once.get(adviser, ()),
            away=tuple(away[adviser]),
            taken=tuple(taken[adviser]),
            closed=closed,
            office_away=tuple(offices),
            daily_limit=rules.advisers[adviser].daily_limit,
            booked=tuple(booked[adviser]),
        )
        for adviser in wanted
    ]


def _occupied(  # noqa: PLR0913 - one argument for each limit
    municipality: int, advisers: Sequence[int], first: datetime, last: datetime, *, now: datetime, without: int | None
) -> Any:
    """One statement for all that takes time from advisers: living appointments, absences (also of offices and of all), own calendars."""
    a, b, c = appointments.c, absences.c, busy.c
    # A hold that has run out counts as free: whoever books its time ends it.
    living = (a.state.in_(LIVING), or_(a.state != "held", a.held_until > now))
    kept = (a.adviser_id.in_(advisers), a.blocked_until > first, a.blocked_from < last, a.id != (without or 0))
    return union_all(
        select(
            literal("appointment").label("kind"),
            a.adviser_id.label("adviser"),
            null().label("office"),
            a.blocked_from.label("starts"),
            a.blocked_until.label("ends"),
            a.starts_at.label("begins"),
        ).where(*living, *kept),
        select(literal("absence"), b.adviser_id, b.office_id, b.starts_at, b.ends_at, b.starts_at).where(
            b.municipality_id == municipality,
            or_(b.adviser_id.is_(None), b.adviser_id.in_(advisers)),
            b.ends_at > first,
            b.starts_at < last,
        ),
        select(literal("busy"), c.adviser_id, null(), c.starts_at, c.ends_at, c.starts_at).where(
            c.adviser_id.in_(advisers), c.ends_at > first, c.starts_at < last
        ),
    )


async def _groups_of(
    session: AsyncSession, municipality: int, advisers: Sequence[int], first: datetime, last: datetime
) -> list[tuple[int, Span]]:
    """The time that group slots take from advisers."""
    wanted = select(groups.c.advisers, groups.c.starts_at, groups.c.ends_at).where(
        groups.c.municipality_id == municipality, ~groups.c.retired, groups.c.ends_at > first, groups.c.starts_at < last
    )
    rows = await session.execute(wanted)
    return [(adviser, Span(starts=row.starts_at, ends=row.ends_at)) for row in rows for adviser in row.advisers if adviser in advisers]


async def group_places(session: AsyncSession, *, service: int, first: datetime, last: datetime, now: datetime) -> list[Slot]:
    """Group slots of a service that begin between first and last and have a place left."""
    a = appointments.c
    living = (a.state.in_(LIVING), or_(a.state != "held", a.held_until > now))
    taken = select(func.count()).where(a.group_slot_id == groups.c.id, *living).scalar_subquery()
    wanted = select(groups.c.id, groups.c.starts_at, groups.c.ends_at, groups.c.office_id).where(
        groups.c.service_id == service,
        ~groups.c.retired,
        groups.c.starts_at >= first,
        groups.c.starts_at <= last,
        taken < groups.c.capacity,
    )
    return [
        Slot(starts=row.starts_at, ends=row.ends_at, adviser=0, office=row.office_id, group=row.id)
        for row in await session.execute(wanted.order_by(groups.c.starts_at))
    ]


def _closed(rules: Rules, first: date, last: date) -> frozenset[date]:
    site = rules.site
    years = range(first.year, last.year + 1)
    return closed_days(land=site.land, school=site.school_holidays, own=site.closed_days, years=years)
