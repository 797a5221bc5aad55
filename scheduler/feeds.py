"""An adviser's private calendar feed: making, showing and finding its secret, and what it holds. The route is in `bot.web.calendar`."""

import secrets
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from scheduler import entries, ics
from scheduler.calendar import site_of
from store.crypto import Keyring, blind_index
from store.scheduling import Adviser
from store.statements import table_of
from store.tables import Municipality

SECRET_BYTES = 32  # 43 characters
PURPOSE = "feed"
BACK = timedelta(days=30)

advisers = table_of(Adviser)


async def renew(session: AsyncSession, keyring: Keyring, index_key: bytes, *, adviser: int) -> str:
    """Give an adviser a new secret and return it; the old address is unknown from the commit on."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    values = {"feed_blind": blind(index_key, secret), "sealed_feed": keyring.seal(secret, purpose=PURPOSE)}
    await session.execute(update(advisers).where(advisers.c.id == adviser).values(values))
    return secret


async def secret_of(session: AsyncSession, keyring: Keyring, index_key: bytes, *, adviser: int) -> str:
    """The secret of an adviser, made if there is none. Raises SealError when the keys do not fit."""
    sealed = await session.scalar(select(advisers.c.sealed_feed).where(advisers.c.id == adviser).with_for_update())
    return keyring.open(sealed, purpose=PURPOSE) if sealed else await renew(session, keyring, index_key, adviser=adviser)


async def find(session: AsyncSession, index_key: bytes, *, secret: str) -> Adviser | None:
    """Whose feed a secret opens; None for every other text, whatever it is."""
    wanted = select(Adviser).where(col(Adviser.feed_blind) == blind(index_key, secret), ~col(Adviser.retired))
    return await session.scalar(wanted)


def blind(index_key: bytes, secret: str) -> bytes:
    """What finds a secret without storing it readably."""
    return blind_index(index_key, PURPOSE, secret)


def address(base_url: str, secret: str) -> str:
    """The address to subscribe to."""
    return f"{base_url}/calendar/{secret}.ics"


async def named(session: AsyncSession, *, slug: str, municipality: str | None) -> list[Adviser]:
    """The advisers with a slug, in one municipality or in all: more than one must be asked about."""
    wanted = select(Adviser).where(col(Adviser.slug) == slug, ~col(Adviser.retired)).order_by(col(Adviser.id))
    if municipality is not None:
        wanted = wanted.join(Municipality, col(Municipality.id) == col(Adviser.municipality_id))
        wanted = wanted.where(col(Municipality.slug) == municipality)
    return list(await session.scalars(wanted))


async def read(session: AsyncSession, *, adviser: Adviser, host: str, now: datetime) -> bytes:
    """The feed: appointments and group slots of the last 30 days and all to come; those that were cancelled say so."""
    site = await site_of(session, municipality=adviser.municipality_id)
    zone, mine, since = ZoneInfo(site.zone), int(adviser.id or 0), now - BACK
    rows = await entries.of_adviser(session, adviser=mine, since=since, now=now)
    groups = await entries.groups_of(session, municipality=adviser.municipality_id, adviser=mine, since=since)
    found = [entries.entry(row, zone=zone, host=host) for row in rows]
    found += [entries.group_entry(row, zone=zone, host=host) for row in groups]
    return ics.feed(found, name="Lotse: Termine")
