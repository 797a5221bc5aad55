"""A municipality's site file applied to the database, in the caller's transaction. Reading is in `site_reader`, writing in `site_export`.

The file is the whole truth: what it does not name goes. Offices, services, advisers and group slots that an appointment, the waiting
list or a task refers to stay as `retired`, and come back when the file names them again.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from scheduler.calendar import LIVING, changed
from scheduler.displaced import displace
from scheduler.site_nodes import Problem, SiteFileError
from scheduler.site_reader import read
from scheduler.site_rows import Tally, assign, drop, put, replace_rows
from scheduler.site_schema import AbsenceEntry, GroupSlotEntry, HoursEntry, OfficeEntry, OpeningEntry, ServiceEntry, SiteFile
from scheduler.slots import Span
from store.crypto import Keyring
from store.scheduling import (
    Absence,
    Adviser,
    Appointment,
    Busy,
    GroupSlot,
    Hours,
    Offer,
    Office,
    Opening,
    Service,
    Site,
)
from store.tables import Municipality
from store.types import utcnow

DEMO = Path(__file__).parent / "demo_site.yml"
BUSY_PURPOSE = "busy_url"
SITE_FIELDS = ("zone", "land", "school_holidays", "closed_days", "quiet_from", "quiet_until", "interpreters", "lead_email")
_BEFORE_DEMO_EVENING = timedelta(days=7)
KINDS = ("site", "offices", "services", "advisers", "offers", "hours", "openings", "absences", "group_slots")
ADVISER_FIELDS = ("name", "email", "gender", "languages", "daily_limit")
OFFER = ("adviser_id", "service_id")
HOURS = ("adviser_id", "office_id", "weekday", "starts", "ends", "valid_from", "valid_until", "walk_in")
OPENING = ("adviser_id", "office_id", "day", "starts", "ends")
ABSENCE = ("adviser_id", "office_id", "municipality_id", "starts_at", "ends_at", "reason")


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What became of the rows of one kind."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    unchanged: int = 0


@dataclass(frozen=True, kw_only=True)
class Report:
    """What an import did, by kind: site, offices, services, advisers, offers, hours, openings, absences, group_slots.

    `displaced` are the appointments that lie in an absence: their people are asked for a new time. Where the file has a section
    `knowledge`, `sources` and `topics` are among the kinds, and `pages_gone` pages went with their sources.
    """

    kinds: Mapping[str, Counts]
    displaced: tuple[int, ...] = ()
    pages_gone: int = 0

    @property
    def changes(self) -> int:
        """How many rows are not as they were."""
        return sum(counts.new + counts.changed + counts.gone for counts in self.kinds.values())


@dataclass(frozen=True, kw_only=True)
class _Ids:
    """The row ids of what has a slug."""

    offices: Mapping[str, int]
    services: Mapping[str, int]
    advisers: Mapping[str, int]

    def pair(self, entry: HoursEntry | OpeningEntry | AbsenceEntry) -> tuple[int | None, int | None]:
        """Adviser and office of an entry."""
        adviser = None if entry.adviser is None else self.advisers[entry.adviser]
        return adviser, None if entry.office is None else self.offices[entry.office]


async def import_site(session: AsyncSession, keyring: Keyring, *, site: SiteFile, municipality: int) -> Report:
    """Make the rows of a municipality those of the file; a second time it changes nothing.

    Raises SiteFileError if the file moves a group slot that people have booked, before anything is changed.
    """
    # Whoever refers to the municipality waits: a second import, and a booking, which would refer to rows that go.
    await session.execute(select(col(Municipality.id)).where(col(Municipality.id) == municipality).with_for_update())
    await _refuse_moved(session, site, municipality)
    tallies: dict[str, Tally] = {kind: Counter() for kind in KINDS}
    await _settings(session, site, municipality, tallies["site"])
    ids = _Ids(
        offices=await put(session, Office, _plain(site.offices), municipality=municipality, tally=tallies["offices"]),
        services=await put(session, Service, _plain(site.services), municipality=municipality, tally=tallies["services"]),
        advisers=await put(
            session,
            Adviser,
            await _advisers(session, keyring, site, municipality),
            municipality=municipality,
            tally=tallies["advisers"],
        ),
    )
    await _times(session, site, ids, municipality, tallies)
    slots = {slug: _slot(entry, ids) for slug, entry in site.group_slots.items()}
    await put(session, GroupSlot, slots, municipality=municipality, tally=tallies["group_slots"])
    # In this order: a group slot that stays still needs its advisers, service and office.
    await drop(session, GroupSlot, keep=site.group_slots, municipality=municipality, tally=tallies["group_slots"])
    await drop(session, Adviser, keep=site.advisers, municipality=municipality, tally=tallies["advisers"])
    await drop(session, Service, keep=site.services, municipality=municipality, tally=tallies["services"])
    await drop(session, Office, keep=site.offices, municipality=municipality, tally=tallies["offices"])
    displaced = await _displaced(session, site, ids, municipality)
    report = Report(kinds={kind: Counts(**tally) for kind, tally in tallies.items()}, displaced=displaced)
    if report.changes:
        await changed(session, municipality=municipality)
    return report


async def _displaced(session: AsyncSession, site: SiteFile, ids: _Ids, municipality: int) -> tuple[int, ...]:
    """Ask everybody whose appointment lies in an absence for a new time (once: an import again tells nobody twice)."""
    found: list[int] = []
    for entry in site.absences:
        adviser, office = ids.pair(entry)
        span = Span(starts=entry.starts_at, ends=entry.ends_at)
        found += await displace(session, municipality=municipality, span=span, now=utcnow(), adviser=adviser, office=office)
    return tuple(sorted(set(found)))


def _plain(entries: Mapping[str, OfficeEntry] | Mapping[str, ServiceEntry]) -> dict[str, dict[str, Any]]:
    return {slug: asdict(entry) for slug, entry in entries.items()}


async def ensure_demo(session: AsyncSession, keyring: Keyring, *, municipality: int) -> None:
    """Import the fictional site if the municipality has none; its group slots are moved by whole weeks into the future."""
    if await session.get(Site, municipality) is None:
        await import_site(session, keyring, site=_in_future(_demo(), now=utcnow()), municipality=municipality)


@cache
def _demo() -> SiteFile:
    return read(DEMO.read_text(encoding="utf-8"))


def _in_future(site: SiteFile, *, now: datetime) -> SiteFile:
    """The site with group slots at least a week ahead, on their weekdays and times of day."""
    first = min((slot.starts_at for slot in site.group_slots.values()), default=now)
    shift = max(timedelta(weeks=-((first - now - _BEFORE_DEMO_EVENING) // timedelta(weeks=1))), timedelta(0))
    zone = ZoneInfo(site.zone)

    def later(moment: datetime) -> datetime:
        return moment.astimezone(zone) + shift  # on the wall clock, whatever the clocks did meanwhile

    slots = {slug: replace(slot, starts_at=later(slot.starts_at), ends_at=later(slot.ends_at)) for slug, slot in site.group_slots.items()}
    return replace(site, group_slots=slots)


async def _refuse_moved(session: AsyncSession, site: SiteFile, municipality: int) -> None:
    """Raise SiteFileError if people have booked a group slot that would be at another time or place or about something else."""
    living = select(col(Appointment.group_slot_id)).where(col(Appointment.state).in_(LIVING), col(Appointment.group_slot_id).is_not(None))
    wanted = (
        select(GroupSlot, col(Service.slug), col(Office.slug))
        .join(Service, col(Service.id) == col(GroupSlot.service_id))
        .join(Office, col(Office.id) == col(GroupSlot.office_id))
        .where(col(GroupSlot.municipality_id) == municipality, col(GroupSlot.id).in_(living))
    )
    problems = []
    for row, service, office in await session.execute(wanted):
        entry = site.group_slots.get(row.slug)
        if entry and (entry.starts_at, entry.ends_at, entry.service, entry.office) != (row.starts_at, row.ends_at, service, office):
            reason = f"people have booked {row.slug!r}, so its time, service and office cannot change"
            problems.append(Problem(line=entry.line, reason=reason, remedy="leave it, and add another group slot with a name of its own"))
    if problems:
        raise SiteFileError(problems)


async def _settings(session: AsyncSession, site: SiteFile, municipality: int, tally: Tally) -> None:
    """The one row of the municipality itself."""
    values = {name: getattr(site, name) for name in SITE_FIELDS}
    row = await session.get(Site, municipality)
    if row is None:
        session.add(Site(municipality_id=municipality, **values))
        tally["new"] += 1
    else:
        tally[assign(row, values)] += 1


async def _advisers(session: AsyncSession, keyring: Keyring, site: SiteFile, municipality: int) -> dict[str, dict[str, Any]]:
    """The columns of the advisers by slug; another address of their own calendar forgets what was read from the old one."""
    rows = await session.scalars(select(Adviser).where(col(Adviser.municipality_id) == municipality))
    sealed = {row.slug: row.sealed_busy_url for row in rows}
    result = {}
    for slug, entry in site.advisers.items():
        values = {name: getattr(entry, name) for name in ADVISER_FIELDS}
        old = sealed.get(slug)
        stored = keyring.open(old, purpose=BUSY_PURPOSE) if old and entry.busy_given else None
        if entry.busy_given and entry.busy != stored:
            again = keyring.seal(entry.busy, purpose=BUSY_PURPOSE) if entry.busy else None
            values |= {"sealed_busy_url": again, "busy_checked_at": None, "busy_problem": ""}
            ids = select(col(Adviser.id)).where(col(Adviser.municipality_id) == municipality, col(Adviser.slug) == slug)
            await session.execute(delete(Busy).where(col(Busy.adviser_id).in_(ids)))
        result[slug] = values
    return result


async def _times(session: AsyncSession, site: SiteFile, ids: _Ids, municipality: int, tallies: Mapping[str, Tally]) -> None:
    """Who offers what, weekly hours, openings and absences: rows without a name, replaced where they differ."""
    advisers = select(col(Adviser.id)).where(col(Adviser.municipality_id) == municipality)
    offices = select(col(Office.id)).where(col(Office.municipality_id) == municipality)
    offers = [(ids.advisers[slug], ids.services[service]) for slug, entry in site.advisers.items() for service in entry.offers]
    await replace_rows(session, select(Offer).where(col(Offer.adviser_id).in_(advisers)), OFFER, offers, tally=tallies["offers"])
    hours = [
        (*ids.pair(row), row.weekday, row.starts, row.ends, row.valid_from, row.valid_until, row.adviser is None) for row in site.hours
    ]
    await replace_rows(session, select(Hours).where(col(Hours.office_id).in_(offices)), HOURS, hours, tally=tallies["hours"])
    openings = [(*ids.pair(row), row.day, row.starts, row.ends) for row in site.openings]
    await replace_rows(session, select(Opening).where(col(Opening.adviser_id).in_(advisers)), OPENING, openings, tally=tallies["openings"])
    absences = [(*ids.pair(row), municipality, row.starts_at, row.ends_at, row.reason) for row in site.absences]
    here = select(Absence).where(col(Absence.municipality_id) == municipality)
    await replace_rows(session, here, ABSENCE, absences, tally=tallies["absences"])


def _slot(entry: GroupSlotEntry, ids: _Ids) -> dict[str, Any]:
    return {
        "service_id": ids.services[entry.service],
        "office_id": ids.offices[entry.office],
        "starts_at": entry.starts_at,
        "ends_at": entry.ends_at,
        "capacity": entry.capacity,
        "advisers": [ids.advisers[slug] for slug in entry.advisers],
    }
