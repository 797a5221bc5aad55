"""How people without a name are called at the desk: “Blauer Reiher”, “Blue Heron”. Nobody is asked for a name.

The German birds are all masculine, so that the colour's ending fits; the colours are none that people are described with.
"""

from functools import cache
from typing import Literal

COLOURS = (
    ("Blauer", "Blue"),
    ("Grüner", "Green"),
    ("Silberner", "Silver"),
    ("Goldener", "Golden"),
    ("Violetter", "Violet"),
    ("Türkiser", "Turquoise"),
    ("Kupferner", "Copper"),
    ("Himmelblauer", "Sky-blue"),
    ("Purpurner", "Purple"),
    ("Smaragdgrüner", "Emerald"),
    ("Bunter", "Colourful"),
    ("Moosgrüner", "Moss-green"),
    ("Meerblauer", "Sea-blue"),
    ("Lindgrüner", "Lime-green"),
    ("Fliederfarbener", "Lilac"),
    ("Nachtblauer", "Midnight-blue"),
)
BIRDS = (
    ("Reiher", "Heron"),
    ("Storch", "Stork"),
    ("Kranich", "Crane"),
    ("Falke", "Falcon"),
    ("Specht", "Woodpecker"),
    ("Kiebitz", "Lapwing"),
    ("Sperling", "Sparrow"),
    ("Pelikan", "Pelican"),
    ("Eisvogel", "Kingfisher"),
    ("Kuckuck", "Cuckoo"),
    ("Schwan", "Swan"),
    ("Milan", "Kite"),
    ("Pirol", "Oriole"),
    ("Wiedehopf", "Hoopoe"),
    ("Fink", "Finch"),
    ("Zeisig", "Siskin"),
    ("Stieglitz", "Goldfinch"),
    ("Zaunkönig", "Wren"),
    ("Papagei", "Parrot"),
    ("Flamingo", "Flamingo"),
    ("Albatros", "Albatross"),
    ("Kormoran", "Cormorant"),
    ("Star", "Starling"),
    ("Uhu", "Owl"),
    ("Ibis", "Ibis"),
    ("Tukan", "Toucan"),
    ("Kolibri", "Hummingbird"),
    ("Regenpfeifer", "Plover"),
    ("Brachvogel", "Curlew"),
    ("Austernfischer", "Oystercatcher"),
    ("Mauersegler", "Swift"),
    ("Seidenschwanz", "Waxwing"),
)
PAIRS = len(COLOURS) * len(BIRDS)
# Odd, and the number of pairs a power of two: neighbouring ids get names far apart, and no two of a block the same.
_STRIDE = 197


def pseudonym(person_id: int, language: Literal["de", "en"] = "de") -> str:
    """The name of a person at the desk: always the same, never the same for two people (after 512 of them with a number)."""
    block, place = divmod(person_id, PAIRS)
    colour, bird = divmod(place * _STRIDE % PAIRS, len(BIRDS))
    column = 0 if language == "de" else 1
    name = f"{COLOURS[colour][column]} {BIRDS[bird][column]}"
    return f"{name} {block + 1}" if block else name


@cache
def _first_names() -> tuple[str, ...]:
    """The names of the first `PAIRS` ids, in both languages, as they are compared."""
    return tuple(f"{pseudonym(place)}\n{pseudonym(place, 'en')}".casefold() for place in range(PAIRS))


def places(words: str) -> list[int]:
    """The remainders by `PAIRS` of ids whose name contains `words` (casefolded); a number at the end does not count."""
    name = words.rstrip("0123456789").rstrip()
    return [place for place, known in enumerate(_first_names()) if name in known] if name else []
