"""Finds the weights for the content at hand: shipped, learned before, or learned now. How they are learned is in `training`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache as remembered
from pathlib import Path

import numpy as np

from nlu import artifacts, corpus, embedding, training
from nlu.artifacts import Learned
from nlu.classifier import UNCOVERED
from nlu.embedding import WIDTHS, Embedder, Progress, Vectors
from nlu.model import Example
from store.errors import UnavailableError

SHIPPED = Path(__file__).with_name("model")
_WITHOUT = "-lexical"


@dataclass(frozen=True, kw_only=True)
class Found:
    """The weights, and a note for the operator if they are not what was hoped for."""

    learned: Learned
    note: str | None = None


@remembered
def read_shipped(folder: Path) -> Learned | None:
    """The weights that come with Lotse, read once per process (a quarter of a second); None if they are missing or damaged."""
    return artifacts.load(folder / artifacts.FILE)


async def find(articles: Sequence[Example], cache: Path, *, shipped: Path, embedder: Embedder | None, progress: Progress | None) -> Found:
    """Weights of exactly this content if they can be had; else the shipped ones of older content, with a note.

    Sets `embedder.note` if the engine breaks while learning. Raises ContentError for broken messages, UnavailableError if there is nothing.
    """
    content = artifacts.content_hash(articles, corpus.own_files())
    keys = [content] if embedder and not embedder.note else [content, content + _WITHOUT]
    known = read_shipped(shipped)
    for key in keys:
        learned = known if known and known.content == key else artifacts.load(_file(cache, key))
        if learned and learned.content == key:
            return Found(learned=learned)
    try:
        return Found(learned=await _train(articles, cache, content, shipped, embedder, progress))
    except (UnavailableError, OSError) as error:
        return _older(articles, shipped, error)


def _file(cache: Path, key: str) -> Path:
    return cache / f"brain-{key[:12]}{_WITHOUT if key.endswith(_WITHOUT) else ''}.npz"


async def _train(  # noqa: PLR0913, PLR0917 - what and where from
    articles: Sequence[Example], cache: Path, content: str, shipped: Path, embedder: Embedder | None, progress: Progress | None
) -> Learned:
    before = read_shipped(shipped)
    if before is None:
        message = "the shipped weights are missing or damaged"
        raise UnavailableError(message)
    examples = corpus.pooled(articles, corpus.own_examples())
    vectors = await _vectors(examples, cache, embedder, progress)
    key = content if vectors is not None else content + _WITHOUT
    blank = np.zeros((len(examples), WIDTHS["message"]), dtype=np.float32)
    known = blank if vectors is None else vectors
    # The tuned encoder's evidence would be judged by a calibration that it was not made for: without it everything is weighed as measured.
    heads = {**before.classifier.heads, "embedding": before.classifier.heads["plain"]}
    await training.train(examples, known, heads=heads, content=key, result=_file(cache, key))
    result = artifacts.load(_file(cache, key))
    if result is None:
        message = "the weights in {file} cannot be read back"
        raise UnavailableError(message, file=str(_file(cache, key)))
    return result


async def _vectors(examples: Sequence[Example], cache: Path, embedder: Embedder | None, progress: Progress | None) -> Vectors | None:
    if embedder is None or embedder.note:
        return None
    try:
        plain = await embedding.embed_all([example.text for example in examples], cache=cache, progress=progress)
        return np.concatenate([plain, np.zeros_like(plain)], axis=1)
    except UnavailableError as error:
        embedder.note = str(error)
        return None


def _older(articles: Sequence[Example], shipped: Path, error: Exception) -> Found:
    """The shipped weights though they are of older content; articles that no longer exist are not offered."""
    old = read_shipped(shipped)
    if old is None:
        message = "no weights to understand with: {reason}"
        raise UnavailableError(message, reason=str(error)) from error
    there = {example.label for example in articles}
    classes = tuple(UNCOVERED if "/" in name and name not in there else name for name in old.classifier.classes)
    known = replace(old, classifier=replace(old.classifier, classes=classes))
    return Found(learned=known, note=f"weights of older content are used, because learning failed: {error}")
