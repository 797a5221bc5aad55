"""How a German name sounds in Latin, Cyrillic or Arabic letters: only the consonants, like ones as one. Which names exist is in `atlas`."""

import re

from knowledge.folding import fold

_LATIN = (("sch", "s"), ("sh", "s"), ("ch", ""), ("ck", "k"), ("ph", "f"), ("th", "t"), ("qu", "k"), ("x", "ks"))
_CLASSES = str.maketrans(
    {
        **dict.fromkeys("aeiouyhjаеиоуыюяйхاويهعءحخ", ""),
        **dict.fromkeys("bpбпب", "b"),
        **dict.fromkeys("vwfвфف", "f"),
        **dict.fromkeys("ckgqкгكقج", "k"),
        **dict.fromkeys("dtдтتطدضثذظ", "t"),
        **dict.fromkeys("szсзцшщжчسصزش", "s"),
        **dict.fromkeys("лل", "l"),
        **dict.fromkeys("мم", "m"),
        **dict.fromkeys("нن", "n"),
        **dict.fromkeys("рر", "r"),
    }
)
_VOWELS = tuple("aeiouаеиоуыюяا")
_DOUBLE = re.compile(r"(.)\1+")
_LATIN_LETTER = re.compile("[a-z]")


def sound(text: str) -> str:
    """The consonants of a name, and whether it begins with a vowel.

    >>> sound("Schifferstadt"), sound("شيفرشتات"), sound("Шифферштадт")
    ('sfrst', 'sfrst', 'sfrst')
    """
    folded = fold(text)
    for letters, one in _LATIN:
        folded = folded.replace(letters, one)
    if folded.startswith("و"):
        folded = "ف" + folded[1:]
    begins = "a" if folded[:1] in _VOWELS else ""
    return begins + _DOUBLE.sub(r"\1", folded.translate(_CLASSES).replace("ts", "s"))


def is_foreign(text: str) -> bool:
    """Whether a name is written in other letters than a German one."""
    return not _LATIN_LETTER.search(fold(text))
