"""How Lotse treats servers of other people when it reads from them: says who it is, and waits as long as it is asked to."""

from collections.abc import Callable
from typing import Any

AGENT = "Lotse (a guide for newcomers; reads public pages)"
# Seconds before the second try; each further one waits twice as long, or what the server asks for.
PAUSE = 1.0
LONGEST_PAUSE = 60.0
# What a busy or broken server answers: another try may help.
BUSY = frozenset({429, 500, 502, 503, 504})

Wait = Callable[[float], Any]


def asked_to_wait(header: str) -> float:
    """The seconds of a `Retry-After`, at most a minute; 0 if it is missing or no number."""
    return min(float(header), LONGEST_PAUSE) if header.isascii() and header.isdigit() else 0.0


def longer(pause: float) -> float:
    """The pause after this one."""
    return min(pause * 2, LONGEST_PAUSE)
