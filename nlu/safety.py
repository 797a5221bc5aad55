"""The safety screen: patterns per language and the classifier's suspicion decide together. What is said then is in `dialogs.crisis`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import yaml

from nlu.classifier import ENTRIES, Floats, Thresholds
from nlu.text import skeleton
from store.errors import ContentError

FILE = Path(__file__).with_name("data") / "safety_patterns.yml"
# Where a pattern says "no danger" (an idiom, a dead phone), the classifier must be almost certain.
_DESPITE_IDIOM = 0.93
# Who has no bed for the night may have been thrown out by a violent partner; other dangers are only heard in it.
_THROWN_OUT = frozenset({"crisis_violence"})

_load = partial(yaml.load, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))

Pattern = re.Pattern[str]


@dataclass(frozen=True, kw_only=True)
class Patterns:
    """For one language: `danger` is a kind for certain, `hint` makes the classifier's suspicion count earlier, `unless` takes both back.

    `endearment` is what people say out of love or thanks and what speaks of death only by its words: the rest of the message counts.
    `shelter` says that somebody has no bed for the night, which sounds like many dangers; `landlord` that it is the landlord's doing.
    """

    danger: Mapping[str, Pattern]
    hint: Mapping[str, Pattern]
    unless: Pattern | None
    endearment: Pattern | None
    shelter: Pattern | None
    landlord: Pattern | None


def screen(
    prepared: str, languages: Sequence[str], *, classes: Sequence[str], chances: Sequence[Floats], thresholds: Thresholds
) -> str | None:
    """The kind of danger (`crisis_…`) in a prepared message, or None.

    `languages` are those it may be in, `chances` the class probabilities of its pieces.
    """
    danger, hint, idiom = look(prepared, languages)
    suspicion = _suspicion(classes, chances)
    if danger:
        return max(sorted(danger), key=lambda kind: suspicion.get(kind, 0.0))
    if not hint and without_shelter(prepared, languages):
        feared = () if _by_landlord(prepared, languages) else _THROWN_OUT
        idiom, suspicion = True, {kind: share for kind, share in suspicion.items() if kind in feared}
    limit = _DESPITE_IDIOM if idiom else thresholds.hinted if hint else thresholds.crisis
    if sum(suspicion.values()) < limit or not suspicion:
        return None
    return max(suspicion, key=lambda kind: suspicion[kind])


def without_shelter(prepared: str, languages: Sequence[str]) -> bool:
    """Whether somebody says that they have nowhere to sleep."""
    return _said(prepared, [patterns()[code].shelter for code in languages if code in patterns()])


def _by_landlord(prepared: str, languages: Sequence[str]) -> bool:
    return _said(prepared, [patterns()[code].landlord for code in languages if code in patterns()])


def _said(prepared: str, found: Sequence[Pattern | None]) -> bool:
    text = skeleton(prepared)
    return any(pattern is not None and pattern.search(text) for pattern in found)


def look(prepared: str, languages: Sequence[str]) -> tuple[set[str], set[str], bool]:
    """What the patterns alone say: kinds that are certain, kinds that are hinted at, and whether an idiom takes them back."""
    text = skeleton(prepared)
    found = [patterns()[code] for code in languages if code in patterns()]
    whole = text
    for each in found:
        text = each.endearment.sub(" ", text) if each.endearment else text
    idiom = any(each.unless is not None and each.unless.search(text) for each in found)
    if idiom:
        return set(), set(), True
    danger, hint = (_hits(tables, text) for tables in ([each.danger for each in found], [each.hint for each in found]))
    return danger, hint, text != whole and not danger | hint


def _hits(tables: Sequence[Mapping[str, Pattern]], text: str) -> set[str]:
    return {kind for table in tables for kind, pattern in table.items() if pattern.search(text)}


def _suspicion(classes: Sequence[str], chances: Sequence[Floats]) -> dict[str, float]:
    columns = {kind: classes.index(kind) for kind in ENTRIES if kind in classes}
    if not columns or not chances:
        return {}
    worst = max(chances, key=lambda row: float(row[list(columns.values())].sum()))
    return {kind: float(worst[column]) for kind, column in columns.items()}


@cache
def patterns(file: Path = FILE) -> Mapping[str, Patterns]:
    """The patterns of all languages, by language.

    Raises ContentError if the file is not readable or a pattern is no regular expression.
    """
    try:
        table = _load(file.read_text(encoding="utf-8"))
        return {code: _patterns(rows) for code, rows in table.items()}
    except (OSError, yaml.YAMLError, re.error, KeyError, AttributeError, TypeError) as error:
        message = "{file}: {reason}"
        raise ContentError(message, file=str(file), line=0, reason=repr(error)) from error


def _patterns(rows: Mapping[str, Mapping[str, Sequence[str]]]) -> Patterns:
    phrases = {name: _joined(rows.get(name, ())) for name in ("unless", "endearment", "shelter", "landlord")}  # type: ignore[arg-type]  # lists
    return Patterns(danger=_by_kind(rows["danger"]), hint=_by_kind(rows["hint"]), **phrases)


def _by_kind(table: Mapping[str, Sequence[str]]) -> dict[str, Pattern]:
    joined = {kind: _joined(table.get(kind, ())) for kind in ENTRIES}
    return {kind: pattern for kind, pattern in joined.items() if pattern is not None}


def _joined(parts: Sequence[str]) -> Pattern | None:
    return re.compile("|".join(f"(?:{skeleton(part)})" for part in parts)) if parts else None
