"""What reminders and other news say, in the person's language. When they are due, and to whom, is decided in `scheduler.reminders`.

They pop up on phones that are shared: on public channels they name neither service nor topic. Date and code stand in every text, so that
one that comes twice harms nobody.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from dialogs import appointment_words as words
from dialogs import appointments, course_mine, deadlines, waiting_list
from dialogs.model import Choice, Inbound, Reply, Standing, Traits, Turn
from dialogs.parts import paragraphs, say
from knowledge.model import Knowledge
from scheduler import booking as bookings
from scheduler.changes import AGREED
from scheduler.claims import Due
from store.crypto import Keyring
from store.scheduling import Deadline, Waiting
from store.types import utcnow


async def render(session: AsyncSession, keyring: Keyring, knowledge: Knowledge, due: Due, traits: Traits) -> Reply | None:
    """The message of a reminder that is due on a channel with these traits; None if there is nothing to say any more."""
    turn = silent_turn(session, keyring, knowledge, person=due.person, language=due.language, traits=traits)
    if due.subject == "deadline":
        return await _deadline(turn, due)
    if due.subject == "waiting":
        return await _offer_gone(turn, due)
    if due.subject == course_mine.SUBJECT:
        return await course_mine.remind(turn, enrolment=due.subject_id, revision=due.revision, kind=due.kind)
    row = await bookings.find(session, appointment=due.subject_id, person=due.person)
    if row is None or row.revision != due.revision:
        return None
    news = _NEWS.get("before" if due.kind.startswith("before_") else due.kind)
    return await news.tell(turn, row) if news and row.state in news.states else None


def silent_turn(  # noqa: PLR0913 - one keyword for each part of a turn
    session: AsyncSession, services: object, knowledge: Knowledge, *, person: int, language: str, traits: Traits
) -> Turn:
    """A turn in which nobody has said anything: what is said uses the same words as in a conversation."""
    silence = Inbound(channel=traits.name, address="", external_id="", sent_at=utcnow(), kind="other")
    standing = Standing(person=person, language=language)
    return Turn(inbound=silence, standing=standing, knowledge=knowledge, towns={}, traits=traits, session=session, services=services)


@dataclass(frozen=True, kw_only=True)
class _News:
    """One kind of message: in which states of its appointment it makes sense, and what it says."""

    tell: Callable[[Turn, Row[Any]], Awaitable[Reply]]
    states: tuple[str, ...] = AGREED


async def _remind(turn: Turn, row: Row[Any]) -> Reply:
    return await _reminder(turn, row, turn.t("You have an appointment: {when}.", when=await words.when(turn, row)))


async def _remind_soon(turn: Turn, row: Row[Any]) -> Reply:
    return await _reminder(turn, row, turn.t("Your appointment begins soon: {when}.", when=await words.when(turn, row)))


async def _reminder(turn: Turn, row: Row[Any], sentence: str) -> Reply:
    text = paragraphs(sentence, words.place(turn, await words.details_of(turn, row)), words.code(turn, row))
    return say(turn, text, title=turn.t("Reminder"), choices=appointments.changing(turn, row), back="appt")


async def _missed(turn: Turn, row: Row[Any]) -> Reply:
    text = paragraphs(
        turn.t("We did not see you at your appointment: {when}.", when=await words.when(turn, row)),
        turn.t("That can happen to everybody. Shall we find another time?"),
        words.code(turn, row),
    )
    choices = (
        Choice(id=f"book:{row.service_id}", label=turn.t("Yes, find another time")),
        Choice(id="menu", label=turn.t("No, thank you")),
    )
    return say(turn, text, choices=choices, back="appt")


async def _displaced(turn: Turn, row: Row[Any]) -> Reply:
    text = paragraphs(
        turn.t("We are sorry: nobody can see you at the time of your appointment: {when}.", when=await words.when(turn, row)),
        turn.t("Please choose a new time. It takes one minute."),
        words.code(turn, row),
    )
    choices = (
        Choice(id=f"appt:move:{row.id}", label=turn.t("Choose a new time")),
        Choice(id=f"appt:cancel:{row.id}", label=turn.t("Cancel")),
    )
    return say(turn, text, title=turn.t("Please choose a new time"), choices=choices, back="appt")


async def _cancelled(turn: Turn, row: Row[Any]) -> Reply:
    text = paragraphs(
        turn.t("We are sorry: we had to cancel your appointment: {when}.", when=await words.when(turn, row)),
        turn.t("Please do not come at that time. You can choose another one."),
        words.code(turn, row),
    )
    choices = (Choice(id=f"book:{row.service_id}", label=turn.t("Make a new appointment")),)
    reply = say(turn, text, title=turn.t("Appointment cancelled"), choices=choices, back="appt")
    return await appointments.with_file(turn, reply, row, method="CANCEL")


async def _moved(turn: Turn, row: Row[Any]) -> Reply:
    text = paragraphs(
        turn.t("Your appointment has a new time: {when}.", when=await words.when(turn, row)),
        words.place(turn, await words.details_of(turn, row)),
        words.code(turn, row),
    )
    reply = say(turn, text, title=turn.t("New time"), choices=appointments.changing(turn, row), back="appt")
    return await appointments.with_file(turn, reply, row, method="PUBLISH")


async def _booked(turn: Turn, row: Row[Any]) -> Reply:
    return await _by_office(turn, row, turn.t("We have made an appointment for you: {when}.", when=await words.when(turn, row)))


async def _takes_place(turn: Turn, row: Row[Any]) -> Reply:
    sentence = turn.t("Your appointment takes place after all: {when}. You need no new time.", when=await words.when(turn, row))
    return await _by_office(turn, row, sentence)


async def _by_office(turn: Turn, row: Row[Any], sentence: str) -> Reply:
    text = paragraphs(sentence, words.place(turn, await words.details_of(turn, row)), words.code(turn, row))
    reply = say(turn, text, title=turn.t("Your appointment"), choices=appointments.changing(turn, row), back="appt")
    return await appointments.with_file(turn, reply, row, method="PUBLISH")


async def _interpreter(turn: Turn, row: Row[Any]) -> Reply:
    text = paragraphs(
        turn.t("This is about your appointment: {when}.", when=await words.when(turn, row)),
        words.interpreting(turn, row),
        words.code(turn, row),
    )
    return say(turn, text, title=turn.t("Interpreter"), choices=appointments.changing(turn, row), back="appt")


async def _offer(turn: Turn, row: Row[Any]) -> Reply:
    return await waiting_list.offer_reply(turn, row, await waiting_list.entry_of(turn, row))


async def _offer_gone(turn: Turn, due: Due) -> Reply | None:
    entry = await turn.session.get(Waiting, due.subject_id)
    if entry is None or entry.person_id != due.person:
        return None
    return await waiting_list.gone_reply(turn, entry)


async def _deadline(turn: Turn, due: Due) -> Reply | None:
    """The date as the person told it; what ends on it is said on trusted channels alone."""
    row = await turn.session.get(Deadline, due.subject_id)
    if row is None or row.person_id != due.person or row.revision != due.revision or row.kind not in deadlines.KINDS:
        return None
    about = deadlines.KINDS[row.kind].keeps if turn.traits.trusted else deadlines.NEUTRAL
    text = paragraphs(
        turn.t("You asked me to remind you."),
        turn.t(about, day=deadlines.spelled(turn, row.day)),
        turn.t(deadlines.CHECK),
    )
    choices = deadlines.helping(turn, row.kind)
    return say(turn, text, title=turn.t("Reminder"), choices=choices, back="due:list")


# Whether the time for it is past was decided when it was claimed.
_NEWS = {
    "day_before": _News(tell=_remind),
    "before": _News(tell=_remind_soon),
    "missed": _News(tell=_missed, states=("missed",)),
    "offer": _News(tell=_offer, states=("held",)),
    "displaced": _News(tell=_displaced),
    "cancelled_by_office": _News(tell=_cancelled, states=("cancelled",)),
    "moved_by_office": _News(tell=_moved),
    "booked_by_office": _News(tell=_booked),
    "takes_place": _News(tell=_takes_place),
    "interpreter_confirmed": _News(tell=_interpreter),
    "interpreter_not_found": _News(tell=_interpreter),
}
