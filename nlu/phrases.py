"""Whole messages that the classifier cannot place: "how long does that take?", "are you a robot?", "you are useless".

Phrases per language (`data_words/phrases.yml`), compared without accents, signs and capitals: what names a topic of its own is never
one of them. What is answered, and where the phrase counts, is decided in `dialogs.phrased`.
"""

from collections.abc import Collection, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml

from nlu.text import skeleton, words
from store.errors import ContentError

FILE = Path(__file__).parent / "data_words" / "phrases.yml"
# Phrases that came after the classifier had learned the others: they are compared, not learned, so that its weights stay valid.
LATER = Path(__file__).parent / "data_words" / "phrases_later.yml"
# About the answer before · it was not understood · what Lotse is, does, keeps, and how it is liked · wishes for courses on the screen.
KINDS = (
    "more",
    "unclear",
    "dates",
    "forget_date",
    "angry",
    "robot",
    "waiting",
    "withdraw",
    "stop_alert",
    "no_childcare",
    "cheaper",
    "not_me",
    "got_it",
)
# Among the later phrases alone: "tell me more", which asks for the whole text.
DETAILS = "details"
# Farsi and Dari, German and plain German share their phrases: on so few words nobody can tell them apart.
_SHARED = {"prs": "fa", "fa": "prs", "de-simple": "de"}
_LONGEST = 10

_load = partial(yaml.load, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def kind(text: str, languages: Collection[str]) -> str | None:
    """Which of `KINDS` the whole text is, as a phrase of one of the languages; None if it is none.

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


def holds(text: str, languages: Collection[str], *, kind: str) -> bool:
    """Whether a phrase of this kind of two words and more stands anywhere in the text.

    >>> holds("das ist jetzt das dritte mal, niemand hilft mir", ["de"], kind="angry")
    True
    """
    said, table = f" {_plain(text)} ", phrases()
    known = (phrase for code in languages for phrase, name in table.get(code, {}).items() if name == kind and " " in phrase)
    return any(f" {phrase} " in said for phrase in known)


def _plain(text: str) -> str:
    return " ".join(words(skeleton(text)))


def examples(file: Path = FILE) -> Mapping[str, Mapping[str, list[str]]]:
    """All phrases as they are written, by language and kind. Raises ContentError for a broken file."""
    return {code: rows for code, rows in _read(file).items() if code != "fillers"}


@cache
def phrases(file: Path = FILE, later: Path = LATER) -> Mapping[str, Mapping[str, str]]:
    """The kind of each phrase by language; `fillers` are words around them that change nothing. Raises ContentError for a broken file."""
    table, more = _read(file), _read(later, whole=False)
    # The first kind wins where a phrase has two, before all others what asks for the whole text.
    names = (*reversed(KINDS), DETAILS)
    kinds = {
        code: {_plain(one): name for name in names for one in (*rows.get(name, ()), *more.get(code, {}).get(name, ()))}
        for code, rows in table.items()
        if code != "fillers"
    }
    return {"fillers": {_plain(word): "" for word in table["fillers"]}} | kinds


def _read(file: Path, *, whole: bool = True) -> Mapping[str, Any]:
    """The table of a file; a `whole` one has fillers and every kind."""
    try:
        table: dict[str, Any] = _load(file.read_text(encoding="utf-8"))
        named = [set(rows) for code, rows in table.items() if code != "fillers"]
        if any(kinds != set(KINDS) if whole else not kinds <= {*KINDS, DETAILS} for kinds in named) or (whole and not table["fillers"]):
            raise KeyError(file.name)  # noqa: TRY301 - told like every other mistake in the file
    except (OSError, yaml.YAMLError, KeyError, AttributeError, TypeError) as error:
        message = "{file}: {reason}"
        raise ContentError(message, file=str(file), line=0, reason=repr(error)) from error
    return table
