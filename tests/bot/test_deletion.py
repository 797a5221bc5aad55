"""Of who deletes everything no byte is left in the database file, its WAL, the logs, the data folder, and no row: in a real process.

The person talks in Telegram and in the private chat, has a case at the desk with all that can be written there, and appointments. They go
by their own word in one run, by the desk's hand in the other. Which tables refer to people is read from their foreign keys.
"""

import asyncio
import base64
import contextlib
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from handoff import links
from knowledge import unanswered
from scheduler import booking, calendar
from scheduler.booking import Booking, Interpreter
from store import database
from store.courses import CourseAlert, CourseImport, CourseNews, CourseRow, Enrolment
from store.crypto import Keyring, load_or_create_key
from store.database import Database
from store.desk import News
from store.scheduling import Deadline, Service, Waiting
from store.tables import Address, Case, Inbox, Message, Municipality, Outbox
from store.types import utcnow
from tests import pictures, traces
from tests.bot.test_cli import environment
from tests.botapi import BotApi
from tests.botapi.people import Person

pytestmark = pytest.mark.service
MARKERS = ("Zauberwort Quittenmus", "كلمة سرية للاختبار", "таємнеслово калина")
HELD = "Meine Aktennummer ist Quarzfalter 4711"
QUOTED = "Sie schrieben Quarzfalter 4711, stimmt das so?"
NOTED = "@Oleh Beispiel (Demo) sagt Quarzfalter und Rosmarintinte"
DRAFTED = "Wegen Quarzfalter rate ich zu Bernsteinlampe"
PLANNED = "Haben Sie wegen Quarzfalter und Haselnussbrief etwas gehört?"
SPOKEN = "Stimme Zimtkompass am Bahnhof"
NAMED = "Bescheid Tannenuhr.jpg"
WRITTEN = (*MARKERS, HELD, "Quarzfalter", QUOTED, "Rosmarintinte", DRAFTED, "Bernsteinlampe", PLANNED, "Haselnussbrief")
WORDS = (*WRITTEN, SPOKEN, "Zimtkompass", NAMED, "Tannenuhr", pictures.SECRET.decode())
ADDRESS = 918273645
SECONDS = 60
CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')


@dataclass(frozen=True, kw_only=True)
class Process:
    """`lotse serve` at work: where its files are, its address, its database seen from beside it."""

    folders: tuple[Path, ...]
    began: float
    url: str
    base: Database
    keyring: Keyring

    def found(self) -> dict[str, list[str]]:
        """Words that stand in a file, and in which."""
        all_ = {words: traces.files_with(self.folders, traces.writings(words), since=self.began) for words in (*WORDS, str(ADDRESS))}
        return {words: files for words, files in all_.items() if files}


@contextlib.asynccontextmanager
async def served(api: BotApi, folder: Path, cache: Path) -> AsyncIterator[Process]:
    """Lotse as a process; everything it prints goes to `serve.log`, what it puts aside to `aside`."""
    address, began = f"sqlite+aiosqlite:///{folder}/lotse.db", time.time() - 1
    (folder / "aside").mkdir()
    variables = environment(cache, LOTSE_DATABASE_URL=address, LOTSE_TELEGRAM_TOKEN=api.token, TMPDIR=str(folder / "aside"))
    variables |= {"LOTSE_TELEGRAM_API_URL": api.url, "LOTSE_LOG_FORMAT": "json"}
    with (folder / "serve.log").open("wb") as log:
        program = [sys.executable, "-c", "from bot.cli import main; main()", "serve", "--demo", "--port", "0"]
        process = await asyncio.create_subprocess_exec(*program, cwd=folder, env=variables, stdout=log, stderr=log)
        base = database.connect(address)
        try:
            url = await _url(folder / "serve.log")
            yield Process(
                folders=(folder, cache), began=began, url=url, base=base, keyring=Keyring([load_or_create_key(cache / "secret.key")])
            )
        finally:
            await base.close()
            process.send_signal(signal.SIGTERM)
            await process.wait()


async def _url(log: Path) -> str:
    """Where the process says that it is ready."""
    async with asyncio.timeout(SECONDS * 5):
        while not (said := re.search(r"http://127\.0\.0\.1:\d+", await asyncio.to_thread(log.read_text))):
            await asyncio.sleep(0.05)
    return said[0]


class Browser:
    """Forms of the process's pages, without JavaScript."""

    def __init__(self, process: Process) -> None:
        self.http = httpx.AsyncClient(base_url=process.url, follow_redirects=True, timeout=SECONDS)

    async def __aenter__(self) -> Self:
        """Open."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close its connections."""
        await self.http.aclose()

    async def post(self, url: str, *, form: str, files: dict[str, tuple[str, bytes, str]] | None = None, **data: str) -> httpx.Response:
        """Send a form that stands on the page `form`."""
        token = CSRF.findall((await self.http.get(form)).text)[0]
        answer = await self.http.post(url, data={"csrf": token} | data, files=files)
        assert answer.status_code == 200, f"{url}: {answer.status_code}"
        return answer


async def says(ada: Person, text: str, *, hears: str | int = 1) -> None:
    ada.send(text)
    await ada.wait_for(hears, timeout=SECONDS)


async def asks(api: BotApi) -> Person:
    """Somebody in Telegram who asked what nobody can answer, and then for a human."""
    ada = api.person(ADDRESS, "en")
    ada.start("place_demo")
    await ada.wait_for(1, timeout=SECONDS)
    ada.press("English")
    await ada.wait_for(1, timeout=SECONDS)
    for words in MARKERS:
        await says(ada, f"{words}?")
    await says(ada, "/human")
    return ada


async def newest(base: Database) -> tuple[int, int]:
    """The case of the person in Telegram, as soon as it is open, and the person; the demonstration has others."""
    hers = (
        select(col(Case.id), col(Case.person_id))
        .join(Address, col(Address.person_id) == col(Case.person_id))
        .where(col(Address.channel) == "telegram")
    )
    await until(base, select(func.count()).select_from(hers.subquery()), least=1)
    async with base.read() as session:
        row = (await session.execute(hers)).one()
        return int(row[0] or 0), int(row[1] or 0)


async def advised(process: Process, ada: Person, desk: Browser, case: int) -> None:
    """An adviser takes the case and repeats the person's words wherever words can be written; the person sends files."""
    page = f"/desk/cases/{case}"
    await desk.post(f"{page}/claim", form=page)
    await ada.wait_for(1, timeout=SECONDS)
    heard = select(func.count()).select_from(Message).where(col(Message.incoming), col(Message.case_id) == case)
    async with process.base.read() as session:
        before = await session.scalar(heard) or 0
    ada.send(HELD)
    await until(process.base, heard, least=before + 1)
    assert "Quarzfalter 4711" in (await desk.http.get(page)).text
    await desk.post(f"{page}/reply", form=page, text=QUOTED, language="de")
    await ada.wait_for("Quarzfalter", timeout=SECONDS)
    await desk.post(f"{page}/note", form=page, text=NOTED)
    await sends_files(process)
    at = (utcnow() + timedelta(days=3)).strftime("%Y-%m-%dT10:00")
    await desk.post(f"{page}/follow-up", form=page, at=at, message=PLANNED)
    await ada.wait_for(1, timeout=SECONDS)
    await desk.post(f"{page}/draft", form=page, text=DRAFTED)
    shown = (await desk.http.get(page)).text
    written = (MARKERS[-1], HELD, QUOTED, "Rosmarintinte", DRAFTED, NAMED)
    assert [words for words in written if words not in shown] == []
    await until(process.base, select(func.count()).where(col(Case.id) == case, col(Case.sealed_follow_up).is_not(None)), least=1)


async def sends_files(process: Process) -> None:
    """The person goes on in the private chat and sends a photo and a voice note."""
    _, person = await newest(process.base)
    async with process.base.write() as session:
        token = await links.create(session, person=person, now=utcnow())
    voice = pictures.OGG + SPOKEN.encode() + bytes(100)
    async with Browser(process) as chat:
        await chat.http.post(f"/link/{token}")
        for key, file in (("photo", (NAMED, pictures.photo(), "image/jpeg")), ("voice", ("voice.ogg", voice, "audio/ogg"))):
            await chat.post("/chat/upload", form="/chat", files={"file": file}, key=key)


async def books(process: Process, person: int) -> None:
    """What no tap is needed for: an appointment, a wish for an earlier one, a date to remember, a question, a parcel on its way."""
    base, now = process.base, utcnow()
    async with base.write() as session:
        town = await session.scalar(select(col(Municipality.id)).where(col(Municipality.slug) == "demo"))
        service = (await session.scalars(select(Service).where(col(Service.municipality_id) == town).order_by(col(Service.id)))).first()
        assert service
        rules = await calendar.rules_of(session, service=int(service.id or 0))
        assert rules
        free = await calendar.free_slots(session, rules, calendar.wish_of(rules, now=now), now=now)
        slot = [slot for slot in free if not slot.group][-1]  # the last: in the evening nobody is reminded of the next morning any more
        wish = Booking(person=person, mode=service.modes[0], language="en")
        held = await booking.hold(session, rules, slot=slot, booking=wish, now=now)
        interpreter = Interpreter(kind="organise", language="ar", mode="phone")
        made = await booking.book(session, appointment=held, person=person, now=now, interpreter=interpreter)
        wait = {"municipality_id": town, "service_id": service.id, "appointment_id": made.id, "before": made.starts_at}
        session.add(Waiting(person_id=person, mode="phone", language="en", **wait))
        about = {"language": "en", "decision": "rephrase", "person": person, "municipality_id": town}
        await unanswered.record(session, process.keyring, text=HELD, **about)  # type: ignore[arg-type]  # each has its kind
        session.add(Deadline(person_id=person, kind="permit_end", day=(now + timedelta(days=90)).date()))
        await learns(session, person)
        web = await session.scalar(select(col(Address.id)).where(col(Address.person_id) == person, col(Address.channel) == "web"))
        session.add(Outbox(address_id=int(web or 0), sealed_payload=b"sealed" * 9, due_at=now + timedelta(days=1)))


async def learns(session: AsyncSession, person: int) -> None:
    """A course that the person goes to, and one that they wait for, with news of both."""
    changed = CourseImport(owner="demo", feed="test", kind="import", actor="cli", revision=1)
    course = CourseRow(owner="demo", key="test", feed="test", record='{"title":"Kurs (Demo)"}', gone=True)
    alert = CourseAlert(person_id=person, digest="0" * 64, filters={"level": "B1"})
    session.add_all([changed, course, alert])
    await session.flush()
    about: dict[str, Any] = {"person_id": person, "course_id": int(course.id or 0)}
    session.add(CourseNews(**about, alert_id=alert.id, import_id=int(changed.id or 0), kind="new", state="told"))
    session.add(Enrolment(**about, planned=True))


async def until(base: Database, query: Select[int], *, least: int = 0, most: int = 1_000_000) -> None:
    """Wait until a count lies in these bounds."""
    async with asyncio.timeout(SECONDS):
        while True:
            async with base.read() as session:
                if least <= (await session.scalar(query) or 0) <= most:
                    return
            await asyncio.sleep(0.05)


async def _by_the_person(ada: Person, desk: Browser, person: int) -> None:
    del desk, person
    await says(ada, "/delete", hears="Shall I delete")
    ada.press("Yes, delete everything")
    await ada.wait_for("is deleted", timeout=SECONDS)


async def _by_the_desk(ada: Person, desk: Browser, person: int) -> None:
    del ada
    page = f"/desk/people/{person}"
    assert "deleted" in (await desk.post(f"{page}/delete", form=page)).text or (await desk.http.get(page)).status_code == 404


Delete = Callable[[Person, Browser, int], Awaitable[None]]


@pytest.mark.parametrize("delete", [_by_the_person, _by_the_desk])
async def test_no_byte_and_no_row_is_left(api: BotApi, tmp_path: Path, cache: Path, delete: Delete) -> None:
    async with served(api, tmp_path, cache) as process, Browser(process) as desk:
        ada = await asks(api)
        await desk.post("/desk/sign-in/demo", form="/desk/sign-in", role="adviser")
        case, person = await newest(process.base)
        await advised(process, ada, desk, case)
        await books(process, person)
        async with process.base.read() as session:
            before = await traces.rows_of(session, person=person)
        assert [name for name, keys in before.keys.items() if not keys] == [], "tables of which this person should have a row"
        assert process.found() == {}, "even before deletion nothing is readable"
        assert traces.files_with([tmp_path], before.sealed) != []

        await delete(ada, desk, person)
        await until(process.base, select(func.count()).select_from(Address).where(col(Address.id).in_(before.keys["addresses"])), most=0)
        async with process.base.read() as session:
            counts = await traces.left(session, before)
            kept = await session.scalar(select(func.count()).select_from(Inbox).where(col(Inbox.sealed_payload).is_not(None)))
            news = set(await session.scalars(select(col(News.kind))))
        assert {name: count for name, count in counts.items() if count} == {}
        assert kept == 0
        assert news <= {"case", "message", "presence", "calendar", "settings"}
        assert (await desk.http.get(f"/desk/cases/{case}")).status_code == 410
        inbox = "".join([(await desk.http.get(f"/desk/?tab={tab}&q=Quarzfalter")).text for tab in ("mine", "team", "follow_ups", "closed")])
        assert f"/desk/cases/{case}" not in inbox
        assert process.found() == {}
    assert process.found() == {}
    assert traces.files_with([tmp_path], before.sealed) == [], "the ciphertexts are gone, too"
    assert (tmp_path / "lotse.db").stat().st_size > 0
    assert (tmp_path / "serve.log").stat().st_size > 0


def _written(words: str) -> Iterator[bytes]:
    yield from (words.encode(), words.encode("utf-16-le"), words.encode("utf-16-be"))
    yield from (base64.b64encode(before + words.encode()) for before in (b"", b"a", b"ab", b"abc"))


def test_the_search_itself_finds_what_is_there(tmp_path: Path) -> None:
    for number, words in enumerate(WORDS):
        for form in _written(words):
            file = tmp_path / "deep" / f"file{number}"
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(b"before " + form + b" after")
            assert traces.files_with([tmp_path], traces.writings(words)) == [file.name]
            file.unlink()


def test_all_tables_with_words_of_people_are_watched() -> None:
    watched = {
        "messages",
        "cases",
        "case_events",
        "mentions",
        "drafts",
        "presences",
        "attachments",
        "private_links",
        "unanswered",
        "outbox",
    }
    assert watched | traces.STAY <= traces.referring().keys()
