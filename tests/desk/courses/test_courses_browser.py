"""The pages about courses in Chromium: the way of a file with and without script, dropping it, too large ones; phones, light and dark."""

from collections.abc import Sequence
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from knowledge.courses import catalogue
from knowledge.courses.record import Course
from tests.axe import check_page
from tests.desk import scenes
from tests.desk.conftest import BrowseDesk, MakeUser
from tests.desk.courses.shop import course, table, today
from tests.web.server import Running

OPEN = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"


def stock(server: Running, owner: str, found: Sequence[Course]) -> list[int]:
    """Make these the courses of a municipality; returns their numbers."""

    async def apply() -> list[int]:
        async with server.app.database.write() as session:
            done = await catalogue.apply(session, owner=owner, feed="file", courses=found, actor="cli", today=today())
            return [one.course for one in done.changes]

    return server.run(apply())


def chosen(content: bytes, name: str = "kurse.csv") -> list[Any]:
    """A file as a person chooses it."""
    return [{"name": name, "mimeType": "text/csv", "buffer": content}]


def send(page: Page, content: bytes) -> None:
    """Choose a file and press the button."""
    page.goto("/desk/courses/import")
    page.locator("#file").set_input_files(chosen(content))
    page.locator("form[data-upload] button").click()
    page.wait_for_url("**/courses/import/*")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "plain"])
def test_the_way_of_a_file(server: Running, user: MakeUser, browse_desk: BrowseDesk, javascript: bool) -> None:  # noqa: FBT001 - a parameter of the test
    edda = user("editor", municipality=scenes.town(server), interface="en")
    page = browse_desk(edda, javascript=javascript)
    page.goto("/desk/courses")
    expect(page.locator("h2", has_text="There are no courses yet")).to_be_visible()
    send(page, table([course(f"k{number}") for number in range(12)]))
    page.get_by_role("button", name="Take over").click()
    expect(page.locator(".flash")).to_contain_text("12 new, 0 changed, 0 gone")
    send(page, table([course("k1", title="Neu")]))
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Take over").click()
    expect(page.locator(".flash")).to_contain_text("0 new, 1 changed, 11 gone")
    page.locator(".flash button").click()
    expect(page.locator(".flash")).to_contain_text("Taken back.")
    page.goto("/desk/courses")
    expect(page.locator("ul.rows > li")).to_have_count(12)


def test_a_file_can_be_dropped_and_a_large_one_is_refused_at_once(server: Running, user: MakeUser, browse_desk: BrowseDesk) -> None:
    page = browse_desk(user("editor", municipality=scenes.town(server), interface="en"))
    page.goto("/desk/courses/import")
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.method) if request.method == "POST" else None)
    page.evaluate(
        """() => {
          const large = new File([new Uint8Array(65 * 1024 * 1024)], "gross.csv", {type: "text/csv"});
          const carried = new DataTransfer();
          carried.items.add(large);
          document.querySelector("[data-drop]").dispatchEvent(new DragEvent("drop", {dataTransfer: carried, bubbles: true}));
        }"""
    )
    expect(page.locator("[data-problem]")).to_have_text("This file is too large: at most 64 MB.")
    page.locator("form[data-upload] button").click()
    check_page(page)
    assert posted == []
    page.locator("#file").set_input_files(chosen(table([course("a")])))
    expect(page.locator("[data-problem]")).to_be_hidden()
    page.locator("form[data-upload] button").click()
    expect(page.locator(".course-counts")).to_contain_text("1 new")


def test_every_page_on_a_phone(server: Running, user: MakeUser, browse_desk: BrowseDesk) -> None:
    edda = user("editor", municipality=scenes.town(server))
    page = browse_desk(edda, phone=True)
    for path in ("", "/providers", "/demand", "/history", "/import"):
        page.goto(f"/desk/courses{path}")
        check_page(page)
    found = [course(f"k{number:02}", title=f"Integrationskurs mit Alphabetisierung und Kinderbetreuung {number}") for number in range(30)]
    numbers = stock(server, edda.town, found)
    for path in ("", "?state=ended", "/providers", "/history", "/new", f"/{numbers[0]}"):
        page.goto(f"/desk/courses{path}")
        check_page(page)
    page.evaluate(OPEN)
    check_page(page)
    bad = table([course("a"), course("b", title="x" * 200)]).replace(b"B1", b"B1+").replace(b"00001", b"<b>1234567890</b>" * 9)
    for content in (bad, table([*found[:5], course("k05", title="Anders", notes="lang " * 100), course("neu")])):
        send(page, content)
        page.evaluate(OPEN)
        check_page(page)
