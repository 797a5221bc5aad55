"""The web addresses that articles, contacts, ways into a course and overlays show, with file and line; asking them is in `bot.link_check`.

Fact sheets and course lists are left out: readers see nothing of the first, and providers answer for the second.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.check_text import HOST
from knowledge.findings import line_of
from knowledge.loader import read_yaml
from store.errors import ContentError

_FILES = ("contacts.yml", "rules/*.yml", "content/*/*/article.yml", "overlays/*/overlay.yml")
_TEXTS = ("content/*/*/*.md", "overlays/*/additions/*/*/*.md")
_OPEN = "open:"
# An address in a text, without what ends the sentence; the host of an e-mail address is none.
_IN_TEXT = re.compile(rf"(?<![@\w.-]){HOST}(?:/[^\s<>\"'“”«»(),;]*[^\s<>\"'“”«»(),;.:!?…]|/)?", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, order=True)
class Link:
    """Where a web address stands, `file` relative to the root, `line` from 1; and the address with its scheme."""

    file: str
    line: int
    url: str


def links(root: Path) -> list[Link]:
    """All addresses below `root`, each once per file, by file and line. What cannot be read is left out: the check names it."""
    return sorted({link for place in (*_FILES, *_TEXTS) for file in root.glob(place) for link in _of(root, file)})


def _of(root: Path, file: Path) -> Iterator[Link]:
    try:
        text = file.read_text(encoding="utf-8")
        written = set(_fields(read_yaml(file)) if file.suffix == ".yml" else _words(text))
    except (ContentError, OSError, UnicodeDecodeError, RecursionError):
        return
    for address in written:
        url = address if "://" in address or file.suffix == ".yml" else f"https://{address}"
        yield Link(file=file.relative_to(root).as_posix(), line=line_of(text, address), url=url)


def _fields(value: Any, name: str = "") -> Iterator[str]:
    """Every `url` and every action `open:…`, however deep it stands."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _fields(inner, str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _fields(inner)
    elif isinstance(value, str) and (name == "url" or value.startswith(_OPEN)):
        yield value.removeprefix(_OPEN)


def _words(text: str) -> Iterator[str]:
    """Every address in what is shown of a text; example questions are not."""
    yield from (match[0] for match in _IN_TEXT.finditer(text.partition("\n## questions")[0]))
