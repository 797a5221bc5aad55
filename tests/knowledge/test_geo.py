"""Finding towns with their point: small and large ones, in several scripts, with slips; and the tables they come from."""

import csv
from pathlib import Path

import pytest

from knowledge import geo, places
from knowledge.geo import Spot, km, locate, of_address, of_postcode, of_slug
from knowledge.loader import ROOT
from knowledge.model import Place
from knowledge.sounds import sound

FOUND = [
    # the town itself, not the seat of its district
    ("Landau", [("Landau", "landau")]),
    ("B1 Kurs in Edenkoben abends", [("Edenkoben", "suedliche-weinstrasse")]),
    ("Bingen", [("Bingen", "mainz-bingen")]),
    ("Kandel", [("Kandel", "germersheim")]),
    ("Saulheim", [("Saulheim", "alzey-worms")]),
    ("Idar", [("Idar-Oberstein", "birkenfeld")]),
    ("Kurs in Trier oder Konz", [("Trier", "trier"), ("Konz", "trier-saarburg")]),
    # villages
    ("Kell am See", [("Kell am See", "trier-saarburg")]),
    ("Zweifelscheid", [("Zweifelscheid", "eifelkreis-bitburg-pruem")]),
    ("Ich suche einen Kurs in Klingenmünster am Abend", [("Klingenmünster", "suedliche-weinstrasse")]),
    # a city and its district share a point; a district has that of its seat
    ("Kaiserslautern", [("Kaiserslautern", "kaiserslautern")]),
    ("Kreis Ahrweiler", [("Landkreis Ahrweiler", "ahrweiler")]),
    ("SÜW", [("Landkreis Südliche Weinstraße", "suedliche-weinstrasse")]),
    # postcodes decide
    ("76829", [("76829 Landau in der Pfalz", "landau")]),
    ("٥٥١١٦", [("55116 Mainz", "mainz")]),
    ("Mainz 76726", [("76726 Germersheim", "germersheim")]),
    # other scripts
    ("لانداو", [("Landau", "landau")]),
    ("دورة في لانداو مساء", [("Landau", "landau")]),
    ("Ландау", [("Landau", "landau")]),
    ("Ремаген", [("Remagen", "ahrweiler")]),
    ("أندرناخ", [("Andernach", "mayen-koblenz")]),
    ("بوبارد", [("Boppard", "rhein-hunsrueck-kreis")]),
    ("живу в Эденкобене", [("Edenkoben", "suedliche-weinstrasse")]),
    ("أنا في كاندل", [("Kandel", "germersheim")]),
    ("باد بيرغتسابرن", [("Bad Bergzabern", "suedliche-weinstrasse")]),
    ("لنڈاؤ میں کورس", [("Landau", "landau")]),
    ("በማይንዝ", [("Mainz", "mainz")]),
    ("ኣብ ላንዳው", [("Landau", "landau")]),
    ("u Wormsu", [("Worms", "worms")]),
    # slips
    ("Lnadau", [("Landau", "landau")]),
    ("in Koblents", [("Koblenz", "koblenz")]),
    ("Germershiem", [("Germersheim", "germersheim")]),
    # two places with one name
    ("Weiler", [("Weiler", "mainz-bingen"), ("Weiler", "mayen-koblenz"), ("Weiler", "cochem-zell")]),
    ("Hamm", [("Hamm (Sieg)", "altenkirchen"), ("Hamm", "eifelkreis-bitburg-pruem"), ("Hamm am Rhein", "alzey-worms")]),
]

NOT_FOUND = [
    "",
    "Berlin",
    "ich suche einen Deutschkurs in Präsenz",
    "Kurs in Vollzeit oder in Teilzeit",
    "a course in English in the evening",
    "كورس ألماني في المساء",
    "курс немецкого в понедельник вечером",
    "در شب کلاس آلمانی",
    "این را به آلمانی ترجمه کن",
    "обратно",
    "не треба",
    "استارت",
    "بدي عربي",
    "Lotsenau",
    "00000",
]


@pytest.fixture(scope="module")
def known() -> dict[str, Place]:
    return places.load_places(ROOT / "places" / "rlp.yml")


@pytest.mark.parametrize(("text", "expected"), FOUND, ids=[text for text, _ in FOUND])
def test_located(known: dict[str, Place], text: str, expected: list[tuple[str, str]]) -> None:
    found = locate(known, text)
    assert [(spot.name, spot.slug) for spot in found] == expected
    assert all(48.9 < (spot.lat or 0) < 51 and 6 < (spot.lon or 0) < 8.6 for spot in found)


@pytest.mark.parametrize("text", NOT_FOUND)
def test_not_located(known: dict[str, Place], text: str) -> None:
    assert locate(known, text) == []


def test_every_name_of_every_district_leads_into_it(known: dict[str, Place]) -> None:
    """Also to a town elsewhere if that is the seat: Kreis Kaiserslautern has the point of the city."""
    seats = {slug: of_slug(slug) for slug in known}
    points = {slug: (seat.lat, seat.lon) for slug, seat in seats.items() if seat}
    wrong = [
        (slug, name)
        for slug, place in known.items()
        for name in place.names
        if not any(spot.slug == slug or (spot.lat, spot.lon) == points[slug] for spot in locate(known, name))
    ]
    assert wrong == []


def test_every_town_has_a_point_in_the_land() -> None:
    rows = _rows("towns.csv")
    assert len(rows) == 2246
    assert [row for row in rows if not (48.9 < float(row["lat"]) < 51 and 6 < float(row["lon"]) < 8.6)] == []


def test_every_postcode_lies_near_its_town(known: dict[str, Place]) -> None:
    spots = {row["town"]: of_postcode(known, row["postcode"]) for row in _rows("postcodes.csv")}
    far = {
        town: spot for town, spot in spots.items() if spot is None or not any((km(spot, each) or 0) < 25 for each in locate(known, town))
    }
    # The larger namesake is elsewhere.
    assert far.keys() == {"Altenkirchen"}


def _rows(name: str) -> list[dict[str, str]]:
    lines = (ROOT / "places" / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def test_invented_towns_are_known_in_a_demonstration_alone(known: dict[str, Place]) -> None:
    for text, name in [
        ("Lotsenau", "Lotsenau"),
        ("Kurs in Beispielstadt", "Beispielstadt"),
        ("لوتسناو", "Lotsenau"),
        ("00003", "00003 Probenheim"),
    ]:
        assert locate(known, text) == []
        assert [(spot.name, spot.slug) for spot in locate(known, text, demo=True)] == [(name, "demo")]
    assert (of_postcode(known, "00002"), of_slug("demo")) == (None, None)
    seat, harbour = of_slug("demo", demo=True), of_postcode(known, "00002", demo=True)
    assert seat is not None
    assert harbour is not None
    assert (seat.name, round(km(seat, harbour) or 0)) == ("Musterkreis Lotsenau", 18)


def test_only_places_that_are_asked_for(known: dict[str, Place]) -> None:
    few = {"mainz": known["mainz"]}
    assert [spot.slug for spot in locate(few, "Mainz oder Trier")] == ["mainz"]
    assert of_postcode(few, "54290") is None


@pytest.mark.parametrize(
    ("postcode", "town", "district", "expected"),
    [
        ("76829", "Landau", "07313", ("landau", 49.1984)),
        ("", "Landau in der Pfalz", "landau", ("landau", 49.1984)),
        ("", "Landau", "", ("landau", 49.1984)),
        ("76887", "", "", ("suedliche-weinstrasse", 49.1027)),
        ("56814", "Weiler", "", ("cochem-zell", 50.1500)),
        ("", "Weiler", "07137", ("mayen-koblenz", 50.3167)),
        ("76829", "Ranschbach", "", ("suedliche-weinstrasse", 49.1958)),
        ("", "Nirgendwo", "07313", ("landau", None)),
        ("12345", "Nirgendwo", "", ("", None)),
        ("", "", "", ("", None)),
    ],
)
def test_addresses(postcode: str, town: str, district: str, expected: tuple[str, float | None]) -> None:
    spot = of_address(postcode=postcode, town=town, district=district)
    assert (spot.slug, spot.lat) == (expected[0], expected[1] and pytest.approx(expected[1], abs=0.005))


def test_kilometres() -> None:
    mainz, trier = Spot(name="Mainz", slug="mainz", lat=49.9842, lon=8.2791), Spot(name="Trier", slug="trier", lat=49.7557, lon=6.6394)
    assert km(mainz, trier) == pytest.approx(120.0, abs=1)
    assert km(mainz, mainz) == 0
    assert km(mainz, Spot(name="?", slug="")) is None


@pytest.mark.parametrize(
    ("german", "others"),
    [
        ("Schifferstadt", ["شيفرشتات", "Шифферштадт"]),
        ("Gerolstein", ["غيرولشتاين", "Геролштайн"]),
        ("Worms", ["ورمس", "فورمس", "Вормс"]),
        ("Konz", ["کونتس", "كونتس", "Конц"]),
    ],
)
def test_names_sound_alike_in_other_letters(german: str, others: list[str]) -> None:
    assert {sound(other) for other in others} == {sound(german)}


def test_the_seats_of_all_districts_are_towns(known: dict[str, Place]) -> None:
    assert [slug for slug in known if of_slug(slug) is None] == []
    folder: Path = ROOT / "places"
    assert folder.joinpath("rlp.yml").read_text(encoding="utf-8").count("seat: ") == 24
    assert geo.of_slug("nowhere") is None
