"""Plain text as HTML: escaping, links, numbers, direction."""

import pytest

from bot.web.rich import rich
from locales.bidi import isolate_latin


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\nb\n\nc", "<p>a<br>b</p><p>c</p>"),
        ("<b>&\"'", "<p>&lt;b&gt;&amp;&#34;&#39;</p>"),
        ("Liste:\n• eins\n• zwei\nEnde", "<p>Liste:</p><ul><li>eins</li><li>zwei</li></ul><p>Ende</p>"),
        (
            "Siehe https://www.bamf.de/x?a=1&b=2.",
            (
                '<p>Siehe <a href="https://www.bamf.de/x?a=1&amp;b=2" target="_blank" rel="noopener noreferrer" dir="ltr">'
                "www.bamf.de/x?a=1&amp;b=2</a>.</p>"
            ),
        ),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
        (
            'https://x.de/"onclick="a',
            '<p><a href="https://x.de/" target="_blank" rel="noopener noreferrer" dir="ltr">x.de</a>&#34;onclick=&#34;a</p>',
        ),
        ("Tel. 0800 111 0 111!", '<p>Tel. <a class="tel" href="tel:08001110111" dir="ltr">0800 111 0 111</a>!</p>'),
        (
            "116117 oder 116 016",
            '<p><a class="tel" href="tel:116117" dir="ltr">116117</a> oder <a class="tel" href="tel:116016" dir="ltr">116 016</a></p>',
        ),
        ("112 Euro, 56068 Koblenz, 01.09.2026, § 104", "<p>112 Euro, 56068 Koblenz, 01.09.2026, § 104</p>"),
        (
            "Hauptstr. 110, 56068 Koblenz: 110,50 €, 112 євро, 110 EUR, 112€",
            "<p>Hauptstr. 110, 56068 Koblenz: 110,50 €, 112 євро, 110 EUR, 112€</p>",
        ),
        ("Bei Gefahr: 110.", '<p>Bei Gefahr: <a class="tel" href="tel:110" dir="ltr">110</a>.</p>'),
        ("", ""),
    ],
)
def test_left_to_right(text: str, html: str) -> None:
    assert rich(text, direction="ltr") == html


def test_emergency_numbers_can_be_tapped_in_every_message() -> None:
    assert rich("Ruf 112 an.", direction="ltr") == '<p>Ruf <a class="tel" href="tel:112" dir="ltr">112</a> an.</p>'


def test_numbers_stay_isolated_in_arabic() -> None:
    html = rich(isolate_latin("اتصل على 112 الآن"), direction="rtl")
    assert html == '<p>اتصل على \u2068<a class="tel" href="tel:112" dir="ltr">112</a>\u2069 الآن</p>'


@pytest.mark.parametrize("text", ["الرسم 112 يورو", "112\u00a0€", "110\u202f€", "الرسم 110 €"])
def test_an_amount_never_calls_the_police(text: str) -> None:
    assert "tel:" not in rich(isolate_latin(text), direction="rtl")
    assert "tel:" not in rich(text, direction="rtl")


def test_a_german_line_in_an_arabic_message_has_its_own_direction() -> None:
    assert rich("مرحبا\n\nMarktplatz 11", direction="rtl") == '<p>مرحبا</p><p dir="ltr">Marktplatz 11</p>'
    assert rich("Hallo\n\nمرحبا", direction="ltr") == '<p>Hallo</p><p dir="rtl">مرحبا</p>'
