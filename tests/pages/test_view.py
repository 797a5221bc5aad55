"""What one person sees of a page: language, passage, pieces, a safe address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.pages import view
from knowledge.pages.record import Passage, code_of
from knowledge.pages.view import PIECE, SHORT, Seen, rest, safe, shortened
from store.database import Database
from tests.pages.publisher import page, publishing
from tests.pages.test_sync import synced

ADDRESS = "https://pages.example/town/de/a/"


def seen(*texts: str, number: int = 0) -> Seen:
    passages = tuple(Passage(f"H{at}", text) for at, text in enumerate(texts))
    return Seen(name="a", code="c", title="T", url="", language="de", passages=passages, number=number, changed_on=None)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (ADDRESS, ADDRESS),
        ("https://pages.example:8443/a?b=c#d", "https://pages.example:8443/a?b=c#d"),
        ("https://pages.example/town/ar/السكن/", "https://pages.example/town/ar/%D8%A7%D9%84%D8%B3%D9%83%D9%86/"),
        ("https://pages.example/a%20b", "https://pages.example/a%20b"),
        ("http://pages.example/a", ""),
        ("javascript:alert(1)", ""),
        ("https://bank.example@evil.example/", ""),
        ("https://localhost/", ""),
        ("https://", ""),
        ("https://[::1", ""),
        ("https://pägès.example/", ""),
        ("//pages.example/a", ""),
        ("", ""),
    ],
)
def test_only_safe_addresses_become_buttons(url: str, shown: str) -> None:
    assert safe(url) == shown


@given(st.text(max_size=80))
def test_any_address_is_safe_or_none(url: str) -> None:
    assert safe(url) == "" or (safe(url).startswith("https://") and safe(url).isascii() and " " not in safe(url))


def test_a_long_text_ends_with_a_sentence() -> None:
    text = "Am 3. Mai ist z. B. das Rathaus zu. Danach nicht! " + "Wort " * 200
    assert shortened(text, 80) == "Am 3. Mai ist z. B. das Rathaus zu. Danach nicht!"
    assert shortened(text, 30) == "Am 3. Mai ist z. B. das…"
    assert shortened("kurz") == "kurz"
    assert shortened("سطر أول؟ سطر ثان طويل جدا", 12) == "سطر أول؟"


@given(st.text(max_size=900), st.integers(min_value=2, max_value=700))
def test_what_is_shortened_fits_and_begins_alike(text: str, most: int) -> None:
    short = shortened(text, most)
    assert len(short) <= max(most, 1) + 1
    assert text.startswith(short.removesuffix("…") if short != text else text)


def test_the_rest_leaves_out_what_was_shown_and_fits_into_messages() -> None:
    pieces = rest(seen("eins " * 60, "zwei", "drei " * 100, number=1))
    assert pieces[0].startswith("H0\neins")
    assert "zwei" not in "".join(pieces)
    assert all(len(piece) <= PIECE + 20 for piece in pieces)
    assert rest(seen("alles")) == []
    assert rest(seen()) == []


def test_a_passage_that_was_cut_is_there_in_full() -> None:
    long = "Ein Satz. " * 200
    assert len(shortened(long)) <= SHORT
    pieces = rest(seen(long))
    assert len(pieces) > 1
    assert "".join(pieces).count("Ein Satz.") == 200


async def test_the_next_best_language_and_only_the_own_town(base: Database) -> None:
    german = [page("a", "Wohnen", "<p>Eins.</p><h2>Miete</h2><p>Zwei.</p>")]
    english = [page("a", "Housing", "<p>One.</p><h2>Rent</h2><p>Two.</p>")]
    code = code_of(region="town", kind="pages", key="a")
    async with publishing({"town/de/pages": german, "town/en/pages": english}) as publisher:
        await synced(base, publisher, languages=("de", "en"))
        async with base.read() as session:
            arabic = await view.show(session, municipality="town", code=code, language="ar", number=1, spoken="de")
            assert arabic
            assert (arabic.language, arabic.title, arabic.passage, arabic.name) == ("en", "Housing", Passage("Rent", "Two."), "a")
            assert await view.show(session, municipality="other", code=code, language="de") is None
            assert await view.show(session, municipality="town", code="f" * 16, language="de") is None
        publisher.answers["town/de/pages"] = [page("a", "Neu", "<p>Eins.</p>")]
        await synced(base, publisher, languages=("de", "en"))
        async with base.read() as session:
            changed = await view.show(session, municipality="town", code=code, language="de", number=1, spoken="en")
            assert changed
            assert (changed.title, changed.passage.text) == ("Neu", "Eins.")
