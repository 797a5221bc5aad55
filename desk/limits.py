"""How often something may be tried, counted in memory of this process; nothing of it is stored."""

import time
from collections import deque
from dataclasses import dataclass, field

MINUTES_10 = 600.0
_SWEEP_AT = 10_000


class Tries:
    """Counts attempts per key over a span of seconds."""

    def __init__(self, most: int, *, seconds: float = MINUTES_10) -> None:
        self._most = most
        self._seconds = seconds
        self._tried: dict[str, deque[float]] = {}

    def allows(self, key: str) -> bool:
        """Count an attempt; False (and not counted) if there were too many."""
        now = time.monotonic()
        if len(self._tried) > _SWEEP_AT:
            self._tried = {name: tried for name, tried in self._tried.items() if tried and tried[-1] > now - self._seconds}
        tried = self._tried.setdefault(key, deque())
        while tried and tried[0] <= now - self._seconds:
            tried.popleft()
        if len(tried) >= self._most:
            return False
        tried.append(now)
        return True

    def forgive(self, key: str) -> None:
        """The newest attempt was a good one: it does not count."""
        if tried := self._tried.get(key):
            tried.pop()

    def forget(self, key: str) -> None:
        """Begin again: somebody proved that it is them."""
        self._tried.pop(key, None)


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """Failed attempts within ten minutes: passwords of one account, passwords from one network address (an office shares one), codes."""

    account: Tries = field(default_factory=lambda: Tries(10))
    address: Tries = field(default_factory=lambda: Tries(100))
    code: Tries = field(default_factory=lambda: Tries(6))
