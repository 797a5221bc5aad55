"""The points of all towns, villages, postcodes and districts, read once from `places/`. Finding them in a text is in `geo`.

Every one of them is a `Place` of its own under a key, so that `knowledge.places.named` finds towns as it finds districts:
`<slug>` is a district or city, `<slug>/<name>` a town in it, `plz/<code>` a postcode.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml

from knowledge.folding import fold
from knowledge.model import Place
from knowledge.places import Names, names_of, spellings
from knowledge.sounds import is_foreign, sound

_load_yaml = partial(yaml.load, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
_FOLDER = Path(__file__).parent / "places"
_TOWN = 4000  # inhabitants from which a town is looked for inside sentences
_HEARD = 1500  # inhabitants from which a town is found by its sound
DEMO, _DEMO_KEY, _DEMO_NAME = "demo", "00000", "Musterkreis Lotsenau"


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A place on the map: its `name` as people there write it, the `slug` of its district or city, degrees north and east."""

    name: str
    slug: str
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, kw_only=True)
class Atlas:
    """`spots` by key, `names` to find the keys by; `slugs` by the number (AGS) of the district.

    `towns` are all towns by folded name, `sounds` the larger ones by their sound, the largest first; `villages` the keys of small ones by
    folded name, if no larger town is called so.
    """

    spots: Mapping[str, Spot]
    names: Names
    slugs: Mapping[str, str]
    towns: Mapping[str, tuple[Spot, ...]]
    villages: Mapping[str, tuple[str, ...]]
    sounds: Mapping[str, tuple[str, ...]]


@dataclass(kw_only=True)
class _Entry:
    """A town or district while it is being read, with the further names that people have for it."""

    spot: Spot
    inhabitants: int = 0
    names: list[str] = field(default_factory=list)


@cache
def atlas(*, demo: bool = False) -> Atlas:
    """All that is known; with the invented district if it is a demonstration."""
    rows: dict[str, dict[str, Any]] = _load_yaml((_FOLDER / "rlp.yml").read_text(encoding="utf-8"))
    slugs = {row["key"]: slug for slug, row in rows.items()}
    codes = {row["postcode"]: _code(row, slugs) for row in _table("postcodes.csv")}
    towns = _towns(slugs, codes.values())
    districts = {slug: _district(slug, row, towns) for slug, row in rows.items() if row["kind"] == "district"}
    for slug, row in rows.items():
        _share_names(slug, row, towns, districts)
    if demo:
        slugs[_DEMO_KEY] = DEMO
        _add_demo(towns, districts, codes)
    return _joined(slugs, towns, districts, codes)


def _table(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def _code(row: Mapping[str, str], slugs: Mapping[str, str]) -> Spot:
    return _spot(row, name=f"{row['postcode']} {row['town']}", slug=slugs[row["districts"].split()[0]])


def _spot(row: Mapping[str, str], *, name: str, slug: str) -> Spot:
    return Spot(name=name, slug=slug, lat=float(row["lat"]), lon=float(row["lon"]))


def _towns(slugs: Mapping[str, str], codes: Iterable[Spot]) -> dict[str, _Entry]:
    """Towns by key. Some are known by their postcode alone."""
    rows = [(_spot(row, name=row["name"], slug=slugs[row["district"]]), int(row["inhabitants"])) for row in _table("towns.csv")]
    known = {spot.name for spot, _ in rows}
    rows += [
        (Spot(name=town, slug=spot.slug, lat=spot.lat, lon=spot.lon), 0)
        for spot in codes
        if (town := spot.name.partition(" ")[2]) not in known
    ]
    often = Counter(fold(name) for spot, _ in rows for name in set(spellings(spot.name)))
    return {f"{spot.slug}/{spot.name}": _Entry(spot=_shortened(spot, often), inhabitants=count, names=[spot.name]) for spot, count in rows}


def _shortened(spot: Spot, often: Counter[str]) -> Spot:
    """As people say for short, if nothing else is called so: Landau in der Pfalz is Landau."""
    short = [*spellings(spot.name)][1]
    name = short if often[fold(short)] == 1 else spot.name
    return Spot(name=name, slug=spot.slug, lat=spot.lat, lon=spot.lon)


def _district(slug: str, row: Mapping[str, Any], towns: Mapping[str, _Entry]) -> _Entry:
    seat = max((entry for key, entry in towns.items() if key.partition("/")[2] == row["seat"]), key=lambda entry: entry.inhabitants)
    return _Entry(spot=Spot(name=row["name"], slug=slug, lat=seat.spot.lat, lon=seat.spot.lon), names=[row["name"]])


def _share_names(slug: str, row: Mapping[str, Any], towns: Mapping[str, _Entry], districts: Mapping[str, _Entry]) -> None:
    """Give the names of a district to the town that they mean, else to the district; those of a city are its own."""
    inside = sorted((entry for entry in towns.values() if entry.spot.slug == slug), key=lambda entry: -entry.inhabitants)
    if row["kind"] == "city":
        inside[0].names += row["names"]
        return
    ways = [_first(inside, lambda entry: map(fold, _short(entry)), fold), _first(inside, lambda entry: map(fold, _halves(entry)), fold)]
    sounds = _first(inside, lambda entry: map(sound, _short(entry) | _halves(entry)), sound)
    for name in row["names"]:
        meant = (sounds(name) if is_foreign(name) else None) or ways[0](name) or ways[1](name) or districts[slug]
        meant.names.append(name)


def _first(entries: Iterable[_Entry], keys: Callable[[_Entry], Iterable[str]], key: Callable[[str], str]) -> Callable[[str], _Entry | None]:
    """A look-up of a name under a key that the entries have, too; the first of them has it."""
    table: dict[str, _Entry] = {}
    for entry in entries:
        for one in keys(entry):
            table.setdefault(one, entry)
    return lambda name: table.get(key(name))


def _halves(entry: _Entry) -> set[str]:
    """Idar and Oberstein of Idar-Oberstein."""
    halves = entry.names[0].split("-")
    return set(halves) if len(halves) > 1 else set()


def _add_demo(towns: dict[str, _Entry], districts: dict[str, _Entry], codes: dict[str, Spot]) -> None:
    rows = _table("demo.csv")
    for row in rows:
        spot = _spot(row, name=row["name"], slug=DEMO)
        towns[f"{DEMO}/{row['name']}"] = _Entry(spot=spot, inhabitants=_TOWN, names=[row["name"], *row["names"].split("|")])
        codes[row["postcode"]] = _spot(row, name=f"{row['postcode']} {row['name']}", slug=DEMO)
    districts[DEMO] = _Entry(spot=_spot(rows[0], name=_DEMO_NAME, slug=DEMO), names=[_DEMO_NAME])


def _joined(slugs: dict[str, str], towns: dict[str, _Entry], districts: dict[str, _Entry], codes: dict[str, Spot]) -> Atlas:
    places = [_town_place(key, entry) for key, entry in towns.items()]
    places += [Place(slug=key, name=entry.spot.name, kind="district", names=tuple(entry.names)) for key, entry in districts.items()]
    places += [Place(slug=f"plz/{code}", name=spot.name, kind="district", postcodes=frozenset({code})) for code, spot in codes.items()]
    taken = {fold(name) for place in places for name in place.names}
    largest = sorted(towns.items(), key=lambda item: -item[1].inhabitants)
    return Atlas(
        spots={key: entry.spot for key, entry in (towns | districts).items()} | {f"plz/{code}": spot for code, spot in codes.items()},
        names=names_of(tuple(places)),
        slugs=slugs,
        towns=_grouped((fold(name), entry.spot) for _, entry in largest for name in _short(entry)),
        villages=_grouped((folded, key) for key, entry in largest for folded in map(fold, _short(entry)) if folded not in taken),
        sounds=_grouped((sound(name), key) for key, entry in largest if entry.inhabitants >= _HEARD for name in _short(entry)),
    )


def _town_place(key: str, entry: _Entry) -> Place:
    full, *more = entry.names
    large = entry.inhabitants >= _TOWN
    names = tuple(dict.fromkeys((*(spellings(full) if large else ()), *more)))
    return Place(slug=key, name=entry.spot.name, kind="city", names=names, villages=() if large else (full,))


def _short(entry: _Entry) -> set[str]:
    return set(spellings(entry.names[0]))


def _grouped(pairs: Iterable[tuple[str, Any]]) -> dict[str, tuple[Any, ...]]:
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}
