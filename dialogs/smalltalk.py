"""Greeting, thanks, goodbye and the other small things of a talk."""

from collections.abc import Collection

from dialogs import menu
from dialogs.model import Move, Reply, Turn
from dialogs.parts import just, say

_KINDS = frozenset({"greeting", "thanks", "goodbye"})
# The classifier's doubt is mostly below 0.4 for greetings and commands, and above 1 for names and what nobody can read.
_FEW_WORDS, _UNSURE = 4, 1.0
# Names are taken for a greeting; for thanks hardly ever so surely as "many thanks" in a rare spelling.
_SURE_THANKS = 0.8


def looks_like_anything(turn: Turn) -> bool:
    """Whether these are a few words that fit nothing well, and so everything a little: a name, or "xyzzy"."""
    return turn.match is not None and len(turn.inbound.text.split()) <= _FEW_WORDS and turn.match.doubt > _UNSURE


def is_noise(turn: Turn, *, also: Collection[str] = ()) -> bool:
    """Whether a message is taken for small talk, or `also` for these intents, only because it looks a little like anything."""
    match = turn.match
    if match is None or match.decision != "intent" or (match.intent == "thanks" and match.sure >= _SURE_THANKS):
        return False
    return (match.intent in _KINDS or match.intent in also) and looks_like_anything(turn)


async def greeting(turn: Turn) -> Move:
    """Greet back, and show what Lotse can do."""
    hello = Reply(text=turn.t("Hello! How can I help you?"), language=turn.language)
    return Move(replies=(hello, *(await menu.show(turn)).replies))


async def thanks(turn: Turn) -> Move:
    """You are welcome."""
    return just(say(turn, turn.t("You are welcome. Do you have another question? Just write it.")))


async def goodbye(turn: Turn) -> Move:
    """Goodbye; the chat stays open."""
    return just(say(turn, turn.t("Goodbye and all the best. You can write to me at any time.")))


async def lost(turn: Turn) -> Move:
    """A yes, a no or a “say again” to nothing in particular: say what to do now."""
    return just(say(turn, turn.t("Please write your question in a few words, or choose a topic in the menu.")))
