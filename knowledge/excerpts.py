"""The lines of an article one by one, to show those that answer a question about it. Which these are is found by `nlu.excerpts`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.model import Translation

# Not after "1." in "1. August".
_SENTENCE_ENDS = re.compile(r"(?<=[^\d][.!?؟።。۔])\s+(?=\S)")
_BULLET = "- "
# Shorter ones say nothing by themselves: "Rules can change.", "Does the office refuse?".
_SHORTEST, _LONGEST = 28, 400


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is shown, its sentences as they are compared, and the same line in German ("" if there is none)."""

    text: str
    sentences: tuple[str, ...]
    german: str = ""


def lines(translation: Translation, german: Translation | None = None) -> tuple[Line, ...]:
    r"""The lines and points of answer and details, in order; a point keeps the words that lead to its list.

    Of a long line each sentence is one by itself. Very short sentences are left out, and lines of nothing else.

    >>> text = "Ill? Then go to the doctor today."
    >>> lines(Translation(language="en", title="", answer=text, details="", questions=()))
    (Line(text='Ill? Then go to the doctor today.', sentences=('Then go to the doctor today.',), german=''),)
    """
    originals = dict(_numbered(german)) if german else {}
    found = []
    for number, line in _numbered(translation):
        sentences = tuple(sentence for sentence in _SENTENCE_ENDS.split(line) if len(sentence) >= _SHORTEST)
        original = originals.get(number, "")
        if len(line) <= _LONGEST:
            found += [Line(line, sentences, original)] if sentences else []
        else:
            found += [Line(sentence, (sentence,), original) for sentence in sentences]
    return tuple(found)


def _numbered(translation: Translation) -> Iterator[tuple[tuple[str, int], str]]:
    """The lines by their place in the text, which is the same in all languages; what only leads to a list is none."""
    for part, text in (("answer", translation.answer), ("details", translation.details)):
        lead, number = "", 0
        for block in text.split("\n\n"):
            written = [line.strip() for line in block.splitlines() if line.strip()]
            if not any(line.startswith(_BULLET) for line in written):
                lead = ""
            for line in written:
                number += 1
                if line.startswith(_BULLET):
                    yield (part, number), f"{lead} {line.removeprefix(_BULLET)}".strip()
                elif line.endswith(":"):
                    lead = line
                else:
                    yield (part, number), line
