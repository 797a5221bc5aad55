"""Help for who does not know their level: five plain sentences to tick. It is no test, and what follows from it is said modestly."""

from dataclasses import replace

from dialogs import course_state as states
from dialogs.course_state import Looking
from dialogs.model import Choice, Move, Turn
from dialogs.parts import paragraphs, say
from knowledge.courses.filters import Filters
from knowledge.courses.record import LEVELS
from locales.marks import mark

# The first is about letters; each of the others stands for one level that is reached.
STATEMENTS = (
    mark("I can read and write Latin letters: a, b, c."),
    mark("I can say my name, where I live, and what I want to buy."),
    mark("I can talk about my day, and explain to a doctor what hurts."),
    mark("I can tell what I have lived through, and say what I think."),
    mark("I can follow the news, and discuss my work."),
)
_TICKED, _EMPTY = "☑", "☐"
OPEN = "placement"


def show(turn: Turn, looking: Looking) -> Move:
    """The sentences with what is ticked; a second tap takes a tick away."""
    ticks = set(looking.ticks)
    signs = [_TICKED if number in ticks else _EMPTY for number in range(len(STATEMENTS))]
    lines = [f"{sign} {number}. {turn.t(line)}" for number, (sign, line) in enumerate(zip(signs, STATEMENTS, strict=True), start=1)]
    text = paragraphs(turn.t("What of this can you do in German? Tap all that fits."), "\n".join(lines))
    choices = (
        *(Choice(id=f"placement:{number}", label=f"{sign} {number + 1}") for number, sign in enumerate(signs)),
        Choice(id="placement:done", label=turn.t("That is all")),
    )
    reply = say(turn, text, title=turn.t("Find a course"), choices=choices, back="placement:back", screen=True)
    return replace(looking, open=OPEN).at(reply)


def ticked(looking: Looking, answer: str) -> Looking:
    """With the tick of one sentence set or taken away; what is no sentence changes nothing."""
    number = states.number(answer) if answer.isdigit() else -1
    if not 0 <= number < len(STATEMENTS):
        return looking
    return replace(looking, ticks=tuple(sorted(set(looking.ticks) ^ {number})))


def wished(filters: Filters, ticks: tuple[int, ...]) -> Filters:
    """The wishes with what follows from the ticks: a course for reading and writing, or the level after those that are reached."""
    if 0 not in ticks:
        return replace(filters, literacy=True, level="")
    return replace(filters, literacy=False, level=LEVELS[len(ticks) - 1])


def result(turn: Turn, filters: Filters) -> str:
    """What the ticks come to, in careful words."""
    if filters.literacy:
        return turn.t("Courses that begin with reading and writing may fit. The school looks again together with you.")
    return turn.t("Courses of level {level} may fit. The school looks again together with you.", level=filters.level)
