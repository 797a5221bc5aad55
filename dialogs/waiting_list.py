"""The waiting list in words: joining, leaving, taking or declining an earlier time. Who is offered what is in `scheduler.waiting`."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from dialogs import appointment_words as words
from dialogs import appointments, booking
from dialogs.booking_state import PARTS
from dialogs.booking_summary import NOT_BOOKABLE
from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import just, paragraphs, say
from scheduler import booking as bookings
from scheduler import changes, waiting
from scheduler.booking import Interpreter
from scheduler.errors import SchedulingError
from store.scheduling import Service, Waiting
from store.types import utcnow


async def choose(turn: Turn, action: str = "", appointment: str = "", wish: str = "") -> Move:
    """What a button of the waiting list asks for (`wait:<action>:<id>`); anything else shows the appointments."""
    if action == "join" and appointment == "0":
        return await _join_for_service(turn)
    if action == "leave":
        return await _leave(turn)
    if action not in _ACTIONS:
        return await appointments.show_all(turn)
    row = await appointments.find(turn, appointment)
    if row is None:
        return await appointments.gone(turn, None)
    if action == "no":
        return await _decline(turn, row, keep=wish == "keep")
    return await _ACTIONS[action](turn, row)


async def _join(turn: Turn, row: Row[Any]) -> Move:
    """Something before this appointment."""
    if not appointments.is_ahead(row) or row.group_slot_id is not None:
        return await appointments.gone(turn, row)
    await waiting.join(
        turn.session,
        municipality=row.municipality_id,
        person=turn.standing.person,
        service=row.service_id,
        before=row.starts_at,
        mode=row.mode,
        language=turn.language,
        now=utcnow(),
        appointment=row.id,
    )
    kept = turn.t("Until then your appointment stays as it is: {when}.", when=await words.when(turn, row))
    return just(_joined(turn, kept))


async def _join_for_service(turn: Turn) -> Move:
    """Anything for the service that is being booked, within its horizon."""
    state = turn.standing.state if turn.standing.dialog == "book" else {}
    service = await turn.session.get(Service, appointments.number_of(str(state.get("service", ""))) or 0)
    if service is None or service.retired or turn.town is None or service.municipality_id != turn.town.id:
        return await _not_bookable(turn)
    mode = state.get("mode")
    await waiting.join(
        turn.session,
        municipality=service.municipality_id,
        person=turn.standing.person,
        service=int(service.id or 0),
        before=utcnow() + timedelta(days=service.horizon_days),
        mode=mode if mode in service.modes else service.modes[0],
        language=turn.language,
        now=utcnow(),
        part=state.get("part") if state.get("part") in PARTS else None,
    )
    return just(_joined(turn, ""))


async def _not_bookable(turn: Turn) -> Move:
    note = Reply(text=turn.t(NOT_BOOKABLE), language=turn.language)
    return Move(replies=(note, *(await appointments.show_all(turn)).replies))


def _joined(turn: Turn, kept: str) -> Reply:
    text = paragraphs(
        turn.t("You are on the waiting list. If something becomes free, I write to you here."),
        turn.t("Then I keep the time for you for one hour. You decide if you want it."),
        kept,
    )
    choices = (
        Choice(id="appt", label=turn.t("My appointments")),
        Choice(id="wait:leave", label=turn.t("Take me off the waiting list")),
    )
    return say(turn, text, title=turn.t("Waiting list"), choices=choices)


async def _leave(turn: Turn) -> Move:
    """Off every list; a time that is kept goes to the next person."""
    person, now = turn.standing.person, utcnow()
    left = await waiting.leave(turn.session, person=person)
    for offer in await waiting.all_offers(turn.session, person=person, now=now):
        left |= await waiting.declined(turn.session, appointment=offer.id, person=person, keep=False, now=now)
    text = turn.t("You are not on the waiting list any more.") if left else turn.t("You are not on the waiting list.")
    choices = (Choice(id="appt", label=turn.t("My appointments")),)
    return just(say(turn, text, choices=choices))


async def offer_reply(turn: Turn, row: Row[Any], entry: Waiting | None, *, screen: bool = False) -> Reply:
    """The offer of an earlier time: until when it is kept, what becomes of the other appointment, and three answers."""
    old = await _old(turn, entry)
    until = await words.moment(turn, row.held_until, municipality=row.municipality_id)
    text = paragraphs(
        turn.t("This time is free now: {when}.", when=await words.when(turn, row)),
        words.place(turn, await words.details_of(turn, row)),
        turn.t("I keep it for you until: {until}.", until=until),
        turn.t("If you take it, I cancel your other appointment: {when}.", when=await words.when(turn, old)) if old else "",
    )
    choices = (
        Choice(id=f"wait:take:{row.id}", label=turn.t("I take it")),
        Choice(id=f"wait:no:{row.id}:keep", label=turn.t("No, keep my place")),
        Choice(id=f"wait:no:{row.id}:leave", label=turn.t("No, take me off the list")),
    )
    return say(turn, text, title=turn.t("Something is free earlier"), choices=choices, back="appt", screen=screen)


async def _offered(turn: Turn, row: Row[Any]) -> Move:
    if not is_offer(row):
        return await _too_late(turn, row)
    return just(await offer_reply(turn, row, await entry_of(turn, row), screen=True))


def is_offer(row: Row[Any]) -> bool:
    """Whether the time is still kept for somebody on the list."""
    return bool(row.state == "held" and row.waiting_id is not None and row.held_until > utcnow())


async def entry_of(turn: Turn, row: Row[Any]) -> Waiting | None:
    """The entry of the list that an offered time belongs to."""
    return await turn.session.get(Waiting, row.waiting_id) if row.waiting_id is not None else None


async def _old(turn: Turn, entry: Waiting | None) -> Row[Any] | None:
    """The appointment that an earlier time would replace, if it is still ahead."""
    if entry is None or entry.appointment_id is None:
        return None
    row = await bookings.find(turn.session, appointment=entry.appointment_id, person=turn.standing.person)
    return row if row is not None and appointments.is_ahead(row) else None


async def _take(turn: Turn, row: Row[Any]) -> Move:
    """Book the offered time and give the later one back, both or none."""
    if appointments.is_ahead(row):
        return await appointments.choose(turn, "show", str(row.id))  # pressed twice: it is theirs
    person, now = turn.standing.person, utcnow()
    old = await _old(turn, await entry_of(turn, row))
    try:
        taken = await bookings.book(turn.session, appointment=row.id, person=person, now=now, interpreter=_same_interpreter(old))
    except SchedulingError:
        return await _too_late(turn, row)
    if row.waiting_id is not None:
        await waiting.accepted(turn.session, entry=row.waiting_id)
    gone = await _give_back(turn, old) if old is not None else ()
    return Move(replies=(*await booking.confirmation(turn, taken), *gone))


def _same_interpreter(old: Row[Any] | None) -> Interpreter:
    if old is None:
        return Interpreter()
    return Interpreter(kind=old.interpreter, language=old.interpreter_language, mode=old.interpreter_mode)


async def _give_back(turn: Turn, old: Row[Any]) -> tuple[Reply, ...]:
    try:
        cancelled = await changes.cancel(turn.session, appointment=old.id, person=turn.standing.person, now=utcnow(), reason="earlier")
    except SchedulingError:
        return ()  # it was over or cancelled already: nothing to give back
    text = turn.t("Your other appointment is cancelled: {when}.", when=await words.when(turn, old))
    return (await appointments.with_file(turn, say(turn, text, back="appt"), cancelled, method="CANCEL"),)


async def _decline(turn: Turn, row: Row[Any], *, keep: bool) -> Move:
    """The next person is asked; the place on the list stays only if it is wanted."""
    old = await _old(turn, await entry_of(turn, row))
    if not await waiting.declined(turn.session, appointment=row.id, person=turn.standing.person, keep=keep, now=utcnow()):
        return await _too_late(turn, row)
    text = turn.t("All right. You stay on the waiting list.") if keep else turn.t("You are not on the waiting list any more.")
    kept = turn.t("Your appointment stays as it is: {when}.", when=await words.when(turn, old)) if old else ""
    choices = (Choice(id="appt", label=turn.t("My appointments")),)
    return just(say(turn, paragraphs(text, kept), choices=choices))


async def _too_late(turn: Turn, row: Row[Any]) -> Move:
    """The offer is over; what was agreed before stays."""
    return just(await gone_reply(turn, await entry_of(turn, row)))


async def gone_reply(turn: Turn, entry: Waiting | None) -> Reply:
    """That an offer is over, kindly, with the way back on the list."""
    old = await _old(turn, entry)
    text = paragraphs(
        turn.t("I am sorry. This earlier time is not kept for you any more."),
        turn.t("Your appointment stays as it is: {when}.", when=await words.when(turn, old)) if old else "",
        turn.t("If you want, I tell you again when something becomes free."),
    )
    choices = [Choice(id=f"wait:join:{old.id}", label=turn.t("Tell me if something earlier becomes free"))] if old else []
    if old is None and entry is not None:
        choices.append(Choice(id=f"book:{entry.service_id}", label=turn.t("Make an appointment")))
    choices.append(Choice(id="appt", label=turn.t("My appointments")))
    return say(turn, text, choices=choices)


_ACTIONS: dict[str, Callable[[Turn, Row[Any]], Awaitable[Move]]] = {"join": _join, "take": _take, "show": _offered, "no": _too_late}
