"""Articles sentence by sentence, as questions about them are answered."""

from knowledge import excerpts, loader
from knowledge.model import Translation
from locales.registry import LANGUAGES


def _text(answer: str, details: str = "") -> Translation:
    return Translation(language="en", title="", answer=answer, details=details, questions=())


def test_points_keep_what_leads_to_them_and_short_sentences_go() -> None:
    text = _text("Go to the office before it is late. Is it late?", "Who gets the money of the office:\n\n- all children\n- all parents")
    assert excerpts.sentences(text) == {
        "Go to the office before it is late.": "Go to the office before it is late. Is it late?",
        "Who gets the money of the office: all children": "Who gets the money of the office: all children",
        "Who gets the money of the office: all parents": "Who gets the money of the office: all parents",
    }


def test_other_signs_end_sentences_too() -> None:
    assert [*excerpts.sentences(_text("اذهبوا اليوم إلى الدائرة مع كل الأوراق؟ نعم. خذوا معكم كل الرسائل والظرف الأصفر"))] == [
        "اذهبوا اليوم إلى الدائرة مع كل الأوراق؟",
        "خذوا معكم كل الرسائل والظرف الأصفر",
    ]
    assert [*excerpts.sentences(_text("ዛሬ ወደ ቢሮ ይሂዱ እና ሁሉንም ወረቀቶች ይውሰዱ። ነገ አይደለም።"))] == ["ዛሬ ወደ ቢሮ ይሂዱ እና ሁሉንም ወረቀቶች ይውሰዱ።"]
    assert excerpts.sentences(_text("")) == {}


def test_the_number_of_a_day_ends_no_sentence_and_a_long_line_is_not_shown_whole() -> None:
    first = "Ihre Erlaubnis gilt bis zum 4. März 2027 weiter."
    assert [*excerpts.sentences(_text(f"{first} Danach ist sie nicht mehr gültig."))] == [first, "Danach ist sie nicht mehr gültig."]
    long = "word " * 90 + "end."
    assert excerpts.sentences(_text(f"{first} {long}"))[first] == first


def test_every_article_is_made_of_readable_sentences() -> None:
    for article in loader.shipped().articles.values():
        for code in LANGUAGES.keys() & article.translations.keys():
            translation = article.translations[code]
            for sentence, around in excerpts.sentences(translation).items():
                assert 25 < len(sentence) < 700, (article.id, code, sentence)
                assert "\n" not in around
                assert sentence in around
