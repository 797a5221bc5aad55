"""A question of Lotse that yes or no answers: which buttons these stand for is kept in the conversation's state."""

from dataclasses import replace
from typing import Any

from dialogs.model import Move, Turn

DIALOG = "asked"
_ANSWERS = frozenset({"yes", "no"})


def asking(move: Move, *, yes: str, no: str, **state: Any) -> Move:
    """The move, after which a typed yes or no is taken for the buttons with these ids."""
    return replace(move, dialog=DIALOG, state={**state, "yes": yes, "no": no})


def meant(turn: Turn) -> str | None:
    """The id of the button that a typed yes or no stands for; None if it is something else, or nothing was asked."""
    match, state = turn.match, turn.standing.state
    if turn.standing.dialog != DIALOG or match is None or match.decision != "intent" or match.intent not in _ANSWERS:
        return None
    return str(state.get(match.intent or "", "")) or None
