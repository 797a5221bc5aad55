"""Plain text of a message as safe HTML: paragraphs, lists, links, telephone numbers to tap. All of it is escaped first."""

import re
from typing import Literal

from markupsafe import Markup, escape

from locales.bidi import FSI, PDI

_URL = r"https?://[^\s<>\"'“”»«\u2068\u2069]+[^\s<>\"'“”»«\u2068\u2069.,:;!?)\]]"
_PHONE = r"(?<![\w.,:/+-])(?:\+\d[\d /-]{6,18}\d|0\d[\d /-]{4,16}\d|116 ?\d{3})(?![\w/-])"
# Police and rescue, wherever they stand; not an amount (isolated or not), nor the number of a house before its postcode.
_EMERGENCY = r"(?<![\w.,:/+-])11[02](?![\w/-]|\u2069?\s?(?:[%€]|[Ee][Uu][Rr]|avr|євр|евр|يورو|یورو|یۆرۆ|ዩሮ)|[.,]\d|, \d{5}\b)"
_LINKS = re.compile(f"(?P<url>{_URL})|(?P<phone>{_PHONE}|{_EMERGENCY})")
_BULLET = re.compile(r"^\s*[•*-]\s+")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufefc]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_ISOLATES = {ord(FSI): None, ord(PDI): None}


def rich(text: str, *, direction: str) -> Markup:
    """The text as paragraphs and lists; `direction` is that of its message, a paragraph in another script gets its own."""
    return Markup("").join(_paragraph(part, direction) for part in re.split(r"\n\s*\n", text.strip()) if part.strip())


def _paragraph(text: str, direction: str) -> Markup:
    """Lines that start with a bullet become a list, the others keep their breaks."""
    html = Markup("")
    plain: list[str] = []
    items: list[str] = []
    for line in [*text.split("\n"), None]:
        if line is not None and _BULLET.match(line):
            items.append(_BULLET.sub("", line))
            continue
        if items:
            html += _plain(plain, direction) + _list(items, direction)
            plain, items = [], []
        if line is not None:
            plain.append(line)
    return html + _plain(plain, direction)


def _plain(lines: list[str], direction: str) -> Markup:
    if not lines:
        return Markup("")
    inner = Markup("<br>").join(_linked(line) for line in lines)
    return Markup("<p{}>{}</p>").format(_own_direction("\n".join(lines), direction), inner)


def _list(items: list[str], direction: str) -> Markup:
    rows = (Markup("<li{}>{}</li>").format(_own_direction(item, direction), _linked(item)) for item in items)
    return Markup("<ul>{}</ul>").format(Markup("").join(rows))


def _own_direction(text: str, direction: str) -> Markup:
    """A `dir` attribute for text in a script that runs against the message (a German address in an Arabic message)."""
    own: Literal["ltr", "rtl"] | None = None
    if direction == "rtl" and not _RTL.search(text) and _LATIN.search(text):
        own = "ltr"
    if direction == "ltr" and _RTL.search(text) and not _LATIN.search(text):
        own = "rtl"
    return Markup(' dir="{}"').format(own) if own else Markup("")


def _linked(line: str) -> Markup:
    html, end = Markup(""), 0
    for found in _LINKS.finditer(line):
        html += escape(line[end : found.start()]) + _anchor(found)
        end = found.end()
    return html + escape(line[end:])


def _anchor(found: re.Match[str]) -> Markup:
    if found["url"]:
        shown = found["url"].removeprefix("https://").removeprefix("http://").rstrip("/")
        return Markup('<a href="{}" target="_blank" rel="noopener noreferrer" dir="ltr">{}</a>').format(found["url"], shown)
    number = re.sub(r"[^\d+]", "", found["phone"].translate(_ISOLATES))
    return Markup('<a class="tel" href="tel:{}" dir="ltr">{}</a>').format(number, found["phone"])
