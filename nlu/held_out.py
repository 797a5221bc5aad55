"""What the models of each fold made of messages that they had not seen: kept beside the weights for `evaluate`."""

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nlu.classifier import Floats

FILE = "held_out.npz"
# The likeliest classes of a message are kept; what is left of its probabilities is below every threshold.
_KEPT = 12


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """Of the pooled messages in `rows`: by engine the likeliest classes (n, 12) and their calibrated probabilities."""

    content: str
    rows: npt.NDArray[np.int64]
    columns: Mapping[str, npt.NDArray[np.uint8]]
    values: Mapping[str, Floats]

    def chances(self, engine: str, classes: int) -> Floats:
        """The probabilities (n, classes), zero for classes that were not kept."""
        whole = np.zeros((len(self.rows), classes), dtype=np.float32)
        np.put_along_axis(whole, self.columns[engine].astype(np.int64), self.values[engine], axis=1)
        return whole


def kept(content: str, rows: npt.NDArray[np.int64], chances: Mapping[str, Floats]) -> HeldOut:
    """The likeliest of the probabilities (n, classes) by engine."""
    columns = {engine: np.argsort(-whole, axis=1)[:, :_KEPT].astype(np.uint8) for engine, whole in chances.items()}
    values = {engine: np.take_along_axis(whole, columns[engine].astype(np.int64), axis=1) for engine, whole in chances.items()}
    return HeldOut(content=content, rows=rows, columns=columns, values=values)


def save(held: HeldOut, file: Path) -> None:
    """Write `file`."""
    parts: dict[str, Any] = {f"{engine}_columns": columns for engine, columns in held.columns.items()}
    parts |= {f"{engine}_values": values.astype(np.float16) for engine, values in held.values.items()}
    np.savez_compressed(file, content=np.array(held.content), engines=np.array(sorted(held.columns)), rows=held.rows, **parts)


def load(file: Path) -> HeldOut | None:
    """What was saved, or None if the file is missing or damaged."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            engines: Sequence[str] = data["engines"].tolist()
            return HeldOut(
                content=str(data["content"]),
                rows=data["rows"],
                columns={engine: data[f"{engine}_columns"] for engine in engines},
                values={engine: data[f"{engine}_values"].astype(np.float32) for engine in engines},
            )
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
