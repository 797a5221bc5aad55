"""Advisers' private feeds: what is in them, that a renewed address ends the old one at once, and that reading changes nothing."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from bot.app import App
from bot.feeds import address
from bot.http import create_http
from bot.web import calendar
from scheduler import feeds
from store.crypto import Keyring
from store.database import Database
from store.errors import ConfigurationError
from store.scheduling import Adviser, Appointment, Change, GroupSlot, Office, Service
from store.tables import Municipality
from tests.conftest import MakeSettings

KEY = b"i" * 32
NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)


class Town:
    """A municipality with one adviser, office and service; `book` adds appointments an hour apart."""

    def __init__(self, base: Database) -> None:
        self.base = base
        self._count = 0

    async def build(self) -> None:
        async with self.base.write() as session:
            town = Municipality(slug="lotsenau", name="Lotsenau")
            session.add(town)
            await session.flush()
            self.id = int(town.id or 0)
            rows: list[Any] = [
                Adviser(municipality_id=self.id, slug="ada", name="Ada Muster", email="ada@kreis.example"),
                Office(municipality_id=self.id, slug="haus", name="Haus der Beratung", address="Musterweg 1, 12345 Lotsenau"),
                Service(municipality_id=self.id, slug="erst", names={"de": "Erstberatung", "en": "First talk"}, minutes=30),
            ]
            session.add_all(rows)
            await session.flush()
            self.adviser, self.office, self.service = (int(row.id or 0) for row in rows)

    async def book(self, **changes: Any) -> int:
        self._count += 1
        starts = changes.pop("starts_at", NOW + timedelta(days=1) + self._count * HOUR)
        values = {
            "municipality_id": self.id,
            "service_id": self.service,
            "office_id": self.office,
            "adviser_id": self.adviser,
            "starts_at": starts,
            "ends_at": starts + HOUR / 2,
            "blocked_from": starts,
            "blocked_until": starts + HOUR / 2,
            "mode": "in_person",
            "state": "booked",
            "code": f"48291{self._count}",
            "language": "prs",
            "created_at": NOW - HOUR,
        }
        async with self.base.write() as session:
            row = Appointment(**values | changes)
            session.add(row)
            await session.flush()
            return int(row.id or 0)


@pytest.fixture
async def town(base: Database) -> Town:
    made = Town(base)
    await made.build()
    return made


async def _events(town: Town, keyring: Keyring, *, now: datetime = NOW) -> list[Any]:
    async with town.base.write() as session:
        secret = await feeds.secret_of(session, keyring, KEY, adviser=town.adviser)
        adviser = await feeds.find(session, KEY, secret=secret)
        assert adviser
        return Calendar.from_ical(await feeds.read(session, adviser=adviser, host="lotse.example", now=now)).events


async def test_an_appointment_is_told_in_german_and_without_any_person(town: Town, keyring: Keyring) -> None:
    number = await town.book(interpreter="organise", interpreter_language="kmr", interpreter_mode="phone", interpreter_state="asked")
    async with town.base.write() as session:
        session.add(Change(appointment_id=number, revision=1, at=NOW, actor="person", kind="booked"))
    (event,) = await _events(town, keyring)
    assert event["UID"] == f"lotse-{number}@lotse.example"
    assert event["SUMMARY"] == "Erstberatung · 482911 · Dari · Dolmetschung Kurdisch (Kurmandschi) am Telefon: angefragt"
    assert event["LOCATION"] == "Haus der Beratung, Musterweg 1, 12345 Lotsenau"
    assert event["DESCRIPTION"].splitlines()[3] == "Terminnummer: 482911"
    assert (event["STATUS"], event["DTSTAMP"].dt) == ("CONFIRMED", NOW)
    assert event["DTSTART"].params["TZID"] == "Europe/Berlin"


async def test_what_is_in_a_feed(town: Town, keyring: Keyring) -> None:
    expected = {
        await town.book(): "CONFIRMED",
        await town.book(state="confirmed", mode="phone", revision=4): "CONFIRMED",
        await town.book(state="held", held_until=NOW + HOUR): "TENTATIVE",
        await town.book(state="cancelled", cancel_reason="person"): "CANCELLED",
        await town.book(state="attended", starts_at=NOW - timedelta(days=20)): "CONFIRMED",
    }
    await town.book(state="held", held_until=NOW - HOUR)
    await town.book(state="cancelled", cancel_reason="expired")
    await town.book(state="attended", starts_at=NOW - timedelta(days=31))
    await town.book(adviser_id=None)
    events = await _events(town, keyring)
    assert {event["UID"]: event["STATUS"] for event in events} == {
        f"lotse-{number}@lotse.example": status for number, status in expected.items()
    }
    phone = next(event for event in events if event["SEQUENCE"] == 3)
    assert phone["LOCATION"] == "Telefon"


async def test_group_slots_are_in_the_feeds_of_those_who_hold_them(town: Town, keyring: Keyring) -> None:
    parts: dict[str, Any] = {"municipality_id": town.id, "service_id": town.service, "office_id": town.office, "capacity": 12}
    parts |= {"starts_at": NOW + HOUR, "ends_at": NOW + 2 * HOUR}
    async with town.base.write() as session:
        mine = GroupSlot(slug="a", advisers=[town.adviser], **parts)
        session.add_all([mine, GroupSlot(slug="b", advisers=[town.adviser + 1], **parts)])
        await session.flush()
    await town.book(adviser_id=None, group_slot_id=mine.id)
    (event,) = await _events(town, keyring)
    assert (event["UID"], event["SUMMARY"]) == (f"lotse-group-{mine.id}@lotse.example", "Erstberatung · 1 von 12 Plätzen")


async def test_a_secret_is_long_shown_again_and_sealed(town: Town, keyring: Keyring) -> None:
    async with town.base.write() as session:
        first = await feeds.secret_of(session, keyring, KEY, adviser=town.adviser)
    async with town.base.write() as session:
        assert await feeds.secret_of(session, keyring, KEY, adviser=town.adviser) == first
        row = await session.get_one(Adviser, town.adviser)
        assert len(first) == 43
        assert first.encode() not in (row.sealed_feed or b"") + (row.feed_blind or b"")
        assert feeds.address("https://lotse.example", first) == f"https://lotse.example/calendar/{first}.ics"


async def test_advisers_are_found_by_slug_and_municipality(town: Town) -> None:
    async with town.base.write() as session:
        other = Municipality(slug="anderswo", name="Anderswo")
        session.add(other)
        await session.flush()
        session.add(Adviser(municipality_id=int(other.id or 0), slug="ada", name="Ada"))
    async with town.base.read() as session:
        assert len(await feeds.named(session, slug="ada", municipality=None)) == 2
        assert [each.id for each in await feeds.named(session, slug="ada", municipality="lotsenau")] == [town.adviser]
        assert await feeds.named(session, slug="bea", municipality=None) == []


@pytest.fixture
async def client(app: App) -> AsyncIterator[httpx.AsyncClient]:
    http = create_http(app)
    http.router.routes[:0] = calendar.router.routes
    async with httpx.AsyncClient(transport=httpx.ASGITransport(http), base_url="http://lotse") as found:
        yield found


async def test_the_address_reads_and_changes_nothing(app: App, client: httpx.AsyncClient) -> None:
    town = Town(app.database)
    await town.build()
    await town.book()
    async with app.database.write() as session:
        secret = await feeds.renew(session, app.desk.keyring, app.desk.index_key, adviser=town.adviser)
    path = f"/calendar/{secret}.ics"
    first = await client.get(path)
    assert (first.status_code, first.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert len(Calendar.from_ical(first.content).events) == 1
    assert (first.headers["cache-control"], first.headers["x-robots-tag"]) == ("private, no-cache", "noindex, nofollow")
    tag = first.headers["etag"]
    again = await client.get(path, headers={"if-none-match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    head = await client.head(path)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert (await client.request(method, path)).status_code == 405
    await town.book()
    changed = await client.get(path, headers={"if-none-match": tag})
    assert (changed.status_code, len(Calendar.from_ical(changed.content).events)) == (200, 2)
    async with app.database.write() as session:
        fresh = await feeds.renew(session, app.desk.keyring, app.desk.index_key, adviser=town.adviser)
    assert (await client.get(path)).status_code == 404
    assert (await client.get(f"/calendar/{fresh}.ics")).status_code == 200
    async with app.database.write() as session:
        (await session.get_one(Adviser, town.adviser)).retired = True
    assert (await client.get(f"/calendar/{fresh}.ics")).status_code == 404


@pytest.mark.parametrize("secret", ["x", "Zq3_" * 10 + "Zq3", "%00", "%ff%fe", "a" * 5000, "%F0%9F%A7%AD", "..%2f..", "' OR 1=1 --"])
async def test_unknown_secrets_are_pages_that_do_not_exist(client: httpx.AsyncClient, secret: str) -> None:
    unknown = await client.get(f"/calendar/{secret}.ics")
    assert unknown.status_code == 404
    if "%2f" not in secret:
        assert unknown.text == (await client.get("/no-such-page")).text


async def test_the_command_shows_and_renews_an_address(town: Town, make_settings: MakeSettings) -> None:
    settings = make_settings(base_url="https://lotse.example")
    ask = partial(address, settings, slug="ada", municipality=None)
    first = await ask(renew=False)
    assert re.fullmatch(r"https://lotse\.example/calendar/[\w-]{43}\.ics", first)
    assert await ask(renew=False) == first
    second = await ask(renew=True)
    assert second != first
    assert await ask(renew=False) == second
    with pytest.raises(ConfigurationError, match="no adviser bea"):
        await address(settings, slug="bea", municipality=None, renew=True)
    async with town.base.write() as session:
        other = Municipality(slug="anderswo", name="Anderswo")
        session.add(other)
        await session.flush()
        session.add(Adviser(municipality_id=int(other.id or 0), slug="ada", name="Ada"))
    with pytest.raises(ConfigurationError, match="several advisers"):
        await ask(renew=True)
    assert await address(settings, slug="ada", municipality="lotsenau", renew=False) == second
