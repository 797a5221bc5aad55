"""Writes what Babel calls weekdays, months and languages to `nlu/data_words/names.tsv`: `python -m scripts.names`, after a new Babel.

Asking Babel at each start would keep all it knows of 24 languages in memory, 17 MB of the server, for 1,600 words.
"""

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from babel import Locale

from locales.registry import LANGUAGES
from nlu.data_words.names import FILE

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


def rows() -> Iterator[tuple[str, str, str, str]]:
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


def text() -> str:
    """The file's content."""
    return "".join("\t".join(row) + "\n" for row in dict.fromkeys(rows()))


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{FILE.name} written\n")
