"""Writes and reads what was learned: one file of arrays with the hash of the content it was learned from; `training` computes them."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from nlu.classifier import Classifier, Head, Reading, Thresholds
from nlu.language import LanguageModel
from nlu.lexical import LexicalModel
from nlu.model import Example
from nlu.neighbours import Neighbours
from nlu.network import Network

# Raised when what is computed from the same content changes.
FORMAT = 5
FILE = "brain.npz"


@dataclass(frozen=True, kw_only=True)
class Learned:
    """All that is learned: which content it is from (`content`, a hash), the classifier and the language model."""

    content: str
    classifier: Classifier
    languages: LanguageModel


def content_hash(articles: Iterable[Example], files: Sequence[Path]) -> str:
    """What identifies the training content: the articles' examples in any order, the bytes of nlu's own files, and the format."""
    digest = hashlib.sha256(f"format {FORMAT}".encode())
    for example in sorted({(example.label, example.language, example.text) for example in articles}):
        digest.update(json.dumps(example).encode())
    for file in sorted(files):
        digest.update(f"{file.parent.name}/{file.name}".encode() + file.read_bytes())
    return digest.hexdigest()


def save(learned: Learned, file: Path) -> None:
    """Write `file` in one step: a reader sees the old or the new one."""
    ngrams = learned.classifier.ngrams
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".tmp.npz")
    np.savez(  # not compressed: what is learned hardly shrinks, and each start would wait for it
        draft,
        about=np.array(json.dumps(_about(learned))),
        **_arrays("plain", learned.classifier.plain),
        **_arrays("tuned", learned.classifier.tuned),
        ngrams=ngrams.weights,
        ngram_scale=ngrams.scale,
        ngram_bias=ngrams.bias,
        ngram_idf=ngrams.idf.astype(np.float16),
        languages=learned.languages.table,
    )
    draft.replace(file)


def _arrays(name: str, reading: Reading) -> dict[str, Any]:
    near = reading.neighbours
    return {
        **{f"{name}_network_{part}": value.astype(np.float16) for part, value in vars(reading.network).items()},
        f"{name}_near_rows": near.rows,
        f"{name}_near_labels": near.labels,
        f"{name}_near_axes": near.axes.astype(np.float16),
        f"{name}_near_cells": near.cells.astype(np.float16),
        f"{name}_near_bounds": near.bounds,
        f"{name}_near_centres": np.stack([near.centres[code] for code in sorted(near.centres)]).astype(np.float16),
    }


def _about(learned: Learned) -> dict[str, object]:
    return {
        "content": learned.content,
        "classes": learned.classifier.classes,
        "heads": {name: asdict(head) for name, head in learned.classifier.heads.items()},
        "centres": sorted(learned.classifier.plain.neighbours.centres),
        "languages": learned.languages.classes,
        "sharpness": learned.languages.sharpness,
    }


def load(file: Path) -> Learned | None:
    """What was saved, or None if the file is missing, damaged or of another format."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            return _learned({name: data[name] for name in data.files})
    except (OSError, ValueError, KeyError, TypeError, EOFError, IndexError, zipfile.BadZipFile, zlib.error, NotImplementedError):
        return None


def _learned(data: dict[str, np.ndarray]) -> Learned:
    about = json.loads(str(data["about"]))
    ngrams = LexicalModel(
        weights=data["ngrams"], scale=data["ngram_scale"], bias=data["ngram_bias"], idf=data["ngram_idf"].astype(np.float32)
    )
    classifier = Classifier(
        classes=tuple(about["classes"]),
        plain=_reading("plain", data, about["centres"], classes=len(about["classes"])),
        tuned=_reading("tuned", data, about["centres"], classes=len(about["classes"])),
        ngrams=ngrams,
        heads={name: head(parts) for name, parts in about["heads"].items()},
    )
    languages = LanguageModel(classes=tuple(about["languages"]), table=data["languages"], sharpness=about["sharpness"])
    return Learned(content=about["content"], classifier=classifier, languages=languages)


def _reading(name: str, data: dict[str, np.ndarray], centres: Sequence[str], *, classes: int) -> Reading:
    near = Neighbours(
        rows=data[f"{name}_near_rows"],
        labels=data[f"{name}_near_labels"],
        classes=classes,
        centres=dict(zip(centres, data[f"{name}_near_centres"].astype(np.float32), strict=True)),
        axes=data[f"{name}_near_axes"].astype(np.float32),
        cells=data[f"{name}_near_cells"].astype(np.float32),
        bounds=data[f"{name}_near_bounds"],
    )
    parts = {part.name: data[f"{name}_network_{part.name}"].astype(np.float32) for part in fields(Network)}
    return Reading(network=Network(**parts), neighbours=near)


def head(parts: dict[str, object]) -> Head:
    """A head from what `asdict` made of it."""
    thresholds = Thresholds(**parts.pop("thresholds"))  # type: ignore[arg-type]  # as `asdict` wrote it
    return Head(**parts, thresholds=thresholds)  # type: ignore[arg-type]  # as `asdict` wrote it
