"""“Tell me when …” in words: what Lotse looks for, the news of a day in one message, stopping. Who gets which is in `knowledge.courses`.

The news pop up on phones that are shared: they say what there is, never what the person wished for or why.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date

from dialogs import course_state as states
from dialogs import course_wishes as wishes
from dialogs import course_words as words
from dialogs import courses
from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import is_rtl, just, page_of, paragraphs, say
from knowledge.courses import alerts, telling
from knowledge.courses.telling import Item
from locales import formats
from locales.bidi import beside, isolate, isolate_latin
from locales.marks import mark
from store.types import utcnow

MOST = 6
_LABEL = 40
KINDS = {
    "new": mark("New: {course}"),
    "places": mark("Free places: {course}"),
    "dates": mark("New dates: {course}"),
    "cancelled": mark("No longer offered: {course}"),
}
_FIND = mark("Find a course")


async def choose(turn: Turn, action: str = "", value: str = "") -> Move:
    """What a button about alerts asks for (`alert:new`, `alert:list`, `alert:stop:<id>`, `alert:all`, `alert:told:<page>`)."""
    return await _ACTIONS.get(action, _list)(turn, value)


async def _new(turn: Turn, _value: str) -> Move:
    """Look for what the conversation is looking for; without any wish, ask for wishes first."""
    looking = states.of_turn(turn)
    if not wishes.names(looking.filters):
        return await courses.start(turn, "alert")
    kept = await alerts.save(turn.session, person=turn.standing.person, filters=looking.filters, now=utcnow())
    if kept is None:
        text = turn.t("I look for ten things for you already. Please stop one of them first.")
        return _stay(turn, await _shown(turn, text))
    until = formats.long_date(turn.language, kept.until.date())
    text = paragraphs(
        wishes.said(turn.language, kept.filters),
        turn.t("I write to you when a course comes that fits, when a place becomes free, and when something changes."),
        turn.t("At most one message a day, and never at night. I do this until {day}.", day=until),
    )
    choices = (
        Choice(id=f"alert:stop:{kept.id}", label=turn.t("Stop these messages")),
        Choice(id="alert:list", label=turn.t("What I look for")),
    )
    return _stay(turn, say(turn, text, title=turn.t("I keep looking for you"), choices=choices, back=_back(turn)))


def _stay(turn: Turn, reply: Reply) -> Move:
    """A move after which the search stands where it stood."""
    return Move(replies=(reply,), dialog=turn.standing.dialog, state=turn.standing.state)


def _back(turn: Turn) -> str:
    return "coursepage" if turn.standing.dialog == states.DIALOG else "menu:language"


async def _list(turn: Turn, page: str) -> Move:
    return _stay(turn, await _shown(turn, page=states.number(page)))


async def _shown(turn: Turn, note: str = "", *, page: int = 0) -> Reply:
    """What Lotse looks for, each with its button to stop."""
    mine = await alerts.of_person(turn.session, person=turn.standing.person)
    if not mine:
        choices = [Choice(id="find_course", label=turn.t(_FIND))]
        text = paragraphs(note, turn.t("I look for no course for you at the moment."))
        return say(turn, text, choices=choices, back=_back(turn), screen=True)
    said = [beside(wishes.labels(turn.language, one.filters, wishes.names(one.filters)), rtl=is_rtl(turn)) for one in mine]
    stops = [
        Choice(id=f"alert:stop:{one.id}", label=_short(turn.t("Stop: {wishes}", wishes=text))) for one, text in zip(mine, said, strict=True)
    ]
    if len(mine) > 1:
        stops.insert(0, Choice(id="alert:all", label=turn.t("Stop all")))
    lines = "\n".join(f"• {text}" for text in said)
    text = paragraphs(note, turn.t("I write to you when there is news about these courses:"), lines)
    choices = list(page_of(turn, stops, page=page, more="alert:list"))
    return say(turn, text, title=turn.t("What I look for"), choices=choices, back=_back(turn), screen=True)


async def _stop(turn: Turn, alert: str) -> Move:
    """Stop one; one that is stopped already or another person's changes nothing."""
    today = await states.today(turn)
    await alerts.stop(turn.session, person=turn.standing.person, alert=states.number(alert), today=today)
    return _stay(turn, await _shown(turn, turn.t("I have stopped this.")))


async def _all(turn: Turn, _value: str) -> Move:
    await alerts.stop_all(turn.session, person=turn.standing.person)
    return _stay(turn, await _shown(turn, turn.t("I have stopped this.")))


async def _told(turn: Turn, page: str) -> Move:
    """All courses of the newest message."""
    items = await telling.told_last(turn.session, person=turn.standing.person)
    if not items:
        return await _list(turn, "")
    today = await states.today(turn)
    choices = page_of(turn, _details(items), page=states.number(page), more="alert:told")
    shown = {choice.id for choice in choices}
    lines = [_line(turn, item, today) for item in items if f"course:{item.course}" in shown]
    return just(say(turn, "\n\n".join(lines), title=turn.t("News about courses"), choices=choices, back="alert:list", screen=True))


_ACTIONS: dict[str, Callable[[Turn, str], Awaitable[Move]]] = {"new": _new, "stop": _stop, "all": _all, "told": _told}


def bundle(turn: Turn, items: Sequence[Item], *, today: date) -> Reply:
    """The news of a day as one message: the first six courses with their details one press away, the others another, and how to stop."""
    shown = items[:MOST]
    more = len(items) - len(shown)
    choices = [*_details(shown)]
    if more:
        choices.append(Choice(id="alert:told:1", label=turn.t("And {count} more", count=more)))
    choices.append(_stopping(turn, items))
    lines = [_line(turn, item, today) for item in shown]
    reply = say(turn, "\n\n".join(lines), title=turn.t("News about courses"), choices=choices, back="alert:list")
    # Outside of a conversation the engine is not there to do it.
    return replace(reply, text=isolate_latin(reply.text)) if is_rtl(turn) else reply


def _stopping(turn: Turn, items: Sequence[Item]) -> Choice:
    """One press that ends such messages: all alerts, or (if none is the reason) what the person said about going there."""
    if any(not item.goes for item in items):
        return Choice(id="alert:all", label=turn.t("Stop these messages"))
    if len(items) == 1:
        return Choice(id=f"enrol:stop:{items[0].course}", label=turn.t("Stop these messages"))
    return Choice(id="enrol:list", label=turn.t("Courses that I go to"))


def _details(items: Sequence[Item]) -> list[Choice]:
    return [Choice(id=f"course:{item.course}", label=_short(item.record.title)) for item in items]


def _line(turn: Turn, item: Item, today: date) -> str:
    """One course: what is new, and where and when it is."""
    language, course = turn.language, item.record
    first = turn.t(KINDS[item.kind], course=isolate(course.title) if is_rtl(turn) else course.title)
    if item.kind == "cancelled":
        return first
    facts = (words.place(language, course), words.start(language, course, today=today), words.meetings(language, course))
    free = words.free_line(language, course, today=today) if item.kind == "places" else ""
    return "\n".join(filter(None, (first, beside(facts, rtl=is_rtl(turn)), free)))


def _short(text: str) -> str:
    return text if len(text) <= _LABEL else f"{text[: _LABEL - 1].rstrip()}…"
