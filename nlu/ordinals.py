"""Which one of a list somebody means: "the second one pls", "nehme den ersten"."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from nlu.text import skeleton, words

FILE = Path(__file__).parent / "data_words" / "ordinals.yml"
# More words say something else: "my first child goes to school".
_MOST = 4


def named(text: str, language: str) -> int | None:
    """The place from 1 that `text` names in `language` or in German; None for none and for several.

    >>> named("the second one pls", "en"), named("перший", "uk"), named("the first or the second", "en")
    (2, 1, None)
    >>> named("my first child is at school", "en")
    """
    said = [skeleton(word) for word in words(text)]
    if len(said) > _MOST:
        return None
    pairs = {*said, *(" ".join(said[at : at + 2]) for at in range(len(said))), *(" ".join(said[at : at + 3]) for at in range(len(said)))}
    known = _table().get(language, {}) | (_table()["de"] if language == "de-simple" else {})
    found = {known[pair] for pair in pairs if pair in known}
    return found.pop() if len(found) == 1 else None


@cache
def _table() -> Mapping[str, dict[str, int]]:
    table: Mapping[str, list[list[str]]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {
        code: {" ".join(skeleton(word) for word in words(each)): place for place, forms in enumerate(rows, start=1) for each in forms}
        for code, rows in table.items()
    }
