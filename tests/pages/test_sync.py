"""Syncing over HTTP into both databases: only what is new, politely, and never half."""

from typing import Any

import pytest
from sqlalchemy import select

from bot import page_sync
from bot.page_sync import Synced
from knowledge.pages import keep
from store.database import Database
from store.errors import ConfigurationError
from tests.pages.publisher import Publisher, page, publishing

FIRST = [page("a", "Arbeit", "<p>Text über Arbeit.</p>"), page("b", "Bildung", "<p>Text über Bildung.</p>")]


async def synced(base: Database, publisher: Publisher, *, languages: tuple[str, ...] = ("de",)) -> list[Synced]:
    feeds = page_sync.feeds_of(publisher.url, regions=["town"], languages=languages)
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    done = [each async for each in page_sync.sync(base, feeds, wait=wait) if each.feed.kind == "pages"]
    publisher.waits = waits  # type: ignore[attr-defined]  # for the tests that ask how long was waited
    return done


async def titles(base: Database) -> dict[str, str]:
    async with base.read() as session:
        return {row.key: row.title for row in await session.execute(select(keep.pages.c.key, keep.pages.c.title))}


async def revision(base: Database) -> int:
    async with base.read() as session:
        return sum(row.revision for row in await keep.known(session))


async def test_new_changed_and_deleted_pages(base: Database) -> None:
    async with publishing({"town/de/pages": FIRST}) as publisher:
        (first,) = await synced(base, publisher)
        assert (first.change.new, first.change.unchanged) == (2, 0)
        publisher.answers["town/de/pages"] = [page("a", "Arbeit und Beruf", ""), page("c", "Chor", "")]
        (second,) = await synced(base, publisher)
        assert vars(second.change) == {"new": 1, "changed": 1, "gone": 1, "unchanged": 0}
        assert await titles(base) == {"a": "Arbeit und Beruf", "c": "Chor"}


@pytest.mark.parametrize("tags", [True, False])
async def test_what_did_not_change_is_not_written_again(base: Database, tags: bool) -> None:  # noqa: FBT001 - a parameter of the test
    async with publishing({"town/de/pages": FIRST}) as publisher:
        publisher.tags = tags
        await synced(base, publisher)
        before = await revision(base)
        (again,) = await synced(base, publisher)
        assert vars(again.change) == {"new": 0, "changed": 0, "gone": 0, "unchanged": 2}
        assert await revision(base) == before
        assert ("If-None-Match" in publisher.asked[-3][1]) == tags


async def test_a_busy_publisher_is_asked_again_later(base: Database) -> None:
    async with publishing({"town/de/pages": FIRST}) as publisher:
        publisher.trouble = [503, 429]
        (found,) = await synced(base, publisher)
        assert found.change.new == 2
        assert publisher.waits == [3.0, 6.0]  # type: ignore[attr-defined]  # as asked for, then twice as long


@pytest.mark.parametrize("answer", [b"<html>maintenance</html>", b"{}"])
async def test_a_broken_answer_keeps_the_old_pages(base: Database, answer: bytes) -> None:
    async with publishing({"town/de/pages": FIRST}) as publisher:
        await synced(base, publisher)
        publisher.answers["town/de/pages"] = answer
        (found,) = await synced(base, publisher)
        assert "does not answer with" in found.problem
        assert len(await titles(base)) == 2


async def test_a_publisher_that_stays_away_keeps_the_old_pages(base: Database) -> None:
    async with publishing({"town/de/pages": FIRST}) as publisher:
        await synced(base, publisher)
        publisher.trouble = [500] * page_sync.TRIES
        (found,) = await synced(base, publisher)
        assert "again and again" in found.problem
    (gone,) = await synced(base, publisher)
    assert "does not answer" in gone.problem
    assert len(await titles(base)) == 2


async def test_a_language_that_the_region_gave_up_vanishes(base: Database) -> None:
    async with publishing({"town/de/pages": FIRST, "town/ar/pages": FIRST}) as publisher:
        await synced(base, publisher, languages=("de", "ar"))
        del publisher.answers["town/ar/pages"]
        _, arabic = await synced(base, publisher, languages=("de", "ar"))
        assert arabic.change.gone == 2
        assert await titles(base) == {"a": "Arbeit", "b": "Bildung"}


async def test_known_feeds_are_synced_without_being_named(base: Database) -> None:
    async with publishing({"town/de/pages": FIRST}) as publisher:
        await synced(base, publisher)
        feeds = await page_sync.known(base)
        assert [(each.municipality, each.language, each.kind) for each in feeds] == [
            ("town", "de", "events"),
            ("town", "de", "locations"),
            ("town", "de", "pages"),
        ]
        done = [each async for each in page_sync.sync(base, feeds)]
        assert not any(each.problem for each in done)


async def test_an_interrupted_sync_leaves_the_old_state(base: Database) -> None:
    async with publishing({"town/de/pages": FIRST, "town/en/pages": FIRST}) as publisher:
        await synced(base, publisher, languages=("de", "en"))
        publisher.answers |= {"town/de/pages": [], "town/en/pages": []}
        feeds = page_sync.feeds_of(publisher.url, regions=["town"], languages=["de", "en"])
        running: Any = page_sync.sync(base, feeds)
        assert (await anext(running)).change.gone == 2
        await running.aclose()
        assert len(await titles(base)) == 2


@pytest.mark.parametrize(("address", "language"), [("ftp://x", "de"), ("pages.example", "de"), ("https://pages.example", "tlh")])
def test_what_cannot_be_a_source_is_refused(address: str, language: str) -> None:
    with pytest.raises(ConfigurationError):
        page_sync.feeds_of(address, regions=["town"], languages=[language])
