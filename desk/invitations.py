"""Who may come in for the first time: inviting a colleague, a new link for one who forgot the password, and taking either up.

A link holds a secret that the database knows only as a blind index; it works once, for seven days. `bot.users` has the commands.
"""

import re
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from desk import sessions
from desk.access import ROLES
from store.crypto import blind_index
from store.errors import LotseError
from store.statements import insert_if_new, table_of
from store.tables import Municipality, User
from store.types import utcnow

VALID = timedelta(days=7)
MOST_NAME = 80
MOST_EMAIL = 254
_EMAIL = re.compile(r"[^\s@<>\"',;:()\[\]\\]+@[^\s@<>\"',;:()\[\]\\]+\.[^\s@<>\"',;:()\[\]\\]+")

users = table_of(User)


class EmailTakenError(LotseError):
    """Somebody has an account with this address already, here or in another municipality."""

    code = "email_taken"


class InvalidUserError(LotseError):
    """Address, name or role will not do; `data["part"]` is email, name or role."""

    code = "invalid_user"


def clean_email(text: str) -> str:
    """An address as it is stored, in small letters; raises InvalidUserError."""
    email = text.strip().lower()
    if not _EMAIL.fullmatch(email) or not email.isprintable() or len(email) > MOST_EMAIL:
        message = "{email} is not an e-mail address"
        raise InvalidUserError(message, email=text.strip()[:MOST_EMAIL], part="email")
    return email


def clean_name(text: str) -> str:
    """A name as it is stored, in one line; raises InvalidUserError if it is empty, too long, or has invisible characters."""
    name = " ".join(text.split())
    if not name or not name.isprintable() or len(name) > MOST_NAME:
        message = "a name has 1 to {most} visible characters"
        raise InvalidUserError(message, most=MOST_NAME, part="name")
    return name


async def invite(  # noqa: PLR0913 - what is said of a colleague
    session: AsyncSession, index_key: bytes, *, municipality: int, email: str, name: str, role: str
) -> tuple[int, str]:
    """A new colleague who has no password yet; returns their id and the secret of the link.

    From now on advisers read hand-offs in this municipality. Raises EmailTakenError or InvalidUserError.
    """
    if role not in ROLES:
        message = "{role} is no role; there are {roles}"
        raise InvalidUserError(message, role=role, roles=", ".join(ROLES), part="role")
    secret = sessions.new_token()
    row = {"municipality_id": municipality, "email": clean_email(email), "name": clean_name(name), "role": role, "active": True}
    row |= {"totp_step": 0, "languages": [], "topics": [], "interface": "de", "notify": True, "created_at": utcnow()}
    row |= {"invite_blind": _blind(index_key, secret), "invite_until": utcnow() + VALID}
    made = await insert_if_new(session, users, row)
    if made is None:
        message = "{email} has an account already"
        raise EmailTakenError(message, email=row["email"])
    await session.execute(update(Municipality).where(col(Municipality.id) == municipality).values(staffed=True))
    return int(made.id), secret


async def renew(session: AsyncSession, index_key: bytes, *, user: int, second_factor: bool = False) -> str:
    """A new link for somebody; their password and all their sessions end now, and with `second_factor` that too. Returns the secret."""
    secret = sessions.new_token()
    values = {"invite_blind": _blind(index_key, secret), "invite_until": utcnow() + VALID, "password_hash": None}
    if second_factor:
        values["sealed_totp"] = None
    await session.execute(users.update().where(users.c.id == user).values(**values))
    await sessions.end(session, user=user)
    return secret


def link(base_url: str, secret: str) -> str:
    """The address to hand over."""
    return f"{base_url}/desk/invitation/{secret}"


def state(user: User) -> str:
    """How it stands with somebody who has no password: `invited` while their link works, else `expired`."""
    return "invited" if user.invite_until and user.invite_until > utcnow() else "expired"


async def find(session: AsyncSession, index_key: bytes, secret: str) -> User | None:
    """Whose link it is; None if it was used, replaced, has expired or never was."""
    row: User | None = await session.scalar(
        select(User).where(
            col(User.invite_blind) == _blind(index_key, secret), col(User.invite_until) > utcnow(), col(User.active).is_(True)
        )
    )
    return row


async def accept(session: AsyncSession, index_key: bytes, *, secret: str, password_hash: str) -> User | None:
    """Take the link up: set the password, end what was open before. One conditional update: of two at once, one wins (None)."""
    used = users.c.invite_blind == _blind(index_key, secret)
    values = {"password_hash": password_hash, "invite_blind": None, "invite_until": None}
    alive = (users.c.invite_until > utcnow()) & users.c.active.is_(True)
    found = (await session.execute(users.update().where(used, alive).values(**values).returning(users.c.id))).scalar_one_or_none()
    if found is None:
        return None
    await sessions.end(session, user=found)
    return await session.get(User, found)


def _blind(index_key: bytes, secret: str) -> bytes:
    return blind_index(index_key, "desk invitation", secret)
