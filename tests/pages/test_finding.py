"""Which page is found for a question: by words alone, by vectors, across languages, and as the pages of the database change."""

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import page_shelf
from bot.page_shelf import PageShelf, passages_of
from knowledge.pages.record import Page, Passage
from nlu import embedding, postings, retrieval_model
from nlu.embedding import Embedder
from nlu.retrieval import Index, Ranking, shipped
from nlu.retrieval_model import equal_weights
from nlu.retrieval_parts import PagePassage
from store.database import Database
from tests.pages.publisher import page, publishing
from tests.pages.test_sync import synced

GERMAN = {
    "wohnen": ("Eine Wohnung mieten", "Miete", "Im Mietvertrag steht, wie hoch die Miete und die Kaution sind."),
    "fahrrad": ("Fahrrad fahren", "", "Am Fahrrad müssen Licht und Bremsen in Ordnung sein."),
    "zahnarzt": ("Beim Zahnarzt", "Schmerzen", "Wer Zahnschmerzen hat, ruft zuerst in der Praxis an."),
    "bibliothek": ("Stadtbibliothek", "", "Bücher und Filme können vier Wochen lang ausgeliehen werden."),
}
ENGLISH = {
    "wohnen": ("Renting a flat", "Rent", "The rental contract says how high the rent and the deposit are."),
    "fahrrad": ("Riding a bicycle", "", "The lights and brakes of the bicycle must work."),
}


def passages(texts: dict[str, tuple[str, str, str]], language: str) -> list[PagePassage]:
    return [
        PagePassage(key=key, language=language, title=title, heading=heading, text=text) for key, (title, heading, text) in texts.items()
    ]


def first(ranking: Ranking) -> str:
    return ranking.hits[0].key


@pytest.fixture(scope="module")
def index() -> Index:
    return Index([*passages(GERMAN, "de"), *passages(ENGLISH, "en")])


@pytest.mark.parametrize(
    ("question", "language", "key"),
    [
        ("Wie hoch darf die Kaution sein?", "de", "wohnen"),
        ("meine zähne tun weh, zahnschmerzen", "de", "zahnarzt"),
        ("Fahrradlicht kaputt", "de", "fahrrad"),
        ("how much deposit for a flat", "en", "wohnen"),
    ],
)
def test_words_alone_find_a_page(index: Index, question: str, language: str, key: str) -> None:
    found = index.search(question, None, language=language)
    assert (first(found), found.evidence) == (key, "L")
    assert found.hits[0].passage.language == language
    assert sum(hit.chance for hit in found.hits) == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("question", ["", "   ", "?!", "12"])
def test_what_is_no_question_finds_nothing(index: Index, question: str) -> None:
    assert index.search(question, None, language="de") == Ranking()


def test_no_pages_no_answer() -> None:
    assert Index([]).search("Wohnung", None, language="de") == Ranking()


def test_pages_of_other_languages_need_vectors() -> None:
    found = Index(passages(GERMAN, "de")).search("شقة للإيجار", None, language="ar")
    assert found == Ranking()


async def test_vectors_find_a_page_across_languages(tmp_path: Path) -> None:
    index = Index(passages(GERMAN, "de"))
    index.put("de", await embedding.embed_all(index.texts("de"), cache=tmp_path, kind="passage"))
    embedder = Embedder()
    try:
        (arabic,) = await embedder.embed(["أريد أن أستأجر شقة"])
        (ukrainian,) = await embedder.embed(["Болить зуб, куди звернутися?"])
    finally:
        await embedder.close()
    assert (first(index.search("أريد أن أستأجر شقة", arabic, language="ar")), "wohnen") == ("wohnen", "wohnen")
    found = index.search("Болить зуб, куди звернутися?", ukrainian, language="uk")
    assert (first(found), found.evidence, found.hits[0].passage.language) == ("zahnarzt", "D", "de")


async def test_questions_and_texts_are_read_differently(tmp_path: Path) -> None:
    asked = await embedding.embed_all(["Miete"], cache=tmp_path)
    read = await embedding.embed_all(["Miete"], cache=tmp_path, kind="passage")
    again = await embedding.embed_all(["Miete"], cache=tmp_path, kind="passage")
    assert float(asked[0] @ read[0]) < 0.99
    assert np.allclose(read, again, atol=1e-3)


def test_rare_words_weigh_more_than_frequent_ones() -> None:
    found = postings.build(["der Antrag im Rathaus", "der Antrag im Jobcenter", "der Weg zum Rathaus"], "words")
    scores = found.scores("der Antrag im Jobcenter")
    assert scores.argmax() == 1
    assert found.scores("Katze").tolist() == [0.0, 0.0, 0.0]


@given(st.lists(st.text(max_size=60), min_size=1, max_size=8), st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_indexed_and_asked(texts: list[str], question: str) -> None:
    index = Index([PagePassage(key=str(at), language="de", title="Titel", text=text) for at, text in enumerate(texts)])
    assert len(index.search(question, None, language="de").hits) <= len(texts)


def test_a_page_without_text_is_found_by_its_title() -> None:
    made = list(passages_of("a", Page(key="a", title="Rathaus", url="", passages=()), "de"))
    assert [passage.whole.strip() for passage in made] == ["Rathaus."]
    (only,) = passages_of("a", Page(key="a", title="A", url="", passages=(Passage("b", "c"),)), "de")
    assert only.heading == "b"


def test_the_model_survives_its_file_and_damage(tmp_path: Path) -> None:
    file = tmp_path / "model.npz"
    retrieval_model.save(shipped(), file)
    assert retrieval_model.load(file).heads == shipped().heads
    file.write_bytes(file.read_bytes()[:1000])
    assert retrieval_model.load(file).heads == equal_weights().heads


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[PageShelf]:
    made = PageShelf(cache=tmp_path)
    yield made
    await made.close()


FIRST = [page(key, title, f"<h2>{heading}</h2><p>{text}</p>") for key, (title, heading, text) in GERMAN.items()]


async def test_the_shelf_follows_the_database(base: Database, shelf: PageShelf) -> None:
    async with publishing({"town/de/pages": FIRST}) as publisher:
        await synced(base, publisher)
        async with base.read() as session:
            before = await shelf.index(session, "town")
            assert set(before.pages) == set(GERMAN)
            assert await shelf.index(session, "town") is before
            assert (await shelf.index(session, "elsewhere")).pages == ()
        publisher.answers["town/de/pages"] = FIRST[1:]
        await synced(base, publisher)
        async with base.read() as session:
            assert set((await shelf.index(session, "town")).pages) == set(GERMAN) - {"wohnen"}


async def test_vectors_come_beside_and_are_kept(base: Database, shelf: PageShelf, tmp_path: Path) -> None:
    async with publishing({"town/de/pages": FIRST}) as publisher:
        await synced(base, publisher)
    async with base.read() as session:
        assert not (await shelf.index(session, "town")).parts["de"].has_vectors
        assert (await shelf.complete(session, "town")).parts["de"].has_vectors
        another = PageShelf(cache=tmp_path)
        assert (await another.index(session, "town")).parts["de"].has_vectors
        words = PageShelf(cache=None)
        assert not (await words.complete(session, "town")).parts["de"].has_vectors


async def test_vectors_that_failed_are_computed_later(
    base: Database, shelf: PageShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine that stops in the middle costs nothing for good."""
    async with publishing({"town/de/pages": FIRST}) as publisher:
        await synced(base, publisher)
    whole = embedding.ENCODER
    (tmp_path / "encoder.bin").write_bytes(b"broken")
    monkeypatch.setattr(embedding, "ENCODER", tmp_path / "encoder.bin")
    async with base.read() as session:
        assert not (await shelf.complete(session, "town")).parts["de"].has_vectors
        assert "words alone" in str(shelf.note)
        monkeypatch.setattr(embedding, "ENCODER", whole)
        await shelf.look(session)
        assert not (await shelf.complete(session, "town")).parts["de"].has_vectors  # not at once
        monkeypatch.setattr(page_shelf, "RETRY_SECONDS", 0.0)
        await shelf.look(session)
        assert (await shelf.complete(session, "town")).parts["de"].has_vectors
    assert shelf.note is None
