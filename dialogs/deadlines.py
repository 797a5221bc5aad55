"""Dates that people want to be reminded of: the end of a permit, a course, a time limit, or another.

When reminders go out is planned in `scheduler.reminders`. Lotse knows these dates from the
person alone: each is repeated back with its weekday and confirmed before it is kept.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from dialogs import appointment_words as words
from dialogs import article, booking, course_state, fallback
from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import just, page_of, paragraphs, say
from handoff import requests
from locales import formats
from locales.marks import mark
from nlu.model import Match
from scheduler import calendar, reminders
from store.scheduling import Deadline
from store.types import today_here, utcnow

DIALOG = "deadline"
MOST_YEARS = 10
_DAYS_OF_A_WEEK, _DAYS_OF_A_YEAR = 7, 366
_BARE = 4  # words of a message that says hardly more than a date
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
# Dialogs in which a date is a wish.
_BUSY = frozenset({booking.DIALOG, course_state.DIALOG})
# In the conversation's state: the date that was kept just now, the one that another takes the place of, how many days before somebody
# wants to be reminded, and that the day which was named is over.
KEPT, INSTEAD, _LEAD, OVER = "kept", "instead", "lead", "over"
# How often the question came again after something else was said.
_AGAIN, _MOST_AGAIN = "again", 2
_DELETE = "due:del:"
YES, NO = mark("Yes, remind me"), mark("No, do not keep it")
# Topics in which papers are a permit.
_PAPERS = ("residence/", "arrival/")
# What is to be read first: somebody may believe that a date alone helps them.
_SERIOUS = frozenset({"permit_end", "letter_end"})
CHECK = mark("Please check the date in your letter or on your card.")


async def choose(turn: Turn, action: str = "", deadline: str = "") -> Move:
    """What a button about such dates asks for (`due:yes`, `due:no`, `due:list`, `due:del:<id>`)."""
    if action == "yes":
        return await keep(turn)
    if action == "no" and _instead(turn):
        return await show_all(turn)  # what was to be put right is kept still
    if action == "no":
        text = turn.t("All right. I have not kept the date. You can write me another one at any time.")
        return await _finished(turn, say(turn, text, screen=True))
    if action == "del":
        return await _delete(turn, deadline)
    return await show_all(turn, page=int(deadline) if deadline.isascii() and deadline.isdigit() else 0)


def told(turn: Turn) -> bool:
    """Whether a message tells of a date to remember, also one that no calendar has: it is asked for again."""
    return _told(turn) in KINDS


def _told(turn: Turn) -> str:
    """The kind of date that a message tells of; "" if it is none. Words say so, or a date in figures and what the message is about."""
    match = turn.match
    if match is None or match.decision == "crisis":
        return ""
    day = day_of(match.entities.get("day", ""))
    if (named := match.entities.get("deadline", "")) in KINDS:
        wished = bool(match.entities.get("remind"))
        if day and _has_just_been(turn, day) and (named == "letter_end" or (named == "date" and not wished)):
            return ""
        if named == "date" and match.intent == "book_appointment" and not wished and "invited" not in match.entities:
            return ""
        elsewhere = named == "permit_end" and match.decision == "answer" and not (match.entry or "").startswith(_PAPERS)
        return "date" if elsewhere else named  # "the Jobcenter wants my papers until the 10th"
    in_figures = any(letter.isdigit() for letter in turn.inbound.text)
    if day is None or not in_figures or "time" in match.entities or turn.standing.dialog in _BUSY:
        return ""
    return _told_beside(turn, match, day) if day >= today_here() - timedelta(days=_DAYS_PAST) else ""


def _told_beside(turn: Turn, match: Match, day: date) -> str:
    """The kind of a date that no word explains: by the topic that is surely meant; what is not understood otherwise is at least a date."""
    kind = _MEANT.get(match.entry or "", "") if match.decision == "answer" else ""
    if kind == "letter_end" and "meeting" in match.entities:
        kind = "date"
    if _has_just_been(turn, day):
        return kind if kind == "permit_end" else ""
    unclear = match.decision in {"offer", "rephrase", "out_of_scope"} and day >= today_here() and not is_question(turn.inbound.text)
    return kind or ("date" if unclear or (match.decision != "answer" and _is_bare(turn)) else "")


def _is_bare(turn: Turn) -> bool:
    """Whether hardly more than a date was written: what it means was said before."""
    return len(turn.inbound.text.split()) <= _BARE


def _has_just_been(turn: Turn, day: date) -> bool:
    """Whether a day without a year, taken for the next such, is rather the last: "the letter came on 20 November"."""
    if _WITH_YEAR.search(turn.inbound.text):
        return False
    return day - timedelta(days=_DAYS_OF_A_YEAR) >= today_here() - timedelta(days=_DAYS_PAST)


def _spoken(turn: Turn, kind: str) -> str:
    """The day that a message names; a permit that ended last week is over, not good for a year."""
    named = turn.match.entities.get("day", "") if turn.match else ""
    day = day_of(named)
    if day is None or kind not in _SERIOUS or not _has_just_been(turn, day):
        return named
    return iso(day.year - 1, day.month, day.day) or named


def iso(year: int, month: int, day: int) -> str:
    """The date as text; "" for one that no calendar has."""
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


async def hear(turn: Turn) -> Move:
    """Repeat the date back and ask if it is right, or ask for it; a question that has an answer gets that first."""
    match = turn.match
    if match is None or not told(turn):
        return await show_all(turn)
    kind = _told(turn)
    if kind == "date" and any(row.day == day_of(match.entities.get("day", "")) for row in await of_person(turn)):
        return await show_all(turn)  # "Delete the reminder of 3 March"
    if kind == "date" and _is_bare(turn):
        kind = _MEANT.get(await article.last_read(turn) or "", kind)
    move = await ask(turn, kind, _spoken(turn, kind)) if match.entities.get("day") else _without_day(turn, kind)
    # Who asks about something gets the answer first; so does who writes of a time limit: a reminder alone wins no case.
    asks = match.decision == "answer" and (is_question(turn.inbound.text) or kind == "letter_end" or _is_beside(match, kind))
    entry = match.entry if asks else KINDS[kind].entry if kind == "letter_end" else None
    if entry is None or entry not in turn.knowledge.articles:
        return move
    first = (await article.answer(turn, entry)).replies
    return Move(replies=(*first, *move.replies), dialog=move.dialog, state=move.state)


def _is_beside(match: Match, kind: str) -> bool:
    """Whether a date comes along with a topic, and no reminder was wished for: the topic has the first word."""
    return kind == "date" and not match.entities.get("remind")


def is_open(turn: Turn) -> bool:
    """Whether a day is asked about, which must not get lost."""
    return turn.standing.dialog == DIALOG and bool(turn.standing.state.get("day"))


def lead_of(turn: Turn) -> int:
    """How many days before the date somebody wants to be reminded, now or in what they wrote before; 0 if it was not said."""
    named = turn.match.entities.get("lead") if turn.match else ""
    return int(named or (turn.standing.state.get(_LEAD, 0) if turn.standing.dialog == DIALOG else 0))


def _instead(turn: Turn) -> int | None:
    """The id of the date that is being put right."""
    return turn.standing.state.get(INSTEAD) if turn.standing.dialog == DIALOG else None


def coming(today: date, weekday: int) -> date:
    """The next such weekday after today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % _DAYS_OF_A_WEEK + 1)


async def what_for(turn: Turn) -> Move:
    """What the date that is being asked for means, and the question again."""
    entry = KINDS[kind].entry if (kind := turn.standing.state.get("kind", "")) in KINDS else ""
    first = (await article.answer(turn, entry)).replies if entry in turn.knowledge.articles else ()
    asked = await again(turn)
    return replace(asked, replies=(*first, *asked.replies))


async def again(turn: Turn) -> Move:
    """The question that was interrupted, twice; then it is let go: who writes about other things three times does not want it."""
    kind, day, times = (turn.standing.state.get(name) for name in ("kind", "day", _AGAIN))
    if kind not in KINDS or (times or 0) >= _MOST_AGAIN:
        return Move()
    move = await ask(turn, kind, str(day)) if day else ask_day(turn, str(kind))
    return replace(move, state={**move.state, _AGAIN: (times or 0) + 1})


def is_question(text: str) -> bool:
    """Whether a text asks something."""
    return any(sign in text for sign in "?؟፧")


async def ask(turn: Turn, kind: str, day: str) -> Move:
    """Repeat a day back and ask whether it is right; one that is over or too far away is asked for again."""
    wanted = day_of(day)
    if wanted is None:
        return ask_day(turn, kind)
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
        Choice(id="due:yes", label=turn.t(YES)),
        Choice(id="due:no", label=turn.t(NO)),
    )
    reply = say(turn, text, title=turn.t("Shall I remind you?"), choices=choices, screen=True)
    return Move(replies=(reply,), dialog=DIALOG, state=_state(turn, kind) | {"day": wanted.isoformat()})


async def _over(turn: Turn, kind: str, day: date) -> Move:
    """A day that is past: it may be a slip, or the permit has ended in truth. What to do then comes first."""
    text = turn.t("This day is over: {day}. If it is not right, write the right date.", day=spelled(turn, day))
    move = _wrong(turn, kind, text)
    move = replace(move, state={**move.state, OVER: True})
    entry = KINDS[kind].entry
    if kind not in _SERIOUS or entry not in turn.knowledge.articles:
        return move
    return replace(move, replies=(*(await article.answer(turn, entry)).replies, *move.replies))


def _without_day(turn: Turn, kind: str) -> Move:
    """A date without a day that can be kept: only the length of a time limit was named, or a day that no calendar has."""
    if turn.match and turn.match.entities.get("limit"):
        return ask_day(turn, kind)
    text = turn.t("I do not find this day in the calendar. Please write the date again with day, month and year.")
    return _wrong(turn, kind, paragraphs(text, turn.t(CHECK)))


def ask_day(turn: Turn, kind: str) -> Move:
    """Ask for the day."""
    text = turn.t("I can remind you in time. On which day does it end? Write the date with day, month and year.")
    return _wrong(turn, kind, paragraphs(text, turn.t(CHECK)))


def not_a_day(turn: Turn, kind: str, *, choices: bool = True) -> Move:
    """Say how to write a date, where none was found; without `choices` the question follows."""
    text = turn.t("I did not find a date in your message. Please write day, month and year, for example: 3.5.2027")
    return _wrong(turn, kind, text) if choices else just(Reply(text=text, language=turn.language))


def _wrong(turn: Turn, kind: str, text: str) -> Move:
    choices = (Choice(id="due:no", label=turn.t(NO)),)
    return Move(replies=(say(turn, text, choices=choices),), dialog=DIALOG, state=_state(turn, kind))


def _state(turn: Turn, kind: str) -> dict[str, Any]:
    """Where this dialog stands; a booking that it interrupts is kept until the end."""
    standing = turn.standing
    before = standing.state if standing.dialog == booking.DIALOG else standing.state.get("before") if standing.dialog == DIALOG else None
    kept = {"before": dict(before) if before else None, INSTEAD: _instead(turn), _LEAD: lead_of(turn)}
    return {"kind": kind} | {name: value for name, value in kept.items() if value}


async def _finished(turn: Turn, reply: Reply) -> Move:
    """The end of this dialog; a booking that was interrupted goes on."""
    before = turn.standing.state.get("before") if turn.standing.dialog == DIALOG else None
    if not before:
        return just(reply)
    resumed = await booking.resume(replace(turn, standing=replace(turn.standing, dialog=booking.DIALOG, state=before)))
    return replace(resumed, replies=(reply, *resumed.replies))


async def keep(turn: Turn, *, lead: int = 0) -> Move:
    """The date was confirmed: keep it once and plan its reminders, one of them `lead` days before if that was wished for."""
    state = turn.standing.state if turn.standing.dialog == DIALOG else {}
    kind, day = state.get("kind", ""), day_of(str(state.get("day", "")))
    if kind not in KINDS or day is None:
        return just(say(turn, turn.t("I do not know any more which date you meant. Please write it again.")))
    known = await of_person(turn)
    row = next((row for row in known if row.kind == kind and row.day == day), None)
    if row is None:
        row = Deadline(person_id=turn.standing.person, kind=kind, day=day)
        turn.session.add(row)
        await turn.session.flush()
    wished = lead or int(state.get(_LEAD, 0))
    await reminders.plan_deadline(turn.session, deadline=int(row.id or 0), now=utcnow(), also=[wished] if wished else ())
    wrong = next((one for one in known if one.id == state.get(INSTEAD) and one.id != row.id), None)
    if wrong:
        await _forget(turn, wrong)
    move = await _finished(turn, await kept(turn, row, instead=wrong.day if wrong else None))
    return move if move.dialog else replace(move, dialog=fallback.DIALOG, state={KEPT: row.id})


async def kept(turn: Turn, row: Deadline, *, instead: date | None) -> Reply:
    """What is kept, and what is not any more, when reminders come, and what helps now."""
    zone = await _zone(turn)
    moments = await reminders.planned(turn.session, deadline=int(row.id or 0))
    named = [spelled(turn, moment.astimezone(zone).date()) for moment in moments]
    about = KINDS[row.kind].keeps if words.may_name(turn) else NEUTRAL
    text = paragraphs(
        turn.t(about, day=spelled(turn, row.day)),
        turn.t("I do not remind you of this day any more: {day}.", day=spelled(turn, instead)) if instead else "",
        "\n".join((turn.t("I remind you on these days:"), *(f"• {name}" for name in named))) if named else _very_soon(turn),
    )
    choices = [*helping(turn, row.kind), Choice(id="due:list", label=turn.t("Dates that I remind you of"))]
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


async def show_all(turn: Turn, *, page: int = 0) -> Move:
    """The dates that are kept, each with a button that deletes it."""
    rows = await of_person(turn)
    if not rows:
        text = turn.t("I remind you of no date. Write for example: My residence permit ends on 3 May.")
        return just(say(turn, text, screen=True, back="appt"))
    named = words.may_name(turn)
    lines = [turn.t(KINDS[row.kind].keeps if named else NEUTRAL, day=spelled(turn, row.day)) for row in rows]
    choices = [
        Choice(id=f"{_DELETE}{row.id}", label=turn.t("Delete: {day}", day=formats.long_date(turn.language, row.day))) for row in rows
    ]
    text = paragraphs("\n".join(lines), turn.t("Press a date to delete it."))
    shown = page_of(turn, choices, page=page, more="due:list")
    return just(say(turn, text, title=turn.t("Dates that I remind you of"), choices=shown, back="appt", screen=True))


async def _delete(turn: Turn, deadline: str) -> Move:
    """Forget a date and its reminders; one that is gone already or another person's changes nothing."""
    row = next((row for row in await of_person(turn) if str(row.id) == deadline), None)
    if row is not None:
        await _forget(turn, row)
    return await show_all(turn)


async def forget_shown(turn: Turn) -> Move | None:
    """Delete the only date of the list that was shown last, or the one that was kept just now; of several one is to be pressed.

    None if no date is on the screen.
    """
    shown = await requests.last_shown(turn.session, turn.services.keyring, person=turn.standing.person)
    listed = [choice.removeprefix(_DELETE) for choice in shown if choice.startswith(_DELETE)]
    kept = turn.standing.state.get(KEPT) if turn.standing.dialog == fallback.DIALOG else None
    if not listed and not kept:
        return None
    return await show_all(turn) if len(listed) > 1 else await _delete(turn, listed[0] if listed else str(kept))


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


def day_of(text: str) -> date | None:
    """The day of an ISO date; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
