"""Busy times from advisers' own calendars: read from a real server, repeated at their hour, never half, never from inner networks."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from scheduler import busy, busy_fetch, busy_reader
from scheduler.busy_reader import CalendarError, Window
from store.crypto import Keyring
from store.database import Database
from store.scheduling import Adviser, Busy, Site
from store.tables import Municipality
from tests.scheduler.samples import APPLE, GOOGLE, OUTLOOK

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WINDOW = Window(zone=BERLIN, first=NOW - busy.BACK, last=NOW + busy.AHEAD, host="lotse.example")
inner = partial(busy_fetch.fetch, inner=True)


def _local(text: str, window: Window = WINDOW) -> list[str]:
    """Busy times on Berlin's clocks, as `03-02 09:00–10:00`."""
    found = busy_reader.read(text.replace("\n", "\r\n").encode(), window)
    assert found.unreadable == 0
    return [_shown(span.starts, span.ends) for span in found.spans]


def _shown(starts: datetime, ends: datetime) -> str:
    first, last = starts.astimezone(BERLIN), ends.astimezone(BERLIN)
    return f"{first:%m-%d %H:%M}–{last:%H:%M}" if first.date() == last.date() else f"{first:%m-%d %H:%M}–{last:%m-%d %H:%M}"


def _calendar(*events: str) -> str:
    inside = "".join(f"BEGIN:VEVENT\nUID:{number}\n{event.strip()}\nEND:VEVENT\n" for number, event in enumerate(events))
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{inside}END:VCALENDAR\n"


def test_google_keeps_the_hour_across_the_clock_change_and_knows_exceptions() -> None:
    assert _local(GOOGLE) == [
        "03-02 09:00–10:00",
        "03-09 09:00–10:00",
        "03-23 14:00–15:00",
        "03-29 00:00–03-30 00:00",  # 23 hours long
        "03-30 09:00–10:00",
        "04-06 09:00–10:00",
    ]


def test_outlook_with_windows_names_and_quoted_names() -> None:
    assert _local(OUTLOOK) == ["03-27 15:30–16:30", "03-28 15:30–16:30", "03-29 15:30–16:30", "04-01 08:00–09:30"]


@pytest.mark.filterwarnings("ignore::icalendar.error.GloballyUniqueTZIDGuessed")  # the process itself ignores it
def test_apple_with_floating_times_durations_and_other_zones() -> None:
    assert _local(APPLE) == [
        "03-09 14:00–15:00",  # New York has summer time already
        "03-10 10:15–11:00",
        "03-13 16:00–16:30",
        "03-16 14:00–15:00",
        "03-17 08:00–08:30",
        "03-18 00:00–03-20 00:00",
    ]


def test_autumn_keeps_the_hour_too() -> None:
    window = Window(zone=BERLIN, first=datetime(2026, 10, 20, tzinfo=UTC), last=datetime(2026, 11, 20, tzinfo=UTC))
    weekly = "DTSTART;TZID=Europe/Berlin:20260907T083000\nDTEND;TZID=Europe/Berlin:20260907T090000\nRRULE:FREQ=WEEKLY;UNTIL=20261103"
    day = "DTSTART;VALUE=DATE:20261025"
    found = busy_reader.read(_calendar(weekly, day).encode(), window).spans
    assert [_shown(span.starts, span.ends) for span in found] == ["10-25 00:00–10-26 00:00", "10-26 08:30–09:00", "11-02 08:30–09:00"]
    assert found[0].ends - found[0].starts == timedelta(hours=25)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART:20260310T090000\nDTEND:20260310T090000", []),
        ("DTSTART:20260310T090000\nDTEND:20260310T100000\nRDATE:20260312T090000", ["03-10 09:00–10:00", "03-12 09:00–10:00"]),
        ("DTSTART:20260310T230000\nDTEND:20260311T010000", ["03-10 23:00–03-11 01:00"]),
        ("DTSTART:19700101T060000Z\nDTEND:19700101T070000Z\nRRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=5", ["03-05 07:00–08:00"]),
        ("DTSTART:20250101T060000Z\nDTEND:20250101T070000Z", []),
        ("DTSTART:20260227T000000Z\nDTEND:20260303T000000Z", ["02-28 13:00–03-03 01:00"]),
        ("DTSTART;TZID=Nowhere/Unknown:20260310T090000\nDTEND;TZID=Nowhere/Unknown:20260310T100000", ["03-10 09:00–10:00"]),
        ("DTSTART;VALUE=DATE:20260310\nDTEND;VALUE=DATE:20260310", ["03-10 00:00–03-11 00:00"]),
        ("DTSTART:20260310T090000\nDTEND:20260310T100000\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20260311", None),
    ],
)
def test_single_entries(event: str, expected: list[str] | None) -> None:
    assert _local(_calendar(event)) == (expected if expected is not None else ["03-10 09:00–10:00", "03-12 09:00–10:00"])


def test_our_own_entries_are_left_out() -> None:
    text = _calendar("DTSTART:20260310T090000Z\nDTEND:20260310T100000Z").replace("UID:0", "UID:lotse-12@lotse.example")
    assert _local(text) == []
    assert len(_local(text.replace("lotse.example", "elsewhere.example"))) == 1


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART:20260399T090000",
        "SUMMARY:no beginning",
        "DTSTART:20260310T090000\nDTEND:20260310T080000",
        "DTSTART:20260310T090000\nRRULE:FREQ=SOMETIMES",
        "DTSTART:20260310T090000\nRRULE:FREQ=SECONDLY",
    ],
)
def test_a_bad_entry_is_counted_and_the_others_are_read(event: str) -> None:
    found = busy_reader.read(_calendar(event, "DTSTART:20260310T090000\nDTEND:20260310T100000").encode(), WINDOW)
    assert (len(found.spans), found.unreadable) == (1, 1)


@pytest.mark.parametrize("body", [b"", b"<html>Anmelden</html>", GOOGLE.encode()[:-30], b"\xff\xfe\x00", b"END:VCALENDAR"])
def test_what_is_no_whole_calendar_is_refused(body: bytes) -> None:
    with pytest.raises(CalendarError):
        busy_reader.read(body, WINDOW)


async def test_a_rule_that_never_comes_true_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy, "READ_SECONDS", 1.5)
    event = "DTSTART:20260310T090000\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"
    with pytest.raises(CalendarError, match="takes too long"):
        await busy.read_apart(_calendar(event).encode(), WINDOW)


class Pages:
    """A web server whose answers a test sets: path → (status, headers, body)."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[dict[str, str]] = []
        pages = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                pages.asked.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
                status, headers, body = pages.answers.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in ({"content-length": str(len(body))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def calendar(self, text: str, path: str = "/own.ics") -> str:
        self.answers[path] = (200, {"content-type": "text/calendar"}, text.replace("\n", "\r\n").encode())
        return self.url + path

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def pages() -> Iterator[Pages]:
    server = Pages()
    yield server
    server.stop()


async def test_fetching_follows_redirects_and_signs_in(pages: Pages) -> None:
    pages.calendar(GOOGLE)
    pages.answers["/old"] = (302, {"location": "/own.ics"}, b"")
    body = await inner(pages.url.replace("http://", "http://ada:secret@") + "/old")
    assert body.decode().replace("\r\n", "\n") == GOOGLE
    assert [asked["path"] for asked in pages.asked] == ["/old", "/own.ics"]
    assert pages.asked[1]["authorization"].startswith("Basic ")
    assert pages.asked[0]["host"] == pages.url.removeprefix("http://")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((404, {}, b""), "the server answers 404"),
        ((302, {"location": "/x"}, b""), "too many redirects"),
        ((302, {"location": "file:///etc/passwd"}, b""), "not a web address"),
        ((302, {"location": "http://[bad"}, b""), "not a web address"),
        ((200, {}, b"x" * (2 * 1024 * 1024 + 1)), "larger than 2 MB"),
        ((200, {"content-encoding": "gzip"}, b"x"), "compresses unasked"),
        ((200, {"content-length": "1000"}, b"BEGIN:VCALENDAR"), "the server cannot be reached"),
    ],
)
async def test_what_cannot_be_fetched_has_a_reason_without_the_address(
    pages: Pages, answer: tuple[int, dict[str, str], bytes], reason: str
) -> None:
    pages.answers["/x"] = answer
    with pytest.raises(CalendarError, match=reason) as caught:
        await inner(pages.url + "/x")
    assert "127.0.0.1" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "http://[::1]/x",
        "http://[::ffff:127.0.0.1]/x",
        "http://[64:ff9b::7f00:1]/x",
        "http://[2002:7f00:1::]/x",
        "http://192.168.0.1/x",
        "http://169.254.169.254/latest/meta-data",
        "http://100.64.0.1/x",
        "http://2130706433/x",
        "http://224.0.0.1/x",
    ],
)
async def test_inner_networks_are_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(CalendarError, match=r"not on the public internet|cannot be reached"):
        await busy_fetch.fetch(url)


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "ftp://x/y", "gopher://x", "example.org/x", "http:///x"])
async def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(CalendarError, match=r"not a web address|cannot be reached"):
        await inner(url)


async def _adviser(base: Database, keyring: Keyring, url: str | None) -> int:
    async with base.write() as session:
        town = Municipality(slug="t", name="T")
        session.add(town)
        await session.flush()
        session.add(Site(municipality_id=int(town.id or 0)))
        sealed = keyring.seal(url, purpose="busy_url") if url else None
        adviser = Adviser(municipality_id=int(town.id or 0), slug="a", name="A", sealed_busy_url=sealed)
        session.add(adviser)
        await session.flush()
        return int(adviser.id or 0)


async def _state(base: Database, adviser: int) -> tuple[list[str], str]:
    async with base.read() as session:
        rows = await session.scalars(select(Busy).order_by(Busy.starts_at))  # type: ignore[arg-type]  # a column, whatever its annotation says
        row = await session.get_one(Adviser, adviser)
        return [_shown(each.starts_at, each.ends_at) for each in rows], row.busy_problem


async def test_rows_are_replaced_whole_and_kept_when_something_goes_wrong(base: Database, keyring: Keyring, pages: Pages) -> None:
    adviser = await _adviser(base, keyring, pages.calendar(OUTLOOK))
    refresh = partial(busy.refresh, base, keyring, fetch=inner)
    assert await refresh(now=NOW) == 1
    rows, problem = await _state(base, adviser)
    assert (len(rows), problem) == (4, "")
    pages.answers["/own.ics"] = (500, {}, b"")
    assert await refresh(now=NOW + timedelta(minutes=4)) == 0
    assert await refresh(now=NOW + timedelta(minutes=5)) == 1
    assert await _state(base, adviser) == (rows, "the server answers 500")
    pages.calendar(OUTLOOK[:-30])
    await refresh(now=NOW + timedelta(minutes=10))
    assert await _state(base, adviser) == (rows, "the file is not a whole calendar")
    pages.calendar(_calendar("DTSTART:20260310T090000\nDTEND:20260310T100000", "DTSTART:x"))
    await refresh(now=NOW + timedelta(minutes=15))
    assert await _state(base, adviser) == (["03-10 09:00–10:00"], "1 entries cannot be read")
    pages.calendar(_calendar())
    await refresh(now=NOW + timedelta(minutes=20))
    assert await _state(base, adviser) == ([], "")


async def test_two_processes_fetch_a_calendar_once(base: Database, keyring: Keyring, pages: Pages) -> None:
    await _adviser(base, keyring, pages.calendar(GOOGLE))
    counts = await asyncio.gather(*(busy.refresh(base, keyring, now=NOW, fetch=inner) for _ in range(2)))
    assert sorted(counts) == [0, 1]
    assert len(pages.asked) == 1


async def test_an_address_that_was_taken_away_takes_its_times_along(base: Database, keyring: Keyring, pages: Pages) -> None:
    adviser = await _adviser(base, keyring, pages.calendar(GOOGLE))

    async def taken_away(url: str) -> bytes:
        async with base.write() as session:
            (await session.get_one(Adviser, adviser)).sealed_busy_url = None
        return await inner(url)

    await busy.refresh(base, keyring, now=NOW, fetch=taken_away)
    assert await _state(base, adviser) == ([], "")
    async with base.write() as session:
        session.add(Busy(adviser_id=adviser, starts_at=NOW, ends_at=NOW + timedelta(hours=1)))
    assert await busy.refresh(base, keyring, now=NOW, fetch=inner) == 0
    assert (await _state(base, adviser))[0] == []


async def test_an_address_that_cannot_be_opened_says_so(base: Database, keyring: Keyring) -> None:
    adviser = await _adviser(base, Keyring([b"o" * 32]), "https://x.example/y.ics")
    await busy.refresh(base, keyring, now=NOW)
    assert "keys" in (await _state(base, adviser))[1]
