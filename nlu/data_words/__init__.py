"""Reads messages against tables of words and phrases in all our languages; what they mean together is decided by the modules of `nlu`.

The tables (`*.yml` beside this file) are read at the first message. A phrase is written as people write it: case, accents, vowel marks and
forms of Arabic or Ethiopic letters do not matter; `stem*` stands for every word that begins so; `=word` only for this very spelling.
The value "none" says that a language uses the word for something else: then the language of the message decides.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache, partial
from pathlib import Path

import yaml

from nlu.data_words.names import names
from nlu.data_words.slips import Slips
from nlu.data_words.tokens import Token, plain_of, tokenise
from store.errors import ContentError

__all__ = ["Hit", "Reading", "Token", "read", "tokenise"]

FOLDER = Path(__file__).parent
# What is read together: wishes for an appointment, and wishes for a course.
_TABLES = {"talk": ("time_words", "wish_words"), "course": ("time_words", "course_words", "course_words_more")}
_load = partial(yaml.load, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))

# "In" and "for" before a longer word, every particle before the article, "on the" as it is spoken (عالنت).
_ARABIC_PREFIX = re.compile(r"[فبلك](?=ال|يوم)|[بل](?=.{4})|ع(?=ال...)")
# Short words that Arabic writes its "and" before; of others it may be the first letter ("وقت").
_AFTER_AND = frozenset({"ما", "بعد", "مع", "من", "في", "مش", "مو", "بدي", "بدنا", "عم", "كان", "معي"})
_ETHIOPIC_PREFIX = "በብየለንከ"


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: what it says (`kind`, `value`) and its first and last token."""

    kind: str
    value: str
    first: int
    last: int


@dataclass(slots=True)
class Reading:
    """A message taken apart. `clauses` and `sentences` number the parts of it that each token belongs to."""

    tokens: Sequence[Token]
    hits: Mapping[str, Sequence[Hit]]
    clauses: Sequence[int]
    sentences: Sequence[int]
    # By first token; a name counts only beside a day.
    months: Mapping[int, Hit]

    starts: Mapping[tuple[str, int], Hit]
    ends: Mapping[tuple[str, int], Hit]

    def of(self, kind: str) -> Sequence[Hit]:
        """The hits of a kind, in order."""
        return self.hits.get(kind, ())

    def near(self, hit: Hit, kinds: Iterable[str], *, within: int) -> Iterator[Hit]:
        """The hits of `kinds` at most `within` tokens away."""
        for kind in kinds:
            for at in range(hit.first - within, hit.last + within + 1):
                found = self.starts.get((kind, at)) or self.ends.get((kind, at))
                if found:
                    yield found

    def beside(self, hit: Hit, kinds: Iterable[str], *, within: int) -> bool:
        """Whether a hit of one of `kinds` is in the same clause, at most `within` tokens away."""
        return any(self.clauses[other.first] == self.clauses[hit.first] for other in self.near(hit, kinds, within=within))

    def starting(self, kind: str, at: int) -> Hit | None:
        """The hit of a kind that begins with this token."""
        return self.starts.get((kind, at))

    def ending(self, kind: str, at: int) -> Hit | None:
        """The hit of a kind that ends with this token."""
        return self.ends.get((kind, at))


@dataclass(slots=True)
class _Node:
    """A step in the tree of phrases; `means` holds value by kind, then the languages that say so.

    `merged`, of the root: a word and a stem of it both count.
    """

    exact: dict[str, "_Node"] = field(default_factory=dict)
    marked: dict[str, "_Node"] = field(default_factory=dict)
    stems: dict[str, "_Node"] = field(default_factory=dict)
    means: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    merged: bool = False

    def next(self, token: Token) -> Iterator["_Node"]:
        """The nodes that one token leads to."""
        if token.raw in self.marked:
            yield self.marked[token.raw]
        for form in _forms(token.plain):
            if form in self.exact:
                yield self.exact[form]
            if self.stems:
                yield from (self.stems[form[:n]] for n in range(min(len(form), _LONGEST_STEM), 1, -1) if form[:n] in self.stems)


_LONGEST_STEM = 28
# Of these, a message in one language has one reading: `jutro` is tomorrow in Polish and morning in Serbian.
_MOMENT = frozenset({"weekday", "day", "part", "week", "both", "no"})
# Small words count in their own language alone: `was` is a story in English and a question in German.
_SMALL_KINDS = """
    not story skip bound and manner after_manner speak little filler ends at hour hours not_so want seek have aim
    aimed after afterwards again from to with only later live home learn know read years under age start started until
"""
_SMALL = frozenset(_SMALL_KINDS.split())
_SHORT_WORD = 4
# From here on a letter is a syllable, and a word of three is no short one.
_SYLLABLES = "ሀ"
# Brief words of German offices that people write in every language: VHS, BSK, Kita.
_OFFICE = frozenset({"kind", "work", "online", "kita", "km"})
_SPELT = frozenset({"word", "number"})


def read(text: str, *, language: str | None = None, about: str = "talk") -> Reading:
    """Take a message apart; `language` decides what words of several languages mean (without it they are left out).

    `about` names the tables: "talk" (appointments and interpreters) or "course".
    """
    tree = _tree(about)
    tokens = tokenise(text)
    if about == "course":
        tokens = [_corrected(tree, token, language) for token in tokens]
    hits: dict[str, list[Hit]] = defaultdict(list)
    months: dict[int, Hit] = {}
    at = 0
    while at < len(tokens):
        last, means = _longest(tree, tokens, at) if tokens[at].kind in _SPELT else (at, {})
        short = at == last and len(tokens[at].raw) <= _SHORT_WORD and tokens[at].raw < _SYLLABLES
        for kind, value in _chosen(means, language, short=short, brief=short and tree.merged):
            if kind == "month":
                months[at] = Hit(kind, value, at, last)
            else:
                hits[kind].append(Hit(kind, value, at, last))
        at = last + 1
    joins = {hit.first for hit in hits["and"]}
    every = [hit for row in hits.values() for hit in row]
    return Reading(
        tokens=tokens,
        hits=hits,
        clauses=_numbered(tokens, {"stop", "pause"}, joins, months),
        sentences=_numbered(tokens, {"stop"}, set(), months),
        months=months,
        starts={(hit.kind, hit.first): hit for hit in every},
        ends={(hit.kind, hit.last): hit for hit in every},
    )


def _corrected(tree: _Node, token: Token, language: str | None) -> Token:
    """The token, or the one that was meant if the tables do not know it and it is a slip in its own language, German or English."""
    if token.kind != "word" or token.plain in _words("course", None) or next(tree.next(token), None):
        return token
    meant = _slips("de" if language == "de-simple" else language).meant(token.plain)
    return replace(token, raw=meant, plain=meant) if meant else token


@cache
def _slips(language: str | None) -> Slips:
    return Slips(_words("course", language))


@cache
def _words(about: str, language: str | None) -> frozenset[str]:
    """The whole words in the tables of a language and of those that everybody mixes in; of all languages without one."""
    codes = {language, "de", "en"}
    phrases = (phrase for code, _, _, phrase in (*_rows(_TABLES[about]), *names()) if language is None or code in codes)
    return frozenset(plain_of(piece.strip("=*").lower()) for phrase in phrases for piece in phrase.split())


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


def _longest(tree: _Node, tokens: Sequence[Token], at: int) -> tuple[int, dict[str, dict[str, set[str]]]]:
    """The last token of the longest phrase from `at`, and what it means; the token alone, and nothing, if there is none."""
    best = at
    means: dict[str, dict[str, set[str]]] = {}
    nodes, step = [tree], at
    while nodes and step < len(tokens) and step - at < 8:  # noqa: PLR2004 - longer than any phrase
        nodes = [after for node in nodes for after in node.next(tokens[step])]
        # The first with a meaning is the most exact: a marked spelling before a word, a word before a stem.
        found = _merged(nodes) if tree.merged else next((node.means for node in nodes if node.means), None)
        best, means = (step, found) if found else (best, means)
        step += 1
    return best, means


def _merged(nodes: Iterable[_Node]) -> dict[str, dict[str, set[str]]]:
    """All that the nodes mean, of each kind what the most exact says: "Integrationskurs" is a course and a kind of course."""
    means: dict[str, dict[str, set[str]]] = {}
    for node in nodes:
        means = {**node.means, **means}
    return means


def _chosen(means: Mapping[str, Mapping[str, set[str]]], language: str | None, *, short: bool, brief: bool) -> Iterator[tuple[str, str]]:
    """The kinds and values that the phrase has in a message of this language; `brief` words of other languages mean something else."""
    code = "de" if language == "de-simple" else language
    if code and brief:
        means = {kind: {value: said for value, said in means[kind].items() if _says(kind, said, code)} for kind in means}
    moments = [(kind, value, codes) for kind in means if kind in _MOMENT for value, codes in means[kind].items()]
    others = [[(kind, value, codes) for value, codes in means[kind].items()] for kind in means if kind not in _MOMENT]
    for readings in [moments, *others]:
        own = [reading for reading in readings if code in reading[2]]
        alone = len(readings) > 1 or (code and any(kind in _SMALL or (short and kind in _MOMENT) for kind, _, _ in readings))
        for kind, value, _ in own if alone else readings:
            yield from _parts(kind, value) if value != "none" else ()


def _says(kind: str, codes: Collection[str], code: str) -> bool:
    return code in codes or (kind in _OFFICE and "de" in codes)


def _parts(kind: str, value: str) -> Iterator[tuple[str, str]]:
    if kind != "both":
        yield kind, value
        return
    for pair in value.split(","):
        name, _, content = pair.partition("=")
        yield name, content


def _numbered(tokens: Sequence[Token], kinds: set[str], joins: set[int], months: Mapping[int, Hit]) -> list[int]:
    numbers, number = [], 0
    for at, token in enumerate(tokens):
        # "3. May": the point belongs to the number.
        dated = token.kind == "stop" and (at + 1 in months or at + 2 in months) and at and tokens[max(0, at - 2)].kind != "stop"
        number += at in joins or (token.kind in kinds and not (dated and "number" in {tokens[at - 1].kind, tokens[max(0, at - 2)].kind}))
        numbers.append(number)
    return numbers


@cache
def _tree(about: str) -> _Node:
    """All phrases of all languages in the tables for this subject.

    Raises ContentError if a table is not readable.
    """
    root = _Node(merged=about == "course")
    read_before: dict[str, Sequence[Token]] = {}
    for code, kind, value, phrase in (*_rows(_TABLES[about]), *names()):
        _add(root, phrase, kind, value, code, read_before)
    return root


@cache
def _rows(tables: tuple[str, ...]) -> tuple[tuple[str, str, str, str], ...]:
    """Language, kind, value and phrase of every row. Raises ContentError if a table is not readable."""
    return tuple(row for table in tables for row in _table(FOLDER / f"{table}.yml"))


def _table(file: Path) -> Iterator[tuple[str, str, str, str]]:
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


def _add(root: _Node, phrase: str, kind: str, value: str, code: str, read_before: dict[str, Sequence[Token]]) -> None:  # noqa: PLR0913, PLR0917 - a row
    node = root
    for piece in phrase.split():
        bare = piece.strip("=*")
        # Most words stand in many phrases: taking each apart once halves the time to read the tables.
        tokens = read_before.get(bare)
        if tokens is None:
            tokens = read_before[bare] = tokenise(bare)
        for at, token in enumerate(tokens):
            stem = piece.endswith("*") and at == len(tokens) - 1
            branch = node.marked if piece.startswith("=") else node.stems if stem else node.exact
            node = branch.setdefault(token.raw if piece.startswith("=") else token.plain, _Node())
    node.means.setdefault(kind, {}).setdefault(value, set()).add(code)
