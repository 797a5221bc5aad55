"""My appointments: list, one appointment, coming, cancelling, calendar file. Choosing times is in `booking`, waiting in `waiting_list`.

An id in a button is only a question: everything is looked up again among the appointments of the person who pressed.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from dialogs import appointment_words as words
from dialogs import booking, booking_words, deadlines
from dialogs.appointment_words import Method
from dialogs.asked import asking
from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import just, page_of, paragraphs, say
from locales.marks import mark
from scheduler import booking as bookings
from scheduler import calendar, changes, waiting
from scheduler.errors import SchedulingError
from store.types import utcnow

# How long before an appointment it makes sense to ask whether the person is coming.
SOON = timedelta(days=3)
_MOST_DIGITS = 18  # more do not fit into an id of the databases

_GONE = {
    "none": mark("I cannot find this appointment."),
    "held": mark("This appointment is not booked yet."),
    "cancelled": mark("This appointment is cancelled already."),
    "released": mark("This time is not kept for you any more."),
    "over": mark("This appointment is over."),
}
CANCELLED = mark("The appointment is cancelled: {when}.")


async def choose(turn: Turn, action: str = "", appointment: str = "", confirmed: str = "") -> Move:
    """What a button about appointments asks for (`appt:<action>:<id>`); without an action the list."""
    if action == "page":
        return await show_all(turn, page=number_of(appointment) or 0)
    if action not in _ACTIONS:
        return await show_all(turn)
    if not appointment:
        return await _which(turn, action)
    row = await find(turn, appointment)
    if row is None or not is_ahead(row):
        return await gone(turn, row)
    if action == "cancel" and confirmed == "yes":
        return await _cancel(turn, row)
    return await _ACTIONS[action](turn, row)


async def show_all(turn: Turn, *, page: int = 0) -> Move:
    """All appointments to come and what the person waits for; a single one is shown at once."""
    person, now = turn.standing.person, utcnow()
    rows = await bookings.of_person(turn.session, person=person, now=now)
    offers = await waiting.all_offers(turn.session, person=person, now=now)
    dates = await deadlines.of_person(turn)
    if len(rows) == 1 and not offers and not dates:
        return await _show(turn, rows[0])
    choices = [Choice(id=f"wait:show:{row.id}", label=turn.t("Free earlier: {when}", when=await words.when(turn, row))) for row in offers]
    choices += await _links(turn, rows, action="show")
    if not rows:
        choices.append(Choice(id="book", label=turn.t("Make an appointment")))
    if await waiting.of_person(turn.session, person=person, now=now):
        choices.append(Choice(id="wait:leave", label=turn.t("Take me off the waiting list")))
    if dates:
        choices.append(Choice(id="due:list", label=turn.t("Dates that I remind you of")))
    text = turn.t("These are your appointments. Choose one to see, move or cancel it.") if rows else turn.t("You have no appointment.")
    shown = page_of(turn, choices, page=page, more="appt:page")
    return just(say(turn, text, title=turn.t("My appointments"), choices=shown, screen=True))


async def _links(turn: Turn, rows: Sequence[Row[Any]], *, action: str) -> list[Choice]:
    return [Choice(id=f"appt:{action}:{row.id}", label=await words.when(turn, row)) for row in rows]


async def _which(turn: Turn, action: str) -> Move:
    """The appointment that is meant where none was named: the only one, or one of the list."""
    rows = await bookings.of_person(turn.session, person=turn.standing.person, now=utcnow())
    if not rows:
        wished = turn.match is not None and turn.match.entities.get("appointment") == "book"
        return (await booking.another_time(turn) if wished or action == "move" else None) or await show_all(turn)
    if action == "cancel" and await _names_another_day(turn, rows):
        action = "move"
    if len(rows) == 1:
        return await _ACTIONS[action](turn, rows[0])
    shown = page_of(turn, await _links(turn, rows, action=action), page=0, more="appt:page")
    return just(say(turn, turn.t("Which appointment do you mean?"), choices=shown, screen=True))


async def _names_another_day(turn: Turn, rows: Sequence[Row[Any]]) -> bool:
    """Whether a message names a weekday on which none of the appointments is: "make it Friday" wants none cancelled."""
    weekday = turn.match.entities.get("weekday") if turn.match and turn.inbound.kind == "text" else None
    zones = [(await calendar.site_of(turn.session, municipality=row.municipality_id)).zone for row in rows] if weekday else []
    days = {str(row.starts_at.astimezone(ZoneInfo(zone)).weekday()) for row, zone in zip(rows, zones, strict=True)} if weekday else set()
    return bool(weekday) and weekday not in days


async def find(turn: Turn, appointment: str) -> Row[Any] | None:
    """The appointment of the turn's person with this id, whatever its state; None for any other id."""
    number = number_of(appointment)
    return await bookings.find(turn.session, appointment=number, person=turn.standing.person) if number else None


def number_of(text: str) -> int | None:
    """The number in a button's id; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def is_ahead(row: Row[Any]) -> bool:
    """Whether the appointment is agreed and not over."""
    return row.state in changes.AGREED and row.ends_at > utcnow()


async def gone(turn: Turn, row: Row[Any] | None) -> Move:
    """Nothing can be done with this appointment (any more): say why, and show what there is."""
    state = row.state if row else "none"
    if row and row.state == "cancelled" and row.cancel_reason in {"expired", "released", "declined"}:
        state = "released"
    note = Reply(text=turn.t(_GONE.get(state, _GONE["over"])), language=turn.language)
    return Move(replies=(note, *(await show_all(turn)).replies))


async def _show(turn: Turn, row: Row[Any]) -> Move:
    """One appointment with everything about it and what can be done."""
    about = await words.details_of(turn, row)
    coming = turn.t("You have said that you are coming.") if row.state == "confirmed" else ""
    choices = [
        *((_coming(turn, row),) if row.state == "booked" and row.starts_at < utcnow() + SOON else ()),
        Choice(id=f"appt:move:{row.id}", label=turn.t("Move")),
        Choice(id=f"appt:cancel:{row.id}", label=turn.t("Cancel")),
        Choice(id=f"appt:file:{row.id}", label=turn.t("Add to calendar")),
        *((Choice(id=f"appt:bring:{row.id}", label=turn.t("What to bring")),) if words.preparation(turn, about.service) else ()),
        *await _waiting(turn, row),
    ]
    several = len(await bookings.of_person(turn.session, person=turn.standing.person, now=utcnow())) > 1
    text = paragraphs("\n".join(booking_words.facts(turn, about)), words.interpreting(turn, row), coming, words.code(turn, row))
    back = "appt" if several else "menu"
    return just(say(turn, text, title=turn.t("Your appointment"), choices=choices, back=back, screen=True))


async def _waiting(turn: Turn, row: Row[Any]) -> tuple[Choice, ...]:
    """The way on or off the waiting list; dates for several people have none."""
    if row.group_slot_id is not None:
        return ()
    entries = await waiting.of_person(turn.session, person=turn.standing.person, now=utcnow())
    if any(entry.service_id == row.service_id for entry in entries):
        return (Choice(id="wait:leave", label=turn.t("Take me off the waiting list")),)
    return (Choice(id=f"wait:join:{row.id}", label=turn.t("Tell me if something earlier becomes free")),)


def changing(turn: Turn, row: Row[Any]) -> tuple[Choice, ...]:
    """I am coming · Move · Cancel, as far as it makes sense: the buttons of reminders."""
    return (
        *((_coming(turn, row),) if row.state == "booked" else ()),
        Choice(id=f"appt:move:{row.id}", label=turn.t("Move")),
        Choice(id=f"appt:cancel:{row.id}", label=turn.t("Cancel")),
    )


def _coming(turn: Turn, row: Row[Any]) -> Choice:
    return Choice(id=f"appt:yes:{row.id}", label=turn.t("I am coming"))


async def _confirm(turn: Turn, row: Row[Any]) -> Move:
    """The person is coming."""
    try:
        await changes.confirm(turn.session, appointment=row.id, person=turn.standing.person, now=utcnow())
    except SchedulingError:
        return await gone(turn, await find(turn, str(row.id)))
    text = turn.t("Thank you. See you then: {when}.", when=await words.when(turn, row))
    choices = (
        Choice(id=f"appt:show:{row.id}", label=turn.t("Show the appointment")),
        Choice(id=f"appt:file:{row.id}", label=turn.t("Add to calendar")),
    )
    return just(say(turn, text, choices=choices))


async def _move(turn: Turn, row: Row[Any]) -> Move:
    return await booking.move(turn, row)


async def _ask_cancel(turn: Turn, row: Row[Any]) -> Move:
    text = turn.t("Shall I cancel this appointment? {when}", when=await words.when(turn, row))
    choices = (
        Choice(id=f"appt:cancel:{row.id}:yes", label=turn.t("Yes, cancel it")),
        Choice(id=f"appt:show:{row.id}", label=turn.t("No, keep the appointment")),
    )
    move = just(say(turn, text, choices=choices, back=f"appt:show:{row.id}", screen=True))
    return asking(move, yes=choices[0].id or "", no=choices[1].id or "")


async def _cancel(turn: Turn, row: Row[Any]) -> Move:
    """Cancel; who cancels does not wait for something earlier any more either."""
    person, now = turn.standing.person, utcnow()
    # Before the time becomes free, so that it is not offered to the same person again.
    if any(entry.appointment_id == row.id for entry in await waiting.of_person(turn.session, person=person, now=now)):
        await waiting.leave(turn.session, person=person, service=row.service_id)
    try:
        cancelled = await changes.cancel(turn.session, appointment=row.id, person=person, now=now)
    except SchedulingError:
        return await gone(turn, await find(turn, str(row.id)))
    return just(await cancelled_reply(turn, cancelled))


async def cancelled_reply(turn: Turn, row: Row[Any]) -> Reply:
    """That an appointment is cancelled, in both languages, with the file that takes it out of a calendar."""
    text = turn.t(CANCELLED, when=await words.when(turn, row))
    german = words.in_german(turn, CANCELLED, when=await words.when(turn, row, language="de"))
    hint = turn.t("If you have put it into your calendar, open this file: it takes it out.")
    again = Choice(id=f"book:{row.service_id}", label=turn.t("Make a new appointment"))
    reply = say(turn, paragraphs(text, german, hint), title=turn.t("Appointment cancelled"), choices=(again,))
    return await with_file(turn, reply, row, method="CANCEL")


async def file_reply(turn: Turn, row: Row[Any], method: Method = "PUBLISH") -> Reply:
    """The calendar file as a message of its own."""
    text = turn.t("This is the file for your calendar. Open it to add the appointment: {when}", when=await words.when(turn, row))
    if method == "CANCEL":
        text = turn.t("If you have put it into your calendar, open this file: it takes it out.")
    return await with_file(turn, say(turn, text, back="appt"), row, method=method)


async def with_file(turn: Turn, reply: Reply, row: Row[Any], *, method: Method) -> Reply:
    """A message that carries the calendar file of an appointment."""
    document = await words.file(turn, row, method=method)
    return replace(reply, document=document, document_name=words.FILE_NAME)


async def _file(turn: Turn, row: Row[Any]) -> Move:
    return just(await file_reply(turn, row))


async def _bring(turn: Turn, row: Row[Any]) -> Move:
    """What to bring and how to prepare."""
    about = await words.details_of(turn, row)
    text = words.preparation(turn, about.service) or turn.t("You need to bring nothing.")
    where = booking_words.map_choice(turn, about)
    return just(say(turn, text, title=turn.t("For your appointment"), choices=where, back=f"appt:show:{row.id}", screen=True))


_ACTIONS: dict[str, Callable[[Turn, Row[Any]], Awaitable[Move]]] = {
    "show": _show,
    "yes": _confirm,
    "move": _move,
    "cancel": _ask_cancel,
    "file": _file,
    "bring": _bring,
}
