"""How a message is made fit for the engines: guards against what breaks them. Direction controls are removed by `locales.bidi`."""

import re
import unicodedata

from locales.bidi import clean

# The embedding engine takes seconds for 2,000 characters; one piece keeps a message below a tenth of a second.
PIECE = 300
PIECES = 4
# A blessing said fifty times is that blessing; what is said three times or more is read twice.
_LONGEST_REFRAIN = 6  # words
# Normalising is quadratic for piles of combining marks, so a message is cut before it too.
LONGEST = 4096
_SPACE = re.compile(r"\s+")
_MARKS = re.compile(r"(\w)([\u0300-\u036f]{2})[\u0300-\u036f]+")
_SENTENCE = re.compile(r"(?<=[.!?؟።\n])\s+")
# Arabic presentation forms such as U+FDFA overflow the engine; NFKC takes them apart, and this holds even if a form is added to Unicode.
_FORMS = re.compile("[\ufb50-\ufdff\ufe70-\ufeff]")
_ONE_FORM = str.maketrans(
    {
        "ł": "l",
        "đ": "d",
        "ı": "i",
        "ø": "o",
        "æ": "a",
        "’": "'",
        "ʼ": "'",
        "`": "'",
        "ى": "ي",
        "ی": "ي",
        "ک": "ك",
        "ة": "ه",
        "ە": "ه",
        "ھ": "ه",
    }
    | {"ہ": "ه", "ۀ": "ه", "ٱ": "ا", "ـ": "", "\u200c": "", "\u200d": "", "ё": "е", "ß": "ss"}
)
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ\u200c][^\W\d_]+)*")


def prepare(text: str) -> str:
    r"""`text` without controls, NUL, lone surrogates and compatibility forms, spaces collapsed, cut to `LONGEST`.

    >>> prepare("  Kita\x00  platz ")
    'Kita platz'
    """
    lines = _SENTENCE.sub("\n", clean(text[:LONGEST]))
    plain = _FORMS.sub("", unicodedata.normalize("NFKC", _MARKS.sub(r"\1\2", lines)))
    return "\n".join(filter(None, (_SPACE.sub(" ", line).strip() for line in clean(plain)[:LONGEST].split("\n"))))


def pieces(prepared: str) -> list[str]:
    r"""The message in at most `PIECES` parts of at most `PIECE` characters, broken between sentences where possible; the end is kept.

    >>> pieces("Hallo\nWie geht das?")
    ['Hallo Wie geht das?']
    >>> pieces("bitte bitte bitte bitte hilf mir")
    ['bitte bitte hilf mir']
    """
    parts: list[str] = []
    for line in prepared.split("\n"):
        for chunk in _chunks(_without_refrains(line)):
            if parts and len(parts[-1]) + len(chunk) < PIECE:
                parts[-1] += f" {chunk}"
            else:
                parts.append(chunk)
    return parts if len(parts) <= PIECES else [*parts[: PIECES - 1], parts[-1]]


def _without_refrains(line: str) -> str:
    """The line without what repeats the words before it for the third time."""
    kept: list[str] = []
    for word in line.split(" "):
        kept.append(word)
        for size in range(1, _LONGEST_REFRAIN + 1):
            if len(kept) >= 3 * size and kept[-size:] == kept[-2 * size : -size] == kept[-3 * size : -2 * size]:
                del kept[-size:]
    return " ".join(kept)


def _chunks(line: str) -> list[str]:
    chunks = []
    while len(line) > PIECE:
        cut = line.rfind(" ", PIECE // 2, PIECE)
        cut = cut if cut > 0 else PIECE
        chunks.append(line[:cut])
        line = line[cut:].strip()
    return [*chunks, line]


def words(text: str) -> list[str]:
    """The words of `text`: runs of letters, without digits and signs.

    >>> words("B1-Kurs, bitte!")
    ['B', 'Kurs', 'bitte']
    """
    return _WORD.findall(text)


def skeleton(text: str) -> str:
    """`text` as patterns are matched against it: lower case, no accents or vowel marks, one form of each Arabic letter, no joiners.

    >>> skeleton("Führerschein أُريد Đak")
    'fuhrerschein اريد dak'
    """
    plain = unicodedata.normalize("NFD", text.lower().translate(_ONE_FORM))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
