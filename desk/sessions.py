"""Browsers in which somebody is signed in: their tokens, cookies, form tokens and expiry. Who may do what is in `access`.

A token is made anew whenever somebody signs in or confirms a second factor; the database knows only its blind index.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request, Response
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from store.crypto import blind_index
from store.database import Database
from store.desk import DeskSession
from store.scheduling import Site
from store.tables import Municipality, User
from store.types import utcnow

LIFE = timedelta(days=7)
IDLE = timedelta(hours=12)
HALF_LIFE = timedelta(minutes=10)  # between the password and the second factor
_SEEN_EVERY = timedelta(minutes=5)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_DEFAULT_ZONE = "Europe/Berlin"
_MOST_BROWSER = 80


@dataclass(frozen=True, kw_only=True)
class Found:
    """A living session with its user and their municipality."""

    session: DeskSession
    user: User
    town: Municipality
    zone: str


def new_token() -> str:
    """A fresh token: 32 random bytes, 43 characters."""
    return secrets.token_urlsafe(32)


def blind(index_key: bytes, token: str) -> bytes:
    """What the database knows of a session's token."""
    return blind_index(index_key, "desk session", token)


async def find(database: Database, index_key: bytes, token: str) -> Found | None:
    """The living session of a token, noted as seen now; None if it ended, or its user may not work here any more."""
    now = utcnow()
    joined = select(DeskSession, User, Municipality, col(Site.zone)).join(User, col(User.id) == col(DeskSession.user_id))
    joined = joined.join(Municipality, col(Municipality.id) == col(User.municipality_id))
    joined = joined.outerjoin(Site, col(Site.municipality_id) == col(User.municipality_id))
    alive = col(User.active).is_(True) & (col(DeskSession.expires_at) > now) & (col(DeskSession.seen_at) > now - IDLE)
    async with database.read() as session:
        row = (await session.execute(joined.where(col(DeskSession.blind) == blind(index_key, token), alive))).one_or_none()
    if row is None:
        return None
    if now - row[0].seen_at > _SEEN_EVERY:
        async with database.write() as session:
            await session.execute(update(DeskSession).where(col(DeskSession.id) == row[0].id).values(seen_at=now))
    return Found(session=row[0], user=row[1], town=row[2], zone=row[3] or _DEFAULT_ZONE)


async def begin(session: AsyncSession, index_key: bytes, *, user: int, browser: str, confirmed: bool) -> str:
    """A new session of a user; returns its token. Without `confirmed` it opens nothing but the page of the second factor."""
    token, now = new_token(), utcnow()
    await session.execute(delete(DeskSession).where(col(DeskSession.user_id) == user, col(DeskSession.expires_at) < now))
    row = DeskSession(
        user_id=user,
        blind=blind(index_key, token),
        confirmed=confirmed,
        browser=browser[:_MOST_BROWSER],
        expires_at=now + (LIFE if confirmed else HALF_LIFE),
    )
    session.add(row)
    return token


async def living(session: AsyncSession, *, user: int, now: datetime) -> list[DeskSession]:
    """All confirmed sessions of a user that have not ended, the newest use first."""
    alive = (col(DeskSession.expires_at) > now) & (col(DeskSession.seen_at) > now - IDLE) & col(DeskSession.confirmed).is_(True)
    mine = select(DeskSession).where(col(DeskSession.user_id) == user, alive)
    return list(await session.scalars(mine.order_by(col(DeskSession.seen_at).desc(), col(DeskSession.id))))


async def end(session: AsyncSession, *, user: int, only: int | None = None, keep: int | None = None) -> None:
    """End one session of a user (`only`), or all but one (`keep`), or all."""
    query = delete(DeskSession).where(col(DeskSession.user_id) == user)
    if only is not None:
        query = query.where(col(DeskSession.id) == only)
    if keep is not None:
        query = query.where(col(DeskSession.id) != keep)
    await session.execute(query)


async def end_token(session: AsyncSession, index_key: bytes, token: str) -> None:
    """End the session of a token, whoever's it is."""
    await session.execute(delete(DeskSession).where(col(DeskSession.blind) == blind(index_key, token)))


def cookie_name(*, https: bool, form: bool = False) -> str:
    """The cookie of the session, or of forms before signing in; browsers let nobody but this host set one with the prefix."""
    return ("__Host-" if https else "") + ("lotse-desk-form" if form else "lotse-desk")


def token_of(request: Request, *, https: bool, form: bool = False) -> str | None:
    """The token that the browser sent; a malformed one counts as none."""
    token = request.cookies.get(cookie_name(https=https, form=form), "")
    return token if _TOKEN.fullmatch(token) else None


def set_cookie(response: Response, token: str, *, https: bool, form: bool = False) -> None:
    """Give the browser a token; the session's cookie lives as long as the session can."""
    response.set_cookie(
        cookie_name(https=https, form=form),
        token,
        max_age=None if form else int(LIFE.total_seconds()),
        path="/",
        secure=https,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, *, https: bool) -> None:
    """Take the session's token back."""
    response.delete_cookie(cookie_name(https=https), path="/", secure=https, httponly=True, samesite="lax")


def form_token(index_key: bytes, secret: str) -> str:
    """The hidden field that proves that a form came from a page of this browser; `secret` is one of its cookies."""
    return blind_index(index_key, "desk form", secret).hex()


def form_token_fits(index_key: bytes, secret: str, given: str) -> bool:
    """Whether the hidden field belongs to the browser."""
    return hmac.compare_digest(form_token(index_key, secret).encode(), given.encode())
