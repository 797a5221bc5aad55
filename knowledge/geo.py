"""Where places are: finds towns, villages, postcodes and districts in a text, with their point. The tables of them are read in `atlas`."""

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

from knowledge import places as names
from knowledge.atlas import DEMO, Atlas, Spot, atlas
from knowledge.folding import Word, fold, words
from knowledge.model import Place
from knowledge.place_words import BEFORE, CAREFUL, ENDINGS, FILLERS, GENERIC, IN_SMALL, STRICT_BEFORE
from knowledge.places import spellings
from knowledge.sounds import is_foreign, sound

__all__ = ["EARTH_KM", "Spot", "folded_town", "km", "locate", "of_address", "of_postcode", "of_slug"]

EARTH_KM = 6371.0
_MIN_SOUND = 4  # consonants from which a name in other letters is taken by its sound
_MIN_VILLAGE = 5  # letters from which a village is looked for inside a sentence
_MOST_LETTERS = 3  # so many letters more or less the German name may have
_MOST_WORDS = 4
_BAD = tuple(map(fold, ("Бад", "باد")))  # names of two words begin so
_NEAR_KM = 25  # so far from the point of its postcode a town may lie


def locate(places: Mapping[str, Place], text: str, *, demo: bool = False, course: bool = False) -> list[Spot]:
    """The places that `text` names, best first; several also if two places have one name. `demo`: the invented towns are known too.

    As `knowledge.places.find`, but towns and villages have their own point; a district has that of its seat. A postcode decides. Villages
    are found after "in" too, and names in other letters by their sound. `course`: the text is about a course, and "trier" is a town then
    even in small letters.
    """
    known = atlas(demo=demo)
    # The whole message first: some names have words in them that are left out elsewhere, as Kell am See.
    keys = [*known.villages.get(fold(text), ())] or names.named(known.names, text)
    keys = keys or [*_villages(known, words(text))] or _sounding(known, text) or (_small_letters(known, text) if course else [])
    found: dict[tuple[float | None, float | None], Spot] = {}
    for spot in (known.spots[key] for key in keys):
        if _covered(places, spot):
            found.setdefault((spot.lat, spot.lon), spot)
    return list(found.values())


def of_postcode(places: Mapping[str, Place], code: str, *, demo: bool = False) -> Spot | None:
    """Where a postcode lies; None if it is not known."""
    spot = atlas(demo=demo).spots.get(f"plz/{code}")
    return spot if spot and _covered(places, spot) else None


def of_slug(slug: str, *, demo: bool = False) -> Spot | None:
    """A district or city by its slug, with the point of its seat; None if it is not known."""
    known = atlas(demo=demo)
    return known.spots.get(slug) or next((spot for spot in known.spots.values() if spot.slug == slug), None)


@lru_cache(maxsize=4096)
def of_address(*, postcode: str, town: str, district: str) -> Spot:
    """Where an address lies, as exactly as it is known; without a point if it is not. `district` is a number (AGS), a slug, or empty."""
    known = atlas(demo=True)
    code, slug = known.spots.get(f"plz/{postcode}"), known.slugs.get(district, district)
    spots = known.towns.get(fold(town), ())
    if slug:
        best = next((spot for spot in spots if spot.slug == slug), code)
    elif code:
        # A postcode may lie in two districts; a namesake far away is another town.
        ways = {spot: km(spot, code) or 0 for spot in spots}
        best = min((spot for spot in spots if ways[spot] < _NEAR_KM), key=lambda spot: ways[spot], default=code)
    else:
        best = spots[0] if spots else None
    return Spot(name=town, slug=slug or (best.slug if best else ""), lat=best.lat if best else None, lon=best.lon if best else None)


@lru_cache(maxsize=4096)
def folded_town(name: str) -> str:
    """A town's name for comparing: without a postcode before it and without "am Rhein" after it."""
    short = [*spellings(name.strip().lstrip("0123456789 "))]
    return fold(short[1])


def km(a: Spot, b: Spot) -> float | None:
    """Kilometres as the crow flies; None if one of the points is not known."""
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return None
    lat_a, lon_a, lat_b, lon_b = map(math.radians, (a.lat, a.lon, b.lat, b.lon))
    half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))


def _covered(places: Mapping[str, Place], spot: Spot) -> bool:
    return spot.slug in places or spot.slug == DEMO


def _villages(known: Atlas, typed: list[Word]) -> Iterator[str]:
    """Small towns after a word like "in", written with a capital letter."""
    for at, word in enumerate(typed[1:], start=1):
        if word.capitalised and typed[at - 1].folded in STRICT_BEFORE:
            yield from _longest_village(known, [each.folded for each in typed[at : at + _MOST_WORDS]])


def _longest_village(known: Atlas, following: list[str]) -> tuple[str, ...]:
    for length in range(len(following), 0, -1):
        key = "".join(following[:length])
        if len(key) >= _MIN_VILLAGE and key not in CAREFUL and key not in GENERIC and key in known.villages:
            return known.villages[key]
    return ()


def _small_letters(known: Atlas, text: str) -> list[str]:
    """Towns whose names are seldom meant otherwise, wherever they stand and with endings: "kurs worms", "trierde"."""
    typed = (word.folded for word in words(text))
    stems = (word[:cut] for word in typed for cut in range(len(word), 0, -1) if word[:cut] in IN_SMALL and word[cut:] in {"", *ENDINGS})
    return [key for stem in stems for key in names.named(known.names, f"in {stem}")]


def _sounding(known: Atlas, text: str) -> list[str]:
    """Towns in Cyrillic or Arabic letters that no table has: as the whole message, or after a word like "in"."""
    typed = [word.folded for word in words(text)]
    whole = [word for word in typed if word not in FILLERS]
    named = whole[1:] if whole[:1] and whole[0] in _BAD else whole
    candidates = ["".join(whole)] if len(named) == 1 else []
    candidates += [word for before, word in pairwise(typed) if before in BEFORE]
    return next((keys for candidate in candidates if (keys := _heard(known, candidate))), [])


def _heard(known: Atlas, name: str) -> list[str]:
    """Of towns that sound so those whose names are most nearly as long; far longer or shorter ones are others."""
    heard = sound(name)
    if not is_foreign(name) or len(heard.lstrip("a")) < _MIN_SOUND:
        return []
    keys = known.sounds.get(heard, ())
    lengths = {key: min(abs(len(name) - len(fold(one))) for one in spellings(known.spots[key].name)) for key in keys}
    return [key for key in keys if lengths[key] == min(lengths.values()) <= _MOST_LETTERS]
