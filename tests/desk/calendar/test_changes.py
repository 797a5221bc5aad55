"""What the pages of the calendar change, on both databases: moving, cancelling, outcomes, interpreters, booking, absences."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update

from handoff.pseudonyms import pseudonym
from scheduler.calendar import absences, appointments, openings
from store.scheduling import Change, Reminder, Site, Task
from store.statements import table_of
from store.tables import Audit, Case
from store.types import utcnow
from tests.desk.week import Browser, Week, appointment, hidden, pending, scalars

audit, reminded, history, tasks, cases, sites = (table_of(model) for model in (Audit, Reminder, Change, Task, Case, Site))


async def test_a_free_time_is_chosen_confirmed_and_taken_back(own: Browser, week: Week) -> None:
    url = appointment(week, "ada")
    choices = await own.get(f"{url}/move")
    tuesday = re.findall(r'href="([^"]+slot=[^"]+)"', choices.text)
    assert len(tuesday) > 20
    page = await own.get(f"{url}/move?at={(week.monday + timedelta(days=3)).isoformat()}T10:30")
    assert "10:30–11:00" in page.text
    assert "People could not book this time" not in page.text
    assert (await week.row("ada")).starts_at == week.at(1, 9)  # looking changes nothing
    done = await own.post(f"{url}/move", {"slot": hidden(page, "slot"), "revision": hidden(page, "revision")})
    assert "Moved to Thursday" in done.text
    row = await week.row("ada")
    assert (row.starts_at, await pending(week, "ada")) == (week.at(3, 10, 30), ["moved_by_office"])
    undo = re.search(r'action="(/desk/calendar/appointments/\d+/undo/\d+)"', done.text)
    assert undo
    taken = await own.post(undo[1])
    assert "Taken back" in taken.text
    assert ((await week.row("ada")).starts_at, await pending(week, "ada")) == (week.at(1, 9), [])
    lines = await scalars(week, select(history.c.actor).where(history.c.appointment_id == week.booked["ada"]).order_by(history.c.revision))
    assert lines == ["person", "person", f"adviser:{week.ids.advisers[0]}", f"adviser:{week.ids.advisers[0]}"]


async def test_an_unusual_time_is_warned_of_and_one_outside_the_hours_refused(own: Browser, week: Week) -> None:
    url = appointment(week, "bea")
    day = (week.monday + timedelta(days=3)).isoformat()
    page = await own.get(f"{url}/move?at={day}T10:05")
    assert "People could not book this time themselves" in page.text
    await own.post(f"{url}/move", {"slot": hidden(page, "slot"), "revision": hidden(page, "revision")})
    assert (await week.row("bea")).starts_at == week.at(3, 10, 5)
    for at in ("12:10", "20:00", "25:99", ""):
        refused = await own.get(f"{url}/move?at={day}T{at}")
        assert refused.status_code == 200
        if at != "":
            assert "This time is not free" in refused.text


@pytest.mark.parametrize("slot", ["", "x", "1.2", "1.2.3", "9" * 12 + ".1.0", "-1.1.0", "1.1.1.1", "０.1.0"])
async def test_a_forged_time_is_refused(own: Browser, week: Week, slot: str) -> None:
    url = appointment(week, "bea")
    answer = await own.post(f"{url}/move", {"slot": slot, "revision": "2"})
    assert answer.status_code in {200, 422}
    assert (await week.row("bea")).revision == 2


async def test_a_page_that_is_out_of_date_changes_nothing(own: Browser, week: Week) -> None:
    url = appointment(week, "bea")
    page = await own.get(f"{url}/move?at={(week.monday + timedelta(days=3)).isoformat()}T10:00")
    fields = {"slot": hidden(page, "slot"), "revision": "1"}
    assert "was changed in the meantime" in (await own.post(f"{url}/move", fields)).text
    assert "was changed in the meantime" in (await own.post(f"{url}/cancel", {"revision": "1"})).text
    assert (await week.row("bea")).state == "booked"


async def test_cancelling_is_told_and_taken_back(own: Browser, week: Week) -> None:
    url = appointment(week, "bea")
    page = await own.get(url)
    done = await own.post(f"{url}/cancel", {"revision": hidden(page, "revision")})
    assert "The appointment is cancelled" in done.text
    assert ((await week.row("bea")).state, await pending(week, "bea")) == ("cancelled", ["cancelled_by_office"])
    assert pseudonym(week.people["bea"], "en") not in (await own.get(f"/desk/calendar?week={week.key}")).text
    await own.post(f"{url}/undo/3")
    assert ((await week.row("bea")).state, await pending(week, "bea")) == ("booked", [])
    assert "cannot be undone any more" in (await own.post(f"{url}/undo/3")).text
    assert (await own.post(f"{url}/cancel", {"revision": "x"})).status_code == 422


async def test_after_the_time_it_is_said_whether_they_came(own: Browser, week: Week) -> None:
    url = appointment(week, "bea")
    assert "is possible" not in (await own.get(url)).text
    assert "That is not possible now" in (await own.post(f"{url}/outcome", {"came": "true"})).text
    past = utcnow() - timedelta(hours=2)
    times = {
        "starts_at": past,
        "ends_at": past + timedelta(minutes=30),
        "blocked_from": past,
        "blocked_until": past + timedelta(minutes=30),
    }
    async with week.base.write() as session:
        await session.execute(update(appointments).where(appointments.c.id == week.booked["bea"]).values(times))
    assert "Did they come?" in (await own.get(url)).text
    for came, state in (("true", "attended"), ("false", "missed")):
        done = await own.post(f"{url}/outcome", {"came": came})
        assert (await week.row("bea")).state == state
    undo = re.search(r'action="([^"]+/undo/\d+)"', done.text)
    assert undo
    await own.post(undo[1])
    assert (await week.row("bea")).state == "attended"
    said = await scalars(week, select(audit.c.action).where(audit.c.subject == f"appointment:{week.booked['bea']}").order_by(audit.c.id))
    assert [action for action in said if action != "appointment.read"] == [
        "appointment.attended",
        "appointment.missed",
        "appointment.restored",
    ]


async def test_an_interpreter_is_organised_from_the_list_of_tasks(own: Browser, week: Week) -> None:
    pools = [{"name": "Pool Nord", "languages": ["ti"], "modes": ["phone"], "contact": "Tel. 0000 1234"}]
    pools.append({"name": "Pool Süd", "languages": ["fr"], "modes": ["phone"], "contact": "sued@lotse.test"})
    async with week.base.write() as session:
        await session.execute(update(sites).values(interpreters=pools))
    assert ">1</b>" in (await own.get("/desk/calendar")).text
    page = await own.get("/desk/calendar/tasks")
    for text in ("Organise an interpreter: Tigrinya", "Pool Nord", "Tel. 0000 1234", "By phone"):
        assert text in page.text
    assert "Pool Süd" not in page.text
    await own.post(f"{appointment(week, 'ada')}/interpreter", {"state": "confirmed"})
    assert (await week.row("ada")).interpreter_state == "confirmed"
    assert "Nothing to do" in (await own.get("/desk/calendar/tasks")).text
    await own.post(f"{appointment(week, 'ada')}/interpreter", {"state": "asked"})
    (task,) = await scalars(week, select(tasks.c.id).where(tasks.c.state == "open"))
    done = await own.post(f"/desk/calendar/tasks/{task}/done")
    assert f"/desk/calendar/tasks/{task}/reopen" in done.text
    assert await scalars(week, select(tasks.c.state)) == ["done"]
    await own.post(f"/desk/calendar/tasks/{task}/reopen")
    assert await scalars(week, select(tasks.c.state)) == ["open"]


async def test_people_who_are_not_reached_are_a_task(own: Browser, week: Week) -> None:
    row = {"municipality_id": week.ids.municipality, "adviser_id": week.ids.advisers[0], "appointment_id": week.booked["bea"]}
    async with week.base.write() as session:
        await session.execute(insert(tasks).values(**row, kind="unreachable", state="open", created_at=utcnow()))
    assert "Not reached: no message arrives" in (await own.get("/desk/calendar/tasks")).text


async def test_a_case_gets_an_appointment_and_the_person_is_told(own: Browser, week: Week) -> None:
    case = week.cases["cem"]
    page = await own.get(f"/desk/calendar/book?case={case}&mode=phone")
    assert pseudonym(week.people["cem"], "en") in page.text
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/desk/calendar/book\?[^"]+slot=[^"]+)"', page.text)]
    confirm = await own.get(links[0])
    names = ("case", "service", "mode", "adviser", "slot")
    done = await own.post("/desk/calendar/book", {**{name: hidden(confirm, name) for name in names}, "interpreter": "organise"})
    assert "Booked: " in done.text
    (row,) = await scalars(week, select(appointments.c.id).where(appointments.c.person_id == week.people["cem"]))
    week.booked["cem"] = row
    made = await week.row("cem")
    assert (made.state, made.mode, made.language, made.interpreter, made.interpreter_language) == (
        "booked",
        "phone",
        "tr",
        "organise",
        "tr",
    )
    assert (made.adviser_id, await pending(week, "cem")) == (week.ids.advisers[0], ["booked_by_office"])
    undo = re.search(r'action="([^"]+/undo/\d+)"', done.text)
    assert undo
    assert "Taken back" in (await own.post(undo[1])).text
    assert ((await week.row("cem")).state, await pending(week, "cem")) == ("cancelled", [])


async def test_booking_with_a_colleague_takes_free_times_alone(own: Browser, week: Week) -> None:
    colleague = week.ids.advisers[1]
    common = {"case": week.cases["cem"], "service": week.ids.service, "mode": "phone", "adviser": colleague, "interpreter": "none"}
    beside = f"{int(week.at(3, 10, 5).timestamp())}.{colleague}.0"
    assert "This time is not free" in (await own.post("/desk/calendar/book", {**common, "slot": beside})).text
    free = f"{int(week.at(3, 10).timestamp())}.{colleague}.0"
    assert "Booked: " in (await own.post("/desk/calendar/book", {**common, "slot": free})).text
    assert (
        "another appointment"
        in (await own.post("/desk/calendar/book", {**common, "slot": f"{int(week.at(3, 11).timestamp())}.{colleague}.0"})).text
    )


async def test_extra_hours_come_and_go(own: Browser, week: Week) -> None:
    sunday = (week.monday + timedelta(days=6)).isoformat()
    fields = {"adviser": week.ids.advisers[0], "office": week.ids.office, "day": sunday, "starts": "10:00", "ends": "12:00"}
    done = await own.post("/desk/calendar/openings", fields)
    assert "The hours are added" in done.text
    assert "10:00–12:00" in (await own.get(f"/desk/calendar?week={week.key}")).text
    remove = re.search(r'action="(/desk/calendar/openings/\d+/remove)"', done.text)
    assert remove
    assert "The hours are removed" in (await own.post(remove[1])).text
    assert await scalars(week, select(func.count()).select_from(openings)) == [0]
    for wrong in ({"ends": "09:00"}, {"day": "x"}, {"starts": "99:99"}, {"day": "9999-12-31"}, {"day": "2020-01-01"}):
        assert "Check the days and times" in (await own.post("/desk/calendar/openings", {**fields, **wrong})).text
    assert (await own.post("/desk/calendar/openings", {**fields, "office": 999_999})).status_code == 404


async def test_an_absence_says_first_what_it_touches(own: Browser, week: Week) -> None:
    first, last = week.monday.isoformat(), (week.monday + timedelta(days=4)).isoformat()
    form = {"adviser": week.ids.advisers[0], "first": first, "last": last, "reason": "sick"}
    page = await own.get("/desk/calendar/absences/new", params=form)
    assert "Appointments that lie in it: 2." in page.text
    assert pseudonym(week.people["ada"], "en") in page.text
    assert await scalars(week, select(func.count()).select_from(absences)) == [0]
    done = await own.post("/desk/calendar/absences", form)
    assert "People who are asked for a new time: 2." in done.text
    waits = select(reminded.c.subject_id).where(reminded.c.kind == "displaced", reminded.c.state == "pending")
    assert set(await scalars(week, waits)) == {week.booked["ada"], week.booked["bea"]}
    assert "Sick" in (await own.get(f"/desk/calendar?week={week.key}")).text
    remove = re.search(r'action="(/desk/calendar/absences/\d+/remove)"', done.text)
    assert remove
    await own.post(remove[1])
    assert await scalars(week, waits) == []
    part = {**form, "last": first, "starts": "09:00", "ends": "10:00"}
    assert "No appointment lies in it." in (await own.get("/desk/calendar/absences/new", params=part)).text
    for wrong in ({"last": "2020-01-01"}, {"first": "x"}, {"last": "9999-12-31"}, {"reason": "gone fishing"}):
        assert "Check the days and times" in (await own.post("/desk/calendar/absences", {**form, **wrong})).text


async def test_the_follow_up_of_the_case_is_set_from_an_appointment(own: Browser, week: Week) -> None:
    url = appointment(week, "ada")
    day = (week.monday + timedelta(days=7)).isoformat()
    done = await own.post(f"{url}/follow-up", {"day": day, "at": "10:00", "message": "<b>How did it go?</b>"})
    assert "The case sleeps and comes back on" in done.text
    async with week.base.read() as session:
        case = (await session.execute(select(cases).where(cases.c.id == week.cases["ada"]))).one()
    assert (case.state, case.follow_up_at) == ("follow_up", week.at(7, 10))
    assert b"How did it go" not in case.sealed_follow_up
    for wrong in ({"day": "x"}, {"day": "2020-01-01"}, {"day": day, "at": "77:00"}):
        assert "Choose a day and a time to come." in (await own.post(f"{url}/follow-up", wrong)).text
