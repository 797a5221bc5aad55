"""The municipalities of an installation: every place of the content, and the fictional one of a demonstration."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from dialogs.model import Town
from knowledge.model import Knowledge
from store.statements import insert_new
from store.tables import Municipality

DEMO = "demo"
DEMO_NAME = "Musterkreis Lotsenau (Demo)"


async def seed(session: AsyncSession, knowledge: Knowledge, *, demo: bool) -> None:
    """Make a row for each place that has none."""
    rows = [{"slug": place.slug, "name": place.name, "staffed": False, "demo": False} for place in knowledge.places.values()]
    if demo:
        rows.insert(0, {"slug": DEMO, "name": DEMO_NAME, "staffed": True, "demo": True})
    await insert_new(session, Municipality, rows)


async def read(session: AsyncSession, *, demo: bool) -> dict[str, Town]:
    """All municipalities by slug; the fictional one only in a demonstration."""
    rows = await session.scalars(select(Municipality).order_by(col(Municipality.name)))
    towns = [Town(id=row.id or 0, slug=row.slug, name=row.name, staffed=row.staffed, demo=row.demo) for row in rows if demo or not row.demo]
    return {town.slug: town for town in sorted(towns, key=lambda town: not town.demo)}
