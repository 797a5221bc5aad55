"""What Lotse would make of a question, for the desk's page that tries one: as in the chat, but nothing is stored."""

import asyncio
from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.apply import World
from bot.finding import Finder
from bot.local_questions import LocalQuestions
from desk.parts import Near, Tried
from knowledge.model import Article
from nlu import joint, lexical, safety
from nlu.brain import Brain
from nlu.lexical import Floats
from nlu.text import prepare

MOST_EXAMPLES = 6
_LEAST = 0.1
_OFTEN = ("de", "en")  # words of these stand in messages of all languages


class Trial:
    """Tries questions with the parts of a running process."""

    def __init__(self, *, brain: Brain, own: LocalQuestions, finder: Finder, world: World) -> None:
        self._brain = brain
        self._own = own
        self._finder = finder
        self._world = world

    async def tried(self, session: AsyncSession, *, municipality: str, text: str, language: str | None) -> Tried:
        """What would be decided for somebody of this municipality (slug) who chose this language (None: not yet)."""
        match, town = await self._finder.understand(text, language=language, municipality=municipality), self._world.towns.get(municipality)
        own = await self._own.nearest(session, match, text, municipality=town.id if town else None)
        known = (await self._world.known_in(session, municipality)).articles
        found = [known[one.entry] for one in match.candidates if one.entry in known]
        ours = [Near(entry=one.entry, question=one.question, language=one.language, score=one.likeness) for one in own if one.question]
        theirs = await asyncio.to_thread(nearest, text, [one for one in found if one.id not in {near.entry for near in ours}])
        danger, hints, idiom = safety.look(prepare(text), list(dict.fromkeys((match.language, *_OFTEN))))
        return Tried(
            match=joint.applied(match),
            examples=sorted((*ours, *theirs), key=lambda one: -one.score)[:MOST_EXAMPLES],
            danger=sorted(danger),
            hints=sorted(hints),
            idiom=idiom,
            engine=self._brain.engine,
        )


def nearest(text: str, articles: Sequence[Article]) -> list[Near]:
    """The example questions of these articles that are written most like a text, with the cosine of their n-grams."""
    known = [(one.id, code, asked) for one in articles for code, each in one.translations.items() for asked in each.questions]
    rarity = lexical.inverse_frequencies([asked for _, _, asked in known])
    wanted = dict(zip(*(part.tolist() for part in lexical.features(text, rarity)), strict=True))
    near = [Near(entry=entry, language=code, question=asked, score=_likeness(asked, wanted, rarity)) for entry, code, asked in known]
    return sorted((one for one in near if one.score > _LEAST), key=lambda one: -one.score)[:MOST_EXAMPLES]


def _likeness(question: str, wanted: Mapping[int, float], rarity: Floats) -> float:
    grams, weights = lexical.features(question, rarity)
    return float(sum(wanted.get(gram, 0.0) * weight for gram, weight in zip(grams.tolist(), weights.tolist(), strict=True)))
