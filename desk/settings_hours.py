"""Weekly hours as a form: reading and checking what was typed, replacing rows. What hours mean is in `handoff.hours`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

import holidays
from sqlalchemy import ColumnElement, Row, and_, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import news
from handoff.errors import NotFoundError
from locales.marks import mark
from store.desk import WorkHours
from store.scheduling import Office, Site
from store.statements import table_of
from store.tables import User

DAYS = range(7)
MOST_SPANS = 6
_MIDNIGHT = 24 * 60
_SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:Uhr)?\s*(?:-|–|—|bis|to)\s*(\d{1,2})(?:[:.](\d{2}))?\s*(?:Uhr)?", re.IGNORECASE)
_BETWEEN = re.compile(r"[,;+]|\bund\b|\band\b", re.IGNORECASE)

hours, offices, users, sites = table_of(WorkHours), table_of(Office), table_of(User), table_of(Site)

Spans = list[tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Whose hours: a colleague's, an office's, or (both empty) those of the whole municipality."""

    user: int | None = None
    office: int | None = None

    @property
    def key(self) -> str:
        """As it stands in addresses and forms: `all`, `office-3`, `user-7`."""
        if self.user is not None:
            return f"user-{self.user}"
        return "all" if self.office is None else f"office-{self.office}"


@dataclass(frozen=True, kw_only=True)
class Period:
    """From when until when hours hold, both days included; empty: without end."""

    starts: date | None = None
    ends: date | None = None

    def meets(self, other: "Period") -> bool:
        """Whether there is a day that lies in both."""
        before = self.ends is not None and other.starts is not None and self.ends < other.starts
        after = other.ends is not None and self.starts is not None and other.ends < self.starts
        return not before and not after


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A form as it was filled in, with what is wrong in it: `errors` by the name of the field (`from`, `until`, `day0` … `day6`).

    An error is a sentence of the desk with its data.
    """

    values: Mapping[str, str]
    period: Period = field(default_factory=Period)
    days: Mapping[int, Spans] = field(default_factory=dict)
    errors: Mapping[str, tuple[str, Mapping[str, object]]] = field(default_factory=dict)


class SpanError(ValueError):
    """A span that is none; `sentence` says why, `data` names the piece."""

    def __init__(self, sentence: str, **data: object) -> None:
        super().__init__(sentence)
        self.sentence, self.data = sentence, data


def parse_spans(text: str) -> Spans:
    """`8-12, 13:30–16` as minutes since midnight, in order; empty for a free day. Raises SpanError.

    >>> parse_spans("13.30 bis 16 Uhr und 8-12")
    [(480, 720), (810, 960)]
    """
    parts = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
    if len(parts) > MOST_SPANS:
        raise SpanError(mark("At most {most} spans on one day."), most=MOST_SPANS)
    found = sorted(_span(part) for part in parts)
    for (_, ends), (starts, later) in pairwise(found):
        if starts < ends:
            raise SpanError(mark("“{span}” overlaps with the span before it."), span=clock(starts, later))
    return found


def _span(part: str) -> tuple[int, int]:
    hit = _SPAN.fullmatch(part)
    if hit is None:
        raise SpanError(mark("“{span}” is no span. Write it like this: 8:00–12:00"), span=part[:40])
    starts, ends = (int(hit[first]) * 60 + int(hit[first + 1] or 0) for first in (1, 3))
    if int(hit[2] or 0) >= 60 or int(hit[4] or 0) >= 60 or ends > _MIDNIGHT:  # noqa: PLR2004 - minutes of an hour
        raise SpanError(mark("“{span}” has a time that no clock shows."), span=part)
    if ends <= starts:
        raise SpanError(mark("“{span}” ends before it begins."), span=part)
    return starts, ends


def clock(starts: int, ends: int) -> str:
    """A span as it is shown: `08:00–12:00`."""
    return f"{starts // 60:02}:{starts % 60:02}–{ends // 60:02}:{ends % 60:02}"


def shown(spans: Iterable[tuple[int, int]]) -> str:
    """The spans of a day as they stand in the form."""
    return ", ".join(clock(*span) for span in sorted(spans))


def read(form: Mapping[str, Any]) -> Typed:
    """What was typed, checked field by field."""
    values = {name: str(form.get(name, "")).strip() for name in ("from", "until", *(f"day{day}" for day in DAYS))}
    errors: dict[str, tuple[str, Mapping[str, object]]] = {}
    days: dict[int, Spans] = {}
    for day in DAYS:
        try:
            days[day] = parse_spans(values[f"day{day}"])
        except SpanError as error:
            errors[f"day{day}"] = (error.sentence, error.data)
    starts, ends = (_date(values, name, errors) for name in ("from", "until"))
    if starts and ends and ends < starts:
        errors["until"] = (mark("The last day is before the first day."), {})
    return Typed(values=values, period=Period(starts=starts, ends=ends), days=days, errors=errors)


def _date(values: Mapping[str, str], name: str, errors: dict[str, tuple[str, Mapping[str, object]]]) -> date | None:
    try:
        return date.fromisoformat(values[name]) if values[name] else None
    except ValueError:
        errors[name] = (mark("This is no date. Write it like this: {example}"), {"example": "2026-12-31"})
        return None


async def whose(session: AsyncSession, *, municipality: int, key: str) -> Whose:
    """Whose hours an address means; raises NotFoundError for what is not in this municipality."""
    kind, _, number = key.partition("-")
    if key == "all":
        return Whose()
    table = {"user": users, "office": offices}.get(kind)
    if table is None or not re.fullmatch(r"[0-9]{1,15}", number):
        raise NotFoundError
    found = select(table.c.id).where(table.c.id == int(number), table.c.municipality_id == municipality)
    if await session.scalar(found) is None:
        raise NotFoundError
    return Whose(user=int(number)) if kind == "user" else Whose(office=int(number))


async def periods(session: AsyncSession, *, municipality: int, of: Whose) -> dict[Period, dict[int, Spans]]:
    """The hours of somebody: by period, by weekday; the period without beginning first."""
    rows = await session.execute(select(hours).where(_of(municipality, of)).order_by(hours.c.weekday, hours.c.starts))
    found: dict[Period, dict[int, Spans]] = {}
    for row in rows:
        days = found.setdefault(Period(starts=row.valid_from, ends=row.valid_until), {})
        days.setdefault(row.weekday, []).append((row.starts, row.ends))
    return dict(sorted(found.items(), key=lambda pair: (pair[0].starts or date.min, pair[0].ends or date.max)))


async def save(session: AsyncSession, *, municipality: int, of: Whose, old: Period | None, typed: Typed) -> Typed:
    """Put what was typed in the place of the period `old` (None: a new one); with all days empty the period goes.

    Nothing is changed, and what comes back has errors, if it overlaps with hours of another period.
    """
    await session.execute(select(sites.c.municipality_id).where(sites.c.municipality_id == municipality).with_for_update())
    others = {period: days for period, days in (await periods(session, municipality=municipality, of=of)).items() if period != old}
    errors = dict(typed.errors) | _clashes(typed, others)
    if errors:
        return Typed(values=typed.values, period=typed.period, days=typed.days, errors=errors)
    if old is not None:
        await session.execute(delete(hours).where(_of(municipality, of), *_in(old)))
    common: dict[str, Any] = {"municipality_id": municipality, "office_id": of.office, "user_id": of.user}
    common |= {"valid_from": typed.period.starts, "valid_until": typed.period.ends}
    rows = [common | {"weekday": day, "starts": starts, "ends": ends} for day, spans in typed.days.items() for starts, ends in spans]
    if rows:
        await session.execute(insert(hours), rows)
    await news.tell(session, municipality=municipality, kind="settings")
    return typed


def _clashes(typed: Typed, others: Mapping[Period, Mapping[int, Spans]]) -> dict[str, tuple[str, Mapping[str, object]]]:
    """Days on which a span overlaps with one of another period that holds at the same time."""
    taken = [(day, span) for period, days in others.items() if period.meets(typed.period) for day, spans in days.items() for span in spans]
    return {
        f"day{day}": (mark("This overlaps with {span} of another period."), {"span": clock(*span)})
        for day, span in taken
        if any(starts < span[1] and span[0] < ends for starts, ends in typed.days.get(day, []))
    }


def _of(municipality: int, of: Whose) -> ColumnElement[bool]:
    return and_(hours.c.municipality_id == municipality, hours.c.user_id.is_not_distinct_from(of.user), _office(of))


def _office(of: Whose) -> ColumnElement[bool]:
    return hours.c.office_id.is_not_distinct_from(of.office)


def _in(period: Period) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return hours.c.valid_from.is_not_distinct_from(period.starts), hours.c.valid_until.is_not_distinct_from(period.ends)


async def site_of(session: AsyncSession, *, municipality: int) -> Row[Any] | None:
    """The municipality's site settings, if it has any."""
    return (await session.execute(select(sites).where(sites.c.municipality_id == municipality))).one_or_none()


def closed_ahead(*, land: str, own: Iterable[str], today: date, language: str) -> list[tuple[date, str]]:
    """Public holidays of the Land, named in German or English, and the municipality's closed days (without a name), for 12 months."""
    end = today + timedelta(days=365)
    named = [pair for year in (today.year, end.year) for pair in _public(land, year, "de" if language == "de" else "en_US")]
    found = {date.fromisoformat(day): "" for day in own} | dict(named)
    return sorted((day, name) for day, name in found.items() if today <= day < end)


@lru_cache(maxsize=256)
def _public(land: str, year: int, language: str) -> tuple[tuple[date, str], ...]:
    return tuple(holidays.country_holidays("DE", subdiv=land, years=year, language=language).items())
