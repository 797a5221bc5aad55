"""What a typed message is while a course is looked for: an answer, other wishes, or something else. What is made of it is in `courses`."""

from dialogs import course_state as states
from dialogs import place
from dialogs.course_questions import QUESTIONS
from dialogs.course_state import TELLING, Looking
from dialogs.model import Turn
from nlu.model import Match
from scheduler import booking
from store.types import utcnow

GROUP = "language/"
# About papers, whatever months and places it names.
_ADMISSION = "language/admission"
# An answer to the question for the level: the person needs help with it.
UNSURE = "unsure"
_SHORT_TEXT = 4
_OURS = {"find_course", "course_alert"}
_APPOINTMENTS = {"my_appointments", "move_appointment", "cancel_appointment"}
# What “I do not know”, “does not matter”, “no” are taken for in one language or another.
_NOTHING = {"yes", "no", "repeat"}


async def is_other(turn: Turn, looking: Looking, match: Match) -> bool:
    """Whether a longer message wants something else: another intent, or a question that an article answers and that says nothing of a wish.

    A bare “in the evening” or “Landau” may be taken for any intent.
    """
    if looking.open != "place" and place.is_wish(turn) and not place.named(turn, guess=False):
        return True
    long = len(turn.inbound.text.split()) >= _SHORT_TEXT
    if match.decision == "intent":
        return long and not await _may_be_ours(turn, looking, match)
    if match.decision != "answer" or not long:
        return False
    return not (match.entry or "").startswith(GROUP) or not (tells(turn) or _says_level(turn, looking))


def _says_level(turn: Turn, looking: Looking) -> bool:
    """Whether the message says what somebody can; a level alone may also be what a question is about, unless it was asked for."""
    found = states.entities(turn)
    return "literacy" in found or (looking.open == "level" and "level" in found)


async def _may_be_ours(turn: Turn, looking: Looking, match: Match) -> bool:
    """Whether an intent fits what is asked, or what else can be wished for."""
    if match.intent in _APPOINTMENTS:
        return tells(turn) and not await _has_ahead(turn)
    if match.intent == "change_place":
        return looking.open == "place"
    return match.intent in _OURS or (match.intent in _NOTHING and looking.open in QUESTIONS)


async def _has_ahead(turn: Turn) -> bool:
    """Whether the person has an appointment that “rather in the afternoon” could be about."""
    return bool(await booking.of_person(turn.session, person=turn.standing.person, now=utcnow()))


def overheard(match: Match, *, told: bool, level: bool) -> str | None:
    """The article that a message is taken for which looks for a course in truth; None if it looks for none.

    `told`: it says where, when or for whom; `level`: it names a level, which may also be what a question is about.
    """
    top = match.entry or next((candidate.entry for candidate in match.candidates), "")
    if match.decision in {"out_of_scope", "intent", "crisis"} or not top.startswith(GROUP) or top == _ADMISSION:
        return None
    return top if told or (level and match.decision != "answer") else None


def tells(turn: Turn) -> bool:
    """Whether the message names what only somebody names who looks for a course."""
    return any(name in TELLING for name in states.entities(turn)) or bool(states.spots(turn))


def answer_of(looking: Looking, match: Match) -> str:
    """The answer of a message without any wish to the open question, as its button has it; empty if it is none."""
    if match.intent not in _NOTHING or looking.open not in QUESTIONS:
        return ""
    if looking.open == "childcare" and match.intent == "yes":
        return "yes"
    return UNSURE if looking.open == "level" and match.intent == "repeat" else "any"


def is_unknown_place(looking: Looking, match: Match) -> bool:
    """Whether a message that names nothing answers the question for the place."""
    return looking.open == "place" and (match.decision not in {"answer", "intent"} or match.intent == "change_place")
