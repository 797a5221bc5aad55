"""What municipalities do not show about a topic: the own article, or imported pages. The site file (`bot.site_pages`) sets it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.model import Knowledge
from store.pages import TopicSwitch
from store.statements import table_of
from store.tables import Municipality

switches, municipalities = table_of(TopicSwitch), table_of(Municipality)


@dataclass(frozen=True, kw_only=True)
class Off:
    """Topics (ids of articles) whose own article, and those about which no page, is shown."""

    articles: frozenset[str] = frozenset()
    pages: frozenset[str] = frozenset()


class Switches:
    """The switches of all municipalities at hand, by slug; `look` reads them anew. Until it was called nothing is switched off."""

    def __init__(self) -> None:
        self._known: Mapping[str, Off] = MappingProxyType({})

    def of(self, municipality: str | None) -> Off:
        """What is switched off in a municipality."""
        return self._known.get(municipality or "", _NOTHING)

    async def look(self, session: AsyncSession) -> None:
        """Read what is switched off now."""
        self._known = await read(session)


_NOTHING = Off()


async def read(session: AsyncSession) -> dict[str, Off]:
    """What is switched off, by the municipality's slug."""
    joined = select(switches, municipalities.c.slug).join(municipalities, municipalities.c.id == switches.c.municipality_id)
    found: dict[str, Off] = {}
    for row in await session.execute(joined):
        off = found.get(row.slug, _NOTHING)
        articles = off.articles if row.articles else off.articles | {row.topic}
        found[row.slug] = Off(articles=articles, pages=off.pages if row.pages else off.pages | {row.topic})
    return found


async def of(session: AsyncSession, *, municipality: int) -> dict[str, tuple[bool, bool]]:
    """By topic whether the article and whether pages are shown in a municipality; only topics of which something is not."""
    rows = await session.execute(select(switches).where(switches.c.municipality_id == municipality))
    return {row.topic: (row.articles, row.pages) for row in rows}


async def put(session: AsyncSession, wanted: Mapping[str, tuple[bool, bool]], *, municipality: int) -> dict[str, int]:
    """Make the switches of a municipality these; returns how many are new, changed, gone, unchanged."""
    before = await of(session, municipality=municipality)
    here = switches.c.municipality_id == municipality
    different = [topic for topic in before if wanted.get(topic) != before[topic]]
    if different:
        await session.execute(delete(switches).where(here, switches.c.topic.in_(different)))
    fresh = [topic for topic in wanted if wanted[topic] != before.get(topic)]
    rows = [{"municipality_id": municipality, "topic": each, "articles": wanted[each][0], "pages": wanted[each][1]} for each in fresh]
    if rows:
        await session.execute(insert(switches), rows)
    changed = len(before.keys() & set(fresh))
    return {
        "new": len(fresh) - changed,
        "changed": changed,
        "gone": len(before.keys() - wanted.keys()),
        "unchanged": len(wanted) - len(fresh),
    }


def without(knowledge: Knowledge, off: Off) -> Knowledge:
    """The knowledge as people of a municipality see it."""
    if not off.articles:
        return knowledge
    return replace(knowledge, articles={name: article for name, article in knowledge.articles.items() if name not in off.articles})
