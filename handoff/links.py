"""Private links: the way from a public channel into the web chat as the same person, once, within ten minutes. The page: `bot.web.links`.

Only a hash of a link's secret is stored. The secret has 256 bits, so that a plain hash keeps it, and nobody finds one by trying.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from locales.marks import mark
from store.desk import PrivateLink
from store.errors import LotseError
from store.statements import table_of
from store.tables import Person

GOOD_FOR = timedelta(minutes=10)
KEPT = timedelta(days=1)
_BYTES = 32

links, people = table_of(PrivateLink), table_of(Person)


class LinkError(LotseError):
    """A private link that opens nothing; the message is for the person."""

    code = "link"


class UnknownLinkError(LinkError):
    """No such link: never given out, mistyped, or forgotten long ago."""

    code = "link_unknown"


class ExpiredLinkError(LinkError):
    """The ten minutes are over, or a newer link was given out."""

    code = "link_expired"


class UsedLinkError(LinkError):
    """The link has opened the chat already."""

    code = "link_used"


_UNKNOWN = mark("This link is not complete, or it is too old.")
_EXPIRED = mark("This link is too old. It was good for 10 minutes.")
_USED = mark("This link was used already. It works only once.")


@dataclass(frozen=True, kw_only=True)
class Opens:
    """Whose chat a link would open, and the language of that person (None: not chosen yet)."""

    person: int
    language: str | None


async def create(session: AsyncSession, *, person: int, now: datetime) -> str:
    """A new secret (43 characters, safe in addresses) for a person; an earlier link of theirs opens nothing any more."""
    mine = links.c.person_id == person
    await session.execute(delete(links).where(mine, links.c.expires_at < now - KEPT))
    await session.execute(update(links).where(mine, links.c.used_at.is_(None), links.c.expires_at > now).values(expires_at=now))
    token = secrets.token_urlsafe(_BYTES)
    await session.execute(insert(links).values(blind=_blind(token), person_id=person, created_at=now, expires_at=now + GOOD_FOR))
    return token


async def look(session: AsyncSession, *, token: str, now: datetime) -> Opens:
    """What a link would open, without using it; raises UnknownLinkError, ExpiredLinkError or UsedLinkError."""
    wanted = select(links.c.person_id, links.c.expires_at, links.c.used_at, people.c.language)
    found = (
        await session.execute(wanted.join(people, people.c.id == links.c.person_id).where(links.c.blind == _blind(token)))
    ).one_or_none()
    if found is None:
        raise UnknownLinkError(_UNKNOWN)
    if found.used_at is not None:
        raise UsedLinkError(_USED)
    if found.expires_at <= now:
        raise ExpiredLinkError(_EXPIRED)
    return Opens(person=found.person_id, language=found.language)


async def use(session: AsyncSession, *, token: str, now: datetime) -> int:
    """Use a link up and return its person; of two who try at once one wins. Raises what `look` raises."""
    open_ = (links.c.blind == _blind(token), links.c.used_at.is_(None), links.c.expires_at > now)
    person = await session.scalar(update(links).where(*open_).values(used_at=now).returning(links.c.person_id))
    if person is None:
        await look(session, token=token, now=now)
        raise UsedLinkError(_USED)  # somebody was faster between the two statements
    return int(person)


def _blind(token: str) -> bytes:
    return hashlib.sha256(b"lotse private link" + token.encode("utf-8", "surrogatepass")).digest()
