"""The pages of team and settings in a real browser: WCAG by axe on a phone, in light and dark; and without JavaScript."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Audit, Case, Person
from tests.axe import check
from tests.desk.conftest import BrowseDesk, Colleague, MakeUser
from tests.web.server import Running

PAGES = (
    "/desk/team",
    "/desk/team/invite",
    "/desk/settings/hours?of=all",
    "/desk/settings/hours?of=all&period=new",
    "/desk/settings/phrases",
    "/desk/settings/phrases/greeting?language=fa",
    "/desk/settings/new-phrase",
    "/desk/settings/interpreters",
    "/desk/settings/retention",
    "/desk/settings/audit",
    "/desk/settings/audit?action=nothing",
)


async def store(server: Running, *rows: Any) -> list[int]:
    """Store rows in the server's database; returns their ids."""
    async with server.app.database.write() as session:
        return [await _stored(session, row) for row in rows]


async def _stored(session: AsyncSession, row: Any) -> int:
    session.add(row)
    await session.flush()
    return int(row.id or 0)


def somebody(server: Running, admin: Colleague) -> int:
    """A person with a closed case of the admin's municipality."""
    [who] = server.run(store(server, Person(language="ti", municipality_id=admin.municipality)))
    server.run(store(server, Case(municipality_id=admin.municipality, person_id=who, language="ti", state="closed")))
    server.run(store(server, Audit(actor=f"user:{admin.id}", action="case.read", subject="case:1", municipality_id=admin.municipality)))
    return who


def test_every_page_is_accessible_on_a_phone(browse_desk: BrowseDesk, user: MakeUser, server: Running) -> None:
    admin = user("admin")
    page = browse_desk(admin, phone=True)
    for path in (*PAGES, f"/desk/team/{user('adviser').id}", f"/desk/team/{admin.id}", f"/desk/people/{somebody(server, admin)}"):
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        check(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_errors_are_accessible_and_stand_at_their_fields(browse_desk: BrowseDesk, user: MakeUser) -> None:
    page = browse_desk(user("admin"), phone=True)
    page.goto("/desk/settings/hours?of=all&period=new")
    page.fill("#day1", "zwölf bis drei")
    page.click("main form[method=post] button.primary")
    expect(page.locator("#day1-error")).to_be_visible()
    expect(page.locator("#day1")).to_have_value("zwölf bis drei")
    expect(page.locator("#day1")).to_have_attribute("aria-invalid", "true")
    check(page)
    page.goto("/desk/team/invite")
    page.fill("#name", "Neu")
    page.fill("#email", "neu@ort")
    page.click("main form[method=post] button.primary")
    expect(page.locator("#email-error")).to_be_visible()
    check(page)


def _invite(page: Page) -> str:
    page.goto("/desk/team")
    page.get_by_role("link", name="Invite a colleague").click()
    page.get_by_label("Name", exact=True).fill("Neu Neumann")
    page.get_by_label("E-mail address").fill("neu.neumann@lotse.test")
    page.get_by_role("button", name="Make the link").click()
    return page.locator("#link").inner_text()


@pytest.mark.parametrize("javascript", [True, False])
def test_the_whole_work_of_a_lead_with_and_without_scripts(
    browse_desk: BrowseDesk,
    user: MakeUser,
    server: Running,
    other: str,
    javascript: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    admin = user("admin", other, interface="en")
    user("adviser", other, name="Bela Beispiel")
    page = browse_desk(admin, javascript=javascript)
    if javascript:
        assert "/desk/invitation/" in _invite(page)
    page.goto(f"/desk/team/{admin.id}")
    page.get_by_label("First day").fill("2026-12-21" if not javascript else "2027-01-04")
    page.get_by_label("Last day").fill("2027-01-01" if not javascript else "2027-01-08")
    page.get_by_label("Who stands in").select_option(label="Bela Beispiel")
    page.get_by_role("button", name="Enter the leave").click()
    expect(page.get_by_role("status")).to_contain_text("It ends by itself.")
    page.get_by_role("button", name="Take back").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("entered again")
    page.goto("/desk/settings/hours")
    page.get_by_label("Monday").fill("8-12")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Monday")).to_have_value("08:00–12:00")
    page.goto("/desk/settings/phrases/greeting")
    page.get_by_label("Preview in").select_option("ar")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".bubble")).to_have_attribute("dir", "rtl")
    who = somebody(server, admin)
    page.goto(f"/desk/people/{who}")
    page.get_by_text("Delete …").click()
    page.get_by_role("button", name="Delete everything now").click()
    expect(page.get_by_role("status")).to_contain_text("is deleted")
