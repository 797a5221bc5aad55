"""A message that goes on about the article that was read last, though its words alone look like something else: `nlu.following` says so.

What that article says comes then, and what it may be instead stays one press away; the other way round where it is less likely.
"""

from dataclasses import replace

from dialogs import article, fallback, follow_up
from dialogs.model import Move, Turn
from dialogs.parts import rows_of, with_choices
from nlu.following import GOES_ON, MAY_GO_ON

# In the middle of a subject these are seen in half a sentence ("in the evening? I work shifts", "he is Georgian", "the office gave me no
# appointment"): an unlikely one is not believed there, a likely one only where the message hardly goes on. Who wants to end is believed.
_RASH = frozenset(
    {"move_appointment", "cancel_appointment", "my_appointments", "change_language", "privacy", "calm", "robot", "dates", "yes", "back"}
    | {"find_course", "greeting"}
)
_SURE, _UNSURE, _FAINT = 0.7, 0.5, 0.15
# Where only the short answer is in the person's language, another article's answer gives way to "a person knows more" only then.
_CLEARLY = 0.75


async def rash(turn: Turn) -> Move | None:
    """What the article that was read says, where an intent is too unlikely to be followed; None where it is likely enough."""
    match = turn.match
    if match is None or match.decision != "intent" or match.intent not in _RASH or match.sure >= _SURE:
        return None
    return await answer(turn, least=_FAINT if match.sure < _UNSURE else GOES_ON)


async def answer(turn: Turn, *, least: float = GOES_ON) -> Move | None:
    """What the article that was read says to a message that goes on about it; None for any other message, or if all of it was said."""
    match, read = turn.match, _read(turn, least)
    if match is None or read is None:
        return None
    rival = match.decision == "answer" and match.entry != read
    if rival and not article.has_details(turn, read) and not _read(turn, _CLEARLY):
        return None
    move = await follow_up.anew(turn, read, again=match.entry == read)
    if move is None:
        return None
    likely = [one for one in match.candidates if one.score >= _FAINT and one.entry != read and not one.page]
    return _with(move, turn, [one.entry for one in likely if fallback.may_be_offered(one)][:1])


def in_reach(turn: Turn, move: Move) -> Move:
    """Another article's answer with the way back to what was read before it, if the message may have been about that."""
    read = _read(turn, MAY_GO_ON)
    return move if read is None or (turn.match and turn.match.entry == read) else _with(move, turn, [read])


def among(turn: Turn, move: Move) -> Move:
    """What is said to a message that is about nothing for sure: what was read before it is the first that it may be about."""
    read = _read(turn, _FAINT)
    if read is None or not move.replies:
        return move
    first, *rest = move.replies
    rows = [row for row in first.rows if all(choice.id != f"ask:{read}" for choice in row)]
    return replace(move, replies=(replace(first, rows=(*rows_of(article.links(turn, [read])), *rows)), *rest))


def _read(turn: Turn, least: float) -> str | None:
    """What was read last, if the message goes on about it with at least this chance; not after "that did not help" or "no danger"."""
    before, state = turn.match.before if turn.match else None, turn.standing.state
    if before is None or before.chance < least or state.get("calmed") or state.get("missed") == before.read:
        return None
    return before.read if before.read in turn.knowledge.articles and follow_up.may_follow(turn.standing) else None


def _with(move: Move, turn: Turn, entries: list[str]) -> Move:
    first, *rest = move.replies
    shown = {choice.id for row in first.rows for choice in row}
    ways = [choice for choice in article.links(turn, entries) if choice.id not in shown]
    return replace(move, replies=(with_choices(first, ways), *rest))
