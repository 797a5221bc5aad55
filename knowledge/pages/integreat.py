"""Reads what the public Integreat API v3 answers; `bot.page_sync` fetches it.

Whatever does not look like a page is left out and counted.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from knowledge.pages import markup
from knowledge.pages.passages import split
from knowledge.pages.record import Feed, Page, Passage
from store.errors import LotseError

MOST_PAGES = 20_000
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TITLE, _KEY, _ADDRESS = 300, 200, 2000


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The pages of one answer, and how many entries of it were none (`strange`)."""

    pages: tuple[Page, ...]
    strange: int = 0


def read(body: bytes, *, feed: Feed) -> Answer:
    """The pages in the body of an answer, the first of each key; raises LotseError if it is no list of pages at all."""
    try:
        rows = json.loads(body)
    except (ValueError, RecursionError) as error:
        message = "{address} does not answer with JSON: {problem}"
        raise LotseError(message, address=feed.address, problem=error) from error
    if not isinstance(rows, list):
        message = "{address} does not answer with a list of pages"
        raise LotseError(message, address=feed.address)
    titles = {str(row["path"]): row for row in rows if isinstance(row, dict) and isinstance(row.get("path"), str)}
    pages: dict[str, Page] = {}
    for row in rows[:MOST_PAGES]:
        page = _page(row, titles) if isinstance(row, dict) else None
        if page:
            pages.setdefault(page.key, page)
    return Answer(pages=tuple(pages.values()), strange=len(rows) - len(pages))


def _page(row: Mapping[str, Any], by_path: Mapping[str, Mapping[str, Any]]) -> Page | None:
    path, title = _text(row.get("path")), markup.plain(_text(row.get("title")))[:_TITLE]
    key = path.rstrip("/").rsplit("/", 1)[-1][:_KEY]
    if not key or not title:
        return None
    trail = tuple(_trail(row, by_path))
    passages = (*_facts(row), *split(markup.blocks(_text(row.get("content")))))
    changed = _DAY.match(_text(row.get("last_updated")) or _text(row.get("modified_gmt")))
    return Page(
        key=key, title=title, url=_address(row.get("url")), passages=passages, trail=trail, changed_on=changed[0] if changed else ""
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _address(value: object) -> str:
    """An address that may stand on a button: https (or http), no spaces, no controls."""
    address = _text(value)
    return address if re.fullmatch(r"https?://[^\s<>\"'\x00-\x20]+", address) and len(address) <= _ADDRESS else ""


def _trail(row: Mapping[str, Any], by_path: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The titles above a page, the topmost first; a circle of parents ends where it began."""
    titles: list[str] = []
    seen: set[str] = set()
    while True:
        parent = row.get("parent")
        path = _text(parent.get("path")) if isinstance(parent, dict) else ""
        if not path or path in seen or path not in by_path:
            return titles[::-1]
        seen.add(path)
        row = by_path[path]
        titles.append(markup.plain(_text(row.get("title")))[:_TITLE])


def _facts(row: Mapping[str, Any]) -> Iterator[Passage]:
    """What locations and events have beside their text: where, when, and how to reach them."""
    lines = [*_when(row.get("event")), *_where(row.get("location")), *_reach(row)]
    if lines:
        yield Passage("", "\n".join(lines))


def _when(event: object) -> Iterator[str]:
    if isinstance(event, dict):
        start, end = (_text(event.get(name)).replace("T", " ")[:16] for name in ("start", "end"))
        if start:
            yield markup.plain(f"{start} – {end}" if end else start)


def _where(location: object) -> Iterator[str]:
    if isinstance(location, dict):
        town = " ".join(filter(None, (_text(location.get("postcode")), _text(location.get("town")))))
        parts = [part for part in (_text(location.get("name")), _text(location.get("address")), town) if part]
        if parts:
            yield markup.plain(", ".join(parts))


def _reach(row: Mapping[str, Any]) -> Iterator[str]:
    for name in ("phone_number", "email", "website"):
        value = markup.plain(_text(row.get(name)))
        if value:
            yield value
