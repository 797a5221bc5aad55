"""iCalendar text from values: files for people, invitations for advisers, feeds. Texts come from the caller, time zones from `vtimezone`.

What Outlook, Google, Apple and Android all accept: one UID per appointment for ever, SEQUENCE that only grows, times with TZID and its
VTIMEZONE, CRLF, lines of at most 75 octets.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vCalAddress

from scheduler.vtimezone import definition

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]
Status = Literal["TENTATIVE", "CONFIRMED", "CANCELLED"]

ALARM = timedelta(hours=2)
FEED_MINUTES = 15
_PRODUCT = "-//Lotse//Appointments//DE"
_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_HOSTILE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_WEB = re.compile(r"https?://[!-~]+")
_MAIL = re.compile(r"[^\s@<>\",;:\x00-\x1f\x7f]+@[^\s@<>\",;:\x00-\x1f\x7f]+")


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """Who invites or is invited; `email` as `name@host`."""

    email: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One appointment for a calendar: `revision` counts from 1, times are aware, texts are shown as they are.

    `changed_at` is when the revision came about: with it the same revision always gives the same bytes.
    """

    uid: str
    revision: int
    starts: datetime
    ends: datetime
    zone: ZoneInfo
    changed_at: datetime
    status: Status
    summary: str
    location: str = ""
    description: str = ""
    url: str = ""


def host_of(base_url: str) -> str:
    """The host of the public address, for UIDs."""
    return urlsplit(base_url).hostname or "lotse.invalid"


def uid(host: str, *, appointment: int = 0, group: int = 0) -> str:
    """What calendars know an appointment (or a group slot) by: `lotse-12@host`, `lotse-group-3@host`."""
    return f"lotse-group-{group}@{host}" if group else f"lotse-{appointment}@{host}"


def is_own(found: str, host: str) -> bool:
    """Whether a UID was made by `uid` for this host: such an entry is known here already."""
    return found.startswith("lotse-") and found.endswith(f"@{host}")


def event(entry: Entry, *, alarm: str = "") -> bytes:
    """The file of one appointment for the person, with an alarm two hours before that says `alarm` (empty: none).

    Of a cancelled one it is the CANCEL that takes it out of calendars again.
    """
    made = _event(entry)
    if alarm and entry.status != "CANCELLED":
        made.add_component(_alarm(alarm))
    return _finish([made], method="CANCEL" if entry.status == "CANCELLED" else "PUBLISH", entries=[entry])


def invitation(entry: Entry, *, organizer: Mailbox, attendee: Mailbox, cancelled: bool = False) -> bytes:
    """What an e-mail to an adviser carries: REQUEST, or CANCEL when it is no longer theirs; ValueError for a bad e-mail address."""
    made = _event(entry)
    if cancelled:
        made["STATUS"] = "CANCELLED"
        made["TRANSP"] = "TRANSPARENT"
    made.add("organizer", _mailbox(organizer))
    guest = _mailbox(attendee)
    guest.params |= {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"}
    made.add("attendee", guest)
    return _finish([made], method="CANCEL" if cancelled else "REQUEST", entries=[entry])


def feed(entries: Sequence[Entry], *, name: str) -> bytes:
    """A calendar to subscribe to; programs are asked to come back every quarter of an hour."""
    return _finish([_event(entry) for entry in entries], method="PUBLISH", entries=entries, name=name)


def _finish(events: Sequence[Event], *, method: Method, entries: Sequence[Entry], name: str = "") -> bytes:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", _PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", _line(name))
        calendar.add("refresh-interval", timedelta(minutes=FEED_MINUTES), parameters={"value": "DURATION"})
        calendar.add("x-published-ttl", f"PT{FEED_MINUTES}M")
    for zone in dict.fromkeys(entry.zone for entry in entries):
        first = min(entry.starts.astimezone(zone).year for entry in entries if entry.zone == zone)
        calendar.add_component(definition(zone, year=first))
    for made in events:
        calendar.add_component(made)
    return bytes(calendar.to_ical())


def _event(entry: Entry) -> Event:
    made = Event()
    made.add("uid", entry.uid)
    made.add("dtstamp", entry.changed_at.astimezone(UTC))
    made.add("last-modified", entry.changed_at.astimezone(UTC))
    made.add("sequence", entry.revision - 1)
    made.add("dtstart", _wall(entry.starts, entry.zone))
    made.add("dtend", _wall(entry.ends, entry.zone))
    made.add("status", entry.status)
    made.add("transp", "TRANSPARENT" if entry.status == "CANCELLED" else "OPAQUE")
    made.add("class", "PRIVATE")
    made.add("summary", _line(entry.summary))
    if entry.location:
        made.add("location", _line(entry.location))
    if entry.description:
        made.add("description", _clean(entry.description))
    if _WEB.fullmatch(entry.url):
        made.add("url", entry.url)
    return made


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """The time on the wall; in UTC for the second of two equal wall times, which a time with TZID cannot say."""
    wall = moment.astimezone(zone)
    return moment.astimezone(UTC) if wall.fold else wall


def _alarm(text: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _line(text))
    alarm.add("trigger", -ALARM)
    return alarm


def _mailbox(mailbox: Mailbox) -> vCalAddress:
    if not _MAIL.fullmatch(mailbox.email):
        message = "not an e-mail address"
        raise ValueError(message)
    address = vCalAddress(f"mailto:{mailbox.email}")
    if mailbox.name:
        address.params["CN"] = _line(mailbox.name).replace('"', "'")
    return address


def _clean(text: str) -> str:
    """Text without characters that no calendar may hold; all line ends are the one that is written as an escape."""
    return _HOSTILE.sub("", _BREAK.sub("\n", text))


def _line(text: str) -> str:
    return " ".join(_clean(text).split("\n")).strip()
