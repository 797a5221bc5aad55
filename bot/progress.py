"""Telling how far a long work is."""

from collections.abc import Callable


class Milestones:
    """Tells progress every tenth of the way, not for each message."""

    def __init__(self, say: Callable[[str], None], words: str = "learning the examples: {done} of {total}") -> None:
        self._say = say
        self._words = words
        self._last = -1

    def __call__(self, done: int, total: int) -> None:
        """Progress of a long work: `done` of `total` messages, rows, or whatever it goes through."""
        tenth = 10 * done // max(total, 1)
        if tenth != self._last:
            self._last = tenth
            self._say("  " + self._words.format(done=done, total=total))
