"""What would be booked or moved, asked once more; booking, moving and giving back the time. The steps before are in `booking`.

Buttons carry the appointment's id, so a second press finds what the first one did and shows the same confirmation again.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Row

from dialogs import appointment_words as words
from dialogs import booking_state as states
from dialogs import booking_steps as steps
from dialogs import slot_pages
from dialogs.booking_state import Wanted
from dialogs.booking_words import MODE_BUTTONS, confirmation, facts, understood_in
from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import paragraphs, say
from locales import formats
from locales.marks import mark
from locales.registry import LANGUAGES
from scheduler import booking, calendar, changes
from scheduler.booking import Interpreter
from scheduler.calendar import Rules
from scheduler.details import group_advisers
from scheduler.errors import LimitError, SchedulingError, SlotGoneError
from scheduler.slots import Slot
from store.scheduling import Adviser
from store.types import utcnow

EXPIRED = mark("I kept this time for ten minutes. They are over.")
NOT_BOOKABLE = mark("This can not be booked any more.")
_INTERPRETERS = ("none", "brings", "organise")


async def summary(turn: Turn, wanted: Wanted) -> Move:
    """What would be booked, with the question for an interpreter if the adviser does not speak the person's language."""
    row = await booking.find(turn.session, appointment=wanted.held, person=turn.standing.person)
    if row is None:
        return await steps.old(turn)
    about = await words.details_of(turn, row)
    question = ""
    if await _needs_interpreter(turn, about):
        question = turn.t("Nobody there speaks this language: {language}. What do you want?", language=_autonym(row.language))
    text = paragraphs("\n".join(facts(turn, about)), turn.t("I keep this time for you for ten minutes."), question)
    modes = [mode for mode in about.service.modes if mode != row.mode]
    choices = (
        *_booking_choices(turn, row, interpreter=bool(question)),
        *(Choice(id=f"bookset:mode:{mode}", label=turn.t(MODE_BUTTONS[mode])) for mode in modes),
        Choice(id=f"bookday:{wanted.day}" if wanted.day else "bookday", label=turn.t("Another time")),
        Choice(id="bookno", label=turn.t("Do not book")),
    )
    back = f"bookday:{wanted.day}" if wanted.day else "bookday"
    return steps.at(say(turn, text, title=turn.t("Shall I book this?"), choices=choices, back=back, screen=True), wanted)


def _autonym(language: str) -> str:
    return LANGUAGES[language].autonym if language in LANGUAGES else language


def _booking_choices(turn: Turn, row: Row[Any], *, interpreter: bool) -> tuple[Choice, ...]:
    if not interpreter:
        return (Choice(id=f"bookyes:{row.id}:none", label=turn.t(steps.BOOK)),)
    return (
        Choice(id=f"bookyes:{row.id}:organise", label=turn.t("Book it, please organise an interpreter")),
        Choice(id=f"bookyes:{row.id}:brings", label=turn.t("Book it, I bring somebody")),
        Choice(id=f"bookyes:{row.id}:none", label=turn.t("Book it, I need no interpreter")),
    )


async def _needs_interpreter(turn: Turn, about: words.Details) -> bool:
    """Whether nobody who holds the appointment speaks the person's language."""
    languages = set(about.service.languages)
    if not languages and about.adviser:
        languages = set(about.adviser.languages)
    elif not languages:
        ids = await group_advisers(turn.session, group=about.row.group_slot_id)
        people = [await turn.session.get(Adviser, adviser) for adviser in ids]
        languages = {language for adviser in people if adviser for language in adviser.languages}
    return not understood_in(languages, about.row.language)


async def book(turn: Turn, appointment: str = "", interpreter: str = "") -> Move:
    """Book the time that is held (`bookyes:<id>:<interpreter>`); pressed again it shows the same confirmation again."""
    return await confirm(turn, appointment or str(states.of_turn(turn).held), interpreter)


async def confirm(turn: Turn, appointment: str, interpreter: str) -> Move:
    """Book a held time, or say why it cannot be: run out, retired, not theirs; what is booked already is shown again."""
    row = await steps.mine(turn, appointment)
    if row is None or row.waiting_id is not None:
        return await steps.old(turn)
    if row.state in changes.AGREED and row.ends_at > utcnow():
        return Move(replies=await confirmation(turn, row))
    rules = await calendar.rules_of(turn.session, service=row.service_id)
    if rules is None:
        return await steps.old(turn, turn.t(NOT_BOOKABLE))
    wanted = states.of_turn(turn) if states.of_turn(turn).service == row.service_id else _wanted_of(row)
    if row.state != "held":
        return await _not_held(turn, rules, wanted, row)
    if interpreter in _INTERPRETERS or not await _needs_interpreter(turn, await words.details_of(turn, row)):
        return await _book(turn, rules, wanted, row, interpreter if interpreter in _INTERPRETERS else "none")
    return await summary(turn, replace(wanted, held=row.id))


async def _not_held(turn: Turn, rules: Rules, wanted: Wanted, row: Row[Any]) -> Move:
    """A hold that was ended: run out, or given up for another time. Anything else is an old button."""
    if row.state == "cancelled" and row.cancelled_by == "system":
        return await steps.gone(turn, rules, wanted, around=row.starts_at, text=turn.t(EXPIRED))
    return await steps.old(turn)


async def _book(turn: Turn, rules: Rules, wanted: Wanted, row: Row[Any], kind: str) -> Move:
    organised = kind == "organise"
    interpreter = Interpreter(
        kind=kind,
        language=row.language if organised else None,
        mode=("in_person" if row.mode in {"in_person", "home"} else "phone") if organised else None,
    )
    try:
        booked = await booking.book(turn.session, appointment=row.id, person=turn.standing.person, now=utcnow(), interpreter=interpreter)
    except SchedulingError:
        return await steps.gone(turn, rules, wanted, around=row.starts_at, text=turn.t(EXPIRED))
    return Move(replies=(*_done(turn, turn.t("Booked. Here is your appointment.")), *await confirmation(turn, booked)))


def _done(turn: Turn, text: str) -> tuple[Reply, ...]:
    """Takes the place of the summary, whose buttons have done their work."""
    return (say(turn, text, screen=True),) if turn.inbound.screen else ()


def _wanted_of(row: Row[Any]) -> Wanted:
    return Wanted(service=row.service_id, mode=row.mode, topic=row.topic or "")


async def drop(turn: Turn) -> Move:
    """Give the held time back without booking anything."""
    row = await steps.mine(turn, str(states.of_turn(turn).held))
    if row is not None and row.state == "held" and row.waiting_id is None:
        await booking.end_hold(turn.session, appointment=row.id, revision=row.revision, now=utcnow(), reason="released")
    if row is None and await booking.of_person(turn.session, person=turn.standing.person, now=utcnow()):
        mine = Choice(id="appt", label=turn.t("My appointments"))  # what is booked stays booked, and can be cancelled there
        return Move(replies=(say(turn, turn.t("This button is old. Please choose again."), choices=(mine,)),))
    text = turn.t("All right. I have booked nothing.")
    choices = (Choice(id="book", label=turn.t("Make an appointment")),)
    return Move(replies=(say(turn, text, choices=choices, screen=True),))


async def ask_move(turn: Turn, rules: Rules, wanted: Wanted, slot: Slot) -> Move:
    """Ask whether an appointment shall be moved to this time; nothing is held meanwhile."""
    row = await steps.mine(turn, str(wanted.move))
    if row is None or row.state not in changes.AGREED:
        return _unmovable(turn)
    adviser = rules.advisers.get(slot.adviser)
    text = "\n".join(
        (
            turn.t("Now: {when}", when=formats.moment(turn.language, row.starts_at, rules.zone)),
            turn.t("New: {when}", when=formats.moment(turn.language, slot.starts, rules.zone)),
            *((turn.t("With: {adviser}", adviser=adviser.name),) if adviser else ()),
        )
    )
    chosen = slot_pages.time_id(slot).partition(":")[2]
    choices = (
        Choice(id=f"bookmove:{row.id}:{chosen}", label=turn.t("Yes, move it")),
        Choice(id="bookday", label=turn.t("Another time")),
        Choice(id=f"appt:show:{row.id}", label=turn.t("No, keep the appointment")),
    )
    wanted = replace(wanted, to=chosen)
    return steps.at(say(turn, text, title=turn.t("Shall I move your appointment?"), choices=choices, back="bookday", screen=True), wanted)


def _unmovable(turn: Turn) -> Move:
    choices = (Choice(id="appt", label=turn.t("My appointments")), Choice(id="book", label=turn.t("Make an appointment")))
    return Move(replies=(say(turn, turn.t("This appointment cannot be moved any more."), choices=choices, screen=True),))


async def move(turn: Turn, row: Row[Any]) -> Move:
    """Look for another time for an agreed appointment of the person: the same pages, at the end the question whether to move."""
    wanted = Wanted(service=row.service_id, mode=row.mode, move=row.id)
    rules = await steps.rules_of(turn, wanted)
    if rules is None:
        return _unmovable(turn)
    wanted = _moved_to(turn, wanted, row.starts_at.astimezone(rules.zone).date())
    when = formats.moment(turn.language, row.starts_at, rules.zone)
    return await steps.show(turn, rules, wanted, note=turn.t("Your appointment is now: {when}. Choose another time.", when=when))


def _moved_to(turn: Turn, wanted: Wanted, now_on: date) -> Wanted:
    """With what "move it to Thursday morning" says; the day of the appointment itself is none to move it to."""
    told = states.heard(wanted, states.entities(turn))
    same = told.date == now_on or told.weekday == str(now_on.weekday())
    return replace(told, day="", weekday="", part="", after="", before="", clock="") if same else told


async def move_to(turn: Turn, appointment: str = "", chosen: str = "") -> Move:
    """Move an appointment (`bookmove:<id>:<time>`); pressed again it shows the same confirmation again."""
    row = await steps.mine(turn, appointment)
    rules = await calendar.rules_of(turn.session, service=row.service_id) if row else None
    slot = await steps.slot_of(turn, rules, chosen) if rules else None
    if row is None or rules is None or slot is None:
        return _unmovable(turn)
    title = turn.t("Your appointment is moved.")
    if row.state in changes.AGREED and (row.starts_at, row.adviser_id or 0, row.group_slot_id or 0) == (
        slot.starts,
        slot.adviser,
        slot.group,
    ):
        return Move(replies=await confirmation(turn, row, title=title))
    wanted = replace(_wanted_of(row), move=row.id)
    try:
        moved = await changes.move(turn.session, rules, appointment=row.id, person=turn.standing.person, slot=slot, now=utcnow())
    except SlotGoneError:
        return await steps.gone(turn, rules, wanted, around=slot.starts, text=turn.t(steps.GONE))
    except LimitError:
        return await steps.limit(turn, rules, wanted, slot)
    except SchedulingError:
        return _unmovable(turn)
    return Move(replies=(*_done(turn, title), *await confirmation(turn, moved, title=title)))
