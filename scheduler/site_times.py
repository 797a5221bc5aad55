"""The times of a site file while it is read: hours, openings, absences, quiet hours, and that nobody is at two places at once."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from typing import TypeVar
from zoneinfo import ZoneInfo

from yaml.nodes import Node, ScalarNode

from scheduler.site_nodes import Block, Convert, Page, Problem, Wrong
from scheduler.site_schema import WEEKDAYS, AbsenceEntry, HoursEntry, OpeningEntry, wall
from scheduler.site_values import DAY_MINUTES, clock, day, moment, one_of, or_none, words

NEVER = datetime.min.replace(tzinfo=UTC)
Row = TypeVar("Row", HoursEntry, OpeningEntry)
_REASON = words(32, shape=re.compile(r"[a-z_]+"), example="absence")


class Times:
    """Collects the times of one file; `office` converts the slug of an office."""

    def __init__(self, *, zone: ZoneInfo, quiet: tuple[int, int], office: Convert[str]) -> None:
        self.zone, self.quiet, self.office = zone, quiet, office
        self.hours: list[HoursEntry] = []
        self.openings: list[OpeningEntry] = []
        self.absences: list[AbsenceEntry] = []

    def weekly(self, *, adviser: str | None = None, office: str | None = None) -> Convert[int]:
        """Hours of an adviser, or of an office (open consultation), one entry for each weekday; gives back their line."""

        def convert(page: Page, node: Node) -> int:
            with Block(page, node, "hours") as block:
                where = office or block.take("office", self.office, "", needed=True)
                weekdays = block.each("days", one_of(WEEKDAYS, "a weekday"), needed=True)
                starts, ends = _span(page, block)
                first, last = block.take("valid_from", or_none(day), None), block.take("valid_until", or_none(day), None)
                if first and last and last < first:
                    _note(page, block, "valid_until is before valid_from", "exchange them, or correct the year")
            self.hours += [
                HoursEntry(
                    adviser=adviser,
                    office=where,
                    weekday=WEEKDAYS.index(name),
                    starts=starts,
                    ends=ends,
                    valid_from=first,
                    valid_until=last,
                    line=block.line,
                )
                for name in weekdays
            ]
            return block.line

        return convert

    def opening(self, adviser: str) -> Convert[int]:
        """Hours of one day; gives back their line."""

        def convert(page: Page, node: Node) -> int:
            with Block(page, node, "an opening") as block:
                office = block.take("office", self.office, "", needed=True)
                on = block.take("day", day, date.min, needed=True)
                starts, ends = _span(page, block)
            self.openings.append(OpeningEntry(adviser=adviser, office=office, day=on, starts=starts, ends=ends, line=block.line))
            return block.line

        return convert

    def absence(self, *, adviser: str | None = None, office: str | None = None) -> Convert[int]:
        """An absence of an adviser, of an office, or of everybody; gives back its line."""

        def convert(page: Page, node: Node) -> int:
            known = len(page.problems)
            with Block(page, node, "an absence") as block:
                starts = block.take("from", self._edge(timedelta(0)), NEVER, needed=True)
                ends = block.take("to", self._edge(timedelta(days=1)), NEVER, needed=True)
                reason = block.take("reason", _REASON, "absence")
                if len(page.problems) == known and ends <= starts:
                    _note(page, block, "the absence ends before it begins", "exchange from and to, or correct the year")
            self.absences.append(AbsenceEntry(adviser=adviser, office=office, starts_at=starts, ends_at=ends, reason=reason))
            return block.line

        return convert

    def _edge(self, whole: timedelta) -> Convert[datetime]:
        """A moment; or a day's midnight, later by `whole`, because the last day of an absence counts."""

        def convert(page: Page, node: Node) -> datetime:
            if isinstance(node, ScalarNode) and len(node.value.strip()) > len("2026-12-24"):
                return moment(self.zone)(page, node)
            return datetime.combine(day(page, node) + whole, time(), self.zone).astimezone(UTC)

        return convert

    def humane(self, page: Page, node: Node) -> int:
        """A time of day outside the quiet hours."""
        minutes = clock()(page, node)
        first, last = self.quiet
        if first <= minutes < last if first < last else minutes >= first or minutes < last:
            raise Wrong(node, f"{wall(minutes)} is in the quiet hours", f"take a time from {wall(last)} to {wall(first)}")
        return minutes

    def check(self, page: Page) -> None:
        """Note the hours that overlap: of an adviser, of the open consultation of an office."""
        _overlaps(page, self.hours, lambda row: (row.adviser, row.office if row.adviser is None else None, row.weekday))
        _overlaps(page, self.openings, lambda row: (row.adviser, row.day))


def _overlaps(page: Page, rows: Sequence[Row], key: Callable[[Row], object]) -> None:
    groups: dict[object, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.line):
        groups.setdefault(key(row), []).append(row)
    for group in groups.values():
        for first, second in combinations(group, 2):
            if _together(first, second):
                reason = f"these hours overlap those of line {first.line}"
                page.problems.append(Problem(line=second.line, reason=reason, remedy="shorten one of both, or join them"))


def _together(first: HoursEntry | OpeningEntry, second: HoursEntry | OpeningEntry) -> bool:
    """Whether two entries of one weekday or day ever hold at the same time."""
    if first.starts >= second.ends or second.starts >= first.ends:
        return False
    if isinstance(first, OpeningEntry) or isinstance(second, OpeningEntry):
        return True
    latest = max(first.valid_from or date.min, second.valid_from or date.min)
    return latest <= min(first.valid_until or date.max, second.valid_until or date.max)


def _span(page: Page, block: Block) -> tuple[int, int]:
    """From and to of a day; to may be 24:00."""
    known = len(page.problems)
    starts = block.take("from", clock(), 0, needed=True)
    ends = block.take("to", clock(DAY_MINUTES), 0, needed=True)
    if ends <= starts and len(page.problems) == known:
        _note(page, block, f"{wall(ends)} is not after {wall(starts)}", "exchange from and to; hours past midnight are two rows")
    return starts, ends


def _note(page: Page, block: Block, reason: str, remedy: str) -> None:
    page.problems.append(Problem(line=block.line, reason=reason, remedy=remedy))
