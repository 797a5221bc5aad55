"""Pages are fetched by themselves: when, by whom, what is told, and what stays when it goes wrong or is cut off."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import generate_latest
from sqlalchemy import update
from structlog.testing import capture_logs

from bot import page_sync
from bot.metrics import REGISTRY
from bot.page_keeper import PageKeeper
from bot.page_shelf import PageShelf
from knowledge.pages import keep
from knowledge.pages.switches import Switches
from store.database import Database
from tests.pages.publisher import Publisher, page, publishing
from tests.pages.test_sync import titles

FIRST = [page("a", "Arbeit", "<p>Text über Arbeit.</p>"), page("b", "Bildung", "<p>Text über Bildung.</p>")]
NIGHT, NOON = datetime(2026, 7, 1, 1, 30, tzinfo=UTC), datetime(2026, 7, 1, 10, 0, tzinfo=UTC)  # half past three and noon in Germany


def keeper_of(base: Database) -> PageKeeper:
    """One process."""
    return PageKeeper(database=base, shelf=PageShelf(cache=None), switches=Switches())


@pytest.fixture
async def keeper(base: Database) -> PageKeeper:
    return keeper_of(base)


@pytest.fixture
async def publisher(base: Database) -> AsyncIterator[Publisher]:
    """A publisher whose feeds are known and were never fetched."""
    async with publishing({"town/de/pages": FIRST, "town/en/pages": FIRST}) as publisher:
        async with base.write() as session:
            await keep.enrol(session, page_sync.feeds_of(publisher.url, regions=["town"], languages=["de", "en"]))
        yield publisher


async def aged(base: Database, *, synced: datetime, tried: datetime) -> None:
    async with base.write() as session:
        await session.execute(update(keep.feeds).values(synced_at=synced, tried_at=tried))


async def test_a_new_source_is_fetched_at_once_and_then_rests(base: Database, keeper: PageKeeper, publisher: Publisher) -> None:
    done = await keeper.fetch(NOON)
    assert sum(each.change.new for each in done) == 4
    assert len(await titles(base)) == 2
    asked = len(publisher.asked)
    assert await keeper.fetch(NOON + timedelta(minutes=5)) == []
    assert len(publisher.asked) == asked


@pytest.mark.parametrize(
    ("now", "hours", "due"),
    [(NIGHT, 19, False), (NIGHT, 21, True), (NOON, 21, False), (NOON, 29, False), (NOON, 31, True)],
)
@pytest.mark.usefixtures("publisher")
async def test_once_a_day_at_night_or_when_the_night_was_missed(
    base: Database,
    keeper: PageKeeper,
    now: datetime,
    hours: int,
    due: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    before = now - timedelta(hours=hours)
    await aged(base, synced=before, tried=before)
    assert bool(await keeper.fetch(now)) == due


async def test_of_several_processes_one_fetches(base: Database, publisher: Publisher) -> None:
    done = await asyncio.gather(*(keeper_of(base).fetch(NIGHT) for _ in range(3)))
    assert sorted(len(each) for each in done) == [0, 0, 6]
    assert len(publisher.asked) == 6


async def test_what_fails_keeps_its_pages_is_logged_and_tried_again_after_an_hour(
    base: Database, keeper: PageKeeper, publisher: Publisher
) -> None:
    await keeper.fetch(NOON)
    await aged(base, synced=NOON - timedelta(hours=31), tried=NOON - timedelta(hours=31))
    publisher.answers = dict.fromkeys(publisher.answers, b"<html>")
    with capture_logs() as logs:
        await keeper.fetch(NOON)
    failed = [each for each in logs if each["log_level"] == "warning"]
    assert {each["feed"] for each in failed} == {f"{publisher.url}/api/v3/town/{code}/pages" for code in ("de", "en")}
    assert len(await titles(base)) == 2
    publisher.answers = {"town/de/pages": FIRST[1:], "town/en/pages": FIRST}
    assert await keeper.fetch(NOON + timedelta(minutes=59)) == []
    assert len(await keeper.fetch(NOON + timedelta(minutes=61))) == 2
    assert 'lotse_page_syncs_total{outcome="failed"}' in generate_latest(REGISTRY).decode()


async def test_cut_off_in_the_middle_the_old_state_serves_and_the_rest_comes_later(
    base: Database, keeper: PageKeeper, publisher: Publisher
) -> None:
    await keeper.fetch(NOON)
    await aged(base, synced=NOON - timedelta(hours=31), tried=NOON - timedelta(hours=31))
    publisher.answers |= {"town/de/pages": FIRST[1:], "town/en/pages": FIRST[1:]}
    publisher.silent = "town/en/pages"
    publisher.asked.clear()
    running = asyncio.create_task(keeper.fetch(NOON))
    async with asyncio.timeout(20):
        while publisher.silent not in dict(publisher.asked):
            await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    async with base.read() as session:
        rows = {(row.language, row.pages) for row in await keep.counts(session)}
    assert rows == {("de", 1), ("en", 2)}
    publisher.silent = ""
    later = await keeper_of(base).fetch(NOON + timedelta(minutes=61))
    assert {(each.feed.language, each.feed.kind) for each in later} == {("en", "pages")}
    assert sum(each.change.gone for each in later) == 1


async def test_a_source_that_was_removed_meanwhile_does_not_come_back(base: Database, publisher: Publisher) -> None:
    feeds = await page_sync.known(base)
    async with base.write() as session:
        await keep.remove(session, [row.id for row in await keep.known(session)])
    done = [each async for each in page_sync.refresh(base, feeds)]
    assert {each.problem for each in done} == {"the feed was removed meanwhile"}
    assert publisher.asked == []
    assert await page_sync.known(base) == []


@pytest.mark.usefixtures("publisher")
async def test_figures_for_operators(keeper: PageKeeper) -> None:
    await keeper.fetch(NOON)
    text = generate_latest(REGISTRY).decode()
    assert 'lotse_pages{language="de",municipality="town"} 2.0' in text
    assert 'lotse_pages_age_seconds{municipality="town"}' in text


@pytest.mark.usefixtures("publisher")
async def test_what_was_fetched_is_at_hand_after_a_look_and_gone_after_removal(base: Database) -> None:
    shelf = PageShelf(cache=None)
    keeper = PageKeeper(database=base, shelf=shelf, switches=Switches())
    await keeper.fetch(NOON)
    await keeper.look()
    async with base.read() as session:
        await shelf.complete(session, "town")
    index = shelf.now("town")
    assert index
    assert set(index.pages) == {"a", "b"}
    async with base.write() as session:
        await keep.remove(session, [row.id for row in await keep.known(session)])
    await keeper.look()
    assert shelf.now("town") is None
    await shelf.close()
