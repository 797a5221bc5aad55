"""Reads messages against tables of words and phrases in all our languages; `nlu.dates` and `nlu.entities` decide what they mean together.

The tables (`*.yml` beside this file) are read at the first message. A phrase is written as people write it: case, accents, vowel marks and
forms of Arabic or Ethiopic letters do not matter; `stem*` stands for every word that begins so; `=word` only for this very spelling.
The value "none" says that a language uses the word for something else: then the language of the message decides.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from itertools import islice
from pathlib import Path

import yaml

from nlu.data_words.names import names
from nlu.text import LONGEST, skeleton
from store.errors import ContentError

FOLDER = Path(__file__).parent
_load = partial(yaml.load, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))

_DIGITS = {ord(digits) + i: str(i) for digits in "٠۰" for i in range(10)}
# Letters that Amharic and Tigrinya writers exchange freely: families of eight, and two vowels after gutturals.
_ETHIOPIC = {
    **{strange + i: usual + i for strange, usual in ((0x1210, 0x1200), (0x1280, 0x1200), (0x1220, 0x1230)) for i in range(8)},
    **{strange + i: usual + i for strange, usual in ((0x12D0, 0x12A0), (0x1340, 0x1338)) for i in range(7)},
    **dict.fromkeys((0x1203, 0x1213, 0x1283), 0x1200),
    **dict.fromkeys((0x12A3, 0x12D3), 0x12A0),
}
# "Donnerstagnachmittag" and "Montag Morgen": two words, and this "Morgen" is not tomorrow.
_COMPOUND = re.compile(r"\b((?:mon|diens|donners|frei|sams|sonn)tag|mittwoch)s?[ -]?(?:(vormittag|nachmittag|abend)|(?:morgen|früh))s?\b")
# "godz. 9": what splits sentences takes the point for their end.
_ABBREVIATED = re.compile(r"(?<=[^\W\d_]\.)\n(?=\d)")
_TOKEN = re.compile(
    r"(?P<date>(?<![\da-zÀ-ɏЀ-ӿ_])(?<!\d[./-])(?:\d{4}([./-])\d{1,2}\2\d{1,2}|\d{1,2}([./-])[ ]?\d{1,2}\3[ ]?(?:\d{4}|\d\d))(?!\d|[./-]\d))"
    r"|(?P<dayspot>(?<![\da-zÀ-ɏЀ-ӿ_])(?<!\d[./-])\d{1,2}\.[ ]?\d{1,2}\.(?![./-]?\d))"
    r"|(?P<clock>(?<![\da-zÀ-ɏЀ-ӿ_])(?<![:.,/-])\d{1,2}(?::|[ ]?h[ ]?)\d\d(?!\d|[:.,/]\d))"
    r"|(?P<fraction>(?<![\da-zÀ-ɏЀ-ӿ_])(?<!\d[./-])\d{1,2}[./]\d{1,2}(?!\d|[./,-]\d))"
    r"|(?P<level>(?<!\w)[abcавс][12](?!\d))"
    r"|(?P<number>\d+)|(?P<word>[^\W\d_]+)|(?P<stop>[.!?؟።…\n])|(?P<pause>[,;:،؛፣()–—])"
)
_ARABIC_PREFIX = re.compile(r"[وفبلك](?=ال|يوم)")
_ETHIOPIC_PREFIX = "በብየለንከ"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the message: `kind` is word, number, level (`B1`), date, dayspot (`3.5.`), fraction (`3/5`), clock, stop or pause."""

    kind: str
    raw: str
    plain: str


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
    """A step in the tree of phrases; `means` holds value by kind, then the languages that say so."""

    exact: dict[str, "_Node"] = field(default_factory=dict)
    marked: dict[str, "_Node"] = field(default_factory=dict)
    stems: dict[str, "_Node"] = field(default_factory=dict)
    means: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    def next(self, token: Token) -> Iterator["_Node"]:
        """The nodes that one token leads to."""
        if token.raw in self.marked:
            yield self.marked[token.raw]
        for form in _forms(token.plain):
            if form in self.exact:
                yield self.exact[form]
            if self.stems:
                yield from (self.stems[form[:n]] for n in range(2, min(len(form), 20) + 1) if form[:n] in self.stems)


# Of these, a message in one language has one reading: `jutro` is tomorrow in Polish and morning in Serbian.
_MOMENT = frozenset({"weekday", "day", "part", "week", "both", "no"})
# Small words count in their own language alone: `was` is a story in English and a question in German.
_SMALL = frozenset(
    {"not", "story", "skip", "bound", "and", "manner", "after_manner", "speak", "little", "filler", "ends", "at", "hour", "hours"}
)
_SHORT_WORD = 4
_SPELT = frozenset({"word", "number"})
# Nobody writes more words in the longest message; what has more is no prose.
_MOST = 1000


def read(text: str, *, language: str | None = None) -> Reading:
    """Take a message apart; `language` decides what words of several languages mean (without it they are left out)."""
    tree = _tree()
    tokens = tokenise(text)
    hits: dict[str, list[Hit]] = defaultdict(list)
    months: dict[int, Hit] = {}
    at = 0
    while at < len(tokens):
        last, means = _longest(tree, tokens, at) if tokens[at].kind in _SPELT else (at, {})
        short = at == last and len(tokens[at].raw) <= _SHORT_WORD
        for kind, value in _chosen(means, language, short=short):
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


def tokenise(text: str) -> list[Token]:
    """Words, numbers, numeric dates and the signs that end sentences and clauses; accents are kept in `raw` only."""
    lowered = unicodedata.normalize("NFC", text[:LONGEST].lower().translate(_DIGITS))
    lowered = "".join(sign for sign in lowered if not unicodedata.combining(sign))
    lowered = _ABBREVIATED.sub(" ", lowered)
    joined = _COMPOUND.sub(lambda hit: f"{hit[1]} {hit[2] or 'vormittag'}", lowered)
    return [
        Token(hit.lastgroup or "", hit[0], _plain(hit[0]) if hit.lastgroup == "word" else hit[0])
        for hit in islice(_TOKEN.finditer(joined), _MOST)
    ]


@lru_cache(maxsize=4096)
def _plain(word: str) -> str:
    return skeleton(word).translate(_ETHIOPIC)


def _forms(plain: str) -> list[str]:
    """The word itself, and without a preposition that its script writes into it."""
    if plain[0] in _ETHIOPIC_PREFIX and len(plain) > 2:  # noqa: PLR2004 - a stem has two letters at least
        return [plain, plain[1:]]
    if _ARABIC_PREFIX.match(plain) or (plain[0] == "و" and len(plain) > 4):  # noqa: PLR2004 - "and" before a word, not its first letter
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
        found = next((node.means for node in nodes if node.means), None)
        best, means = (step, found) if found else (best, means)
        step += 1
    return best, means


def _chosen(means: Mapping[str, Mapping[str, set[str]]], language: str | None, *, short: bool) -> Iterator[tuple[str, str]]:
    """The kinds and values that the phrase has in a message of this language."""
    code = "de" if language == "de-simple" else language
    moments = [(kind, value, codes) for kind in means if kind in _MOMENT for value, codes in means[kind].items()]
    others = [[(kind, value, codes) for value, codes in means[kind].items()] for kind in means if kind not in _MOMENT]
    for readings in [moments, *others]:
        own = [reading for reading in readings if code in reading[2]]
        alone = len(readings) > 1 or (code and any(kind in _SMALL or (short and kind in _MOMENT) for kind, _, _ in readings))
        for kind, value, _ in own if alone else readings:
            yield from _parts(kind, value) if value != "none" else ()


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
def _tree() -> _Node:
    """All phrases of all languages.

    Raises ContentError if a table is not readable.
    """
    root = _Node()
    for code, kind, value, phrase in (*_rows(), *names()):
        _add(root, phrase, kind, value, code)
    return root


def _rows() -> Iterator[tuple[str, str, str, str]]:
    for file in sorted(FOLDER.glob("*.yml")):
        try:
            table = _load(file.read_text(encoding="utf-8"))
            yield from (
                (code, kind, str(value), str(phrase))
                for code, kinds in table.items()
                for kind, values in kinds.items()
                for value, phrases in (values if isinstance(values, dict) else {"yes": values}).items()
                for phrase in phrases
            )
        except (OSError, yaml.YAMLError, AttributeError, TypeError) as error:
            message = "{file}: {reason}"
            raise ContentError(message, file=str(file), line=0, reason=repr(error)) from error


def _add(root: _Node, phrase: str, kind: str, value: str, code: str) -> None:
    node = root
    for piece in phrase.split():
        tokens = tokenise(piece.strip("=*"))
        for at, token in enumerate(tokens):
            stem = piece.endswith("*") and at == len(tokens) - 1
            branch = node.marked if piece.startswith("=") else node.stems if stem else node.exact
            node = branch.setdefault(token.raw if piece.startswith("=") else token.plain, _Node())
    node.means.setdefault(kind, {}).setdefault(value, set()).add(code)
