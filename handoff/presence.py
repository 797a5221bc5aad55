"""Who looks at a case or writes in it right now. It is known from the open page's sign of life, and forgotten soon after the last one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import news
from store.desk import Presence
from store.statements import insert_new, table_of
from store.tables import User

SIGN_OF_LIFE = timedelta(seconds=20)
FORGOTTEN_AFTER = timedelta(seconds=50)
# Within this time a page that asks again is still the same opening of the case.
SAME_OPENING = timedelta(minutes=10)

presences, users = table_of(Presence), table_of(User)


@dataclass(frozen=True, kw_only=True)
class Other:
    """A colleague at the same case."""

    id: int
    name: str
    writing: bool


async def touch(  # noqa: PLR0913 - one keyword for each fact
    session: AsyncSession, *, municipality: int, case: int, user: int, writing: bool, now: datetime
) -> None:
    """Note a sign of life; open pages hear of it when somebody came, begins to write or stops writing."""
    before = (await session.execute(select(presences.c.writing, presences.c.seen_at).where(_mine(case, user)))).one_or_none()
    values = {"writing": writing, "seen_at": now}
    if before is None:
        await insert_new(session, Presence, [{"case_id": case, "user_id": user, **values}])
    else:
        await session.execute(update(presences).where(_mine(case, user)).values(**values))
    if before is None or before.writing != writing or before.seen_at <= now - FORGOTTEN_AFTER:
        await news.tell(session, municipality=municipality, kind="presence", case=case)


async def leave(session: AsyncSession, *, municipality: int, case: int, user: int) -> None:
    """The page was closed."""
    gone = await session.execute(delete(presences).where(_mine(case, user)).returning(presences.c.id))
    if gone.one_or_none() is not None:
        await news.tell(session, municipality=municipality, kind="presence", case=case)


async def is_open(session: AsyncSession, *, case: int, user: int, now: datetime) -> bool:
    """Whether this user has the case open already, so that showing it again is no new reading."""
    recent = presences.c.seen_at > now - SAME_OPENING
    return await session.scalar(select(presences.c.id).where(_mine(case, user), recent)) is not None


async def others(session: AsyncSession, *, case: int, user: int, now: datetime) -> list[Other]:
    """Colleagues at the case besides `user`, by name."""
    wanted = (
        select(users.c.id, users.c.name, presences.c.writing)
        .join(users, users.c.id == presences.c.user_id)
        .where(presences.c.case_id == case, presences.c.user_id != user, presences.c.seen_at > now - FORGOTTEN_AFTER)
        .order_by(users.c.name)
    )
    return [Other(id=row.id, name=row.name, writing=row.writing) for row in await session.execute(wanted)]


async def expire(session: AsyncSession, now: datetime) -> None:
    """Delete signs of life that mean nothing any more."""
    await session.execute(delete(presences).where(presences.c.seen_at < now - SAME_OPENING))


def _mine(case: int, user: int) -> ColumnElement[bool]:
    return and_(presences.c.case_id == case, presences.c.user_id == user)
