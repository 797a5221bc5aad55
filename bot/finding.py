"""What a message means to somebody in a municipality: understanding, what was written there, and its imported pages.

The only place where all engines meet at run time; which of them has the word is decided in `nlu.nearest` and `nlu.joint`.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.local_questions import LocalQuestions
from bot.page_shelf import PageShelf
from dialogs.model import Town
from knowledge.pages.switches import Off, Switches
from nlu import joint
from nlu.brain import Brain
from nlu.model import Match
from nlu.retrieval import Index, Ranking
from store.database import Database

_MOST = 5

log = structlog.get_logger(__name__)


class Finder:
    """Understanding with what municipalities wrote and import; all parts are shared with the rest of the process."""

    def __init__(  # noqa: PLR0913 - the parts that it joins
        self, *, brain: Brain, own: LocalQuestions, shelf: PageShelf, database: Database, towns: Mapping[str, Town], switches: Switches
    ) -> None:
        self._brain = brain
        self._own = own
        self._shelf = shelf
        self._database = database
        self._towns = towns
        self._switches = switches

    async def understand(self, text: str, *, language: str | None, municipality: str | None) -> Match:
        """What `text` means; a person without a municipality (slug) gets the common articles alone."""
        match = await self._brain.understand(text, language=language)
        match = await self._with_own(match, text, municipality)
        index = self._shelf.now(municipality) if municipality else None
        return await look(match, text, index=index, off=self._switches.of(municipality))

    async def _with_own(self, match: Match, text: str, municipality: str | None) -> Match:
        """The match with the articles that were written in a municipality."""
        town = self._towns.get(municipality or "")
        if town is None:
            return match
        try:
            async with self._database.read() as session:
                return await self._own.understood(session, match, text, municipality=town.id)
        except (SQLAlchemyError, OSError) as error:
            log.warning("own articles not looked at", reason=type(error).__name__)
            return match


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
