"""The pictures of `docs/advisers.md`, made anew: `python -m tests.desk.pictures docs/images`. Look at each of them afterwards.

The tour shows the demonstration as `lotse serve --demo` starts it; the four of the hand-off are the way that `test_whole_way` tests.
"""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from handoff import links
from store.statements import table_of
from store.tables import Case
from store.types import utcnow
from tests import cases
from tests import pictures as photos
from tests.desk.conftest import DESKTOP, PHONE
from tests.desk.scenes import rows_of
from tests.desk.test_whole_way import Newcomer, adviser, inbox_of, whole_way
from tests.web.server import Running, serving

MOST_BYTES = 120_000
COLOURS = 192
Show = Callable[[Page, str], None]


def main(folder: Path) -> None:
    """Make all pictures."""
    with tempfile.TemporaryDirectory() as where:
        learned = Path(where) / "learned"
        with sync_playwright() as playwright, chromium(playwright) as browser:
            with serving(_new(where, "whole"), learned, messenger=True) as server, inbox_of(browser, server, adviser(server)) as page:
                whole_way(page, Newcomer(server, 1), pictures=folder)
            with serving(_new(where, "tour"), learned, lively=True) as server:
                tour(server, browser, folder)
    for picture in [*folder.glob("handoff-*.png"), *folder.glob("desk-*.png")]:
        shrink(picture)


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Chromium whose own parts, like those that choose a day, are German too."""
    path = shutil.which("chromium") or "/usr/bin/chromium"
    arguments = ["--no-sandbox", "--disable-gpu", "--lang=de-DE"]
    browser = playwright.chromium.launch(executable_path=path, args=arguments, env={**os.environ, "LANGUAGE": "de"})
    yield browser
    browser.close()


def _new(where: str, name: str) -> Path:
    path = Path(where) / name
    path.mkdir()
    return path


def shrink(picture: Path) -> None:
    """Fewer colours; raises ValueError if it is too heavy for the documentation all the same."""
    Image.open(picture).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(picture, optimize=True)
    if picture.stat().st_size > MOST_BYTES:
        message = f"{picture.name} has {picture.stat().st_size} bytes"
        raise ValueError(message)


def tour(server: Running, browser: Browser, folder: Path) -> None:
    """Each page that the tour names, as Mira sees it, and what a person sees of it."""
    number = {row.language: row.id for row in rows_of(server, Case, table_of(Case).c.id > 0)}

    def show(page: Page, name: str) -> None:
        page.mouse.move(0, 0)
        page.screenshot(path=folder / f"desk-{name}.png", animations="disabled")

    with _as(browser, server, "de-DE", desktop=True) as page:
        page.goto("/desk/sign-in")
        show(page, "sign-in")
        page.locator(".demo button").first.click()
        expect(page.locator("#cases")).to_be_visible()
        show(page, "inbox")
        cases_of(page, number, show)
        calendar_of(page, number, show)
        settings_of(page, number, show)
    with _as(browser, server, "de-DE") as phone:
        phone.goto("/desk/sign-in")
        phone.locator(".demo button").first.click()
        phone.goto("/desk/?tab=unassigned")
        show(phone, "phone-inbox")
        phone.goto(f"/desk/cases/{number['ti']}")
        show(phone, "phone-case")
    private_of(server, browser, show)


@contextmanager
def _as(browser: Browser, server: Running, locale: str, *, desktop: bool = False) -> Iterator[Page]:
    size = DESKTOP if desktop else PHONE
    context = browser.new_context(base_url=server.url, locale=locale, viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]  # width and height
    yield context.new_page()
    context.close()


def cases_of(page: Page, number: dict[str, int], show: Show) -> None:
    """The hand-over card of a new case, a case whose owner is away, a note, a follow-up."""
    page.goto(f"/desk/cases/{number['ti']}")
    show(page, "case")
    page.goto(f"/desk/cases/{number['uk']}")
    show(page, "away")
    page.goto(f"/desk/cases/{number['prs']}")
    show(page, "note")
    page.goto(f"/desk/cases/{number['de']}")
    page.locator("#follow-up > summary").click()
    page.locator("#follow-up-message").fill("Guten Tag! Hat es mit dem Kitaplatz geklappt?")
    show(page, "follow-up")


def calendar_of(page: Page, number: dict[str, int], show: Show) -> None:
    """Three appointments, then the week that holds them, one of them on its way to another time, the sheet of its day."""
    for language, at in (("en", 3), ("de", 0), ("prs", 16)):
        page.goto(f"/desk/calendar/book?case={number[language]}")
        page.locator("a.button.num").nth(at).click()
        if language == "prs":
            page.locator("select[name=interpreter]").select_option("organise")
        page.locator("button.primary").click()
        expect(page.locator("[data-flash]")).to_be_visible()
    page.goto("/desk/calendar")
    if not page.locator(".cal a[href*='/appointments/']").count():
        page.get_by_role("link", name="Nächste Woche").click()
        expect(page.locator(".cal a[href*='/appointments/']").first).to_be_visible()
    show(page, "week")
    entry = page.locator(".cal a[href*='/appointments/']").first.get_attribute("href")
    full = page.locator(".cal-day").filter(has=page.locator("a[href*='/appointments/']")).first
    day = full.locator("a[href*='/calendar/day/']").get_attribute("href") or ""
    page.goto(f"{entry}/move")
    show(page, "move")
    page.goto(day)
    show(page, "day")


def settings_of(page: Page, number: dict[str, int], show: Show) -> None:
    """Who is away, what is kept of a person, the keys."""
    page.goto("/desk/team")
    show(page, "team")
    page.goto(f"/desk/cases/{number['fr']}")
    page.goto(page.locator("a[href*='/desk/people/']").get_attribute("href") or "")
    show(page, "person")
    page.goto("/desk/help")
    show(page, "keys")


def private_of(server: Running, browser: Browser, show: Show) -> None:
    """The private link on somebody's phone, and a photo sent behind it."""
    town = server.app.world.towns["demo"].id

    async def link() -> str:
        desk = server.app.desk
        async with server.app.database.write() as session:
            opened = await cases.person_with_case(session, municipality=town, language="ar", keyring=desk.keyring, index_key=desk.index_key)
            return await links.create(session, person=opened.person, now=utcnow())

    with _as(browser, server, "ar") as phone:
        phone.goto(f"/link/{server.run(link())}")
        show(phone, "private-link")
        phone.locator("button.start").click()
        phone.locator("#attach > summary").click()
        phone.locator("#file").set_input_files({"name": "Brief.jpg", "mimeType": "image/jpeg", "buffer": photos.photo()})
        phone.locator("#upload button").click()
        expect(phone.locator(".message.mine").last).to_contain_text(re.compile("Brief|jpg", re.IGNORECASE))
        show(phone, "private-photo")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
