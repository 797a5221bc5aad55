"""Greeting, thanks, goodbye and the other small things of a talk."""

from dialogs import menu
from dialogs.model import Move, Reply, Turn
from dialogs.parts import just, say

_KINDS = frozenset({"greeting", "thanks", "goodbye"})
# The classifier's doubt is mostly below 0.4 for greetings as people write them, and above 1 for what nobody can read.
_FEW_WORDS, _UNSURE = 4, 1.0


def is_noise(turn: Turn) -> bool:
    """Whether a few words are taken for small talk only because they look a little like anything ("xyzzy")."""
    match = turn.match
    if match is None or match.decision != "intent" or match.intent not in _KINDS:
        return False
    return len(turn.inbound.text.split()) <= _FEW_WORDS and match.doubt > _UNSURE


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
