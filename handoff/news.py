"""What changed, for open pages of the desk: a row per change, in the transaction that makes it. The live stream is in `desk.live`."""

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from store.desk import News
from store.statements import table_of
from store.types import utcnow

KEPT = timedelta(days=2)
Kind = Literal["case", "message", "presence", "calendar", "settings"]

news = table_of(News)


async def tell(session: AsyncSession, *, municipality: int, kind: Kind, case: int | None = None) -> None:
    """Note a change of a case (or of the municipality's calendar or settings)."""
    await session.execute(insert(news).values(municipality_id=municipality, case_id=case, kind=kind, at=utcnow()))


async def expire(session: AsyncSession, now: datetime) -> None:
    """Delete what no page asks for any more: after two days a page loads everything anew."""
    await session.execute(delete(news).where(news.c.at < now - KEPT))
