"""Takes a message apart into words, numbers, dates and signs; which phrases they make is found in the package itself."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from nlu.text import LONGEST, skeleton

_DIGITS = {ord(digits) + i: str(i) for digits in "٠۰" for i in range(10)}
# What writers of Kurdish and Pashto leave out or take from a Persian keyboard.
_UNMARKED = {ord(marked): usual for marked, usual in zip("ۆێڕڵېۍګ", "ويرلييگ", strict=True)}
# Letters that Amharic and Tigrinya writers exchange freely: families of eight, and two vowels after gutturals.
_ETHIOPIC = {
    **{strange + i: usual + i for strange, usual in ((0x1210, 0x1200), (0x1280, 0x1200), (0x1220, 0x1230)) for i in range(8)},
    **{strange + i: usual + i for strange, usual in ((0x12D0, 0x12A0), (0x1340, 0x1338)) for i in range(7)},
    **dict.fromkeys((0x1203, 0x1213, 0x1283), 0x1200),
    **dict.fromkeys((0x12A3, 0x12D3), 0x12A0),
}
# "Donnerstagnachmittag" and "Montag Morgen": two words, and this "Morgen" is not tomorrow.
_COMPOUND = re.compile(r"\b((?:mon|diens|donners|frei|sams|sonn)tag|mittwoch)s?[ -]?(?:(vormittag|nachmittag|abend)|(?:morgen|früh))s?\b")
# "godz. 9": what splits sentences takes the point for their end.
_ABBREVIATED = re.compile(r"(?<=[^\W\d_]\.)\n(?=\d)")
# "am 3.12. um 8:30": so does the last point of a date, unless a capital letter begins a sentence behind it.
_DATED = re.compile(r"(?<!\d)(\d{1,2}\.[ ]?\d{1,2}\.)\n(?=(.))")
_TOKEN = re.compile(
    r"(?P<date>(?<![\da-zÀ-ɏЀ-ӿ_])(?<!\d[./-])(?:\d{4}([./-])\d{1,2}\2\d{1,2}|\d{1,2}([./-])[ ]?\d{1,2}\3[ ]?(?:\d{4}|\d\d))(?!\d|[./-]\d))"
    r"|(?P<dayspot>(?<![\da-zÀ-ɏЀ-ӿ_])(?<!\d[./-])\d{1,2}\.[ ]?\d{1,2}\.(?![./-]?\d))"
    r"|(?P<clock>(?<![\da-zÀ-ɏЀ-ӿ_])(?<![:.,/-])\d{1,2}(?::|[ ]?h[ ]?)\d\d(?!\d|[:.,/]\d))"
    r"|(?P<fraction>(?<![\da-zÀ-ɏЀ-ӿ_])(?<!\d[./-])\d{1,2}[./]\d{1,2}(?!\d|[./,-]\d))"
    r"|(?P<level>(?<!\w)[abcавс][12](?!\d))"
    r"|(?P<number>\d+)|(?P<word>[^\W\d_]+)|(?P<stop>[.!?؟።…\n])|(?P<pause>[,;:،؛፣፤()–—]|፡(?=\s))"
)
# Nobody writes more words in the longest message; what has more is no prose.
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the message: `kind` is word, number, level (`B1`), date, dayspot (`3.5.`), fraction (`3/5`), clock, stop or pause.

    `gap` is what stands between the token before and this one.
    """

    kind: str
    raw: str
    plain: str
    gap: str = ""


def tokenise(text: str) -> list[Token]:
    """Words, numbers, numeric dates and the signs that end sentences and clauses; accents are kept in `raw` only."""
    text = _DATED.sub(lambda hit: hit[0] if hit[2].isupper() else f"{hit[1]} ", text[:LONGEST])
    lowered = unicodedata.normalize("NFC", text.lower().translate(_DIGITS))
    lowered = "".join(sign for sign in lowered if not unicodedata.combining(sign))
    lowered = _ABBREVIATED.sub(" ", lowered)
    joined = _COMPOUND.sub(lambda hit: f"{hit[1]} {hit[2] or 'vormittag'}", lowered)
    tokens, end = [], 0
    for hit in islice(_TOKEN.finditer(joined), _MOST):
        plain = plain_of(hit[0]) if hit.lastgroup == "word" else hit[0]
        tokens.append(Token(hit.lastgroup or "", hit[0], plain, joined[end : hit.start()].strip()))
        end = hit.end()
    return tokens


@lru_cache(maxsize=4096)
def plain_of(word: str) -> str:
    """A word as the tables have it: its skeleton, with one form of the Ethiopic letters that writers exchange."""
    return skeleton(word).translate(_UNMARKED).translate(_ETHIOPIC)
