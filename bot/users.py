"""Who works at the desk, by command: inviting, listing, a new link. The rules are in `desk.invitations`, the pages in `desk`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import towns
from bot.app import index_key
from bot.settings import Settings
from desk import invitations
from knowledge import loader
from store import database, migrate
from store.errors import ConfigurationError
from store.tables import Municipality, User


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One line of the list; `state` is active, invited (no password yet), link expired, or ended."""

    email: str
    name: str
    role: str
    municipality: str
    state: str
    second_factor: bool


async def add(settings: Settings, *, email: str, role: str, municipality: str, name: str) -> str:
    """Invite somebody; returns the link to hand over. Raises ConfigurationError, EmailTakenError or InvalidUserError."""
    async with _opened(settings) as (session, key):
        await towns.seed(session, loader.shipped(), demo=False)
        town = await session.scalar(select(Municipality).where(col(Municipality.slug) == municipality))
        if town is None:
            message = "Lotse does not know the municipality {slug}"
            raise ConfigurationError(message, slug=municipality)
        shown = name or email.partition("@")[0]
        _, secret = await invitations.invite(session, key, municipality=town.id or 0, email=email, name=shown, role=role)
        return invitations.link(settings.base_url, secret)


async def listing(settings: Settings) -> list[Listed]:
    """Everybody, by municipality and address."""
    async with _opened(settings) as (session, _):
        joined = select(User, Municipality).join(Municipality, col(Municipality.id) == col(User.municipality_id))
        rows = await session.execute(joined.order_by(col(Municipality.slug), col(User.email)))
        return [_listed(user, town) for user, town in rows]


def _listed(user: User, town: Municipality) -> Listed:
    state = "active" if user.password_hash else invitations.state(user)
    return Listed(
        email=user.email,
        name=user.name,
        role=user.role,
        municipality=town.slug,
        state=state if user.active else "ended",
        second_factor=user.sealed_totp is not None,
    )


async def reset(settings: Settings, *, email: str, second_factor: bool) -> str:
    """A new link for somebody whose password and sessions end now; with `second_factor` that ends too. Raises ConfigurationError."""
    async with _opened(settings) as (session, key):
        user = await session.scalar(select(User).where(col(User.email) == email.strip().lower(), col(User.active).is_(True)))
        if user is None:
            message = "nobody signs in with the address {email}"
            raise ConfigurationError(message, email=email)
        secret = await invitations.renew(session, key, user=user.id or 0, second_factor=second_factor)
        return invitations.link(settings.base_url, secret)


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[AsyncSession, bytes]]:
    """One transaction on the upgraded database, and the key of the blind index."""
    base = database.connect(settings.database_url)
    try:
        await migrate.upgrade(base)
        key = await index_key(base, settings.keyring)
        async with base.write() as session:
            yield session, key
    finally:
        await base.close()
