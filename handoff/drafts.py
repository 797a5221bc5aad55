"""What an adviser has begun to write in a case: saved while they type, gone when it is sent. The reply itself is in `relay`."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.crypto import Keyring
from store.desk import Draft
from store.statements import insert_new, table_of

PURPOSE = "draft"
MOST_CHARACTERS = 6_000
WRITING = timedelta(seconds=30)

drafts = table_of(Draft)


async def save(  # noqa: PLR0913 - one keyword for each fact
    session: AsyncSession, keyring: Keyring, *, case: int, user: int, text: str, now: datetime
) -> None:
    """Keep what was written so far (cut to `MOST_CHARACTERS`); an empty text deletes the draft."""
    if not text.strip():
        await clear(session, case=case, user=user)
        return
    values = {"sealed_text": keyring.seal(text[:MOST_CHARACTERS], purpose=PURPOSE), "updated_at": now}
    changed = await session.execute(update(drafts).where(_mine(case, user)).values(**values).returning(drafts.c.id))
    if changed.one_or_none() is None:
        await insert_new(session, Draft, [{"case_id": case, "user_id": user, **values}])


async def load(session: AsyncSession, keyring: Keyring, *, case: int, user: int) -> str:
    """What this user has begun to write in this case; empty if nothing."""
    sealed = await session.scalar(select(drafts.c.sealed_text).where(_mine(case, user)))
    return keyring.open(sealed, purpose=PURPOSE) if sealed else ""


async def is_fresh(session: AsyncSession, *, case: int, user: int, now: datetime) -> bool:
    """Whether they typed just now."""
    typed = select(drafts.c.id).where(_mine(case, user), drafts.c.updated_at > now - WRITING)
    return await session.scalar(typed) is not None


async def clear(session: AsyncSession, *, case: int, user: int) -> None:
    """Forget the draft: it was sent, or emptied."""
    await session.execute(delete(drafts).where(_mine(case, user)))


def _mine(case: int, user: int) -> ColumnElement[bool]:
    return and_(drafts.c.case_id == case, drafts.c.user_id == user)
