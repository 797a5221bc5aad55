"""Leaves at the desk: entering, taking back and undoing them, who may, overlaps and circles, days that cannot be meant."""

import asyncio
import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from handoff import leaves
from store.desk import Leave
from store.statements import table_of
from store.tables import User
from tests.desk.settings.console import Console, Signed

HERE = "/desk/team"
TODAY = datetime.now(ZoneInfo("Europe/Berlin")).date()


def days(first: int, last: int, substitute: User | None = None) -> dict[str, Any]:
    """The form of a leave, in days from today."""
    ends = {"first": (TODAY + timedelta(days=first)).isoformat(), "last": (TODAY + timedelta(days=last)).isoformat()}
    return ends | {"substitute": substitute.id if substitute else ""}


async def rows(console: Console) -> list[tuple[int, int, int, int | None]]:
    table = table_of(Leave)
    async with console.base.read() as session:
        found = await session.execute(select(table).order_by(table.c.id))
        return [(row.user_id, (row.starts_on - TODAY).days, (row.ends_on - TODAY).days, row.substitute_id) for row in found]


async def team(console: Console) -> tuple[User, User, User, Signed]:
    anna, bela, cem = [await console.user(name=name) for name in ("Anna", "Bela", "Cem")]
    return anna, bela, cem, await console.sign_in(await console.user("lead", name="Lea"))


async def test_a_leave_is_entered_shown_taken_back_and_undone(console: Console) -> None:
    anna, bela, _, lead = await team(console)
    page = await lead.post(f"{HERE}/{anna.id}/leaves", days(0, 6, bela))
    assert "The leave is entered. It ends by itself." in page.text
    listed = (await lead.get(HERE)).text
    assert "away now" in listed
    assert "Bela stands in" in listed
    async with console.base.read() as session:
        assert await leaves.acting_for(session, user=anna.id or 0, on=TODAY) == bela.id
    number = re.search(rf"{HERE}/{anna.id}/leaves/(\d+)/remove", page.text)
    assert number
    gone = await lead.post(f"{HERE}/{anna.id}/leaves/{number[1]}/remove")
    assert await rows(console) == []
    undo = re.search(r'<form method="post" action="(/desk/team/[^"]+/again[^"]+)"', gone.text)
    assert undo
    back = await lead.post(undo[1].replace("&amp;", "&"))
    assert "The leave is entered again." in back.text
    assert await rows(console) == [(anna.id, 0, 6, bela.id)]
    twice = await lead.post(undo[1].replace("&amp;", "&"))
    assert "cannot be undone any more" in twice.text
    assert await rows(console) == [(anna.id, 0, 6, bela.id)]
    assert len(await console.audited("leave.entered")) == 2
    assert len(await console.audited("leave.removed")) == 1


async def test_everybody_enters_their_own_and_leads_those_of_the_team(console: Console) -> None:
    anna, bela, _, lead = await team(console)
    editor = await console.user("editor")
    hers, theirs = await console.sign_in(anna), await console.sign_in(editor)
    assert (await hers.post(f"{HERE}/{anna.id}/leaves", days(1, 2))).status_code == 200
    assert (await theirs.post(f"{HERE}/{editor.id}/leaves", days(1, 2))).status_code == 200
    assert (await hers.post(f"{HERE}/{bela.id}/leaves", days(1, 2))).status_code == 403
    assert (await hers.post(f"{HERE}/{bela.id}/leaves/again", days(1, 2))).status_code == 403
    await lead.post(f"{HERE}/{bela.id}/leaves", days(3, 4))
    found = await rows(console)
    assert [row[0] for row in found] == [anna.id, editor.id, bela.id]
    table = table_of(Leave)
    async with console.base.read() as session:
        numbers = {row.user_id: row.id for row in await session.execute(select(table))}
    assert (await hers.post(f"{HERE}/{bela.id}/leaves/{numbers[bela.id]}/remove")).status_code == 403
    assert (await hers.post(f"{HERE}/{anna.id}/leaves/{numbers[bela.id]}/remove")).status_code == 404
    assert await rows(console) == found
    assert 'name="first"' not in (await hers.get(f"{HERE}/{bela.id}")).text


async def test_overlaps_are_refused_with_the_days_of_the_other_leave(console: Console) -> None:
    anna, bela, _, lead = await team(console)
    await lead.post(f"{HERE}/{anna.id}/leaves", days(10, 20))
    for first, last in ((5, 10), (20, 25), (12, 13), (5, 25)):
        page = await lead.post(f"{HERE}/{anna.id}/leaves", days(first, last, bela))
        assert page.status_code == 422
        assert "This overlaps with the leave from" in page.text
        assert f'value="{days(first, last)["first"]}"' in page.text
        assert f'<option value="{bela.id}" selected>' in page.text
    for first, last in ((9, 9), (21, 21)):
        assert (await lead.post(f"{HERE}/{anna.id}/leaves", days(first, last))).status_code == 200
    assert len(await rows(console)) == 3


async def test_circles_are_refused_with_their_names(console: Console) -> None:
    anna, bela, cem, lead = await team(console)
    await lead.post(f"{HERE}/{anna.id}/leaves", days(0, 10, bela))
    await lead.post(f"{HERE}/{bela.id}/leaves", days(5, 12, cem))
    page = await lead.post(f"{HERE}/{cem.id}/leaves", days(8, 20, anna))
    assert page.status_code == 422
    assert "Cem → Anna → Bela → Cem" in page.text
    assert len(await rows(console)) == 2
    later = await lead.post(f"{HERE}/{cem.id}/leaves", days(11, 20, anna))
    assert later.status_code == 200
    begins_inside = await lead.post(f"{HERE}/{anna.id}/leaves", days(15, 16, cem))
    assert "Anna → Cem → Anna" in begins_inside.text
    assert (await lead.post(f"{HERE}/{anna.id}/leaves", days(21, 22, cem))).status_code == 200


async def test_a_chain_leads_to_who_is_there(console: Console) -> None:
    anna, bela, cem, lead = await team(console)
    await lead.post(f"{HERE}/{anna.id}/leaves", days(0, 10, bela))
    await lead.post(f"{HERE}/{bela.id}/leaves", days(5, 12, cem))
    async with console.base.read() as session:
        found = [await leaves.acting_for(session, user=anna.id or 0, on=TODAY + timedelta(days=day)) for day in (0, 4, 5, 10, 11)]
    assert found == [bela.id, bela.id, cem.id, cem.id, anna.id]


async def test_two_leaves_at_once_make_no_circle(console: Console) -> None:
    anna, bela, _, lead = await team(console)
    hers = await console.sign_in(anna)
    await asyncio.gather(lead.post(f"{HERE}/{bela.id}/leaves", days(0, 5, anna)), hers.post(f"{HERE}/{anna.id}/leaves", days(0, 5, bela)))
    assert len(await rows(console)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first": ""}, "first"),
        ({"last": "soon"}, "last"),
        ({"last": (TODAY - timedelta(days=1)).isoformat()}, "last"),
        ({"last": "9999-12-31"}, "last"),
        ({"first": "0001-01-01"}, "first"),
    ],
)
async def test_days_that_cannot_be_meant_are_refused_at_their_field(console: Console, changes: dict[str, str], field: str) -> None:
    anna, bela, _, lead = await team(console)
    page = await lead.post(f"{HERE}/{anna.id}/leaves", days(0, 5, bela) | changes)
    assert page.status_code == 422
    assert re.findall(r'id="(\w+)-error"', page.text) == [field]
    assert await rows(console) == []


async def test_who_cannot_stand_in_is_refused(console: Console) -> None:
    anna, _, _, lead = await team(console)
    stranger = await console.user(municipality=console.elsewhere)
    gone, editor = await console.user(active=False), await console.user("editor")
    for who in (stranger, gone, editor):
        assert (await lead.post(f"{HERE}/{anna.id}/leaves", days(0, 5, who))).status_code == 404
    page = await lead.post(f"{HERE}/{anna.id}/leaves", days(0, 5, anna))
    assert "Nobody can stand in for themselves." in page.text
    options = re.findall(r'<option value="(\d+)"', page.text)
    assert not {str(who.id) for who in (stranger, gone, editor, anna)} & set(options)
    assert await rows(console) == []


async def test_a_substitute_who_left_is_marked(console: Console) -> None:
    anna, bela, _, _ = await team(console)
    ada = await console.sign_in(await console.user("admin"))
    await ada.post(f"{HERE}/{anna.id}/leaves", days(0, 5, bela))
    await ada.post(f"{HERE}/{bela.id}/end")
    assert "does not work here any more" in (await ada.get(f"{HERE}/{anna.id}")).text
