"""Which ways into a German course are open with which paper: reads `rules/admission.yml` and picks what holds on a day.

What is said about each way is in `dialogs.way_in_words`; whether facts, offices and review dates are right is checked in `check_admission`.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from knowledge.loader import ROOT, read_yaml
from knowledge.model import Source
from store.errors import ContentError

FILE = Path("rules") / "admission.yml"
# The closed lists: the dialog has words for each of them.
PAPERS = ("letter", "claim", "other", "ukraine", "gestattung", "duldung", "eu", "german", "none")
PURPOSES = ("general", "literacy", "orientation", "work", "higher")
LAST = "advice"  # the way that is open to everybody stands last
# What can be said about a door. New ones are added at the end: buttons name them by their place.
WORDS = (
    "letter",
    "must",
    "claim",
    "claim_ask",
    "oblige",
    "late_resettler",
    "apply_stopped",
    "apply_unknown",
    "state",
    "state_script",
    "state_fit",
    "state_also",
    "orientation",
    "orientation_others",
    "orientation_ask",
    "job",
    "job_asylum",
    "job_duldung",
    "women",
    "self_pay",
    "vhs",
    "cafe",
    LAST,
)
THINGS = frozenset({"letter", "paper", "money", "certificates"})  # that one can be asked to bring
COURSES = frozenset({"literacy", "job", "state", "orientation", "women"})  # that can be looked for


@dataclass(frozen=True, kw_only=True)
class Span:
    """The days from `first` to `last`, both included; `last` None: until further notice."""

    first: date
    last: date | None

    def __contains__(self, day: date) -> bool:
        """Whether the day is one of them."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, kw_only=True)
class Door:
    """One way into a course as it is on the days of `valid`.

    `facts` are stated, `asks` are only asked about; `bring` are of THINGS, `offices` kinds of offices, `article` a topic that says more,
    `courses` a kind of course to look for. `changes_often`: the reader is told to ask whether it still holds.
    """

    id: str
    words: str
    valid: Span
    facts: tuple[str, ...]
    asks: tuple[str, ...]
    sources: tuple[Source, ...]
    bring: tuple[str, ...]
    offices: tuple[str, ...]
    article: str | None
    courses: str | None
    changes_often: bool
    checked_on: date
    review_by: date


@dataclass(frozen=True, kw_only=True)
class Way:
    """The doors, by id and in the order of reading, for these papers and purposes on the days of `valid`."""

    valid: Span
    papers: tuple[str, ...]
    purposes: tuple[str, ...]
    doors: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The whole file: the versions of each door, oldest first, and the ways."""

    doors: Mapping[str, tuple[Door, ...]]
    ways: tuple[Way, ...]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that makes the file unusable: what and what is right instead; `at` are words that lead to its line, one by one."""

    text: str
    at: tuple[str, ...] = ()


def doors(rules: Rules, *, paper: str, purpose: str, on: date) -> tuple[Door, ...]:
    """The ways that are open on a day, in order; `advice` is the last, and the only one where no rule covers the day.

    Raises ValueError if there is no such paper or purpose.
    """
    if paper not in PAPERS or purpose not in PURPOSES:
        message = f"no rules for {paper!r} and {purpose!r}"
        raise ValueError(message)
    way = next((way for way in rules.ways if on in way.valid and paper in way.papers and purpose in way.purposes), None)
    found = (door_of(rules, name, on=on) for name in (way.doors if way else (LAST,)))
    return tuple(door for door in found if door)


def door_of(rules: Rules, name: str, *, on: date) -> Door | None:
    """The version of a door that holds on a day; the version of `advice` next to it if there is none; else None."""
    versions = rules.doors.get(name, ())
    found = next((door for door in versions if on in door.valid), None)
    return found or (versions[0] if name == LAST else None)


@cache
def shipped() -> Rules:
    """The rules that come with Lotse, read once per process; raises ContentError."""
    return load(ROOT / FILE)


def load(path: Path) -> Rules:
    """The rules of a file; raises ContentError that names the file and everything that is wrong with its form."""
    raw = read_yaml(path)
    wrong = list(problems(raw))
    if wrong:
        message = "{file}: {problem}"
        raise ContentError(message, file=path, problem="; ".join(problem.text for problem in wrong))
    sources = {name: Source(**row) for name, row in raw["sources"].items()}
    return Rules(
        doors={name: tuple(_door(name, row, sources) for row in rows) for name, rows in raw["doors"].items()},
        ways=tuple(Way(valid=_span(row), **{name: tuple(row[name]) for name in ("papers", "purposes", "doors")}) for row in raw["ways"]),
    )


def _door(name: str, row: Mapping[str, Any], sources: Mapping[str, Source]) -> Door:
    fields: dict[str, Any] = {field: tuple(row[field]) for field in ("facts", "asks", "bring", "offices")}
    fields |= {field: row.get(field) for field in ("words", "article", "courses", "changes_often", "checked_on", "review_by")}
    return Door(id=name, valid=_span(row), sources=tuple(sources[source] for source in row["sources"]), **fields)


def _span(row: Mapping[str, Any]) -> Span:
    return Span(first=row["valid_from"], last=row["valid_until"])


_SPAN = {"valid_from": "date", "valid_until": "date?"}
_DOOR = {
    **_SPAN,
    "words": "word",
    **dict.fromkeys(("facts", "asks", "sources", "bring", "offices"), "list"),
    "article": "word?",
    "changes_often": "yes/no",
    "checked_on": "date",
    "review_by": "date",
}
_WAY = {**_SPAN, **dict.fromkeys(("papers", "purposes", "doors"), "list")}
_WANTED = {
    "date": "a date as 2026-11-21, without quotes",
    "date?": "a date as 2026-11-21, without quotes, or null",
    "word": "a word",
    "word?": "a word or null",
    "list": "a list of words in brackets",
    "yes/no": "true or false",
}


def problems(raw: Any) -> Iterator[Problem]:
    """Everything in the content of the file that cannot be read as rules."""
    if not isinstance(raw, dict) or raw.keys() != {"sources", "doors", "ways"}:
        yield Problem(text="the file has exactly three parts: sources, doors, ways")
        return
    for part, kind in (("sources", dict), ("doors", dict), ("ways", list)):
        if not isinstance(raw[part], kind) or not raw[part]:
            yield Problem(text=f"{part} is empty or no {'list' if kind is list else 'rows by name'}", at=(f"\n{part}:",))
            return
    yield from _of_sources(raw["sources"])
    for name, rows in raw["doors"].items():
        yield from _of_door(str(name), rows, sources=raw["sources"])
    for number, row in enumerate(raw["ways"], start=1):
        yield from _of_way(f"way {number}", row, doors=raw["doors"])
    if LAST not in raw["doors"]:
        yield Problem(text=f"the door {LAST} is missing: it is open to everybody", at=("\ndoors:",))


def _of_sources(rows: Mapping[Any, Any]) -> Iterator[Problem]:
    for name, row in rows.items():
        at = ("\nsources:", f"  {name}:")
        if not isinstance(row, dict) or row.keys() != {"name", "url", "date"} or not isinstance(row["name"], str):
            yield Problem(text=f"source {name} needs name, url and date (url and date may be null)", at=at)
        elif not all(row[field] is None or isinstance(row[field], str) for field in ("url", "date")):
            yield Problem(text=f"source {name}: url and date are text in quotes, or null", at=at)


def _of_door(name: str, rows: Any, *, sources: Collection[str]) -> Iterator[Problem]:
    at = at_door(name)
    if not isinstance(rows, list) or not rows:
        yield Problem(text=f"door {name} has no version", at=at)
        return
    for number, row in enumerate(rows, start=1):
        where = f"door {name}, version {number}"
        wrong = list(_of_fields(where, row, wanted=_DOOR, optional={"courses"}, at=at))
        yield from wrong
        if wrong:
            continue
        if not row["sources"]:
            yield Problem(text=f"{where}: it has no source", at=at)
        lists = {"words": [row["words"]], "courses": [row["courses"]] if row.get("courses") else []}
        for field, known in (("words", WORDS), ("sources", sources), ("bring", THINGS), ("courses", COURSES)):
            yield from _unknown(where, field, lists.get(field, row.get(field)), known=known, at=at)


def at_door(name: str) -> tuple[str, ...]:
    """The words that lead to the line of a door."""
    return ("\ndoors:", f"\n  {name}:")


def _of_way(where: str, row: Any, *, doors: Collection[str]) -> Iterator[Problem]:
    at = at_way(row) if isinstance(row, dict) else ("\nways:",)
    wrong = list(_of_fields(where, row, wanted=_WAY, optional=(), at=at))
    yield from wrong
    if wrong:
        return
    for field, known in (("papers", PAPERS), ("purposes", PURPOSES), ("doors", doors)):
        if not row[field]:
            yield Problem(text=f"{where}: {field} is empty", at=at)
        yield from _unknown(where, field, row[field], known=known, at=at)
    if row["doors"] and (row["doors"][-1] != LAST or len(set(row["doors"])) < len(row["doors"])):
        yield Problem(text=f"{where}: each door stands once, and {LAST} is the last", at=at)


def at_way(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The words that lead to the line of a way."""
    lists = [name for name in ("papers", "purposes") if isinstance(row.get(name), list | tuple)]
    return ("\nways:", *(f"{name}: [{', '.join(map(str, row[name]))}]" for name in lists))


def _of_fields(where: str, row: Any, *, wanted: Mapping[str, str], optional: Collection[str], at: tuple[str, ...]) -> Iterator[Problem]:
    """Missing, unknown and wrong fields; days in the wrong order."""
    if not isinstance(row, dict):
        yield Problem(text=f"{where} has no fields", at=at)
        return
    for name in row.keys() - wanted.keys() - set(optional):
        yield Problem(text=f"{where}: {name} is no field here", at=(*at, f"{name}:"))
    for name, kind in wanted.items():
        if name not in row:
            yield Problem(text=f"{where}: {name} is missing", at=at)
        elif not _fits(row[name], kind):
            yield Problem(text=f"{where}: {name} is {row[name]}; write {_WANTED[kind]}", at=(*at, f"{name}:"))
    first, last = row.get("valid_from"), row.get("valid_until")
    if type(first) is date and type(last) is date and last < first:
        yield Problem(text=f"{where}: it ends on {last} before it begins on {first}", at=(*at, f"valid_until: {last}"))


def _fits(value: Any, kind: str) -> bool:
    if value is None:
        return kind.endswith("?")
    if kind.startswith("date"):
        return type(value) is date
    if kind == "list":
        return isinstance(value, list) and all(isinstance(entry, str) for entry in value)
    return isinstance(value, bool if kind == "yes/no" else str)


def _unknown(where: str, field: str, names: Any, *, known: Collection[str], at: tuple[str, ...]) -> Iterator[Problem]:
    for name in names:
        if name not in known:
            yield Problem(text=f"{where}: {field} has no {name}; it is one of {', '.join(sorted(known))}", at=(*at, f"{name}"))
