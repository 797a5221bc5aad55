"""Calendar files: what comes out reads back the same, across both clock changes, in every language, whatever the texts hold."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Timezone

from locales.formats import long_date
from locales.registry import LANGUAGES
from locales.texts import translate
from scheduler import ics
from scheduler.ics import Entry, Mailbox
from scheduler.vtimezone import definition

BERLIN = ZoneInfo("Europe/Berlin")
CHANGED = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOTSE, ADVISER = Mailbox(email="lotse@kreis.example", name="Lotse"), Mailbox(email="ada@kreis.example", name='Ada "Muster"; X:Y')
HOSTILE = [
    "a\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:x",
    "END:VEVENT\nEND:VCALENDAR",
    "semi;colon, comma \\ backslash \\n no line end : \"quotes\" 'x'",
    "\u2028\u2029\x85\x0b\x0cbreaks\x00\x07\x7f\ud800",
    "ሰላም " * 60 + "🧭" * 40,
    "موعد " * 50,
]


def _entry(**changes: Any) -> Entry:
    starts = changes.pop("starts", datetime(2026, 3, 30, 7, tzinfo=UTC))
    values: dict[str, Any] = {
        "uid": ics.uid("lotse.example", appointment=7),
        "revision": 3,
        "starts": starts,
        "ends": starts + timedelta(minutes=45),
        "zone": BERLIN,
        "changed_at": CHANGED,
        "status": "CONFIRMED",
        "summary": "Termin",
    }
    return Entry(**values | changes)


def _only(body: bytes) -> Any:
    calendar = Calendar.from_ical(body)
    assert not calendar.errors
    (event,) = calendar.events
    assert not event.errors
    return event


def _well_formed(body: bytes) -> None:
    assert body.endswith(b"END:VCALENDAR\r\n")
    lines = body.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    body.decode()
    for kind in (b"VCALENDAR", b"VEVENT", b"VTIMEZONE"):
        assert [lines.count(b"BEGIN:" + kind), lines.count(b"END:" + kind)] == [1, 1]


def test_a_persons_file_has_all_that_calendars_want() -> None:
    entry = _entry(location="Haus 1, Musterweg 2", description="Zeile 1\nZeile 2", url="https://lotse.example/chat")
    body = ics.event(entry, alarm="Termin in 2 Stunden")
    _well_formed(body)
    event = _only(body)
    assert Calendar.from_ical(body)["METHOD"] == "PUBLISH"
    assert (event["UID"], event["SEQUENCE"], event["STATUS"], event["CLASS"]) == ("lotse-7@lotse.example", 2, "CONFIRMED", "PRIVATE")
    assert (event["DTSTAMP"].dt, event["URL"]) == (CHANGED, "https://lotse.example/chat")
    assert (event["LOCATION"], event["DESCRIPTION"]) == ("Haus 1, Musterweg 2", "Zeile 1\nZeile 2")
    assert b"DTSTART;TZID=Europe/Berlin:20260330T090000\r\n" in body
    (alarm,) = event.walk("VALARM")
    assert (alarm["ACTION"], alarm["TRIGGER"].dt, alarm["DESCRIPTION"]) == ("DISPLAY", timedelta(hours=-2), "Termin in 2 Stunden")


def test_the_same_revision_gives_the_same_bytes_and_a_later_one_a_higher_sequence() -> None:
    assert ics.event(_entry()) == ics.event(_entry())
    assert _only(ics.event(_entry(revision=4)))["SEQUENCE"] > _only(ics.event(_entry()))["SEQUENCE"]
    assert _only(ics.event(_entry(revision=1)))["SEQUENCE"] == 0


def test_a_cancelled_file_takes_no_time_and_rings_no_bell() -> None:
    event = _only(ics.event(_entry(status="CANCELLED"), alarm="x"))
    assert (event["STATUS"], event["TRANSP"], event.walk("VALARM")) == ("CANCELLED", "TRANSPARENT", [])


@pytest.mark.parametrize(("cancelled", "method", "status"), [(False, "REQUEST", "CONFIRMED"), (True, "CANCEL", "CANCELLED")])
def test_an_invitation_names_who_invites_whom(cancelled: bool, method: str, status: str) -> None:  # noqa: FBT001 - a parameter of the test
    body = ics.invitation(_entry(), organizer=LOTSE, attendee=ADVISER, cancelled=cancelled)
    _well_formed(body)
    event = _only(body)
    assert (Calendar.from_ical(body)["METHOD"], event["STATUS"]) == (method, status)
    assert (event["ORGANIZER"], event["ATTENDEE"]) == ("mailto:lotse@kreis.example", "mailto:ada@kreis.example")
    assert event["ATTENDEE"].params["CN"] == "Ada 'Muster'; X:Y"


@pytest.mark.parametrize("email", ["", "ada", "ada@x\r\nATTENDEE:mailto:eve@x", "a b@x", "a@x;CN=y", "a@b@c"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(ValueError, match="not an e-mail address"):
        ics.invitation(_entry(), organizer=LOTSE, attendee=Mailbox(email=email))


@pytest.mark.parametrize("url", ["https://x\r\nATTACH:evil", "javascript:alert(1)", "https://x y", ""])
def test_what_is_no_web_address_is_left_out(url: str) -> None:
    assert "URL" not in _only(ics.event(_entry(url=url)))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts(text: str) -> None:
    body = ics.event(_entry(summary=text, location=text, description=text), alarm=text)
    _well_formed(body)
    event = _only(body)
    assert event["SUMMARY"].split() == ics._clean(text).split()
    assert event["DESCRIPTION"] == ics._clean(text)
    assert event["DTSTART"].dt == datetime(2026, 3, 30, 9, tzinfo=BERLIN)


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_reads_back(text: str) -> None:
    body = ics.event(_entry(summary="x" + text, description="x" + text + "."))
    _well_formed(body)
    assert _only(body)["DESCRIPTION"] == ics._clean("x" + text + ".")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("day", [28, 29, 30])
def test_every_language_around_the_clock_change_of_spring(language: str, day: int) -> None:
    _round_trip(language, datetime(2026, 3, day, 9, 15, tzinfo=BERLIN))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("day", [24, 25, 26])
def test_every_language_around_the_clock_change_of_autumn(language: str, day: int) -> None:
    _round_trip(language, datetime(2026, 10, day, 9, 15, tzinfo=BERLIN))


def _round_trip(language: str, wall: datetime) -> None:
    text = f"{long_date(language, wall.date())} · {translate(language, 'This page does not exist.')}"
    body = ics.event(_entry(starts=wall.astimezone(UTC), summary=text, description=text + "\n" + text), alarm=text)
    _well_formed(body)
    event = _only(body)
    assert (event["SUMMARY"], event["DESCRIPTION"]) == (text, text + "\n" + text)
    assert event["DTSTART"].dt == wall
    assert event["DTSTART"].dt.hour == 9
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=45)


@pytest.mark.parametrize("change", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
def test_every_half_hour_of_the_days_of_change_reads_back(change: datetime) -> None:
    for half in range(-4, 60):
        starts = change + timedelta(minutes=30 * half)
        event = _only(ics.event(_entry(starts=starts)))
        assert event["DTSTART"].dt.astimezone(UTC) == starts
        assert event["DTEND"].dt.astimezone(UTC) == starts + timedelta(minutes=45)


EUROPE = sorted(name for name in available_timezones() if name.startswith("Europe/"))


@pytest.mark.parametrize("name", EUROPE)
def test_the_written_rules_are_those_of_the_zone(name: str) -> None:
    """Read by the rules alone, not by the name: what a program does that does not know the name."""
    zone = ZoneInfo(name)
    read: Any = Timezone.from_ical(definition(zone, year=2026).to_ical())
    written = read.to_tz(lookup_tzid=False)
    for day in (*range(0, 730, 11), 86, 87, 88, 296, 297, 298):
        for hour in range(0, 24, 1 if 80 < day < 300 else 6):
            wall = datetime(2026, 1, 1) + timedelta(days=day, hours=hour)  # noqa: DTZ001 - a time on the wall
            moments = {wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
            assert wall.replace(tzinfo=written).utcoffset() in moments
    assert _exact(zone, written)


def _exact(zone: ZoneInfo, written: Any) -> bool:
    """Unambiguous hours of the days of change, where the offset is one alone."""
    walls = [datetime(2026, month, day, hour) for month, day in ((3, 29), (10, 25)) for hour in range(24)]  # noqa: DTZ001 - on the wall
    clear = [wall for wall in walls if wall.replace(tzinfo=zone).utcoffset() == wall.replace(tzinfo=zone, fold=1).utcoffset()]
    return all(wall.replace(tzinfo=zone).utcoffset() == wall.replace(tzinfo=written).utcoffset() for wall in clear)


def test_a_feed_holds_many_and_says_when_to_come_back() -> None:
    body = ics.feed([_entry(), _entry(uid="lotse-8@lotse.example", status="TENTATIVE")], name="Lotse; Ada\r\nX")
    calendar = Calendar.from_ical(body)
    assert [event["STATUS"] for event in calendar.events] == ["CONFIRMED", "TENTATIVE"]
    assert calendar["X-WR-CALNAME"] == "Lotse; Ada X"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n" in body
    assert len(calendar.timezones) == 1


def test_an_empty_feed_is_a_calendar() -> None:
    assert Calendar.from_ical(ics.feed([], name="Lotse")).events == []


def test_own_entries_are_recognised() -> None:
    assert ics.host_of("https://lotse.example:8443/x") == "lotse.example"
    assert ics.is_own(ics.uid("a.example", appointment=1), "a.example")
    assert ics.is_own(ics.uid("a.example", group=1), "a.example")
    assert not ics.is_own(ics.uid("b.example", appointment=1), "a.example")
