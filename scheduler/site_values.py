"""The simple values of a site file: texts, numbers, days, times of day, lengths of time. What they stand in is in `site_nodes`."""

import re
from collections.abc import Collection
from datetime import UTC, date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from yaml.nodes import Node, ScalarNode

from scheduler.site_nodes import Convert, Page, Wrong, nearest

T = TypeVar("T")
DAY_MINUTES = 24 * 60
_UNITS = {"m": 1, "h": 60, "d": DAY_MINUTES, "w": 7 * DAY_MINUTES}
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(rf"({_DAY.pattern})[ T](\d\d:\d\d)")
_NULL = "tag:yaml.org,2002:null"
_BOOL = "tag:yaml.org,2002:bool"


def scalar(node: Node) -> str:
    """The words of a simple value as they were written; raises Wrong for lists, blocks and nothing."""
    if not isinstance(node, ScalarNode):
        raise Wrong(node, "this is a list or a block", "write one simple value")
    if node.tag == _NULL or not node.value.strip():
        raise Wrong(node, "the value is empty", "write a value, or leave the key out")
    return str(node.value).strip()


def words(longest: int = 200, *, shape: re.Pattern[str] | None = None, example: str = "") -> Convert[str]:
    """A text; of a `shape` that the `example` has."""

    def convert(_page: Page, node: Node) -> str:
        text = scalar(node)
        if len(text) > longest:
            raise Wrong(node, f"{len(text)} characters are too many", f"use at most {longest}")
        if shape and not shape.fullmatch(text):
            raise Wrong(node, "the value has a wrong form", f"write it like {example}")
        return text

    return convert


def number(lowest: int, highest: int) -> Convert[int]:
    """A whole number between two others, both included."""

    def convert(_page: Page, node: Node) -> int:
        text = scalar(node)
        if not re.fullmatch(r"\d{1,6}", text) or not lowest <= int(text) <= highest:
            raise Wrong(node, f"{text!r} does not fit here", f"write a whole number from {lowest} to {highest}")
        return int(text)

    return convert


def flag(_page: Page, node: Node) -> bool:
    """Return whether it is true; YAML's other words for it are fine."""
    text = scalar(node)
    if node.tag != _BOOL:
        raise Wrong(node, f"{text!r} is neither true nor false", "write true or false")
    return text.lower() in {"true", "yes", "on"}


def one_of(known: Collection[str], what: str) -> Convert[str]:
    """One of the known words."""

    def convert(_page: Page, node: Node) -> str:
        text = scalar(node)
        if text not in known:
            raise Wrong(node, f"{text!r} is not {what}", nearest(text, known))
        return text

    return convert


def clock(last: int = DAY_MINUTES - 1) -> Convert[int]:
    """A time of day as minutes since midnight, at most `last`."""

    def convert(_page: Page, node: Node) -> int:
        text = scalar(node)
        found = _CLOCK.fullmatch(text)
        minutes = int(found[1]) * 60 + int(found[2]) if found else -1
        if not 0 <= minutes <= last:
            raise Wrong(node, f"{text!r} is not a time of day", 'write it like "09:00"')
        return minutes

    return convert


def day(_page: Page, node: Node) -> date:
    """A day of the calendar."""
    text = scalar(node)
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Wrong(node, f"{text!r} is not a day", "write it as year-month-day, like 2026-12-24")


def moment(zone: ZoneInfo) -> Convert[datetime]:
    """A wall-clock time of a zone, as UTC; of one that comes twice the first."""

    def convert(_page: Page, node: Node) -> datetime:
        text = scalar(node)
        found = _MOMENT.fullmatch(text)
        try:
            local = datetime.combine(date.fromisoformat(found[1]), time.fromisoformat(found[2]), zone) if found else None
        except ValueError:
            local = None
        if local is None:
            raise Wrong(node, f"{text!r} is not a day with a time", 'write it like "2026-12-03 17:00"')
        utc = local.astimezone(UTC)
        if utc.astimezone(zone).time() != local.time():
            raise Wrong(node, f"{text!r} does not exist: the clocks go forward", "write a time before or after the gap")
        return utc

    return convert


def duration(units: str) -> Convert[int]:
    """A length like 90m, 2h, 1d or 6w in minutes; only with the units named."""

    def convert(_page: Page, node: Node) -> int:
        text = scalar(node)
        if not re.fullmatch(rf"\d{{1,4}}[{units}]", text):
            raise Wrong(node, f"{text!r} is not a length of time", f"write a number with one of {', '.join(units)}, like 2{units[0]}")
        return int(text[:-1]) * _UNITS[text[-1]]

    return convert


def or_none(convert: Convert[T]) -> Convert[T | None]:
    """The value, or None where `null` is written."""
    return lambda page, node: None if isinstance(node, ScalarNode) and node.tag == _NULL else convert(page, node)
