"""Counts what people say of answers, by article and language; no number is shown that rests on few verdicts. Storing is in `feedback`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.feedback import VERDICTS, rows

# Below that one opinion moves the share by more than a fifth, and says who it was to those who asked them.
LEAST = 5
WINDOW, RECENT = timedelta(days=90), timedelta(days=28)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How often each verdict was given."""

    yes: int = 0
    no: int = 0
    other: int = 0

    @property
    def all(self) -> int:
        """All verdicts."""
        return self.yes + self.no + self.other

    @property
    def told(self) -> bool:
        """Whether there are enough of them to show."""
        return self.all >= LEAST

    @property
    def helped(self) -> float:
        """The share of those whom it helped, 0 to 1."""
        return self.yes / self.all if self.all else 0.0

    def __add__(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(yes=self.yes + other.yes, no=self.no + other.no, other=self.other + other.other)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What was said of one article: in the whole window, in its last four weeks and before, and by those languages that may be shown."""

    entry: str
    counts: Counts
    late: Counts
    early: Counts
    languages: Mapping[str, Counts]

    @property
    def change(self) -> float | None:
        """By how much the share of those whom it helped has grown of late (-1 to 1); None where either time has too few verdicts."""
        return self.late.helped - self.early.helped if self.late.told and self.early.told else None

    @property
    def badness(self) -> float:
        """The share that was not helped, drawn to the middle where little was said: the higher, the sooner an editor should look."""
        return (self.counts.all - self.counts.yes + 1) / (self.counts.all + 2)


async def tallies(session: AsyncSession, *, municipality: int, now: datetime) -> list[Tally]:
    """The articles of which enough was said in the municipality, the worst first."""
    late = case((rows.c.given_at >= now - RECENT, 1), else_=0).label("late")
    mine = (rows.c.municipality_id == municipality, rows.c.given_at >= now - WINDOW)
    key = (rows.c.entry, rows.c.language, rows.c.verdict, late)
    by: defaultdict[str, list[tuple[str, bool, Counts]]] = defaultdict(list)
    for entry, language, verdict, is_late, count in await session.execute(select(*key, func.count()).where(*mine).group_by(*key)):
        if verdict in VERDICTS:
            by[entry].append((language, bool(is_late), _counts(verdict, count)))
    found = [_tally(entry, parts) for entry, parts in by.items()]
    return sorted((one for one in found if one.counts.told), key=lambda one: (-one.badness, one.entry))


def _counts(verdict: str, count: int) -> Counts:
    return Counts(**{"other" if verdict == "else" else verdict: count})


def _tally(entry: str, parts: Sequence[tuple[str, bool, Counts]]) -> Tally:
    late, early = (_sum(counts for _, is_late, counts in parts if is_late is which) for which in (True, False))
    languages = {code: _sum(counts for language, _, counts in parts if language == code) for code, _, _ in parts}
    return Tally(entry=entry, counts=late + early, late=late, early=early, languages=shown(languages))


def shown(languages: Mapping[str, Counts]) -> dict[str, Counts]:
    """The languages with enough verdicts, the most frequent first.

    Where the rest together are too few, the smallest is left out too: what is hidden must not follow from the sum.
    """
    ranked = sorted(languages.items(), key=lambda pair: (-pair[1].all, pair[0]))
    kept = [pair for pair in ranked if pair[1].told]
    if kept and 0 < sum(counts.all for _, counts in ranked[len(kept) :]) < LEAST:
        kept.pop()
    return dict(kept)


def _sum(counts: Iterable[Counts]) -> Counts:
    return sum(counts, start=Counts())
