"""Keeping questions that found no answer, sealed and for a limited time, so that editors learn what is missing. Reading is in `wishes`."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from store.crypto import Keyring
from store.tables import Unanswered
from store.types import utcnow

TEXT, MEANING = "unanswered", "meaning"
# Of a sentence vector, as `nlu.embedding` makes them.
DIMENSIONS = 384
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, eq=False)
class Meaning:
    """What understanding made of a question: its sentence vector (None where there is none), and articles that nearly fit, with chances."""

    vector: Floats | None = None
    near: Mapping[str, float] = field(default_factory=dict)


async def record(  # noqa: PLR0913 - one keyword for each column
    session: AsyncSession,
    keyring: Keyring,
    *,
    text: str,
    language: str,
    decision: str,
    person: int,
    municipality_id: int | None,
    meaning: Meaning | None = None,
    entry: str | None = None,
) -> None:
    """Store one question, perhaps with the `entry` that did not help; it goes when the person is deleted or after the retention time."""
    values = {
        "sealed_text": keyring.seal(text, purpose=TEXT),
        "sealed_meaning": keyring.seal(packed(meaning), purpose=MEANING) if meaning else None,
        "entry": entry,
        "language": language,
        "decision": decision,
        "person_id": person,
        "municipality_id": municipality_id,
        "asked_at": utcnow(),
    }
    await session.execute(insert(Unanswered).values(values))


def packed(meaning: Meaning) -> str:
    """A meaning as text, its vector in half precision."""
    vector = None if meaning.vector is None else base64.b64encode(meaning.vector.astype(np.float16).tobytes()).decode()
    return json.dumps({"vector": vector, "near": dict(meaning.near)})


def unpacked(text: str) -> Meaning:
    """The meaning again. Raises ValueError for what `packed` did not write."""
    try:
        raw = json.loads(text)
        vector = None if raw["vector"] is None else _vector(raw["vector"])
        return Meaning(vector=vector, near={str(name): float(chance) for name, chance in raw["near"].items()})
    except (KeyError, TypeError, AttributeError, binascii.Error) as error:
        message = "no meaning of a question"
        raise ValueError(message) from error


def _vector(text: str) -> Floats:
    halves = np.frombuffer(base64.b64decode(text, validate=True), dtype=np.float16)
    return halves.astype(np.float32).reshape(DIMENSIONS)
