"""Telegram's HTML, read with the real parser's rules and words; what becomes of the text is in `markup`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

from .errors import ApiError
from .markup import Formatted

Json = dict[str, Any]

TAGS: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
REFERENCES: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE: Final = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(lt|gt|amp|quot));?")
SPECIAL: Final = re.compile("[<&]")
ATTRIBUTE_NAME: Final = re.compile(r"[^\s=>/\"']*")
TAG_NAME: Final = re.compile(r"[^\s>]*")
BARE_VALUE: Final = re.compile(r"[A-Za-z0-9.-]*")
SCHEME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+-]*:(?!\d)")


@dataclass(slots=True)
class _Open:
    tag: str
    start: int
    attributes: dict[str, str]


class _Reader:
    """One pass over an HTML text, with the error wording and byte offsets of the real parser."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.position = 0
        self.out: list[str] = []
        self.length = 0
        self.open: list[_Open] = []
        self.spans: list[tuple[int, int, Json]] = []

    def fail(self, text: str, at: int | None = None) -> NoReturn:
        if at is not None:
            text = text.replace("@", f"at byte offset {len(self.source[:at].encode('utf-8', 'surrogatepass'))}", 1)
        message = f"can't parse entities: {text}"
        raise ApiError(400, message)

    def write(self, text: str) -> None:
        self.out.append(text)
        self.length += len(text)

    def read(self) -> Formatted:
        while (match := SPECIAL.search(self.source, self.position)) is not None:
            self.write(self.source[self.position : match.start()])
            self.position = match.start()
            if match.group() == "&":
                self.reference()
            elif self.source.startswith("</", self.position):
                self.end_tag()
            else:
                self.start_tag()
        self.write(self.source[self.position :])
        if self.open:
            self.fail(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return Formatted("".join(self.out), [span for span in self.spans if span[1] > span[0]])

    def reference(self) -> None:
        match = REFERENCE.match(self.source, self.position)
        character = _referenced(match) if match else ""
        if match and character:
            self.write(character)
            self.position = match.end()
        else:
            self.write("&")
            self.position += 1

    def start_tag(self) -> None:
        begin = self.position
        match = TAG_NAME.match(self.source, begin + 1)
        name = match.group().lower() if match else ""
        self.position = begin + 1 + len(name)
        if self.position >= len(self.source):
            self.fail("Unclosed start tag @", begin)
        if name not in TAGS:
            self.fail(f'Unsupported start tag "{name}" @', begin)
        attributes = self.attributes(name, begin)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            self.fail('Tag "span" must have class "tg-spoiler" @', begin)
        if name == "tg-emoji" and not attributes.get("emoji-id", "").isdecimal():
            self.fail("Invalid custom emoji identifier specified")
        self.open.append(_Open(name, self.length, attributes))

    def attributes(self, tag: str, begin: int) -> dict[str, str]:
        found: dict[str, str] = {}
        while True:
            self.blanks()
            if self.position >= len(self.source):
                self.fail(f'Unclosed start tag "{tag}" @', begin)
            if self.source[self.position] == ">":
                self.position += 1
                return found
            match = ATTRIBUTE_NAME.match(self.source, self.position)
            name = match.group().lower() if match else ""
            if not name:
                self.fail(f'Empty attribute name in the tag "{tag}" @', begin)
            self.position += len(name)
            found[name] = self.value(tag, begin)

    def value(self, tag: str, begin: int) -> str:
        self.blanks()
        if not self.source.startswith("=", self.position):
            return ""
        self.position += 1
        self.blanks()
        if self.position >= len(self.source):
            self.fail(f'Unclosed start tag "{tag}" @', begin)
        quote = self.source[self.position]
        if quote in "\"'":
            end = self.source.find(quote, self.position + 1)
            if end < 0:
                self.fail("Unclosed start tag @", begin)
            text = self.source[self.position + 1 : end]
            self.position = end + 1
            return REFERENCE.sub(lambda found: _referenced(found) or found.group(), text)
        match = BARE_VALUE.match(self.source, self.position)
        self.position = match.end() if match else self.position
        if self.position >= len(self.source) or not (self.source[self.position].isspace() or self.source[self.position] == ">"):
            self.fail("Unexpected end of name token @", self.position)
        return match.group() if match else ""

    def blanks(self) -> None:
        while self.position < len(self.source) and self.source[self.position].isspace():
            self.position += 1

    def end_tag(self) -> None:
        begin = self.position
        if not self.open:
            self.fail("Unexpected end tag @", begin)
        end = self.source.find(">", begin)
        if end < 0:
            self.fail("Unclosed end tag @", begin)
        name = self.source[begin + 2 : end].strip().lower()
        opened = self.open.pop()
        if name and name != opened.tag:
            self.fail(f'Unmatched end tag @, expected "</{opened.tag}>", found "</{name}>"', begin)
        self.position = end + 1
        self.close(opened)

    def close(self, opened: _Open) -> None:
        what = _entity(opened, "".join(self.out)[opened.start :] if opened.tag == "a" else "")
        if opened.tag == "code" and self.open and self.open[-1].tag == "pre":
            self.open[-1].attributes.setdefault("language", opened.attributes.get("class", "").removeprefix("language-"))
            return
        if what is not None:
            self.spans.append((opened.start, self.length, what))


def _referenced(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return REFERENCES[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if 0 < code < 0x10FFFF and not 0xD800 <= code <= 0xDFFF else ""


def _entity(opened: _Open, shown: str) -> Json | None:
    kind = TAGS[opened.tag]
    if kind == "text_link":
        url = link(opened.attributes.get("href") or shown)
        return {"type": kind, "url": url} if url else None
    if kind == "pre" and opened.attributes.get("language"):
        return {"type": kind, "language": opened.attributes["language"]}
    if kind == "custom_emoji":
        return {"type": kind, "custom_emoji_id": opened.attributes["emoji-id"]}
    if kind == "blockquote" and "expandable" in opened.attributes:
        return {"type": "expandable_blockquote"}
    return {"type": kind}


def link(url: str) -> str:
    """Return the address as the server keeps it, empty for one it drops (`mailto:`, `tel:`, no dot in the host)."""
    parts = urlsplit(url if SCHEME.match(url) else f"http://{url}")
    if parts.scheme == "tg":
        return url
    if parts.scheme not in {"http", "https", "ton", "tonsite"} or "." not in (parts.hostname or ""):
        return ""
    return parts._replace(path=parts.path or "/").geturl()


def parse_html(source: str) -> Formatted:
    """Read Telegram's HTML.

    Raises:
        ApiError: 400 `can't parse entities: …` for anything but the allowed, properly nested tags.

    """
    return Formatted(source) if SPECIAL.search(source) is None else _Reader(source).read()
