"""Keeps the pages of a feed in the database: what is new, what changed, what is gone. Fetching them is in `bot.page_sync`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.pages.record import Feed, Page, Passage, code_of
from store.pages import PageFeed, PageRow
from store.statements import insert_new, table_of

# Publishers are asked at night. A day is a little less than one, so that the next night finds what the last one fetched at its end.
ZONE, QUIET = ZoneInfo("Europe/Berlin"), range(2, 5)
DAY, OVERDUE, LEASE = timedelta(hours=20), timedelta(hours=30), timedelta(hours=1)
_FEED = ("municipality", "base", "region", "language", "spelt", "kind")

feeds, pages = table_of(PageFeed), table_of(PageRow)


@dataclass(frozen=True, kw_only=True)
class Change:
    """How many pages of a feed are new, changed, gone, and as they were."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    unchanged: int = 0


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What an answer said about its own state: its ETag and Last-Modified, and the hash of its body."""

    etag: str = ""
    modified: str = ""
    digest: str = ""


async def enrol(session: AsyncSession, wanted: Sequence[Feed]) -> None:
    """Know these feeds from now on; one that is known already stays with its municipality."""
    rows = [{**vars(feed), "etag": "", "modified": "", "digest": "", "revision": 0} for feed in wanted]
    if rows:
        await insert_new(session, PageFeed, rows)
    for feed in wanted:
        await session.execute(update(feeds).where(*_is(feed)).values(language=feed.language))


async def remove(session: AsyncSession, ids: Sequence[int]) -> int:
    """Forget feeds with their pages; returns how many pages that were."""
    if not ids:
        return 0
    count = await session.scalar(select(func.count()).select_from(pages).where(pages.c.feed_id.in_(ids)))
    await session.execute(delete(feeds).where(feeds.c.id.in_(ids)))
    return int(count or 0)


async def known(session: AsyncSession, *, municipality: str | None = None) -> list[Row[Any]]:
    """The rows of all feeds, or of those of one municipality, by place, region, language and kind."""
    query = select(feeds).order_by(feeds.c.municipality, feeds.c.base, feeds.c.region, feeds.c.language, feeds.c.kind)
    return list(await session.execute(query if municipality is None else query.where(feeds.c.municipality == municipality)))


async def claim(session: AsyncSession, *, now: datetime) -> list[Feed]:
    """The feeds that are due, taken in hand: no other process gets them for an hour, after which what failed or was cut off is due again.

    A feed is due when it was never fetched, a day after the last time in the quiet hours, and at any hour when it has missed them.
    """
    free = or_(feeds.c.tried_at.is_(None), feeds.c.tried_at <= now - LEASE)
    age = DAY if now.astimezone(ZONE).hour in QUIET else OVERDUE
    due = update(feeds).where(free, or_(feeds.c.synced_at.is_(None), feeds.c.synced_at <= now - age)).values(tried_at=now)
    rows = await session.execute(due.returning(*(feeds.c[name] for name in _FEED)))
    return sorted((feed_of(row) for row in rows), key=lambda feed: feed.address)


async def counts(session: AsyncSession) -> list[Row[Any]]:
    """Per municipality (slug) and language the number of `pages`, and when a feed was last `synced_at`."""
    found = (func.count(pages.c.id).label("pages"), func.max(feeds.c.synced_at).label("synced_at"))
    joined = feeds.outerjoin(pages, pages.c.feed_id == feeds.c.id)
    query = select(feeds.c.municipality, feeds.c.language, *found).select_from(joined)
    place = (feeds.c.municipality, feeds.c.language)
    return list(await session.execute(query.group_by(*place).order_by(*place)))


async def row_of(session: AsyncSession, feed: Feed, *, lock: bool = False) -> Row[Any] | None:
    """The row of a feed; with `lock` nobody else changes it while the session lasts."""
    query = select(feeds).where(*_is(feed))
    return (await session.execute(query.with_for_update() if lock else query)).one_or_none()


async def same(session: AsyncSession, row: Row[Any], *, now: datetime) -> Change:
    """Note that nothing changed."""
    await session.execute(update(feeds).where(feeds.c.id == row.id).values(synced_at=now))
    return Change(unchanged=len(await _digests(session, row.id)))


async def put(session: AsyncSession, row: Row[Any], found: Iterable[Page], *, stamp: Stamp, now: datetime) -> Change:
    """Make the pages of a feed these: others vanish. All in the session's transaction, so that readers see the old ones or the new ones."""
    before = await _digests(session, row.id)
    after = {page.key: page for page in found}
    digests = {key: page.digest() for key, page in after.items()}
    new = [key for key in after if key not in before]
    changed = [key for key in after if key in before and before[key] != digests[key]]
    gone = [key for key in before if key not in after]
    await _drop(session, row.id, [*gone, *changed])
    if fresh := [_values(row, after[key], digests[key]) for key in (*new, *changed)]:
        await session.execute(insert(pages), fresh)
    raised = feeds.c.revision + (1 if new or changed or gone else 0)
    values = {"etag": stamp.etag, "modified": stamp.modified, "digest": stamp.digest, "synced_at": now, "revision": raised}
    await session.execute(update(feeds).where(feeds.c.id == row.id).values(**values))
    return Change(new=len(new), changed=len(changed), gone=len(gone), unchanged=len(after) - len(new) - len(changed))


def feed_of(row: Row[Any]) -> Feed:
    """The feed in a row."""
    return Feed(**{name: getattr(row, name) for name in _FEED})


def page_of(row: Row[Any]) -> Page:
    """The page in a row."""
    return Page(
        key=row.key,
        title=row.title,
        url=row.url,
        passages=tuple(Passage(heading, text) for heading, text in row.passages),
        trail=tuple(row.trail),
        changed_on=row.changed_on,
    )


def _is(feed: Feed) -> tuple[Any, ...]:
    return (feeds.c.base == feed.base, feeds.c.region == feed.region, feeds.c.spelt == feed.spelt, feeds.c.kind == feed.kind)


async def _digests(session: AsyncSession, feed: int) -> Mapping[str, str]:
    rows = await session.execute(select(pages.c.key, pages.c.digest).where(pages.c.feed_id == feed))
    return {row.key: row.digest for row in rows}


async def _drop(session: AsyncSession, feed: int, keys: Sequence[str]) -> None:
    for at in range(0, len(keys), 500):
        await session.execute(delete(pages).where(pages.c.feed_id == feed, pages.c.key.in_(keys[at : at + 500])))


def _values(feed: Row[Any], page: Page, digest: str) -> dict[str, Any]:
    return {
        "feed_id": feed.id,
        "key": page.key,
        "code": code_of(region=feed.region, kind=feed.kind, key=page.key),
        "title": page.title,
        "trail": list(page.trail),
        "url": page.url,
        "changed_on": page.changed_on,
        "passages": [list(passage) for passage in page.passages],
        "digest": digest,
    }
