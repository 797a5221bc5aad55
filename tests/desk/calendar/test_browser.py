"""The calendar in Chromium: moving by mouse, by keyboard and without JavaScript, live changes, accessibility, print."""

import itertools
import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from handoff import news
from tests import axe
from tests.desk.conftest import BrowseDesk, Colleague
from tests.desk.week import Week, book, fill, make_week
from tests.web.server import Running

_numbers = itertools.count(1)


@pytest.fixture
def week(server: Running) -> Week:
    """A town of its own with a full week."""
    return server.run(_full(server))


async def _full(server: Running) -> Week:
    desk = server.app.desk
    made = await make_week(server.app.database, slug=f"kalender-{next(_numbers)}", keyring=desk.keyring, index_key=desk.index_key)
    await fill(made)
    return made


@pytest.fixture
def own(week: Week) -> Colleague:
    """The adviser whose calendar it is."""
    return Colleague(id=week.users["own"], email="", name="Own", role="adviser", municipality=week.ids.municipality, town="")


def starts(server: Running, week: Week, name: str) -> Any:
    return server.run(week.row(name)).starts_at


def open_week(page: Page, week: Week, **more: str) -> None:
    page.goto(f"/desk/calendar?week={week.key}" + "".join(f"&{name}={value}" for name, value in more.items()))


def link(page: Page, week: Week, name: str) -> Any:
    return page.locator(f"#appointment-{week.booked[name]}")


def confirm(page: Page) -> None:
    """The page that asks, and its yes."""
    page.wait_for_url(re.compile(r"/move\?at="))
    page.locator('form[action$="/move"] button.primary').click()
    page.wait_for_url(re.compile(r"/appointments/\d+$"))


def test_dragging_leads_to_the_question_and_then_moves(server: Running, week: Week, own: Colleague, browse_desk: BrowseDesk) -> None:
    page = browse_desk(own)
    open_week(page, week)
    taken = link(page, week, "ada").bounding_box()
    track = page.locator(f'.cal-track[data-day="{week.monday + timedelta(days=4)}"] .cal-events').bounding_box()
    assert taken
    assert track
    row = track["height"] / int(page.locator(".cal").get_attribute("data-rows") or 0)
    page.mouse.move(taken["x"] + 20, taken["y"] + 6)
    page.mouse.down()
    page.mouse.move(taken["x"] + 60, taken["y"] + 30, steps=3)
    expect(page.locator(".cal-ghost")).to_have_count(1)
    page.mouse.move(track["x"] + 20, track["y"] + 6 + 8 * row, steps=5)  # two hours below eight
    expect(page.locator(".cal-ghost")).to_have_text("10:00")
    page.mouse.up()
    confirm(page)
    assert starts(server, week, "ada") == week.at(4, 10)
    page.locator(".flash form button").click()
    page.wait_for_load_state()
    assert starts(server, week, "ada") == week.at(1, 9)


def test_a_press_without_dragging_opens_the_appointment_and_escape_lets_go(week: Week, own: Colleague, browse_desk: BrowseDesk) -> None:
    page = browse_desk(own)
    open_week(page, week)
    box = link(page, week, "ada").bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 6)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + 120, steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".cal-ghost")).to_have_count(0)
    open_week(page, week)
    link(page, week, "ada").click()
    page.wait_for_url(re.compile(r"/appointments/\d+$"))


def test_the_keyboard_moves_as_the_mouse_does(server: Running, week: Week, own: Colleague, browse_desk: BrowseDesk) -> None:
    page = browse_desk(own)
    open_week(page, week)
    link(page, week, "ada").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(f"Alt+{key}")
    expect(page.locator("#cal-said")).to_contain_text("09:30")
    page.keyboard.press("Escape")
    expect(page.locator(".cal-ghost")).to_have_count(0)
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(f"Alt+{key}")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/move\?at="))
    expect(page.locator('form[action$="/move"] button.primary')).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/appointments/\d+$"))
    assert starts(server, week, "ada") == week.at(4, 9, 30)


def test_without_javascript_everything_is_done_by_forms(server: Running, week: Week, own: Colleague, browse_desk: BrowseDesk) -> None:
    page = browse_desk(own, javascript=False)
    open_week(page, week)
    link(page, week, "bea").click()
    page.locator('a.primary[href$="/move"]').click()
    page.locator('input[name="first"]').fill(week.monday.isoformat())
    page.locator("form.inline button").click()
    page.locator("section", has_text=re.compile("Freitag|Friday")).first.get_by_role("link", name=re.compile("^11:00")).click()
    page.locator('form[action$="/move"] button.primary').click()
    assert starts(server, week, "bea") == week.at(4, 11)
    page.locator('form[action$="/cancel"] button').click()
    assert server.run(week.row("bea")).state == "cancelled"
    page.locator(".flash form button").click()
    assert server.run(week.row("bea")).state == "booked"


def test_a_change_shows_in_an_open_week_without_reload(server: Running, week: Week, own: Colleague, browse_desk: BrowseDesk) -> None:
    page = browse_desk(own)
    open_week(page, week)
    page.evaluate("window.stays = true")
    link(page, week, "ada").focus()
    server.run(_book_and_tell(server, week))
    expect(link(page, week, "cem")).to_be_visible(timeout=5000)
    assert page.evaluate("window.stays")
    expect(link(page, week, "ada")).to_be_focused()


async def _book_and_tell(server: Running, week: Week) -> None:
    await book(week, "cem", week.at(0, 9))
    async with server.app.database.write() as session:
        await news.tell(session, municipality=week.ids.municipality, kind="calendar")


def test_every_page_of_the_calendar_is_accessible_on_a_phone(week: Week, own: Colleague, browse_desk: BrowseDesk) -> None:
    page = browse_desk(own, phone=True)
    ada = f"/desk/calendar/appointments/{week.booked['ada']}"
    paths = (
        f"/desk/calendar?week={week.key}",
        f"/desk/calendar?week={week.key}&adviser=all",
        f"/desk/calendar?week={week.key}&view=list",
        ada,
        f"{ada}/move",
        f"{ada}/move?at={week.monday}T10:05",
        f"{ada}/move?at={week.monday}T22:00",
        f"/desk/calendar/book?case={week.cases['cem']}",
        "/desk/calendar/tasks",
        "/desk/calendar/times",
        f"/desk/calendar/absences/new?adviser={week.ids.advisers[0]}&first={week.monday}&last={week.monday + timedelta(days=4)}",
        f"/desk/calendar/day/{week.monday + timedelta(days=1)}",
    )
    for path in paths:
        answer = page.goto(path)
        assert answer
        assert answer.status == 200
        assert not (found := axe.problems(page)), f"{path}\n{found}"
        assert axe.fits(page), path


def test_on_a_phone_the_week_is_a_list_by_day(week: Week, own: Colleague, browse_desk: BrowseDesk) -> None:
    page = browse_desk(own, phone=True)
    open_week(page, week)
    boxes = [box for box in (one.bounding_box() for one in page.locator(".cal-day").all()) if box]
    assert len(boxes) >= 5
    assert all(first["y"] + first["height"] <= second["y"] for first, second in itertools.pairwise(boxes))
    expect(link(page, week, "ada")).to_contain_text("09:00–09:30")
    expect(page.locator(".cal-gutter")).to_be_hidden()


def test_the_day_sheet_prints_without_the_frame(week: Week, own: Colleague, browse_desk: BrowseDesk) -> None:
    page = browse_desk(own)
    page.goto(f"/desk/calendar/day/{week.monday + timedelta(days=1)}")
    expect(page.locator("[data-print]")).to_be_visible()
    page.emulate_media(media="print")
    for hidden in (".rail", ".actions", "[data-print]"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator("table")).to_be_visible()
