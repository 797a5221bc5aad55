"""A municipality's rows written as a site file that imports to the same rows. The way back is in `site_reader` and `site`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from scheduler.site import BUSY_PURPOSE
from scheduler.site_schema import WEEKDAYS, wall
from scheduler.site_values import DAY_MINUTES
from store.crypto import Keyring
from store.scheduling import Absence, Adviser, GroupSlot, Hours, Offer, Office, Opening, Service, Site
from store.tables import Municipality

HEADER = "# Written by `lotse site export`. Change it, and read it in again with `lotse site import`.\n"
HIDDEN = "# The addresses of advisers' own calendars (busy) are left out: they stay as they are. `--secrets` shows them.\n"
WIDTH = 120


class _Flow(dict[str, Any]):
    """A mapping in one line."""


class _Dumper(yaml.SafeDumper):
    """Lists of simple values and flow mappings in one line, everything else as blocks; no anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is PyYAML's
        """Write everything out: operators do not know anchors."""
        return True


def _flow(dumper: _Dumper, row: _Flow) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", row.items(), flow_style=True)


def _list(dumper: _Dumper, items: list[Any]) -> yaml.Node:
    simple = not any(isinstance(item, dict) for item in items) and sum(len(str(item)) for item in items) < WIDTH
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=simple)


_Dumper.add_representer(_Flow, _flow)
_Dumper.add_representer(list, _list)


async def export_site(
    session: AsyncSession, keyring: Keyring, *, municipality: int, secrets: bool = False, knowledge: Mapping[str, Any] | None = None
) -> str:
    """The site file of a municipality; `secrets` adds the addresses of advisers' own calendars, `knowledge` is that section."""
    town = await session.get_one(Municipality, municipality)
    site = await session.get(Site, municipality) or Site(municipality_id=municipality)
    rows = await _read(session, municipality, ZoneInfo(site.zone))
    busy = {row.id: keyring.open(row.sealed_busy_url, purpose=BUSY_PURPOSE) for row in rows.advisers if secrets and row.sealed_busy_url}
    content = {
        "municipality": town.slug,
        "zone": site.zone,
        "land": site.land,
        "school_holidays": site.school_holidays,
        "closed_days": [date.fromisoformat(day) for day in site.closed_days],
        "quiet": _Flow({"from": wall(site.quiet_from), "to": wall(site.quiet_until)}),
        "interpreters": [_Flow(_filled(pool)) for pool in site.interpreters],
        "lead_email": site.lead_email,
        "absences": rows.absences(),
        "offices": {row.slug: rows.office(row) for row in rows.offices if not row.retired},
        "services": {row.slug: _service(row) for row in rows.services if not row.retired},
        "advisers": {row.slug: rows.adviser(row, busy.get(row.id)) for row in rows.advisers if not row.retired},
        "group_slots": {row.slug: rows.group_slot(row) for row in rows.group_slots if not row.retired},
        "knowledge": _knowledge(knowledge or {}),
    }
    text: str = yaml.dump(_filled(content), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)
    return HEADER + ("" if secrets else HIDDEN) + text


async def _read(session: AsyncSession, municipality: int, zone: ZoneInfo) -> "_Rows":
    here = {model: col(model.municipality_id) == municipality for model in (Office, Service, Adviser, GroupSlot, Absence)}
    advisers = select(col(Adviser.id)).where(here[Adviser])
    offices = select(col(Office.id)).where(here[Office])
    return _Rows(
        zone=zone,
        offices=list(await session.scalars(select(Office).where(here[Office]).order_by(col(Office.id)))),
        services=list(await session.scalars(select(Service).where(here[Service]).order_by(col(Service.position), col(Service.id)))),
        advisers=list(await session.scalars(select(Adviser).where(here[Adviser]).order_by(col(Adviser.id)))),
        group_slots=list(await session.scalars(select(GroupSlot).where(here[GroupSlot]).order_by(col(GroupSlot.starts_at)))),
        offers=list(await session.scalars(select(Offer).where(col(Offer.adviser_id).in_(advisers)))),
        hours=list(await session.scalars(select(Hours).where(col(Hours.office_id).in_(offices)).order_by(col(Hours.id)))),
        openings=list(await session.scalars(select(Opening).where(col(Opening.adviser_id).in_(advisers)).order_by(col(Opening.day)))),
        all_absences=list(await session.scalars(select(Absence).where(here[Absence]).order_by(col(Absence.starts_at)))),
    )


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """The rows of one municipality, and the blocks that they become."""

    zone: ZoneInfo
    offices: Sequence[Office]
    services: Sequence[Service]
    advisers: Sequence[Adviser]
    group_slots: Sequence[GroupSlot]
    offers: Sequence[Offer]
    hours: Sequence[Hours]
    openings: Sequence[Opening]
    all_absences: Sequence[Absence]

    def office(self, row: Office) -> dict[str, Any]:
        """An office with its open consultation and absences."""
        return _filled(
            {
                "name": row.name,
                "address": row.address,
                "phone": row.phone,
                "map": row.map_url,
                "walk_in": _weekly([hours for hours in self.hours if hours.adviser_id is None and hours.office_id == row.id], {}),
                "absences": self.absences(office=row.id),
            }
        )

    def adviser(self, row: Adviser, busy: str | None) -> dict[str, Any]:
        """An adviser with offers and times."""
        services = {offer.service_id for offer in self.offers if offer.adviser_id == row.id}
        offices = self._slugs(self.offices)
        openings = [opening for opening in self.openings if opening.adviser_id == row.id]
        return _filled(
            {
                "name": row.name,
                "email": row.email,
                "gender": row.gender,
                "languages": row.languages,
                "daily_limit": row.daily_limit,
                "busy": busy,
                "offers": [service.slug for service in self.services if service.id in services],
                "hours": _weekly([hours for hours in self.hours if hours.adviser_id == row.id], offices),
                "openings": [_Flow({"office": offices[one.office_id], "day": one.day, **_span(one)}) for one in openings],
                "absences": self.absences(adviser=row.id),
            }
        )

    def group_slot(self, row: GroupSlot) -> dict[str, Any]:
        """A group slot with its wall-clock time."""
        advisers = self._slugs(self.advisers)
        return _filled(
            {
                "service": self._slugs(self.services)[row.service_id],
                "office": self._slugs(self.offices)[row.office_id],
                "start": self._wall(row.starts_at),
                "minutes": (row.ends_at - row.starts_at) // timedelta(minutes=1),
                "capacity": row.capacity,
                "advisers": [advisers[adviser] for adviser in row.advisers],
            }
        )

    def absences(self, *, adviser: int | None = None, office: int | None = None) -> list[_Flow]:
        """The absences of an adviser, of an office, or (neither) of everybody."""
        rows = [row for row in self.all_absences if (row.adviser_id, row.office_id) == (adviser, office)]
        return [_Flow({"from": self._edge(row.starts_at), "to": self._edge(row.ends_at, last=True), "reason": row.reason}) for row in rows]

    def _slugs(self, rows: Sequence[Office] | Sequence[Service] | Sequence[Adviser]) -> dict[int, str]:
        return {int(row.id or 0): row.slug for row in rows}

    def _wall(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M}"

    def _edge(self, moment: datetime, *, last: bool = False) -> str | date:
        """A whole day if the moment is its midnight; of the end the day before, because the last day counts."""
        local = moment.astimezone(self.zone)
        if local.time() != time():
            return self._wall(moment)
        return local.date() - timedelta(days=1) if last else local.date()


def _knowledge(section: Mapping[str, Any]) -> dict[str, Any]:
    """Sources and topics, each in one line."""
    sources = [_Flow(source) for source in section.get("integreat", ())]
    topics = {topic: _Flow(switch) for topic, switch in section.get("topics", {}).items()}
    return _filled({"integreat": sources, "topics": topics})


def _service(row: Service) -> dict[str, Any]:
    reminders = {"day_before": None if row.day_before is None else wall(row.day_before), "before": [_length(m) for m in row.minutes_before]}
    return _filled(
        {
            "names": row.names,
            "minutes": row.minutes,
            "buffer_before": row.before,
            "buffer_after": row.after,
            "step": row.step,
            "modes": row.modes,
            "languages": row.languages,
            "topics": row.topics,
            "notice": _length(row.notice_minutes),
            "horizon": _length(row.horizon_days * DAY_MINUTES),
            "per_person_per_day": row.per_person_per_day,
            "reminders": _Flow(reminders),
            "bring": row.bring,
            "preparation": row.preparation,
        }
    )


def _weekly(rows: Iterable[Hours], offices: Mapping[int, str]) -> list[_Flow]:
    """Hours that differ in nothing but the weekday, as one entry; without `offices` the office is left out."""
    days: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        days.setdefault((row.office_id, row.starts, row.ends, row.valid_from, row.valid_until), []).append(row.weekday)
    return [
        _Flow(
            _filled(
                {
                    "office": offices.get(office),
                    "days": [WEEKDAYS[weekday] for weekday in sorted(weekdays)],
                    "from": wall(starts),
                    "to": wall(ends),
                    "valid_from": first,
                    "valid_until": last,
                }
            )
        )
        for (office, starts, ends, first, last), weekdays in days.items()
    ]


def _span(row: Opening) -> dict[str, str]:
    return {"from": wall(row.starts), "to": wall(row.ends)}


def _length(minutes: int) -> str:
    """Minutes in the largest unit that divides them."""
    for unit, size in (("w", 7 * DAY_MINUTES), ("d", DAY_MINUTES), ("h", 60)):
        if minutes and minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what says nothing: None, empty texts, empty lists."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
