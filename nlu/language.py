"""Which language a message is in: script, telling letters, own naive Bayes over character n-grams, and the person's choice as prior.

What is learned comes from all example messages (`training`); this module counts, scores and decides. Farsi and Dari are told apart by the
person's choice, never by the model: on short text nobody can.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlu.ngrams import hashed
from nlu.text import skeleton, words

BITS = 15
LONGEST = 4
# A class for Latin-typed Arabic, Persian, Russian …: it wins against Somali or Albanian, and then the person's choice decides.
ROMANISED = "romanised"
SWITCH_WORDS = 3
SWITCH_CONFIDENCE = 0.9
# The person's choice counts as if it were this much more likely than any other language (natural logarithm).
_PRIOR = 2.0
_LETTER = 6.0
_LATIN_WORD = 0.5
# One letter may be a slip or a name.
_SURE_LETTERS = 2

_ROMANISED = (ROMANISED, "romanised-ru", "romanised-uk")

SCRIPTS = {
    "arabic": re.compile("[\u0600-\u06ff\u0750-\u077f]"),
    "cyrillic": re.compile("[\u0400-\u04ff]"),
    "ethiopic": re.compile("[\u1200-\u137f\u1380-\u139f\u2d80-\u2ddf]"),
    "latin": re.compile("[a-zA-Z\u00c0-\u024f\u1e00-\u1eff]"),
}
_MEMBERS = {
    "arabic": ("ar", "fa", "ps", "ckb", "ur"),
    "cyrillic": ("ru", "uk", "bg", "sr"),
    "ethiopic": ("ti", "am"),
    "latin": ("de", "en", "kmr", "tr", "fr", "so", "sq", "sr", "ro", "pl", "es", "vi", *_ROMANISED),
}
_LETTERS = {
    "ps": re.compile("[ېړښځڅډټږګڼۍ]"),
    "ckb": re.compile("[ێۆڵڕە]"),
    "ur": re.compile("[ٹڈڑںے]"),
    "uk": re.compile("[ґєії]", re.IGNORECASE),
    "sr": re.compile("[ђјљњћџ]", re.IGNORECASE),
    "ru": re.compile("[ыэё]", re.IGNORECASE),
    "vi": re.compile("[ơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE),
}
_OFFICE = re.compile(
    r"\b(?:termin|bamf|duldung|ausweis|anmeldung|kita|\w*(?:amt|beh[öo]rde|center|titel|kurs|geld|schein|bescheid|gestattung|erlaubnis))\b",
    re.IGNORECASE,
)
_DARI = re.compile(
    r"\b(?:مکتب|شفاخانه|پوهنتون|داکتر|تذکره|سرک|کورس|ویزه|پاسپورت|افغانستان|کابل|هرات|مه\b|میتانم|می‌تانم|بخیز|اولاد|ولسوالی|فامیل|نفوس)"
)
_CYRILLIC = "абвгґдеєёжзиіїйклмнопрстуфхцчшщъыьэюя"
_LATIN = {
    ord(letter): latin
    for letter, latin in zip(
        _CYRILLIC,
        [
            "a",
            "b",
            "v",
            "g",
            "g",
            "d",
            "e",
            "ye",
            "yo",
            "zh",
            "z",
            "i",
            "i",
            "yi",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "h",
            "ts",
            "ch",
            "sh",
            "sht",
            "a",
            "y",
            "",
            "e",
            "yu",
            "ya",
        ],
        strict=True,
    )
}
_CHAT = _LATIN | {
    ord(letter): latin
    for letter, latin in zip("жийхцчшщъыюяв", ["j", "i", "j", "x", "c", "4", "6", "shch", "u", "i", "iu", "q", "w"], strict=True)
}
_SERBIAN = str.maketrans("abvgdđežzijklmnoprstćufhcčš", "абвгдђежзијклмнопрстћуфхцчш")

Table = npt.NDArray[np.float16]


@dataclass(frozen=True, kw_only=True)
class LanguageModel:
    """`table` holds log-probabilities (2 ** BITS, classes) of n-grams; `sharpness` turns their sums into calibrated odds."""

    classes: tuple[str, ...]
    table: Table
    sharpness: float


@dataclass(frozen=True, kw_only=True)
class Guess:
    """The most likely language, how sure (0 to 1), and whether it is sure enough to leave the person's choice."""

    language: str
    confidence: float
    switched: bool = False


def script(text: str) -> str | None:
    """The script that most words are in; German office words among Arabic or Cyrillic ones count half.

    >>> script("شنو هي Duldung"), script("123")
    ('arabic', None)
    """
    counts = dict.fromkeys(SCRIPTS, 0.0)
    for word in words(text):
        for name, letters in SCRIPTS.items():
            if letters.match(word):
                counts[name] += _LATIN_WORD if name == "latin" else 1.0
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else None


def evident(text: str, chosen: str | None) -> str | None:
    """The language that its letters show a text to be in, else `chosen`; None if that is not written in this script.

    >>> evident("я не говорю, мне бы курсы по вечерам, ещё лучше утром", "uk"), evident("أريد دورة", "de"), evident("دورة B1", "ar")
    ('ru', None, 'ar')
    """
    kind = script(text)
    if kind is None or kind == "latin":
        return chosen
    shown = [code for code in _MEMBERS[kind] if code in _LETTERS and len(_LETTERS[code].findall(text)) >= _SURE_LETTERS]
    if len(shown) == 1 and shown[0] != chosen:
        return shown[0]
    return chosen if chosen and family(chosen) in _MEMBERS[kind] else None


def learn(texts: Sequence[str], languages: Sequence[str], *, sharpness: float = 0.25) -> LanguageModel:
    """Count n-grams per language; plain German counts as German, Dari as Farsi, and Latin text also without its marks."""
    classes = tuple(sorted({family(code) for code in languages} | set(_ROMANISED[1:])))
    counts = np.full((2**BITS, len(classes)), 0.05, dtype=np.float64)
    for text, code in zip(texts, languages, strict=True):
        for name, variant in _variants(text, code):
            if name in classes:
                np.add.at(counts[:, classes.index(name)], hashed(variant, longest=LONGEST, bits=BITS), 1.0)
    table = np.log(counts / counts.sum(axis=0))
    return LanguageModel(classes=classes, table=(table - table.mean(axis=1, keepdims=True)).astype(np.float16), sharpness=sharpness)


def _variants(text: str, code: str) -> set[tuple[str, str]]:
    """The text as people also type it: without accents, Serbian in Cyrillic, Cyrillic languages in Latin letters."""
    name = family(code)
    variants = {(name, _own_words(text)), (name, _own_words(skeleton(text)))}
    if code == "sr":
        variants.add((name, _cyrillic(text)))
    if name in {"ru", "uk"}:
        variants |= {(f"{ROMANISED}-{name}", letters) for letters in (text.lower().translate(_LATIN), text.lower().translate(_CHAT))}
    return variants


def _cyrillic(text: str) -> str:
    """Serbian Latin in Serbian Cyrillic."""
    lowered = text.lower()
    for pair, letter in (("lj", "љ"), ("nj", "њ"), ("dž", "џ")):
        lowered = lowered.replace(pair, letter)
    return lowered.translate(_SERBIAN)


def family(code: str) -> str:
    """The class a language is learned as: `de-simple` as `de`, `prs` as `fa`."""
    return {"de-simple": "de", "prs": "fa"}.get(code, code)


def guess(model: LanguageModel, text: str, *, chosen: str | None = None) -> Guess:
    """The language of `text`; without letters, or Latin-typed from another script, it is the choice."""
    kind = script(text)
    if kind is None:
        return Guess(language=chosen or "de", confidence=0.0)
    if kind == "latin" and chosen and family(chosen) != "de":
        text = _without_office_words(text)
    odds = _odds(model, text, kind, chosen)
    best = max(odds, key=lambda code: odds[code])
    if best in _ROMANISED:
        return Guess(language=chosen or "de", confidence=0.0)
    return _decided(best, odds[best], text, chosen)


def plausible(model: LanguageModel, text: str, *, chosen: str | None = None, most: int = 3) -> tuple[str, ...]:
    """The few languages (classes of the model) that `text` may be in, likely ones first, and the chosen one."""
    kind = script(text)
    odds = _odds(model, text, kind, None) if kind else {}
    likely = sorted((code for code in odds if code not in _ROMANISED), key=lambda code: -odds[code])[:most]
    return tuple(dict.fromkeys([*likely, *([family(chosen)] if chosen else [])]))


def _decided(best: str, confidence: float, text: str, chosen: str | None) -> Guess:
    sure = confidence >= SWITCH_CONFIDENCE and len(words(_own_words(text))) >= SWITCH_WORDS
    if chosen is None:
        # Farsi or Dari is for the person to say; every other language that is this clear needs no question first.
        return Guess(language=_variant(best, text), confidence=confidence, switched=sure and best != "fa")
    if family(chosen) == best or _may_be_chosen(best, text, chosen):
        return Guess(language=chosen, confidence=confidence)
    return Guess(language=_variant(best, text) if sure else chosen, confidence=confidence, switched=sure)


def _may_be_chosen(best: str, text: str, chosen: str) -> bool:
    """Whether nothing but a likeness speaks against the choice: its own letters are there, or none of Russian (to be taken for it offends).

    >>> _may_be_chosen("ru", "сняться бомби, не сплю ночами", "uk"), _may_be_chosen("ru", "мне нужны курсы", "uk")
    (True, False)
    >>> _may_be_chosen("bg", "јел може да се врати лична карта", "sr")
    True
    """
    if chosen in _LETTERS and _LETTERS[chosen].search(text) and not (best in _LETTERS and _LETTERS[best].search(text)):
        return True
    return best == "ru" and chosen in _MEMBERS["cyrillic"] and not _LETTERS["ru"].search(text)


def _variant(best: str, text: str) -> str:
    return "prs" if best == "fa" and _DARI.search(text) else best


def _odds(model: LanguageModel, text: str, kind: str, chosen: str | None) -> dict[str, float]:
    scores = _scores(model, _own_words(text))
    members = [code for code in _MEMBERS[kind] if code in model.classes or kind == "cyrillic"]
    logits = np.array([scores.get(code, -20.0) + _bonus(code, text, chosen) for code in members])
    exponents = np.exp(logits - logits.max())
    return dict(zip(members, (exponents / exponents.sum()).tolist(), strict=True))


def _scores(model: LanguageModel, text: str) -> dict[str, float]:
    grams = hashed(text, longest=LONGEST, bits=BITS)
    sums = model.table[grams].sum(axis=0, dtype=np.float32) * model.sharpness
    return dict(zip(model.classes, sums.tolist(), strict=True))


def _bonus(code: str, text: str, chosen: str | None) -> float:
    letters = _LETTERS.get(code)
    return (_LETTER if letters and letters.search(text) else 0.0) + (_PRIOR if chosen and family(chosen) == code else 0.0)


def _without_office_words(text: str) -> str:
    """The text without the German words that people use in every language; as it is if hardly anything is left, for then it may be German.

    >>> _without_office_words("podseti me 4.12. termin Ausländerbehörde"), _without_office_words("Termin Ausländerbehörde")
    ('podseti me 4.12.', 'Termin Ausländerbehörde')
    """
    left = " ".join(_OFFICE.sub(" ", text).split())
    return left if words(left) else text


def _own_words(text: str) -> str:
    """The words in the script of the message: German office words among Arabic ones say nothing about the language."""
    kind = script(text)
    if kind in {None, "latin"}:
        return text
    return " ".join(word for word in words(text) if SCRIPTS[str(kind)].search(word))
