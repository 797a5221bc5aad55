"""Languages and texts: every sentence exists in all 24 languages with the same placeholders; direction and dates are right."""

import re
from datetime import date
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from locales.bidi import FSI, PDI, beside, clean, isolate, isolate_latin
from locales.formats import listing, long_date, number
from locales.registry import LANGUAGES, chain, match
from locales.texts import translate
from scripts.catalogues import extract

ROOT = Path(__file__).parent.parent.parent / "locales"
CODES = list(LANGUAGES)
TRANSLATED = [code for code in CODES if code != "en"]
PLACEHOLDER = re.compile(r"\{(\w+)\}")
SENTENCES = sorted(str(message.id) for message in extract() if message.id)


def test_there_are_24_languages_and_each_chain_ends_with_german() -> None:
    assert len(CODES) == 24
    assert all(chain(code)[-1] == "de" for code in CODES)
    assert chain("ps") == ["ps", "prs", "fa", "en", "de"]


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("uk-UA", "uk"),
        ("fa-AF", "prs"),
        ("fa_IR", "fa"),
        ("ku", "kmr"),
        ("ckb", "ckb"),
        ("DE-at", "de"),
        ("zh", None),
        ("", None),
        (None, None),
    ],
)
def test_tags_of_messengers_and_browsers(tag: str | None, code: str | None) -> None:
    assert match(tag) == code


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_sentence_is_translated_with_its_placeholders(code: str) -> None:
    with (ROOT / code / "LC_MESSAGES" / "lotse.po").open("rb") as file:
        translated = {str(message.id): str(message.string) for message in read_po(file) if message.id}
    assert sorted(translated) == SENTENCES, "run `make catalogues`"
    for sentence, text in translated.items():
        assert text.strip(), sentence
        assert sorted(set(PLACEHOLDER.findall(text))) == sorted(set(PLACEHOLDER.findall(sentence))), sentence
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", text), sentence


@pytest.mark.parametrize("code", TRANSLATED)
def test_numbers_in_sentences_are_the_same_in_every_language(code: str) -> None:
    for sentence in SENTENCES:
        wanted = sorted(re.findall(r"\d+", PLACEHOLDER.sub("", sentence)))
        assert sorted(re.findall(r"\d+", PLACEHOLDER.sub("", translate_raw(code, sentence)))) == wanted, sentence


def translate_raw(code: str, sentence: str) -> str:
    return translate(code, sentence)


@pytest.mark.parametrize("code", CODES)
def test_dates_numbers_and_lists_in_every_language(code: str) -> None:
    text = long_date(code, date(2026, 11, 21))
    assert "21" in text or "12" in text
    assert re.search(r"\d{4}", text)
    assert text.startswith(FSI) == LANGUAGES[code].rtl
    assert re.search(r"\d", number(code, 1234.5))
    assert listing(code, ["A", "B", "C"]).count("A") == 1


def test_latin_fragments_in_right_to_left_text_are_isolated_once() -> None:
    text = "اتصلوا بالرقم 0800 111 0 111 أو اذهبوا إلى (Ausländerbehörde)."
    isolated = isolate_latin(text)
    assert f"{FSI}0800 111 0 111{PDI}" in isolated
    assert f"({FSI}Ausländerbehörde{PDI})" in isolated
    assert isolate_latin(isolated) == isolated
    assert isolate_latin("Only Latin 112") == "Only Latin 112"


def test_hostile_characters_are_cut_and_joiners_stay() -> None:
    assert clean("\u202eabc\u202c\u200b\x00\ud800") == "abc"
    assert clean("می‌خواهم") == "می‌خواهم"
    assert clean("👨‍👩‍👧") == "👨‍👩‍👧"


def test_values_are_isolated_in_right_to_left_sentences() -> None:
    said = translate("ar", "If somebody is injured, call {number}.", number="112")
    assert f"{FSI}112{PDI}" in said


def test_pieces_beside_each_other_begin_where_reading_begins() -> None:
    assert beside(("B1", "", "Landau"), rtl=False) == "B1 · Landau"
    assert beside(("B1", "", "المساء"), rtl=True) == f"\u2067{isolate('B1')} · {isolate('المساء')}{PDI}"
    assert beside(("B1", ""), rtl=True) == "B1"
