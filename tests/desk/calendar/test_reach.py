"""Whose calendar may be changed by whom, what is noted of it, and what another municipality gets: nothing."""

from datetime import timedelta

from fastapi import FastAPI
from sqlalchemy import func, insert, select

from handoff.pseudonyms import pseudonym
from store.desk import Leave, News
from store.scheduling import Task
from store.statements import table_of
from store.tables import Audit, Case
from store.types import today_here, utcnow
from tests.desk.week import Browser, Week, appointment, make_week, scalars, signed_in

audit, news, tasks, cases, leaves = (table_of(model) for model in (Audit, News, Task, Case, Leave))


async def test_the_follow_up_of_a_colleagues_case_is_not_mine(colleague: Browser, week: Week) -> None:
    day = (week.monday + timedelta(days=7)).isoformat()
    done = await colleague.post(f"{appointment(week, 'ada')}/follow-up", {"day": day})
    assert "Own" in done.text
    assert await scalars(week, select(cases.c.follow_up_at).where(cases.c.id == week.cases["ada"])) == [None]


async def test_only_own_calendars_are_changed(colleague: Browser, week: Week) -> None:
    """A colleague sees everything and changes nothing."""
    url = appointment(week, "bea")
    before = await week.row("bea")
    page = await colleague.get(url)
    assert page.status_code == 200
    assert f"{url}/cancel" not in page.text
    assert "Only the adviser, who stands in for them, and leads can change this appointment." in page.text
    slot = f"{int(week.at(3, 10).timestamp())}.{week.ids.advisers[0]}.0"
    mine = {"adviser": week.ids.advisers[0], "first": week.monday.isoformat(), "reason": "sick"}
    tried = [
        await colleague.get(f"{url}/move"),
        await colleague.post(f"{url}/move", {"slot": slot, "revision": "2"}),
        await colleague.post(f"{url}/cancel", {"revision": "2"}),
        await colleague.post(f"{url}/outcome", {"came": "true"}),
        await colleague.post(f"{appointment(week, 'ada')}/interpreter", {"state": "confirmed"}),
        await colleague.post("/desk/calendar/absences", mine),
        await colleague.get("/desk/calendar/absences/new", params=mine),
        await colleague.get(f"/desk/calendar/times?adviser={week.ids.advisers[0]}"),
        await colleague.post(
            "/desk/calendar/openings",
            {
                "adviser": week.ids.advisers[0],
                "office": week.ids.office,
                "day": week.monday.isoformat(),
                "starts": "17:00",
                "ends": "18:00",
            },
        ),
        await colleague.post(f"/desk/calendar/tasks/{(await scalars(week, select(tasks.c.id)))[0]}/done"),
    ]
    assert [answer.status_code for answer in tried] == [403] * len(tried)
    assert await week.row("bea") == before


async def test_a_lead_changes_all_calendars(lead: Browser, week: Week) -> None:
    url = appointment(week, "bea")
    await lead.post(f"{url}/cancel", {"revision": "2"})
    row = await week.row("bea")
    assert (row.state, row.cancelled_by) == ("cancelled", f"user:{week.users['lead']}")
    form = {"adviser": week.ids.advisers[1], "first": week.monday.isoformat(), "reason": "holiday"}
    assert "The absence is saved" in (await lead.post("/desk/calendar/absences", form)).text


async def test_who_stands_in_changes_the_calendar_of_the_absent_colleague(colleague: Browser, week: Week) -> None:
    today = today_here()
    days = {"starts_on": today - timedelta(days=1), "ends_on": today + timedelta(days=3)}
    row = {"user_id": week.users["own"], "substitute_id": week.users["other"], **days, "created_at": utcnow()}
    async with week.base.write() as session:
        await session.execute(insert(leaves).values(row))
    await colleague.post(f"{appointment(week, 'bea')}/cancel", {"revision": "2"})
    assert (await week.row("bea")).cancelled_by == f"adviser:{week.ids.advisers[1]}"


async def test_another_municipality_sees_and_changes_nothing(http: FastAPI, week: Week) -> None:
    elsewhere = await make_week(week.base, slug="woanders")
    before = await week.row("bea")
    ours = {"adviser": week.ids.advisers[0], "first": week.monday.isoformat(), "reason": "sick"}
    (task,) = await scalars(week, select(tasks.c.id).where(tasks.c.municipality_id == week.ids.municipality))
    async with signed_in(http, week.base, elsewhere.users["lead"]) as stranger:
        url = appointment(week, "bea")
        page = await stranger.get(f"/desk/calendar?week={week.key}&adviser=all")
        assert pseudonym(week.people["bea"], "en") not in page.text
        tried = [
            await stranger.get(url),
            await stranger.get(f"{url}/move"),
            await stranger.get(f"/desk/calendar?adviser={week.ids.advisers[0]}"),
            await stranger.get(f"/desk/calendar/day/{week.monday}?adviser={week.ids.advisers[0]}"),
            await stranger.get(f"/desk/calendar/book?case={week.cases['cem']}"),
            await stranger.get(f"/desk/calendar/times?adviser={week.ids.advisers[0]}"),
            await stranger.get("/desk/calendar/absences/new", params=ours),
            await stranger.post(f"{url}/move", {"slot": f"{int(week.at(3, 10).timestamp())}.{week.ids.advisers[0]}.0", "revision": "2"}),
            await stranger.post(f"{url}/cancel", {"revision": "2"}),
            await stranger.post(f"{url}/outcome", {"came": "true"}),
            await stranger.post(f"{url}/interpreter", {"state": "confirmed"}),
            await stranger.post(f"{url}/undo/2"),
            await stranger.post(f"{url}/follow-up", {"day": "2099-01-01"}),
            await stranger.post("/desk/calendar/absences", ours),
            await stranger.post("/desk/calendar/book", {"case": week.cases["cem"], "service": elsewhere.ids.service, "slot": "1.1.0"}),
            await stranger.post(f"/desk/calendar/tasks/{task}/done"),
        ]
        assert [answer.status_code for answer in tried] == [404] * len(tried)
    assert await week.row("bea") == before


async def test_every_change_is_noted_and_told_to_open_pages(own: Browser, week: Week) -> None:
    first = max(await scalars(week, select(func.coalesce(func.max(news.c.id), 0))))
    url = appointment(week, "bea")
    await own.get(url)
    await own.post(f"{url}/cancel", {"revision": "2"})
    await own.post(f"{url}/undo/3")
    told = await scalars(week, select(news.c.kind).where(news.c.id > first, news.c.municipality_id == week.ids.municipality))
    assert told == ["calendar", "calendar"]
    async with week.base.read() as session:
        lines = list(
            await session.execute(select(audit.c.actor, audit.c.action).where(audit.c.subject == f"appointment:{week.booked['bea']}"))
        )
    assert {line.actor for line in lines} == {f"user:{week.users['own']}"}
    assert [line.action for line in lines if not line.action.endswith("read")] == ["appointment.cancelled", "appointment.restored"]
