"""The menu of reply phrases in a case: each in the person's language with German beside it. Phrases themselves are in `handoff.phrases`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from desk.access import Actor
from handoff import phrases
from handoff.phrases import Ready
from handoff.reading import Agreed, Line, Opened
from knowledge.model import Knowledge
from locales.registry import DEFAULT

# What is not known stands like this until the adviser writes it; a reply with it is not sent.
GAP = "____"
EMERGENCY = "ambulance"  # a contact of the knowledge


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A phrase to insert: `text` in `language` (the person's, or the next best), `german` as the adviser reads it."""

    key: str
    text: str
    language: str
    german: str


async def menu(  # noqa: PLR0913 - one keyword for each thing that fills a gap
    session: AsyncSession, *, actor: Actor, knowledge: Knowledge, opened: Opened, agreed: Sequence[Agreed], now: datetime
) -> list[Offered]:
    """All phrases of the municipality, filled with what is known of this case."""
    known = _known(actor, agreed, now) | {"emergency": knowledge.contacts[EMERGENCY].phone[0]}
    return [_offered(phrase, opened.language, known, actor) for phrase in await phrases.all_(session, municipality=opened.municipality)]


def _known(actor: Actor, agreed: Sequence[Agreed], now: datetime) -> dict[str, Any]:
    following = next((one for one in agreed if one.starts_at > now and one.state in {"booked", "confirmed"}), None)
    known: dict[str, Any] = {"name": actor.name}
    if following:
        place = f"{following.office}, {following.address}" if following.address else following.office
        known |= {"when": following.starts_at, "day": following.starts_at.astimezone(actor.zone).date(), "place": place}
    return known


def _offered(phrase: Ready, language: str, known: Mapping[str, Any], actor: Actor) -> Offered:
    values = {name: known.get(name, GAP) for name in phrases.variables(phrase)}
    return Offered(
        key=phrase.key,
        text=phrases.fill(phrase, language=language, values=values, zone=actor.zone),
        language=phrases.language_of(phrase, language),
        german=phrases.fill(phrase, language=DEFAULT, values=values, zone=actor.zone),
    )


def germans(offered: Sequence[Offered], lines: Sequence[Line]) -> dict[int, str]:
    """The German of those lines that are a phrase in another language, as it was sent."""
    known = {one.text: one.german for one in offered if one.text != one.german}
    return {line.id: known[line.text] for line in lines if line.text in known}
