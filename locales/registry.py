"""The languages Lotse speaks and what each falls back to; how they are written lives in `formats` and `bidi`."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Language:
    """One language: `code` as in catalogues and content, `locale` as Babel knows it, `fallback` the next best."""

    code: str
    autonym: str
    english: str
    direction: Literal["ltr", "rtl"]
    locale: str
    fallback: str | None

    @property
    def rtl(self) -> bool:
        """Whether the script runs from right to left."""
        return self.direction == "rtl"

    @property
    def tag(self) -> str:
        """The BCP 47 tag for the `lang` attribute of a page."""
        return {"de-simple": "de", "prs": "fa-AF", "sr": "sr-Latn", "kmr": "kmr"}.get(self.code, self.code)


_ROWS = (
    ("de", "Deutsch", "German", "ltr", "de", None),
    ("de-simple", "Deutsch (einfach)", "Plain German", "ltr", "de", "de"),
    ("en", "English", "English", "ltr", "en", "de"),
    ("ar", "العربية", "Arabic", "rtl", "ar", "en"),
    ("fa", "فارسی", "Farsi", "rtl", "fa", "en"),
    ("prs", "دری", "Dari", "rtl", "fa_AF", "fa"),
    ("ps", "پښتو", "Pashto", "rtl", "ps", "prs"),
    ("ckb", "کوردیی ناوەندی", "Kurdish (Sorani)", "rtl", "ckb", "ar"),
    ("kmr", "Kurmancî", "Kurdish (Kurmanji)", "ltr", "ku", "en"),
    ("tr", "Türkçe", "Turkish", "ltr", "tr", "en"),
    ("uk", "Українська", "Ukrainian", "ltr", "uk", "ru"),
    ("ru", "Русский", "Russian", "ltr", "ru", "en"),
    ("fr", "Français", "French", "ltr", "fr", "en"),
    ("so", "Soomaali", "Somali", "ltr", "so", "en"),
    ("ti", "ትግርኛ", "Tigrinya", "ltr", "ti", "en"),
    ("am", "አማርኛ", "Amharic", "ltr", "am", "en"),
    ("sq", "Shqip", "Albanian", "ltr", "sq", "en"),
    ("sr", "Srpski", "Serbian", "ltr", "sr_Latn", "en"),
    ("ro", "Română", "Romanian", "ltr", "ro", "en"),
    ("bg", "Български", "Bulgarian", "ltr", "bg", "ru"),
    ("pl", "Polski", "Polish", "ltr", "pl", "en"),
    ("es", "Español", "Spanish", "ltr", "es", "en"),
    ("ur", "اردو", "Urdu", "rtl", "ur", "en"),
    ("vi", "Tiếng Việt", "Vietnamese", "ltr", "vi", "en"),
)

LANGUAGES: dict[str, Language] = {
    code: Language(code=code, autonym=autonym, english=english, direction=direction, locale=locale, fallback=fallback)  # type: ignore[arg-type]  # the rows hold only the two directions
    for code, autonym, english, direction, locale, fallback in _ROWS
}
DEFAULT = "de"

# What a messenger or a browser may call our languages (BCP 47, lower case).
_ALIASES = {"ku": "kmr", "fa-af": "prs", "ckb-iq": "ckb", "sh": "sr", "hr": "sr", "bs": "sr", "mo": "ro"}


def chain(code: str) -> list[str]:
    """The language itself, then what it falls back to; always ends with German.

    >>> chain("ps")
    ['ps', 'prs', 'fa', 'en', 'de']
    """
    codes: list[str] = []
    step: str | None = code
    while step:
        codes.append(step)
        step = LANGUAGES[step].fallback
    return codes


def match(tag: str | None) -> str | None:
    """Our code for a language tag of a messenger or browser, or None if we do not speak it.

    >>> match("uk-UA"), match("fa-AF"), match("zh")
    ('uk', 'prs', None)
    """
    lowered = (tag or "").replace("_", "-").lower()
    for candidate in (lowered, lowered.split("-")[0]):
        code = _ALIASES.get(candidate, candidate)
        if code in LANGUAGES:
            return code
    return None
