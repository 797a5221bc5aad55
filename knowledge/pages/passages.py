"""Cuts a page into passages of one or two paragraphs that keep their heading."""

from collections.abc import Iterable, Iterator

from knowledge.pages.markup import Block
from knowledge.pages.record import Passage

# Characters, about 60 words: what fits into one message, and what the engine of vectors reads in one piece.
LENGTH = 420
_LONGEST = 1200  # of one paragraph; more is no prose


def split(blocks: Iterable[Block]) -> tuple[Passage, ...]:
    r"""The passages in order. A list stays below what introduces it as long as it fits; a heading without text is kept alone.

    >>> split([Block("heading", "Wo?"), Block("text", "Im Rathaus."), Block("item", "Zimmer 3")])
    (Passage(heading='Wo?', text='Im Rathaus.\n- Zimmer 3'),)
    """
    return tuple(_passages(blocks))


def _passages(blocks: Iterable[Block]) -> Iterator[Passage]:
    heading, lines, used = "", list[str](), False
    for block in blocks:
        if block.kind == "heading":
            if lines or (heading and not used):
                yield Passage(heading, "\n".join(lines))
            heading, lines, used = block.text, [], False
            continue
        line = (f"- {block.text}" if block.kind == "item" else block.text)[:_LONGEST]
        if lines and sum(map(len, lines)) + len(line) > LENGTH:
            yield Passage(heading, "\n".join(lines))
            lines, used = [], True
        lines.append(line)
    if lines or (heading and not used):
        yield Passage(heading, "\n".join(lines))
