"""What the desk says about articles: every rule of the checks, every deed, every part has its words, filled with what the rule gives."""

import string
from typing import get_args

import pytest

from desk.articles_diff import compared, pieces
from desk.articles_findings import SENTENCES, told
from desk.articles_form import questions_of
from desk.articles_try import DANGERS, DECISIONS, INTENTS
from desk.articles_words import AUDIENCE_WORDS, DEEDS, FIELDS
from dialogs.engine import INTENTS as DONE
from dialogs.engine import TALK
from knowledge.findings import RULES
from knowledge.local.record import Meta, Remark, What
from knowledge.model import Source, Translation
from knowledge.vocabulary import AUDIENCES
from locales.texts import translate_desk
from nlu.classifier import ENTRIES
from nlu.model import Decision


class English:
    """Somebody who reads English."""

    interface = "en"

    @staticmethod
    def t(message: str, /, **values: object) -> str:
        """A sentence as it is written in the code."""
        return translate_desk("en", message, **values)


ACTOR: "English" = English()


def holes(text: str) -> set[str]:
    """The placeholders of a sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_words_that_it_can_fill(code: str) -> None:
    _, message, remedy = RULES[code]
    assert holes(SENTENCES[code].problem) | holes(SENTENCES[code].remedy) <= holes(message) | holes(remedy)


def test_nothing_has_words_that_is_not_there() -> None:
    assert set(SENTENCES) == set(RULES)
    assert set(DEEDS) == set(get_args(What))
    assert set(AUDIENCE_WORDS) == AUDIENCES
    assert set(DECISIONS) == set(get_args(Decision))
    assert set(DANGERS) == set(ENTRIES)
    assert set(INTENTS) == {*DONE, *TALK}
    assert set(Meta.__dataclass_fields__) <= set(FIELDS)


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        ("missing 10", "10 missing"),
        ("too many 12 3", "12 3 too many"),
        ("missing 10 11; too many 12", "10 11 missing, 12 too many"),
    ],
)
def test_numbers_that_differ_are_told_in_words(difference: str, said: str) -> None:
    remark = Remark(
        part="ar", field="answer", code="numbers-differ", severity="error", message="", remedy="", data={"difference": difference}
    )
    assert said in told(ACTOR, remark).problem  # type: ignore[arg-type]  # all that is asked of an actor here


def test_words_that_differ_are_found() -> None:
    assert list(pieces("Die Sparkasse ist offen.", "Die Volksbank ist auch offen.")) == [
        ("same", "Die "),
        ("gone", "Sparkasse"),
        ("new", "Volksbank"),
        ("same", " ist "),
        ("new", "auch "),
        ("same", "offen."),
    ]


def test_long_texts_are_compared_by_lines() -> None:
    old = "\n".join(f"Zeile {number} von vielen" for number in range(2000))
    changed = old.replace("Zeile 7 ", "Zeile sieben ")
    assert [piece for piece in pieces(old, changed) if piece.kind != "same"] == [
        ("gone", "Zeile 7 von vielen\n"),
        ("new", "Zeile sieben von vielen\n"),
    ]


def test_both_versions_can_be_read_from_what_differs() -> None:
    old = Translation(language="de", title="Alt", answer="Eins. Zwei.", details="", questions=("a", "b"))
    new = Translation(language="de", title="Alt", answer="Eins. Drei.", details="Mehr.", questions=("a",))
    found = {one.label: (one.old, one.new) for one in compared(ACTOR, old, new)}  # type: ignore[arg-type]  # all that is asked of an actor here
    assert found == {"Short answer": ("Eins. Zwei.", "Eins. Drei."), "Details": ("", "Mehr."), "Example questions": ("a\nb", "a")}
    sources = Meta(sources=(Source(name="Amt", url="https://amt.example", date="2026"),))
    shown = compared(ACTOR, None, sources)  # type: ignore[arg-type]  # all that is asked of an actor here
    assert [(one.label, one.old, one.new) for one in shown] == [("Sources", "", "Amt · https://amt.example · 2026")]


def test_questions_are_one_of_each_line() -> None:
    assert questions_of("- Wo?\r\n\n  * wann \nWo?\n\u202ewer\n- - nein") == ("Wo?", "wann", "wer", "- nein")
