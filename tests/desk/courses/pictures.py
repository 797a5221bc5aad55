"""The pictures of the courses, made anew: `python -m tests.desk.courses.pictures docs/images`. Look at each of them afterwards."""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select

from knowledge.courses import csv_file
from knowledge.courses.record import Course
from knowledge.courses.rows import course_of, courses
from tests.desk.conftest import DESKTOP, PHONE
from tests.desk.courses.shop import course, today
from tests.desk.pictures import chromium, shrink
from tests.web.server import Running, serving


def main(folder: Path) -> None:
    """Make all pictures."""
    with tempfile.TemporaryDirectory() as where:
        place = Path(where) / "courses"
        place.mkdir()
        with sync_playwright() as playwright, chromium(playwright) as browser, serving(place, Path(where) / "learned") as server:
            show(server, browser, folder)
    for picture in folder.glob("course*.png"):
        shrink(picture)


def show(server: Running, browser: Browser, folder: Path) -> None:
    """The list, the preview of a file that the demonstration's editor uploads, and a course as people see it."""
    context = browser.new_context(base_url=server.url, locale="de-DE", viewport=DESKTOP, reduced_motion="reduce")  # type: ignore[arg-type]  # width and height
    page = context.new_page()
    page.goto("/desk/sign-in")
    page.locator(".demo button").nth(2).click()
    page.goto("/desk/courses")
    page.screenshot(path=folder / "courses-list.png", animations="disabled")
    page.goto("/desk/courses/import")
    choose(page, "kurse-januar.csv", file())
    page.locator("form[data-upload] button").click()
    preview(page, folder)
    context.close()
    phone = browser.new_context(base_url=server.url, locale="ar", viewport=PHONE, reduced_motion="reduce")  # type: ignore[arg-type]  # width and height
    page = phone.new_page()
    page.goto(f"/courses/{first(server)}")
    page.screenshot(path=folder / "course-page-ar.png", animations="disabled", full_page=True)
    phone.close()


def choose(page: Page, name: str, content: bytes) -> None:
    """Choose a file on the upload page."""
    payload: Any = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.locator("#file").set_input_files(payload)


def preview(page: Page, folder: Path) -> None:
    """Take the first file over, then show what a second one would change."""
    page.wait_for_url("**/import/*")
    page.locator("button:has(.i-check)").click()
    page.wait_for_url("**/courses")
    page.goto("/desk/courses/import")
    choose(page, "kurse-februar.csv", file(later=True))
    page.locator("form[data-upload] button").click()
    page.wait_for_url("**/import/*")
    page.locator("summary.course-more", has_text="nder").click()
    page.screenshot(path=folder / "courses-preview.png", animations="disabled", full_page=True)


def file(*, later: bool = False) -> bytes:
    """Twelve invented courses as a table; `later` with some changed, gone and new ones, and a remark."""
    listed = [
        course(f"K-{number:02}", title=f"Integrationskurs {number} (Demo)", provider_name="Schule Beispiel (Demo)") for number in range(12)
    ]
    if not later:
        return csv_file.write(listed)
    fewer = [one for one in listed if one.id not in {"K-02", "K-03"}]
    changed = [replace(one, places_booked=20, places_free=None) if one.id in {"K-04", "K-07"} else one for one in fewer]
    moved = [replace(one, start_date=today(), title="<b>Integrationskurs 5</b> (Demo)") if one.id == "K-05" else one for one in changed]
    return csv_file.write([*moved, course("K-20", title="Abendkurs (Demo)"), course("K-21", title="Frauenkurs (Demo)")])


def first(server: Running) -> int:
    """A course of the demonstration with much to show."""

    async def find() -> int:
        async with server.app.database.read() as session:
            rows = list(await session.execute(select(courses).where(courses.c.owner == "demo", courses.c.gone.is_(False))))
        known: dict[int, Course] = {row.id: course_of(row.record) for row in rows}
        return max(known, key=lambda number: sum(bool(getattr(known[number], name)) for name in Course.__slots__))

    return server.run(find())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
