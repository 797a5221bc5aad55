"""Finding the district in what people type, in several scripts, and not finding one where there is none."""

from pathlib import Path

import pytest

from knowledge.folding import distance, fold
from knowledge.loader import ROOT
from knowledge.model import Place
from knowledge.places import find, load_places
from store.errors import ContentError

BOTH = ["kaiserslautern", "kaiserslautern-kreis"]

FOUND = [
    # exactly, in every way of writing the umlauts
    ("Landau", ["landau"]),
    ("Landau in der Pfalz", ["landau"]),
    ("Südliche Weinstraße", ["suedliche-weinstrasse"]),
    ("suedliche weinstrasse", ["suedliche-weinstrasse"]),
    ("SUDLICHE WEINSTRASSE", ["suedliche-weinstrasse"]),
    ("SÜW", ["suedliche-weinstrasse"]),
    ("Kreis SÜW", ["suedliche-weinstrasse"]),
    ("Bad Kreuznach", ["bad-kreuznach"]),
    ("kreuznach", ["bad-kreuznach"]),
    ("Kaiserslautern", BOTH),
    ("Landkreis Kaiserslautern", ["kaiserslautern-kreis"]),
    ("Stadt Kaiserslautern", ["kaiserslautern"]),
    ("Mainz-Bingen", ["mainz-bingen"]),
    ("Eifelkreis Bitburg-Prüm", ["eifelkreis-bitburg-pruem"]),
    ("Worms", ["worms"]),
    ("Trèves", ["trier"]),
    # towns of a district
    ("Bingen", ["mainz-bingen"]),
    ("Ingelheim", ["mainz-bingen"]),
    ("Idar-Oberstein", ["birkenfeld"]),
    ("idaroberstein", ["birkenfeld"]),
    ("Andernach", ["mayen-koblenz"]),
    ("Wörth", ["germersheim"]),
    ("Woerth am Rhein", ["germersheim"]),
    ("Bitburg", ["eifelkreis-bitburg-pruem"]),
    ("Wittlich", ["bernkastel-wittlich"]),
    ("Montabaur", ["westerwaldkreis"]),
    ("Lahnstein", ["rhein-lahn-kreis"]),
    ("Boppard", ["rhein-hunsrueck-kreis"]),
    ("Kirchheimbolanden", ["donnersbergkreis"]),
    ("Schifferstadt", ["rhein-pfalz-kreis"]),
    ("Zweifelscheid", ["eifelkreis-bitburg-pruem"]),
    ("ich wohne in Zweifelscheid", ["eifelkreis-bitburg-pruem"]),
    ("Wissen", ["altenkirchen"]),
    ("Neustadt", ["neustadt"]),
    ("Neustadt Wied", ["neuwied"]),
    # postcodes
    ("55116", ["mainz"]),
    ("٥٥١١٦", ["mainz"]),
    ("76829", ["landau", "suedliche-weinstrasse"]),
    ("ich wohne in 67655", ["kaiserslautern"]),
    ("54290 Trier", ["trier"]),
    ("53577", ["neuwied"]),
    ("meine plz ist 55411", ["mainz-bingen"]),
    # inside a sentence
    ("ich wohne in Landau", ["landau"]),
    ("Ich wohne jetzt in Trier, nicht in Mainz", ["trier", "mainz"]),
    ("Gibt es einen Kurs in Mainz oder Bingen?", ["mainz", "mainz-bingen"]),
    ("I live near Neuwied", ["neuwied"]),
    ("Jobcenter Worms Termin", ["worms"]),
    ("j'habite à Mayence", ["mainz"]),
    ("Mainz'da oturuyorum", ["mainz"]),
    ("mainzda oturuyorum", ["mainz"]),
    ("li Mainzê mala kirê", ["mainz"]),
    # other scripts
    ("ماينز", ["mainz"]),
    ("بماينتس", ["mainz"]),
    ("በማይንዝ", ["mainz"]),
    ("أنا أسكن في لانداو", ["landau"]),
    ("كايزرسلاوترن", BOTH),
    ("در ماینتس زندگی می‌کنم", ["mainz"]),
    ("لودویگس‌هافن", ["ludwigshafen"]),
    ("Майнц", ["mainz"]),
    ("Живу в Нойвиде", ["neuwied"]),
    ("я живу в Гермерсхайме", ["germersheim"]),
    ("живемо у Кобленці", ["koblenz"]),
    ("Бад Кройцнах", ["bad-kreuznach"]),
    # slips and beginnings
    ("Lnadau", ["landau"]),
    ("Neuwid", ["neuwied"]),
    ("in Koblents", ["koblenz"]),
    ("Ludwigshaven", ["ludwigshafen"]),
    ("Ksiserslautern", BOTH),
    ("Montabour", ["westerwaldkreis"]),
    ("Germershiem", ["germersheim"]),
    ("Kaisersl", BOTH),
    ("Pirmas", ["pirmasens"]),
]

NOT_FOUND = [
    "",
    "   ?!",
    "👍",
    "hallo",
    "Danke",
    "Wie bekomme ich einen Kitaplatz?",
    "ich will wissen was das kostet",
    "gehen viele Leute in die Kirchen",
    "trier les déchets",
    "my child has worms",
    "is it worth it",
    "tengo diez hijos",
    "in main street",
    "Berlin",
    "Frankfurt am Main",
    "ich wohne in Hamburg",
    "Ist die Kita in Rheinland-Pfalz kostenlos?",
    "Rheinland-Pfalz",
    "der Speicher vom Handy ist voll",
    "Landung",
    "Landkreis",
    "Stadt",
    "12345",
    "0800 111 0 111",
    "551166",
    "متلازمة داون عند طفلي",
    "كيف أجد دورة لغة؟",
    "скільки коштує садок",
    "где найти квартиру",
    "خانه از کجا پیدا کنم",
    "Mainzelmännchen",
    "Kurse",
]


@pytest.fixture(scope="module")
def places() -> dict[str, Place]:
    return load_places(ROOT / "places" / "rlp.yml")


@pytest.mark.parametrize(("text", "slugs"), FOUND, ids=[text for text, _ in FOUND])
def test_found(places: dict[str, Place], text: str, slugs: list[str]) -> None:
    assert find(places, text) == slugs


@pytest.mark.parametrize("text", NOT_FOUND)
def test_not_found(places: dict[str, Place], text: str) -> None:
    assert find(places, text) == []


def test_all_districts_and_cities_are_there(places: dict[str, Place]) -> None:
    kinds = [place.kind for place in places.values()]
    assert (kinds.count("city"), kinds.count("district"), len(kinds)) == (12, 24, 36)
    assert all(place.postcodes and len(place.names) > 2 for place in places.values())


def test_each_place_is_found_by_its_name_and_by_each_of_its_postcodes(places: dict[str, Place]) -> None:
    assert [slug for slug, place in places.items() if slug not in find(places, place.name)] == []
    assert [(slug, code) for slug, place in places.items() for code in place.postcodes if slug not in find(places, code)] == []


def test_each_place_is_found_by_each_of_its_names(places: dict[str, Place]) -> None:
    assert [(slug, name) for slug, place in places.items() for name in place.names if slug not in find(places, name)] == []


def test_same_places_again_give_the_same_answer(places: dict[str, Place]) -> None:
    few = {"mainz": places["mainz"]}
    assert (find(few, "Trier"), find(places, "Trier"), find(few, "Trier")) == ([], ["trier"], [])


def test_wrong_file_is_a_content_error(tmp_path: Path) -> None:
    (tmp_path / "rlp.yml").write_text("mainz: {name: Mainz}", encoding="utf-8")
    with pytest.raises(ContentError, match=r"rlp\.yml"):
        load_places(tmp_path / "rlp.yml")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Zweibrücken", "zweibruecken"),
        ("Weißenthurm", "WEISSENTHURM"),
        ("أندرناخ", "اندرناخ"),
        ("کوبلنتس", "كوبلنتس"),
        ("Бінген", "Бинген"),
    ],
)
def test_fold_makes_spellings_equal(left: str, right: str) -> None:
    assert fold(left) == fold(right)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [("mainz", "mainz", 0), ("mainz", "mains", 1), ("mainz", "maniz", 1), ("mainz", "minz", 1), ("mainz", "trier", 3), ("a", "abcdef", 3)],
)
def test_distance_stops_above_two(left: str, right: str, expected: int) -> None:
    assert distance(left, right, most=2) == distance(right, left, most=2) == expected
