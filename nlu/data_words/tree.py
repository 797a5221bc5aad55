"""The tables of words and phrases as trees that a message is walked along, read from the `*.yml` beside this file."""

import gc
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import yaml

from locales.registry import LANGUAGES
from nlu.data_words.names import names
from nlu.data_words.slips import Slips
from nlu.data_words.tokens import Token, tokenise
from store.errors import ContentError

FOLDER = Path(__file__).parent
# What is read together: wishes for an appointment and dates to remember, and wishes for a course.
_TABLES = {
    "talk": ("time_words", "hour_words", "wish_words", "appointment_words", "limit_words"),
    "course": ("time_words", "course_words", "course_words_more"),
}
_load = partial(yaml.load, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))

# "In" and "for" before a longer word, every particle before the article, "on the" and "this" as they are spoken (عالنت, هالجمعة).
_ARABIC_PREFIX = re.compile(r"[فبلك](?=ال|يوم)|[بل](?=.{4})|[عه](?=ال...)")
# Short words that Arabic writes its "and" before; of others it may be the first letter ("وقت").
_AFTER_AND = frozenset({"ما", "بعد", "مع", "من", "في", "مش", "مو", "بدي", "بدنا", "عم", "كان", "معي"})
_ETHIOPIC_PREFIX = "በብየለንከ"
_LONGEST_STEM = 28

# Most steps lead to one more: forty thousand empty dictionaries would take more memory than the words.
_NOTHING: Mapping[str, Any] = MappingProxyType({})
# By kind and value the languages in which a phrase says so.
Meaning = Mapping[str, Mapping[str, frozenset[str]]]


@cache
def _codes(codes: frozenset[str]) -> frozenset[str]:
    """The one set of these languages: thousands of phrases are said in the same few."""
    return codes


@dataclass(slots=True)
class Node:
    """A step in the tree of phrases, and what the phrase that ends there `means`.

    `merged`, of the root: a word and a stem of it both count.
    """

    exact: Mapping[str, "Node"] = field(default_factory=lambda: _NOTHING)
    marked: Mapping[str, "Node"] = field(default_factory=lambda: _NOTHING)
    stems: Mapping[str, "Node"] = field(default_factory=lambda: _NOTHING)
    means: Meaning = field(default_factory=lambda: _NOTHING)
    merged: bool = False

    def add(self, branch: Literal["exact", "marked", "stems"], form: str) -> "Node":
        """The node that `form` leads to, made if it is not there."""
        nodes: dict[str, Node] | Mapping[str, Node] = getattr(self, branch)
        if not isinstance(nodes, dict):
            nodes = {}
            setattr(self, branch, nodes)
        return nodes.setdefault(form, Node())

    def mean(self, kind: str, value: str, code: str, known: dict[tuple[int, str, str, str], Meaning]) -> None:
        """Note that the phrase that ends here says this in a language. Phrases that say the same share what is `known` of it."""
        step = (id(self.means), kind, value, code)
        if step not in known:
            said = self.means.get(kind, _NOTHING)
            known[step] = {**self.means, kind: {**said, value: _codes(said.get(value, frozenset()) | {code})}}
        self.means = known[step]

    def next(self, token: Token) -> Iterator["Node"]:
        """The nodes that one token leads to."""
        if token.raw in self.marked:
            yield self.marked[token.raw]
        for form in _forms(token.plain):
            if form in self.exact:
                yield self.exact[form]
            if self.stems:
                yield from (self.stems[form[:n]] for n in range(min(len(form), _LONGEST_STEM), 1, -1) if form[:n] in self.stems)


@dataclass(frozen=True, slots=True)
class Tables:
    """The tree of all phrases of all languages about a subject, and the words in them by language."""

    root: Node
    words: Mapping[str, set[str]]


def warm() -> None:
    """Read all tables now, so that no message waits for them. Raises ContentError if one is not readable."""
    for about in _TABLES:
        tables(about)
    for code in LANGUAGES:
        slips(code)


@cache
def tables(about: str) -> Tables:
    """The tables about a subject ("talk" or "course"). Raises ContentError if a table is not readable."""
    root, words = Node(merged=about == "course"), defaultdict[str, set[str]](set)
    read_before: dict[str, Sequence[Token]] = {}
    known: dict[tuple[int, str, str, str], Meaning] = {}
    collecting = gc.isenabled()
    gc.disable()  # half a million objects that all stay: looking for garbage among them takes longer than making them
    try:
        for code, kind, value, phrase in chain(*(_table(FOLDER / f"{table}.yml") for table in _TABLES[about]), names()):
            node = root
            for piece in phrase.split():
                node = _step(node, piece, read_before, words[code])
            node.mean(kind, value, code, known)
    finally:
        if collecting:
            gc.enable()
    return Tables(root=root, words=words)


def _step(node: Node, piece: str, read_before: dict[str, Sequence[Token]], words: set[str]) -> Node:
    """The node that a piece of a phrase leads to, made if it is not there; its words are added to `words`."""
    bare = piece.strip("=*")
    # Most words stand in many phrases: taking each apart once halves the time to read the tables.
    tokens = read_before.get(bare)
    if tokens is None:
        tokens = read_before[bare] = tokenise(bare)
    for at, token in enumerate(tokens):
        stem = piece.endswith("*") and at == len(tokens) - 1
        node = node.add("marked", token.raw) if piece.startswith("=") else node.add("stems" if stem else "exact", token.plain)
        words.add(token.plain)
    return node


def _table(file: Path) -> Iterator[tuple[str, str, str, str]]:
    """Language, kind, value and phrase of every row. Raises ContentError if it is not readable."""
    try:
        yield from (
            (code, kind, str(value), str(phrase))
            for code, kinds in _load(file.read_text(encoding="utf-8")).items()
            for kind, values in kinds.items()
            for value, phrases in (values if isinstance(values, dict) else {"yes": values}).items()
            for phrase in phrases
        )
    except (OSError, yaml.YAMLError, AttributeError, TypeError) as error:
        message = "{file}: {reason}"
        raise ContentError(message, file=str(file), line=0, reason=repr(error)) from error


@cache
def slips(language: str) -> Slips:
    """The words of a language about courses, to find slips of them."""
    return Slips(tables("course").words.get(language, ()))


@lru_cache(maxsize=4096)
def _forms(plain: str) -> list[str]:
    """The word itself, and without a preposition that its script writes into it."""
    if plain[0] in _ETHIOPIC_PREFIX and len(plain) > 2:  # noqa: PLR2004 - a stem has two letters at least
        return [plain, plain[1:]]
    if plain[0] == "و" and (len(plain) > 4 or plain[1:] in _AFTER_AND):  # noqa: PLR2004 - "and" before a word, not its first letter
        return [plain, *_forms(plain[1:])]
    if _ARABIC_PREFIX.match(plain):
        return [plain, plain[1:]]
    return [plain, f"ال{plain[2:]}"] if plain.startswith("لل") else [plain]
