"""Formatted text: plain text with entities, cleaned as the server does, and as HTML; `html_reader` reads HTML."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

from .errors import ApiError

Json = dict[str, Any]

TEXT_LIMIT: Final = 4096
CAPTION_LIMIT: Final = 1024

SHOWN: Final = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
    "text_link": "a",
    "custom_emoji": "tg-emoji",
}
# The server drops U+2028 to U+202E (line separators and the old direction marks) and three combining marks,
# and turns control characters into spaces. Isolates U+2066 to U+2069 and the marks LRM and RLM survive.
UNWELCOME: Final = re.compile("[\x00-\x09\x0b-\x1f\u2028-\u202e\u0333\u033f\u030a]")
DROPPED: Final = re.compile("[\r\u2028-\u202e\u0333\u033f\u030a]")
WIDE: Final = re.compile("[\U00010000-\U0010ffff]")


@dataclass(slots=True)
class Formatted:
    """Plain text and its entities; `spans` hold code point offsets, `entities()` gives UTF-16."""

    text: str
    spans: list[tuple[int, int, Json]] = field(default_factory=list)

    def entities(self) -> list[Json]:
        """Return the entities with UTF-16 offsets and lengths, in the server's order."""
        wide = [match.start() for match in WIDE.finditer(self.text)] if self.spans else []

        def units(position: int) -> int:
            return position + bisect.bisect_left(wide, position)

        ordered = sorted(self.spans, key=lambda span: (span[0], -span[1]))
        return [{"offset": units(start), "length": units(end) - units(start), **what} for start, end, what in ordered]


def entities_given(text: str, entities: list[Json]) -> Formatted:
    """Take explicit entities, given in UTF-16 units.

    Raises:
        ApiError: 400 when one lies outside the text.

    """
    spans = []
    points = _points_by_unit(text) if entities else []
    for entity in entities:
        start, length = int(entity.get("offset", -1)), int(entity.get("length", -1))
        if start < 0 or length <= 0 or start + length >= len(points):
            message = f"entity begins after the end of the text or is out of it: offset {start}, length {length}"
            raise ApiError(400, message)
        rest = {key: value for key, value in entity.items() if key not in {"offset", "length"} and value is not None}
        spans.append((points[start], points[start + length], rest))
    return Formatted(text, spans)


def _points_by_unit(text: str) -> list[int]:
    points: list[int] = []
    for index, character in enumerate(text):
        points.extend([index] * (2 if ord(character) > 0xFFFF else 1))
    return [*points, len(text)]


def tidy(source: Formatted) -> Formatted:
    """Clean as the server does: characters it strips, blanks at both ends; entities move along."""
    if UNWELCOME.search(source.text) is None:
        kept: list[int] | None = None
        text = source.text
    else:
        kept = [index for index, character in enumerate(source.text) if DROPPED.match(character) is None]
        text = UNWELCOME.sub(" ", DROPPED.sub("", source.text))
    left = len(text) - len(text.lstrip())
    stripped = text.strip()
    if not source.spans:
        return Formatted(stripped)

    def moved(position: int) -> int:
        place = position if kept is None else bisect.bisect_left(kept, position)
        return min(max(place - left, 0), len(stripped))

    spans = [(moved(start), moved(end), what) for start, end, what in source.spans]
    return Formatted(stripped, [span for span in spans if span[1] > span[0] and stripped[span[0] : span[1]].strip()])


def to_html(text: str, entities: list[Json]) -> str:
    """Write plain text and UTF-16 entities as Telegram HTML again, for transcripts."""
    spans = sorted(entities_given(text, entities).spans, key=lambda span: (span[0], -span[1]))
    pieces: list[str] = []
    stack: list[tuple[int, str]] = []
    done = 0

    def advance(upto: int) -> None:
        nonlocal done
        while stack and stack[-1][0] <= upto:
            end, tag = stack.pop()
            pieces.append(escape(text[done:end], quote=False) + f"</{tag}>")
            done = end
        pieces.append(escape(text[done:upto], quote=False))
        done = upto

    for start, end, what in spans:
        advance(start)
        tag = SHOWN.get(what["type"])
        if tag is not None:
            pieces.append(f"<{tag}{_attributes(what)}>")
            stack.append((end, tag))
    advance(len(text))
    return "".join(pieces)


def _attributes(what: Json) -> str:
    if what["type"] == "text_link":
        return f' href="{escape(what["url"])}"'
    if what["type"] == "custom_emoji":
        return f' emoji-id="{what["custom_emoji_id"]}"'
    return " expandable" if what["type"] == "expandable_blockquote" else ""
