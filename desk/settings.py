"""Working hours with the closed days of the year, and the interpreters of the site file. Forms are read in `settings_hours`."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, get_day_names
from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import settings_hours, trail
from desk.access import FORBIDDEN, Actor, Adviser, Anyone
from desk.languages import language_name
from desk.pages import back, page
from desk.parts import PartsOf
from desk.settings_hours import DAYS, Period, Spans, Typed, Whose, offices, users

router = APIRouter()

HERE = "/desk/settings/hours"
_LAND = "RP"


@router.get("/settings")
async def overview(actor: Anyone) -> Response:
    """Everything that can be set begins with the team."""
    del actor
    return back("/desk/team")


@router.get("/settings/hours")
async def hours(request: Request, actor: Adviser, parts: PartsOf, of: str = "", period: str = "") -> Response:
    """The hours of somebody, one period at a time, and the closed days."""
    async with parts.database.read() as session:
        whose = await settings_hours.whose(session, municipality=actor.municipality, key=of or _own(actor))
        found = await settings_hours.periods(session, municipality=actor.municipality, of=whose)
        chosen = _chosen(found, period)
        typed = Typed(values=_values(chosen, found.get(chosen, {}) if chosen else {}))
        shown = await _shown(session, actor, whose, chosen, typed)
    return page(request, "settings_hours.html", actor, **shown)


def _own(actor: Actor) -> str:
    return Whose().key if actor.is_lead else Whose(user=actor.user).key


def _chosen(found: Mapping[Period, Any], key: str) -> Period | None:
    """The period that an address names (`new` is none), else the first."""
    if key == "new":
        return None
    return next((period for period in found if _key(period) == key), next(iter(found), None))


def _key(period: Period) -> str:
    return "_".join(day.isoformat() if day else "" for day in (period.starts, period.ends))


def _values(period: Period | None, days: Mapping[int, Spans]) -> dict[str, str]:
    ends = {"from": period.starts, "until": period.ends} if period else {"from": None, "until": None}
    return {name: day.isoformat() if day else "" for name, day in ends.items()} | {
        f"day{day}": settings_hours.shown(days.get(day, [])) for day in DAYS
    }


async def _shown(session: AsyncSession, actor: Actor, whose: Whose, period: Period | None, typed: Typed) -> dict[str, Any]:
    """What the page needs; errors become sentences."""
    site = await settings_hours.site_of(session, municipality=actor.municipality)
    found = await settings_hours.periods(session, municipality=actor.municipality, of=whose)
    names = get_day_names("wide", locale=actor.interface)
    return {
        "whose": whose.key,
        "choices": await _choices(session, actor),
        "periods": [(_key(one), _spell(actor, one)) for one in found],
        "period": _key(period) if period else "new",
        "days": [(f"day{day}", names[day]) for day in DAYS],
        "values": typed.values,
        "errors": {name: actor.t(sentence, **data) for name, (sentence, data) in typed.errors.items()},
        "may_edit": _may_edit(actor, whose),
        "closed": [(_date(actor, day), name) for day, name in _closed(actor, site)],
        "land": getattr(site, "land", _LAND),
    }


def _closed(actor: Actor, site: Any) -> list[tuple[date, str]]:
    land, own = (site.land, site.closed_days) if site else (_LAND, [])
    return settings_hours.closed_ahead(land=land, own=own, today=datetime.now(actor.zone).date(), language=actor.interface)


async def _choices(session: AsyncSession, actor: Actor) -> list[tuple[str, str]]:
    """Whose hours can be looked at: the municipality, its offices, its colleagues."""
    mine = select(offices.c.id, offices.c.name).where(offices.c.municipality_id == actor.municipality, offices.c.retired.is_(False))
    team = select(users.c.id, users.c.name).where(users.c.municipality_id == actor.municipality, users.c.active, users.c.role != "editor")
    return [
        (Whose().key, actor.t("The whole municipality")),
        *[(Whose(office=row.id).key, row.name) for row in await session.execute(mine.order_by(offices.c.name))],
        *[(Whose(user=row.id).key, row.name) for row in await session.execute(team.order_by(users.c.name))],
    ]


def _may_edit(actor: Actor, whose: Whose) -> bool:
    return actor.is_lead or whose.user == actor.user


def _date(actor: Actor, day: date) -> str:
    return format_date(day, "EEE, d. MMMM y" if actor.interface == "de" else "EEE, d MMMM y", locale=actor.interface)


def _spell(actor: Actor, period: Period) -> str:
    """When a period holds, in words."""
    if period.starts and period.ends:
        return actor.t("{first} to {last}", first=_date(actor, period.starts), last=_date(actor, period.ends))
    if period.starts:
        return actor.t("From {first}", first=_date(actor, period.starts))
    return actor.t("Until {last}", last=_date(actor, period.ends)) if period.ends else actor.t("Always")


@router.post("/settings/hours")
async def save(request: Request, actor: Adviser, parts: PartsOf) -> Response:
    """Replace one period of somebody's hours; what is wrong is shown at its line, with everything that was typed."""
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    typed = settings_hours.read(form)
    async with parts.database.write() as session:
        whose = await settings_hours.whose(session, municipality=actor.municipality, key=form.get("of", ""))
        if not _may_edit(actor, whose):
            raise HTTPException(FORBIDDEN)
        old = _old(form.get("period", "new"))
        saved = await settings_hours.save(session, municipality=actor.municipality, of=whose, old=old, typed=typed)
        if saved.errors:
            shown = await _shown(session, actor, whose, old, saved)
        else:
            await trail.note(session, actor, action="hours.changed", subject=whose.key.replace("-", ":"))
    if saved.errors:
        return page(request, "settings_hours.html", actor, status=422, **shown)
    return back(f"{HERE}?of={whose.key}&period={_key(saved.period)}", notice=actor.t("The hours are saved."))


def _old(key: str) -> Period | None:
    """The period that the form was opened with; anything that is none counts as a new one."""
    starts, joined, ends = key.partition("_")
    try:
        days = [date.fromisoformat(part) if part else None for part in (starts, ends)]
    except ValueError:
        return None
    return Period(starts=days[0], ends=days[1]) if joined else None


@router.get("/settings/interpreters")
async def interpreters(request: Request, actor: Anyone, parts: PartsOf) -> Response:
    """Where interpreters are asked; the site file says it, so nothing can be changed here."""
    async with parts.database.read() as session:
        site = await settings_hours.site_of(session, municipality=actor.municipality)
    pools = [pool | {"spoken": [language_name(actor, code) for code in pool["languages"]]} for pool in (site.interpreters if site else [])]
    return page(request, "settings_interpreters.html", actor, pools=pools)
