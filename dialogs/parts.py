"""The pieces that every screen is made of: the last row, pages of choices, rows. No dialog of its own."""

from collections.abc import Sequence
from dataclasses import replace

from dialogs.model import Choice, Move, Reply, Turn
from locales.registry import LANGUAGES

MOST_CHOICES = 6
_SHORT = 18


def last_row(turn: Turn, *, back: str = "menu") -> tuple[Choice, ...]:
    """Back · Menu · Human, the same on every screen; `back` is the choice that leads one screen up."""
    return (
        Choice(id=back, label=turn.t("Back")),
        Choice(id="menu", label=turn.t("Menu")),
        Choice(id="human", label=turn.t("Human")),
    )


def rows_of(choices: Sequence[Choice]) -> tuple[tuple[Choice, ...], ...]:
    """Two short labels share a row, a long one has its own."""
    rows: list[tuple[Choice, ...]] = []
    for choice in choices:
        if rows and len(rows[-1]) == 1 and max(len(choice.label), len(rows[-1][0].label)) <= _SHORT:
            rows[-1] = (*rows[-1], choice)
        else:
            rows.append((choice,))
    return tuple(rows)


def page_of(turn: Turn, choices: Sequence[Choice], *, page: int, more: str) -> tuple[Choice, ...]:
    """At most six choices: those of `page` (from 0) and, if there are others, a last one that turns the page (`more:<page>`)."""
    if len(choices) <= MOST_CHOICES:
        return tuple(choices)
    size = MOST_CHOICES - 1
    pages = -(-len(choices) // size)
    start = (page % pages) * size
    turn_page = Choice(id=f"{more}:{(page + 1) % pages}", label=turn.t("More"))
    return (*choices[start : start + size], turn_page)


def say(  # noqa: PLR0913 - one keyword for each part of a message, all optional
    turn: Turn,
    text: str,
    *,
    title: str = "",
    note: str = "",
    choices: Sequence[Choice] = (),
    back: str = "menu",
    screen: bool = False,
    urgent: bool = False,
) -> Reply:
    """One message with its choices and the last row, in the language of the turn; a person is offered once."""
    human = any(choice.id == "human" for choice in choices)
    ways = [choice for choice in last_row(turn, back=back) if not (human and choice.id == "human")]
    rows = (*rows_of(choices), tuple(ways))
    return Reply(text=text, title=title, note=note, rows=rows, screen=screen, urgent=urgent, language=turn.language)


def with_choices(reply: Reply, choices: Sequence[Choice]) -> Reply:
    """The reply with more choices above its last row."""
    return replace(reply, rows=(*reply.rows[:-1], *rows_of(choices), reply.rows[-1]))


def just(reply: Reply) -> Move:
    """A move that says one thing and leaves no dialog active."""
    return Move(replies=(reply,))


def paragraphs(*parts: str) -> str:
    """The parts that are not empty, with an empty line between them."""
    return "\n\n".join(part for part in parts if part)


def is_rtl(turn: Turn) -> bool:
    """Whether the turn's language is written from right to left."""
    return LANGUAGES[turn.language].rtl
