"""The one language that a wish for another language names: "speak Arabic please", "говори російською"."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml

from nlu.data_words.names import names
from nlu.text import skeleton, words

FILE = Path(__file__).parent / "data_words" / "tongue_names.yml"

# So much of the end of a name may be another one in a sentence ("російською" of "Російська").
_ENDING, _SHORTEST = 2, 4


def named(text: str, language: str) -> str | None:
    """The code of the language named in `text`, by its name in `language`, English, German or its own; None for none and for several.

    >>> named("speak arabic please", "en"), named("говори російською", "uk"), named("change the language", "en")
    ('ar', 'ru', None)
    """
    said = [skeleton(word) for word in words(text)]
    found = {code for spoken in {language, "en", "de"} for code, name in _names().get(spoken, ()) if _is_in(said, name)}
    pairs = (" ".join(said[at : at + length]) for length in (1, 2) for at in range(len(said)))
    found |= {_called()[pair] for pair in pairs if pair in _called()}
    return found.pop() if len(found) == 1 else None


@cache
def _called() -> Mapping[str, str]:
    """The language by what people call it in any of our languages."""
    table: Mapping[str, list[str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {name: code for code, called in table.items() for name in called}


@cache
def _names() -> Mapping[str, Sequence[tuple[str, list[str]]]]:
    """By language: the languages' codes with the words of their names."""
    found = defaultdict[str, list[tuple[str, list[str]]]](list)
    for spoken, kind, code, name in names():
        if kind == "tongue":
            found[spoken].append((code, [skeleton(word) for word in words(name)]))
    return found


def _is_in(said: list[str], wanted: list[str]) -> bool:
    if len(wanted) != 1:
        return any(said[at : at + len(wanted)] == wanted for at in range(len(said)))
    stem = wanted[0][: max(_SHORTEST, len(wanted[0]) - _ENDING)]
    return any(word.startswith(stem) for word in said)
