"""The section `knowledge` of a site file applied and written out: sources of pages, and what is not shown about a topic.

The section is the whole truth: sources that it does not name go with their pages. A file without it changes nothing here. Reading is in
`scheduler.site_knowledge`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot import page_sync
from knowledge.model import Knowledge
from knowledge.pages import keep, switches
from knowledge.pages.record import Feed
from nlu.classifier import ENTRIES
from scheduler.site import Counts
from scheduler.site_nodes import Problem, SiteFileError, nearest
from scheduler.site_schema import KnowledgeEntry, SourceEntry

_Source = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What became of sources (one for each region and language) and topics, and how many pages went with their sources."""

    kinds: Mapping[str, Counts] = field(default_factory=dict)
    pages_gone: int = 0


def check(knowledge: Knowledge, entry: KnowledgeEntry) -> None:
    """Raise SiteFileError for topics that do not exist, and for articles that are needed where somebody is in danger."""
    problems = []
    for topic, switch in entry.topics.items():
        if topic not in knowledge.articles:
            reason, remedy = f"there is no topic {topic!r}", nearest(topic, knowledge.articles)
            problems.append(Problem(line=switch.line, reason=reason, remedy=remedy))
        elif topic in ENTRIES.values() and not switch.articles:
            reason = f"{topic!r} is shown where somebody is in danger, so it cannot be switched off"
            problems.append(Problem(line=switch.line, reason=reason, remedy="take 'articles: false' away"))
    if problems:
        raise SiteFileError(problems)


async def apply(session: AsyncSession, entry: KnowledgeEntry | None, *, municipality: int, slug: str) -> Applied:
    """Make sources and switches of a municipality those of the section; a second time it changes nothing.

    Raises SiteFileError for a source whose pages are another municipality's, before anything is changed.
    """
    if entry is None:
        return Applied()
    wanted = list(_feeds(entry.integreat, slug))
    await _refuse_others(session, wanted, slug)
    feeds = [feed for _, some in wanted for feed in some]
    known = {row.id: keep.feed_of(row) for row in await keep.known(session, municipality=slug)}
    kept = {_address(each) for each in feeds}
    gone = [number for number, feed in known.items() if _address(feed) not in kept]
    pages_gone = await keep.remove(session, gone)
    await keep.enrol(session, feeds)
    sources = _counted({_source(feed) for feed in known.values()}, {_source(feed) for feed in feeds})
    off = {topic: (switch.articles, switch.pages) for topic, switch in entry.topics.items() if not (switch.articles and switch.pages)}
    topics = Counts(**await switches.put(session, off, municipality=municipality))
    return Applied(kinds={"sources": sources, "topics": topics}, pages_gone=pages_gone)


async def block(session: AsyncSession, *, municipality: int, slug: str) -> dict[str, Any]:
    """The section as it would be written in a file; empty where there is nothing to say."""
    sources: dict[tuple[str, str], dict[str, None]] = {}
    for row in await keep.known(session, municipality=slug):
        sources.setdefault((row.base, row.region), {})[row.spelt] = None
    listed = [{"url": base, "region": region, "languages": list(spelt)} for (base, region), spelt in sources.items()]
    off = await switches.of(session, municipality=municipality)
    return {"integreat": listed, "topics": {topic: _plain(*shown) for topic, shown in sorted(off.items())}}


def _plain(articles: bool, pages: bool) -> dict[str, bool]:  # noqa: FBT001 - the columns of a row
    return {name: value for name, value in (("articles", articles), ("pages", pages)) if not value}


def _feeds(sources: Sequence[SourceEntry], slug: str) -> Iterator[tuple[int, list[Feed]]]:
    """The feeds of each source, by its line."""
    for source in sources:
        found = page_sync.feeds_of(source.url, regions=[source.region], languages=source.languages)
        yield source.line, [replace(feed, municipality=slug) for feed in found]


async def _refuse_others(session: AsyncSession, wanted: Sequence[tuple[int, Sequence[Feed]]], slug: str) -> None:
    problems = []
    for line, feeds in wanted:
        others = {owner for feed in feeds if (row := await keep.row_of(session, feed)) and (owner := row.municipality) != slug}
        for owner in sorted(others):
            reason = f"these pages are fetched for {owner!r} already"
            problems.append(Problem(line=line, reason=reason, remedy="take the source out of that site file first"))
    if problems:
        raise SiteFileError(problems)


def _address(feed: Feed) -> tuple[str, str, str, str]:
    return (feed.base, feed.region, feed.spelt, feed.kind)


def _source(feed: Feed) -> _Source:
    return (feed.base, feed.region, feed.spelt)


def _counted(before: set[_Source], after: set[_Source]) -> Counts:
    tally = Counter(new=len(after - before), gone=len(before - after), unchanged=len(before & after))
    return Counts(**tally)
