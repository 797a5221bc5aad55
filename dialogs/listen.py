"""The text of an answer as a voice should read it: no addresses of pages, clock times and telephone numbers in words that engines know.

Which voice speaks is in `bot.web.listening`.
"""

import re

from dialogs.model import Reply

_PAGES = re.compile(r"(?:https?://|www\.)\S+")
_INVISIBLE = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufe0f]")
_SIGNS = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff•→←|<>]")
_CLOCK = re.compile(r"\b([01]?\d|2[0-3])(?::([0-5]\d)(?![\d:])|\.([0-5]\d)(?=\s*Uhr))(\s*Uhr\b)?")
# Beginning with + or 0, or one of the short numbers: 110, 112, 115, 116 …
_TELEPHONE = re.compile(r"(?<![\d.,-])(?:\+\d|0\d|11\d)(?:[ /()–-]{0,3}\d){0,13}(?![\d.,:]\d|\d)")
_LONGEST_GROUP = 2


def speakable(reply: Reply) -> str:
    """Title and text of a reply, to be read out."""
    parts = [part.strip() for part in (reply.title, *reply.text.split("\n")) if part.strip()]
    text = "\n".join(part if part[-1] in ".!?:؟۔።" else f"{part}." for part in parts)
    text = _SIGNS.sub(" ", _INVISIBLE.sub("", _PAGES.sub(" ", text)))
    return _TELEPHONE.sub(_digits, _CLOCK.sub(_clock, text))


def _clock(found: re.Match[str]) -> str:
    """Hour and minutes apart: some voices would say "colon". A whole hour has no minutes."""
    hour, minutes, german = found[1], found[2] or found[3], " Uhr" if found[4] else ""
    return f"{hour}{german}" + ("" if minutes == "00" else f" {minutes}")


def _digits(found: re.Match[str]) -> str:
    digits = [sign for sign in found[0] if sign.isdigit()]
    return ("+ " if found[0].startswith("+") else "") + " ".join(digits) if len(digits) > _LONGEST_GROUP else found[0]
