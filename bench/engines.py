"""The engines of understanding beside each other: n-grams alone, sentence vectors alone, both together as shipped.

Recall is measured on a quarter of a sample of the example questions that the models have not seen, near-duplicates kept together; the
shipped model learns from all of them and knows more. Time and memory are those of a fresh process with its worker.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.figures import Found, Target, Value, number, percentile
from bench.processes import DATA, LEARNING_SECONDS, Program, wait
from bench.scale import Scale
from bot.app import examples as of_articles
from knowledge import loader
from nlu import artifacts, calibrate, corpus, embedding, fit, lexical, network
from nlu.classifier import Floats
from nlu.model import Example
from nlu.weights import SHIPPED

LEXICAL, EMBEDDING, HYBRID = "lexical", "embedding", "hybrid"
ENGINES = (LEXICAL, EMBEDDING, HYBRID)
EXAMPLES_OF_EACH = 40


def run(scale: Scale, folder: Path) -> Found:
    """Time each engine in a process of its own, then compare what they find."""
    rows = {name: _probe(name, folder, scale) for name in ENGINES}
    sample = _sample(scale.examples)
    vectors = asyncio.run(embedding.embed_all([example.text for example in sample], cache=DATA / "nlu"))
    for name, found in _recall(sample, vectors, share=_shipped_share()).items():
        rows[name] = rows[name] | found
    return Found(
        title="engines: the right article for unseen questions in all languages, time and memory",
        rows=rows,
        targets=[
            Target(name="recall@1 hybrid : lexical", value=number(rows[HYBRID], "recall@1") / number(rows[LEXICAL], "recall@1")),
            Target(name="recall@1 hybrid : embedding", value=number(rows[HYBRID], "recall@1") / number(rows[EMBEDDING], "recall@1")),
            Target(name="ms a message hybrid : lexical", value=number(rows[HYBRID], "ms p50") / number(rows[LEXICAL], "ms p50")),
        ],
        notes=[f"Recall on a sample of {len(sample)} messages; `lotse knowledge evaluate` cross-validates on all of them (minutes)."],
    )


def _probe(name: str, folder: Path, scale: Scale) -> dict[str, Value]:
    """Milliseconds a message, and megabytes with the worker process."""
    result = folder / f"{name}.json"
    with Program(["-m", "bench.probe", name, str(result), str(scale.singles)], folder / f"{name}.log") as program:
        wait(result.exists, program, what=f"engine {name}", seconds=LEARNING_SECONDS)
        times: list[float] = json.loads(result.read_text())
        return {"ms p50": percentile(times, 0.5), "ms p95": percentile(times, 0.95), "memory MB": program.memory()}


def _shipped_share() -> float:
    """How much n-grams count beside vectors in the shipped model."""
    learned = artifacts.load(SHIPPED / artifacts.FILE)
    return learned.classifier.heads["embedding"].share if learned else 0.5


def _sample(size: int) -> list[Example]:
    """About `size` of the messages that understanding learns from, the same each time; near-duplicates come together."""
    every = corpus.pooled(of_articles(loader.load()), corpus.own_examples())
    # A small sample asks for few kinds of messages, so that there is something to learn of each.
    labels = sorted({example.label for example in every}, key=lambda label: ("/" not in label, label))[: size // EXAMPLES_OF_EACH]
    every = [example for example in every if example.label in labels]
    groups = corpus.groups(every)
    order = np.random.default_rng(1).permutation(np.unique(groups))
    chosen = set(order[: len(order) * size // len(every) + 1].tolist())
    return [example for example, group in zip(every, groups.tolist(), strict=True) if group in chosen]


@dataclass(frozen=True, kw_only=True)
class _Split:
    """What is learned from and what is asked, as indices of the sample."""

    seen: list[int]
    asked: list[int]


def _split(sample: Sequence[Example]) -> _Split:
    """A quarter is asked: questions about articles of which other examples are left."""
    groups = corpus.groups(sample)
    asked = np.isin(groups, np.random.default_rng(2).permutation(np.unique(groups))[::4])
    known = {example.label for example, hidden in zip(sample, asked, strict=True) if not hidden}
    chosen = [index for index, hidden in enumerate(asked) if hidden and "/" in sample[index].label and sample[index].label in known]
    return _Split(seen=np.flatnonzero(~asked).tolist(), asked=chosen)


def _recall(sample: Sequence[Example], vectors: Floats, *, share: float) -> dict[str, dict[str, Value]]:
    split = _split(sample)
    # By the plain encoder alone: the tuned one has seen these messages.
    fitted = fit.fit([sample[index] for index in split.seen], np.concatenate([vectors, np.zeros_like(vectors)], axis=1)[split.seen])
    by_vectors = network.logits(fitted.plain.network, vectors[split.asked])
    by_ngrams = np.array([lexical.logits(fitted.ngrams, sample[index].text) for index in split.asked], dtype=np.float32)
    wanted = calibrate.aims(fitted.classes, np.array([fitted.classes.index(sample[index].label) for index in split.asked]))
    shares = {LEXICAL: 1.0, EMBEDDING: 0.0, HYBRID: share}
    return {name: _figures(fitted.classes, by_vectors * (1 - part) + by_ngrams * part, wanted) for name, part in shares.items()}


def _figures(classes: Sequence[str], scores: Floats, wanted: np.ndarray) -> dict[str, Value]:
    """Recall among articles alone, as `offer` would show them."""
    articles = np.where([["/" in name for name in classes]], scores, -np.inf)
    first: float = float((articles.argmax(axis=1) == wanted).mean())
    return {"recall@1": first, "recall@3": float(calibrate.among_three(articles, wanted).mean()), "questions": len(wanted)}
