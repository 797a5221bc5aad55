"""Measures how well `nlu.groups` groups example questions of the articles: `python -m scripts.measure_groups [CACHE [QUESTIONS…]]`.

Each round draws topics and, of each, some questions in any languages, and much that stands alone, as a month of questions without an answer
may be. Bars are chosen on one half of the topics and shown for the other. Files of questions as `lotse knowledge evaluate` takes them are a
third table, the page that answers a question being its topic. Vectors come from the cache (default `var/nlu`).
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.app import examples
from knowledge import loader
from nlu import groups
from nlu.embedding import Cache
from nlu.groups import Described, Question
from nlu.model import Example

ROUNDS = 6
TOPICS, MOST, LEAST = 25, 24, 3
BARS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
LETTER_BARS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35)
Ints = npt.NDArray[np.int64]


def drawn(pool: Sequence[Example], topics: Sequence[str], rng: np.random.Generator) -> list[Example]:
    """A month of questions: few topics are asked for often, many once or twice."""
    by = {topic: [each for each in pool if each.label == topic] for topic in topics}
    found: list[Example] = []
    for topic in rng.permutation(np.array(topics))[:TOPICS].tolist():
        count = min(int(rng.pareto(1.0) * 3) + 1, MOST, len(by[topic]))
        found += [by[topic][int(at)] for at in rng.choice(len(by[topic]), size=count, replace=False)]
    return found


def scores(found: Sequence[tuple[int, ...]], labels: Ints) -> tuple[float, float, float, float]:
    """B-cubed precision and recall over all questions; over groups of three and more: how many, and the share of their main topic."""
    precision, recall, shares = np.zeros(len(labels)), np.zeros(len(labels)), []
    for group in found:
        own = labels[list(group)]
        for at in group:
            same = int((own == labels[at]).sum())
            precision[at], recall[at] = same / len(group), same / int((labels == labels[at]).sum())
        if len(group) >= LEAST:
            shares.append(np.unique(own, return_counts=True)[1].max() / len(group))
    return float(precision.mean()), float(recall.mean()), float(len(shares)), float(np.mean(shares or [1.0]))


def pairs(rows: Described, labels: Ints, codes: Ints) -> str:
    """Mean likeness of pairs: one topic in one language, one topic in two, two topics in one, two topics in two."""
    upper = np.triu(np.ones((len(labels), len(labels)), dtype=bool), 1)
    same, one = labels[:, None] == labels[None], codes[:, None] == codes[None]
    means = [(rows.meaning @ rows.meaning.T)[upper & topic & language].mean() for topic in (same, ~same) for language in (one, ~one)]
    return " / ".join(f"{mean:.2f}" for mean in means)


def outside(files: Sequence[Path]) -> list[Example]:
    """Questions on pages of other publishers."""
    rows = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [Example(text=row["text"], language=row["language"], label=row["gold"][0]) for row in rows if row["gold"]]


def main(cache: Path, files: Sequence[Path]) -> None:
    """Show a table of bars for each kind of evidence and half of the topics."""
    store = Cache(cache)
    pool = [each for each in [*examples(loader.load()), *outside(files)] if store.get(each.text) is not None]
    topics, pages = (sorted({each.label for each in pool if ("/" in each.label) is own}) for own in (True, False))
    for part, name in ((topics[::2], "chosen on"), (topics[1::2], "shown for"), (pages, "pages of others")):
        rng = np.random.default_rng(7)
        rounds = [drawn(pool, part, rng) for _ in range(ROUNDS if part else 0)]
        for lettered in (False, True) if part else ():
            _table(rounds, store, name=name, lettered=lettered)


def _table(rounds: Sequence[Sequence[Example]], store: Cache, *, name: str, lettered: bool) -> None:
    described = [
        groups.described([Question(text=e.text, language=e.language, vector=None if lettered else store.vector(e.text)) for e in drawn_])
        for drawn_ in rounds
    ]
    labels = [np.unique([e.label for e in each], return_inverse=True)[1] for each in rounds]
    codes = [np.unique([e.language for e in each], return_inverse=True)[1] for each in rounds]
    print(f"\n{name}, {'letters' if lettered else 'meaning'}: {sum(map(len, rounds))} questions in {len(rounds)} rounds")
    if not lettered:
        print("one topic, one language / two languages / two topics, one language / two:", pairs(described[0], labels[0], codes[0]))
    for bar in LETTER_BARS if lettered else BARS:
        groups.LETTERS_BAR, groups.MEANING_BAR = (bar, groups.MEANING_BAR) if lettered else (groups.LETTERS_BAR, bar)
        found = [scores(groups.grouped(rows), truth) for rows, truth in zip(described, labels, strict=True)]
        precision, recall, count, share = np.mean(found, axis=0)
        print(f"  bar {bar:.2f}: precision {precision:.3f}, recall {recall:.3f}, groups of three {count:.1f}, main topic {share:.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "var/nlu"), [Path(name) for name in sys.argv[2:]])
