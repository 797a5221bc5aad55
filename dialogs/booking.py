"""Booking an appointment: choices and words on the way to a time. Summary and booking are in `booking_summary`, screens in `slot_pages`.

An id in a button is only a question: services, times and appointments are looked up again for the person and town of the turn.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time

from dialogs import booking_state as states
from dialogs import booking_steps as steps
from dialogs import booking_summary as summaries
from dialogs import offices, slot_pages, smalltalk, typed
from dialogs.booking_state import DIALOG, PARTS, Wanted
from dialogs.booking_words import confirmation
from dialogs.model import Move, Reply, Turn
from dialogs.parts import paragraphs
from handoff import requests
from nlu.model import Match
from scheduler import booking, calendar
from scheduler.booking import Booking
from scheduler.calendar import Rules
from scheduler.details import set_mode
from scheduler.errors import LimitError, SlotGoneError
from scheduler.slots import Slot
from store.types import today_here, utcnow

__all__ = ["DIALOG", "book", "confirmation", "drop", "go_on", "move", "move_to", "nearest", "start"]

nearest = slot_pages.nearest
go_on, book, drop, move, move_to = steps.go_on, summaries.book, summaries.drop, summaries.move, summaries.move_to
_SHORT_TEXT, _LONG_TEXT = 4, 7  # words: "Thursday afternoon", "only with a woman please", and what may be a question with a time in it
_SEVERAL = 2
# What the classifier makes of a bare “Thursday” or “tomorrow afternoon”; anything else in a longer message is meant.
_HARMLESS = {"book_appointment", "yes", "no", "greeting", "goodbye", "thanks", "repeat"}
# What it makes of a longer one that names a time ("I only have time after six").
_TIMED = _HARMLESS | {"my_appointments", "move_appointment", "dates"}
# Nothing in a few words that leads away from the times on the screen.
_HERE = {"book_appointment", "my_appointments", "move_appointment"}


async def start(turn: Turn, service: str = "", detail: str = "") -> Move:
    """The services of the town (`book`, `book:page:<n>`), or the free times of one (`book:<id>:<topic>`, `book:service=<slug>`).

    What a message says about time, people and topic is taken over; only what is missing is asked.
    """
    if service == "page":
        return await steps.begin(turn, _without_service(turn), page=steps.number_of(detail))
    before = states.of_turn(turn)
    wanted = Wanted() if before.service or before.move or not service else before
    topic = detail if detail in turn.knowledge.articles else wanted.topic
    wanted = states.heard(replace(wanted, topic=topic), states.entities(turn))
    move = await _at_the_hour(turn, await steps.begin(turn, wanted, service=service, topics=states.topics_of(turn)))
    elsewhere = _elsewhere(turn)
    return replace(move, replies=(elsewhere, *move.replies)) if elsewhere else move


async def _at_the_hour(turn: Turn, move: Move) -> Move:
    """The move, or the time itself that was wished for, once service and day are known."""
    wanted = states.of_state(move.state) if move.dialog == DIALOG else Wanted()
    rules = await steps.rules_of(turn, wanted)
    if rules is None or not wanted.clock or not (wanted.day or wanted.weekday):
        return move
    return await _typed_time(turn, rules, replace(wanted, clock=""), wanted.clock)


def _elsewhere(turn: Turn) -> Reply | None:
    """Where another office is that a wish for an appointment names: it cannot be booked here."""
    office = offices.named(turn) if turn.inbound.kind == "text" and turn.town else ""
    if not office or turn.town is None:
        return None
    only = turn.t("Here you can make appointments with the advisers of {town} only, not at other offices.", town=turn.town.name)
    return Reply(text=paragraphs(only, office), language=turn.language)


def _without_service(turn: Turn) -> Wanted:
    return replace(states.of_turn(turn), service=0, move=0, held=0)


async def choose_day(turn: Turn, chosen: str = "", page: str = "") -> Move:
    """The times of a day (`bookday:<YYYY-MM-DD>`), or all days that have some (`bookday`, `bookday:page:<n>`)."""
    wanted = replace(states.of_turn(turn), day="", weekday="", week="")
    rules = await steps.rules_of(turn, wanted)
    if rules is None:
        return await steps.old(turn)
    if chosen == "page":
        free = await slot_pages.look(turn, rules, wanted)
        return steps.at(await slot_pages.days_page(turn, free, page=steps.number_of(page)), wanted)
    day = states.day_of(chosen)
    return await _at_the_hour(turn, await steps.show(turn, rules, replace(wanted, day=day.isoformat() if day else "")))


async def choose_time(turn: Turn, chosen: str = "", page: str = "") -> Move:
    """Keep a time for the person and show what would be booked; `booktime:page:<n>` turns the page of times."""
    wanted = states.of_turn(turn)
    rules = await steps.rules_of(turn, wanted)
    if rules is None:
        return await steps.old(turn)
    if chosen == "page":
        free = await slot_pages.look(turn, rules, wanted)
        day = wanted.date or (free.day(free.fitting[0]) if free.fitting else today_here())
        return steps.at(await slot_pages.times_page(turn, free, day, page=steps.number_of(page)), wanted)
    slot = await steps.slot_of(turn, rules, chosen)
    return await _choose(turn, rules, wanted, slot) if slot else await steps.old(turn)


async def _choose(turn: Turn, rules: Rules, wanted: Wanted, slot: Slot) -> Move:
    if wanted.move:
        return await summaries.ask_move(turn, rules, wanted, slot)
    modes = rules.service.modes
    wish = Booking(
        person=turn.standing.person,
        mode=wanted.mode if wanted.mode in modes else modes[0],
        language=wanted.speaks or turn.language,
        topic=wanted.topic or None,
    )
    try:
        held = await _hold(turn, rules, wanted, slot, wish)
    except SlotGoneError:
        return await steps.gone(turn, rules, wanted, around=slot.starts, text=turn.t(steps.GONE))
    except LimitError:
        return await steps.limit(turn, rules, wanted, slot)
    day = slot.starts.astimezone(rules.zone).date().isoformat()
    return await summaries.summary(turn, replace(wanted, held=held, day=day, weekday=""))


async def _hold(turn: Turn, rules: Rules, wanted: Wanted, slot: Slot, wish: Booking) -> int:
    """Hold the time; if it is gone, with somebody else who has the same one. Raises SlotGoneError or LimitError."""
    try:
        return await booking.hold(turn.session, rules, slot=slot, booking=wish, now=utcnow())
    except SlotGoneError:
        free = await slot_pages.look(turn, rules, wanted)
        other = next((found for found in free.fitting if found.starts == slot.starts), None)
        if other is None:
            raise
        return await booking.hold(turn.session, rules, slot=other, booking=wish, now=utcnow())


async def adjust(turn: Turn, name: str = "", value: str = "") -> Move:
    """Change one wish (`bookset:<name>:<value>`): part of the day, woman, language, way to meet."""
    wanted = states.of_turn(turn)
    rules = await steps.rules_of(turn, wanted)
    changed = _adjusted(rules, wanted, name, value) if rules else None
    if rules is None or changed is None:
        return await steps.old(turn)
    if wanted.held and name == "mode":
        kept = await set_mode(turn.session, appointment=wanted.held, person=turn.standing.person, mode=value, now=utcnow())
        return await summaries.summary(turn, changed) if kept else await summaries.confirm(turn, str(wanted.held), "")
    return await steps.show(turn, rules, changed)


def _adjusted(rules: Rules, wanted: Wanted, name: str, value: str) -> Wanted | None:
    if name == "part" and value in {*PARTS, "any"}:
        return replace(wanted, part="" if value == "any" else value, after="", before="", clock="")
    if name == "woman" and value in {"yes", "no"}:
        return replace(wanted, woman=value == "yes")
    if name == "language" and value in {"any", "mine"}:
        return replace(wanted, every=value == "any")
    if name == "mode" and value in rules.service.modes:
        return replace(wanted, mode=value)
    return None


async def asked_for(turn: Turn) -> bool:
    """Whether a message asks for an appointment; of who has one, understanding says whether another one is meant."""
    match = turn.match
    taken = match is not None and match.decision == "intent" and match.intent in {"my_appointments", "move_appointment"}
    wished = match.entities.get("appointment") if match else None
    if taken and wished == "book":
        return not await _has_agreed(turn)
    if match and wished == "elsewhere":
        return match.decision in {"rephrase", "offer"} and bool(offices.named(turn))
    return states.asks_for_one(turn)


async def hear(turn: Turn) -> Move | None:
    """What somebody typed while a booking is open: a day, a time, yes or no, a topic; None if it is something else."""
    wanted, match, found = states.of_turn(turn), turn.match, states.entities(turn)
    hour = match.entities.get("hour", "") if match and not states.time_named(found) else ""
    return await _chosen_by_hour(turn, wanted, hour) or (await _heard(turn, wanted, match, found) if match else None)


async def _heard(turn: Turn, wanted: Wanted, match: Match, found: Mapping[str, str]) -> Move | None:
    if _is_other(turn, match, found):
        return None
    if not found and (decided := await _decided(turn, wanted, match)):
        return decided
    anew = bool(match.entities.get("appointment")) or not found
    if match.intent == "book_appointment" and _is_long(turn) and anew and not wanted.move:
        return await _begin_again(turn, wanted)
    if not wanted.service:
        return await _hear_topic(turn, wanted)
    if found:
        return await _hear_time(turn, states.heard(wanted, found), found.get("time", ""))
    return await resume(turn) if await _stays(turn, match) else None


async def _decided(turn: Turn, wanted: Wanted, match: Match) -> Move | None:
    """Yes or no to the time that is held, or “cancel it” before anything is booked."""
    agreed = match.intent == "yes" or (match.intent == "book_appointment" and not _is_long(turn)) or typed.is_said(turn, steps.BOOK)
    if agreed and wanted.held:
        return await summaries.confirm(turn, str(wanted.held), "")
    if agreed and wanted.move and wanted.to:
        return await summaries.move_to(turn, str(wanted.move), wanted.to)
    if agreed and wanted.service and (only := await _only_one(turn, wanted)):
        return only
    refused = match.intent == "no" and wanted.held
    dropped = match.decision == "intent" and match.intent == "cancel_appointment" and not await _has_agreed(turn)
    return await summaries.drop(turn) if refused or dropped else None


async def _stays(turn: Turn, match: Match) -> bool:
    """Whether a few words without a wish lead nowhere else: a name, or "no, another appointment"."""
    here = match.decision == "intent" and match.intent in _HERE and not await _has_agreed(turn)
    return here or smalltalk.is_noise(turn)


async def _has_agreed(turn: Turn) -> bool:
    """Whether the person has an appointment that “cancel it” could mean."""
    return bool(await booking.of_person(turn.session, person=turn.standing.person, now=utcnow()))


def _is_long(turn: Turn) -> bool:
    return len(turn.inbound.text.split()) >= _SHORT_TEXT


def _is_other(turn: Turn, match: Match, found: Mapping[str, str]) -> bool:
    """Whether a whole sentence wants something else: another intent, or an answer about a topic without a wish for a time."""
    if not _is_long(turn):
        return False
    least = _SEVERAL if len(turn.inbound.text.split()) >= _LONG_TEXT else 1
    intent = match.decision == "intent" and match.intent not in (_TIMED if found else _HARMLESS)
    return intent or (match.decision == "answer" and len(found) < least)


async def _begin_again(turn: Turn, before: Wanted) -> Move:
    """A whole new wish for an appointment: what it does not say of the topic stays."""
    offered = await calendar.services(turn.session, municipality=turn.town.id) if turn.town else []
    topics = states.topics_of(turn)
    service = "" if states.service_for(offered, topics) or not before.service else str(before.service)
    return await steps.begin(turn, states.heard(Wanted(), states.entities(turn)), service=service, topics=topics)


async def _hear_topic(turn: Turn, wanted: Wanted) -> Move | None:
    """A topic in a few words, or a time, where the services are listed."""
    found, topics = states.entities(turn), states.topics_of(turn)
    offered = await calendar.services(turn.session, municipality=turn.town.id) if turn.town else []
    called = states.service_named(offered, turn.inbound.text, turn.language)
    named = not _is_long(turn) and (called or states.service_for(offered, topics)) is not None
    return await steps.begin(turn, states.heard(wanted, found), topics=topics) if found or named else None


async def _hear_time(turn: Turn, wanted: Wanted, clock: str) -> Move | None:
    rules = await steps.rules_of(turn, wanted)
    if rules is None:
        return None
    return await _typed_time(turn, rules, wanted, clock) if clock else await steps.show(turn, rules, wanted)


async def _typed_time(turn: Turn, rules: Rules, wanted: Wanted, clock: str) -> Move:
    """A time of the day: that time of the day that is open, or the nearest; without a day it narrows the part of the day."""
    open_ = replace(wanted, part="", after="", before="", clock="")
    free = await slot_pages.look(turn, rules, open_)
    day = wanted.date or (free.day(free.fitting[0]) if wanted.weekday and free.fitting else None)
    if day is None and (shown := await _on_screen(turn, rules, clock)):
        return await _choose(turn, rules, open_, shown)
    hour, _, minute = clock.partition(":")
    if day is None or not (hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60):  # noqa: PLR2004 - a clock
        return await steps.show(turn, rules, wanted)
    moment = datetime.combine(day, time(int(hour), int(minute)), rules.zone)
    exact = next((slot for slot in free.fitting if slot.starts == moment), None) or await _on_screen(turn, rules, clock)
    if exact:
        return await _choose(turn, rules, open_, exact)
    return await steps.gone(turn, rules, open_, around=moment, text=turn.t("This time is not free: {time}.", time=clock))


async def _on_screen(turn: Turn, rules: Rules, clock: str = "") -> Slot | None:
    """The only time that was shown last, or of several the only one at this hour, on whatever day."""
    shown = await requests.last_shown(turn.session, turn.services.keyring, person=turn.standing.person)
    times = [await steps.slot_of(turn, rules, button.removeprefix("booktime:")) for button in shown if button.startswith("booktime:")]
    fitting = [slot for slot in times if slot and clock in {"", f"{slot.starts.astimezone(rules.zone):%H:%M}"}]
    return fitting[0] if len(fitting) == 1 else None


async def _chosen_by_hour(turn: Turn, wanted: Wanted, hour: str) -> Move | None:
    """A number that is no hour for sure is one if exactly that time is on the screen, or open on the day that is asked about."""
    rules = await steps.rules_of(turn, wanted) if hour and wanted.service else None
    if rules is None:
        return None
    slot = await _on_screen(turn, rules, hour)
    if slot is None and wanted.date:
        open_ = replace(wanted, part="", after="", before="", clock="")
        moment = datetime.combine(wanted.date, time.fromisoformat(hour), rules.zone)
        slot = next((each for each in (await slot_pages.look(turn, rules, open_)).fitting if each.starts == moment), None)
    return await _choose(turn, rules, wanted, slot) if slot else None


async def _only_one(turn: Turn, wanted: Wanted) -> Move | None:
    """A yes where only one time is on the screen means that one."""
    rules = await steps.rules_of(turn, wanted)
    slot = await _on_screen(turn, rules) if rules else None
    return await _choose(turn, rules, wanted, slot) if rules and slot else None


async def rules_of(turn: Turn) -> Rules | None:
    """The rules of the service that is being booked; None if none is chosen yet."""
    return await steps.rules_of(turn, states.of_turn(turn))


async def resume(turn: Turn) -> Move:
    """The open booking's page again, after a question in between was answered."""
    wanted = states.of_turn(turn)
    rules = await steps.rules_of(turn, wanted)
    if rules is None:
        return await steps.begin(turn, replace(wanted, service=0, held=0, move=0))
    row = await steps.mine(turn, str(wanted.held))
    if row is not None and row.state == "held" and row.held_until > utcnow():
        return await summaries.summary(turn, wanted)
    return await steps.show(turn, rules, replace(wanted, held=0))


async def another_time(turn: Turn) -> Move | None:
    """A time instead of another, of who has no appointment yet that could be moved: a wish for one; None for anything else."""
    found = states.entities(turn)
    if turn.town is None or not states.time_named(found) or await _has_agreed(turn):
        return None
    wanted = states.heard(states.of_turn(turn), found)
    if wanted.service:
        return await _hear_time(turn, wanted, found.get("time", ""))
    return await steps.begin(turn, wanted, topics=states.topics_of(turn))


async def overhear(turn: Turn) -> Move | None:
    """A message that is taken for a question about a topic but names a time and more, as who wants to come does; None if not so."""
    found = states.entities(turn)
    if turn.town is None or len(found.keys() - states.HOURS) < _SEVERAL or not any(name in found for name in states.TIMES):
        return None
    offered = await calendar.services(turn.session, municipality=turn.town.id)
    topics = states.topics_of(turn)
    if states.service_for(offered, topics) is None:
        return None
    return await steps.begin(turn, states.heard(Wanted(), found), topics=topics)
