"""What is asked before courses are shown: level, place, time, childcare. Each only if it is missing and its answer changes what is found.

Every question can be skipped, and none comes twice. What is made of the answers is in `courses`; help with the level is in `placement`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from dialogs import course_state as states
from dialogs import course_wishes
from dialogs.booking_words import PARTS
from dialogs.course_state import Looking
from dialogs.model import Choice, Move, Turn
from dialogs.parts import page_of, paragraphs, say
from knowledge.courses import filters as wishes
from knowledge.courses import search
from knowledge.courses.filters import Filters
from knowledge.courses.record import LEVELS
from knowledge.courses.search import Found
from locales.marks import mark

# With so few courses a look at them is quicker than an answer.
ENOUGH = 3
QUESTIONS = {
    "level": mark("Which German do you want to learn now?"),
    "place": mark("Where shall the course be? Write the name of a town, or a postcode."),
    "part": mark("At what time of the day can you learn?"),
    "childcare": mark("Do you need childcare during the course?"),
}
EXAMPLE = mark("You can also write what you want, for example: “B1 in the evening in Landau”.")
_LOOKED_AT = 40
Choosing = Callable[[Turn, Looking, Found], Awaitable[list[Choice]]]


async def ask(turn: Turn, looking: Looking, *, note: str = "", page: int = 0) -> Move | None:
    """The next question that is worth asking, or the one that is open; None if it is time to show courses."""
    found = search.find(await states.index(turn), looking.filters, today=await states.today(turn), limit=_LOOKED_AT)
    if found.total <= ENOUGH and not looking.alert:
        return None
    for question in (name for name in QUESTIONS if name not in looking.asked):
        choices = await _CHOICES[question](turn, looking, found)
        if choices:
            shown = page_of(turn, [choice for choice in choices if choice.id], page=page, more=f"courseset:{question}s")
            return _question(turn, looking, question, shown, note=note)
    return None


def _question(turn: Turn, looking: Looking, question: str, shown: Sequence[Choice], *, note: str) -> Move:
    more = (
        *((Choice(id="placement", label=turn.t("I do not know my level")),) if question == "level" else ()),
        Choice(id=f"courseset:{question}:any", label=turn.t("That does not matter")),
    )
    text = paragraphs(
        note,
        course_wishes.said(turn.language, looking.filters),
        turn.t(QUESTIONS[question]),
        "" if looking.asked else turn.t(EXAMPLE),
    )
    reply = say(turn, text, title=turn.t("Find a course"), choices=(*shown, *more), back="menu:language", screen=True)
    return replace(looking, open=question).at(reply)


async def _levels(turn: Turn, looking: Looking, found: Found) -> list[Choice]:
    filters = looking.filters
    if filters.level or filters.literacy:
        return []
    counts = await _counts(turn, {"literacy": replace(filters, literacy=True)} | {level: replace(filters, level=level) for level in LEVELS})
    letters = course_wishes.KINDS["literacy"]
    labels = {level: level for level in LEVELS} | {
        "literacy": turn.t(letters),
        "A1": turn.t("{level} · beginners", level="A1"),
    }
    if looking.alert:
        # What is to come may be of any level, whatever there is today.
        return [Choice(id=f"courseset:level:{level}", label=labels[level]) for level in counts]
    return _choices("level", counts, labels, found.total)


async def _places(turn: Turn, looking: Looking, found: Found) -> list[Choice]:
    """A place has no buttons: there is one without id if an answer would change something."""
    if looking.filters.online or wishes.has_place(looking.filters):
        return []
    if looking.alert:
        return [Choice(label="")]
    courses = await turn.courses.courses(turn.session, [hit.course for hit in found.hits])
    towns = {kept.course.town for kept in courses.values() if kept.course.format != "online"}
    return [Choice(label="")] if len(towns) > 1 else []


async def _parts(turn: Turn, looking: Looking, found: Found) -> list[Choice]:
    if looking.filters.part or looking.filters.weekdays:
        return []
    counts = await _counts(turn, {part: replace(looking.filters, part=part) for part in PARTS})
    return _choices("part", counts, {part: turn.t(name) for part, name in PARTS.items()}, found.total)


async def _childcare(turn: Turn, looking: Looking, found: Found) -> list[Choice]:
    if looking.filters.childcare:
        return []
    counts = await _counts(turn, {"yes": replace(looking.filters, childcare=True)})
    return _choices("childcare", counts, {"yes": turn.t("Yes, with childcare")}, found.total)


async def _counts(turn: Turn, answers: Mapping[str, Filters]) -> dict[str, int]:
    """How many courses each answer would leave."""
    index, today = await states.index(turn), await states.today(turn)
    return {answer: len(search.matching(index, filters, today=today)) for answer, filters in answers.items()}


def _choices(question: str, counts: Mapping[str, int], labels: Mapping[str, str], total: int) -> list[Choice]:
    """The answers that leave something; none at all if each leaves everything or nothing."""
    if not any(0 < count < total for count in counts.values()):
        return []
    return [Choice(id=f"courseset:{question}:{answer}", label=labels[answer]) for answer, count in counts.items() if count]


_CHOICES: dict[str, Choosing] = {"level": _levels, "place": _places, "part": _parts, "childcare": _childcare}
