"""Direction of text: isolating left-to-right fragments inside right-to-left sentences, and removing hostile controls."""

import re
from collections.abc import Iterable

_DOT = " · "
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufefc]")
FSI, PDI = "\u2068", "\u2069"
_RLI = "\u2067"
# Embeddings and overrides (stripped by Telegram too), isolates and marks: nobody types them, attackers do.
_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u00ad\ufeff\u200b\u2060-\u2064]")
_OTHER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufff9-\uffff]")
# A Latin word or a number, with what may stand between two of them ("(Ausländerbehörde)", "0800 111 0 111", "bamf-navi.bamf.de").
_FRAGMENT = re.compile(r"\+?[A-Za-z0-9À-ɏ](?:[A-Za-z0-9À-ɏ.,:/@§&+'’–-]|[ \u00a0](?=[A-Za-z0-9À-ɏ§]))*(?<![.,:–-])")


def isolate(text: str) -> str:
    """`text` between FSI and PDI, so that its own direction does not disturb the sentence around it."""
    return f"{FSI}{text}{PDI}"


def beside(pieces: Iterable[str], *, rtl: bool) -> str:
    """Short pieces in one line, with a dot between; empty ones are left out.

    In a right-to-left language the first stands on the right, also if it is Latin.
    """
    shown = [piece for piece in pieces if piece]
    if not rtl or len(shown) < 2:  # noqa: PLR2004 - one piece has no order
        return _DOT.join(shown)
    return f"{_RLI}{_DOT.join(isolate(piece) for piece in shown)}{PDI}"


def isolate_latin(text: str) -> str:
    """Every Latin or numeric fragment of a right-to-left text isolated; lines without right-to-left letters and what is isolated stay."""
    return "\n".join(_isolate_line(line) if _RTL.search(line) else line for line in text.split("\n"))


def _isolate_line(line: str) -> str:
    parts = re.split(f"({FSI}[^{PDI}]*{PDI})", line)
    return "".join(part if part.startswith(FSI) else _FRAGMENT.sub(lambda found: isolate(found[0]), part) for part in parts)


def clean(text: str) -> str:
    """What a person typed without direction controls, zero-width fillers, other controls and lone surrogates.

    ZWJ and ZWNJ stay: Persian and Kurdish orthography and emoji need them.
    """
    return _OTHER.sub("", _CONTROLS.sub("", text)).strip()
