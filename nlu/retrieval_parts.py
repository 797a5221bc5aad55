"""The pages of one language: their words and sentence vectors, and how near a question is to each; `retrieval` joins languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from nlu import postings
from nlu.embedding import DIMENSIONS, Vectors

Floats = npt.NDArray[np.float32]
_SHARPNESS = 0.04
_NO_SECOND = 0.05
# A mean of few sentences describes their topic, not their language.
_FEWEST = 40


@dataclass(frozen=True, kw_only=True)
class PagePassage:
    """A passage and the page that it stands on: `key` names the page in all languages, `trail` are the titles above it.

    `code` is a short name of the page, `number` the passage's place on it, from 0; nothing is found by them.
    """

    key: str
    language: str
    title: str
    text: str
    heading: str = ""
    trail: tuple[str, ...] = ()
    code: str = ""
    number: int = 0

    @property
    def whole(self) -> str:
        """What is read for the passage's vector and words."""
        return f"{self.title}. {self.heading} {self.text}"


class Part:
    """Passages of one language in order; `pages` numbers the pages of all languages, `count` of them."""

    def __init__(self, passages: Sequence[PagePassage], pages: dict[str, int]) -> None:
        self.passages = tuple(passages)
        self.count = len(pages)
        self.owners = np.array([pages[passage.key] for passage in passages], dtype=np.int64)
        # In full: half as many bytes would have to be widened for every question, which takes five times as long as comparing.
        self._rows: Vectors | None = None

    @property
    def has_vectors(self) -> bool:
        """Whether `put` was called."""
        return self._rows is not None

    def vectors(self) -> Vectors:
        """What was put, centred, of length 1; nothing where nothing was put."""
        return np.zeros((0, DIMENSIONS), dtype=np.float32) if self._rows is None else self._rows

    def put(self, vectors: Vectors) -> None:
        """The sentence vectors of the passages, (n, 384)."""
        rows = vectors - vectors.mean(axis=0) if len(vectors) >= _FEWEST else vectors
        self._rows = unit(rows)

    @cached_property
    def _fields(self) -> dict[str, postings.Postings]:
        """The words of pages (the title three times), titles, headings, and passages."""
        pages, titles, heads = _collected(self.passages, self.owners, self.count)
        return {
            "page": postings.build(pages, "grams"),
            "words": postings.build(pages, "words"),
            "title": postings.build(titles, "grams", length_matters=0.3),
            "headings": postings.build(heads, "grams", length_matters=0.5),
            "passage": postings.build([f"{passage.title} {passage.heading} {passage.text}" for passage in self.passages], "grams"),
        }

    @cached_property
    def _lengths(self) -> Floats:
        sizes = [len(passage.heading) + len(passage.text) for passage in self.passages]
        return np.log1p(np.bincount(self.owners, weights=sizes, minlength=self.count)).astype(np.float32)

    def read(self) -> None:
        """Build the index of words now, not at the first question."""
        _ = self._fields, self._lengths

    def lexical(self, question: str) -> tuple[Floats, Floats]:
        """Measures of each page (pages, 7) as in `retrieval_model.EVIDENCE`, and the scores of the passages."""
        scores = {name: field.scores(question) for name, field in self._fields.items()}
        passages = scores.pop("passage")
        best, second = self._two(passages, floor=0.0)
        columns = [*scores.values(), best, np.maximum(second, 0.0), self._lengths]
        return np.stack(columns, axis=1), passages

    def similar(self, vectors: Floats) -> tuple[Floats, Floats]:
        """Measures of each page against centred question vectors of length 1 (k, 384), three for each, and the passages' similarities."""
        rows = self._rows
        if rows is None:
            return np.zeros((self.count, 3 * len(vectors)), dtype=np.float32), np.zeros(len(self.passages), dtype=np.float32)
        near = rows @ vectors.T
        return np.concatenate([self._nearness(column) for column in near.T], axis=1), near.mean(axis=1)

    def _nearness(self, near: Floats) -> Floats:
        best, second = self._two(near, floor=-1.0)
        spread = np.exp((near - near.max()) / _SHARPNESS)
        many = np.log(np.bincount(self.owners, weights=spread, minlength=self.count) + 1e-6).astype(np.float32)
        return np.stack([best, second, many], axis=1)

    def _two(self, scores: Floats, *, floor: float) -> tuple[Floats, Floats]:
        """The best and the second best passage of each page."""
        best, second = np.full(self.count, floor, dtype=np.float32), np.full(self.count, floor, dtype=np.float32)
        order = np.lexsort((-scores, self.owners))
        owners = self.owners[order]
        first = np.concatenate([[True], owners[1:] != owners[:-1]]) if len(owners) else np.zeros(0, dtype=bool)
        runner_up = np.concatenate([[False], first[:-1]])[: len(first)] & ~first
        best[owners[first]] = scores[order][first]
        second[owners[runner_up]] = scores[order][runner_up]
        return best, np.where(second == floor, best - _NO_SECOND, second)


def unit(rows: Floats) -> Floats:
    """Rows of length 1."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9), dtype=np.float32)


def _collected(passages: Sequence[PagePassage], owners: npt.NDArray[np.int64], count: int) -> tuple[list[str], list[str], list[str]]:
    pages, titles, heads = [""] * count, [""] * count, [""] * count
    for owner, passage in zip(owners.tolist(), passages, strict=True):
        if not titles[owner]:
            titles[owner] = heads[owner] = passage.title
            pages[owner] = " ".join([passage.title] * 3)
        if passage.heading and passage.heading not in heads[owner]:
            heads[owner] += f" {passage.heading}"
        pages[owner] += f" {passage.heading} {passage.text}"
    return pages, titles, heads
