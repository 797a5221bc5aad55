"""Groups questions by what they ask, in whatever language, by centred sentence vectors; by runs of letters where there are none.

Whose questions they are is not known here (`knowledge.wishes`). The bars are measured by `scripts.measure_groups`, see docs/nlu.md.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from nlu import lexical, retrieval
from nlu.embedding import DIMENSIONS
from nlu.retrieval_parts import unit
from nlu.text import words
from nlu.weights import SHIPPED, read_shipped

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

# From which mean cosine on two groups ask the same.
MEANING_BAR = 0.35
LETTERS_BAR = 0.25
LETTERS = 2048


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question and its language; `vector` (384) as understanding made it, None where there is none."""

    text: str
    language: str
    vector: Floats | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Described:
    """Rows of length 1 for each question: `meaning` (n, 384; zero where `known` is false) and `letters` (n, 2048)."""

    meaning: Floats
    letters: Floats
    known: Bools


@dataclass(frozen=True, kw_only=True, eq=False)
class Centre:
    """The means of a group's rows; their products are the mean likeness of all pairs. `meaning` None: of letters alone."""

    meaning: Floats | None
    letters: Floats


def described(questions: Sequence[Question]) -> Described:
    """What the questions are compared by."""
    known = np.array([each.vector is not None for each in questions], dtype=bool)
    meaning = np.stack([_meaning(each) for each in questions]) if questions else np.zeros((0, DIMENSIONS), dtype=np.float32)
    letters = np.stack([_letters(each.text) for each in questions]) if questions else np.zeros((0, LETTERS), dtype=np.float32)
    return Described(meaning=meaning, letters=letters, known=known)


def grouped(rows: Described) -> list[tuple[int, ...]]:
    """The numbers of the questions that ask the same, the largest group first; whoever stands alone is a group of one."""
    found = linked(_margins(rows))
    return sorted((tuple(sorted(group)) for group in found), key=lambda group: (-len(group), group))


def centre(rows: Described, members: Sequence[int]) -> Centre:
    """The middle of a group."""
    at = np.array(members, dtype=np.int64)
    knowing = at[rows.known[at]]
    meaning = rows.meaning[knowing].mean(axis=0) if len(knowing) else None
    return Centre(meaning=meaning, letters=rows.letters[at].mean(axis=0))


def alike(one: Centre, other: Centre) -> float:
    """How surely two groups ask the same: from 0 on they do, 1 at most."""
    if one.meaning is not None and other.meaning is not None:
        return float(_margin(one.meaning @ other.meaning, MEANING_BAR))
    return float(_margin(one.letters @ other.letters, LETTERS_BAR))


def packed(middle: Centre) -> str:
    """A centre as text, in half precision."""
    return json.dumps({"meaning": _text(middle.meaning), "letters": _text(middle.letters)})


def unpacked(text: str) -> Centre:
    """The centre again. Raises ValueError for what `packed` did not write, or an engine with other sizes."""
    try:
        raw = json.loads(text)
        meaning = None if raw["meaning"] is None else _row(raw["meaning"], DIMENSIONS)
        return Centre(meaning=meaning, letters=_row(raw["letters"], LETTERS))
    except (KeyError, TypeError, binascii.Error) as error:
        message = "no centre of a group"
        raise ValueError(message) from error


def _text(row: Floats | None) -> str | None:
    return None if row is None else base64.b64encode(row.astype(np.float16).tobytes()).decode()


def _row(text: str, size: int) -> Floats:
    return np.frombuffer(base64.b64decode(text, validate=True), dtype=np.float16).astype(np.float32).reshape(size)


def typical(rows: Described, members: Sequence[int]) -> list[int]:
    """The members, the most typical first."""
    middle = centre(rows, members)
    at = np.array(members, dtype=np.int64)
    near = rows.letters[at] @ middle.letters if middle.meaning is None else rows.meaning[at] @ middle.meaning
    return [int(each) for each in at[np.argsort(-near, kind="stable")]]


def linked(margins: Floats) -> list[list[int]]:
    """Average linkage until no two groups have a mean margin of 0 or more; `margins` (n, n) is symmetric and used up.

    By chains of nearest neighbours: each of at most 3 n steps looks at one row.
    """
    np.fill_diagonal(margins, -np.inf)
    members = {at: [at] for at in range(len(margins))}
    done: list[list[int]] = []
    chain: list[int] = []
    while members:
        if not chain:
            chain.append(next(iter(members)))
        last, before = chain[-1], chain[-2] if len(chain) > 1 else None
        nearest = _nearest(margins[last], before)
        if margins[last, nearest] < 0:
            done.append(members.pop(chain.pop()))
            _drop(margins, last)
        elif nearest == before:
            del chain[-2:]
            _merge(margins, members, before, last)
        else:
            chain.append(nearest)
    return done


def _nearest(row: Floats, before: int | None) -> int:
    """The nearest neighbour; the one before in the chain where another is as near, so that chains end."""
    best = int(row.argmax())
    return before if before is not None and row[before] >= row[best] else best


def _merge(margins: Floats, members: dict[int, list[int]], kept: int, gone: int) -> None:
    left, right = len(members[kept]), len(members[gone])
    mean = (left * margins[kept] + right * margins[gone]) / (left + right)
    _drop(margins, gone)
    margins[kept] = margins[:, kept] = mean
    margins[kept, kept] = margins[kept, gone] = margins[gone, kept] = -np.inf
    members[kept] += members.pop(gone)


def _drop(margins: Floats, gone: int) -> None:
    margins[gone] = margins[:, gone] = -np.inf


def _margins(rows: Described) -> Floats:
    """How far each pair is above its bar; meanings are compared where both are known, else letters."""
    found = _margin(rows.letters @ rows.letters.T, LETTERS_BAR)
    both = np.outer(rows.known, rows.known)
    return np.asarray(np.where(both, _margin(rows.meaning @ rows.meaning.T, MEANING_BAR), found), dtype=np.float32)


def _margin(likeness: Any, bar: float) -> Any:
    return (likeness - bar) / (1 - bar)


def _meaning(question: Question) -> Floats:
    """Without what its language has in common, which would group by language, and turned towards what questions ask for."""
    if question.vector is None:
        return np.zeros(DIMENSIONS, dtype=np.float32)
    model = retrieval.shipped()
    return unit(unit(question.vector - model.centre(question.language)) @ model.turn)


def _letters(text: str) -> Floats:
    """Runs of letters, folded into few numbers: what two of them share by chance is small."""
    row = np.zeros(LETTERS, dtype=np.float32)
    if not words(text):
        return row
    grams, weights = lexical.features(text, _rarity())
    np.add.at(row, grams % LETTERS, np.where((grams // LETTERS) % 2 == 0, weights, -weights))
    return unit(row)


@lru_cache(maxsize=1)
def _rarity() -> Floats:
    """How telling each run of letters is, as learned; all alike where that cannot be read."""
    learned = read_shipped(SHIPPED)
    return np.ones(2**lexical.BITS, dtype=np.float32) if learned is None else learned.classifier.ngrams.idf
