"""The hand-over card of a turn: what the person asked, filled in and read before a human takes over. Its shape is in `handoff.card`."""

from collections.abc import Mapping
from typing import Any

from dialogs import booking_state
from dialogs.model import Turn
from handoff import requests
from handoff.card import Card
from locales.registry import LANGUAGES
from store.scheduling import Service

# What entities and states of dialogs are called on the card.
_NAMES = ("level", "postcode", "need", "mode", "day", "time", "part", "topic")
_MOST_ARTICLES = 6


async def of_turn(turn: Turn) -> Card:
    """The card of somebody who asks for a human, or is not understood."""
    found = await requests.recent(turn.session, turn.services.keyring, person=turn.standing.person)
    typed = turn.inbound.text if turn.inbound.kind == "text" and not turn.inbound.text.startswith("/") else found.question
    known = {**(turn.match.entities if turn.match else {}), **turn.standing.state}
    return Card(
        question=typed,
        question_language=turn.match.language if turn.match and typed == turn.inbound.text else turn.language,
        filled=await _filled(turn, known),
        articles=found.articles[:_MOST_ARTICLES],
        wishes=["woman"] if known.get("woman") else [],
    )


def topic_of(turn: Turn, card: Card) -> str | None:
    """The article that the case is about: the one read last, or the likeliest meaning of a message that was not clear."""
    unclear = turn.match is not None and turn.match.decision != "intent"
    candidates = [candidate.entry for candidate in turn.match.candidates] if turn.match and unclear else []
    return next((entry for entry in (*card.articles, *candidates) if entry in turn.knowledge.articles), None)


async def _filled(turn: Turn, known: Mapping[str, Any]) -> dict[str, str]:
    """What was asked and answered so far; services and languages by their German names."""
    filled = {name: str(known[name]) for name in _NAMES if known.get(name)}
    if turn.standing.dialog == booking_state.DIALOG and (service := await _service(turn, known)):
        filled["service"] = service
    spoken = str(known.get("speaks", ""))
    return filled | ({"language": LANGUAGES[spoken].autonym} if spoken in LANGUAGES else {})


async def _service(turn: Turn, known: Mapping[str, Any]) -> str:
    found = await turn.session.get(Service, known["service"]) if known.get("service") else None
    return str(found.names.get("de", found.slug)) if found else ""
