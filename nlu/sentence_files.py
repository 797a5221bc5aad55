"""The vectors of a text's sentences on disk, one small file per text: reading a long text anew with the encoder takes a third of a second.

A file that is damaged, or of another text or engine, counts as none. The oldest go when there are too many: texts change.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlu.embedding import DIMENSIONS, Vectors, engine_name

# All 77 articles in 24 languages are 1,800 files of 15 KB.
MOST_FILES = 4000


def read(folder: Path, sentences: Sequence[str]) -> Vectors | None:
    """The vectors (n, 384) of these sentences, None if they are not there."""
    try:
        rows = np.load(_file(folder, sentences), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    whole = rows.shape == (len(sentences), DIMENSIONS) and rows.dtype == np.float16 and bool(np.isfinite(rows).all())
    return rows.astype(np.float32) if whole else None


def write(folder: Path, sentences: Sequence[str], rows: Vectors) -> None:
    """Keep the vectors; raises OSError if they cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    file = _file(folder, sentences)
    draft = file.with_suffix(f".{os.getpid()}.tmp")
    with draft.open("wb") as stream:
        np.save(stream, rows.astype(np.float16))
    draft.replace(file)
    files = list(folder.glob("*.npy"))
    if len(files) > MOST_FILES:
        min(files, key=lambda each: each.stat().st_mtime).unlink(missing_ok=True)


def _file(folder: Path, sentences: Sequence[str]) -> Path:
    text = "\0".join([engine_name("passage"), *sentences])
    return folder / f"{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:32]}.npy"
