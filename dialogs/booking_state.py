"""What somebody wants while they book: kept in the conversation's state, filled from what they wrote. The screens are in `slot_pages`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

from dialogs.model import Turn
from locales.registry import LANGUAGES
from nlu.text import skeleton, words
from scheduler.waiting import EVENING, NOON
from store.scheduling import Service
from store.types import today_here

DIALOG = "book"
PARTS = ("morning", "afternoon", "evening")
WEEKDAYS = frozenset("0123456")
# Entities that only somebody names who looks for a time.
TIMES = ("weekday", "day", "part", "time")
# Those are also in "I work from 8 to 4", which wishes for nothing.
HOURS = frozenset({"after", "before"})
WISHES = (*TIMES, *sorted(HOURS), "not_weekday", "week", "speaks", "woman", "mode")
# Below this a topic is noise beside the wish for an appointment.
_LEAST_SCORE = 0.02
# What the classifier may make of a message that asks for an appointment, or names one that is agreed.
_OF_APPOINTMENTS = frozenset({"book_appointment", "my_appointments", "move_appointment", "cancel_appointment", "human", "yes", "no"})
_LONG, _BRIEF, _FEW = 16, 8, 4  # words
# Words of a service's name: their letters, and how many may be an ending.
_LONG_WORD, _ENDING = 4, 3
_SYLLABLES = "ሀ"
# "I want to arrange a talk with somebody" is no request for a person, unless understanding is surer of that.
_SURELY_HUMAN = 0.7


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Service, way to meet, time and people wanted; empty or 0 is “any”.

    `every` shows also those who do not speak the person's language; `held` and `move` are appointments of the person: the time that is
    held now, the one to be moved. `to` is the time (as buttons have it) to which it is asked whether to move. `week` is the Monday of the
    week that is meant, `avoided` the weekday that does not suit; `after` and `before` are the hours (HH:MM) between which it must begin,
    `clock` the hour that is wished for while no day is known.
    """

    service: int = 0
    mode: str = ""
    part: str = ""
    after: str = ""
    before: str = ""
    clock: str = ""
    weekday: str = ""
    day: str = ""
    woman: bool = False
    speaks: str = ""
    every: bool = False
    topic: str = ""
    move: int = 0
    held: int = 0
    to: str = ""
    week: str = ""
    avoided: str = ""

    @property
    def state(self) -> dict[str, Any]:
        """What the conversation keeps: only what is set."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def date(self) -> date | None:
        """The day that was chosen."""
        return day_of(self.day)


def of_state(state: Mapping[str, Any]) -> Wanted:
    """What `Wanted.state` gave; other keys are left out."""
    return Wanted(**{field.name: state[field.name] for field in fields(Wanted) if field.name in state})


def of_turn(turn: Turn) -> Wanted:
    """What is wanted in this conversation so far; nothing if no booking is open."""
    return of_state(turn.standing.state) if turn.standing.dialog == DIALOG else Wanted()


def entities(turn: Turn) -> Mapping[str, str]:
    """What the message names of times, people and ways to meet."""
    found = turn.match.entities if turn.match else {}
    woman = {"woman": "yes"} if found.get("women") else {}  # "only women": of a course that it is for them, of an adviser that she is one
    return {name: found[name] for name in WISHES if found.get(name)} | woman


def time_named(found: Mapping[str, str]) -> bool:
    """Whether a message names a day or an hour for sure."""
    return bool(found.keys() & {"weekday", "day", "time", "week", "not_weekday", *HOURS})


def asks_for_one(turn: Turn) -> bool:
    """Whether a brief message asks for an appointment, whatever topic, follow-up or insult understanding takes it for.

    "Termin Arbeit Donnerstag" is no search for work; a question about appointments, or one at another office, is left to understanding.
    """
    match, text = turn.match, turn.inbound.text
    named = match.entities.get("appointment") if match else None
    if match and named == "book" and match.decision == "intent" and match.intent == "human" and match.sure < _SURELY_HUMAN:
        return True
    if match is None or not named or match.decision == "crisis" or (match.decision == "intent" and match.intent in _OF_APPOINTMENTS):
        return False
    timed = bool((HOURS | {*TIMES, "week"}) & match.entities.keys())
    if len(words(text)) > (_BRIEF if named == "yes" or not timed else _LONG) or "?" in text:
        return False
    return named == "book" or timed or (len(words(text)) <= _FEW and match.decision not in {"answer", "offer"})


def heard(wanted: Wanted, found: Mapping[str, str]) -> Wanted:
    """What is wanted with what the message adds; a new day takes the place of the old one."""
    changes: dict[str, Any] = {"to": ""}
    if found.get("week"):
        today = today_here()
        changes |= {"week": (today + timedelta(days=7 * int(found["week"]) - today.weekday())).isoformat(), "day": ""}
    if found.get("not_weekday", "") in WEEKDAYS:
        changes |= {"avoided": found["not_weekday"], "day": ""}
    if day_of(found.get("day", "")):
        changes |= {"day": found["day"], "weekday": "", "week": ""}
    elif found.get("weekday", "") in WEEKDAYS:
        # "Wednesday is better" is of the week that is on the screen.
        seen = wanted.date if not found.get("week") else None
        week = {"week": (seen - timedelta(days=seen.weekday())).isoformat()} if seen and seen > today_here() + timedelta(days=6) else {}
        changes |= {"weekday": found["weekday"], "day": "", "avoided": ""} | week
    part = found.get("part") or part_of(found.get("time", ""))
    if part in PARTS:
        changes |= {"part": part, "after": "", "before": "", "clock": found.get("time", "")}
    if found.get("after") or found.get("before"):
        # "Better after three" takes the place of an hour that was named before.
        changes |= {"part": "", "after": found.get("after", ""), "before": found.get("before", ""), "clock": ""}
    if found.get("speaks") in LANGUAGES:
        changes |= {"speaks": found["speaks"], "every": False}
    if found.get("woman"):
        changes["woman"] = True
    if found.get("mode"):
        changes["mode"] = found["mode"]
    return replace(wanted, **changes)


def part_of(clock: str) -> str:
    """The part of the day of a time (`HH:MM`); empty if it is none."""
    hour = clock.partition(":")[0]
    if not hour.isdecimal():
        return ""
    return "morning" if int(hour) < NOON else "afternoon" if int(hour) < EVENING else "evening"


def day_of(text: str) -> date | None:
    """A date from `YYYY-MM-DD`; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def topics_of(turn: Turn) -> dict[str, float]:
    """The articles that the message may be about, with their scores; a subject named outright counts as its whole group (`work/`)."""
    match = turn.match
    if match is None:
        return {}
    found = {candidate.entry: candidate.score for candidate in match.candidates}
    if subject := match.entities.get("about"):
        found[f"{subject}/"] = 1.0
    return {match.entry: 1.0} | found if match.entry else found


def service_named(services: Sequence[Service], text: str, language: str) -> Service | None:
    """The service that a message calls by a word of its name, in the person's language or in German; None for none and for several.

    Words are alike that begin alike: "papira" names "Papiri".
    """
    named = {each.slug: _name_words(each, language) for each in services}
    said = _long_words(text)
    found = []
    for each in services:
        # A word that several services share names none of them.
        others = set[str]().union(*(names for slug, names in named.items() if slug != each.slug))
        if any(_has_like(word, said) and not _has_like(word, others) for word in named[each.slug]):
            found.append(each)
    return found[0] if len(found) == 1 else None


def _name_words(service: Service, language: str) -> set[str]:
    return {word for code in (language, "de") for word in _long_words(service.names.get(code, ""))}


def _long_words(text: str) -> set[str]:
    return {plain for word in words(text) if len(plain := skeleton(word)) >= _least_letters(plain)}


def _has_like(word: str, others: Iterable[str]) -> bool:
    """Whether another word begins as this one does, but for an ending."""
    for other in others:
        alike = max(_least_letters(word), len(word) - _ENDING, len(other) - _ENDING)
        if len(word) >= alike <= len(other) and word[:alike] == other[:alike]:
            return True
    return False


def _least_letters(word: str) -> int:
    return _LONG_WORD if word < _SYLLABLES else _LONG_WORD - 1


def service_for(services: Iterable[Service], topics: Mapping[str, float]) -> tuple[Service, str] | None:
    """The service that these topics lead to, and the topic; None if nothing speaks for one."""
    best: tuple[float, Service, str] | None = None
    for service in services:
        mine = {topic: score for topic in service.topics if (score := max(topics.get(topic, 0.0), topics.get(_group(topic), 0.0)))}
        score = sum(mine.values())
        if score >= _LEAST_SCORE and (best is None or score > best[0]):
            best = (score, service, max(mine, key=lambda topic: mine[topic]))
    return best[1:] if best else None


def _group(topic: str) -> str:
    return topic.partition("/")[0] + "/"
