"""An appointment on Telegram, over HTTP: seven taps from /start, one sentence, reminders, and no topic on a screen that others see."""

from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import func, select, update

from bot.app import App
from scheduler.calendar import appointments
from store.scheduling import Reminder, Service
from store.statements import table_of
from store.types import utcnow
from tests.bot.conftest import Serve
from tests.botapi import BotApi
from tests.botapi.people import Person
from tests.conversation import plain

pytestmark = pytest.mark.service
SECONDS = 20
TAPS = ("book", "place:demo", "book:2", "bookday:", "booktime:", "bookyes:")
reminded = table_of(Reminder)


async def tap(person: Person, prefix: str, *, at: int = 0) -> None:
    """Press the newest button whose choice begins so (or the one `at` this place among them), as soon as it is there."""
    await person.wait_for(lambda somebody: _buttons(somebody, prefix), timeout=SECONDS)
    message_id, choices = _buttons(person, prefix) or (0, [])
    person.press(choices[at], message_id=message_id)


def _buttons(person: Person, prefix: str) -> tuple[int, list[str]] | None:
    for line in reversed(person.replies):
        choices = [button.data for row in line.buttons for button in row if button.data and button.data[1:].startswith(prefix)]
        if choices:
            return line.message_id, choices
    return None


async def names(app: App) -> set[str]:
    """The names of all services, in all languages."""
    async with app.database.read() as session:
        return {name for service in await session.scalars(select(Service)) for name in service.names.values()}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("de", "Ich brauche am Donnerstag Nachmittag ein Gespräch wegen meiner Aufenthaltserlaubnis"),
        ("ar", "أحتاج موعداً يوم الخميس بعد الظهر بخصوص إقامتي"),
        ("prs", "روز پنجشنبه بعد از ظهر در باره اقامت خود میخواهم با کسی گپ بزنم، دری گپ میزنم"),
        ("uk", "Мені потрібно поговорити з кимось у четвер після обіду про мій дозвіл на проживання"),
        ("en", "I need to talk to someone on Thursday afternoon about my permit, I speak Dari"),
    ],
)
async def test_seven_taps_or_one_sentence(api: BotApi, serve: Serve, language: str, sentence: str) -> None:
    async with serve() as app:
        for number, taps in ((1, (f"language:{language}", *TAPS)), (2, (f"language:{language}", "place:demo", "booktime:", "bookyes:"))):
            ada = api.person(number)
            ada.send("/start")
            await tap(ada, taps[0])
            if number == 2:
                await ada.wait_for(1, timeout=SECONDS)
                ada.send(sentence)
            for prefix in taps[1:]:
                await tap(ada, prefix)
            await tap(ada, "appt:file:")
            assert len(taps) <= 7
            booked = await confirmed(app, ada)
            assert "Uhr" in booked
            if number == 2:
                assert "Donnerstag" in booked
            assert not [name for name in await names(app) if name in booked]


async def confirmed(app: App, person: Person) -> str:
    """The confirmation, after its calendar file has come: a file of one event without any topic."""
    await person.wait_for(lambda somebody: [line for line in somebody.replies if line.kind == "document"], timeout=SECONDS)
    file = next(line.file for line in person.replies if line.kind == "document")
    event = Calendar.from_ical(file).events[0]
    assert not [name for name in await names(app) if name in str(event.get("SUMMARY")) + str(event.get("DESCRIPTION"))]
    return next(text for text in map(plain, (line.text for line in reversed(person.replies))) if "Uhr" in text)


async def test_a_reminder_comes_once_names_no_topic_and_its_buttons_work(api: BotApi, serve: Serve) -> None:
    async with serve() as app:
        ada = api.person(1)
        ada.send("/start")
        for prefix in ("language:en", *TAPS):
            # The second day: late in the evening nobody is reminded of an appointment of the next morning any more.
            await tap(ada, prefix, at=int(prefix == "bookday:"))
        await tap(ada, "appt:bring:")
        async with app.database.write() as session:
            first = select(func.min(reminded.c.id)).where(reminded.c.state == "pending").scalar_subquery()
            await session.execute(update(reminded).where(reminded.c.id == first).values(due_at=utcnow() - timedelta(seconds=1)))
        await ada.wait_for("Reminder", timeout=SECONDS)
        text = plain(ada.last.text)
        assert not [name for name in await names(app) if name in text]
        await tap(ada, "appt:yes:")
        await ada.wait_for("See you then", timeout=SECONDS)
        await tap(ada, "appt:cancel:")
        await tap(ada, "appt:cancel:1:yes")
        await ada.wait_for("is cancelled", timeout=SECONDS)
        async with app.database.read() as session:
            states = list(await session.scalars(select(appointments.c.state)))
            pending = list(await session.scalars(select(reminded.c.id).where(reminded.c.state == "pending")))
        assert states == ["cancelled"]
        assert pending == []
