"""The words of a button, typed instead of pressed: people copy what they read, and old phones show no buttons."""

from dialogs.model import Turn
from handoff import requests
from locales.marks import mark
from locales.texts import translate
from nlu.text import skeleton, words

CANCEL = "human:cancel"
LABELS = {
    "calm": mark("I am not in danger"),
    "book": mark("Make an appointment"),
    "appt": mark("My appointments"),
    "due:list": mark("Dates that I remind you of"),
    "find_course": mark("Find a course"),
    "alert:list": mark("Stop these messages"),
    "human": mark("Talk to a person"),
    CANCEL: mark("I do not need anybody any more"),
    "place": mark("Choose my town"),
    "language": mark("Change language"),
    "privacy": mark("Privacy"),
    "export": mark("See my data"),
    "delete": mark("Delete my data"),
}


async def chosen(turn: Turn) -> str | None:
    """The id of the button whose words the whole message is, in the person's language or in German; None if it is none."""
    said = _plain(turn.inbound.text)
    languages = {turn.language, turn.standing.language or turn.language, "de"}
    found = next((choice for choice, label in LABELS.items() for code in languages if _plain(translate(code, label)) == said), None)
    return None if found == CANCEL and not await _has_asked(turn) else found


async def _has_asked(turn: Turn) -> bool:
    """Whether there is a request to take back: without one “I do not need anybody any more” is a word of despair."""
    town = turn.town
    return bool(town and await requests.open_of(turn.session, municipality=town.id, person=turn.standing.person))


def is_said(turn: Turn, label: str) -> bool:
    """Whether the whole message is the words of one button, in the person's language or in German."""
    return _plain(turn.inbound.text) in {_plain(translate(code, label)) for code in (turn.language, "de")}


def _plain(text: str) -> str:
    return " ".join(words(skeleton(text)))
