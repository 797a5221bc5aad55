"""Finds what the article that somebody read last says to their next question, before that question is answered.

The encoder reads sentences once per article and language, when somebody asks; vectors are kept on disk, those of the latest at hand.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.apply import World
from bot.inbox import Mail
from dialogs import follow_up
from handoff import requests
from knowledge import excerpts, view
from knowledge.model import Article
from nlu import excerpts as likeness
from nlu import following, phrases, sentence_files
from nlu.brain import Brain
from nlu.classifier import Floats
from nlu.embedding import Vectors
from nlu.excerpts import Asked
from nlu.model import Before, Excerpt, Match
from nlu.text import words
from store.crypto import Keyring
from store.database import Database

log = structlog.get_logger(__name__)

MOST_KEPT = 128
# Characters of what is quoted; the first line is always shown.
_ENOUGH = 450
_LAST = 2
# What courses cost is an article of its own; of other subjects a neighbour's prices would be wrong.
_COURSES, _PRICES = "language/", "language/costs-and-travel"
# What understanding makes of a message that may be about what was read last; then the likeness must be clearer.
_LOST = frozenset({"rephrase", "out_of_scope"})


@dataclass(frozen=True, slots=True)
class _Text:
    """An article line by line, as somebody reads it."""

    entry: str
    language: str
    lines: tuple[excerpts.Line, ...]


def _text(article: Article, language: str) -> _Text:
    best = view.best(article, language=language)
    return _Text(article.id, best.language, excerpts.lines(best, article.translations.get("de")))


def _chosen(text: _Text, alike: Sequence[float], message: str, question: Asked) -> tuple[tuple[str, ...], float]:
    """The likeliest lines of a text, and how likely the first of them is the answer; none where no line may be one."""
    may = [at for at, line in enumerate(text.lines) if question.wanted(line.german)]
    if not may:
        return (), 0.0
    german = [line.german for line in text.lines]
    likely = likeness.chances(likeness.features(alike, message, [line.text for line in text.lines], german, question))
    first, *others = likeness.best(likely, among=may)
    said = [text.lines[first].text]
    for at in others:
        if text.lines[at].text not in said and len("".join(said)) + len(text.lines[at].text) <= _ENOUGH:
            said.append(text.lines[at].text)
    return tuple(said), float(likely[first])


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
        self._questions: tuple[Floats, Floats] | None = None
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
        read = texts[0].entry
        before = Before(read=read, chance=following.chance(match.topics, read, words=_count(mail)))
        match = replace(match, before=before)
        # Only what names nothing by itself may be answered by the article before it, or by prices.
        nearest = texts if _is_more(match, mail) or match.decision in _LOST else texts[:1]
        return await self._quoted(match, mail, nearest, least=self._least(match, mail, before))

    async def _quoted(self, match: Match, mail: Mail, texts: Sequence[_Text], *, least: float | None) -> Match:
        """The match with the lines that answer it: of what was read the likeliest, of another text those that are clearly nearer."""
        known = await self._known() if least is not None and match.vector is not None else None
        if known is None or least is None or match.vector is None:
            return match
        question = likeness.asked(match.vector, language=match.language, how_long=known[0], how_much=known[1])
        nearest, found, goes_on = max(least, likeness.LENGTH if question.length else least), match, least <= likeness.LEAST
        for text in texts:
            alike = await self._alike(text, match)
            if not alike:
                return match
            lines, chance = _chosen(text, alike, mail.inbound.text, question)
            if lines and max(alike) >= nearest:
                found = replace(match, excerpt=Excerpt(read=texts[0].entry, entry=text.entry, lines=lines))
            elif text is texts[0] and goes_on:
                # What goes on about a text is mostly answered somewhere in it: its likeliest lines are better than nothing.
                sure = chance >= likeness.SURE and not question.length
                found = replace(match, excerpt=Excerpt(read=text.entry, entry=text.entry, lines=lines, sure=sure, how_long=question.length))
            nearest = max(nearest, max(alike) + likeness.CLEARER)
        return found

    async def _alike(self, text: _Text, match: Match) -> list[float] | None:
        """How like the message each line is, by its nearest sentence; None where the engine cannot run."""
        rows = await self._rows(tuple(sentence for line in text.lines for sentence in line.sentences))
        if rows is None or match.vector is None:
            return None
        near = iter(likeness.likeness(rows, match.vector, language=match.language, written=text.language))
        return [max(float(next(near)) for _ in line.sentences) for line in text.lines]

    @staticmethod
    def _least(match: Match, mail: Mail, before: Before) -> float | None:
        """How like a sentence must be; None if the message is about something else."""
        if before.chance >= following.GOES_ON or _is_more(match, mail):
            return likeness.LEAST
        return likeness.CLEARLY if match.decision in _LOST else None

    async def _texts(self, mail: Mail, language: str) -> list[_Text]:
        """The article that was read last, the one before, and that on prices after one on courses, as the person reads them."""
        async with self._database.read() as session:
            known = await self._world.known_in(session, mail.standing.municipality)
            seen = await requests.recent(session, self._keyring, person=mail.standing.person, lines=follow_up.LINES)
        read = [entry for entry in seen.articles if entry in known.articles][:_LAST]
        prices = [_PRICES] if any(entry.startswith(_COURSES) for entry in read) and _PRICES in known.articles else []
        entries = dict.fromkeys([*read, *prices])
        return [_text(known.articles[entry], language) for entry in entries]

    async def _known(self) -> tuple[Floats, Floats] | None:
        """The vectors of the questions how long something takes and how much it costs; None where the engine cannot run."""
        if self._questions is None:
            asked = [await self._brain.understand(question, language="en") for question in (likeness.HOW_LONG, likeness.HOW_MUCH)]
            how_long, how_much = (match.vector for match in asked)
            self._questions = (how_long, how_much) if how_long is not None and how_much is not None else None
        return self._questions

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
