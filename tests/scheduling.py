"""A small municipality for tests of appointments, written straight into the tables: `town(session)`; names say what they are."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from scheduler import calendar
from scheduler.calendar import Rules
from scheduler.slots import Slot
from store.database import Database
from store.scheduling import Adviser, Hours, Offer, Office, Service, Site
from store.tables import Municipality, Person

BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, kw_only=True)
class Ids:
    """The ids of what `town` made."""

    municipality: int
    office: int
    service: int
    advisers: tuple[int, ...]


async def town(
    session: AsyncSession,
    *,
    slug: str = "testort",
    languages: tuple[tuple[str, ...], ...] = (("de", "en"), ("de", "ar")),
    genders: tuple[str | None, ...] = (None, "woman"),
    before: int = 0,
    after: int = 0,
    minutes: int = 30,
    notice_minutes: int = 60,
    modes: tuple[str, ...] = ("in_person", "phone"),
    per_person_per_day: int = 1,
    horizon_days: int = 42,
) -> Ids:
    """One office, one service, an adviser per entry of `languages`, Monday to Saturday 9 to 12 and 13 to 16 o'clock."""
    place = await session.scalar(select(Municipality).where(col(Municipality.slug) == slug))
    if place is None:
        place = Municipality(slug=slug, name=slug.title(), staffed=True)
        session.add(place)
        await session.flush()
    municipality = int(place.id or 0)
    if await session.get(Site, municipality) is None:
        session.add(Site(municipality_id=municipality))
    office = Office(municipality_id=municipality, slug="haus", name="Haus Test", address="Teststraße 1, 00000 Testort")
    service = Service(
        municipality_id=municipality,
        slug="papiere",
        names={"de": "Aufenthalt und Papiere", "en": "Residence and papers"},
        minutes=minutes,
        before=before,
        after=after,
        step=minutes,
        modes=list(modes),
        topics=["residence/extension"],
        bring={"de": ["Ausweis"], "en": ["Your permit"]},
        notice_minutes=notice_minutes,
        per_person_per_day=per_person_per_day,
        horizon_days=horizon_days,
        minutes_before=[120],
    )
    session.add_all([office, service])
    await session.flush()
    advisers = []
    for position, spoken in enumerate(languages):
        gender = genders[position] if position < len(genders) else None
        adviser = Adviser(
            municipality_id=municipality, slug=f"beraterin-{position}", name=f"Beraterin {position}", languages=list(spoken), gender=gender
        )
        session.add(adviser)
        await session.flush()
        advisers.append(int(adviser.id or 0))
        session.add(Offer(adviser_id=advisers[-1], service_id=int(service.id or 0)))
        for weekday in range(6):
            for starts, ends in ((540, 720), (780, 960)):
                session.add(Hours(adviser_id=advisers[-1], office_id=int(office.id or 0), weekday=weekday, starts=starts, ends=ends))
    await session.flush()
    return Ids(municipality=municipality, office=int(office.id or 0), service=int(service.id or 0), advisers=tuple(advisers))


async def person(session: AsyncSession, *, language: str = "en", municipality: int | None = None) -> int:
    """A person without any address."""
    row = Person(language=language, municipality_id=municipality)
    session.add(row)
    await session.flush()
    return int(row.id or 0)


async def rules(session: AsyncSession, ids: Ids) -> Rules:
    """The rules of the one service."""
    found = await calendar.rules_of(session, service=ids.service)
    assert found is not None
    return found


async def times(base: Database, ids: Ids, *, now: datetime, days: int = 7) -> list[Slot]:
    """All free times of the next days."""
    async with base.read() as session:
        found = await rules(session, ids)
        wish = calendar.wish_of(found, now=now, last=now + timedelta(days=days))
        return await calendar.free_slots(session, found, wish, now=now)


def local(day: date, hour: int, minute: int = 0) -> datetime:
    """A wall-clock moment in Berlin, in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BERLIN).astimezone(UTC)
