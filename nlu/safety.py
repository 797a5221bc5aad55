"""The safety screen: patterns per language and the classifier's suspicion decide together. What is said then is in `dialogs.crisis`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import yaml

from nlu.classifier import ENTRIES, Floats, Thresholds, is_intent
from nlu.text import skeleton, words
from store.errors import ContentError

FILE = Path(__file__).with_name("data") / "safety_patterns.yml"
# Where a pattern says "no danger" (an idiom, a dead phone), the classifier must be almost certain.
_DESPITE_IDIOM = 0.93
# Where somebody denies it ("he does not hit me"), surer than otherwise: "but he locks me in" may follow. So it is with violence where
# a landlord is spoken of, who frightens many.
_DESPITE_DENIAL = 0.65
_HARDLY_MORE = 3  # words
# A pattern is certain, unless the classifier knows nearly for certain that the message is about an ordinary topic ("since my father's
# stroke I care for him") and finds no danger in it at all. Of 404 messages about danger that nothing was learned from it takes back none.
_CERTAIN, _NO_DANGER = 0.98, 0.006
# Without any worrying word danger must be at least half as likely as an ordinary topic ("my tooth hurts so much"), and as likely as
# something to do ("no, move it to the 14th"): of 823 messages about danger that the weights had not learned none is lost, of 181
# alarms without reason nine; the figures were chosen with them.
_BESIDE_TOPIC = 0.5
# "My appointment is on 4 December" sounds a little like the day of a flight, and so does a letter with a day and an hour.
_REMOVAL, _DESPITE_DAY = "crisis_removal", 0.7
_NO_DANGER_NOW = "calm"  # speaks of danger, even if it takes it back
# Who has no bed for the night may have been thrown out by a violent partner; other dangers are only heard in it.
_THROWN_OUT = frozenset({"crisis_violence"})

_load = partial(yaml.load, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))

Pattern = re.Pattern[str]


@dataclass(frozen=True, kw_only=True)
class Patterns:
    """For one language: `danger` is a kind for certain, `hint` makes the classifier's suspicion count earlier, `unless` takes both back.

    `endearment` is what people say out of love or thanks and what speaks of death only by its words, `denied` what they say does not
    happen: the rest of the message counts.
    `everyday` is what is no danger by itself (a toothache, an appointment, a divorce, nobody to mind the child).
    `shelter` says that somebody has no bed for the night, which sounds like many dangers; `landlord` that it is the landlord's doing.
    """

    danger: Mapping[str, Pattern]
    hint: Mapping[str, Pattern]
    unless: Pattern | None
    endearment: Pattern | None
    denied: Pattern | None
    everyday: Pattern | None
    shelter: Pattern | None
    landlord: Pattern | None


def screen(  # noqa: PLR0913 - what is known of a message
    prepared: str,
    languages: Sequence[str],
    *,
    classes: Sequence[str],
    chances: Sequence[Floats],
    thresholds: Thresholds,
    dated: bool = False,
) -> str | None:
    """The kind of danger (`crisis_…`) in a prepared message, or None.

    `languages` are those it may be in, `chances` the class probabilities of its pieces; `dated` says that it names a day or an hour.
    """
    danger, hint, idiom = look(prepared, languages)
    suspicion = _suspicion(classes, chances)
    if not danger and _only_loving(prepared, languages):
        return None
    if danger and _ordinary(classes, chances) >= max(_CERTAIN, thresholds.answer) and sum(suspicion.values()) < _NO_DANGER:
        return None
    if danger:
        return max(sorted(danger), key=lambda kind: suspicion.get(kind, 0.0))
    if not hint and without_shelter(prepared, languages):
        kinds = () if _by_landlord(prepared, languages) else _THROWN_OUT
        idiom, suspicion = True, {kind: share for kind, share in suspicion.items() if kind in kinds}
    idiom = idiom or is_everyday(prepared, languages)
    limit = _DESPITE_IDIOM if idiom else thresholds.hinted if hint else thresholds.crisis
    feared = sum(suspicion.values())
    if feared < limit or not suspicion or (not hint and feared < _harmless(classes, chances)):
        return None
    kind = max(suspicion, key=lambda kind: suspicion[kind])
    denied = not hint and _said(prepared, [patterns()[code].denied for code in languages if code in patterns()])
    if feared < _DESPITE_DENIAL and (denied or (kind in _THROWN_OUT and _by_landlord(prepared, languages))):
        return None
    return None if dated and kind == _REMOVAL and kind not in hint and feared < _DESPITE_DAY else kind


def certainty(kind: str, prepared: str, languages: Sequence[str], *, classes: Sequence[str], chances: Sequence[Floats]) -> float:
    """How likely any danger is (0 to 1); 1 where a pattern says that it is this kind."""
    return 1.0 if kind in look(prepared, languages)[0] else sum(_suspicion(classes, chances).values())


def is_everyday(prepared: str, languages: Sequence[str]) -> bool:
    """Whether somebody speaks of what is no danger by itself, and says no worrying word beside it."""
    said = _said(prepared, [patterns()[code].everyday for code in languages if code in patterns()])
    return said and not any(look(prepared, languages)[:2])


def without_shelter(prepared: str, languages: Sequence[str]) -> bool:
    """Whether somebody says that they have nowhere to sleep."""
    return _said(prepared, [patterns()[code].shelter for code in languages if code in patterns()])


def _by_landlord(prepared: str, languages: Sequence[str]) -> bool:
    return _said(prepared, [patterns()[code].landlord for code in languages if code in patterns()])


def _said(prepared: str, found: Sequence[Pattern | None]) -> bool:
    text = skeleton(prepared)
    return any(pattern is not None and pattern.search(text) for pattern in found)


def _only_loving(prepared: str, languages: Sequence[str]) -> bool:
    """Whether hardly anything but loving words was said ("may I be your sacrifice, brother")."""
    text = whole = skeleton(prepared)
    for code in languages:
        if code in patterns() and (loving := patterns()[code].endearment):
            text = loving.sub(" ", text)
    return text != whole and len(words(text)) <= _HARDLY_MORE


def look(prepared: str, languages: Sequence[str]) -> tuple[set[str], set[str], bool]:
    """What the patterns alone say: kinds that are certain, kinds that are hinted at, and whether an idiom takes them back."""
    text = skeleton(prepared)
    found = [patterns()[code] for code in languages if code in patterns()]
    for each in found:
        text = each.denied.sub(" ", text) if each.denied else text
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


def _harmless(classes: Sequence[str], chances: Sequence[Floats]) -> float:
    """How likely danger must be beside what else the message may mean."""
    deeds = [column for column, name in enumerate(classes) if is_intent(name) and name != _NO_DANGER_NOW]
    deed = float(np.mean(chances, axis=0)[deeds].max()) if deeds and chances else 0.0
    return max(deed, _BESIDE_TOPIC * _ordinary(classes, chances))


def _ordinary(classes: Sequence[str], chances: Sequence[Floats]) -> float:
    """How likely the whole message is about the likeliest topic that has nothing to do with danger."""
    topics = [column for column, name in enumerate(classes) if "/" in name and name not in ENTRIES.values()]
    return float(np.mean(chances, axis=0)[topics].max()) if topics and chances else 0.0


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
    phrases = {name: _joined(rows.get(name, ())) for name in ("unless", "endearment", "denied", "everyday", "shelter", "landlord")}  # type: ignore[arg-type]  # lists
    return Patterns(danger=_by_kind(rows["danger"]), hint=_by_kind(rows["hint"]), **phrases)


def _by_kind(table: Mapping[str, Sequence[str]]) -> dict[str, Pattern]:
    joined = {kind: _joined(table.get(kind, ())) for kind in ENTRIES}
    return {kind: pattern for kind, pattern in joined.items() if pattern is not None}


def _joined(parts: Sequence[str]) -> Pattern | None:
    return re.compile("|".join(f"(?:{skeleton(part)})" for part in parts)) if parts else None
