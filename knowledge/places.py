"""Reads districts and cities and finds them in what a person typed; which offices a place has is in its overlay (`view`).

Names come from `places/rlp.yml` (spellings, scripts), `places/towns.csv` (all municipalities) and `places/postcodes.csv`.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from knowledge.folding import Word, distance, fold, words
from knowledge.model import Place
from knowledge.place_words import BEFORE, CAREFUL, ENDINGS, FILLERS, GENERIC, PREFIXES, STRICT_BEFORE, WHOLE_ONLY
from store.errors import ContentError

_load_yaml = partial(yaml.load, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))

_TOWN = 4000  # inhabitants from which a municipality is looked for inside sentences; smaller ones only as the whole message
_SUFFIX = re.compile(r"\s*(?:\(.*\)|/.*|\b(?:a[mn]|in|im|bei)\b(?: de[rm])? .*|i\.d\..*)$")
_MAX_WORDS = 5  # so many words has the longest name
_MIN_FUZZY, _MIN_FUZZY_LONG, _MIN_PREFIX = 5, 9, 5  # letters from which one slip, two slips, a beginning count
_MOST_SLIPS = 2
_MAX_ANSWER = 4  # words of a message that may be a place as a whole


@dataclass(frozen=True, kw_only=True)
class Names:
    """What places are found by: slugs by postcode, by folded name, and by folded name of a village; names without spaces and hyphens."""

    postcodes: Mapping[str, tuple[str, ...]]
    names: Mapping[str, tuple[str, ...]]
    villages: Mapping[str, tuple[str, ...]]


def load_places(path: Path) -> dict[str, Place]:
    """Places by slug from `path` (`rlp.yml`) and the two tables beside it; raises ContentError."""
    try:
        raw: dict[str, dict[str, Any]] = _load_yaml(path.read_text(encoding="utf-8"))
        towns, postcodes = _towns(path.with_name("towns.csv")), _postcodes(path.with_name("postcodes.csv"))
        return {slug: _place(slug, row, towns[row["key"]], postcodes[row["key"]]) for slug, row in raw.items()}
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        message = "{file}: places cannot be read: {problem}"
        raise ContentError(message, file=path, problem=error) from error


def _place(slug: str, row: dict[str, Any], towns: list[tuple[str, int]], postcodes: set[str]) -> Place:
    own = (row["name"], *row["names"])
    large = tuple(name for town, inhabitants in towns if inhabitants >= _TOWN for name in spellings(town))
    small = tuple(town for town, inhabitants in towns if inhabitants < _TOWN)
    return Place(
        slug=slug,
        name=row["name"],
        kind=row["kind"],
        names=tuple(dict.fromkeys((*own, *large))),
        villages=small,
        postcodes=frozenset(postcodes),
    )


def spellings(town: str) -> Iterator[str]:
    """The name, and what people say for short: without "am Rhein", "(Pfalz)"; without "Bad" if enough is left."""
    short = _SUFFIX.sub("", town)
    yield from (town, short)
    if short.startswith("Bad ") and len(short) > len("Bad Marien"):
        yield short.removeprefix("Bad ")


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def _towns(path: Path) -> defaultdict[str, list[tuple[str, int]]]:
    towns: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in _table(path):
        towns[row["district"]].append((row["name"], int(row["inhabitants"])))
    return towns


def _postcodes(path: Path) -> defaultdict[str, set[str]]:
    postcodes: defaultdict[str, set[str]] = defaultdict(set)
    for row in _table(path):
        for key in row["districts"].split():
            postcodes[key].add(row["postcode"])
    return postcodes


def find(places: Mapping[str, Place], text: str, *, guess: bool = True) -> list[str]:
    """Slugs of the places that `text` names, best first; empty if it names none. Without `guess` names with slips do not count.

    A postcode decides; else names inside the sentence, in their order; else the whole message as a village, the
    beginning of a name, or a name with slips (one from 5 letters, two from 9). Never a part of a word.
    """
    return named(names_of(tuple(places.values())), text, guess=guess)


def named(index: Names, text: str, *, guess: bool = True) -> list[str]:
    """The same, by an index that is at hand."""
    typed = words(text)
    folded = [word.folded for word in typed]
    by_code = [slug for word in folded for slug in index.postcodes.get(word, ())]
    found = by_code or list(_named(index, typed))
    if guess and not found:
        found = _whole(index, folded) or list(_after_preposition(index, folded))
    return list(dict.fromkeys(found))


@lru_cache(maxsize=8)
def names_of(places: tuple[Place, ...]) -> Names:
    """The index of places."""
    tables: tuple[defaultdict[str, list[str]], ...] = (defaultdict(list), defaultdict(list), defaultdict(list))
    postcodes, names, villages = tables
    for place in sorted(places, key=lambda place: place.kind != "city"):
        for code in place.postcodes:
            postcodes[code].append(place.slug)
        for name in place.names:
            key = fold(name)
            (villages if key in WHOLE_ONLY else names)[key].append(place.slug)
        for name in place.villages:
            villages[fold(name)].append(place.slug)
            villages[fold(_SUFFIX.sub("", name))].append(place.slug)
    by_code, by_name, by_village = ({key: tuple(dict.fromkeys(slugs)) for key, slugs in table.items()} for table in tables)
    return Names(postcodes=by_code, names=by_name, villages=by_village)


def _named(index: Names, typed: list[Word]) -> Iterator[str]:
    """Names anywhere in the sentence, the longest at each position first."""
    at = 0
    while at < len(typed):
        length, slugs = _longest(index, typed, at)
        yield from slugs
        at += length


def _longest(index: Names, typed: list[Word], at: int) -> tuple[int, tuple[str, ...]]:
    """How many words from `at` the longest name takes, and its slugs; one word and none if no name starts here."""
    for length in range(min(_MAX_WORDS, len(typed) - at), 0, -1):
        key = "".join(word.folded for word in typed[at : at + length])
        slugs = index.names.get(key) or (_inflected(index, key) if length == 1 else ())
        if slugs and (key not in CAREFUL or _surely(typed, at)):
            return length, slugs
    return 1, ()


def _inflected(index: Names, word: str) -> tuple[str, ...]:
    """Slugs for a name with an ending ("Mainzda") or a preposition ("بماينز", "በማይንዝ") attached."""
    if word.startswith(PREFIXES) and word[1:] in index.names:
        return index.names[word[1:]]
    stems = (word[:cut] for cut in range(len(word) - 1, _MIN_FUZZY - 1, -1) if word[cut:] in ENDINGS)
    return next((index.names[stem] for stem in stems if stem in index.names and stem not in CAREFUL), ())


def _surely(typed: list[Word], at: int) -> bool:
    """Whether a name that is an everyday word too means the place here."""
    return typed[at].capitalised or (at > 0 and typed[at - 1].folded in STRICT_BEFORE)


def _whole(index: Names, folded: list[str]) -> list[str]:
    """Slugs if the message is a place and nothing else, apart from words like "I live in"."""
    rest = [word for word in folded if word not in FILLERS]
    if not 0 < len(rest) <= _MAX_ANSWER:
        return []
    key = "".join(rest)
    return list(index.names.get(key) or index.villages.get(key) or _beginning(index, key) or _similar(index, key))


def _beginning(index: Names, key: str) -> list[str]:
    if len(key) < _MIN_PREFIX or key in GENERIC:
        return []
    longer = sorted((name for name in index.names if name.startswith(key)), key=len)
    return [slug for name in longer for slug in index.names[name]]


def _similar(index: Names, key: str) -> list[str]:
    """Slugs of the names with the fewest slips, if few enough for the length."""
    if len(key) < _MIN_FUZZY or key in GENERIC:
        return []
    likely = [name for name in index.names if abs(len(name) - len(key)) <= _MOST_SLIPS and name not in CAREFUL]
    slips = {name: distance(key, name, most=_allowed(key, name)) for name in likely}
    near = {name: count for name, count in slips.items() if count <= _allowed(key, name)}
    return [slug for name in near if near[name] == min(near.values()) for slug in index.names[name]]


def _allowed(key: str, name: str) -> int:
    shorter = min(len(key), len(name))
    return (shorter >= _MIN_FUZZY) + (shorter >= _MIN_FUZZY_LONG)


def _after_preposition(index: Names, folded: list[str]) -> Iterator[str]:
    """Slugs of names with slips after a word like "in", with the same first letter."""
    for before, word in pairwise(folded):
        if before in BEFORE:
            yield from _similar(_starting(index, word[0]), word)


def _starting(index: Names, letter: str) -> Names:
    return replace(index, names={name: slugs for name, slugs in index.names.items() if name.startswith(letter)})
