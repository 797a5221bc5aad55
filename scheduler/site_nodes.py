"""YAML with line numbers: pages, blocks and kinds of values that say what is wrong and right. Simple values are in `site_values`.

A converter takes a page and a node and returns the value, or raises `Wrong`. A page collects what is wrong and goes on reading, so that
an operator sees all problems at once.
"""

import difflib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from store.errors import LotseError

T = TypeVar("T")
D = TypeVar("D")


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """What is wrong in a line (1 is the first), and what would be right."""

    line: int
    reason: str
    remedy: str

    def __str__(self) -> str:
        """Return one line for the operator."""
        return f"line {self.line}: {self.reason} → {self.remedy}"


class SiteFileError(LotseError):
    """A site file with all its problems, in the order of lines; nothing was changed."""

    code = "site_file"

    def __init__(self, problems: Collection[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("the site file cannot be used, nothing was changed:\n{found}", found="\n".join(map(str, self.problems)))


class Wrong(Exception):  # noqa: N818 - it never leaves a page
    """A node that is not what its place needs."""

    def __init__(self, node: Node, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.problem = Problem(line=line_of(node), reason=reason, remedy=remedy)


@dataclass(frozen=True, kw_only=True)
class Page:
    """Where the problems of one file are collected."""

    problems: list[Problem] = field(default_factory=list)

    def attempt(self, node: Node, convert: "Convert[T]", default: D) -> T | D:
        """The node's value; or `default`, and the problem is noted."""
        try:
            return convert(self, node)
        except Wrong as wrong:
            self.problems.append(wrong.problem)
            return default


Convert = Callable[[Page, Node], T]


def line_of(node: Node) -> int:
    """The line in which a node begins; 1 is the first."""
    return int(node.start_mark.line) + 1


def compose(text: str) -> Node:
    """The nodes of a YAML text; raises SiteFileError if it is none, or empty."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise SiteFileError([_syntax(mark.line + 1 if mark else 1, error.problem or "this is not YAML")]) from error
    except yaml.reader.ReaderError as error:
        position = error.position if isinstance(error.position, int) else 0
        raise SiteFileError([_syntax(text.count("\n", 0, position) + 1, "a character that YAML does not allow")]) from error
    except RecursionError as error:
        raise SiteFileError([_syntax(1, "lists within lists without end")]) from error
    if root is None:
        raise SiteFileError([Problem(line=1, reason="the file is empty", remedy="begin with 'municipality: ' and its slug")])
    return root


def _syntax(line: int, reason: str) -> Problem:
    return Problem(line=line, reason=reason, remedy="look at the indentation, colons and quotes here and in the line before")


def nearest(word: str, known: Collection[str]) -> str:
    """The remedy for an unknown word: the name that is meant, or all that are known."""
    close = difflib.get_close_matches(word, known, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known are: {', '.join(sorted(known))}" if known else "none is known in this file"


def pairs(page: Page, node: Node, what: str) -> Iterator[tuple[ScalarNode, Node]]:
    """Keys and values of a mapping; a key that comes twice is a problem. Raises Wrong for anything else."""
    if not isinstance(node, MappingNode):
        raise Wrong(node, f"{what} is not a block of 'key: value' lines", "write keys with values, indented alike")
    seen: dict[str, int] = {}
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            page.problems.append(Problem(line=line_of(key), reason="a key is not a word", remedy="write 'key: value'"))
        elif key.value in seen:
            first = seen[key.value]
            page.problems.append(Problem(line=line_of(key), reason=f"{key.value!r} was there in line {first}", remedy="keep one of both"))
        else:
            seen[key.value] = line_of(key)
            yield key, value


class Block:
    """A mapping with known keys; what nobody took is unknown when the block ends."""

    def __init__(self, page: Page, node: Node, what: str) -> None:
        self.line = line_of(node)
        self._page, self._node, self._what = page, node, what
        self._values = {key.value: (key, value) for key, value in pairs(page, node, what)}
        self._known: list[str] = []

    def __enter__(self) -> Self:
        """Begin to take values."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Report the keys that nobody took."""
        if kind is None:
            for name in self._values.keys() - set(self._known):
                reason = f"{self._what} has no key {name!r}"
                self._page.problems.append(Problem(line=line_of(self._values[name][0]), reason=reason, remedy=nearest(name, self._known)))

    def take(self, key: str, convert: Convert[T], default: D, *, needed: bool = False) -> T | D:
        """The value of a key, or `default` where it is missing or wrong; the latter and a missing `needed` one are problems."""
        self._known.append(key)
        if key in self._values:
            return self._page.attempt(self._values[key][1], convert, default)
        if needed:
            self._page.problems.append(Problem(line=self.line, reason=f"{self._what} has no {key!r}", remedy=f"add '{key}: …'"))
        return default

    def each(self, key: str, convert: Convert[T], *, needed: bool = False) -> list[T]:
        """The values of a list; none where it is missing. A `needed` one must not be empty."""
        nothing: list[T] = []
        return self.take(key, many(convert, some=needed), nothing, needed=needed)

    def has(self, key: str) -> bool:
        """Whether the key is there, even if its value is null."""
        return key in self._values


def many(convert: Convert[T], *, some: bool = False) -> Convert[list[T]]:
    """A list of different values; `some`: not empty."""

    def read(page: Page, node: Node) -> list[T]:
        if not isinstance(node, SequenceNode):
            raise Wrong(node, "this is not a list", "write [one, two], or a line with '- ' for each")
        if some and not node.value:
            raise Wrong(node, "the list is empty", "name at least one")
        found: list[T] = []
        nothing: list[T] = []
        for item in node.value:
            before = len(page.problems)
            value = page.attempt(item, lambda page, item: [convert(page, item)], nothing)
            if value and value[0] in found and len(page.problems) == before:
                page.problems.append(Problem(line=line_of(item), reason="this is in the list twice", remedy="keep one of both"))
            else:
                found += value
        return found

    return read


def by_key(keys: Convert[str], entry: Callable[[str], Convert[T]], what: str) -> Convert[dict[str, T]]:
    """Values by a key that has a form of its own; `entry` gives the converter for a key."""

    def read(page: Page, node: Node) -> dict[str, T]:
        result: dict[str, T] = {}
        for key, value in pairs(page, node, what):
            page.attempt(key, keys, None)
            result |= page.attempt(value, partial(_keyed, key.value, entry(key.value)), {})
        return result

    return read


def _keyed(key: str, convert: Convert[T], page: Page, node: Node) -> dict[str, T]:
    return {key: convert(page, node)}
