"""Which courses somebody who writes a text is shown first: wishes and places read, and the catalogue searched, without a dialog."""

from dataclasses import dataclass
from datetime import date

from bot import towns
from bot.course_files import opened
from bot.settings import Settings
from knowledge import geo, loader
from knowledge.courses import filters as wishes
from knowledge.courses import search
from knowledge.courses.record import Course
from knowledge.courses.shelf import Shelf
from nlu import course_words


@dataclass(frozen=True, kw_only=True)
class Match:
    """What was found for a text: the wishes in it, the courses that fit, and how many there are."""

    wishes: dict[str, object]
    total: int
    courses: tuple[tuple[Course, float | None], ...]


async def find(settings: Settings, text: str, *, language: str | None, owner: str, today: date) -> Match:
    """The courses that somebody who writes this text is shown first."""
    places = geo.locate(loader.shipped().places, text, demo=owner == towns.DEMO, course=True)
    filters = wishes.of_wishes(course_words.find(text, language=language, today=today), places[:1])
    shelf = Shelf(demo=owner == towns.DEMO)
    async with opened(settings) as base, base.read() as session:
        found = search.find(await shelf.index(session), filters, today=today, owners={owner, ""} if owner else None)
        kept = await shelf.courses(session, [hit.course for hit in found.hits])
    shown = tuple((kept[hit.course].course, hit.km) for hit in found.hits)
    return Match(wishes=filters.to_state(), total=found.total, courses=shown)
