"""Messages that mean nothing without what went before: "how long does that take?", "I do not understand".

Whole phrases per language (`data_words/follow_ups.yml`), compared without accents, signs and capitals: what names a topic of its own is
never one of them. Which answer they are about is decided in `dialogs.follow_up`.
"""

from collections.abc import Collection, Mapping
from functools import cache, partial
from pathlib import Path

import yaml

from nlu.text import skeleton, words
from store.errors import ContentError

FILE = Path(__file__).parent / "data_words" / "follow_ups.yml"
KINDS = ("more", "unclear")
# Farsi and Dari, German and plain German share their phrases: on so few words nobody can tell them apart.
_SHARED = {"prs": "fa", "fa": "prs", "de-simple": "de"}
_LONGEST = 10

_load = partial(yaml.load, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def kind(text: str, languages: Collection[str]) -> str | None:
    """`more` (more about what was read) or `unclear` (it was not understood), if the whole text is such a phrase in one of the languages.

    >>> kind("Und wie lange dauert das denn?", ["de"]), kind("wie lange dauert der kurs", ["de"]), kind("???", ["de"])
    ('more', None, None)
    """
    said = _plain(text).split()
    if not 0 < len(said) <= _LONGEST:
        return None
    table = phrases()
    fillers = table["fillers"]
    first = 1 if said[0] in fillers else 0
    last = len(said) - (1 if said[-1] in fillers else 0)
    forms = dict.fromkeys(" ".join(said[start:end]) for start in (0, first) for end in (len(said), last))
    spoken = {*languages, *(_SHARED[code] for code in languages if code in _SHARED)}
    return next((table[code][form] for code in sorted(spoken) if code in table for form in forms if form in table[code]), None)


def _plain(text: str) -> str:
    return " ".join(words(skeleton(text)))


@cache
def phrases(file: Path = FILE) -> Mapping[str, Mapping[str, str]]:
    """The kind of each phrase by language; `fillers` are words around them that change nothing. Raises ContentError for a broken file."""
    try:
        table = _load(file.read_text(encoding="utf-8"))
        fillers = {_plain(word): "" for word in table.pop("fillers")}
        return {"fillers": fillers} | {code: {_plain(one): name for name in KINDS for one in rows[name]} for code, rows in table.items()}
    except (OSError, yaml.YAMLError, KeyError, AttributeError, TypeError) as error:
        message = "{file}: {reason}"
        raise ContentError(message, file=str(file), line=0, reason=repr(error)) from error
