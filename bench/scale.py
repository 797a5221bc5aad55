"""How much is measured: the real thing, and a smoke test."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Sizes of one run: rounds of all competitors, people, presses at once, messages one by one, free texts at once."""

    rounds: int = 3
    people: int = 200
    presses: int = 2000
    singles: int = 100
    texts: int = 300
    cold: bool = True


FULL = Scale()
QUICK = Scale(rounds=1, people=20, presses=60, singles=10, texts=10, cold=False)
