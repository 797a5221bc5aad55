"""Where two versions of a part differ, word by word, for the history and for conflicts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from difflib import SequenceMatcher
from typing import Any, Literal, NamedTuple

from desk.access import Actor
from desk.articles_words import field_name
from desk.courses_words import day
from knowledge.local.record import Meta
from knowledge.model import Source, Translation

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_TEXT = ("title", "answer", "details", "questions", "translated_by", "reviewed_by")
_MOST_WORDS = 4000  # of both texts; longer ones are compared line by line


class Piece(NamedTuple):
    """A run of text that is in both versions, in the old one alone (`gone`), or in the new one alone (`new`)."""

    kind: Literal["same", "gone", "new"]
    text: str


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One field in both versions."""

    label: str
    pieces: Sequence[Piece]

    @property
    def old(self) -> str:
        """The field as it was."""
        return "".join(piece.text for piece in self.pieces if piece.kind != "new")

    @property
    def new(self) -> str:
        """The field as it is."""
        return "".join(piece.text for piece in self.pieces if piece.kind != "gone")


def compared(actor: Actor, old: Translation | Meta | None, new: Translation | Meta | None) -> list[Compared]:
    """The fields that differ; all that are not empty where there is only one version."""
    before, after = _values(actor, old), _values(actor, new)
    names = dict.fromkeys([*before, *after])
    pairs = ((name, before.get(name, ""), after.get(name, "")) for name in names)
    return [Compared(label=field_name(actor, name), pieces=tuple(pieces(one, two))) for name, one, two in pairs if one != two]


def pieces(old: str, new: str) -> Iterator[Piece]:
    """The runs of both texts, in order."""
    ours, theirs = _cut(old, new)
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    for kind, first, last, begin, end in matcher.get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(ours[first:last]))
            continue
        if first < last:
            yield Piece("gone", "".join(ours[first:last]))
        if begin < end:
            yield Piece("new", "".join(theirs[begin:end]))


def _cut(old: str, new: str) -> tuple[list[str], list[str]]:
    """Both texts in words, or in lines if there are too many words to compare quickly."""
    words = _WORDS.findall(old), _WORDS.findall(new)
    return words if sum(map(len, words)) <= _MOST_WORDS else (old.splitlines(keepends=True), new.splitlines(keepends=True))


def _values(actor: Actor, body: Translation | Meta | None) -> dict[str, str]:
    """What stands in a part, as text by field."""
    if body is None:
        return {}
    names = _TEXT if isinstance(body, Translation) else tuple(one.name for one in fields(Meta))
    shown = {name: _shown(actor, getattr(body, name)) for name in names}
    return {name: text for name, text in shown.items() if text}


def _shown(actor: Actor, value: Any) -> str:
    if isinstance(value, date):
        return day(actor, value)
    if isinstance(value, tuple):
        return "\n".join(_source(one) if isinstance(one, Source) else str(one) for one in value)
    return str(value) if value is not None else ""


def _source(source: Source) -> str:
    return " · ".join(part for part in (source.name, source.url, source.date) if part)
