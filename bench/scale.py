"""How much is measured: the real thing, and a smoke test."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Sizes of one run: rounds of all competitors, people, presses at once, messages one by one, free texts at once.

    `examples` is on how many messages engines are compared; `cold` says whether starts without byte code are measured.
    `cases` fill the desk, whose pages are asked for `pages` times each. `passages` are those of imported pages; `data` is a folder with
    pages of a publisher that are synced instead of invented ones.
    """

    rounds: int = 3
    people: int = 200
    presses: int = 2000
    singles: int = 60
    texts: int = 200
    examples: int = 6000
    cases: int = 10_000
    pages: int = 60
    cold: bool = True
    passages: int = 10_000
    data: Path | None = None


FULL = Scale()
QUICK = Scale(rounds=1, people=20, presses=60, singles=10, texts=10, examples=400, cases=200, pages=5, cold=False, passages=300)
