"""Translated sentences: gettext catalogues along a language's fallback chain. Message ids are whole English sentences.

What Lotse says to newcomers is in every language; the desk of their advisers has a catalogue of its own, in German alone.
"""

import gettext
import re
from functools import cache
from pathlib import Path

from locales.bidi import isolate
from locales.registry import LANGUAGES, chain

ROOT = Path(__file__).parent
DOMAIN = "lotse"
DESK = ROOT / "desk" / "de.mo"
_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of a language, chained to its fallbacks; the English message id is the last resort."""
    codes = chain(language)
    if "en" in codes:
        codes = codes[: codes.index("en")]  # the ids are English already: a gap must not be filled with German
    if not codes:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, ROOT, languages=codes, fallback=True)


def translate(language: str, message: str, /, **values: object) -> str:
    """`message` in `language`, its `{placeholders}` filled; in right-to-left languages each value is isolated.

    Raises KeyError if a placeholder has no value.
    """
    text = catalogue(language).gettext(message)
    if not values:
        return text
    if LANGUAGES[language].rtl:
        values = {name: isolate(str(value)) for name, value in values.items()}
    # Some dates end with a full stop of their own.
    return _TWO_STOPS.sub(".", text.format(**values))


@cache
def _desk_catalogue() -> gettext.NullTranslations:
    if not DESK.exists():
        return gettext.NullTranslations()
    with DESK.open("rb") as compiled:
        return gettext.GNUTranslations(compiled)


def translate_desk(language: str, message: str, /, **values: object) -> str:
    """A sentence of the desk in German (`de`), else in English as it is written in the code, its `{placeholders}` filled.

    Raises KeyError if a placeholder has no value.
    """
    text = _desk_catalogue().gettext(message) if language == "de" else message
    return text.format(**values) if values else text
