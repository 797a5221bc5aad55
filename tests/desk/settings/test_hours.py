"""Working hours at the desk: reading spans, saving periods, what is refused and at which line, who may change whose, closed days."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from desk.settings_hours import SpanError, closed_ahead, parse_spans, shown
from store.desk import WorkHours
from store.scheduling import Office, Site
from store.statements import table_of
from tests.desk.settings.console import Console

HOURS = "/desk/settings/hours"
EMPTY = {f"day{day}": "" for day in range(7)}


async def rows(console: Console) -> list[tuple[object, ...]]:
    table = table_of(WorkHours)
    async with console.base.read() as session:
        found = await session.execute(select(table).order_by(table.c.weekday, table.c.starts, table.c.id))
        return [(row.user_id, row.office_id, row.weekday, row.starts, row.ends, row.valid_from, row.valid_until) for row in found]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", []),
        ("8-12", [(480, 720)]),
        ("8:00–12:00, 13:00–16:30", [(480, 720), (780, 990)]),
        ("13.30 bis 16 Uhr und 8 Uhr - 12 Uhr", [(480, 720), (810, 960)]),
        ("9 to 12; 12 to 24", [(540, 720), (720, 1440)]),
        (" , 0-1 ,", [(0, 60)]),
    ],
)
def test_spans_are_read_as_people_write_them(text: str, spans: list[tuple[int, int]]) -> None:
    assert parse_spans(text) == spans
    assert parse_spans(shown(spans)) == spans


@pytest.mark.parametrize(
    "text", ["8", "morning", "8-25", "8:61-9", "12-8", "9-9", "8-12, 11-13", "8-9,9-10,10-11,11-12,12-13,13-14,14-15", "8-12-16"]
)
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(SpanError):
        parse_spans(text)


async def test_hours_are_saved_and_shown_again(console: Console) -> None:
    desk = await console.sign_in(await console.user("lead"))
    assert "Until then people are promised no time." in (await desk.get(HOURS)).text
    answer = await desk.post(HOURS, EMPTY | {"of": "all", "period": "new", "day0": "8-12, 13-16", "day4": "8-12"})
    assert answer.status_code == 200
    assert 'value="08:00–12:00, 13:00–16:00"' in answer.text
    first, second = (None, None, 0, 480, 720, None, None), (None, None, 0, 780, 960, None, None)
    assert await rows(console) == [first, second, (None, None, 4, 480, 720, None, None)]
    await desk.post(HOURS, EMPTY | {"of": "all", "period": "_", "day1": "9-10", "from": "2026-12-01"})
    assert await rows(console) == [(None, None, 1, 540, 600, date(2026, 12, 1), None)]
    await desk.post(HOURS, EMPTY | {"of": "all", "period": "2026-12-01_"})
    assert await rows(console) == []
    assert [row.subject for row in await console.audited("hours.changed")] == ["all", "all", "all"]


async def test_periods_stand_beside_each_other_unless_they_overlap(console: Console) -> None:
    anna = await console.user()
    desk = await console.sign_in(anna)
    own = {"of": f"user-{anna.id}", "period": "new"}
    await desk.post(HOURS, EMPTY | own | {"day0": "8-12", "until": "2026-12-31"})
    await desk.post(HOURS, EMPTY | own | {"day0": "10-14", "from": "2027-01-01"})
    assert len(await rows(console)) == 2
    answer = await desk.post(HOURS, EMPTY | own | {"day0": "11-12", "day1": "8-9", "from": "2026-12-15", "until": "2026-12-20"})
    assert answer.status_code == 422
    assert "This overlaps with 08:00–12:00 of another period." in answer.text
    assert 'value="2026-12-15"' in answer.text
    assert len(await rows(console)) == 2


async def test_errors_name_the_line_and_keep_what_was_typed(console: Console) -> None:
    desk = await console.sign_in(await console.user("admin"))
    typed = {
        "of": "all",
        "period": "new",
        "day0": "8-12",
        "day2": "12-8",
        "day3": "<b>soon</b>",
        "from": "2026-12-31",
        "until": "2026-12-01",
    }
    answer = await desk.post(HOURS, EMPTY | typed)
    assert answer.status_code == 422
    wrong = dict(re.findall(r'id="([\w]+)-error">.*?</svg>(.*?)</p>', answer.text))
    assert list(wrong) == ["day2", "day3", "until"]
    assert wrong["day2"] == "“12-8” ends before it begins."
    assert wrong["day3"] == "“&lt;b&gt;soon&lt;/b&gt;” is no span. Write it like this: 8:00–12:00"
    assert "<b>soon" not in answer.text
    assert 'value="8-12"' in answer.text
    assert await rows(console) == []


async def test_advisers_change_their_own_hours_alone(console: Console) -> None:
    anna, bela = await console.user(), await console.user()
    office = Office(municipality_id=console.here, slug="haus", name="Haus <1>")
    away = Office(municipality_id=console.elsewhere, slug="dort", name="Dort")
    house, abroad = await console.add(office, away)
    lead, editor, stranger = await console.user("lead"), await console.user("editor"), await console.user(municipality=console.elsewhere)
    results = {}
    for who in (anna, lead, editor):
        desk = await console.sign_in(who)
        for key in (
            "all",
            f"office-{house}",
            f"user-{anna.id}",
            f"user-{bela.id}",
            f"office-{abroad}",
            f"user-{stranger.id}",
            "user-x",
            "x-1",
        ):
            seen = (await desk.get(f"{HOURS}?of={key}")).status_code
            sent = (await desk.post(HOURS, EMPTY | {"of": key, "period": "new"})).status_code
            results[who.role, key] = seen, sent
    for key in ("all", f"office-{house}", f"user-{bela.id}"):
        assert results["adviser", key] == (200, 403)
    assert results["adviser", f"user-{anna.id}"] == (200, 200)
    for key in ("all", f"office-{house}", f"user-{anna.id}", f"user-{bela.id}"):
        assert results["lead", key] == (200, 200)
        assert results["editor", key] == (403, 403)
    for role in ("adviser", "lead"):
        for key in (f"office-{abroad}", f"user-{stranger.id}", "user-x", "x-1"):
            assert results[role, key] == (404, 404)


async def test_holidays_of_the_land_and_closed_days_are_shown(console: Console) -> None:
    async with console.base.write() as session:
        site = await session.get(Site, console.here)
        assert site
        site.closed_days = ["2099-01-01", datetime.now(ZoneInfo("Europe/Berlin")).date().isoformat()]
    text = (await (await console.sign_in(await console.user())).get(HOURS)).text
    assert "Closed day of the municipality" in text
    assert "Christmas Day" in text
    assert "2099" not in text


def test_holidays_differ_between_the_laender() -> None:
    def named(land: str, language: str = "de") -> dict[str, str]:
        found = closed_ahead(land=land, own=["2026-12-24", "2025-12-24"], today=date(2026, 11, 21), language=language)
        return {day.isoformat(): name for day, name in found}

    palatinate, berlin = named("RP"), named("BE")
    assert palatinate["2027-05-27"] == "Fronleichnam"
    assert named("RP", "en")["2027-05-27"] == "Corpus Christi"
    assert "2027-05-27" not in berlin
    assert berlin["2027-03-08"]
    assert palatinate["2026-12-24"] == ""
    assert "2025-12-24" not in palatinate
    assert list(palatinate) == sorted(palatinate)


async def test_interpreters_of_the_site_file_are_shown(console: Console) -> None:
    pool = {"name": "Sprach<b>mittlung", "languages": ["ar", "prs"], "modes": ["phone", "in_person"]}
    async with console.base.write() as session:
        site = await session.get(Site, console.here)
        assert site
        site.interpreters = [pool]
    page = await (await console.sign_in(await console.user("editor"))).get("/desk/settings/interpreters")
    assert "Sprach&lt;b&gt;mittlung" in page.text
    assert "Arabic, Dari" in page.text
    assert "by phone, in person" in page.text
    stranger = await console.user(municipality=console.elsewhere)
    assert "No interpreters are listed" in (await (await console.sign_in(stranger)).get("/desk/settings/interpreters")).text
