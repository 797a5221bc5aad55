"""Two municipalities, an editor, and short ways to write an article."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import insert

from knowledge import loader
from knowledge.local import checks, keep, publish
from knowledge.local.record import META, Conflict, Meta, Published, Saved
from knowledge.model import Knowledge, Source, Translation
from store.database import Database
from store.statements import table_of
from store.tables import Municipality, User

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
OWN = "local/sperrmuell"
META_OF_OWN = Meta(
    checked_on=TODAY, review_by=date(2027, 5, 1), sources=(Source(name="Stadt Musterhausen", url="https://musterhausen.example/muell"),)
)
GERMAN = Translation(
    language="de",
    title="Sperrmüll",
    answer="Sperrmüll holt die Stadt 2 Mal im Jahr ab.\nDas kostet nichts.",
    details="Melden Sie die Abholung an.\n\n- Telefon: 06341 123456",
    questions=("Wohin mit meinem alten Sofa?", "Wann wird Sperrmüll abgeholt?"),
)
ENGLISH = Translation(
    language="en",
    title="Bulky waste",
    answer="The town collects bulky waste 2 times a year.\nIt is free.",
    details="Please register.\n\n- Telephone: 06341 123456",
    questions=("Where can I put my old sofa?",),
    reviewed_by="Erika",
)


@dataclass(frozen=True, kw_only=True)
class Office:
    """An editor of a municipality at work; every call is a transaction of its own."""

    base: Database
    municipality: int
    slug: str
    editor: int
    knowledge: Knowledge

    async def save(self, entry: str, body: Translation | Meta, *, revision: int = 0) -> Saved | Conflict[Any]:
        common: dict[str, Any] = {"municipality": self.municipality, "knowledge": self.knowledge, "entry": entry, "revision": revision}
        async with self.base.write() as session:
            if isinstance(body, Meta):
                return await keep.save_meta(session, **common, meta=body, editor=self.editor, now=NOW)
            return await keep.save_draft(session, **common, text=body, editor=self.editor, now=NOW)

    async def publish(self, entry: str, *parts: str) -> Published:
        async with self.base.write() as session:
            return await publish.publish(
                session,
                municipality=self.municipality,
                knowledge=self.knowledge,
                known=checks.known(),
                entry=entry,
                parts=parts or None,
                editor=self.editor,
                now=NOW,
                today=TODAY,
            )

    async def own(self) -> Published:
        """An own article, published in German and English."""
        for body in (GERMAN, META_OF_OWN, ENGLISH):
            await self.save(OWN, body)
        return await self.publish(OWN)

    def other(self, slug: str, number: int) -> "Office":
        return replace(self, slug=slug, municipality=number)


@pytest.fixture
async def office(base: Database) -> Office:
    """An editor of Musterhausen; Nebenan (`office.other("nebenan", office.municipality + 1)`) has nobody."""
    async with base.write() as session:
        rows = [{"slug": slug, "name": slug.title(), "staffed": False, "demo": False} for slug in ("musterhausen", "nebenan")]
        query = insert(Municipality).returning(table_of(Municipality).c.id, sort_by_parameter_order=True)
        numbers = (await session.scalars(query, rows)).all()
        user = {"municipality_id": numbers[0], "email": "e@example.org", "name": "Erika", "role": "editor", "active": True}
        editor = await session.scalar(insert(User).values(**user, created_at=NOW, languages=[], topics=[]).returning(table_of(User).c.id))
    return Office(base=base, municipality=numbers[0], slug="musterhausen", editor=int(editor or 0), knowledge=loader.shipped())


__all__ = ["META"]
