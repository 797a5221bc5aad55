"""What an adviser says, changes and takes back, as an open page of the web chat shows it."""

import httpx
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlmodel import col

from dialogs.model import Reply
from store.tables import Address
from tests import cases
from tests.axe import check
from tests.web.conftest import Open
from tests.web.server import Running
from tests.web.test_browser import begin

NAMES = iter(f"Anna Web{number}" for number in range(100))


class Adviser:
    """Somebody of the demonstration's advisers who writes to the person of a page."""

    def __init__(self, server: Running, page: Page) -> None:
        self._server = server
        self._token = next(str(cookie["value"]) for cookie in page.context.cookies() if cookie.get("name") == "lotse")

    def say(self, text: str) -> int:
        """Write; returns the id of the line."""

        async def work() -> int:
            app = self._server.app
            async with app.database.write() as session:
                blind = app.desk.blind("web", self._token)
                person = await session.scalar(select(col(Address.person_id)).where(col(Address.blind) == blind))
                assert person is not None
                (user,) = await cases.staff(session, municipality=app.world.towns["demo"].id, names=[next(NAMES)])
                spoken = await app.speaker.say(session, person=person, reply=Reply(text=text, language="de"), author=user.id)
            app.speaker.deliver([spoken])
            return spoken.message

        return self._server.run(work())

    def edit(self, message: int, text: str) -> None:
        """Write it anew."""

        async def work() -> None:
            app = self._server.app
            async with app.database.write() as session:
                spoken = await app.speaker.edit(session, message=message, text=text)
            app.speaker.deliver([spoken])

        self._server.run(work())

    def unsay(self, message: int) -> None:
        """Take it back."""

        async def work() -> None:
            app = self._server.app
            async with app.database.write() as session:
                spoken = await app.speaker.unsay(session, message=message)
            app.speaker.deliver([spoken])

        self._server.run(work())


def test_an_adviser_speaks_edits_and_deletes(browse: Open, server: Running) -> None:
    page = browse()
    begin(page, "de", "/?town=demo")
    adviser = Adviser(server, page)
    before = page.locator("#log .message").count()
    message = adviser.say("Bitte bringen Sie den <b>Bescheid</b> mit.")
    line = page.locator("#log .theirs").last
    expect(line.locator(".text")).to_have_text("Bitte bringen Sie den <b>Bescheid</b> mit.")
    expect(line.locator(".human")).to_be_visible()
    check(page)
    adviser.edit(message, "Bitte bringen Sie beide Bescheide mit.")
    expect(line.locator(".text")).to_have_text("Bitte bringen Sie beide Bescheide mit.")
    expect(line.locator(".hint")).to_be_visible()
    expect(page.locator("#log .message")).to_have_count(before + 1)
    adviser.unsay(message)
    expect(line.locator(".text")).to_have_text("")
    expect(line.locator("a.listen")).to_have_count(0)
    expect(page.locator("#log .message")).to_have_count(before + 1)
    page.reload()
    expect(page.get_by_text("beide Bescheide")).to_have_count(0)
    expect(line.locator(".hint")).to_have_count(1)


def test_other_clients_learn_it_too(server: Running, browse: Open) -> None:
    page = browse()
    begin(page, "de", "/?town=demo")
    adviser = Adviser(server, page)
    message = adviser.say("Guten Tag")
    cookies = {"lotse": adviser._token}

    def last() -> tuple[str, bool, bool, bool]:
        line = httpx.get(f"{server.url}/api/chat/messages", cookies=cookies).json()["messages"][-1]
        assert line["id"].partition("-")[0] == str(message)
        return line["text"], line["human"], line["edited"], line["deleted"]

    assert last() == ("Guten Tag", True, False, False)
    adviser.edit(message, "Guten Abend")
    assert last() == ("Guten Abend", True, True, False)
    adviser.unsay(message)
    assert last()[0] == ""
    assert last()[3] is True
