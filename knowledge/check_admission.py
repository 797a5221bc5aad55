"""Checks of `rules/admission.yml`: its form, what the facts allow, review dates, and that every day has exactly one rule."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from knowledge.admission import FILE, PAPERS, PURPOSES, Door, Rules, Span, at_door, at_way, load, problems
from knowledge.check_article import REVIEW_DAYS, Known
from knowledge.findings import Finding, finding
from knowledge.loader import read_yaml
from knowledge.vocabulary import OFFICE_KINDS
from store.errors import ContentError

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """The file: its text, its rules, and what they may refer to."""

    text: str
    rules: Rules
    known: Known
    today: date

    def report(self, code: str, *, at: Sequence[str], **data: object) -> Finding:
        """A finding in the line to which the words of `at` lead, one after the other."""
        return finding(FILE, code=code, line=_line(self.text, at), **data)


def check_admission(root: Path, *, known: Known, today: date) -> Iterator[Finding]:
    """Everything that is wrong with the rules below `root`; nothing if there are none."""
    path = root / FILE
    if not path.exists():
        return
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        raw = read_yaml(path)
    except ContentError as error:
        yield finding(FILE, code="unreadable", line=int(str(error.data["line"])), problem=error.data["problem"])
        return
    wrong = list(problems(raw))
    yield from (finding(FILE, code="unreadable", line=_line(text, each.at), problem=each.text) for each in wrong)
    if not wrong:
        sheet = _Sheet(text=text, rules=load(path), known=known, today=today)
        yield from _sources(sheet, raw["sources"])
        yield from (found for versions in sheet.rules.doors.values() for door in versions for found in _door(sheet, door))
        yield from _days_of_doors(sheet)
        yield from _days_of_ways(sheet)


def _line(text: str, at: Sequence[str]) -> int:
    place = 0
    for part in at:
        found = text.find(part, place)
        place = found + len(part) - len(part.lstrip("\n")) if found >= 0 else place
    return text.count("\n", 0, place) + 1


def _sources(sheet: _Sheet, rows: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    for name, row in rows.items():
        if row["url"] and not row["url"].startswith("https://"):
            yield sheet.report("insecure-address", at=("\nsources:", f"  {name}:"), name=row["url"])


def _door(sheet: _Sheet, door: Door) -> Iterator[Finding]:
    yield from _facts(sheet, door)
    at = (*at_door(door.id), f"valid_from: {door.valid.first}")
    for kind in door.offices:
        if kind not in OFFICE_KINDS:
            yield sheet.report("unknown-office", at=(*at, kind), name=kind)
    if door.article and door.article not in sheet.known.topics:
        yield sheet.report("unknown-related", at=(*at, door.article), name=door.article)
    if door.checked_on > sheet.today:
        wanted = "a day that is not in the future"
        yield sheet.report("bad-value", at=(*at, "checked_on:"), name="checked_on", value=door.checked_on, wanted=wanted)
    if door.review_by < sheet.today and not (door.valid.last and door.valid.last < sheet.today):
        yield sheet.report("review-overdue", at=(*at, "review_by:"), date=door.review_by)


def _facts(sheet: _Sheet, door: Door) -> Iterator[Finding]:
    """Facts that do not exist, that nobody has seen, or that change more often than the door says."""
    at = (*at_door(door.id), f"valid_from: {door.valid.first}")
    if not door.facts:
        yield sheet.report("missing-field", at=at, name=f"facts of {door.id}")
    for name in (*door.facts, *door.asks):
        if name not in sheet.known.facts:
            yield sheet.report("unknown-fact", at=(*at, name), name=name)
    rows = {name: sheet.known.facts[name] for name in door.facts if name in sheet.known.facts}
    for name, row in rows.items():
        if row["confidence"][:1] not in {"A", "B"}:
            yield sheet.report("weak-fact", at=(*at, name), name=name)
    often = next((name for name, row in rows.items() if row["changes_often"]), None)
    if often is None:
        return
    if not door.changes_often:
        wanted = f"true: {often} changes often"
        yield sheet.report("bad-value", at=(*at, "changes_often:"), name="changes_often", value="false", wanted=wanted)
    latest = door.checked_on + timedelta(days=REVIEW_DAYS)
    if door.review_by > latest:
        yield sheet.report("review-too-late", at=(*at, "review_by:"), date=door.review_by, fact=often, latest=latest)


def _days_of_doors(sheet: _Sheet) -> Iterator[Finding]:
    """Each door has one version on each day on which a way names it; one that no way names any more may have ended."""
    for name, versions in sheet.rules.doors.items():
        named = [way.valid for way in sheet.rules.ways if name in way.doors]
        spans = [door.valid for door in versions]
        yield from _overlaps(sheet, f"door {name}", spans, at=at_door(name))
        for gap in _gaps(spans, begin=min((span.first for span in named), default=None)):
            if any(_meet(gap, span) for span in named):
                yield _gap(sheet, f"door {name}", gap, at=at_door(name))


def _days_of_ways(sheet: _Sheet) -> Iterator[Finding]:
    """Each paper with each purpose has exactly one way on each day from the first day of the rules on."""
    begin = min(way.valid.first for way in sheet.rules.ways)
    for paper in PAPERS:
        for purpose in PURPOSES:
            ways = [way for way in sheet.rules.ways if paper in way.papers and purpose in way.purposes]
            at = at_way({"papers": ways[-1].papers, "purposes": ways[-1].purposes}) if ways else ("\nways:",)
            spans = [way.valid for way in ways]
            yield from _overlaps(sheet, f"{paper} for {purpose}", spans, at=at)
            for gap in _gaps(spans, begin=begin):
                yield _gap(sheet, f"{paper} for {purpose}", gap, at=at)


def _overlaps(sheet: _Sheet, name: str, spans: Sequence[Span], *, at: Sequence[str]) -> Iterator[Finding]:
    for before, after in pairwise(sorted(spans, key=lambda span: span.first)):
        if after.first in before:
            yield sheet.report("rule-overlap", at=at, name=name, day=after.first)


def _gaps(spans: Sequence[Span], *, begin: date | None) -> Iterator[Span]:
    """The days that no span covers, from `begin` (or the first span) on for ever."""
    ordered = sorted(spans, key=lambda span: span.first)
    free = begin or ordered[0].first
    for span in ordered:
        if free < span.first:
            yield Span(first=free, last=span.first - _DAY)
        if span.last is None:
            return
        free = max(free, span.last + _DAY)
    yield Span(first=free, last=None)


def _meet(one: Span, other: Span) -> bool:
    return one.first in other or other.first in one


def _gap(sheet: _Sheet, name: str, gap: Span, *, at: Sequence[str]) -> Finding:
    return sheet.report("rule-gap", at=at, name=name, first=gap.first, last=gap.last or "further notice")
