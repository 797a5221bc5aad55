"""Whole messages that mean one thing whatever the classifier makes of them: which they are is in `nlu.phrases`, here what is said to them.

A phrase that means nothing where the conversation stands is left to the classifier.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from dialogs import (
    after_alarm,
    appointments,
    article,
    course_alerts,
    courses,
    crisis,
    deadline_answers,
    deadlines,
    fallback,
    follow_up,
    human,
    smalltalk,
    welcome,
)
from dialogs.course_state import of_turn as looking
from dialogs.model import Choice, Move, Turn
from dialogs.parts import just, say
from handoff import requests
from nlu import phrases
from scheduler import booking as bookings
from store.types import utcnow

_LIKELY = 0.05
_COSTS = "language/costs-and-travel"


async def answer(turn: Turn) -> Move | None:
    """What there is to say to such a message; None if it is none, or says nothing here."""
    if turn.inbound.kind != "text" or turn.standing.language is None:
        return None
    kind = phrases.kind(turn.inbound.text, {turn.language, turn.standing.language})
    kind = kind or (turn.match.entities.get("whole") if turn.match else None)
    return await _STEPS[kind](turn) if kind else None


def is_learned(turn: Turn) -> bool:
    """Whether understanding takes a message for one of those, in words that nobody has listed."""
    return turn.match is not None and turn.match.decision == "intent" and turn.match.intent in _LEARNED


async def learned(turn: Turn) -> Move | None:
    """What there is to say to such a message; other words are asked for where nothing was said that it could be about."""
    if not is_learned(turn) or turn.match is None:
        return None
    return await _STEPS[turn.match.intent or ""](turn) or await _out_of_the_blue(turn)


async def grumbled(turn: Turn) -> Move | None:
    """Who is angry in words among others, where nothing else was understood; None for anybody else."""
    spoken = {turn.language, turn.standing.language or turn.language}
    return await _sorry(turn) if phrases.holds(turn.inbound.text, spoken, kind="angry") else None


async def _out_of_the_blue(turn: Turn) -> Move:
    """Such a message where nothing was said before: it may name a topic after all."""
    best = max((candidate.score for candidate in turn.match.candidates), default=0.0) if turn.match else 0.0
    return await (fallback.offer if best >= _LIKELY else fallback.rephrase)(turn)


async def again(turn: Turn) -> Move:
    """“Say it again”, “I do not understand”: in other words, where something was read lately."""
    return await follow_up.unclear(turn) or await smalltalk.lost(turn)


async def _dates(turn: Turn) -> Move | None:
    """Dates that are kept or to be kept; who has none but an appointment is reminded of that, or moves it.

    While one is asked about, "remind me" is the answer to that.
    """
    if turn.standing.dialog == deadlines.DIALOG:
        return None
    named = turn.match.entities if turn.match else {}
    if named.get("weekday") and not named.get("deadline") and not named.get("day") and await _has_appointment(turn):
        return await appointments.choose(turn, "move")
    if not deadline_answers.named_day(turn) and not await deadlines.of_person(turn) and await _has_appointment(turn):
        return await appointments.show_all(turn)
    return await deadline_answers.named(turn)


async def _has_appointment(turn: Turn) -> bool:
    return bool(await bookings.of_person(turn.session, person=turn.standing.person, now=utcnow()))


async def _forget_date(turn: Turn) -> Move | None:
    return None if turn.standing.dialog == deadlines.DIALOG else await deadlines.choose(turn, "list")


async def _forget_it(turn: Turn) -> Move | None:
    """“Delete it” below dates that are kept: the only one, or the list of them; elsewhere it may mean all data."""
    if turn.standing.dialog == deadlines.DIALOG:
        return None
    return await deadlines.forget_shown(turn)


async def _sorry(turn: Turn) -> Move | None:
    """Who is angry is not argued with. What was going on stays open; “wrong” may be the answer to a question about a date.

    After an alarm "nobody helps me" is about the danger.
    """
    if turn.standing.dialog == deadlines.DIALOG or await after_alarm.lately(turn):
        return None
    text = turn.t("I am sorry that I could not help you. A person can help you better.")
    person = Choice(id="human", label=turn.t("Talk to a person"))
    return _aside(turn, just(say(turn, text, choices=(person,))))


async def _robot(turn: Turn) -> Move:
    return _aside(turn, welcome.introduce(turn))


async def _waiting(turn: Turn) -> Move | None:
    """When somebody answers, for who has asked for a person."""
    town = turn.town
    asked = town and await requests.open_of(turn.session, municipality=town.id, person=turn.standing.person)
    return await human.ask(turn) if asked else None


async def _withdraw(turn: Turn) -> Move | None:
    """Nobody is needed any more, for who has asked for a person."""
    town = turn.town
    asked = town and await requests.open_of(turn.session, municipality=town.id, person=turn.standing.person)
    return await human.ask(turn, human.CANCEL) if asked else None


async def _got_it(turn: Turn) -> Move | None:
    """Thanks, which leave a question about a date open."""
    return None if deadlines.is_open(turn) else _aside(turn, await smalltalk.thanks(turn))


async def _stop_alert(turn: Turn) -> Move:
    """What Lotse looks for, with the buttons that stop it."""
    return await course_alerts.choose(turn, "list")


async def _no_childcare(turn: Turn) -> Move | None:
    return await courses.adjust(turn, "drop", "childcare") if looking(turn).filters.childcare else None


async def _cheaper(turn: Turn) -> Move | None:
    """Prices are in no catalogue: what courses cost, and who pays nothing."""
    if turn.standing.dialog != courses.DIALOG or _COSTS not in turn.knowledge.articles:
        return None
    return _aside(turn, await article.answer(turn, _COSTS))


async def _not_me(turn: Turn) -> Move:
    """No danger after all, as the button under an alarm says."""
    return await crisis.calm(turn)


def _aside(turn: Turn, move: Move) -> Move:
    """Something said in between: where the conversation stands does not change."""
    return replace(move, dialog=turn.standing.dialog, state=turn.standing.state)


_LEARNED = frozenset({"more", "angry", "robot", "dates", "calm"})
_STEPS: dict[str, Callable[[Turn], Awaitable[Move | None]]] = {
    "more": follow_up.more,
    phrases.DETAILS: follow_up.whole,
    "unclear": follow_up.unclear,
    "dates": _dates,
    "forget_date": _forget_date,
    "forget_it": _forget_it,
    "angry": _sorry,
    "robot": _robot,
    "waiting": _waiting,
    "withdraw": _withdraw,
    "stop_alert": _stop_alert,
    "no_childcare": _no_childcare,
    "cheaper": _cheaper,
    "not_me": _not_me,
    "got_it": _got_it,
    "calm": after_alarm.eased,
}
