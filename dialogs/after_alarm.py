"""What is said in the minutes after an alarm: what may be about the danger stays with it, and its numbers stay in reach.

"Where can I go tonight", "nobody must know", "I am so tired": asked alone, the classifier takes them for the search for a flat, for
a wish for a person, for an insult. Whatever is not clearly something else belongs to the alarm, for a few messages.
"""

from dataclasses import replace

from dialogs import article, crisis, deadlines, fallback, follow_up
from dialogs.crisis import ENTRIES
from dialogs.model import Move, Turn
from dialogs.parts import say
from handoff import requests
from nlu.model import Match
from nlu.text import words

# The last few exchanges, with what the ladder says in between.
_LINES = 14
# A longer message says by itself what it is about.
_BRIEF = 12
# From which likelihood on it is something else. "I am alone" looks like psychological help with .92, "nobody here" like a wish for a
# person with .88; a real question for a lawyer, a real wish for a person are all but certain. On very few words nothing less is believed.
_TOPIC, _TOPIC_IN_BRIEF, _PERSON, _DEED, _ANOTHER_DANGER, _SAME_DANGER = 0.9, 0.98, 0.95, 0.8, 0.5, 0.9
_VERY_FEW = 3
_CALM = 0.9
# These mean nothing without what was said before.
_ABOUT_IT = frozenset({"yes", "no", "more", "calm"})
_EASED = frozenset({"calm", "yes"})
_SUICIDE, _MEDICAL = ENTRIES["crisis_suicide"], ENTRIES["crisis_medical"]


async def hear(turn: Turn) -> Move | None:
    """What belongs to the alarm of a moment ago; None if there was none, or if the message is clearly about something else."""
    match = turn.match
    count = len(words(turn.inbound.text))
    if match is None or fallback.is_busy(turn) or not 0 < count <= _BRIEF or deadlines.told(turn) or turn.standing.state.get("calmed"):
        return None
    topic = _TOPIC_IN_BRIEF if count <= _VERY_FEW else _TOPIC
    # What is clearly about something else whatever the alarm was needs no look at the history: that is most of what people write.
    if match.entry not in ENTRIES.values() and _is_something_else(match, "", topic=topic):
        return None
    entry = await lately(turn)
    if entry is None or _is_something_else(match, entry, topic=topic):
        return None
    if match.intent in _EASED:
        return await eased(turn)
    move = await follow_up.on(turn, entry)
    # As with an alarm, nothing of what was typed in danger is kept.
    return replace(move, replies=tuple(replace(reply, urgent=True) for reply in move.replies)) if match.decision == "crisis" else move


async def eased(turn: Turn) -> Move | None:
    """For who says that it is better, or that help comes; None without an alarm before.

    "I have nobody" and "I am tired" sound like it: only who surely says that there is no danger is taken at their word, and whoever
    spoke of suicide may say so and be alone a moment later.
    """
    entry = await lately(turn)
    if entry is None or turn.match is None:
        return None
    if turn.match.intent == "calm" and turn.match.sure >= _CALM:
        move = await crisis.calm(turn)
        return replace(move, state=turn.standing.state) if entry == _SUICIDE else move
    if entry != _MEDICAL:
        return await follow_up.on(turn, entry)
    reply = say(turn, crisis.relief(turn), choices=article.links(turn, (entry,)))
    return Move(replies=(reply,), dialog=turn.standing.dialog, state=turn.standing.state)


async def lately(turn: Turn) -> str | None:
    """The article of the last alarm, unless something else was read since."""
    read = await requests.recent(turn.session, turn.services.keyring, person=turn.standing.person, lines=_LINES)
    alarms = [entry for entry in read.alarms if entry in ENTRIES.values()]
    return alarms[0] if alarms and read.articles[0] in read.alarms else None


def _is_something_else(match: Match, entry: str, *, topic: float) -> bool:
    """Whether a message is clearly not about the alarm that led to `entry`; as likely as `topic` it must be about something else."""
    match match.decision:
        case "crisis":
            return match.sure >= (_SAME_DANGER if match.entry == entry else _ANOTHER_DANGER)
        case "answer":
            # What follows from the message before rather than from these words has no candidates: nothing says how likely it is.
            return match.entry != entry and any(candidate.score >= topic for candidate in match.candidates[:1])
        case "intent":
            return match.intent not in _ABOUT_IT and match.sure >= (_PERSON if match.intent == "human" else _DEED)
        case _:
            return False
