"""What admins do with accounts of their municipality, with the rules that keep it from being locked out. The pages are in `team`.

Everything that could take the last admin away first locks the municipality's row: of two admins who end each other's rights at the same
moment, the second one is refused. Leaves are in `team_leaves`, invitations in `invitations`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from desk import invitations, sessions
from desk.access import ROLES, Actor
from desk.invitations import EmailTakenError, InvalidUserError
from dialogs.menu import GROUPS
from handoff import cases, news
from handoff.errors import NotFoundError
from locales.marks import mark
from locales.registry import LANGUAGES
from store.errors import LotseError
from store.scheduling import Adviser, Office
from store.statements import table_of
from store.tables import Municipality, User

users, offices, advisers = table_of(User), table_of(Office), table_of(Adviser)
# Rows of colleagues with the name of their office.
EVERYBODY = select(users, offices.c.name.label("office")).outerjoin(offices, offices.c.id == users.c.office_id)


class RuleError(LotseError):
    """A change that a rule of the desk refuses; the message is a sentence of the desk."""

    code = "rule"


OWN_ROLE = mark("Nobody changes their own role. Ask another admin.")
OWN_END = mark("Nobody ends their own account. Ask another admin.")
LAST_ADMIN = mark("This is the last admin who can sign in. Make somebody else admin first.")
NOT_ACTIVE = mark("This account has ended. Start it again first.")
OWN_ACCESS = mark("You change your own password and codes under Account.")


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What the form of a colleague says; `languages` are codes, `topics` groups of articles (both empty: all)."""

    name: str
    email: str
    role: str
    languages: Sequence[str] = ()
    topics: Sequence[str] = ()
    office: int | None = None
    adviser: int | None = None


async def colleague(session: AsyncSession, actor: Actor, user: int) -> Row[Any]:
    """The row (of EVERYBODY) of somebody in the actor's municipality, also of one who left; raises NotFoundError."""
    found = EVERYBODY.where(users.c.id == user, users.c.municipality_id == actor.municipality)
    row = (await session.execute(found)).one_or_none()
    if row is None:
        raise NotFoundError
    return row


async def change(session: AsyncSession, actor: Actor, *, user: int, edit: Edit) -> None:
    """Write what the form says. Raises RuleError, InvalidUserError, EmailTakenError or NotFoundError; nothing is changed then."""
    await _alone(session, actor)
    row = await colleague(session, actor, user)
    values: dict[str, Any] = {"name": invitations.clean_name(edit.name), "email": invitations.clean_email(edit.email), "role": edit.role}
    if edit.role != row.role:
        await _may_change_role(session, actor, row, edit.role)
    if await session.scalar(select(users.c.id).where(users.c.email == values["email"], users.c.id != user)) is not None:
        message = "{email} has an account already"
        raise EmailTakenError(message, email=values["email"])
    values |= {
        "languages": [code for code in LANGUAGES if code in edit.languages],
        "topics": [group for group in GROUPS if group in edit.topics],
        "office_id": await _office(session, actor, edit.office),
        "adviser_id": await _adviser(session, actor, edit.adviser, user),
    }
    await session.execute(update(users).where(users.c.id == user).values(values))
    if edit.role == "editor" and row.role != "editor":
        await cases.release_all_of(session, municipality=actor.municipality, user=user, by=actor.user)
    await news.tell(session, municipality=actor.municipality, kind="settings")


async def _alone(session: AsyncSession, actor: Actor) -> None:
    """Let changes of the municipality's rights happen one after the other."""
    place = select(col(Municipality.id)).where(col(Municipality.id) == actor.municipality)
    await session.execute(place.with_for_update(key_share=True))


async def _may_change_role(session: AsyncSession, actor: Actor, row: Row[Any], role: str) -> None:
    if role not in ROLES:
        message = "{role} is no role"
        raise InvalidUserError(message, role=role, part="role")
    if row.id == actor.user:
        raise RuleError(OWN_ROLE)
    await _leaves_an_admin(session, actor, row)


async def _leaves_an_admin(session: AsyncSession, actor: Actor, row: Row[Any]) -> None:
    """Raise RuleError if nobody else could manage the municipality without this colleague: invited is not enough."""
    rest = (users.c.municipality_id == actor.municipality, users.c.role == "admin", users.c.active, users.c.password_hash.is_not(None))
    others = await session.scalar(select(func.count()).select_from(users).where(*rest, users.c.id != row.id))
    if row.role == "admin" and row.active and not others:
        raise RuleError(LAST_ADMIN)


async def _office(session: AsyncSession, actor: Actor, office: int | None) -> int | None:
    if office is None:
        return None
    here = select(offices.c.id).where(offices.c.id == office, offices.c.municipality_id == actor.municipality)
    if await session.scalar(here) is None:
        raise NotFoundError
    return office


async def _adviser(session: AsyncSession, actor: Actor, adviser: int | None, user: int) -> int | None:
    """A calendar of the municipality that no other colleague has."""
    if adviser is None:
        return None
    here = select(advisers.c.id).where(advisers.c.id == adviser, advisers.c.municipality_id == actor.municipality)
    if await session.scalar(here) is None:
        raise NotFoundError
    if await session.scalar(select(users.c.id).where(users.c.adviser_id == adviser, users.c.id != user, users.c.active)) is not None:
        raise RuleError(mark("This calendar belongs to somebody else already."))
    return adviser


async def end(session: AsyncSession, actor: Actor, *, user: int) -> int:
    """End somebody's account: sessions and invitation go, their cases wait for the team again; returns how many. Raises RuleError."""
    await _alone(session, actor)
    row = await colleague(session, actor, user)
    if user == actor.user:
        raise RuleError(OWN_END)
    await _leaves_an_admin(session, actor, row)
    await session.execute(update(users).where(users.c.id == user).values(active=False, invite_blind=None, invite_until=None))
    await sessions.end(session, user=user)
    given_back = await cases.release_all_of(session, municipality=actor.municipality, user=user, by=actor.user)
    await news.tell(session, municipality=actor.municipality, kind="settings")
    return len(given_back)


async def start_again(session: AsyncSession, actor: Actor, *, user: int) -> None:
    """Let somebody whose account was ended work again, with the password they had; their cases stay where they are now."""
    row = await colleague(session, actor, user)
    taken = select(users.c.id).where(users.c.adviser_id == row.adviser_id, users.c.active, users.c.id != user)
    adviser = None if await session.scalar(taken) else row.adviser_id
    await session.execute(update(users).where(users.c.id == user).values(active=True, adviser_id=adviser))
    await news.tell(session, municipality=actor.municipality, kind="settings")


async def renew(session: AsyncSession, actor: Actor, index_key: bytes, *, user: int) -> str:
    """A new link for somebody who cannot sign in; password, codes and sessions end. Returns the secret; raises RuleError."""
    await _alone(session, actor)
    await _other(session, actor, user)
    return await invitations.renew(session, index_key, user=user, second_factor=True)


async def forget_codes(session: AsyncSession, actor: Actor, *, user: int) -> None:
    """Switch off the second factor of somebody who lost it; their sessions end, the password stays. Raises RuleError."""
    await _other(session, actor, user)
    await session.execute(update(users).where(users.c.id == user).values(sealed_totp=None))
    await sessions.end(session, user=user)


async def end_sessions(session: AsyncSession, actor: Actor, *, user: int) -> None:
    """Sign somebody out everywhere; they can sign in again."""
    await colleague(session, actor, user)
    await sessions.end(session, user=user, keep=actor.session if user == actor.user else None)


async def _other(session: AsyncSession, actor: Actor, user: int) -> None:
    row = await colleague(session, actor, user)
    if user == actor.user:
        raise RuleError(OWN_ACCESS)
    if not row.active:
        raise RuleError(NOT_ACTIVE)
