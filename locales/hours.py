"""Opening hours of offices, which municipalities write down in German, in the words of another language."""

import re

from locales.bidi import isolate
from locales.formats import on_the_clock, weekday
from locales.marks import mark
from locales.registry import LANGUAGES
from locales.texts import translate

_DAYS = {"mo": 0, "di": 1, "mi": 2, "do": 3, "fr": 4, "sa": 5, "so": 6}
_WORDS = {
    "auch": mark("also"),
    "geschlossen": mark("closed"),
    "mit termin": mark("with appointment"),
    "nach terminvereinbarung": mark("with appointment"),
    "nach vereinbarung": mark("with appointment"),
    "nur mit termin": mark("only with appointment"),
    "nur nach vereinbarung": mark("only with appointment"),
    "ohne termin": mark("without appointment"),
    "sonst": mark("at other times"),
}
_TIME = r"(?<!\d)([01]?\d|2[0-4])(?:[.:]([0-5]\d))?(?![\d.:])(?:\s*Uhr\b)?"
_TO = r"\s*(?:[–—-]|\bbis\b)\s*"
_PIECE = re.compile(
    rf"""(?P<span>(?:\bvon\s+)?{_TIME}{_TO}{_TIME})
    |(?P<day>\b(?:Mo|Di|Mi|Do|Fr|Sa|So)\b\.?|\b(?:[Mm]on|[Dd]iens|[Dd]onners|[Ff]rei|[Ss]ams|[Ss]onn)tags?\b|\b[Mm]ittwochs?\b)
    |(?P<daily>\b[Tt]äglich\b)
    |(?P<word>(?i:\b(?:{"|".join(phrase.replace(" ", "[ ]") for phrase in sorted(_WORDS, reverse=True))})\b))
    |(?P<to>{_TO})
    |(?P<comma>\s*(?:[,;|/·+&\n]|\bund\b|\bsowie\b)\s*)
    |(?P<space>\s*:\s+|\s+)
    |(?P<sign>[()])""",
    re.VERBOSE,
)


def opening_hours(language: str, german: str) -> str:
    """`Mo–Fr 8–12 Uhr, mit Termin` as `Monday–Friday 08:00–12:00, with appointment`; in German as it was written.

    It stays German as a whole if one word is not known: half of a translation may say the opposite ("außer Mo, Di").
    """
    pieces = list(_PIECE.finditer(german))
    if language in {"de", "de-simple"} or sum(len(piece[0]) for piece in pieces) < len(german):
        return german
    return "".join(_said(language, piece) for piece in pieces)


def _said(language: str, piece: re.Match[str]) -> str:
    match piece.lastgroup:
        case "span":
            return on_the_clock(language, _span(language, *piece.group(2, 3, 4, 5)))
        case "day":
            return weekday(language, _DAYS[piece[0][:2].lower()])
        case "daily":
            return f"{weekday(language, 0)}–{weekday(language, 6)}"
        case "word":
            return translate(language, _WORDS[piece[0].lower()])
    comma = "، " if LANGUAGES[language].rtl else ", "
    return {"to": "–", "comma": comma, "space": " "}.get(piece.lastgroup or "", piece[0])


def _span(language: str, hour: str, minute: str | None, until: str, last: str | None) -> str:
    """From when until when. In Arabic script too a span begins on the left, as on German signs."""
    span = f"{int(hour):02}:{minute or '00'}–{int(until):02}:{last or '00'}"
    return isolate(span) if LANGUAGES[language].rtl else span
