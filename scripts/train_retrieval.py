"""Learns how pages are found and writes `nlu/model/retrieval.npz`: `python -m scripts.train_retrieval DATA [CACHE] [--known]`.

DATA has pages as the Integreat API answers them (`api/v3/<region>/<language>/pages.json`) and `questions*.jsonl`; none of it is shipped.
`--known` leaves out vectors that are not in the cache (default `var/nlu`) instead of computing them, which takes about an hour.
"""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot import page_shelf
from bot.app import examples
from knowledge import loader
from knowledge.pages import integreat
from knowledge.pages.record import Feed
from nlu import corpus, embedding, retrieval_fit, retrieval_model, retrieval_turn
from nlu.embedding import Cache, Vectors
from nlu.retrieval import Index
from nlu.retrieval_fit import Judged
from nlu.retrieval_model import FILE, RetrievalModel, equal_weights
from nlu.retrieval_parts import PagePassage, unit
from nlu.retrieval_turn import Lesson, pool
from nlu.weights import SHIPPED
from scripts.train import show

Row = dict[str, Any]
_FEWEST = 100
# Own example questions in each round of learning; more of them hide the questions on pages.
_OWN = 5200
_TAUGHT = ("de", "en")


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
    messages = [each for each in corpus.pooled(examples(loader.load()), corpus.own_examples()) if known.get(each.text) is not None]
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


def own_lesson(passages: Sequence[tuple[str, str]], vectors: Vectors, known: Cache, middles: Mapping[str, Vectors]) -> Lesson:
    """Lotse's own example questions in all languages, and the German texts of the articles that they are examples of."""
    ids = {article: at for at, article in enumerate(dict.fromkeys(article for article, _ in passages))}
    messages = [each for each in examples(loader.load()) if each.label in ids and known.get(each.text) is not None]
    asked = np.stack([known.vector(each.text) - middles.get(each.language, middles[""]) for each in messages])
    found = pool(vectors, [ids[article] for article, _ in passages])
    return Lesson(questions=unit(asked), pages=np.array([ids[each.label] for each in messages]), pool=found, share=_OWN / len(messages))


def german_texts() -> list[tuple[str, str]]:
    """The paragraphs of the articles in German with their titles."""
    found = []
    for article in loader.load().articles.values():
        text = article.translations["de"]
        parts = [text.answer, *filter(None, (part.strip() for part in (text.details or "").split("\n\n")))]
        found += [(article.id, f"{text.title}. {part}") for part in parts]
    return found


@dataclass(frozen=True, kw_only=True)
class Material:
    """All questions with their vectors and groups, the indices by region, and what else is learned from."""

    rows: Sequence[Row]
    vectors: Vectors
    groups: Sequence[str]
    indices: Mapping[str, Index]
    own: Lesson
    model: RetrievalModel

    def turned(self, unseen: npt.NDArray[np.bool_]) -> RetrievalModel:
        """The model with a turn that was learned without some questions."""
        lessons = [self.own]
        for region, index in self.indices.items():
            here = [at for at, row in enumerate(self.rows) if row["municipality"] == region and not unseen[at]]
            asked = unit(np.stack([self.vectors[at] - self.model.centre(self.rows[at]["language"]) for at in here]))
            gold = np.array([index.pages.index(self.rows[at]["gold"][0]) for at in here])
            for code in _TAUGHT:
                part = index.parts[code]
                lessons.append(Lesson(questions=asked, pages=gold, pool=pool(part.vectors(), part.owners.tolist()), share=1 / len(_TAUGHT)))
        return replace(self.model, turn=retrieval_turn.learned(lessons))

    def judged(self) -> list[Judged]:
        """All questions with the measures of the pages of their region, by turns that have not seen them."""
        fold = retrieval_fit.folds(self.groups) // 2
        found: dict[int, Judged] = {}
        for number in np.unique(fold).tolist():
            model = self.turned(fold == number)
            for index in self.indices.values():
                index.use(model)
            found |= {at: self._one(at) for at in np.flatnonzero(fold == number).tolist()}
        return [found[at] for at in range(len(self.rows))]

    def _one(self, at: int) -> Judged:
        row, index = self.rows[at], self.indices[self.rows[at]["municipality"]]
        scored = index.scored(row["text"], self.vectors[at], language=row["language"])
        gold = index.pages.index(row["gold"][0])
        return Judged(language=row["language"], group=self.groups[at], gold=gold, evidence=scored.evidence, measures=scored.measures)


async def material(folder: Path, cache: Path, *, known: bool) -> Material:
    """Everything with its vectors."""
    rows, texts, middles = questions_of(folder), german_texts(), await centres(cache)
    own = await embedding.embed_all([text for _, text in texts], cache=cache, kind="passage", progress=show)
    model = replace(equal_weights(), centres=middles)
    return Material(
        rows=rows,
        vectors=await embedding.embed_all([row["text"] for row in rows], cache=cache, progress=show),
        groups=groups(rows),
        indices=await indices(folder, cache, model, known=known),
        own=own_lesson(texts, own, Cache(cache), middles),
        model=model,
    )


async def main(folder: Path, cache: Path, *, known: bool) -> None:
    """Learn, write, and show the cross-validated figures."""
    found = await material(folder, cache, known=known)
    heads = retrieval_fit.heads(found.judged(), told)
    learned = replace(found.turned(np.zeros(len(found.rows), dtype=bool)), heads=heads)
    retrieval_model.save(learned, SHIPPED / FILE)
    sys.stdout.write("".join(f"{names:5} answer ≥ {head.answer:.3f}, offer ≥ {head.offer:.3f}\n" for names, head in heads.items()))


def told(names: str, questions: Sequence[Judged], scores: Sequence[Vectors]) -> None:
    """Show cross-validated figures."""
    for code, (count, first, three, reciprocal) in retrieval_fit.figures(questions, scores).items():
        sys.stdout.write(f"{names:5}{code:4}{count:5}  @1 {first:.3f}  @3 {three:.3f}  mrr {reciprocal:.3f}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    given = [part for part in sys.argv[1:] if part != "--known"]
    asyncio.run(main(Path(given[0]), Path(given[1] if len(given) > 1 else "var/nlu"), known="--known" in sys.argv))
