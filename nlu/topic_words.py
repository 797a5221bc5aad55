"""Which subject a wish for an appointment names; the words are in `topic_words.yml`, when and how to talk in `nlu.entities`."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

import yaml

from nlu.data_words import Token, tokenise
from store.errors import ContentError

SUBJECTS = ("residence", "language", "work", "education", "housing", "health", "money", "family")
FILE = Path(__file__).with_suffix(".yml")
_load = partial(yaml.load, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))

# "And", then a preposition, then the article, as Arabic writes them into the word.
_ARABIC = re.compile(r"[وف]?(?:لل|[بلكعه]?ال|[بلك])?(?=\w{3})")
_ETHIOPIC = re.compile(r"(?:ስለ|እንደ|[የለበከዝንብምእ])(?=\w{2})")
# Only their own words are looked for behind a prefix: an English or Persian word may begin with the same letters.
_PREFIXED = {"ar": _ARABIC, "am": _ETHIOPIC, "ti": _ETHIOPIC}
_LONGEST_PHRASE = 8
_LONGEST_STEM = 20


@dataclass(slots=True)
class _Node:
    """A step in the tree of phrases; `subject` is what the phrase that ends here is about, "none" for no sign at all."""

    exact: dict[str, "_Node"] = field(default_factory=dict)
    spelt: dict[str, "_Node"] = field(default_factory=dict)
    stems: dict[str, "_Node"] = field(default_factory=dict)
    subject: str = ""


def about(text: str) -> str | None:
    """The subject that the text names most often, of two the one named first; None if it names none.

    One of residence, language, work, education, housing, health, money, family. Any text is accepted and never raises.

    >>> about("Ich brauche einen Termin wegen meiner Duldung")
    'residence'
    >>> about("I speak German and want to talk to a woman")
    """
    named = list(_named(tokenise(text)))
    # A school holds courses, so that a course in a school is named as often as the school itself.
    ordered = sorted(named, key=lambda subject: subject == "education" and "language" in named)
    return Counter(ordered).most_common(1)[0][0] if ordered else None


def _named(tokens: Sequence[Token]) -> Iterator[str]:
    """The subjects of the longest phrases, in order."""
    at = 0
    while at < len(tokens):
        last, subject = _longest(tokens, at)
        if subject in SUBJECTS:
            yield subject
        at = last + 1


def _longest(tokens: Sequence[Token], at: int) -> tuple[int, str]:
    """The last token of the longest phrase from `at` and its subject; the token alone and "" if there is none."""
    best = at, ""
    for prefix, tree in _trees().items():
        nodes = [tree]
        for last in range(at, min(at + _LONGEST_PHRASE, len(tokens))):
            nodes = [after for node in nodes for after in _after(node, tokens[last], prefix)]
            if not nodes:
                break
            # The first with a subject is the most exact: this spelling, then the word, then its longest stem.
            subject = next((node.subject for node in nodes if node.subject), "")
            best = (last, subject) if subject and (last > best[0] or not best[1]) else best
    return best


def _after(node: _Node, token: Token, prefix: re.Pattern[str] | None) -> Iterator[_Node]:
    """The nodes that one token leads to, the most exact first."""
    if token.raw in node.spelt:
        yield node.spelt[token.raw]
    forms = [token.plain]
    if prefix and (hit := prefix.match(token.plain)) and hit[0]:
        forms.append(token.plain[hit.end() :])
    for form in forms:
        if form in node.exact:
            yield node.exact[form]
        if node.stems:
            yield from (node.stems[form[:n]] for n in range(min(len(form), _LONGEST_STEM), 1, -1) if form[:n] in node.stems)


@cache
def _trees() -> dict[re.Pattern[str] | None, _Node]:
    """The phrases by the prefixes that their languages write into words. Raises ContentError if the table is not readable."""
    trees: dict[re.Pattern[str] | None, _Node] = {None: _Node(), _ARABIC: _Node(), _ETHIOPIC: _Node()}
    for code, subject, phrase in rows():
        _add(trees[_PREFIXED.get(code)], phrase, subject)
    return trees


def rows() -> Iterator[tuple[str, str, str]]:
    """Language, subject and phrase of every row of the table. Raises ContentError if it is not readable."""
    try:
        table = _load(FILE.read_text(encoding="utf-8"))
        yield from (
            (code, subject, phrase) for code, subjects in table.items() for subject, phrases in subjects.items() for phrase in phrases
        )
    except (OSError, yaml.YAMLError, AttributeError, TypeError) as error:
        message = "{file}: {reason}"
        raise ContentError(message, file=str(FILE), line=0, reason=repr(error)) from error


def _add(root: _Node, phrase: str, subject: str) -> None:
    node = root
    for piece in phrase.split():
        tokens = tokenise(piece.strip("=*"))
        for at, token in enumerate(tokens):
            stem = piece.endswith("*") and at == len(tokens) - 1
            branch = node.spelt if piece.startswith("=") else node.stems if stem else node.exact
            node = branch.setdefault(token.raw if piece.startswith("=") else token.plain, _Node())
    node.subject = node.subject or subject
