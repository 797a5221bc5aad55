"""E-mail to advisers: what it holds, and that nothing is lost when the server is down, slow to agree, or says no."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from icalendar import Calendar
from sqlalchemy import select
from structlog.testing import capture_logs

from bot import mail, smtp
from bot.mail import Letter, Post
from bot.settings import read_settings
from scheduler import ics
from scheduler.ics import Entry, Mailbox
from scheduler.reminders import notify_adviser
from store.database import Database
from store.errors import ConfigurationError
from store.scheduling import Adviser, Appointment, Change, Office, Reminder, Service
from store.tables import Municipality
from tests import smtp as local
from tests.smtp import Smtp

STARTS = datetime(2026, 3, 30, 7, tzinfo=UTC)
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
SENDER = Mailbox(email="lotse@kreis.example", name="Lotse")


@pytest.fixture
async def server() -> AsyncIterator[Smtp]:
    async with local.running() as found:
        yield found


def _post(server: Smtp) -> Post:
    return Post(server=smtp.parse(f"smtp://127.0.0.1:{server.port}"), sender=SENDER, host="lotse.example")


class Office1:
    """One municipality with two advisers and one appointment, and the letters about it."""

    def __init__(self, base: Database) -> None:
        self.base = base

    async def build(self) -> None:
        async with self.base.write() as session:
            town = Municipality(slug="t", name="T")
            session.add(town)
            await session.flush()
            where: dict[str, Any] = {"municipality_id": int(town.id or 0)}
            ada = Adviser(slug="ada", name="Ada Muster", email="ada@kreis.example", **where)
            bea = Adviser(slug="bea", name="Bea Beispiel", email="bea@kreis.example", **where)
            office = Office(slug="haus", name="Haus der Beratung", address="Musterweg 1", **where)
            service = Service(slug="erst", names={"de": "Erstberatung für Zugewanderte"}, minutes=30, **where)
            session.add_all([ada, bea, office, service])
            await session.flush()
            self.ada, self.bea = int(ada.id or 0), int(bea.id or 0)
            times = {"starts_at": STARTS, "ends_at": STARTS + timedelta(minutes=30)}
            blocked = {"blocked_from": STARTS, "blocked_until": STARTS + timedelta(minutes=30)}
            parts: dict[str, Any] = {
                **where,
                **times,
                **blocked,
                "mode": "in_person",
                "state": "booked",
                "code": "482913",
                "language": "uk",
            }
            row = Appointment(service_id=int(service.id or 0), office_id=int(office.id or 0), adviser_id=self.ada, revision=2, **parts)
            session.add(row)
            await session.flush()
            self.appointment = int(row.id or 0)

    async def change(self, kind: str, *, adviser: int, revision: int, before: dict[str, Any] | None = None, **values: Any) -> None:
        async with self.base.write() as session:
            row = await session.get_one(Appointment, self.appointment)
            row.sqlmodel_update(values | {"revision": revision})
            if before is not None:
                session.add(Change(appointment_id=self.appointment, revision=revision, at=NOW, actor="person", kind=kind, before=before))
            await notify_adviser(session, appointment=self.appointment, revision=revision, kind=kind, adviser=adviser, now=NOW)

    async def states(self) -> list[str]:
        async with self.base.read() as session:
            return list(await session.scalars(select(Reminder.state).order_by(Reminder.id)))  # type: ignore[call-overload]  # columns, whatever their annotations say


@pytest.fixture
async def office(base: Database) -> Office1:
    made = Office1(base)
    await made.build()
    return made


def _parts(letter: EmailMessage) -> tuple[str, EmailMessage, EmailMessage]:
    text, invitation = letter.get_body(("plain",)), next(part for part in letter.walk() if part.get_content_type() == "text/calendar")
    (attached,) = letter.iter_attachments()
    assert isinstance(text, EmailMessage)
    assert isinstance(invitation, EmailMessage)
    assert isinstance(attached, EmailMessage)
    return text.get_content(), invitation, attached


async def test_a_booking_arrives_with_its_calendar_file(office: Office1, server: Smtp) -> None:
    await office.change("booked", adviser=office.ada, revision=2, before={})
    assert await mail.send_due(office.base, _post(server), owner="me", now=NOW) == 1
    (letter,) = server.letters
    assert (letter["To"], letter["From"]) == ("Ada Muster <ada@kreis.example>", "Lotse <lotse@kreis.example>")
    assert letter["Subject"] == "Neuer Termin: Montag, 30. März 2026, 09:00 bis 09:30 Uhr"
    assert letter["Auto-Submitted"] == "auto-generated"
    text, invitation, attached = _parts(letter)
    for line in (
        "Was: Erstberatung für Zugewanderte",
        "Ort: Haus der Beratung, Musterweg 1",
        "Terminnummer: 482913",
        "Sprache: Ukrainisch",
    ):
        assert line in text.splitlines()
    assert invitation["Content-Type"].params["method"] == "REQUEST"
    assert invitation["Content-Type"].params["charset"] == "utf-8"
    calendar = Calendar.from_ical(attached.get_content())
    assert Calendar.from_ical(invitation.get_content()).to_ical() == calendar.to_ical()
    assert (calendar["METHOD"], calendar.events[0]["SEQUENCE"]) == ("REQUEST", 1)
    assert calendar.events[0]["UID"] == f"lotse-{office.appointment}@lotse.example"
    assert attached.get_filename() == "termin.ics"
    assert all(len(line) <= 998 for line in server.raw[0].split(b"\r\n"))
    assert await office.states() == ["sent"]
    assert await mail.send_due(office.base, _post(server), owner="me", now=NOW + timedelta(hours=1)) == 0


async def test_a_move_to_another_adviser_cancels_at_the_first_and_invites_the_second(office: Office1, server: Smtp) -> None:
    later = STARTS + timedelta(days=1)
    moved = {"adviser_id": office.bea, "starts_at": later, "ends_at": later + timedelta(minutes=30)}
    before = {"starts_at": STARTS.isoformat(), "adviser_id": office.ada}
    await office.change("cancelled", adviser=office.ada, revision=3, before=before, **moved)
    await office.change("booked", adviser=office.bea, revision=3)
    assert await mail.send_due(office.base, _post(server), owner="me", now=NOW) == 2
    gone, fresh = server.letters
    assert gone["Subject"] == "Termin abgesagt: Montag, 30. März 2026, 09:00 bis 09:30 Uhr"
    assert fresh["Subject"] == "Neuer Termin: Dienstag, 31. März 2026, 09:00 bis 09:30 Uhr"
    first, second = (Calendar.from_ical(_parts(letter)[2].get_content()) for letter in (gone, fresh))
    assert (first["METHOD"], first.events[0]["STATUS"]) == ("CANCEL", "CANCELLED")
    assert (second["METHOD"], second.events[0]["STATUS"]) == ("REQUEST", "CONFIRMED")
    assert first.events[0]["UID"] == second.events[0]["UID"]
    assert server.recipients == ["ada@kreis.example", "bea@kreis.example"]


async def test_a_move_says_the_time_before_and_a_cancellation_comes_last(office: Office1, server: Smtp) -> None:
    later = STARTS + timedelta(hours=2)
    await office.change("moved", adviser=office.ada, revision=3, before={"starts_at": STARTS.isoformat()}, starts_at=later)
    await mail.send_due(office.base, _post(server), owner="me", now=NOW)
    assert "Bisher: Montag, 30. März 2026, 09:00" in _parts(server.letters[0])[0]
    await office.change("cancelled", adviser=office.ada, revision=4, before={"starts_at": later.isoformat()}, state="cancelled")
    await mail.send_due(office.base, _post(server), owner="me", now=NOW)
    files = [Calendar.from_ical(_parts(letter)[2].get_content()) for letter in server.letters]
    assert [(file["METHOD"], file.events[0]["SEQUENCE"]) for file in files] == [("REQUEST", 2), ("CANCEL", 3)]


async def test_news_that_were_overtaken_are_not_told(office: Office1, server: Smtp) -> None:
    await office.change("booked", adviser=office.ada, revision=2, before={})
    await office.change("cancelled", adviser=office.ada, revision=3, before={"starts_at": STARTS.isoformat()}, state="cancelled")
    await mail.send_due(office.base, _post(server), owner="me", now=NOW)
    assert [letter["Subject"].split(":")[0] for letter in server.letters] == ["Termin abgesagt"]
    assert await office.states() == ["void", "sent"]


@pytest.mark.parametrize(
    ("command", "answer", "state"),
    [
        ("CONNECT", "DROP", "pending"),
        ("CONNECT", "554 no", "pending"),
        ("EHLO", "DROP", "pending"),
        ("MAIL", "550 sender unknown", "pending"),
        ("RCPT", "451 later", "pending"),
        ("RCPT", "550 unknown", "failed"),
        ("DATA", "452 full", "pending"),
        ("DATA", "DROP", "pending"),
        ("TAKEN", "451 later", "pending"),
        ("TAKEN", "554 refused", "failed"),
        ("TAKEN", "DROP", "pending"),
        ("QUIT", "500 what", "sent"),
        ("QUIT", "DROP", "sent"),
    ],
)
async def test_what_the_server_does_not_take_is_put_off_or_given_up(
    office: Office1, server: Smtp, command: str, answer: str, state: str
) -> None:
    await office.change("booked", adviser=office.ada, revision=2, before={})
    server.answers[command] = [answer]
    with capture_logs() as logs:
        sent = await mail.send_due(office.base, _post(server), owner="me", now=NOW)
    assert (sent, await office.states()) == (int(state == "sent"), [state])
    assert "kreis.example" not in str(logs)
    again = await mail.send_due(office.base, _post(server), owner="me", now=NOW + timedelta(minutes=1))
    assert again == int(state == "pending")
    assert len(server.letters) == int(state != "failed")


async def test_a_server_that_is_down_is_asked_once_and_loses_nothing(office: Office1) -> None:
    for revision in range(2, 7):
        await office.change("moved", adviser=office.ada, revision=revision, before={"starts_at": STARTS.isoformat()})
    async with local.running() as server:
        server.answers["CONNECT"] = ["DROP"]
        assert await mail.send_due(office.base, _post(server), owner="me", now=NOW) == 0
        assert server.connections == 1
        assert set(await office.states()) == {"pending"}
        assert await mail.send_due(office.base, _post(server), owner="me", now=NOW + timedelta(minutes=1)) == 5
    closed = replace(_post(server), server=smtp.parse(f"smtp://127.0.0.1:{server.port}"))
    await office.change("moved", adviser=office.ada, revision=7, before={"starts_at": STARTS.isoformat()})
    assert await mail.send_due(office.base, closed, owner="me", now=NOW) == 0
    assert (await office.states())[-1] == "pending"


async def test_two_processes_send_a_letter_once(office: Office1, server: Smtp) -> None:
    await office.change("booked", adviser=office.ada, revision=2, before={})
    sent = await asyncio.gather(*(mail.send_due(office.base, _post(server), owner=name, now=NOW) for name in ("a", "b")))
    assert (sorted(sent), len(server.letters)) == ([0, 1], 1)


@pytest.mark.parametrize("email", [None, "nobody", "ada@kreis.example\r\nBcc: eve@x.example", "ä@kreis.example", "a..b@kreis.example"])
async def test_an_address_that_is_none_gets_nothing(office: Office1, server: Smtp, email: str | None) -> None:
    await office.change("booked", adviser=office.ada, revision=2, before={})
    async with office.base.write() as session:
        (await session.get_one(Adviser, office.ada)).email = email
    assert await mail.send_due(office.base, _post(server), owner="me", now=NOW) == 0
    assert (await office.states(), server.letters) == (["failed" if email else "void"], [])


HOSTILE = "x\r\nBcc: eve@x.example\r\n\r\nbody\u2028\x00 ; END:VEVENT"


def test_no_text_becomes_a_header() -> None:
    entry = Entry(
        uid=ics.uid("lotse.example", appointment=1),
        revision=1,
        starts=STARTS,
        ends=STARTS + timedelta(minutes=30),
        zone=ZoneInfo("Europe/Berlin"),
        changed_at=NOW,
        status="CONFIRMED",
        summary=HOSTILE,
        location=HOSTILE,
        description=HOSTILE,
    )
    letter = Letter(number=1, kind="booked", entry=entry, adviser=Mailbox(email="ada@kreis.example", name=HOSTILE))
    message = mail.build(letter, sender=replace(SENDER, name=HOSTILE), host="lotse.example", now=NOW)
    raw = message.as_bytes()
    assert not any(line.lower().startswith(b"bcc") for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))
    assert message["Bcc"] is None


def _context(folder: Path) -> ssl.SSLContext:
    """A certificate for 127.0.0.1 that vouches for itself, in `certificate.pem`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lotse.test")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = built.add_extension(names, critical=False).sign(key, hashes.SHA256())
    (folder / "certificate.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*private))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


async def test_starttls_is_required_and_the_certificate_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = _context(tmp_path)
    message = EmailMessage()
    message.set_content("x")
    people = {"sender": "a@x.example", "recipient": "b@x.example"}
    async with local.running() as plain:
        strict = smtp.Server(host="127.0.0.1", port=plain.port, security="starttls", user="u", password="geheim")  # noqa: S106 - of this test
        with pytest.raises(smtp.DownError, match="SMTPNotSupportedError"):
            await asyncio.to_thread(smtp.send, strict, message, **people)
        assert plain.logins == []
    async with local.running(context) as server:
        strict = replace(strict, port=server.port)
        with pytest.raises(smtp.DownError, match="SSLCertVerificationError"):
            await asyncio.to_thread(smtp.send, strict, message, **people)
        assert server.logins == []
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        await asyncio.to_thread(smtp.send, strict, message, **people)
        assert (server.logins, len(server.letters)) == (["u geheim"], 1)
        assert "geheim" not in repr(strict)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 587, "starttls", "", "")),
        ("smtp://localhost:2525", ("localhost", 2525, "none", "", "")),
        ("smtps://ada%40x:p%3As@mail.example", ("mail.example", 465, "tls", "ada@x", "p:s")),
    ],
)
def test_the_address_of_a_server(url: str, expected: tuple[str, int, str, str, str]) -> None:
    found = smtp.parse(url)
    assert (found.host, found.port, found.security, found.user, found.password) == expected


@pytest.mark.parametrize(
    "values",
    [
        {"smtp_url": "http://mail.example", "mail_from": "a@x.example"},
        {"smtp_url": "smtp://u:geheim@mail.example:99999", "mail_from": "a@x.example"},
        {"smtp_url": "smtp://u:geheim@mail.example"},
        {"mail_from": "nobody"},
        {"mail_from": "a@x.example\nBcc: b@x.example"},
        {"mail_from": "a..b@x.example"},
    ],
)
def test_wrong_settings_are_named_without_the_password(values: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=r"LOTSE_(SMTP_URL|MAIL_FROM)") as caught:
        read_settings(**values)
    assert "geheim" not in str(caught.value)


def test_e_mail_is_off_by_default_and_made_from_the_settings() -> None:
    assert mail.post_of(smtp_url="", mail_from="", base_url="https://lotse.example") is None
    post = mail.post_of(smtp_url="smtp://localhost", mail_from="Kreis <a@x.example>", base_url="https://lotse.example:8443")
    assert post
    assert (post.sender, post.host) == (Mailbox(email="a@x.example", name="Kreis"), "lotse.example")
