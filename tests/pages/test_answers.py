"""Imported pages in the chat: who gets them, what is shown, where it leads, and what happens when a page has gone."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.app import App
from dialogs.model import Choice
from knowledge.pages.record import code_of
from store.tables import Case, Feedback
from tests.conversation import Talker
from tests.pages.publisher import Publisher, publishing
from tests.pages.towns import ARABIC, GERMAN, NAME, at_hand, brought

POOL = "Was kostet der Eintritt ins Freibad?"
CODE = code_of(region="demo", kind="pages", key="freibad")


@pytest.fixture
async def publisher(app: App) -> AsyncIterator[Publisher]:
    """The pages of the demonstration's town, at hand."""
    async with publishing({"demo/de/pages": GERMAN, "demo/ar/pages": ARABIC}) as publisher:
        await brought(app, publisher, languages=("de", "ar"))
        yield publisher


async def arrived(app: App, *, language: str = "de", link: str = "start:demo") -> Talker:
    talker = Talker(app)
    await talker.press(link)
    await talker.press(f"language:{language}")
    return talker


def choices(talker: Talker) -> list[Choice]:
    return [choice for reply in talker.said for row in reply.rows for choice in row]


@pytest.mark.usefixtures("publisher")
async def test_a_page_answers(app: App) -> None:
    talker = await arrived(app)
    (reply,) = await talker.write(POOL)
    assert reply.title == "Schwimmen im Freibad Lotsenau"
    assert reply.text == "Eintritt ins Freibad\nDer Eintritt ins Freibad kostet 3 Euro. Kinder schwimmen umsonst."
    assert NAME in reply.note
    assert "1. März 2026" in reply.note
    assert [choice.url for choice in choices(talker) if choice.url] == ["https://pages.example/town/de/freibad/"]
    assert [choice.id for choice in reply.rows[-1]] == ["menu", "menu", "human"]
    assert all(len(choice.id.encode()) < 64 for choice in choices(talker))
    assert not reply.screen


@pytest.mark.usefixtures("publisher")
async def test_nobody_else_gets_it(app: App) -> None:
    for link in ("start", "start:mainz"):
        talker = await arrived(app, link=link)
        await talker.write(POOL)
        assert "3 Euro" not in talker.words
        assert not any(choice.id.startswith("page") for choice in choices(talker))
        for forged in (f"page:{CODE}:1:de", f"pagemore:{CODE}:1:de:0", f"helped:yes:page:{CODE}"):
            await talker.press(forged)
            assert "Lotsenau" not in talker.words
    async with app.database.read() as session:
        assert (await session.scalars(select(Feedback))).all() == []


@pytest.mark.usefixtures("publisher")
async def test_the_rest_comes_in_pieces_and_back_leads_back(app: App) -> None:
    talker = await arrived(app)
    await talker.write(POOL)
    await talker.press_first("pagemore:")
    assert "Das Freibad liegt am Lotsensee." in talker.words
    assert "3 Euro" not in talker.words
    seen = [talker.words]
    while any(choice.id.startswith("pagemore:") for choice in choices(talker)[:-3]):
        await talker.press_first("pagemore:")
        seen.append(talker.words)
    assert len(seen) > 1
    assert "Schwimmkurse für Frauen" in seen[-1]
    assert all(len(words) < 1300 for words in seen)
    for _ in seen:
        await talker.press_first(talker.said[-1].rows[-1][0].id)
    assert "3 Euro" in talker.words


@pytest.mark.usefixtures("publisher")
async def test_right_to_left(app: App) -> None:
    talker = await arrived(app, language="ar")
    (reply,) = await talker.write("كم يكلف الدخول إلى المسبح للأطفال؟")
    assert "3 يورو" in talker.words
    assert "\u2068Lotsenau\u2069" in reply.title
    assert "\u20683\u2069" in reply.text
    assert reply.language == "ar"


@pytest.mark.usefixtures("publisher")
async def test_a_page_in_another_language_says_so(app: App) -> None:
    talker = await arrived(app, language="tr")
    await talker.press(f"page:{CODE}:1:de")
    assert "3 Euro" in talker.words
    assert "Deutsch" in talker.words


@pytest.mark.usefixtures("publisher")
async def test_an_own_answer_stays_with_the_page_beside_it(app: App) -> None:
    talker = await arrived(app)
    await talker.write("Wohin mit alten Möbeln, Sperrmüll?")
    assert talker.said[0].title == "Hausordnung, Strom, Heizung und Müll"
    await talker.press_first("page:")
    assert "Alte Möbel und Matratzen holt die Stadt ab." in talker.words


@pytest.mark.usefixtures("publisher")
async def test_danger_comes_first(app: App) -> None:
    talker = await arrived(app)
    (reply,) = await talker.write("Ich will im Freibad sterben, ich bringe mich um")
    assert reply.urgent
    assert not any(choice.id.startswith("page") for choice in choices(talker))


async def test_a_page_that_is_gone_is_an_old_button_and_no_answer(app: App, publisher: Publisher) -> None:
    talker = await arrived(app)
    await talker.write(POOL)
    publisher.answers["demo/de/pages"] = GERMAN[1:]
    publisher.answers["demo/ar/pages"] = []
    index = app.pages.now("demo")
    await brought(app, publisher, languages=("de", "ar"))
    for old in (f"page:{CODE}:1:de", f"pagemore:{CODE}:1:de:0"):
        await talker.press(old)
        assert "3 Euro" not in talker.words
        assert len(talker.said) == 2
    assert index
    app.pages._ready["demo"] = index  # a process that has not looked since
    await talker.write(POOL)
    assert "Freibad Lotsenau" not in talker.words
    assert talker.words


async def test_a_page_that_changed_is_shown_as_it_is(app: App, publisher: Publisher) -> None:
    talker = await arrived(app)
    publisher.answers["demo/de/pages"] = [GERMAN[0] | {"content": "<p>Der Eintritt ins Freibad kostet 4 Euro.</p>"}, *GERMAN[1:]]
    await brought(app, publisher, languages=("de", "ar"))
    await talker.press(f"page:{CODE}:1:de")
    assert "4 Euro" in talker.words


@pytest.mark.usefixtures("publisher")
@pytest.mark.parametrize(("verdict", "back"), [("yes", "menu"), ("no", f"page:{CODE}")])
async def test_whether_it_helped(app: App, verdict: str, back: str) -> None:
    talker = await arrived(app)
    await talker.write(POOL)
    await talker.press_first("helped:ask:")
    await talker.press_first(f"helped:{verdict}:")
    assert talker.said[-1].rows[-1][0].id == back
    async with app.database.read() as session:
        rows = (await session.execute(select(col(Feedback.entry), col(Feedback.language), col(Feedback.verdict)))).all()
    assert [tuple(row) for row in rows] == [("page:freibad", "de", verdict)]


@pytest.mark.usefixtures("publisher")
@pytest.mark.parametrize(
    "forged",
    [
        "page",
        "page:",
        "page:x:y:z",
        "page:x:1:de:0",
        f"page:{CODE}:9999:xx",
        "pagemore:x",
        "helped:yes:page",
        "helped:yes:page:x",
        f"pagemore:{CODE}:1:de:99",
    ],
)
async def test_forged_buttons_do_no_harm(app: App, forged: str) -> None:
    talker = await arrived(app)
    await talker.press(forged)
    assert talker.said
    async with app.database.read() as session:
        assert (await session.scalars(select(Feedback))).all() == []


@pytest.mark.usefixtures("publisher")
async def test_a_question_in_between_is_answered_and_the_booking_goes_on(app: App) -> None:
    talker = await arrived(app)
    await talker.press("book")
    before = talker.words
    await talker.write(POOL)
    assert "3 Euro" in talker.words
    assert before.splitlines()[-1] in talker.words


@pytest.mark.usefixtures("publisher")
async def test_the_case_that_follows_has_no_page_for_a_topic(app: App) -> None:
    talker = await arrived(app)
    await talker.write(POOL)
    await talker.press("human")
    async with app.database.read() as session:
        (case,) = (await session.scalars(select(Case))).all()
    assert case.topic is None


async def test_pages_of_a_source_that_was_removed_are_not_found(app: App, publisher: Publisher) -> None:
    publisher.answers.clear()
    await brought(app, publisher, languages=("de", "ar"))
    talker = await arrived(app)
    await talker.write(POOL)
    assert "3 Euro" not in talker.words
    await at_hand(app)
