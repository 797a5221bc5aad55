"""Learns how pages are found and writes `nlu/model/retrieval.npz`: `python -m scripts.train_retrieval DATA [CACHE] [--known]`.

DATA has pages as the Integreat API answers them (`api/v3/<region>/<language>/pages.json`) and `questions*.jsonl`; none of it is shipped.
`--known` leaves out vectors that are not in the cache (default `var/nlu`) instead of computing them, which takes about an hour.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot import page_shelf
from knowledge.pages import integreat
from knowledge.pages.record import Feed
from nlu import corpus, embedding, retrieval_fit, retrieval_model
from nlu.embedding import Cache, Vectors
from nlu.retrieval import Index
from nlu.retrieval_fit import Judged
from nlu.retrieval_model import FILE, RetrievalModel, equal_weights
from nlu.retrieval_parts import PagePassage
from nlu.weights import SHIPPED
from scripts.train import examples, show

Row = dict[str, Any]
_FEWEST = 100


def questions_of(folder: Path) -> list[Row]:
    """All questions whose page is known and answers them."""
    files = sorted(folder.glob("questions*.jsonl"))
    rows = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row["answerable"]]


def passages_of(folder: Path, region: str) -> list[PagePassage]:
    """The passages of a region in all its languages."""
    found = []
    for file in sorted((folder / "api" / "v3" / region).glob("*/pages.json")):
        code = file.parent.name
        feed = Feed(municipality=region, base="https://pages.example", region=region, language=code, spelt=code)
        pages = integreat.read(file.read_bytes(), feed=feed).pages
        found += [each for page in pages for each in page_shelf.passages_of(page.key, page, code)]
    return found


async def centres(cache: Path) -> dict[str, Vectors]:
    """The mean vector of the example questions of each language, and of all."""
    known = Cache(cache)
    messages = [each for each in corpus.pooled(examples(), corpus.own_examples()) if known.get(each.text) is not None]
    vectors = np.stack([known.vector(each.text) for each in messages])
    codes = np.array([each.language for each in messages])
    means = {code: vectors[codes == code].mean(axis=0) for code in np.unique(codes).tolist() if (codes == code).sum() >= _FEWEST}
    return means | {"": vectors.mean(axis=0)}


def groups(rows: Sequence[Row]) -> list[str]:
    """A name per question: questions on one page, and one question in several languages, have the same."""
    parents: dict[str, str] = {}

    def root(name: str) -> str:
        while parents.setdefault(name, name) != name:
            name = parents[name]
        return name

    for row in rows:
        parents[root(row["id"].rsplit("-", 1)[0])] = root(f"{row['municipality']}/{row['gold'][0]}")
    return [root(row["id"].rsplit("-", 1)[0]) for row in rows]


async def indices(folder: Path, cache: Path, model: RetrievalModel, *, known: bool) -> dict[str, Index]:
    """An index for each region with the vectors that can be had."""
    store = Cache(cache, "passage")
    found = {}
    for region in sorted(path.name for path in (folder / "api" / "v3").iterdir()):
        index = found[region] = Index(passages_of(folder, region), model=model)
        for language in index.parts:
            texts = index.texts(language)
            if not known or all(store.get(text) is not None for text in texts):
                index.put(language, await embedding.embed_all(texts, cache=cache, kind="passage", progress=show))
    return found


async def judged(folder: Path, cache: Path, model: RetrievalModel, *, known: bool) -> list[Judged]:
    """All questions with the measures of the pages of their region."""
    rows = questions_of(folder)
    vectors = await embedding.embed_all([row["text"] for row in rows], cache=cache, progress=show)
    found = await indices(folder, cache, model, known=known)
    names = groups(rows)
    result = []
    for row, vector, group in zip(rows, vectors, names, strict=True):
        index = found[row["municipality"]]
        scored = index.scored(row["text"], vector, language=row["language"])
        gold = index.pages.index(row["gold"][0])
        result.append(Judged(language=row["language"], group=group, gold=gold, evidence=scored.evidence, measures=scored.measures))
    return result


async def main(folder: Path, cache: Path, *, known: bool) -> None:
    """Learn, write, and show the cross-validated figures."""
    empty = RetrievalModel(heads=equal_weights().heads, centres=await centres(cache))
    questions = await judged(folder, cache, empty, known=known)
    heads = retrieval_fit.heads(questions, told)
    retrieval_model.save(RetrievalModel(heads=heads, centres=empty.centres), SHIPPED / FILE)
    sys.stdout.write("".join(f"{names:5} answer ≥ {head.answer:.3f}, offer ≥ {head.offer:.3f}\n" for names, head in heads.items()))


def told(names: str, questions: Sequence[Judged], scores: Sequence[Vectors]) -> None:
    """Show cross-validated figures."""
    for code, (count, first, three, reciprocal) in retrieval_fit.figures(questions, scores).items():
        sys.stdout.write(f"{names:5}{code:4}{count:5}  @1 {first:.3f}  @3 {three:.3f}  mrr {reciprocal:.3f}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    given = [part for part in sys.argv[1:] if part != "--known"]
    asyncio.run(main(Path(given[0]), Path(given[1] if len(given) > 1 else "var/nlu"), known="--known" in sys.argv))
