"""Fits the figures of `nlu.excerpts`: `python -m scripts.fit_lines [CACHE]` (learned weights; default `var/nlu`).

From messages that go on about an article (`tests/nlu/follow_ups`) and the lines of it that readers chose as the answer
(`follow_up_lines.yml`). Eight folds, the messages of an article on one side; the table is of what was kept out.
"""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from bot.app import examples
from knowledge import excerpts as texts
from knowledge import loader
from nlu import brain, excerpts
from nlu.brain import Brain
from nlu.postings import Floats

TESTS = Path(__file__).parent.parent / "tests" / "nlu"
FOLDS, STEPS, RATE, SHRINK = 8, 400, 0.3, 0.01


@dataclass(frozen=True)
class Case:
    """A message after an article: the features of its lines, and which of them answer."""

    article: str
    rows: Floats
    right: np.ndarray[tuple[int], np.dtype[np.bool_]]


async def cases(thinking: Brain) -> list[Case]:
    """All messages whose lines were chosen; of one that no line answers, none is right."""
    how_long, how_much = [(await thinking.understand(one, language="en")).vector for one in (excerpts.HOW_LONG, excerpts.HOW_MUCH)]
    chosen = yaml.safe_load((TESTS / "follow_up_lines.yml").read_text(encoding="utf-8"))
    found = []
    for language, rows in sorted(chosen.items()):
        messages = {
            row["message"]: row["first"] for row in yaml.safe_load((TESTS / "follow_ups" / f"{language}.yml").read_text(encoding="utf-8"))
        }
        for message, right in rows.items():
            article = loader.shipped().articles[messages[message]]
            lines = texts.lines(article.translations[language], article.translations["de"])
            vectors = await thinking.passages([sentence for line in lines for sentence in line.sentences])
            match = await thinking.understand(message, language=language)
            if vectors is None or match.vector is None or how_long is None or how_much is None:
                sys.exit("the encoder cannot run here")
            question = excerpts.asked(match.vector, language=match.language, how_long=how_long, how_much=how_much)
            near = iter(excerpts.likeness(vectors, match.vector, language=match.language, written=language))
            alike = [max(float(next(near)) for _ in line.sentences) for line in lines]
            german = [line.german for line in lines]
            features = excerpts.features(alike, message, [line.text for line in lines], german, question)
            found.append(Case(article.id, features, np.array([original in right for original in german])))
    return found


def fit(known: Sequence[Case]) -> Floats:
    """The weights under which the right lines are likeliest."""
    scale = np.concatenate([case.rows for case in known]).std(axis=0) + 1e-6
    weights = np.zeros(len(scale))
    for _ in range(STEPS):
        slope = -SHRINK * weights
        for case in known:
            rows = case.rows / scale
            share = np.exp(rows @ weights - (rows @ weights).max())
            share /= share.sum()
            wanted = share * case.right
            slope += rows.T @ (wanted / wanted.sum() - share) / len(known)
        weights += RATE * slope
    found: Floats = (weights / scale).astype(np.float32)
    return found


def _hits(kept: Sequence[Case], weights: Floats) -> list[tuple[float, bool, bool]]:
    found = []
    for case in kept:
        score = case.rows @ weights
        share = np.exp(score - score.max())
        order = np.argsort(-share)
        found.append((float(share.max() / share.sum()), bool(case.right[order[0]]), bool(case.right[order[:2]].any())))
    return found


async def main(cache: Path) -> None:
    """Fit, and print the figures beside those in use and what these come to."""
    thinking = await brain.build(examples(loader.shipped()), cache)
    try:
        every = await cases(thinking)
    finally:
        await thinking.close()
    known = [case for case in every if case.right.any()]
    print("fitted:", ", ".join(f"{one:.2f}" for one in fit(known)), "in use:", excerpts.WEIGHTS)
    fold = {article: at % FOLDS for at, article in enumerate(sorted({case.article for case in every}))}
    hits = []
    for at in range(FOLDS):
        weights = fit([case for case in known if fold[case.article] != at])
        hits += _hits([case for case in every if fold[case.article] == at], weights)
    for name, chosen in (("kept out", hits), ("in use", _hits(every, np.array(excerpts.WEIGHTS, dtype=np.float32)))):
        print(f"{name}: {len(chosen)} messages, {len(known)} with an answer, {_shares(chosen)}")
        for low, high in ((0, 0.25), (0.25, 0.35), (0.35, 0.5), (0.5, 1.01)):
            some = [one for one in chosen if low <= one[0] < high]
            print(f"  chance {low} to {high}: {len(some)} messages, {_shares(some)}")


def _shares(hits: Sequence[tuple[float, bool, bool]]) -> str:
    first, two = (np.mean([one[column] for one in hits]) if hits else 0.0 for column in (1, 2))
    return f"right first {first:.3f}, one of two {two:.3f}"


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if sys.argv[1:] else Path("var/nlu")))
