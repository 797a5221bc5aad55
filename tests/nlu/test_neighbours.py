"""Which known messages are nearest: they are found in two bits a number, whatever their language, and nobody is found among none."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlu import artifacts, neighbours, neighbours_fit
from nlu.neighbours import Floats, Neighbours
from nlu.weights import SHIPPED

CLASSES = 3


def known(count: int = 600) -> tuple[Floats, np.ndarray]:
    """Vectors of length 1 around one point for each class, as sentence vectors lie close together."""
    random = np.random.default_rng(0)
    labels = np.arange(count) % CLASSES
    points = random.standard_normal((CLASSES, 384))
    rows = points[labels] + 1.5 * random.standard_normal((count, 384)) + 4.0
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), labels


def languages(count: int) -> list[str]:
    return ["de" if at < count // 2 else "ar" for at in range(count)]


@pytest.fixture(scope="module")
def built() -> Neighbours:
    vectors, labels = known()
    return neighbours_fit.build(vectors, labels, languages(len(vectors)), classes=CLASSES)


def test_a_message_is_about_what_its_neighbours_are_about(built: Neighbours) -> None:
    vectors, labels = known()
    found = [int(neighbours.logits(built, row, language="de").argmax()) for row in vectors[:90]]
    assert found == labels[:90].tolist()


def test_the_shares_of_all_classes_are_one_together(built: Neighbours) -> None:
    shares = np.exp(neighbours.logits(built, known()[0][5], language="ar"))
    assert shares.sum() == pytest.approx(1.0, abs=1e-3)


def test_what_a_language_has_in_common_does_not_count() -> None:
    """Without centring everything in a language that is far from the others would be near each other."""
    vectors, labels = known()
    shift = 3.0 * np.ones(384, dtype=np.float32)
    moved = np.array([row + shift if code == "ar" else row for row, code in zip(vectors, languages(len(vectors)), strict=True)])
    built = neighbours_fit.build(moved, labels, languages(len(vectors)), classes=CLASSES)
    asked = moved[-30:]
    assert [int(neighbours.logits(built, row, language="ar").argmax()) for row in asked] == labels[-30:].tolist()
    assert np.allclose(built.centres["ar"] - built.centres["de"], shift, atol=0.05)


def test_a_language_nobody_wrote_in_has_the_centre_of_all(built: Neighbours) -> None:
    assert np.array_equal(built.centred(known()[0][0], "vi"), built.centred(known()[0][0], ""))


def test_without_vectors_nobody_is_near() -> None:
    built = neighbours_fit.build(np.zeros((4, 384), dtype=np.float32), np.arange(4), ["de"] * 4, classes=4)
    assert not neighbours.logits(built, known()[0][0], language="de").any()


def test_more_messages_than_are_looked_at_change_nothing() -> None:
    """The nearest are looked for along few directions first: what decides must be among them."""
    vectors, labels = known(9000)
    built = neighbours_fit.build(vectors, labels, languages(len(vectors)), classes=CLASSES)
    asked = vectors[:60]
    assert [int(neighbours.logits(built, row, language="de").argmax()) for row in asked] == labels[:60].tolist()


def test_what_lies_in_far_cells_changes_little() -> None:
    """Of 512 cells 48 are looked into; all rows in one cell are all looked at."""
    learned = artifacts.load(SHIPPED / artifacts.FILE)
    assert learned is not None
    near = learned.classifier.plain.neighbours
    whole = replace(near, cells=np.zeros((1, near.cells.shape[1]), dtype=np.float32), bounds=np.array([0, len(near.rows)], dtype=np.int32))
    some = neighbours.unit(neighbours.unpacked(near.rows[::700]))
    asked = some + np.random.default_rng(0).standard_normal(some.shape).astype(np.float32) / 12 + near.centres["de"]
    few, all_ = (np.exp([neighbours.logits(one, row, language="de") for row in asked]) for one in (near, whole))
    assert np.abs(few - all_).sum(axis=1).mean() < 0.12


def test_four_numbers_share_a_byte(built: Neighbours) -> None:
    assert built.rows.shape == (600, 96)
    assert built.rows.dtype == np.uint8


def test_they_are_shipped(tmp_path: Path) -> None:
    """What is written and read again finds the same."""
    learned = artifacts.load(SHIPPED / artifacts.FILE)
    assert learned is not None
    artifacts.save(learned, tmp_path / "brain.npz")
    again = artifacts.load(tmp_path / "brain.npz")
    assert again is not None
    one, other = learned.classifier.plain.neighbours, again.classifier.plain.neighbours
    assert len(one.rows) > 50_000
    vector = known()[0][0]
    assert np.allclose(neighbours.logits(one, vector, language="de"), neighbours.logits(other, vector, language="de"), atol=1e-3)
