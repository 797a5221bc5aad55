"""One of a list, named by its place instead of pressed: "the second one", after courses, times, topics or appointments were shown."""

from dialogs.model import Turn
from handoff import requests
from nlu import ordinals

# What a list is made of; other buttons below it are ways out.
_ITEMS = ("course", "booktime", "bookday", "ask", "page", "appt:show")


async def chosen(turn: Turn) -> str | None:
    """The id of the button that the message names by its place in what was said last; None if there is none.

    What names a day or a weekday is about that: "on the first of May", "Monday" is "the second day" in Vietnamese.
    """
    place = ordinals.named(turn.inbound.text, turn.language)
    match = turn.match
    if place is None or match is None or match.decision in {"answer", "crisis"} or {"day", "weekday"} & match.entities.keys():
        return None
    shown = await requests.last_shown(turn.session, turn.services.keyring, person=turn.standing.person)
    kind = next((kind for kind in _ITEMS if sum(_is_of(button, kind) for button in shown) > 1), None)
    items = [button for button in shown if kind and _is_of(button, kind)]
    return items[place - 1] if place <= len(items) else None


def _is_of(button: str, kind: str) -> bool:
    return button.startswith(f"{kind}:") and not button.startswith(f"{kind}:page:")
