"""The sentences of an article one by one, to show those that answer a question about it. Which these are is found by `nlu.excerpts`."""

import re

from knowledge.model import Translation

# Not after "1." in "1. August".
_SENTENCE_ENDS = re.compile(r"(?<=[^\d][.!?؟።。۔])\s+(?=\S)")
_BULLET = "- "
# Shorter ones say nothing by themselves: "Rules can change.", "Does the office refuse?".
_SHORTEST, _LONGEST = 28, 400


def sentences(translation: Translation) -> dict[str, str]:
    r"""Sentences and points of the answer and the details, in order, each with what is to be read around it.

    That is its whole line, unless that is long; a point keeps the words that lead to its list. Very short sentences are left out.

    >>> text = "Ill? Then go to the doctor today."
    >>> sentences(Translation(language="en", title="", answer=text, details="", questions=()))
    {'Then go to the doctor today.': 'Ill? Then go to the doctor today.'}
    """
    found: dict[str, str] = {}
    lead = ""
    for block in f"{translation.answer}\n\n{translation.details}".split("\n\n"):
        lines = [line.strip() for line in block.splitlines() if line.strip()]
        if not any(line.startswith(_BULLET) for line in lines):
            lead = ""
        for line in lines:
            if line.startswith(_BULLET):
                point = f"{lead} {line.removeprefix(_BULLET)}".strip()
                found.setdefault(point, point)
            elif line.endswith(":"):
                lead = line
            else:
                for sentence in _SENTENCE_ENDS.split(line):
                    found.setdefault(sentence, line if len(line) <= _LONGEST else sentence)
    return {sentence: around for sentence, around in found.items() if len(sentence) >= _SHORTEST}
