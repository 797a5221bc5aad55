"""Every page of the desk in Chromium at the width of a desktop, in light and dark, without a violation of WCAG: generated from the router.

Each GET route is opened with a row of everything, by a role that may see it; one that gives no page is named in `NO_PAGE`, and a parameter
that `every_route` has no row for fails. What opens by keys and clicks is here too; phones are in the tests of the single pages.
"""

from collections.abc import Iterator, Mapping
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from desk import sessions
from tests import axe
from tests.desk import scenes
from tests.desk.conftest import BrowseDesk, Colleague, Desk, MakeUser
from tests.desk.every_route import Town, Way, make_town
from tests.desk.test_matrix import ALL, PLAIN, address
from tests.desk.test_sign_in import invite, with_codes
from tests.web.server import Running

READING = {way.path: way for way in ALL if way.method == "GET"}
NO_PAGE = {
    "/static/{name}": "text/css; charset=utf-8",
    "/live": "text/event-stream; charset=utf-8",
    "/cases/{case}/files/{attachment}": "application/pdf",
    "/settings/audit.csv": "text/csv; charset=utf-8",
    "/wishes/groups.csv": "text/csv; charset=utf-8",
    "/wishes/verdicts.csv": "text/csv; charset=utf-8",
    "/courses/export.csv": "text/csv; charset=utf-8",
    "/courses/export.json": "application/json",
    "/courses/template.csv": "text/csv; charset=utf-8",
    "/courses/course.schema.json": "application/schema+json",
}
# What pages look like with more in their address; a route that is not here is opened without.
VIEWS: Mapping[str, tuple[str, ...]] = {
    "/sign-in": ("", "?lang=en&out=1"),
    "/": ("", "?tab=unassigned", "?tab=team", "?tab=closed", "?q=x"),
    "/cases/{case}": ("", "?phrase=read"),
    "/articles/{group}/{slug}": ("?language=ar",),
    "/calendar": ("?week={week}", "?week={week}&adviser=all", "?week={week}&view=list"),
    "/calendar/appointments/{appointment}/move": ("", "?at={day}T10:05", "?at={day}T22:00"),
    "/calendar/book": ("?case={case}",),
    "/calendar/absences/new": ("?adviser={adviser}&first={first}&last={last}",),
    "/courses": ("", "?q=x", "?state=older"),
    "/knowledge": ("", "?state=draft", "?q=gibt-es-nicht", "?language=ar&state=missing"),
    "/knowledge/new": ("",),
    "/knowledge/checks": ("", "?where=local", "?q=gibt-es-nicht"),
    "/knowledge/{group}/{slug}": ("", "?part=meta", "?part=ar", "?part=so&see=so&step=details"),
    "/knowledge/{group}/{slug}/history": ("", "?part=ar"),
    "/settings/hours": ("?of=all", "?of=all&period=new"),
    "/settings/audit": ("", "?action=nothing"),
}
# By role: a built-in phrase; what they may not see, and what is not there.
BESIDES = (
    ("admin", "/desk/settings/phrases/greeting?language=fa", 200),
    ("adviser", "/desk/team/invite", 403),
    ("adviser", "/desk/nowhere", 404),
    ("editor", "/desk/courses/new", 200),
    ("adviser", "/desk/knowledge/residence/extension?part=meta", 200),
    ("adviser", "/desk/knowledge/residence/extension?part=ti", 200),
    ("adviser", "/desk/knowledge/local/gibt-es-nicht", 404),
)
ADMINISTERED = ("/team", "/settings", "/people")


@pytest.fixture(scope="module")
def town(server: Running) -> Town:
    """A row of everything."""
    return server.run(make_town(server))


def role_for(way: Way) -> str:
    """The adviser who has the rows, or who administers: they see the most."""
    assert way.roles is not None
    if "upload" in way.names:
        return "lead"  # whose file it is
    return "admin" if way.path.startswith(ADMINISTERED) or "adviser" not in way.roles else "adviser"


def inside(town: Town) -> Iterator[tuple[str, str, int]]:
    """Token, address and status of all pages behind the sign-in."""
    week = date.fromisoformat(str(town.form["day"])).isocalendar()
    named = {**town.form, "week": f"{week.year}-W{week.week:02}"}
    for path, way in READING.items():
        if path not in NO_PAGE and way.roles is not None:
            for view in VIEWS.get(path, ("",)):
                yield town.tokens[role_for(way)], address(way, PLAIN | town.rows) + view.format_map(named), 200
    for role, url, status in BESIDES:
        yield town.tokens[role], url, status


def outside(server: Running, half: str, name: str) -> Iterator[tuple[str, str, int]]:
    """The pages before the sign-in; `half` is the token of somebody whose second factor is still asked for."""
    secret = invite(server, f"{name}@lotse.test")
    for path, way in READING.items():
        if path not in NO_PAGE and way.roles is None:
            for view in VIEWS.get(path, ("",)):
                yield half if path == "/sign-in/code" else "", way.url({"secret": secret}) + view, 200


async def half_signed_in(server: Running, colleague: Colleague) -> str:
    async with server.app.database.write() as session:
        return await sessions.begin(session, server.app.desk.index_key, user=colleague.id, browser="Test", confirmed=False)


def as_somebody(page: Page, server: Running, token: str) -> None:
    """Be signed in by this token, or not at all."""
    page.context.clear_cookies()
    if token:
        page.context.add_cookies([{"name": "lotse-desk", "value": token, "url": server.url, "httpOnly": True, "sameSite": "Lax"}])


def complaints(page: Page) -> list[str]:
    """What is wrong with a page."""
    found = [axe.problems(page), "" if axe.fits(page) else "cut off at the side", *(f"small: {each}" for each in axe.small(page))]
    return [each for each in found if each]


def test_every_page_is_accessible(server: Running, town: Town, user: MakeUser, browse_desk: BrowseDesk) -> None:
    somebody = user("adviser")
    with_codes(server, somebody)
    half = server.run(half_signed_in(server, somebody))
    wrong: dict[str, list[str]] = {}
    seen, page = set(), browse_desk()
    for token, url, status in [*outside(server, half, "every"), *inside(town)]:
        as_somebody(page, server, token)
        answer = page.goto(url)
        assert answer
        assert answer.headers.get("content-type") == "text/html; charset=utf-8", f"{url} is no page: it belongs into NO_PAGE"
        assert answer.status == status, url
        expect(page.locator("h1")).to_be_visible()
        seen.add(page.url)
        wrong |= {url: found} if (found := complaints(page)) else {}
    assert wrong == {}, "\n".join(f"{url}: {found}" for url, found in wrong.items())
    assert len(seen) > len(READING) - len(NO_PAGE)


def test_every_kind_of_case_and_what_opens_is_accessible(server: Running, user: MakeUser, browse_desk: BrowseDesk) -> None:
    anna = user("adviser", municipality=scenes.town(server))
    page = browse_desk(anna)
    page.goto("/desk/")  # nobody has written yet
    axe.check_page(page)
    kinds = scenes.all_kinds(server, anna, user("adviser", municipality=anna.town))
    for one in kinds:
        page.goto(f"/desk/cases/{one.case}?earlier=true")
        axe.check_page(page)
    page.goto(f"/desk/cases/{kinds[0].case}")
    for summary in scenes.MENUS:
        page.locator(summary).click()
    axe.check_page(page)
    page.goto("/desk/")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    axe.check_page(page)


def test_what_is_no_page_is_none(server: Running, town: Town) -> None:
    desk, found = Desk(server, town.tokens["admin"]), {}
    for path in NO_PAGE:
        url = address(READING[path], PLAIN | town.rows | {"name": "desk.css"})
        with desk.http.stream("GET", url) as answer:
            found[path] = answer.headers["content-type"]
    desk.http.close()
    assert found == NO_PAGE


def test_views_are_of_routes_that_are_there() -> None:
    assert set(VIEWS) | set(NO_PAGE) <= set(READING)
