"""Gathers all training messages, nlu's own and the caller's, and finds near-duplicates for fair validation; `rasa` reads one file."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlu import lexical, phrases, rasa
from nlu.classifier import NEAR_MISS, UNCOVERED
from nlu.language import ROMANISED, family
from nlu.model import Example

DATA = Path(__file__).with_name("data")
_ALIKE = 0.7
# What kinds of whole phrases are called as classes.
_CLASSES = {
    "more": "more",
    "unclear": "repeat",
    "dates": "dates",
    "forget_date": "dates",
    "angry": "angry",
    "robot": "robot",
    "waiting": "human",
    "withdraw": NEAR_MISS,
    "not_me": "calm",
    "got_it": "thanks",
}


def own_files(folder: Path = DATA) -> list[Path]:
    """The files of messages of this package: `<topic>/<language>.yml`, and the whole phrases."""
    return sorted([*folder.glob("*/*.yml"), phrases.FILE])


def own_examples(folder: Path = DATA) -> list[Example]:
    """All messages of nlu's own files. Raises ContentError for a broken one."""
    files = sorted(folder.glob("*/*.yml"))
    return [*(example for file in files for example in rasa.read(file, language=_language(file))), *_phrases()]


def _phrases() -> Iterator[Example]:
    """The whole phrases, so that others like them are understood, too; Farsi and Dari share theirs."""
    for code, rows in phrases.examples().items():
        for kind, label in _CLASSES.items():
            yield from (Example(text=text, language=code, label=label) for text in rows[kind])


def _language(file: Path) -> str:
    """What a file is written in: `romanised/ar.yml` is Arabic in Latin letters, which is no language a person can choose."""
    return ROMANISED if file.parent.name == ROMANISED else file.stem


def pooled(articles: Sequence[Example], own: Sequence[Example]) -> list[Example]:
    """Both together without repetitions; own messages on a topic without an article are a class to be told apart from articles."""
    covered = {example.label for example in articles}
    together = [*articles, *(_labelled(example, covered) for example in own)]
    return list({(example.text, example.language): example for example in together}.values())


def _labelled(example: Example, covered: set[str]) -> Example:
    if "/" not in example.label or example.label in covered:
        return example
    return Example(text=example.text, language=example.language, label=UNCOVERED)


def groups(examples: Sequence[Example]) -> npt.NDArray[np.int64]:
    """A number per message, the same for messages of one language that nearly repeat each other: validation keeps them together."""
    parents = list(range(len(examples)))
    idf = lexical.inverse_frequencies([example.text for example in examples])
    for language in sorted({family(example.language) for example in examples}):
        members = np.array([at for at, example in enumerate(examples) if family(example.language) == language])
        rows = lexical.matrix([examples[at].text for at in members], idf)
        alike = (rows @ rows.T).tocoo()
        for left, right in members[np.stack([alike.row, alike.col], axis=1)[alike.data > _ALIKE]].tolist():
            parents[_root(parents, left)] = _root(parents, right)
    return np.array([_root(parents, at) for at in range(len(examples))])


def _root(parents: list[int], index: int) -> int:
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = parents[index]
    return index
