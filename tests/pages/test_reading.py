"""What is taken out of a publisher's answer: text without markup, headings, passages, the way to a page."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.pages import integreat
from knowledge.pages.markup import Block, blocks
from knowledge.pages.passages import LENGTH, split
from knowledge.pages.record import Feed, Passage
from store.errors import LotseError
from tests.pages.publisher import page

FEED = Feed(municipality="town", base="https://pages.example", region="town", language="de", spelt="de")


def read(rows: Any) -> integreat.Answer:
    return integreat.read(json.dumps(rows).encode(), feed=FEED)


def test_markup_goes_and_structure_stays() -> None:
    found = blocks(
        "<h2>Anmelden</h2><p>Gehen Sie ins <b>Rathaus</b>.<br>Zimmer&nbsp;3</p><ul><li>Pass</li><li><p>Mietvertrag</p></li></ul>"
        "<p><strong>Öffnungszeiten</strong></p><p>Montag 8&ndash;12 Uhr.</p>"
    )
    assert found == [
        Block("heading", "Anmelden"),
        Block("text", "Gehen Sie ins Rathaus."),
        Block("text", "Zimmer 3"),
        Block("item", "Pass"),
        Block("text", "Mietvertrag"),
        Block("heading", "Öffnungszeiten"),
        Block("text", "Montag 8–12 Uhr."),
    ]


def test_short_paragraphs_above_text_are_headings() -> None:
    found = blocks("<p>Wo melde ich mich an?</p><p>Im Rathaus.</p><p>Telefon</p><p>Fax</p>")
    assert [block.kind for block in found] == ["heading", "text", "text", "text"]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert('x')</script><p>gut.</p>",
        "<p>gut.<img src=x onerror=alert('x')></p>",
        "<style>p{}</style><iframe src='https://evil.example'>alert('x')</iframe>gut.",
        "<p>\u202egut.\u2066</p><svg><text>alert('x')</text></svg>",
        "<!-- alert('x') --><p>gut.",
    ],
)
def test_nothing_but_text_survives(hostile: str) -> None:
    assert blocks(hostile) == [Block("text", "gut.")]


@given(
    st.text(max_size=400)
    | st.lists(st.sampled_from(["<p>", "</p>", "<li>", "<b>", "x", "<", "&#", "<h1>", "\x00", "<!--", "]]>"])).map("".join)
)
def test_any_markup_is_read(text: str) -> None:
    for block in blocks(text):
        assert block.text == block.text.strip() != ""
        assert not any(unicodedata.category(sign) in {"Cc", "Cf"} for sign in block.text if sign not in "\u200c\u200d")


def test_persian_spelling_is_kept() -> None:
    assert blocks("<p>\u200cمی\u200cخواهم خانه پیدا کنم.\u200c</p>") == [Block("text", "می\u200cخواهم خانه پیدا کنم.")]


def test_passages_keep_their_heading_and_fit_into_a_message() -> None:
    passages = split(
        blocks("<h2>Kurse</h2>" + "<p>" + "Ein Satz über Kurse. " * 8 + "</p>" * 1 + ("<p>" + "Noch ein Satz. " * 12 + "</p>") * 4)
    )
    assert len(passages) > 2
    assert {passage.heading for passage in passages} == {"Kurse"}
    assert all(len(passage.text) <= LENGTH + 5 for passage in passages)


def test_a_heading_without_text_is_kept() -> None:
    assert split([Block("heading", "Kontakt"), Block("heading", "Telefon"), Block("text", "Im Rathaus.")]) == (
        Passage("Kontakt", ""),
        Passage("Telefon", "Im Rathaus."),
    )


def test_pages_know_the_way_to_them() -> None:
    answer = read(
        [page("a", "Arbeit &amp; Beruf", ""), page("b", "Suchen", "", above="a"), page("c", "Lebenslauf", "<p>Wie.</p>", above="b")]
    )
    assert [(each.key, each.trail) for each in answer.pages] == [("a", ()), ("b", ("Arbeit & Beruf",)), ("c", ("Arbeit & Beruf", "Suchen"))]
    assert answer.pages[2].changed_on == "2026-03-01"
    assert answer.pages[2].url == "https://pages.example/town/de/c/"


def test_a_circle_of_parents_ends() -> None:
    answer = read([page("a", "A", "", above="b"), page("b", "B", "", above="a")])
    assert {each.key for each in answer.pages} == {"a", "b"}


def test_places_and_events_say_where_and_when() -> None:
    row = page("beratung", "Beratungsstelle", "<p>Offen für alle.</p>") | {
        "location": {"address": "Musterweg 1", "postcode": "00000", "town": "Musterstadt"},
        "event": {"start": "2026-12-01T18:00:00+01:00", "end": "2026-12-01T20:00:00+01:00"},
        "email": "beratung@pages.example",
    }
    (found,) = read([row]).pages
    assert found.passages == (
        Passage("", "2026-12-01 18:00 – 2026-12-01 20:00\nMusterweg 1, 00000 Musterstadt\nberatung@pages.example"),
        Passage("", "Offen für alle."),
    )


@pytest.mark.parametrize(
    "strange",
    [None, 5, [], {"title": "ohne Pfad"}, {"path": "/x/", "title": ""}, {"path": 3, "title": "x"}, {"path": "/x/", "title": ["x"]}],
)
def test_what_is_no_page_is_left_out_and_counted(strange: Any) -> None:
    answer = read([strange, page("a", "A", "")])
    assert [each.key for each in answer.pages] == ["a"]
    assert answer.strange == 1


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a b", 'https://x"onclick=', 7, None, "//x"])
def test_only_web_addresses_become_links(url: Any) -> None:
    (found,) = read([page("a", "A", "") | {"url": url}]).pages
    assert not found.url


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error": "x"}', b"[" * 100_000, b"\xff\xfe"])
def test_what_is_no_list_of_pages_is_refused(body: bytes) -> None:
    with pytest.raises(LotseError, match="does not answer with"):
        integreat.read(body, feed=FEED)
