"""Leaves as forms: who may enter whose, what is refused, what has to be known. What a leave does is in `handoff.leaves`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from desk.access import Actor
from handoff import leaves
from handoff.errors import NotFoundError
from locales.marks import mark
from store.desk import Leave
from store.statements import table_of
from store.tables import Municipality, User

MOST_PAST = timedelta(days=92)
MOST_AHEAD = timedelta(days=366 * 4)

rows, users = table_of(Leave), table_of(User)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A leave that somebody wants to enter: days, both included, and who stands in (None: nobody)."""

    user: int
    first: date
    last: date
    substitute: int | None = None


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a leave cannot be entered: the field it belongs to, a sentence of the desk and its data."""

    field: str
    sentence: str
    data: Mapping[str, object]


def read(form: Mapping[str, str], *, user: int, today: date) -> Wish | Refusal:
    """What was typed, if it can be meant."""
    days: dict[str, date] = {}
    for name in ("first", "last"):
        try:
            days[name] = date.fromisoformat(form.get(name, ""))
        except ValueError:
            return Refusal(field=name, sentence=mark("This is no date. Write it like this: {example}"), data={"example": "2026-12-31"})
    if days["last"] < days["first"]:
        return Refusal(field="last", sentence=mark("The last day is before the first day."), data={})
    for name, day in days.items():
        if not today - MOST_PAST <= day <= today + MOST_AHEAD:
            return Refusal(field=name, sentence=mark("This day is too far away."), data={})
    chosen = form.get("substitute", "")
    substitute = int(chosen) if chosen.isdecimal() and chosen.isascii() and len(chosen) < 16 else None  # noqa: PLR2004 - ids are shorter
    if substitute == user:
        return Refusal(field="substitute", sentence=mark("Nobody can stand in for themselves."), data={})
    return Wish(user=user, first=days["first"], last=days["last"], substitute=substitute)


async def add(session: AsyncSession, actor: Actor, wish: Wish) -> Refusal | None:
    """Enter a leave; what comes back says why not. Raises NotFoundError for a substitute who does not work with cases here."""
    place = select(col(Municipality.id)).where(col(Municipality.id) == actor.municipality)
    await session.execute(place.with_for_update(key_share=True))
    others = await _meeting(session, actor, wish)
    clash = next((row for row in others if row.user_id == wish.user), None)
    if clash is not None:
        dates = {"first": clash.starts_on, "last": clash.ends_on}
        return Refusal(field="first", sentence=mark("This overlaps with the leave from {first} to {last}."), data=dates)
    if wish.substitute is not None:
        await _require(session, actor, wish.substitute)
        day = circle(wish, others)
        if day is not None:
            names = await _names(session, wish, others, day)
            sentence = mark("On {day} this would be a circle: {names}. Choose somebody else.")
            return Refusal(field="substitute", sentence=sentence, data={"day": day, "names": " → ".join(names)})
    await leaves.add(
        session, municipality=actor.municipality, user=wish.user, starts_on=wish.first, ends_on=wish.last, substitute=wish.substitute
    )
    return None


async def _meeting(session: AsyncSession, actor: Actor, wish: Wish) -> list[Row[Any]]:
    """All leaves of the municipality that share a day with the wish."""
    here = select(rows).join(users, users.c.id == rows.c.user_id).where(users.c.municipality_id == actor.municipality)
    return list(await session.execute(here.where(rows.c.starts_on <= wish.last, rows.c.ends_on >= wish.first).order_by(rows.c.starts_on)))


async def _require(session: AsyncSession, actor: Actor, user: int) -> None:
    able = (users.c.id == user, users.c.municipality_id == actor.municipality, users.c.active, users.c.role != "editor")
    if await session.scalar(select(users.c.id).where(*able)) is None:
        raise NotFoundError


def circle(wish: Wish, others: list[Row[Any]]) -> date | None:
    """The first day on which the chain of substitutes would lead back to who is away; None if there is none."""
    # Who stands in for whom changes only on first days.
    days = sorted({wish.first, *(row.starts_on for row in others if wish.first <= row.starts_on <= wish.last)})
    return next((day for day in days if wish.user in _chain(wish, others, day)), None)


def _chain(wish: Wish, others: list[Row[Any]], day: date) -> list[int]:
    """Who would stand in on a day, one after the other, until somebody is there or is met again."""
    substitutes = {row.user_id: row.substitute_id for row in others if row.starts_on <= day <= row.ends_on} | {wish.user: wish.substitute}
    found: list[int] = []
    step = wish.substitute
    while step is not None and step not in found:
        found.append(step)
        step = substitutes.get(step)
    return found


async def _names(session: AsyncSession, wish: Wish, others: list[Row[Any]], day: date) -> list[str]:
    chain = [wish.user, *_chain(wish, others, day)]
    known = {row.id: row.name for row in await session.execute(select(users.c.id, users.c.name).where(users.c.id.in_(chain)))}
    return [known[user] for user in chain]


async def ahead(session: AsyncSession, *, municipality: int, today: date, user: int | None = None) -> list[Row[Any]]:
    """Leaves that are not over, the earliest first, with the substitute's name; of one colleague or of all."""
    others = users.alias()
    here = (
        select(rows, others.c.name.label("substitute"), others.c.active.label("substitute_active"))
        .join(users, users.c.id == rows.c.user_id)
        .outerjoin(others, others.c.id == rows.c.substitute_id)
        .where(users.c.municipality_id == municipality, rows.c.ends_on >= today)
    )
    mine = here if user is None else here.where(rows.c.user_id == user)
    return list(await session.execute(mine.order_by(rows.c.starts_on, rows.c.id)))
