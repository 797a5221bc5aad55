"""What the pages of the calendar show, on both databases: week, list, team, day sheet, groups."""

import re
from datetime import date, timedelta

from sqlalchemy import update

from handoff.pseudonyms import pseudonym
from scheduler.calendar import appointments
from store.scheduling import Service, Site
from store.statements import table_of
from tests.desk.week import Browser, Week, appointment, book, fill

sites, services = (table_of(model) for model in (Site, Service))


async def test_the_week_shows_everything_of_ones_own_calendar(own: Browser, week: Week) -> None:
    await fill(week)
    page = await own.get(f"/desk/calendar?week={week.key}")
    assert page.status_code == 200
    ada, bea = (pseudonym(week.people[name], "en") for name in ("ada", "bea"))
    row = await week.row("ada")
    spelled = " ".join(row.code[start : start + 2] for start in (0, 2, 4))
    for text in (ada, bea, "Residence and papers", "In person", "Tigrinya", "Interpreter asked: Tigrinya (By phone)", f"Code {spelled}"):
        assert text in page.text
    for text in ("Training", "Meeting", "Own calendar", "0 of 12 places taken", "09:00–12:00, 13:00–16:00"):
        assert text in page.text
    assert "style=" not in page.text
    assert 'class="cal-event appointment is-booked at-4 for-2 lane-0-1"' in page.text


async def test_the_list_shows_the_same(own: Browser, week: Week) -> None:
    await fill(week)
    listed = await own.get(f"/desk/calendar?week={week.key}&view=list")
    grid = await own.get(f"/desk/calendar?week={week.key}")
    links = [set(re.findall(r'href="(/desk/calendar/(?:appointments|groups)/\d+)"', page.text)) for page in (listed, grid)]
    assert links[0] == links[1]
    assert len(links[0]) == 3
    for text in ("Training", "Meeting", "Own calendar", "All day", "Hours: 09:00–12:00, 13:00–16:00"):
        assert text in listed.text


async def test_the_whole_team_and_a_colleague_can_be_seen(own: Browser, week: Week) -> None:
    await book(week, "cem", week.at(1, 9), adviser=1)
    cem, ada = (pseudonym(week.people[name], "en") for name in ("cem", "ada"))
    everybody = (await own.get(f"/desk/calendar?week={week.key}&adviser=all")).text
    assert cem in everybody
    assert ada in everybody
    assert "Beraterin 1" in everybody
    theirs = (await own.get(f"/desk/calendar?week={week.key}&adviser={week.ids.advisers[1]}")).text
    assert cem in theirs
    assert ada not in theirs


async def test_nonsense_in_the_address_gives_this_week_or_nothing(own: Browser) -> None:
    for odd in ("2026-W99", "x", "9999-W01", "2026-W", "' or 1=1"):
        assert (await own.get("/desk/calendar", params={"week": odd})).status_code == 200
    for odd in ("999999", "x", "-1", "9" * 40, "1;drop"):
        assert (await own.get("/desk/calendar", params={"adviser": odd})).status_code == 404
    for path in ("/desk/calendar/day/9999-12-31", "/desk/calendar/day/x", "/desk/calendar/groups/7", f"/desk/calendar/groups/{2**70}"):
        assert (await own.get(path)).status_code == 404


async def test_a_holiday_is_named(own: Browser, week: Week) -> None:
    day = week.monday + timedelta(days=2)
    async with week.base.write() as session:
        await session.execute(update(sites).values(closed_days=[day.isoformat()]))
    page = await own.get(f"/desk/calendar?week={week.key}")
    assert "Closed" in page.text
    christmas = await own.get("/desk/calendar?week=2026-W53")
    assert "Christmas Day" in (await own.get("/desk/calendar?week=2026-W52")).text
    assert "New Year" in christmas.text


async def test_an_open_page_is_sent_the_week_only_when_it_changed(own: Browser, week: Week) -> None:
    page = await own.get(f"/desk/calendar?week={week.key}")
    again = re.search(r'hx-get="([^"]+)"', page.text)
    assert again
    url = again[1].replace("&amp;", "&")
    assert (await own.get(url, headers={"HX-Request": "true"})).status_code == 204
    await book(week, "cem", week.at(3, 9))
    fresh = await own.get(url, headers={"HX-Request": "true"})
    assert fresh.status_code == 200
    assert pseudonym(week.people["cem"], "en") in fresh.text
    assert "<html" not in fresh.text


async def test_the_day_sheet_holds_what_is_needed_and_no_more(own: Browser, week: Week) -> None:
    await fill(week)
    day = (week.monday + timedelta(days=1)).isoformat()
    page = await own.get(f"/desk/calendar/day/{day}")
    row = await week.row("ada")
    spelled = " ".join(row.code[start : start + 2] for start in (0, 2, 4))
    for text in (
        "09:00–09:30",
        pseudonym(row.person_id, "en"),
        spelled,
        "Residence and papers",
        "Tigrinya",
        "Interpreter asked",
        "Your permit",
    ):
        assert text in page.text
    assert "residence/extension" not in page.text
    monday = await own.get(f"/desk/calendar/day/{week.monday.isoformat()}?adviser=all")
    assert "0 of 12 places taken" in monday.text
    assert "No appointments on this day" in (await own.get(f"/desk/calendar/day/{date(2026, 1, 4).isoformat()}")).text


async def test_a_group_lists_who_comes(own: Browser, week: Week) -> None:
    await fill(week)
    (group,) = set(re.findall(r"/desk/calendar/groups/(\d+)", (await own.get(f"/desk/calendar?week={week.key}")).text))
    async with week.base.write() as session:
        await session.execute(
            update(appointments)
            .where(appointments.c.id == week.booked["bea"])
            .values(group_slot_id=int(group), adviser_id=None, starts_at=week.at(0, 17), ends_at=week.at(0, 18, 30))
        )
    page = await own.get(f"/desk/calendar/groups/{group}")
    assert pseudonym(week.people["bea"], "en") in page.text
    assert "1 of 12 places taken" in page.text


async def test_names_of_services_are_escaped(own: Browser, week: Week) -> None:
    hostile = "<script>alert(1)</script>\u202e"
    async with week.base.write() as session:
        await session.execute(update(services).values(names={"de": hostile, "en": hostile}, bring={"en": [hostile]}))
    day = (week.monday + timedelta(days=1)).isoformat()
    paths = (f"/desk/calendar?week={week.key}", appointment(week, "ada"), f"/desk/calendar/day/{day}", "/desk/calendar/tasks")
    for path in paths:
        page = await own.get(path)
        assert "&lt;script&gt;alert(1)" in page.text
        assert "<script>alert" not in page.text
