"""Finding a course: how it begins, what somebody types, every button. Questions, results and details are in the modules `course_…` beside.

An id in a button is only a question: courses are looked up again, and an old or forged button leads to a screen that makes sense.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dialogs import article, course_details, course_questions, course_results, placement
from dialogs import course_hearing as hearing
from dialogs import course_state as states
from dialogs.booking_words import PARTS
from dialogs.course_state import DIALOG, Looking
from dialogs.model import Choice, Move, Turn
from dialogs.parts import rows_of, say
from knowledge.courses import filters as wishes
from knowledge.courses.filters import Filters
from knowledge.courses.record import LEVELS
from knowledge.geo import Spot
from locales.marks import mark
from nlu.model import Match

__all__ = ["DIALOG", "again", "asks", "go_on", "hear", "overhear", "start"]

UNKNOWN_PLACE = mark("I do not know this place. I know towns and postcodes in Rhineland-Palatinate. Please write a larger town near you.")
# What the action of an article names, and the wish that it is.
_TYPES: Mapping[str, Filters] = {
    "literacy": Filters(literacy=True),
    "women": Filters(women=True),
    "youth": Filters(young=True),
    "job": Filters(work=True),
    "integration": Filters(kind="integration"),
    "state": Filters(kind="state"),
    "orientation": Filters(kind="orientation"),
}
_FALLBACK = "language/which-course"
_MOST_PLACES = 5


async def start(turn: Turn, what: str = "") -> Move:
    """Look for a course from the beginning, with what the message names (`find_course`, `find_course:type=<type>`, `find_course:alert`)."""
    if not await states.has_courses(turn):
        return await article.answer(turn, _FALLBACK)
    filters = _TYPES.get(what.removeprefix("type="), Filters())
    return await _begin(turn, Looking(filters=filters, alert=what == "alert"))


async def _begin(turn: Turn, looking: Looking) -> Move:
    """With what the message says, and near the person's own town unless it says something else about where.

    Who says what they want to learn, and where or when, is asked nothing more.
    """
    places, found = states.spots(turn), states.entities(turn)
    filters = states.heard(looking.filters, found, places[:1] if len(places) == 1 else [])
    if hearing.tells(turn) and any(name in found for name in states.WHAT):
        looking = replace(looking, asked=tuple(course_questions.QUESTIONS))
    if len(places) > 1:
        return _which(turn, looking.wanting(filters), places)
    return await _on(turn, looking.wanting(_near_home(turn, filters)), note=_unknown_postcode(turn, places))


def _near_home(turn: Turn, filters: Filters) -> Filters:
    spot = None if wishes.has_place(filters) or filters.online else states.home(turn)
    return wishes.at(filters, spot) if spot else filters


def _unknown_postcode(turn: Turn, places: list[Spot]) -> str:
    return turn.t(UNKNOWN_PLACE) if "postcode" in states.entities(turn) and not places else ""


async def _on(turn: Turn, looking: Looking, *, note: str = "") -> Move:
    """The next question, or the courses; to who wants to be told, what Lotse looks for from now on."""
    asked = await course_questions.ask(turn, looking, note=note)
    if asked is None and looking.alert and wishes.names(looking.filters):
        return await _tell(turn, looking)
    return asked or await course_results.show(turn, looking, note=note)


async def _tell(turn: Turn, looking: Looking) -> Move:
    from dialogs import course_alerts  # noqa: PLC0415 - it comes here to ask for the wishes

    state = replace(looking, alert=False, open="").state
    return await course_alerts.choose(replace(turn, standing=replace(turn.standing, dialog=DIALOG, state=state)), "new")


def _which(turn: Turn, looking: Looking, places: list[Spot]) -> Move:
    """Several places have this name, or several were named: ask which one is meant."""
    shown = places[:_MOST_PLACES]
    names = [spot.name for spot in shown]
    labels = [spot.name if names.count(spot.name) == 1 else f"{spot.name} ({_district(turn, spot)})" for spot in shown]
    choices = (
        *(Choice(id=f"courseset:place:{number}", label=label) for number, label in enumerate(labels)),
        Choice(id="courseset:place:any", label=turn.t("That does not matter")),
    )
    kept = tuple({"name": spot.name, "slug": spot.slug, "lat": spot.lat, "lon": spot.lon} for spot in shown)
    reply = say(turn, turn.t("Which one do you mean?"), title=turn.t("Find a course"), choices=choices, back="menu:language", screen=True)
    return replace(looking, open="place", spots=kept).at(reply)


def _district(turn: Turn, spot: Spot) -> str:
    place = turn.knowledge.places.get(spot.slug)
    return place.name if place else spot.slug


def _current(turn: Turn) -> Looking:
    """Where the conversation stands; a button of a search that is over begins a new one near the person's town."""
    looking = states.of_turn(turn)
    return looking if turn.standing.dialog == DIALOG else looking.wanting(_near_home(turn, looking.filters))


async def page(turn: Turn, where: str = "") -> Move:
    """Turn to another page of courses (`coursepage:<offset>`), or show older entries too (`coursepage:older`)."""
    if turn.standing.dialog != DIALOG:
        return await start(turn)
    looking = _quiet(states.of_turn(turn))
    if where == "older":
        return await course_results.show(turn, looking.wanting(replace(looking.filters, older=True)))
    return await course_results.show(turn, replace(looking, offset=states.number(where) if where else looking.offset))


def _quiet(looking: Looking) -> Looking:
    """Courses were shown: nothing is asked any more."""
    return looking if looking.open else replace(looking, asked=tuple(course_questions.QUESTIONS))


async def adjust(turn: Turn, slot: str = "", value: str = "") -> Move:
    """An answer (`courseset:<question>:<answer>`), a wish taken away (`…:drop:<wish>`), something else instead (`…:only:<kind>`)."""
    looking = _quiet(_current(turn)) if turn.standing.dialog == DIALOG else _current(turn)
    if slot == "levels":
        asked = await course_questions.ask(turn, looking, page=states.number(value))
        return asked or await course_results.show(turn, looking)
    changed = _adjusted(looking, slot, value)
    if changed is None:
        return await _on(turn, looking, note=turn.t("This button is old. Please choose again."))
    return await _on(turn, changed)


def _adjusted(looking: Looking, slot: str, value: str) -> Looking | None:
    """What a button changes; None if it is none of this search."""
    filters = looking.filters
    if slot == "drop" and value in wishes.names(filters):
        return looking.wanting(wishes.without(filters, value)).having(_QUESTION_OF.get(value, value))
    if slot == "only" and value in course_results.ELSEWHERE:
        return replace(looking, asked=tuple(course_questions.QUESTIONS)).wanting(course_results.other_kind(filters, value))
    if slot in course_questions.QUESTIONS:
        answered = filters if value == "any" else _answered(looking, slot, value)
        return looking.wanting(answered).having(slot) if answered else None
    return None


_QUESTION_OF = {"literacy": "level", "weekdays": "part"}


def _answered(looking: Looking, question: str, answer: str) -> Filters | None:
    """The wishes with the answer to a question; None if it is no answer to it."""
    filters = looking.filters
    if question == "level" and answer in {*LEVELS, "literacy"}:
        letters = answer == "literacy"
        return replace(filters, literacy=letters, level="" if letters else answer)
    if question == "part" and answer in PARTS:
        return replace(filters, part=answer)
    if question == "childcare" and answer == "yes":
        return replace(filters, childcare=True)
    if question == "place" and answer.isdigit() and states.number(answer) < len(looking.spots):
        return wishes.at(filters, Spot(**looking.spots[states.number(answer)]))
    return None


async def one(turn: Turn, number: str = "", action: str = "") -> Move:
    """Everything about a course (`course:<id>`), its calendar file (`…:file`), its link (`…:share`)."""
    looking = _quiet(states.of_turn(turn))
    move = await course_details.show(turn, replace(looking, open=""), states.number(number), action)
    return move or await _on(turn, _current(turn), note=turn.t("This button is old. Please choose again."))


async def go_on(turn: Turn, state: Mapping[str, Any]) -> Move:
    """The course of a link, once the language is known."""
    return await one(replace(turn, inbound=replace(turn.inbound, screen=None)), str(state.get("course", "")))


async def help_level(turn: Turn, answer: str = "") -> Move:
    """Five sentences to tick (`placement`, `placement:<number>`, `placement:done`), or back to the question (`placement:back`)."""
    looking = _current(turn)
    if answer == "back":
        return await _on(turn, replace(looking, ticks=()))
    if answer != "done":
        return placement.show(turn, placement.ticked(looking, answer))
    filters = placement.wished(looking.filters, looking.ticks)
    found = replace(looking, ticks=()).wanting(filters).having("level")
    return await _on(turn, replace(found, open=""), note=placement.result(turn, filters))


async def hear(turn: Turn) -> Move | None:
    """What somebody types while they look for a course: an answer, or other wishes; None if it is about something else."""
    looking, match = states.of_turn(turn), turn.match
    if match is None or await hearing.is_other(turn, looking, match):
        return None
    places, found = states.spots(turn), states.entities(turn)
    if not found and not places:
        return await _without_wish(turn, looking, match)
    looking = replace(_quiet(looking), alert=looking.alert or match.intent == "course_alert")
    filters = states.heard(looking.filters, found, places[:1] if len(places) == 1 else [])
    if len(places) > 1:
        return _which(turn, looking.wanting(filters), places)
    return await _on(turn, looking.wanting(filters), note=_unknown_postcode(turn, places))


async def _without_wish(turn: Turn, looking: Looking, match: Match) -> Move | None:
    """An answer that names nothing: “I do not know”, “does not matter”, a place that nobody knows."""
    answer = hearing.answer_of(looking, match)
    if answer == hearing.UNSURE:
        return await help_level(turn)
    if answer:
        return await adjust(turn, looking.open, answer)
    return await _on(turn, looking, note=turn.t(UNKNOWN_PLACE)) if hearing.is_unknown_place(looking, match) else None


async def more(turn: Turn) -> Move | None:
    """What is known of the courses on the screen, for who asks what they cost or when they begin; None while a question is open."""
    if asks(turn):
        return None
    lead = turn.t("I cannot answer each question by itself. This is what I know about it:")
    return await _on(turn, _quiet(states.of_turn(turn)), note=lead)


def asks(turn: Turn) -> bool:
    """Whether a question about courses waits for an answer."""
    return turn.standing.dialog == DIALOG and bool(states.of_turn(turn).open)


async def again(turn: Turn) -> Move:
    """The question that was interrupted; where courses are shown nothing is said again, and what is typed still changes the wishes."""
    looking = states.of_turn(turn)
    waiting = Move(dialog=DIALOG, state=looking.state)
    if looking.open == placement.OPEN:
        return placement.show(turn, looking)
    if looking.spots:
        return _which(turn, looking, [Spot(**spot) for spot in looking.spots])
    return (await course_questions.ask(turn, looking) if looking.open else None) or waiting


async def overhear(turn: Turn) -> Move | None:
    """Courses for a message that is taken for a question about learning German but says where, when, or (if it is unclear) a level.

    None if it does not. What it was taken for stays one press away.
    """
    told = hearing.tells(turn)
    top = hearing.overheard(turn.match, told=told, level="level" in states.entities(turn)) if turn.match else None
    if top is None or not await states.has_courses(turn):
        return None
    move = await _begin(turn, Looking(asked=tuple(course_questions.QUESTIONS) if told else ()))
    *before, reply = move.replies
    rows = (*reply.rows[:-1], *rows_of(article.links(turn, (top,))), reply.rows[-1])
    return replace(move, replies=(*before, replace(reply, rows=rows)))
