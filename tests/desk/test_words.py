"""Every sentence of the desk exists in German, with the same placeholders, and is found by the extraction."""

import re
from io import BytesIO

import pytest
from babel.messages.pofile import read_po

from locales.texts import translate_desk
from scripts.catalogues import DESK, extract_desk
from scripts.compile_catalogues import compile_catalogues

SENTENCES = sorted(str(message.id) for message in extract_desk() if message.id)
_PLACEHOLDER = re.compile(r"\{\w*\}")


@pytest.fixture(scope="module")
def german() -> dict[str, str]:
    return {str(message.id): str(message.string) for message in read_po(BytesIO(DESK.read_bytes())) if message.id}


def test_every_sentence_has_german_and_none_is_left_over(german: dict[str, str]) -> None:
    assert sorted(german) == SENTENCES, "run `python -m scripts.catalogues --desk /dev/null` or with files of translations"
    assert [sentence for sentence, text in german.items() if not text] == []


def test_translations_keep_their_placeholders(german: dict[str, str]) -> None:
    for sentence, text in german.items():
        assert sorted(_PLACEHOLDER.findall(text)) == sorted(_PLACEHOLDER.findall(sentence)), sentence


def test_english_is_what_the_code_says_and_german_comes_from_the_catalogue(german: dict[str, str]) -> None:
    sentence = "Welcome, {name}"
    assert translate_desk("en", sentence, name="Anna") == "Welcome, Anna"
    assert translate_desk("de", sentence, name="{Anna}") == german[sentence].format(name="{Anna}")
    assert translate_desk("de", "not in any catalogue") == "not in any catalogue"


def test_the_build_compiles_the_catalogue_of_the_desk() -> None:
    assert compile_catalogues(DESK.parent.parent.parent) > 0
    assert DESK.with_suffix(".mo").exists()
