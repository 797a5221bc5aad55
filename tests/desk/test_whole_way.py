"""From a person's wish to talk to a human to the program's return: Telegram and the web chat on one side, the desk on the other.

The server, the messenger's HTTP interface and Chromium are real. Each step waits for what the next one needs to see, without reloading.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from desk import passwords
from handoff import phrases
from locales.texts import translate
from store.tables import User
from tests.botapi.people import Person
from tests.desk.conftest import DESKTOP, PASSWORD, Colleague, _add, begin
from tests.web.server import Running, serving

pytestmark = pytest.mark.service
ASKS = "ምስ ሰብ ክዛረብ ይደሊ"  # I want to talk to a person
ANSWERS = "የቐንየለይ"  # thank you
QUESTION = "ጀርመን ክመሃር ይደሊ። ከመይ ገይረ?"  # I want to learn German. How?
SECONDS = 20


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory, learned: Path) -> Iterator[Running]:
    """Lotse with a messenger."""
    with serving(tmp_path_factory.mktemp("whole"), learned, messenger=True) as running:
        yield running


@pytest.fixture(scope="module")
def anna(connected: Running) -> Colleague:
    return adviser(connected)


def adviser(server: Running) -> Colleague:
    """An adviser who speaks any language."""
    town = server.app.world.towns["demo"]
    secret = server.run(passwords.hash_password(PASSWORD))
    row = User(municipality_id=town.id, email="anna@lotse.test", name="Anna Adler", role="adviser", password_hash=secret)
    server.run(_add(server, row))
    return Colleague(id=row.id or 0, email=row.email, name=row.name, role=row.role, municipality=town.id, town=town.slug)


class Newcomer:
    """Somebody in Telegram whose language is Tigrinya."""

    def __init__(self, server: Running, number: int) -> None:
        assert server.api
        self._server = server
        self._person = server.run(self._welcomed(number))

    async def _welcomed(self, number: int) -> Person:
        assert self._server.api
        ada = self._server.api.person(number, "ti")
        ada.send("/start place_demo")
        await ada.wait_for(1, timeout=SECONDS)
        ada.press("ትግርኛ")
        await ada.wait_for(1, timeout=SECONDS)
        return ada

    @property
    def replies(self) -> list[str]:
        """What was said to them so far."""
        return [line.text for line in self._person.replies]

    def says(self, text: str) -> None:
        """Write something."""

        async def send() -> None:
            self._person.send(text)

        self._server.run(send())

    def hears(self, text: str | int = 1) -> None:
        """Wait for a text, or for a number of new messages."""

        async def wait() -> None:
            await self._person.wait_for(text, timeout=SECONDS)

        self._server.run(wait())


@pytest.fixture
def open_desk(chromium: Browser, connected: Running, anna: Colleague) -> Iterator[Page]:
    with inbox_of(chromium, connected, anna) as page:
        yield page


@contextmanager
def inbox_of(chromium: Browser, server: Running, colleague: Colleague) -> Iterator[Page]:
    """The inbox of a signed-in adviser, open before anybody has written; loading a page anew fails the test."""
    size: Any = DESKTOP
    context = chromium.new_context(base_url=server.url, locale="de-DE", viewport=size, reduced_motion="reduce")
    context.add_cookies([{"name": "lotse-desk", "value": server.run(begin(server, colleague)), "url": server.url}])
    page = context.new_page()
    with page.expect_response(lambda answer: "/desk/live" in answer.url):
        page.goto("/desk/?tab=unassigned")
    yield page
    context.close()


def _show(page: Page, name: str, pictures: Path | None) -> None:
    if pictures:
        page.screenshot(path=pictures / f"handoff-{name}.png")


def whole_way(page: Page, newcomer: Newcomer, *, pictures: Path | None = None) -> None:
    """The way in Telegram, with pictures of each step if a folder is given."""
    newcomer.says(ASKS)
    row = page.locator("#cases a").filter(has_text="ትግርኛ").first
    expect(row).to_be_visible()
    _show(page, "1-arrives", pictures)
    row.click()
    page.locator("#claim button").click()
    expect(page.locator("[data-flash]")).to_contain_text("Sie haben den Fall")
    newcomer.hears("Anna Adler")
    page.locator("#phrases > summary").click()
    _show(page, "2-phrases", pictures)
    page.locator("#phrase-read a").click()
    page.locator("#reply button.primary").click()
    said = translate("ti", phrases.BUILT_IN["read"])
    newcomer.hears(said)
    assert said != phrases.BUILT_IN["read"]
    before = newcomer.replies
    newcomer.says(ANSWERS)
    expect(page.locator("#talk .bubble.theirs .said").last).to_have_text(ANSWERS)
    _show(page, "3-answered", pictures)
    newcomer.says(QUESTION)
    expect(page.locator("#talk .bubble.theirs .said").last).to_have_text(QUESTION)
    assert newcomer.replies == before, "the program spoke while a human had the word"
    page.locator("#bot > summary").click()
    page.locator("#bot button").first.click()
    newcomer.hears(translate("ti", "The program answers again."))
    newcomer.says(QUESTION)
    newcomer.hears(1)
    assert len(newcomer.replies) > len(before) + 1
    _show(page, "4-returned", pictures)


def test_a_wish_in_tigrinya_reaches_an_open_inbox_and_comes_back(connected: Running, open_desk: Page) -> None:
    whole_way(open_desk, Newcomer(connected, 1))


def test_the_same_from_the_web_chat(connected: Running, chromium: Browser, open_desk: Page) -> None:
    context = chromium.new_context(base_url=connected.url, locale="ti", viewport={"width": 390, "height": 844})
    chat, page = context.new_page(), open_desk
    said = chat.locator(".message.theirs")
    chat.goto("/?town=demo")
    chat.locator("button[value='language:ti']").click()
    chat.locator(".composer").wait_for()
    _writes(chat, ASKS)
    page.locator("#cases a").filter(has_text="ትግርኛ").first.click()
    page.locator("#claim button").click()
    expect(said.filter(has_text="Anna Adler")).to_have_count(1)
    page.locator("#text").fill("ሰላም")
    page.locator("#text").press("Control+Enter")
    expect(said.last).to_contain_text("ሰላም")
    before = said.count()
    _writes(chat, QUESTION)
    expect(page.locator("#talk .bubble.theirs .said").last).to_have_text(QUESTION)
    expect(said).to_have_count(before)
    page.locator("#bot > summary").click()
    page.locator("#bot button").first.click()
    expect(said).to_have_count(before + 1)
    _writes(chat, QUESTION)
    expect(said).not_to_have_count(before + 1)
    context.close()


def _writes(chat: Page, text: str) -> None:
    chat.locator("textarea").fill(text)
    chat.locator(".send").click()
    expect(chat.locator(".message.mine").last).to_contain_text(text)
