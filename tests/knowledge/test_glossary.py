"""The glossary is complete, and finds what does not follow it."""

from pathlib import Path

import pytest

from knowledge.glossary import Term, terms
from locales.registry import LANGUAGES
from store.errors import ContentError


def test_every_term_is_said_in_every_language() -> None:
    others = LANGUAGES.keys() - {"de", "de-simple"}
    assert [(term.word, others - term.renderings.keys()) for term in terms() if others - term.renderings.keys()] == []
    assert all(said.strip() for term in terms() for said in term.renderings.values())
    assert len({term.word for term in terms()}) == len(terms()) > 70


TERM = Term(word="Sozialamt", meaning="office", renderings={"ru": "социальное ведомство", "am": "የሥራ ቢሮ", "en": "social welfare office"})


@pytest.mark.parametrize(
    ("language", "text", "strange"),
    [
        ("ru", "Идите в социальном ведомстве (Sozialamt).", False),  # another case
        ("ru", "Идите в службу занятости (Sozialamt).", True),
        ("am", "በሥራ ቢሮ (Sozialamt)", False),  # another preposition
        ("en", "The Social Welfare Office (Sozialamt) pays.", False),
        ("en", "The town (Sozialamt) pays.", True),
        ("en", "The Sozialamt pays.", False),
        ("vi", "văn phòng (Sozialamt)", False),  # nothing is said about this language
    ],
)
def test_words_before_the_brackets(language: str, text: str, strange: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert bool(list(TERM.strange(text, language=language))) == strange


def test_a_part_of_a_longer_word_is_not_the_word() -> None:
    assert TERM.stands_alone_in("Das Sozialamt zahlt.")
    assert not TERM.stands_alone_in("Die Sozialamtsleiterin und das Kreis-Sozialamt")


@pytest.mark.parametrize("body", ["[]", "Sozialamt: office", "Sozialamt: {en: office}", "Sozialamt: {meaning: office, xx: office}"])
def test_a_broken_glossary_is_refused(tmp_path: Path, body: str) -> None:
    file = tmp_path / "glossary.yml"
    file.write_text(body, encoding="utf-8")
    with pytest.raises(ContentError):
        terms(file)
