"""What a message means to somebody in a municipality: understanding, and its imported pages beside the own articles.

The only place where both engines meet at run time; which of them has the word is decided in `nlu.joint`.
"""

import asyncio
import time
from dataclasses import replace

from bot.page_shelf import PageShelf
from knowledge.pages.switches import Off, Switches
from nlu import joint
from nlu.brain import Brain
from nlu.model import Match
from nlu.retrieval import Index, Ranking

_MOST = 5


class Finder:
    """Understanding with pages; both are shared with the rest of the process."""

    def __init__(self, *, brain: Brain, shelf: PageShelf, switches: Switches) -> None:
        self._brain = brain
        self._shelf = shelf
        self._switches = switches

    async def understand(self, text: str, *, language: str | None, municipality: str | None) -> Match:
        """What `text` means; a person without a municipality (slug) gets own articles alone. Waits for no database."""
        match = await self._brain.understand(text, language=language)
        index = self._shelf.now(municipality) if municipality else None
        return await look(match, text, index=index, off=self._switches.of(municipality))


async def look(match: Match, text: str, *, index: Index | None, off: Off) -> Match:
    """The match with `joint`: what own articles and the pages of `index` come to; what is switched off is left out."""
    began = time.perf_counter()
    best = match.entry or next((candidate.entry for candidate in match.candidates), "")
    shown = joint.without(match, off.articles)
    ranking = Ranking()
    if index is not None and best not in off.pages and shown.decision not in {"crisis", "intent"}:
        ranking = await asyncio.to_thread(index.search, text, match.vector, language=match.language, most=_MOST)
    ms = round(match.ms + (time.perf_counter() - began) * 1000, 2)
    # The candidates stay: a message about a topic may be a wish for an appointment, whether or not its article is shown.
    return replace(match, decision=shown.decision, entry=shown.entry, joint=joint.join(shown, ranking), ms=ms)
