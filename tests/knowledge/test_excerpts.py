"""Articles line by line, as questions about them are answered."""

from knowledge import excerpts, loader
from knowledge.excerpts import Line
from knowledge.model import Translation
from locales.registry import LANGUAGES


def _text(answer: str, details: str = "") -> Translation:
    return Translation(language="en", title="", answer=answer, details=details, questions=())


def test_points_keep_what_leads_to_them_and_short_sentences_go() -> None:
    text = _text("Go to the office before it is late. Is it late?", "Who gets the money of the office:\n\n- all children\n- all parents")
    assert excerpts.lines(text) == (
        Line("Go to the office before it is late. Is it late?", ("Go to the office before it is late.",)),
        Line("Who gets the money of the office: all children", ("Who gets the money of the office: all children",)),
        Line("Who gets the money of the office: all parents", ("Who gets the money of the office: all parents",)),
    )


def test_other_signs_end_sentences_too() -> None:
    (line,) = excerpts.lines(_text("اذهبوا اليوم إلى الدائرة مع كل الأوراق؟ نعم. خذوا معكم كل الرسائل والظرف الأصفر"))
    assert line.sentences == ("اذهبوا اليوم إلى الدائرة مع كل الأوراق؟", "خذوا معكم كل الرسائل والظرف الأصفر")
    (line,) = excerpts.lines(_text("ዛሬ ወደ ቢሮ ይሂዱ እና ሁሉንም ወረቀቶች ይውሰዱ። ነገ አይደለም።"))
    assert line.sentences == ("ዛሬ ወደ ቢሮ ይሂዱ እና ሁሉንም ወረቀቶች ይውሰዱ።",)
    assert excerpts.lines(_text("")) == ()


def test_the_number_of_a_day_ends_no_sentence_and_of_a_long_line_each_sentence_is_shown_alone() -> None:
    first = "Ihre Erlaubnis gilt bis zum 4. März 2027 weiter."
    (line,) = excerpts.lines(_text(f"{first} Danach ist sie nicht mehr gültig."))
    assert line.sentences == (first, "Danach ist sie nicht mehr gültig.")
    long = "word " * 90 + "end."
    assert [line.text for line in excerpts.lines(_text(f"{first} {long}"))] == [first, long]


def test_a_line_stands_beside_the_same_line_in_german() -> None:
    german = _text("Gehen Sie heute zur Beratung.", "Das bringen Sie mit:\n\n- den gelben Umschlag")
    text = _text("Go to an advice centre today.", "Take this with you:\n\n- the yellow envelope")
    assert [line.german for line in excerpts.lines(text, german)] == [
        "Gehen Sie heute zur Beratung.",
        "Das bringen Sie mit: den gelben Umschlag",
    ]


def test_every_article_is_made_of_readable_lines_each_beside_its_german() -> None:
    for article in loader.shipped().articles.values():
        for code in LANGUAGES.keys() & article.translations.keys():
            found = excerpts.lines(article.translations[code], article.translations["de"])
            alone = [line.text for line in found if not line.german]
            # Plain German has lines of its own; Albanian and Serbian have one on countries of origin that count as safe.
            assert code == "de-simple" or len(alone) <= (code in {"sq", "sr"}), (article.id, code, alone)
            for line in found:
                assert 25 < len(line.text) < 700, (article.id, code, line)
                assert "\n" not in line.text, (article.id, code, line)
