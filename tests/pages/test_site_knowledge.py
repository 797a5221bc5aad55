"""The section `knowledge` of a site file: sources and switches, there and back, and what people see of it."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot import finding, maintenance, page_sync
from bot.app import App
from bot.settings import Settings
from knowledge.pages import keep
from knowledge.pages.switches import Off
from nlu.model import Candidate, Match
from scheduler.site import Report
from scheduler.site_nodes import SiteFileError
from scheduler.site_reader import read
from store.database import Database
from tests.conftest import MakeSettings
from tests.conversation import Talker
from tests.pages.publisher import publishing
from tests.pages.test_answers import arrived, choices
from tests.pages.towns import GERMAN, brought

HEAD = "municipality: demo\n"
FLAT = "housing/find-a-flat"


def section(url: str, *, languages: str = "de, ar", topics: str = "") -> str:
    listed = f"  topics:\n{topics}" if topics else ""
    return f"{HEAD}knowledge:\n  integreat:\n    - {{url: {url}, region: stadt, languages: [{languages}]}}\n{listed}"


@pytest.fixture
async def settings(base: Database, make_settings: MakeSettings) -> Settings:
    del base  # it has made the schema
    return make_settings()


async def bring(settings: Settings, text: str, *, municipality: str | None = None) -> Report:
    return await maintenance.import_site(settings, read(text), municipality=municipality)


async def known(base: Database) -> list[tuple[str, str, str]]:
    async with base.read() as session:
        return [(row.municipality, row.region, row.spelt) for row in await keep.known(session) if row.kind == "pages"]


async def test_there_and_back_and_a_second_time_nothing_changes(base: Database, settings: Settings) -> None:
    text = section("https://cms.example/", topics=f"    {FLAT}: {{articles: false}}\n    money/bank-account: {{pages: false}}\n")
    first = await bring(settings, text)
    assert (first.kinds["sources"].new, first.kinds["topics"].new) == (2, 2)
    assert await known(base) == [("demo", "stadt", "ar"), ("demo", "stadt", "de")]
    written = await maintenance.export_site(settings, municipality="demo", secrets=False)
    assert f"{FLAT}: {{articles: false}}" in written
    assert "{url: 'https://cms.example', region: stadt, languages: [ar, de]}" in written
    again = await bring(settings, written)
    assert (again.changes, again.kinds["sources"].unchanged, again.kinds["topics"].unchanged) == (0, 2, 2)
    changed = await bring(settings, section("https://cms.example", topics=f"    {FLAT}: {{articles: false, pages: false}}\n"))
    assert (changed.kinds["topics"].changed, changed.kinds["topics"].gone) == (1, 1)


async def test_a_file_without_the_section_leaves_all_as_it_is(base: Database, settings: Settings) -> None:
    await bring(settings, section("https://cms.example"))
    report = await bring(settings, HEAD)
    assert "sources" not in report.kinds
    assert len(await known(base)) == 2
    assert (await bring(settings, f"{HEAD}knowledge: {{}}\n")).kinds["sources"].gone == 2
    assert await known(base) == []


async def test_a_source_that_goes_takes_its_pages_along(base: Database, settings: Settings) -> None:
    async with publishing({"stadt/de/pages": GERMAN}) as publisher:
        await bring(settings, section(publisher.url))
        assert [each.problem async for each in page_sync.sync(base, await page_sync.known(base))] == [""] * 6
        report = await bring(settings, section(publisher.url, languages="ar"))
    assert (report.kinds["sources"].gone, report.pages_gone) == (1, len(GERMAN))
    async with base.read() as session:
        assert (await session.execute(select(keep.pages))).all() == []


async def test_nobody_takes_the_pages_of_another_town(base: Database, settings: Settings) -> None:
    await bring(settings, section("https://cms.example"))
    with pytest.raises(SiteFileError, match="line 4: these pages are fetched for 'demo' already"):
        await bring(settings, section("https://cms.example"), municipality="mainz")
    feeds = page_sync.feeds_of("https://cms.example", regions=["stadt"], languages=["de"])
    async with base.write() as session:
        await keep.enrol(session, feeds)
    assert {municipality for municipality, *_ in await known(base)} == {"demo"}


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        (
            "knowledge:\n  topics:\n    housing/find-a-flut: {articles: false}\n",
            "line 4: there is no topic.*did you mean 'housing/find-a-flat'",
        ),
        (
            "knowledge:\n  topics:\n    health/emergency: {articles: false}\n",
            "line 4: 'health/emergency' is shown where somebody is in danger",
        ),
        ("knowledge:\n  topics:\n    Wohnen: {articles: false}\n", "line 4: the value has a wrong form"),
        (f"knowledge:\n  topics:\n    {FLAT}: {{articles: perhaps}}\n", "line 4: 'perhaps' is neither true nor false"),
        (f"knowledge:\n  topics:\n    {FLAT}: {{article: false}}\n", "line 4: a topic has no key 'article'.*did you mean 'articles'"),
        ("knowledge:\n  integreat:\n    - {region: x, languages: [de]}\n", "line 4: a source of pages has no 'url'"),
        ("knowledge:\n  integreat:\n    - {url: 'ftp://x', region: x, languages: [de]}\n", "line 4: the value has a wrong form"),
        ("knowledge:\n  integreat:\n    - {url: 'https://a@b', region: x, languages: [de]}\n", "line 4: the value has a wrong form"),
        ("knowledge:\n  integreat:\n    - {url: 'https://x', region: ../y, languages: [de]}\n", "line 4: the value has a wrong form"),
        ("knowledge:\n  integreat:\n    - {url: 'https://x', region: y, languages: [tlh]}\n", "line 4: 'tlh' is not a language of Lotse"),
        ("knowledge:\n  integreat:\n    - {url: 'https://x', region: y, languages: []}\n", "line 4: the list is empty"),
        ("knowledge: [integreat]\n", "line 2: the knowledge is not a block"),
    ],
)
async def test_what_is_wrong_is_named_with_its_line_and_changes_nothing(
    base: Database, settings: Settings, written: str, problem: str
) -> None:
    with pytest.raises(SiteFileError, match=problem):
        await bring(settings, HEAD + written)
    assert await known(base) == []


@pytest.fixture
async def switched(app: App) -> AsyncIterator[App]:
    """The demonstration's town without the article on flats, and without pages on waste."""
    topics = f"    {FLAT}: {{articles: false}}\n    housing/rules-energy-waste: {{pages: false}}\n"
    async with publishing({"demo/de/pages": GERMAN}) as publisher:
        await brought(app, publisher)
        text = section(publisher.url, languages="de", topics=topics).replace("region: stadt", "region: demo")
        await maintenance.import_site(app.settings, read(text), municipality=None)
        await app.keeper.look()
        yield app


async def test_an_article_that_is_switched_off_is_shown_nowhere_in_that_town(switched: App) -> None:
    talker = await arrived(switched)
    await talker.write("Wie finde ich eine Wohnung?")
    assert "Wohnung finden" not in talker.words
    assert not any(FLAT in choice.id for choice in choices(talker))
    await talker.press("menu:housing")
    assert not any(FLAT in choice.id for choice in choices(talker))
    talker = await arrived(switched, language="en")
    for old in (f"ask:{FLAT}", f"details:{FLAT}", f"german:{FLAT}"):
        await talker.press(old)
        assert "I do not show this text in Musterkreis Lotsenau (Demo)" in talker.words


async def test_what_a_message_is_about_stays_known() -> None:
    flat, bank = Candidate(entry=FLAT, score=0.9), Candidate(entry="money/bank-account", score=0.05)
    match = Match(language="de", decision="answer", entry=FLAT, candidates=(flat, bank))
    found = await finding.look(match, "Wohnung", index=None, off=Off(articles=frozenset({FLAT})))
    assert (found.decision, found.entry, found.candidates) == ("human", None, (flat, bank))
    assert found.joint
    assert found.joint.candidates == (bank,)


async def test_other_towns_still_have_it(switched: App) -> None:
    for link in ("start", "start:mainz"):
        talker = await arrived(switched, link=link)
        await talker.press(f"ask:{FLAT}")
        assert talker.said[0].title
        assert talker.said[0].title == switched.world.knowledge.articles[FLAT].translations["de"].title


async def test_pages_that_are_switched_off_for_a_topic_are_not_offered(switched: App) -> None:
    talker = await arrived(switched)
    await talker.write("Wohin mit alten Möbeln, Sperrmüll?")
    assert talker.said[0].title == "Hausordnung, Strom, Heizung und Müll"
    assert not any(choice.id.startswith("page") for choice in choices(talker))
    await talker.write("Was kostet der Eintritt ins Freibad?")
    assert "3 Euro" in talker.words


async def test_a_talk_without_a_town_is_as_before(switched: App) -> None:
    talker = Talker(switched)
    await talker.press("start")
    await talker.press("language:de")
    await talker.write("Wie finde ich eine Wohnung?")
    assert any(FLAT in choice.id for choice in choices(talker))
