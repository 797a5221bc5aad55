"""What somebody answers when Lotse asks about a date to be reminded of, or just after one was kept.

An unclear answer never loses the date: it is asked about again. How long before it to remind is no date.
"""

import re
from dataclasses import replace
from datetime import date, timedelta

from dialogs import deadlines, fallback, smalltalk, typed
from dialogs.model import Move, Turn
from dialogs.parts import just
from handoff import requests
from nlu import phrases
from nlu.entities import find as find_entities
from nlu.model import Match
from scheduler import reminders
from store.scheduling import Deadline
from store.types import today_here, utcnow

# A message that puts a date right; one in which a bare number is a day of the month, if it is taken for an objection, or says nothing else.
_BRIEF, _SHORT, _HARDLY = 10, 5, 2  # words
_NUMBERS = re.compile(r"(?<!\w)\d{1,2}(?!\d)")  # not of a level
# The message before, and what was said to it.
_LINES = 4
_YEAR_ALONE = re.compile(r"\D{0,12}(\d{4})\D{0,12}")
_APPOINTMENTS = frozenset({"book_appointment", "my_appointments"})
_OBJECTIONS = frozenset({"no", "dates", "move_appointment", "cancel_appointment"})
# What a few words are taken for that are hardly it.
_UNCLEAR = frozenset({"repeat", "angry", "move_appointment"})


async def hear_answer(turn: Turn) -> Move | None:
    """A yes, a no or another date while one is being asked for; None if the message is about something else."""
    match, state = turn.match, turn.standing.state
    if match is None or state.get("kind") not in deadlines.KINDS:
        return None
    if deadlines.is_question(turn.inbound.text) and match.intent in _APPOINTMENTS:
        return None  # "Is there an appointment today?"
    named = match.entities.get("deadline", "date")
    kind = str(state["kind"]) if named == "date" else named
    if match.entities.get("limit"):
        return await deadlines.hear(turn) if named == "letter_end" else deadlines.ask_day(turn, kind)
    if kind in deadlines.KINDS and (day := _day_in_answer(turn, deadlines.day_of(str(state.get("day", ""))))):
        return await deadlines.ask(turn, kind, day)
    if answer := _answer(turn):
        return await _answered(turn, kind, answer)
    return await _unanswered(turn, match, kind)


def _day_in_answer(turn: Turn, asked: date | None) -> str:
    """Another day than the one that is asked about: a date, a weekday, a day of the same month, the same day of another year; or ""."""
    entities = turn.match.entities if turn.match else {}
    if entities.get("day") or entities.get("lead"):
        return entities.get("day", "")  # "3 days before" is not the third
    if day := _other_day(turn, asked) or _other_year(turn, asked):
        return day
    weekday = entities.get("weekday") or entities.get("not_weekday")  # "لا الجمعة": no, Friday
    if not weekday or len(turn.inbound.text.split()) > _SHORT:
        return ""
    return deadlines.coming(today_here(), int(weekday)).isoformat()


def _answer(turn: Turn) -> str:
    """Yes or no to the question about a date ("yes", "no"), also in the words of a button or of a reminder; "" for neither."""
    match, entities = turn.match, turn.match.entities if turn.match else {}
    phrase = phrases.kind(turn.inbound.text, {turn.language, turn.standing.language or turn.language})
    if typed.is_said(turn, deadlines.NO) or phrase == "forget_date" or entities.get("whole") == "forget_it":
        return "no"
    lead = entities.get("lead") and not deadlines.is_question(turn.inbound.text)
    if lead or entities.get("remind") == "only" or typed.is_said(turn, deadlines.YES):
        return "yes"
    if match and match.decision == "intent" and match.intent in {"yes", "no"}:
        return match.intent
    willing = entities.get("remind") and entities.get("agreed") and phrase != "dates" and not entities.get("whole")
    return "yes" if willing and len(turn.inbound.text.split()) <= _BRIEF else ""


async def _answered(turn: Turn, kind: str, answer: str) -> Move:
    """What a yes or a no does: to a day, to the question for one, or to "this day is over", of which there is nothing to keep."""
    state, lead = turn.standing.state, deadlines.lead_of(turn)
    plain = _in_own_language(turn)
    if answer == "no" or state.get(deadlines.OVER):
        return await deadlines.choose(plain, "no")
    return await deadlines.keep(plain, lead=lead) if state.get("day") else deadlines.ask_day(plain, kind)


def _in_own_language(turn: Turn) -> Turn:
    """A yes is too short to tell a language by: who was asked in Urdu and answers "haan yaad dila dena" goes on in Urdu."""
    match = turn.match
    return replace(turn, match=replace(match, switched=False)) if match and turn.standing.language else turn


async def _unanswered(turn: Turn, match: Match, kind: str) -> Move | None:
    """What was no answer: a wish for the dates that are kept, something else, or not understood; the question comes again."""
    lists = match.entities.get("whole") == "dates" or (match.decision == "intent" and match.intent == "dates")
    unclear = lists or (deadlines.is_open(turn) and _is_unclear(turn, match)) or smalltalk.is_noise(turn, also=phrases.KINDS)
    if (match.decision in {"answer", "intent"} and not unclear) or (deadlines.is_open(turn) and not lists and _is_elsewhere(turn)):
        return None
    if not deadlines.is_open(turn):
        return deadlines.not_a_day(turn, kind)
    listed = lists and await deadlines.of_person(turn)
    said = await deadlines.show_all(turn) if listed else deadlines.not_a_day(turn, kind, choices=False)
    asked = await deadlines.again(turn)
    return replace(asked, replies=(*said.replies, *asked.replies))


def _is_elsewhere(turn: Turn) -> bool:
    """Whether a message is a sentence without a figure: not understood, but hardly a date written in another way."""
    text = turn.inbound.text
    return len(text.split()) >= _SHORT and not any(sign.isdigit() for sign in text)


def _is_unclear(turn: Turn, match: Match) -> bool:
    """Whether a few words are hardly what they are taken for: a way out, or an hour that is taken for a wish to come."""
    hour = match.intent in _APPOINTMENTS and "time" in match.entities and len(turn.inbound.text.split()) <= _SHORT
    return match.decision == "intent" and (hour or match.intent in _UNCLEAR)


async def put_right(turn: Turn) -> Move | None:
    """Another day right after a date was kept ("no, the 25th"): asked about, and kept in place of the first; None for anything else."""
    match, kept = turn.match, turn.standing.state.get(deadlines.KEPT)
    row = next((row for row in await deadlines.of_person(turn) if row.id == kept), None) if kept and match else None
    if row is None or match is None or deadlines.is_question(turn.inbound.text) or match.intent == "book_appointment":
        return None
    if _wishes_lead(turn):
        return await _also(turn, row)
    if match.intent == "no" and not match.entities.get("day") and not _other_day(turn, row.day):
        return _in_place_of(row, deadlines.ask_day(turn, row.kind))
    if match.entities.get("deadline") or not 1 < len(turn.inbound.text.split()) <= _BRIEF:
        return None  # another date, not this one
    day = match.entities.get("day") or _other_day(turn, row.day) or _other_year(turn, row.day)
    return _in_place_of(row, await deadlines.ask(turn, row.kind, day)) if day and day != row.day.isoformat() else None


def _wishes_lead(turn: Turn) -> bool:
    """Whether a message says how long before a date to remind of it, and nothing of a date: "remind me a week before"."""
    entities = turn.match.entities if turn.match else {}
    brief = bool(entities.get("remind")) or len(turn.inbound.text.split()) <= _SHORT
    return bool(entities.get("lead")) and not entities.get("day") and brief


async def _also(turn: Turn, row: Deadline) -> Move:
    """One more reminder of a date that is kept, as long before it as the person wishes."""
    now = utcnow()
    await reminders.plan_deadline(turn.session, deadline=int(row.id or 0), now=now, also=[deadlines.lead_of(turn)])
    return replace(just(await deadlines.kept(turn, row, instead=None)), dialog=fallback.DIALOG, state={deadlines.KEPT: row.id})


def _in_place_of(row: Deadline, move: Move) -> Move:
    return replace(move, state={**move.state, deadlines.INSTEAD: row.id})


def _other_day(turn: Turn, day: date | None) -> str:
    """The same month's day that a short message names by its number alone ("sorry, the 9th", "8, not 10"); "" for none and for several."""
    text, match = turn.inbound.text, turn.match
    if day is None or match is None or match.decision == "answer" or "time" in match.entities:
        return ""
    if len(text.split()) > (_SHORT if match.intent in _OBJECTIONS else _HARDLY):
        return ""
    numbers = {int(number) for number in _NUMBERS.findall(text)} - {day.day}
    return deadlines.iso(day.year, day.month, numbers.pop()) if len(numbers) == 1 else ""


def _other_year(turn: Turn, day: date | None) -> str:
    """The same day in the year that a message names alone ("2028"); "" for none."""
    found = _YEAR_ALONE.fullmatch(turn.inbound.text.strip())
    return deadlines.iso(int(found[1]), day.month, day.day) if found and day else ""


async def named(turn: Turn) -> Move:
    """What is wanted of reminders: a day that is named and not kept yet is asked about, else those that are kept are shown.

    A span alone is no day: it is how long before the only date that is kept to remind of it, or a time limit whose end is asked for.
    """
    rows, day = await deadlines.of_person(turn), named_day(turn)
    if day is None and not rows:
        day = await _told_before(turn)
    if _wishes_lead(turn) and len(rows) == 1:
        return await _also(turn, rows[0])
    if day is None and turn.match and turn.match.entities.get("limit"):
        return deadlines.ask_day(turn, "letter_end")
    if day is None or any(row.day == day for row in rows):
        return await deadlines.show_all(turn)
    return await deadlines.ask(turn, "date", day.isoformat())


async def _told_before(turn: Turn) -> date | None:
    """The day to come in the message before, of who wants to be reminded: "I must send it until 5 December", "can you remind me"."""
    if not turn.match or not turn.match.entities.get("remind"):
        return None
    before = await requests.recent(turn.session, turn.services.keyring, person=turn.standing.person, lines=_LINES)
    day = deadlines.day_of(find_entities(before.question, language=turn.language).get("day", ""))
    return day if day and day > today_here() else None


def named_day(turn: Turn) -> date | None:
    """The day of a message: a date, "tomorrow", the next such weekday, "in two weeks"."""
    entities = turn.match.entities if turn.match else {}
    if day := deadlines.day_of(entities.get("day", "")):
        return day
    today, weekday, week = today_here(), entities.get("weekday", ""), int(entities.get("week") or 0)
    if not weekday:
        return today + timedelta(weeks=week) if week else None
    if week:
        return today + timedelta(weeks=week, days=int(weekday) - today.weekday())
    return deadlines.coming(today, int(weekday))
