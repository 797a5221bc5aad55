"""What means nothing without the answer before it is known in every language, and what names a topic is never taken for it."""

import pytest

from locales.registry import LANGUAGES
from nlu import phrases, safety, tongues

SAID = [
    ("de", "more", "Und wie lange dauert das denn?"),
    ("de-simple", "more", "Was kostet das?"),
    ("en", "more", "how long does that take"),
    ("ar", "more", "كم بتكلف؟"),
    ("prs", "more", "چقدر وقت میگیره"),
    ("uk", "more", "А це безкоштовно?"),
    ("tr", "more", "Ücretli mi?"),
    ("so", "more", "xaggee"),
    ("en", "details", "Tell me more!"),
    ("uk", "details", "більше інформації"),
    ("de", "unclear", "Das verstehe ich nicht."),
    ("fa", "unclear", "نفهمیدم"),
    ("ti", "unclear", "ኣይተረድኣንን"),
    ("ur", "unclear", "samajh nahi aaya"),
    ("de", "dates", "Welche Fristen hast du gespeichert?"),
    ("en", "forget_date", "delete the reminder"),
    ("de", "angry", "du bist nutzlos"),
    ("fr", "robot", "tu es un robot ?"),
    ("en", "waiting", "when will they answer?"),
    ("tr", "stop_alert", "bildirimleri durdur"),
    ("en", "no_childcare", "remove childcare"),
    ("en", "cheaper", "something cheaper"),
    ("de", "not_me", "ich bin nicht in Gefahr"),
    ("en", "not_me", "I am not in danger right now"),
    ("en", "withdraw", "please cancel my request"),
    ("en", "stop_alert", "unsubscribe"),
]


@pytest.mark.parametrize(("code", "kind", "text"), SAID)
def test_short_questions_are_known(code: str, kind: str, text: str) -> None:
    assert phrases.kind(text, [code]) == kind


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Wie lange dauert der Integrationskurs?"),
        ("en", "how much is a flat"),
        ("de", "danke"),
        ("de", "?!"),
        ("en", "was kostet das"),
    ],
)
def test_what_stands_for_itself_is_none(code: str, text: str) -> None:
    assert phrases.kind(text, [code]) is None


def test_every_language_has_phrases_of_both_kinds() -> None:
    table = phrases.phrases()
    assert set(table) == {"fillers", *LANGUAGES} - {"de-simple"}
    kinds = {code: set(known.values()) - {phrases.DETAILS} for code, known in table.items() if code != "fillers"}
    assert {code for code, known in kinds.items() if known != set(phrases.KINDS)} == set()


def test_no_phrase_hides_a_certain_danger() -> None:
    said = [(code, phrase) for code, known in phrases.phrases().items() if code != "fillers" for phrase in known]
    assert [(code, phrase) for code, phrase in said if safety.look(phrase, ["fa" if code == "prs" else code])[0]] == []


@pytest.mark.parametrize(
    ("code", "text", "named"),
    [
        ("en", "speak arabic please", "ar"),
        ("uk", "говори російською", "ru"),
        ("de", "Sprache auf Englisch wechseln", "en"),
        ("de", "Deutsch oder Englisch", None),
        ("en", "another language", None),
    ],
)
def test_a_wish_names_its_language(code: str, text: str, named: str | None) -> None:
    assert tongues.named(text, code) == named
