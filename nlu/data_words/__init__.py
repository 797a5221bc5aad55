"""Reads messages against tables of words and phrases in all our languages; what they mean together is decided by the modules of `nlu`.

The tables (`*.yml` beside this file) are read by `warm`, at the latest with the first message. A phrase is written as people write it:
case, accents, vowel marks and forms of Arabic or Ethiopic letters do not matter; `stem*` stands for every word that begins so;
`=word` only for this very spelling. The value "none" says that a language uses the word for something else: then the language of the
message decides.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nlu.data_words.tokens import Token, tokenise
from nlu.data_words.tree import Meaning, Node, slips, tables, warm

__all__ = ["Hit", "Reading", "Token", "read", "tokenise", "warm"]


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


# Of these, a message in one language has one reading: `jutro` is tomorrow in Polish and morning in Serbian.
_MOMENT = frozenset({"weekday", "day", "part", "week", "both", "no"})
# Small words count in their own language alone: `was` is a story in English and a question in German.
_SMALL_KINDS = """
    not story skip bound and manner after_manner speak little filler ends at hour hours not_so want seek have aim
    aimed after afterwards again from to with only later live home learn know read years under age start started until
    hour_said bound_hour hour_bound half_to half_past past_half busy next_one if_possible rather not_this
    appointment elsewhere has
    unit count ahead ahead_of later later_on within post meeting wish whole solar
"""
_SMALL = frozenset(_SMALL_KINDS.split())
_MONTHS = frozenset({"month", "solar"})
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
    tree = tables(about).root
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
            if kind in _MONTHS:
                months[at] = Hit("month", value, at, last)
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


def _corrected(tree: Node, token: Token, language: str | None) -> Token:
    """The token, or the one that was meant if the tables do not know it and it is a slip in its own language, German or English."""
    if token.kind != "word" or next(tree.next(token), None) or any(token.plain in words for words in tables("course").words.values()):
        return token
    codes = dict.fromkeys((language or "de", "de", "en"))
    meant = next((word for code in codes if (word := slips(code).meant(token.plain))), "")
    return replace(token, raw=meant, plain=meant) if meant else token


def _longest(tree: Node, tokens: Sequence[Token], at: int) -> tuple[int, Meaning]:
    """The last token of the longest phrase from `at`, and what it means; the token alone, and nothing, if there is none."""
    best = at
    means: Meaning = {}
    nodes, step = [tree], at
    while nodes and step < len(tokens) and step - at < 8:  # noqa: PLR2004 - longer than any phrase
        nodes = [after for node in nodes for after in node.next(tokens[step])]
        # The first with a meaning is the most exact: a marked spelling before a word, a word before a stem.
        found = _merged(nodes) if tree.merged else next((node.means for node in nodes if node.means), None)
        best, means = (step, found) if found else (best, means)
        step += 1
    return best, means


def _merged(nodes: Iterable[Node]) -> Meaning:
    """All that the nodes mean, of each kind what the most exact says: "Integrationskurs" is a course and a kind of course."""
    means: Meaning = {}
    for node in nodes:
        means = {**node.means, **means}
    return means


def _chosen(means: Meaning, language: str | None, *, short: bool, brief: bool) -> Iterator[tuple[str, str]]:
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
