"""One of a list, named by its place instead of pressed: "the second one", after courses, times, topics or appointments were shown."""

import re

from dialogs.model import Turn
from handoff import requests
from nlu import ordinals

# What a list is made of; other buttons below it are ways out, or what can be done with the one thing on the screen.
_ITEMS = tuple(re.compile(item) for item in (r"course:\d+", r"(?:booktime|bookday):(?!page:).+", r"ask:.+", r"page:.+", r"appt:show:\d+"))


async def chosen(turn: Turn) -> str | None:
    """The id of the button that the message names by its place in what was said last; None if there is none.

    What names a day or a weekday is about that: "on the first of May", "Monday" is "the second day" in Vietnamese.
    """
    place = ordinals.named(turn.inbound.text, turn.language)
    match = turn.match
    if place is None or match is None or match.decision in {"answer", "crisis"} or {"day", "weekday"} & match.entities.keys():
        return None
    shown = await requests.last_shown(turn.session, turn.services.keyring, person=turn.standing.person)
    lists = ([button for button in shown if item.fullmatch(button)] for item in _ITEMS)
    items = next((found for found in lists if found), [])
    return items[place - 1] if place <= len(items) else None
