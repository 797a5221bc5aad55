"""What weekdays, months and languages are called, as Babel knows it; inflected and colloquial forms are in the tables beside."""

from collections.abc import Iterator, Mapping
from typing import Any

from babel import Locale

from locales.registry import LANGUAGES

# Languages whose short names of months no other word resembles.
_SHORT = {"de", "en", "es", "fr", "ro", "ru", "uk"}
# Babel's names that mean something else too; the tables say in which company they are weekdays or languages.
_UNSURE = {
    *(("tr", name) for name in ("Pazar", "Salı")),
    *(("ur", name) for name in ("پیر", "ہفتہ", "منگل", "بدھ")),
    *(("kmr", name) for name in ("înî", "şemî")),
    *((code, "شنبه") for code in ("fa", "prs")),
    *(("bg", "неделя"), ("sr", "nedelja"), ("ro", "luni"), ("ps", "اونۍ"), ("ckb", "شەممە")),
}
_TONGUES = {code: code for code in LANGUAGES if code not in {"de-simple", "kmr", "prs"}} | {"fa_AF": "prs"}


def names() -> Iterator[tuple[str, str, str, str]]:
    """Rows of language, kind, value and phrase. Babel's stand-alone weekdays are not used: they are wrong once Pashto is loaded."""
    for code, language in LANGUAGES.items():
        locale = Locale.parse(language.locale)
        for day, name in locale.days["format"]["wide"].items():
            if (code, name) not in _UNSURE:
                yield code, "weekday", str(day), name
        yield from (
            (code, "month", str(month), name) for month, name in _months(locale, short=code in _SHORT) if code not in {"am", "ckb", "vi"}
        )
        known: Mapping[str, Any] = locale.languages
        yield from ((code, "tongue", ours, known[theirs]) for theirs, ours in _TONGUES.items() if known.get(theirs))
        yield from ((code, "tongue", other.code, other.autonym) for other in LANGUAGES.values() if other.code != "de-simple")


def _months(locale: Locale, *, short: bool) -> Iterator[tuple[int, str]]:
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated") if short else ("wide",):
            yield from locale.months[context][width].items()
