"""Vectors of sentences are found again on disk, for the same sentences alone, and a damaged file is none."""

from pathlib import Path

import numpy as np
import pytest

from nlu import sentence_files
from nlu.embedding import DIMENSIONS

SENTENCES = ("Go to the office today.", "Bring your letters.")
ROWS = np.linspace(-1, 1, 2 * DIMENSIONS, dtype=np.float32).reshape(2, DIMENSIONS)


def test_what_was_written_is_read_for_these_sentences_alone(tmp_path: Path) -> None:
    assert sentence_files.read(tmp_path / "new", SENTENCES) is None
    sentence_files.write(tmp_path / "new", SENTENCES, ROWS)
    found = sentence_files.read(tmp_path / "new", SENTENCES)
    assert found is not None
    assert np.allclose(found, ROWS, atol=1e-3)
    assert sentence_files.read(tmp_path / "new", SENTENCES[::-1]) is None
    assert [file.suffix for file in (tmp_path / "new").iterdir()] == [".npy"]


@pytest.mark.parametrize("damaged", [b"", b"no numbers", None])
def test_a_damaged_file_is_none_and_is_written_anew(tmp_path: Path, damaged: bytes | None) -> None:
    sentence_files.write(tmp_path, SENTENCES, ROWS)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-40] if damaged is None else damaged)
    assert sentence_files.read(tmp_path, SENTENCES) is None
    sentence_files.write(tmp_path, SENTENCES, ROWS)
    assert sentence_files.read(tmp_path, SENTENCES) is not None


def test_numbers_that_are_none_do_not_count(tmp_path: Path) -> None:
    sentence_files.write(tmp_path, SENTENCES, np.full_like(ROWS, np.nan))
    assert sentence_files.read(tmp_path, SENTENCES) is None


def test_the_oldest_files_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence_files, "MOST_FILES", 2)
    for number in range(5):
        sentence_files.write(tmp_path, (f"{number}", "x"), ROWS)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OSError, match="taken"):
        sentence_files.write(tmp_path / "taken", SENTENCES, ROWS)
