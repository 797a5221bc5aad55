"""Finds what the article that somebody read last says to their next question, before that question is answered.

The encoder reads sentences once per article and language, when somebody asks; vectors are kept on disk, those of the latest at hand.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.apply import World
from bot.inbox import Mail
from dialogs import follow_up
from handoff import requests
from knowledge import excerpts, view
from knowledge.model import Translation
from nlu import excerpts as likeness
from nlu import following, phrases, sentence_files
from nlu.brain import Brain
from nlu.classifier import Floats
from nlu.embedding import Vectors
from nlu.model import Before, Excerpt, Match
from nlu.text import words
from store.crypto import Keyring
from store.database import Database

log = structlog.get_logger(__name__)

MOST_KEPT = 128
_LAST = 2
# What courses cost is an article of its own; of other subjects a neighbour's prices would be wrong.
_COURSES, _PRICES = "language/", "language/costs-and-travel"
# What understanding makes of a message that may be about what was read last; then the likeness must be clearer.
_LOST = frozenset({"rephrase", "out_of_scope"})


def _count(mail: Mail) -> int:
    return len(words(mail.inbound.text))


def _is_more(match: Match, mail: Mail) -> bool:
    """Whether the message asks for more about what was read and names nothing."""
    languages = {match.language, mail.standing.language or match.language}
    return match.intent == "more" or phrases.kind(mail.inbound.text, languages) == "more"


class Excerpts:
    """The sentences of articles by their vectors; shared by all tasks of one event loop."""

    def __init__(self, *, brain: Brain, world: World, database: Database, keyring: Keyring, folder: Path) -> None:
        self._brain = brain
        self._folder = folder
        self._world = world
        self._database = database
        self._keyring = keyring
        self._how_long: Floats | None = None
        self._kept: OrderedDict[tuple[str, ...], Vectors] = OrderedDict()

    async def beside(self, match: Match, mail: Mail) -> Match:
        """The match with what was read last, and what that says to it, if the message may be one that follows an answer."""
        standing = mail.standing
        if standing.language is None or standing.held_by_case is not None or not follow_up.may_follow(standing):
            return match
        if match.decision == "crisis":
            return match
        try:
            texts = await self._texts(mail, match.language)
        except (SQLAlchemyError, OSError) as error:
            # What is understood is not lost with the database for a moment: the message waits until it answers again.
            log.warning("what was read last is not known", reason=type(error).__name__)
            return match
        if not texts:
            return match
        read = texts[0][0]
        before = Before(read=read, chance=following.chance(match.topics, read, words=_count(mail)))
        match = replace(match, before=before)
        # Only what names nothing by itself may be answered by the article before it, or by prices.
        nearest = texts if _is_more(match, mail) or match.decision in _LOST else texts[:1]
        return await self._quoted(match, nearest, least=self._least(match, mail, before))

    async def _quoted(self, match: Match, texts: Sequence[tuple[str, Translation]], *, least: float | None) -> Match:
        """The match with the sentences of the texts that answer it, if they are at least so like it."""
        if least is None or match.vector is None:
            return match
        how_long = await self._length()
        if how_long is None:
            return match
        lasting, goes_on = likeness.asks_length(match.vector, language=match.language, how_long=how_long), least <= likeness.LEAST
        least = best = max(least, likeness.least(match.vector, language=match.language, how_long=how_long))
        found, read = match, texts[0][0]
        for entry, translation in texts:
            around = excerpts.sentences(translation)
            rows = await self._rows(tuple(around))
            if rows is None:
                return match
            alike = likeness.likeness(rows, match.vector, language=match.language, written=translation.language)
            lines = [*around.values()]
            if alike.max(initial=0) >= best:
                said = tuple(dict.fromkeys(lines[number] for number in likeness.best(alike, bar=least)))
                found = replace(match, excerpt=Excerpt(read=read, entry=entry, lines=said))
                best = float(alike.max()) + likeness.CLEARER
            elif entry == read and goes_on:
                # Any sentence with a span of time is near to "how long": it would be a wrong answer.
                near = () if lasting else dict.fromkeys(lines[number] for number in likeness.best(alike, bar=likeness.NEAR))
                found = replace(match, excerpt=Excerpt(read=read, entry=entry, lines=tuple(near), sure=False)) if near or lasting else match
        return found

    @staticmethod
    def _least(match: Match, mail: Mail, before: Before) -> float | None:
        """How like a sentence must be; None if the message is about something else."""
        if before.chance >= following.GOES_ON or _is_more(match, mail):
            return likeness.LEAST
        return likeness.CLEARLY if match.decision in _LOST else None

    async def _texts(self, mail: Mail, language: str) -> list[tuple[str, Translation]]:
        """The article that was read last, the one before, and that on prices after one on courses, as the person reads them."""
        async with self._database.read() as session:
            known = await self._world.known_in(session, mail.standing.municipality)
            seen = await requests.recent(session, self._keyring, person=mail.standing.person, lines=follow_up.LINES)
        read = [entry for entry in seen.articles if entry in known.articles][:_LAST]
        prices = [_PRICES] if any(entry.startswith(_COURSES) for entry in read) and _PRICES in known.articles else []
        entries = dict.fromkeys([*read, *prices])
        return [(entry, view.best(known.articles[entry], language=language)) for entry in entries]

    async def _length(self) -> Floats | None:
        """The vector of the question how long something takes; None where the engine cannot run."""
        if self._how_long is None:
            self._how_long = (await self._brain.understand(likeness.HOW_LONG, language="en")).vector
        return self._how_long

    async def _rows(self, sentences: tuple[str, ...]) -> Vectors | None:
        rows = self._kept.get(sentences)
        if rows is None:
            rows = await asyncio.to_thread(sentence_files.read, self._folder, sentences)
            rows = rows if rows is not None else await self._computed(sentences)
            if rows is None:
                return None
            self._kept[sentences] = rows
        self._kept.move_to_end(sentences)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return rows

    async def _computed(self, sentences: tuple[str, ...]) -> Vectors | None:
        rows = await self._brain.passages(sentences)
        if rows is not None:
            try:
                await asyncio.to_thread(sentence_files.write, self._folder, sentences, rows)
            except OSError as error:
                log.warning("vectors of sentences not kept", reason=error.strerror)
        return rows
