"""Dates that people want to be reminded of: the end of a permit, a course, a time limit, or another.

When reminders go out is planned in `scheduler.reminders`. Lotse knows these dates from the
person alone: each is repeated back with its weekday and confirmed before it is kept.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from dialogs import appointment_words as words
from dialogs import article, booking, course_state, fallback, smalltalk
from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import just, page_of, paragraphs, say
from locales import formats
from locales.marks import mark
from nlu import phrases
from nlu.model import Match
from scheduler import calendar, lead_times, reminders
from store.scheduling import Deadline
from store.types import utcnow

DIALOG = "deadline"
MOST_YEARS = 10
_DAYS_OF_A_WEEK, _DAYS_OF_A_YEAR = 7, 366
# A message that says hardly more than a date; one that puts a date right; one in which a bare number is a day of the month, if it is
# taken for an objection, or says nothing else.
_BARE, _BRIEF, _SHORT, _HARDLY = 4, 10, 5, 2  # words
_NUMBERS = re.compile(r"(?<!\w)\d{1,2}(?!\d)")  # not of a level
_WITH_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What is said about one kind of date where it may be named, and the article that helps."""

    asks: str
    keeps: str
    entry: str


_NEUTRAL_QUESTION = mark("You mean this day: {day}. Is that right?")
NEUTRAL = mark("Your date: {day}.")
KINDS = {
    "permit_end": Kind(
        asks=mark("Your residence permit ends on this day: {day}. Is that right?"),
        keeps=mark("Your residence permit ends: {day}."),
        entry="residence/extension",
    ),
    "course_end": Kind(
        asks=mark("Your course ends on this day: {day}. Is that right?"),
        keeps=mark("Your course ends: {day}."),
        entry="language/which-course",
    ),
    "letter_end": Kind(
        asks=mark("The time limit in your letter ends on this day: {day}. Is that right?"),
        keeps=mark("The time limit in your letter ends: {day}."),
        entry="advice/legal-advice",
    ),
    "date": Kind(asks=_NEUTRAL_QUESTION, keeps=NEUTRAL, entry=""),
}
# What a date is in a message that is surely about one of these, in whatever words.
_MEANT = {"arrival/asylum-decision": "letter_end", "advice/forms": "letter_end", "residence/extension": "permit_end"}
_DAYS_PAST = 60
# Dialogs in which a date is a wish, and intents that are about a time to come.
_BUSY = frozenset({booking.DIALOG, course_state.DIALOG})
_APPOINTMENTS = frozenset({"book_appointment", "my_appointments"})
_OBJECTIONS = frozenset({"no", "dates", "move_appointment", "cancel_appointment"})
# In the conversation's state: the date that was kept just now, and the one that another takes the place of.
_KEPT, _INSTEAD = "kept", "instead"
# Topics in which papers are a permit.
_PAPERS = ("residence/", "arrival/")
# What is to be read first: somebody may believe that a date alone helps them.
_SERIOUS = frozenset({"permit_end", "letter_end"})
CHECK = mark("Please check the date in your letter or on your card.")


async def choose(turn: Turn, action: str = "", deadline: str = "") -> Move:
    """What a button about such dates asks for (`due:yes`, `due:no`, `due:list`, `due:del:<id>`)."""
    if action == "yes":
        return await _keep(turn)
    if action == "no" and _instead(turn):
        return await _list(turn)  # what was to be put right is kept still
    if action == "no":
        text = turn.t("All right. I have not kept the date. You can write me another one at any time.")
        return await _finished(turn, say(turn, text, screen=True))
    if action == "del":
        return await _delete(turn, deadline)
    return await _list(turn, page=int(deadline) if deadline.isascii() and deadline.isdigit() else 0)


def told(turn: Turn) -> bool:
    """Whether a message tells of a date to remember, also one that no calendar has: it is asked for again."""
    return _told(turn) in KINDS


def _told(turn: Turn) -> str:
    """The kind of date that a message tells of; "" if it is none. Words say so, or a date in figures and what the message is about."""
    match = turn.match
    if match is None or match.decision == "crisis":
        return ""
    day = _day_of(match.entities.get("day", ""))
    if (named := match.entities.get("deadline", "")) in KINDS:
        if named == "letter_end" and day and _has_just_been(turn, day):
            return ""
        elsewhere = named == "permit_end" and match.decision == "answer" and not (match.entry or "").startswith(_PAPERS)
        return "date" if elsewhere else named  # "the Jobcenter wants my papers until the 10th"
    in_figures = any(letter.isdigit() for letter in turn.inbound.text)
    if day is None or not in_figures or "time" in match.entities or turn.standing.dialog in _BUSY:
        return ""
    return _told_beside(turn, match, day) if day >= utcnow().date() - timedelta(days=_DAYS_PAST) else ""


def _told_beside(turn: Turn, match: Match, day: date) -> str:
    """The kind of a date that no word explains: by the topic that is surely meant; what is not understood otherwise is at least a date."""
    kind = _MEANT.get(match.entry or "", "") if match.decision == "answer" else ""
    if _has_just_been(turn, day):
        return kind if kind == "permit_end" else ""
    unclear = match.decision in {"offer", "rephrase", "out_of_scope"} and day >= utcnow().date() and not _is_question(turn.inbound.text)
    return kind or ("date" if unclear or (match.decision != "answer" and _is_bare(turn)) else "")


def _is_bare(turn: Turn) -> bool:
    """Whether hardly more than a date was written: what it means was said before."""
    return len(turn.inbound.text.split()) <= _BARE


def _has_just_been(turn: Turn, day: date) -> bool:
    """Whether a day without a year, taken for the next such, is rather the last: "the letter came on 20 November"."""
    if _WITH_YEAR.search(turn.inbound.text):
        return False
    return day - timedelta(days=_DAYS_OF_A_YEAR) >= utcnow().date() - timedelta(days=_DAYS_PAST)


def _spoken(turn: Turn, kind: str) -> str:
    """The day that a message names; a permit that ended last week is over, not good for a year."""
    named = turn.match.entities.get("day", "") if turn.match else ""
    day = _day_of(named)
    if day is None or kind not in _SERIOUS or not _has_just_been(turn, day):
        return named
    return _iso(day.year - 1, day.month, day.day) or named


def _iso(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


async def hear(turn: Turn) -> Move:
    """Repeat the date back and ask if it is right, or ask for it; a question that has an answer gets that first."""
    match = turn.match
    if match is None or not told(turn):
        return await _list(turn)
    kind = _told(turn)
    if kind == "date" and any(row.day == _day_of(match.entities.get("day", "")) for row in await of_person(turn)):
        return await _list(turn)  # "Delete the reminder of 3 March"
    if kind == "date" and _is_bare(turn):
        kind = _MEANT.get(await article.last_read(turn) or "", kind)
    move = await _ask(turn, kind, _spoken(turn, kind)) if match.entities.get("day") else _no_such_day(turn, kind)
    # Who asks about something gets the answer first; so does who writes of a time limit: a reminder alone wins no case.
    asks = match.decision == "answer" and (_is_question(turn.inbound.text) or kind == "letter_end")
    entry = match.entry if asks else KINDS[kind].entry if kind == "letter_end" else None
    if entry is None or entry not in turn.knowledge.articles:
        return move
    first = (await article.answer(turn, entry)).replies
    return Move(replies=(*first, *move.replies), dialog=move.dialog, state=move.state)


async def hear_answer(turn: Turn) -> Move | None:
    """A yes, a no or another date while one is being asked for; None if the message is about something else."""
    match, state = turn.match, turn.standing.state
    if match is None or state.get("kind") not in KINDS:
        return None
    kind = match.entities.get("deadline", state["kind"])
    if _is_question(turn.inbound.text) and match.intent in _APPOINTMENTS:
        return None  # "Is there an appointment today?"
    if match.entities.get("day") and kind in KINDS:
        return await _ask(turn, kind, match.entities["day"])
    if other := _other_day(turn, _day_of(str(state.get("day", "")))):
        return await _ask(turn, kind, other)
    if match.decision == "intent" and match.intent in {"yes", "no"}:
        return await choose(turn, match.intent if state.get("day") else "no")  # "Yes, it is over": there is nothing to keep
    about_else = match.decision in {"answer", "intent"} and not smalltalk.is_noise(turn, also=phrases.KINDS)
    return None if about_else else _not_a_day(turn, kind)


async def put_right(turn: Turn) -> Move | None:
    """Another day right after a date was kept ("no, the 25th"): asked about, and kept in place of the first; None for anything else."""
    match, kept = turn.match, turn.standing.state.get(_KEPT)
    row = next((row for row in await of_person(turn) if row.id == kept), None) if kept and match else None
    if row is None or match is None or _is_question(turn.inbound.text) or match.intent == "book_appointment":
        return None
    if match.intent == "no" and not match.entities.get("day") and not _other_day(turn, row.day):
        return _in_place_of(row, _ask_day(turn, row.kind))
    if match.entities.get("deadline") or not 1 < len(turn.inbound.text.split()) <= _BRIEF:
        return None  # another date, not this one
    day = match.entities.get("day") or _other_day(turn, row.day)
    return _in_place_of(row, await _ask(turn, row.kind, day)) if day and day != row.day.isoformat() else None


def _instead(turn: Turn) -> int | None:
    """The id of the date that is being put right."""
    return turn.standing.state.get(_INSTEAD) if turn.standing.dialog == DIALOG else None


def _in_place_of(row: Deadline, move: Move) -> Move:
    return replace(move, state={**move.state, _INSTEAD: row.id})


def _other_day(turn: Turn, day: date | None) -> str:
    """The same month's day that a short message names by its number alone ("sorry, the 9th", "8, not 10"); "" for none and for several."""
    text, match = turn.inbound.text, turn.match
    if day is None or match is None or match.decision == "answer":
        return ""
    if len(text.split()) > (_SHORT if match.intent in _OBJECTIONS else _HARDLY):
        return ""
    numbers = {int(number) for number in _NUMBERS.findall(text)} - {day.day}
    return _iso(day.year, day.month, numbers.pop()) if len(numbers) == 1 else ""


async def named(turn: Turn) -> Move:
    """What is wanted of reminders: a day that is named and not kept yet is asked about, else those that are kept are shown."""
    day = named_day(turn)
    if day is None or any(row.day == day for row in await of_person(turn)):
        return await _list(turn)
    return await _ask(turn, "date", day.isoformat())


def named_day(turn: Turn) -> date | None:
    """The day of a message: a date, "tomorrow", the next such weekday, "in two weeks"."""
    entities = turn.match.entities if turn.match else {}
    if day := _day_of(entities.get("day", "")):
        return day
    today, weekday, week = utcnow().date(), entities.get("weekday", ""), int(entities.get("week") or 0)
    if not weekday:
        return today + timedelta(weeks=week) if week else None
    if week:
        return today + timedelta(weeks=week, days=int(weekday) - today.weekday())
    return today + timedelta(days=(int(weekday) - today.weekday() - 1) % _DAYS_OF_A_WEEK + 1)


async def what_for(turn: Turn) -> Move:
    """What the date that is being asked for means, and the question again."""
    entry = KINDS[kind].entry if (kind := turn.standing.state.get("kind", "")) in KINDS else ""
    first = (await article.answer(turn, entry)).replies if entry in turn.knowledge.articles else ()
    asked = await again(turn)
    return replace(asked, replies=(*first, *asked.replies))


async def again(turn: Turn) -> Move:
    """The question that was interrupted."""
    kind, day = turn.standing.state.get("kind"), turn.standing.state.get("day")
    if kind not in KINDS:
        return Move()
    return await _ask(turn, kind, str(day)) if day else _ask_day(turn, str(kind))


def _is_question(text: str) -> bool:
    return any(sign in text for sign in "?؟፧")


async def _ask(turn: Turn, kind: str, day: str) -> Move:
    wanted = _day_of(day)
    if wanted is None:
        return _ask_day(turn, kind)
    today = utcnow().astimezone(await _zone(turn)).date()
    if wanted < today:
        return await _over(turn, kind, wanted)
    if wanted > today + timedelta(days=MOST_YEARS * _DAYS_OF_A_YEAR):
        return _wrong(
            turn, kind, turn.t("This day is more than ten years away: {day}. Please write the right date.", day=spelled(turn, wanted))
        )
    question = turn.t(KINDS[kind].asks if turn.traits.trusted else _NEUTRAL_QUESTION, day=spelled(turn, wanted))
    text = paragraphs(question, turn.t(CHECK), turn.t("If it is not right, write the right date."))
    choices = (
        Choice(id="due:yes", label=turn.t("Yes, remind me")),
        Choice(id="due:no", label=turn.t("No, do not keep it")),
    )
    reply = say(turn, text, title=turn.t("Shall I remind you?"), choices=choices, screen=True)
    return Move(replies=(reply,), dialog=DIALOG, state=_state(turn, kind) | {"day": wanted.isoformat()})


async def _over(turn: Turn, kind: str, day: date) -> Move:
    """A day that is past: it may be a slip, or the permit has ended in truth. What to do then comes first."""
    text = turn.t("This day is over: {day}. If it is not right, write the right date.", day=spelled(turn, day))
    move = _wrong(turn, kind, text)
    entry = KINDS[kind].entry
    if kind not in _SERIOUS or entry not in turn.knowledge.articles:
        return move
    return replace(move, replies=(*(await article.answer(turn, entry)).replies, *move.replies))


def _no_such_day(turn: Turn, kind: str) -> Move:
    text = turn.t("I do not find this day in the calendar. Please write the date again with day, month and year.")
    return _wrong(turn, kind, paragraphs(text, turn.t(CHECK)))


def _ask_day(turn: Turn, kind: str) -> Move:
    text = turn.t("I can remind you in time. On which day does it end? Write the date with day, month and year.")
    return _wrong(turn, kind, paragraphs(text, turn.t(CHECK)))


def _not_a_day(turn: Turn, kind: str) -> Move:
    return _wrong(turn, kind, turn.t("I did not find a date in your message. Please write day, month and year, for example: 3.5.2027"))


def _wrong(turn: Turn, kind: str, text: str) -> Move:
    choices = (Choice(id="due:no", label=turn.t("No, do not keep it")),)
    return Move(replies=(say(turn, text, choices=choices),), dialog=DIALOG, state=_state(turn, kind))


def _state(turn: Turn, kind: str) -> dict[str, Any]:
    """Where this dialog stands; a booking that it interrupts is kept until the end."""
    standing = turn.standing
    before = standing.state if standing.dialog == booking.DIALOG else standing.state.get("before") if standing.dialog == DIALOG else None
    instead = _instead(turn)
    return {"kind": kind} | ({"before": dict(before)} if before else {}) | ({_INSTEAD: instead} if instead else {})


async def _finished(turn: Turn, reply: Reply) -> Move:
    """The end of this dialog; a booking that was interrupted goes on."""
    before = turn.standing.state.get("before") if turn.standing.dialog == DIALOG else None
    if not before:
        return just(reply)
    resumed = await booking.resume(replace(turn, standing=replace(turn.standing, dialog=booking.DIALOG, state=before)))
    return replace(resumed, replies=(reply, *resumed.replies))


async def _keep(turn: Turn) -> Move:
    """The date was confirmed: keep it once and plan its reminders."""
    state = turn.standing.state if turn.standing.dialog == DIALOG else {}
    kind, day = state.get("kind", ""), _day_of(str(state.get("day", "")))
    if kind not in KINDS or day is None:
        return just(say(turn, turn.t("I do not know any more which date you meant. Please write it again.")))
    now, known = utcnow(), await of_person(turn)
    row = next((row for row in known if row.kind == kind and row.day == day), None)
    if row is None:
        row = Deadline(person_id=turn.standing.person, kind=kind, day=day)
        turn.session.add(row)
        await turn.session.flush()
        await reminders.plan_deadline(turn.session, deadline=int(row.id or 0), now=now)
    wrong = next((one for one in known if one.id == state.get(_INSTEAD) and one.id != row.id), None)
    if wrong:
        await _forget(turn, wrong)
    move = await _finished(turn, await _kept(turn, kind, day, now=now, instead=wrong.day if wrong else None))
    return move if move.dialog else replace(move, dialog=fallback.DIALOG, state={_KEPT: row.id})


async def _kept(turn: Turn, kind: str, day: date, *, now: datetime, instead: date | None) -> Reply:
    """What is kept, and what is not any more, when reminders come, and what helps now."""
    zone = await _zone(turn)
    moments = sorted(lead_times.of_deadline(day, kind=kind, zone=zone, now=now).values())
    named = [spelled(turn, moment.astimezone(zone).date()) for moment in moments]
    about = KINDS[kind].keeps if words.may_name(turn) else NEUTRAL
    text = paragraphs(
        turn.t(about, day=spelled(turn, day)),
        turn.t("I do not remind you of this day any more: {day}.", day=spelled(turn, instead)) if instead else "",
        "\n".join((turn.t("I remind you on these days:"), *(f"• {name}" for name in named))) if named else _very_soon(turn),
    )
    choices = [*helping(turn, kind), Choice(id="due:list", label=turn.t("Dates that I remind you of"))]
    # On a public channel it takes the place of the question, so that nothing about the permit pops up.
    return say(turn, text, title=turn.t("I keep this date"), choices=choices, screen=not turn.traits.trusted)


def _very_soon(turn: Turn) -> str:
    return turn.t("That is very soon. I do not remind you again: please do something about it now.")


def helping(turn: Turn, kind: str) -> list[Choice]:
    """The article that says what to do, under a name that gives nothing away, and the way to an adviser."""
    entry = KINDS[kind].entry
    links = [Choice(id=f"ask:{entry}", label=turn.t("What to do now"))] if entry in turn.knowledge.articles else []
    return [*links, Choice(id="book", label=turn.t("Make an appointment"))]


async def of_person(turn: Turn) -> Sequence[Deadline]:
    """The dates that are kept for the turn's person, the nearest first."""
    mine = select(Deadline).where(col(Deadline.person_id) == turn.standing.person)
    return list(await turn.session.scalars(mine.order_by(col(Deadline.day), col(Deadline.id))))


async def _list(turn: Turn, *, page: int = 0) -> Move:
    rows = await of_person(turn)
    if not rows:
        text = turn.t("I remind you of no date. Write for example: My residence permit ends on 3 May.")
        return just(say(turn, text, screen=True, back="appt"))
    named = words.may_name(turn)
    lines = [turn.t(KINDS[row.kind].keeps if named else NEUTRAL, day=spelled(turn, row.day)) for row in rows]
    choices = [Choice(id=f"due:del:{row.id}", label=turn.t("Delete: {day}", day=formats.long_date(turn.language, row.day))) for row in rows]
    text = paragraphs("\n".join(lines), turn.t("Press a date to delete it."))
    shown = page_of(turn, choices, page=page, more="due:list")
    return just(say(turn, text, title=turn.t("Dates that I remind you of"), choices=shown, back="appt", screen=True))


async def _delete(turn: Turn, deadline: str) -> Move:
    """Forget a date and its reminders; one that is gone already or another person's changes nothing."""
    row = next((row for row in await of_person(turn) if str(row.id) == deadline), None)
    if row is not None:
        await _forget(turn, row)
    return await _list(turn)


async def _forget(turn: Turn, row: Deadline) -> None:
    await reminders.void(turn.session, subject="deadline", subject_id=int(row.id or 0))
    await turn.session.delete(row)
    await turn.session.flush()


async def _zone(turn: Turn) -> ZoneInfo:
    site = await calendar.site_of(turn.session, municipality=turn.town.id if turn.town else 0)
    return ZoneInfo(site.zone)


def spelled(turn: Turn, day: date) -> str:
    """Weekday and date in the turn's language."""
    return formats.full_date(turn.language, day)


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
