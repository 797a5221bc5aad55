"""What was learned about finding pages: how much each kind of evidence counts and what a chance is worth; `retrieval_fit` learns it."""

import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

FILE = "retrieval.npz"
_VECTORS = ("nearest", "second", "many", "turned nearest", "turned second", "turned many")
# Words and letters in the question's language; sentence vectors of the pages in its language, in German, in English.
EVIDENCE = {
    "L": ("page", "words", "title", "headings", "passage", "second", "length"),
    "O": _VECTORS,
    "D": _VECTORS,
    "E": _VECTORS,
}


@dataclass(frozen=True, kw_only=True)
class Head:
    """Weights for one set of evidence (`L`, `LO`, …): for each measure its distance from the average and its rank.

    `temperatures` per language; `answer` and `offer`: probabilities from which on the first page is an answer, the first three a choice.
    """

    weights: tuple[float, ...]
    temperature: float = 1.0
    temperatures: Mapping[str, float] = field(default_factory=dict)
    answer: float = 0.9
    offer: float = 0.2


@dataclass(frozen=True, kw_only=True)
class RetrievalModel:
    """`heads` by the evidence at hand; `centres` are the mean vectors of questions by language, "" for all.

    `turn` (384, 384) maps questions towards the passages that answer them.
    """

    heads: Mapping[str, Head]
    centres: Mapping[str, Floats]
    turn: Floats

    def centre(self, language: str) -> Floats:
        """What is taken off a question's vector."""
        return self.centres.get(language, self.centres[""])


def measures(evidence: str) -> int:
    """How many numbers describe a page, where this evidence is at hand."""
    return 2 * sum(len(EVIDENCE[name]) for name in evidence)


def equal_weights() -> RetrievalModel:
    """Without anything learned: all evidence counts alike."""
    sets = ("L", "LO", "LD", "LE", "LOD", "LOE", "LDE", "LODE", "O", "D", "E", "OD", "OE", "DE", "ODE")
    heads = {name: Head(weights=(1.0 / len(name),) * measures(name)) for name in sets}
    return RetrievalModel(heads=heads, centres={"": np.zeros(384, dtype=np.float32)}, turn=np.eye(384, dtype=np.float32))


def save(model: RetrievalModel, file: Path) -> None:
    """Write `file` in one step."""
    codes = sorted(model.centres)
    draft = file.with_suffix(".tmp.npz")
    about = json.dumps({"heads": {name: asdict(head) for name, head in model.heads.items()}, "languages": codes})
    centres = np.stack([model.centres[code] for code in codes]).astype(np.float16)
    np.savez_compressed(draft, about=np.array(about), centres=centres, turn=model.turn.astype(np.float16))
    draft.replace(file)


def load(file: Path) -> RetrievalModel:
    """What was saved; equal weights if the file is missing or damaged."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            about, rows = json.loads(str(data["about"])), data["centres"].astype(np.float32)
            heads = {name: Head(**{**head, "weights": tuple(head["weights"])}) for name, head in about["heads"].items()}
            centres = dict(zip(about["languages"], rows, strict=True))
            return RetrievalModel(heads=heads, centres=centres, turn=data["turn"].astype(np.float32))
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error):
        return equal_weights()
