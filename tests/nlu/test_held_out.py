"""The figures of the shipped weights: kept from cross-validation, and only shown for the content that they are from."""

from pathlib import Path

import numpy as np
import pytest

from bot.app import examples
from knowledge import loader
from nlu import artifacts, corpus, evaluate, held_out
from nlu.model import Example
from nlu.weights import SHIPPED
from store.errors import UnavailableError

CHANCES = np.array([[0.6, 0.1, 0.3], [0.05, 0.9, 0.05]], dtype=np.float32)


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "held_out.npz"
    held_out.save(held_out.kept("abc", np.array([4, 2]), {"embedding": CHANCES, "lexical": CHANCES[::-1]}), file)
    again = held_out.load(file)
    assert again is not None
    assert (again.content, again.rows.tolist()) == ("abc", [4, 2])
    assert np.allclose(again.chances("embedding", 3), CHANCES, atol=1e-3)
    assert np.allclose(again.chances("lexical", 3), CHANCES[::-1], atol=1e-3)


@pytest.mark.parametrize("content", [None, b"", b"PK no zip"])
def test_a_missing_or_damaged_file_is_none(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "held_out.npz"
    if content is not None:
        file.write_bytes(content)
    assert held_out.load(file) is None


@pytest.fixture(scope="module")
def articles() -> list[Example]:
    return examples(loader.load())


def test_the_shipped_weights_hold_what_the_documents_say(articles: list[Example]) -> None:
    report = evaluate.evaluate(articles)
    everything = report.rows[-1]
    assert everything.language == "all"
    assert everything.messages > 10_000
    assert everything.recall_1 > 0.83
    assert everything.right > 0.95
    assert everything.out_of_scope > 0.9
    assert min(report.crisis.values()) > 0.85
    assert report.alarms["ordinary"] < 0.03


def test_vectors_tell_more_than_words_alone(articles: list[Example]) -> None:
    learned, kept = artifacts.load(SHIPPED / artifacts.FILE), held_out.load(SHIPPED / held_out.FILE)
    assert learned is not None
    assert kept is not None
    classes, pool = learned.classifier.classes, corpus.pooled(articles, corpus.own_examples())
    labels = [pool[at].label for at in kept.rows]
    right = {
        engine: np.mean([classes[row.argmax()] for row in kept.chances(engine, len(classes))] == np.array(labels))
        for engine in kept.columns
    }
    assert right["lexical"] < right["embedding"]


def test_other_content_has_no_figures(articles: list[Example], tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="make train"):
        evaluate.evaluate(articles[1:])
    artifacts_only = tmp_path / artifacts.FILE
    artifacts_only.write_bytes((SHIPPED / artifacts.FILE).read_bytes())
    with pytest.raises(UnavailableError, match="make train"):
        evaluate.evaluate(articles, shipped=tmp_path)
