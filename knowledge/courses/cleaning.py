"""Making a text of a file harmless and plain: no HTML, no formulas, no characters that hide or turn the reading direction around."""

import html
import re
import unicodedata
from html.parser import HTMLParser

# Characters that spreadsheets take for the beginning of a formula, also in their wide forms.
FORMULA_STARTS = "=+-@\t\r＝＋－＠"
_GUARDED = re.compile(rf"'+[{re.escape(FORMULA_STARTS)}]")
_TO_GUARD = re.compile(rf"'*[{re.escape(FORMULA_STARTS)}]")
# A phone number may begin with +, a remark with a dash; neither calls a function or a program.
_FORMULA = re.compile(r"[=＝]|[+\-@＋－＠].*(?:[A-Za-z]\(|\|)", re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--|<!\[|<\?")
_ENTITY = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,31}|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});")
_SILENT = frozenset("\ufeff\u200b\u2060\u00ad")
# Marks that Arabic, Persian and Hebrew need inside words and beside numbers.
_NEEDED = frozenset("\u200c\u200d\u200e\u200f")
_ODD = frozenset({"Cc", "Cf", "Cs", "Co"})
_ROUNDS = 3  # so often text may be wrapped into HTML that is itself written as HTML


class _Plain(HTMLParser):
    """The text of HTML; scripts and styles are no text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self._silent += tag in {"script", "style"}
        self.parts.append("\n" if tag in {"br", "p", "div", "li", "tr"} else "")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"script", "style"} and self._silent > 0

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would compute the text instead of showing it."""
    return _FORMULA.match(text) is not None


def guard(text: str) -> str:
    """The text as a spreadsheet shows it and does not compute it."""
    return f"'{text}" if _TO_GUARD.match(text) else text


def unguard(text: str) -> str:
    """The text that was guarded."""
    return text[1:] if _GUARDED.match(text) else text


def clean(text: str, *, lines: bool) -> tuple[str, frozenset[str]]:
    """The text with simple spaces and, if `lines`, line breaks; and what was mended besides: html, controls."""
    mended = set()
    if _TAG.search(text) or _ENTITY.search(text):
        text = _without_html(text)
        mended.add("html")
    if not text.isprintable():
        visible = "".join(letter for letter in text if _may_stay(letter))
        if any(unicodedata.category(letter) in _ODD and letter not in _SILENT and not _may_stay(letter) for letter in text):
            mended.add("controls")
        text = visible
    return _spaced(unicodedata.normalize("NFC", text), lines=lines), frozenset(mended)


def _may_stay(letter: str) -> bool:
    return letter in "\n\r\t" or letter in _NEEDED or unicodedata.category(letter) not in _ODD


def _without_html(text: str) -> str:
    for _round in range(_ROUNDS):
        if not _TAG.search(text):
            break
        parser = _Plain()
        parser.feed(text)
        parser.close()
        text = "".join(parser.parts)
    # What is still a tag now was made to become one: nothing of it is kept.
    return _TAG.sub("", html.unescape(text))


def _spaced(text: str, *, lines: bool) -> str:
    if not lines:
        return " ".join(text.split())
    return "\n".join(" ".join(each.split()) for each in text.splitlines()).strip()
