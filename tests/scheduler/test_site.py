"""Site files: the demonstration, the way there and back, what is refused with which line, and what happens to what goes and returns."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from bot import maintenance
from knowledge import loader
from locales.registry import LANGUAGES
from scheduler import calendar
from scheduler import site as sites
from scheduler.site import Report
from scheduler.site_export import export_site
from scheduler.site_nodes import SiteFileError
from scheduler.site_reader import read
from store.crypto import Keyring
from store.database import Database
from store.errors import ConfigurationError
from store.scheduling import (
    Absence,
    Adviser,
    Appointment,
    Busy,
    GroupSlot,
    Hours,
    Offer,
    Office,
    Opening,
    Service,
    Site,
    Waiting,
)
from store.tables import Municipality
from store.types import utcnow
from tests.bot.test_cli import lotse
from tests.conftest import MakeSettings
from tests.scheduling import person

TABLES: tuple[type[SQLModel], ...] = (Site, Office, Service, Adviser, Offer, Hours, Opening, Absence, GroupSlot)
DEMO = sites.DEMO.read_text(encoding="utf-8")
FILE = """\
municipality: testort
land: BW
closed_days: [2026-12-24]
quiet: {from: "20:00", to: 07:30}
lead_email: lead@example.org
absences:
  - {from: 2026-12-28, to: 2026-12-30}
offices:
  haus:
    name: Haus Test
    address: Teststraße 1
    map: https://maps.example.org/haus
    walk_in: [{days: [tue], from: "10:00", to: "12:00"}]
    absences: [{from: "2027-01-04 12:00", to: 2027-01-05, reason: works}]
  laden:
    name: Laden Test
services:
  papiere:
    names: {de: Papiere, en: Papers}
    minutes: 30
    buffer_before: 5
    notice: 90m
    horizon: 10d
    reminders: {day_before: null, before: [1d, 30m]}
    bring: {de: [Ausweis, Briefe]}
  abend:
    names: {de: Infoabend}
    minutes: 90
    reminders: {before: []}
advisers:
  mira:
    name: Mira Test
    gender: woman
    languages: [de, ar]
    daily_limit: 5
    busy: https://calendar.example.org/mira.ics?key=geheim
    offers: [papiere, abend]
    hours:
      - {office: haus, days: [mon, wed], from: "09:00", to: "12:00"}
      - {office: laden, days: [mon], from: "13:00", to: "24:00", valid_from: 2026-01-01, valid_until: 2026-12-31}
    openings: [{office: haus, day: 2026-12-05, from: "09:00", to: "11:00"}]
    absences: [{from: 2027-03-27, to: "2027-03-28 04:00", reason: course}]
  oleh: {name: Oleh Test, languages: [de, uk], offers: [papiere]}
group_slots:
  abend-1: {service: abend, office: laden, start: 2026-12-03 17:00, minutes: 90, capacity: 20, advisers: [mira]}
"""


async def town(session: AsyncSession, slug: str = "testort") -> int:
    found = await session.scalar(select(col(Municipality.id)).where(col(Municipality.slug) == slug))
    if found:
        return found
    row = Municipality(slug=slug, name=slug.title())
    session.add(row)
    await session.flush()
    return int(row.id or 0)


async def bring_in(base: Database, keyring: Keyring, text: str, *, slug: str = "testort") -> Report:
    async with base.write() as session:
        return await sites.import_site(session, keyring, site=read(text), municipality=await town(session, slug))


async def written(base: Database, keyring: Keyring, *, secrets: bool = False, slug: str = "testort") -> str:
    async with base.write() as session:
        return await export_site(session, keyring, municipality=await town(session, slug), secrets=secrets)


def _as_text(row: SQLModel) -> str:
    """A row without the version, which counts changes of the others."""
    return re.sub(r", version=\d+", "", repr(row))


async def rows(base: Database) -> dict[str, Counter[str]]:
    """Everything in the tables of sites."""
    async with base.read() as session:
        return {str(table.__tablename__): Counter(_as_text(row) for row in await session.scalars(select(table))) for table in TABLES}


async def one(base: Database, table: type[Any], slug: str) -> Any:
    async with base.read() as session:
        return await session.scalar(select(table).where(table.slug == slug))


async def book(base: Database, *, state: str = "booked") -> None:
    """A place in the evening, and an hour with Mira in the Haus about papers."""
    mira, haus, laden = await one(base, Adviser, "mira"), await one(base, Office, "haus"), await one(base, Office, "laden")
    papiere, abend, slot = await one(base, Service, "papiere"), await one(base, Service, "abend"), await one(base, GroupSlot, "abend-1")
    async with base.write() as session:
        who = await person(session)
        for code, service, office, adviser, group in (("A", papiere.id, haus.id, mira.id, None), ("B", abend.id, laden.id, None, slot.id)):
            times = dict.fromkeys(("starts_at", "blocked_from"), slot.starts_at) | dict.fromkeys(("ends_at", "blocked_until"), slot.ends_at)
            ids = {"service_id": service, "office_id": office, "adviser_id": adviser, "group_slot_id": group, "person_id": who}
            fixed = {"mode": "in_person", "state": state, "code": code, "language": "en", "municipality_id": mira.municipality_id}
            session.add(Appointment(**times, **ids, **fixed))


def without(text: str, *parts: str) -> str:
    for part in parts:
        assert part in text
        text = text.replace(part, "")
    return text


async def test_the_demonstration_is_imported_once_and_lies_in_the_future(base: Database, keyring: Keyring) -> None:
    async with base.write() as session:
        await sites.ensure_demo(session, keyring, municipality=await town(session, "demo"))
    first = await rows(base)
    async with base.write() as session:
        office = await session.scalar(select(Office).where(col(Office.slug) == "haus-beispiel"))
        assert office
        office.name = "Changed by somebody"
    async with base.write() as session:
        await sites.ensure_demo(session, keyring, municipality=await town(session, "demo"))
        slots = list(await session.scalars(select(GroupSlot).order_by(col(GroupSlot.starts_at))))
    zone = ZoneInfo("Europe/Berlin")
    assert [f"{slot.starts_at.astimezone(zone):%a %H:%M}" for slot in slots] == ["Thu 17:30", "Thu 17:30"]
    assert slots[0].starts_at > utcnow() + timedelta(days=6)
    assert [slot.ends_at - slot.starts_at for slot in slots] == [timedelta(minutes=90)] * 2
    assert {name: sum(found.values()) for name, found in first.items()} | {"offers": 0, "hours": 0} == {
        "sites": 1, "offices": 2, "services": 8, "advisers": 6, "offers": 0, "hours": 0, "openings": 0, "absences": 0, "group_slots": 2,
    }  # fmt: skip
    assert (await one(base, Office, "haus-beispiel")).name == "Changed by somebody"


async def test_in_the_demonstration_every_service_has_a_free_time_soon(base: Database, keyring: Keyring) -> None:
    await bring_in(base, keyring, DEMO, slug="demo")
    async with base.read() as session:
        for service in await session.scalars(select(Service).where(col(Service.slug) != "information-evening")):
            rules = await calendar.rules_of(session, service=int(service.id or 0))
            assert rules
            for day in range(7):
                now = datetime(2027, 1, 11, 12, tzinfo=UTC) + timedelta(days=day)
                wish = calendar.wish_of(rules, now=now, last=now + timedelta(days=4))
                assert await calendar.free_slots(session, rules, wish, now=now), (service.slug, now)


def test_the_demonstrations_evenings_move_by_whole_weeks_across_a_clock_change() -> None:
    moved = sites._in_future(read(DEMO), now=datetime(2027, 4, 1, tzinfo=UTC)).group_slots
    assert [f"{slot.starts_at.astimezone(ZoneInfo('Europe/Berlin')):%d.%m. %H:%M}" for slot in moved.values()] == [
        "08.04. 17:30",
        "22.04. 17:30",
    ]
    early = sites._in_future(read(DEMO), now=datetime(2026, 11, 1, tzinfo=UTC)).group_slots
    assert early["information-evening-1"].starts_at == datetime(2026, 12, 3, 16, 30, tzinfo=UTC)


def test_the_demonstration_speaks_all_languages_and_is_plainly_fictional() -> None:
    site = read(DEMO)
    known = loader.load()
    for slug, service in site.services.items():
        assert set(service.names) == set(LANGUAGES), slug
        assert max(len(name) for name in service.names.values()) <= 34, slug
        for texts in (service.bring, service.preparation):
            assert not texts or set(texts) == set(LANGUAGES), slug
        assert len({len(things) for things in service.bring.values()}) <= 1, slug  # no comma split one thing into two
        assert set(service.topics) <= set(known.articles), slug
    names = [entry.name for entry in site.advisers.values()] + [entry.name for entry in site.offices.values()]
    assert all("(Demo)" in name for name in names)
    assert not any(office.phone for office in site.offices.values())
    assert sum(adviser.gender == "woman" for adviser in site.advisers.values()) == 3
    spoken = {language for adviser in site.advisers.values() for language in adviser.languages}
    assert spoken >= {"ar", "prs", "fa", "uk", "ru", "tr", "kmr", "ckb", "en", "fr", "ti", "so"}
    assert {hours.weekday for hours in site.hours} == set(range(6))
    offered = {service for adviser in site.advisers.values() for service in adviser.offers}
    assert offered | {slot.service for slot in site.group_slots.values()} == set(site.services)


async def test_what_the_file_says_is_in_the_tables(base: Database, keyring: Keyring) -> None:
    report = await bring_in(base, keyring, FILE)
    assert {kind: counts.new for kind, counts in report.kinds.items()} == {
        "site": 1, "offices": 2, "services": 2, "advisers": 2, "offers": 3, "hours": 4, "openings": 1, "absences": 3, "group_slots": 1,
    }  # fmt: skip
    papiere, abend, mira = await one(base, Service, "papiere"), await one(base, Service, "abend"), await one(base, Adviser, "mira")
    assert (papiere.before, papiere.notice_minutes, papiere.horizon_days, papiere.position) == (5, 90, 10, 0)
    assert (papiere.day_before, papiere.minutes_before, papiere.modes) == (None, [1440, 30], ["in_person"])
    assert (abend.day_before, abend.minutes_before, abend.notice_minutes, abend.horizon_days) == (17 * 60, [], 120, 42)
    assert keyring.open(mira.sealed_busy_url, purpose="busy_url").endswith("key=geheim")
    assert (await one(base, GroupSlot, "abend-1")).starts_at == datetime(2026, 12, 3, 16, 0, tzinfo=UTC)
    async with base.read() as session:
        site = await session.scalar(select(Site))
        absences = {(row.reason, row.starts_at, row.ends_at) for row in await session.scalars(select(Absence))}
        late = await session.scalar(select(Hours).where(col(Hours.ends) == 24 * 60))
        assert await session.scalar(select(col(Hours.weekday)).where(col(Hours.walk_in), col(Hours.adviser_id).is_(None))) == 1
    assert site
    assert (site.land, site.quiet_from, site.quiet_until, site.closed_days) == ("BW", 1200, 450, ["2026-12-24"])
    assert late
    assert late.valid_from
    assert late.valid_from.isoformat() == "2026-01-01"
    berlin = ZoneInfo("Europe/Berlin")
    assert absences == {
        ("absence", datetime(2026, 12, 28, tzinfo=berlin), datetime(2026, 12, 31, tzinfo=berlin)),
        ("works", datetime(2027, 1, 4, 12, tzinfo=berlin), datetime(2027, 1, 6, tzinfo=berlin)),
        ("course", datetime(2027, 3, 27, tzinfo=berlin), datetime(2027, 3, 28, 2, tzinfo=UTC)),  # the clocks went forward in between
    }


@pytest.mark.parametrize("text", [FILE, DEMO], ids=["small", "demo"])
async def test_a_second_import_and_an_export_change_nothing(base: Database, keyring: Keyring, text: str) -> None:
    await bring_in(base, keyring, text)
    before = await rows(base)
    assert (await bring_in(base, keyring, text)).changes == 0
    assert (await bring_in(base, keyring, await written(base, keyring))).changes == 0
    assert (await bring_in(base, keyring, await written(base, keyring, secrets=True))).changes == 0
    assert await rows(base) == before


async def test_an_export_makes_the_same_site_elsewhere(base: Database, keyring: Keyring) -> None:
    await bring_in(base, keyring, FILE)
    text = await written(base, keyring, secrets=True)
    await bring_in(base, keyring, text, slug="anderswo")
    again = await written(base, keyring, secrets=True, slug="anderswo")
    assert again == text.replace("municipality: testort", "municipality: anderswo")
    async with base.read() as session:
        assert await session.scalar(select(func.count()).select_from(Hours)) == 8


async def test_the_address_of_a_calendar_is_shown_only_when_asked_for(base: Database, keyring: Keyring) -> None:
    await bring_in(base, keyring, FILE)
    assert "geheim" not in await written(base, keyring)
    assert "busy: https://calendar.example.org/mira.ics?key=geheim" in await written(base, keyring, secrets=True)
    assert "geheim" not in repr(read(FILE))


async def test_a_calendar_stays_without_the_key_and_goes_with_null(base: Database, keyring: Keyring) -> None:
    line = "    busy: https://calendar.example.org/mira.ics?key=geheim\n"
    await bring_in(base, keyring, FILE)
    mira = await one(base, Adviser, "mira")
    async with base.write() as session:
        session.add(Busy(adviser_id=mira.id, starts_at=utcnow(), ends_at=utcnow() + timedelta(hours=1)))
    assert (await bring_in(base, keyring, without(FILE, line))).changes == 0
    assert (await one(base, Adviser, "mira")).sealed_busy_url == mira.sealed_busy_url
    report = await bring_in(base, keyring, FILE.replace(line, "    busy: null\n"))
    assert (report.kinds["advisers"].changed, report.changes) == (1, 1)
    assert (await one(base, Adviser, "mira")).sealed_busy_url is None
    async with base.read() as session:
        assert await session.scalar(select(Busy)) is None  # or a calendar that nobody reads any more would block times for ever


async def test_only_what_differs_is_touched(base: Database, keyring: Keyring) -> None:
    await bring_in(base, keyring, FILE)
    before = await rows(base)
    changed = FILE.replace("days: [mon, wed]", "days: [mon, thu]").replace("minutes: 30", "minutes: 45").replace("Oleh Test", "Oleh Anders")
    report = await bring_in(base, keyring, changed)
    after = await rows(base)
    assert (report.kinds["hours"].gone, report.kinds["hours"].new, report.kinds["hours"].unchanged) == (1, 1, 3)
    assert (report.kinds["services"].changed, report.kinds["advisers"].changed, report.changes) == (1, 1, 4)
    assert {name: (before[name] - after[name]).total() for name in before if before[name] != after[name]} == {
        "services": 1, "advisers": 1, "hours": 1,
    }  # fmt: skip


def shrunk() -> str:
    """The file without Mira, Haus, Laden, both services and the evening: nearly nothing is left."""
    return "municipality: testort\nadvisers:\n  oleh: {name: Oleh Test, languages: [de, uk]}\n"


async def test_what_nobody_needs_is_deleted(base: Database, keyring: Keyring) -> None:
    await bring_in(base, keyring, FILE)
    report = await bring_in(base, keyring, shrunk())
    assert {kind: counts.gone for kind, counts in report.kinds.items() if counts.gone} == {
        "offices": 2, "services": 2, "advisers": 1, "offers": 3, "hours": 4, "openings": 1, "absences": 3, "group_slots": 1,
    }  # fmt: skip
    left = {name: sum(found.values()) for name, found in (await rows(base)).items()}
    assert {name: count for name, count in left.items() if count} == {"sites": 1, "advisers": 1}


async def test_what_appointments_refer_to_is_retired_and_returns(base: Database, keyring: Keyring) -> None:
    await bring_in(base, keyring, FILE)
    await book(base, state="attended")
    before = await rows(base)
    report = await bring_in(base, keyring, shrunk())
    assert report.kinds["offices"].gone == 2
    for table, slug in (
        (Office, "haus"),
        (Office, "laden"),
        (Service, "papiere"),
        (Service, "abend"),
        (Adviser, "mira"),
        (GroupSlot, "abend-1"),
    ):
        assert (await one(base, table, slug)).retired, slug
    async with base.read() as session:
        assert await session.scalar(select(func.count()).select_from(Appointment)) == 2
        assert await session.scalar(select(Hours)) is None
    assert (await bring_in(base, keyring, shrunk())).changes == 0
    assert "mira" not in await written(base, keyring)
    await bring_in(base, keyring, FILE)
    after = await rows(base)
    assert {name: after[name] for name in ("offices", "services", "advisers", "group_slots")} == {
        name: before[name] for name in ("offices", "services", "advisers", "group_slots")
    }


async def test_a_service_that_somebody_waits_for_is_retired(base: Database, keyring: Keyring) -> None:
    await bring_in(base, keyring, FILE)
    papiere = await one(base, Service, "papiere")
    async with base.write() as session:
        who = await person(session)
        ids = {"municipality_id": papiere.municipality_id, "service_id": papiere.id, "person_id": who}
        session.add(Waiting(**ids, before=utcnow(), mode="phone", language="en"))
    await bring_in(base, keyring, shrunk())
    assert (await one(base, Service, "papiere")).retired
    async with base.read() as session:
        assert await session.scalar(select(func.count()).select_from(Waiting)) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [("start: 2026-12-03 17:00", "start: 2026-12-03 18:00"), ("service: abend, office: laden", "service: abend, office: haus")],
)
async def test_an_evening_that_people_booked_does_not_move(base: Database, keyring: Keyring, old: str, new: str) -> None:
    await bring_in(base, keyring, FILE)
    await book(base)
    before = await rows(base)
    with pytest.raises(SiteFileError) as caught:
        await bring_in(base, keyring, FILE.replace(old, new).replace("Laden Test", "Anders"))
    assert [(problem.line, "booked" in problem.reason) for problem in caught.value.problems] == [(45, True)]
    assert await rows(base) == before
    assert (await bring_in(base, keyring, FILE.replace("capacity: 20", "capacity: 30"))).changes == 1


WRONG = [
    ("municipality: testort\n", "", 1, "no 'municipality'", "add 'municipality"),
    ("testort", "Test Ort", 1, "wrong form", "main-office"),
    ("land: BW", "land: BX", 2, "'BX' is not the abbreviation", "known are: BB, BE"),
    ("land: BW", "lande: BW", 2, "no key 'lande'", "did you mean 'land'?"),
    ("land: BW", "zone: Europe/Berln", 2, "not a time zone", "did you mean 'Europe/Berlin'?"),
    ("land: BW", "school_holidays: sometimes", 2, "neither true nor false", "write true or false"),
    ("[2026-12-24]", "[2026-12-32]", 3, "'2026-12-32' is not a day", "2026-12-24"),
    ("[2026-12-24]", "2026-12-24", 3, "not a list", "write [one, two]"),
    ("[2026-12-24]", "[2026-12-24, 2026-12-24]", 3, "twice", "keep one"),
    ("07:30}", "7.30}", 4, "not a time of day", '"09:00"'),
    ("lead@example.org", "lead at example", 5, "wrong form", "team@example.org"),
    ("to: 2026-12-30}", "to: 2026-12-27}", 7, "ends before it begins", "exchange"),
    ("    name: Haus Test\n", "", 10, "an office has no 'name'", "add 'name: …'"),
    ("name: Haus Test", "name:", 10, "empty", "leave the key out"),
    ("https://maps", "maps", 12, "wrong form", "https://"),
    ("  laden:\n", "  haus:\n", 15, "'haus' was there in line 9", "keep one"),
    ("{de: Papiere, en: Papers}", "{en: Papers}", 19, "missing in German", "add 'de: …'"),
    ("en: Papers", "eng: Papers", 19, "'eng' is not a language", "did you mean 'en'?"),
    ("minutes: 30\n", "minutes: 3\n", 20, "'3' does not fit", "from 5 to 480"),
    ("notice: 90m", "notice: 90", 22, "not a length of time", "2h"),
    ("horizon: 10d", "horizon: 10h", 23, "not a length of time", "2w"),
    ("day_before: null", 'day_before: "21:00"', 24, "21:00 is in the quiet hours", "07:30 to 20:00"),
    ("gender: woman", "gender: female", 33, "'female' is not a gender", "woman"),
    ("languages: [de, ar]", "languages: []", 34, "the list is empty", "at least one"),
    ("daily_limit: 5", "daily_limit: [5]", 35, "a list or a block", "one simple value"),
    ("https://calendar", "calendar", 36, "wrong form", "https://"),
    ("offers: [papiere, abend]", "offers: [papier]", 37, "'papier' is not a service of this file", "did you mean 'papiere'?"),
    ("days: [mon, wed]", "days: [mon, mit]", 39, "'mit' is not a weekday", "known are: fri"),
    ('days: [mon, wed], from: "09:00"', 'days: [mon, wed], from: "13:00"', 39, "12:00 is not after 13:00", "exchange"),
    ('from: "13:00", to: "24:00"', 'from: "11:00", to: "24:00"', 40, "overlap those of line 39", "shorten"),
    ("valid_until: 2026-12-31", "valid_until: 2025-12-31", 40, "valid_until is before valid_from", "exchange"),
    ("office: haus, day:", "office: hau, day:", 41, "'hau' is not an office", "did you mean 'haus'?"),
    ('"2027-03-28 04:00"', '"2027-03-28 02:30"', 42, "does not exist", "before or after the gap"),
    ("reason: course", "reason: Kur!", 42, "wrong form", "absence"),
    ("start: 2026-12-03 17:00", "start: 2026-12-03", 45, "not a day with a time", "2026-12-03 17:00"),
    ("advisers: [mira]", "advisers: [mirra]", 45, "'mirra' is not an adviser", "did you mean 'mira'?"),
    ("abend-1: {service", "abend_1: {service", 45, "wrong form", "main-office"),
    ("{service: abend, office", "{service: abend office", 45, "", ""),
]


@pytest.mark.parametrize(("old", "new", "line", "reason", "remedy"), WRONG, ids=[new.strip() or old.strip() for old, new, *_ in WRONG])
def test_each_mistake_is_named_with_line_reason_and_remedy(old: str, new: str, line: int, reason: str, remedy: str) -> None:
    assert old in FILE
    with pytest.raises(SiteFileError) as caught:
        read(FILE.replace(old, new, 1))
    assert any(problem.line == line and reason in problem.reason and remedy in problem.remedy for problem in caught.value.problems)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "empty"),
        ("just words", 1, "key: value"),
        ("- a\n- b", 1, "key: value"),
        ("municipality: a\nland: [RP", 2, "expected"),
        ("municipality: a\nland: \x07", 2, "character"),
        ("municipality: a\n---\nland: RP", 2, "document"),
        ("municipality: a\n? [a, b]\n: c\n", 2, "not a word"),
        ("municipality: a\noffices: " + "[" * 5000, 1, "without end"),
    ],
)
def test_what_is_not_yaml_or_no_site_is_named(text: str, line: int, words: str) -> None:
    with pytest.raises(SiteFileError) as caught:
        read(text)
    assert [problem.line for problem in caught.value.problems if words in problem.reason] == [line]


async def test_all_mistakes_are_told_at_once_and_nothing_is_changed(base: Database, keyring: Keyring) -> None:
    await bring_in(base, keyring, FILE)
    before = await rows(base)
    broken = FILE.replace("BW", "XX").replace("minutes: 30", "minutes: many").replace("[mon, wed]", "[mo, we]").replace("Laden Test", "Neu")
    with pytest.raises(SiteFileError) as caught:
        await bring_in(base, keyring, broken)
    assert [problem.line for problem in caught.value.problems] == [2, 20, 39, 39]
    assert str(caught.value).count("\nline ") == 4
    assert await rows(base) == before


async def test_two_towns_do_not_touch_each_other(base: Database, keyring: Keyring) -> None:
    await bring_in(base, keyring, FILE)
    await bring_in(base, keyring, FILE, slug="anderswo")
    await bring_in(base, keyring, shrunk(), slug="anderswo")
    assert (await bring_in(base, keyring, FILE)).changes == 0


async def test_the_commands_work_on_any_database(make_settings: MakeSettings) -> None:
    settings = make_settings()
    with pytest.raises(ConfigurationError, match="--municipality"):
        await maintenance.export_site(settings, municipality=None, secrets=False)
    assert (await maintenance.import_site(settings, read(FILE), municipality="altenkirchen")).changes
    text = await maintenance.export_site(settings, municipality=None, secrets=True)
    assert not (await maintenance.import_site(settings, read(text), municipality=None)).changes
    with pytest.raises(ConfigurationError, match="similar: altenkirchen"):
        await maintenance.import_site(settings, read(FILE), municipality="altenkirschen")


def test_the_command_line_lists_all_mistakes_and_gives_the_file_back(tmp_path: Path) -> None:
    (tmp_path / "wrong.yml").write_text("municipality: demo\nland: XX\noffice: {}\n")
    wrong = lotse(tmp_path, "site", "import", "wrong.yml")
    assert (wrong.returncode, wrong.stderr.count("\nline ")) == (2, 2)
    assert "Traceback" not in wrong.stderr
    done = lotse(tmp_path, "site", "import", str(sites.DEMO))
    assert (done.returncode, re.findall(r"services +8 +0 +0 +0", done.stdout) != []) == (0, True), done.stderr
    given = lotse(tmp_path, "site", "export")
    assert read(given.stdout).services == read(DEMO).services
    (tmp_path / "back.yml").write_text(given.stdout, encoding="utf-8")
    assert "nothing changed" in lotse(tmp_path, "site", "import", "back.yml").stdout


def test_the_example_of_the_operators_manual_is_right_and_shows_every_key() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operators.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(municipality: .*?)```", page, re.DOTALL)
    assert [len(read(text).services) for text in examples] == [1]
    assert all(
        f"{key}:" in examples[0] for key in ("buffer_before", "walk_in", "valid_from", "openings", "busy", "capacity", "preparation")
    )
