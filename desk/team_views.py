"""What the pages of the team show, gathered for their templates: the cards of the list, and one colleague with forms."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import team_changes, team_leaves
from desk.access import ROLES, Actor
from desk.languages import language_name, language_names
from desk.team_changes import advisers, offices, users
from dialogs.menu import GROUPS
from locales.marks import mark
from locales.texts import translate

ROLE_NAMES: Mapping[str, tuple[str, str]] = {
    "adviser": (mark("Adviser"), mark("answers people")),
    "lead": (mark("Lead"), mark("answers people, enters leaves and hours of the team, reads the audit log")),
    "editor": (mark("Editor"), mark("writes phrases; sees no cases")),
    "admin": (mark("Admin"), mark("all of this, and manages accounts")),
}


def today(actor: Actor) -> date:
    """The day on the office's calendar."""
    return datetime.now(actor.zone).date()


def card(actor: Actor, row: Any, away: list[Any]) -> dict[str, Any]:
    """What the list shows of a colleague."""
    return {
        "id": row.id,
        "name": row.name,
        "role": actor.t(ROLE_NAMES[row.role][0]) if row.role in ROLE_NAMES else row.role,
        "active": row.active,
        "invited": row.active and row.password_hash is None,
        "office": row.office,
        "adviser": row.adviser_id,
        "languages": ", ".join(language_name(actor, code) for code in row.languages),
        "topics": ", ".join(_topic(actor, group) for group in row.topics),
        "leave": _leave(actor, away[0]) if away else None,
    }


def _topic(actor: Actor, group: str) -> str:
    return translate(actor.interface, GROUPS[group]) if group in GROUPS else group


def _leave(actor: Actor, row: Any) -> dict[str, Any]:
    """A leave as the pages show it."""
    return {
        "id": row.id,
        "now": row.starts_on <= today(actor) <= row.ends_on,
        "first": spell(actor, row.starts_on),
        "last": spell(actor, row.ends_on),
        "substitute": row.substitute,
        "gone": row.substitute is not None and not row.substitute_active,
    }


def spell(actor: Actor, day: date) -> str:
    """A day as the pages write it."""
    return format_date(day, "d. MMM y" if actor.interface == "de" else "d MMM y", locale=actor.interface)


def roles(actor: Actor) -> list[tuple[str, str]]:
    """The roles to choose from, each with what it may do."""
    return [(role, f"{actor.t(ROLE_NAMES[role][0])}: {actor.t(ROLE_NAMES[role][1])}") for role in ROLES]


async def member(  # noqa: PLR0913 - one keyword for each part
    session: AsyncSession,
    actor: Actor,
    user: int,
    *,
    typed: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    leave: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What the page of a colleague needs; `typed` and `leave` are forms that were not taken."""
    row = await team_changes.colleague(session, actor, user)
    away = await team_leaves.ahead(session, municipality=actor.municipality, today=today(actor), user=user)
    here = users.c.municipality_id == actor.municipality
    others = select(users.c.id, users.c.name).where(here, users.c.active, users.c.role != "editor", users.c.id != user)
    places = select(offices.c.id, offices.c.name).where(offices.c.municipality_id == actor.municipality, offices.c.retired.is_(False))
    plans = select(advisers.c.id, advisers.c.name).where(advisers.c.municipality_id == actor.municipality, advisers.c.retired.is_(False))
    return {
        "member": card(actor, row, away),
        "leaves": [_leave(actor, one) for one in away],
        "may_leave": actor.is_lead or actor.user == user,
        "own": actor.user == user,
        "typed": typed
        or {name: getattr(row, name) for name in ("name", "email", "role", "languages", "topics", "office_id", "adviser_id")},
        "errors": errors or {},
        "leave": leave or {},
        "roles": roles(actor),
        "languages": language_names(actor),
        "topics": [(group, _topic(actor, group)) for group in GROUPS],
        "offices": [("", "–"), *((row.id, row.name) for row in await session.execute(places.order_by(offices.c.name)))],
        "advisers": [("", "–"), *((row.id, row.name) for row in await session.execute(plans.order_by(advisers.c.name)))],
        "colleagues": [("", actor.t("Nobody")), *((row.id, row.name) for row in await session.execute(others.order_by(users.c.name)))],
    }
