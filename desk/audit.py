"""The audit log as a page and as a table file: who read or changed whose data. Writing it is in `trail`."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlalchemy import ColumnElement, Row, Select, and_, false, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import trail
from desk.access import Actor, Lead
from desk.audit_words import action_words
from desk.pages import page
from desk.parts import PartsOf
from desk.trail import log
from store.statements import table_of
from store.tables import User

router = APIRouter()

PAGE = 50
MOST_ROWS = 50_000
PROGRAM = "lotse"
_LONG = 64
_TITLES = ("at", "who", "action", "subject", "detail")
_ACTIVE = re.compile(r"[=+\-@\t\r\n]")  # what makes a table program take a cell for a formula

users = table_of(User)


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What to show: of one actor (`user:7`), one action, one day on the office's calendar; empty: all."""

    actor: str = ""
    action: str = ""
    day: date | None = None

    def query(self, **more: object) -> str:
        """As it stands in an address, with what else belongs there."""
        known = {"actor": self.actor, "action": self.action, "day": self.day.isoformat() if self.day else ""} | more
        return urlencode({name: value for name, value in known.items() if value})


@router.get("/settings/audit")
async def listed(request: Request, actor: Lead, parts: PartsOf, before: int = 0) -> Response:
    """One page of the log, the newest first; looking at it is noted too."""
    wanted = _filter(request)
    async with parts.database.write() as session:
        await trail.note(session, actor, action="audit.read", **_named(wanted))
    async with parts.database.read() as session:
        older = [log.c.id < before] if 0 < before < 2**53 else []
        found = list(await session.execute(_rows(actor, wanted).where(*older).limit(PAGE + 1)))
        names = await _names(session, actor)
        actions = list(await session.scalars(select(log.c.action).distinct().where(log.c.municipality_id == actor.municipality)))
    rows, more = found[:PAGE], len(found) > PAGE
    return page(
        request,
        "audit.html",
        actor,
        rows=[
            {
                "at": row.at,
                "who": _who(actor, row.actor, names),
                "subject": row.subject,
                "words": action_words(actor, row.action),
                "detail": _words(row),
            }
            for row in rows
        ],
        people=[*sorted(((f"user:{key}", name) for key, name in names.items()), key=_second), (PROGRAM, _who(actor, PROGRAM, names))],
        actions=sorted(((name, action_words(actor, name)) for name in actions), key=_second),
        wanted=wanted,
        first=not older,
        next_page="?" + wanted.query(before=rows[-1].id) if more else "",
        export="?" + wanted.query(),
    )


def _named(wanted: Filter) -> dict[str, str]:
    """The filter, for the note that somebody looked."""
    return {"of": wanted.actor} if wanted.actor else {}


def _filter(request: Request) -> Filter:
    """What the address asks for; a day that is none counts as all days."""
    asked = {name: request.query_params.get(name, "")[:_LONG] for name in ("actor", "action", "day")}
    try:
        day = date.fromisoformat(asked["day"]) if asked["day"] else None
    except ValueError:
        day = None
    return Filter(actor=asked["actor"], action=asked["action"], day=day)


def _rows(actor: Actor, wanted: Filter) -> Select[Any]:
    conditions = [log.c.municipality_id == actor.municipality]
    if wanted.actor:
        conditions.append(log.c.actor == wanted.actor)
    if wanted.action:
        conditions.append(log.c.action == wanted.action)
    if wanted.day:
        conditions.append(_on(actor, wanted.day))
    return select(log).where(*conditions).order_by(log.c.id.desc())


def _on(actor: Actor, day: date) -> ColumnElement[bool]:
    """Whether something happened on a day of the office's calendar."""
    if not date.min < day < date.max:
        return false()
    starts, ends = (datetime.combine(one, time(), actor.zone).astimezone(UTC) for one in (day, day + timedelta(days=1)))
    return and_(log.c.at >= starts, log.c.at < ends)


async def _names(session: AsyncSession, actor: Actor) -> dict[int, str]:
    """Everybody who works or worked here: the log keeps naming them."""
    mine = select(users.c.id, users.c.name).where(users.c.municipality_id == actor.municipality)
    return {row.id: row.name for row in await session.execute(mine)}


def _second(pair: tuple[str, str]) -> str:
    return pair[1].casefold()


def _who(actor: Actor, key: str, names: Mapping[int, str]) -> str:
    if key == PROGRAM:
        return actor.t("Lotse itself")
    kind, _, number = key.partition(":")
    return names.get(int(number), key) if kind == "user" and number.isdecimal() else key


def _words(row: Row[Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in row.detail.items())


@router.get("/settings/audit.csv")
async def export(request: Request, actor: Lead, parts: PartsOf) -> Response:
    """The rows that the filter shows, as a table file; taking it along is noted too."""
    wanted = _filter(request)
    async with parts.database.write() as session:
        await trail.note(session, actor, action="audit.exported", **_named(wanted))
    async with parts.database.read() as session:
        names = await _names(session, actor)
        found = list(await session.execute(_rows(actor, wanted).limit(MOST_ROWS)))
    body = table_file(_TITLES, ((row.at.isoformat(), _who(actor, row.actor, names), row.action, row.subject, _words(row)) for row in found))
    headers = {"content-disposition": 'attachment; filename="lotse-audit.csv"', "cache-control": "no-store"}
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


def table_file(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A CSV file with a byte order mark, so that table programs read it as UTF-8; no cell can act as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(titles)
    writer.writerows(list(_harmless(row)) for row in rows)
    return "\ufeff" + out.getvalue()


def _harmless(row: Iterable[str]) -> Iterator[str]:
    """Cells that a table program would calculate get an apostrophe in front, also behind leading spaces."""
    for cell in row:
        yield f"'{cell}" if _ACTIVE.match(cell.lstrip(" \u00a0\u3000\ufeff\u200b")) else cell
