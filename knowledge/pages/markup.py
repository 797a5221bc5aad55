"""Takes the text out of a page's HTML: headings, paragraphs, list items. Nothing of the markup survives, so nothing of it can do harm."""

import html
import re
import unicodedata
from html.parser import HTMLParser
from itertools import pairwise
from typing import Literal, NamedTuple

LONGEST = 200_000  # characters of HTML that are looked at; the longest real page has a tenth

Kind = Literal["heading", "text", "item"]

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "summary", "caption"})
_HIDDEN = frozenset({"script", "style", "template", "noscript", "svg", "iframe", "object", "head", "form", "nav"})
_BREAKS = frozenset(
    {"address", "article", "aside", "blockquote", "br", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "footer", "header"}
    | {"hr", "main", "ol", "p", "pre", "section", "table", "tbody", "td", "th", "tr", "ul"}
)
# A paragraph that is bold from end to end is how editors write headings.
_BOLD = frozenset({"b", "strong"})
_LONGEST_HEADING = 90
_SPACE = re.compile(r"\s+")
# Persian and Kurdish spelling needs them; nothing is hidden by them.
_JOINERS = "\u200c\u200d"


class Block(NamedTuple):
    """A heading, a paragraph, or an item of a list."""

    kind: Kind
    text: str


def blocks(markup: str) -> list[Block]:
    """The text of a page in order; any input is accepted and never raises."""
    reader = _Reader()
    reader.feed(markup[:LONGEST])
    reader.close()
    reader.end_block()
    return _with_headings(reader.found)


def plain(text: str) -> str:
    """One line without markup, entities and control characters, spaces in one."""
    bare = html.unescape(re.sub(r"<[^>]*>", " ", text))
    return _clean(bare)


def _clean(text: str) -> str:
    # Also direction controls: Lotse isolates by itself, and a stray one turns the rest of a message around.
    kept = (
        " " if sign.isspace() else sign
        for sign in unicodedata.normalize("NFC", text)
        if sign.isspace() or sign in _JOINERS or unicodedata.category(sign)[0] != "C"
    )
    return _SPACE.sub(" ", "".join(kept)).strip(f" {_JOINERS}")


def _with_headings(found: list[Block]) -> list[Block]:
    """Integreat often has headings as paragraphs of their own: short, without a full stop, with text below."""
    return [
        Block("heading", block.text) if block.kind == "text" and _is_heading(block.text) and _is_text(below) else block
        for block, below in pairwise([*found, Block("heading", "")])
    ]


def _is_text(block: Block) -> bool:
    return block.kind != "heading" and not _is_heading(block.text)


def _is_heading(text: str) -> bool:
    return len(text) <= _LONGEST_HEADING and not text.endswith((".", "!", ":", ";", ",", "…", "。", "։", "።", "۔"))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Block] = []
        self._kind: Kind = "text"
        self._parts: list[str] = []
        self._bold = self._hidden = 0
        self._all_bold = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in _HEADINGS or tag == "li" or tag in _BREAKS:
            self.end_block()
            self._kind = "heading" if tag in _HEADINGS else "item" if tag == "li" else self._kind if tag == "br" else "text"
        elif tag in _BOLD:
            self._bold += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _HEADINGS or tag == "li" or tag in _BREAKS:
            self.end_block()
            self._kind = "text"
        elif tag in _BOLD:
            self._bold = max(0, self._bold - 1)

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if data.strip() and not self._bold:
            self._all_bold = False
        self._parts.append(data)

    def end_block(self) -> None:
        """Keep what was read since the last block."""
        text = _clean("".join(self._parts))
        if text:
            bold = self._all_bold and len(text) <= _LONGEST_HEADING and self._kind == "text"
            self.found.append(Block("heading" if bold else self._kind, text))
        self._parts, self._all_bold = [], True
