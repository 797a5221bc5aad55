"""What was asked in vain in a municipality: the questions without an answer, and what a group of them says. Grouping is in `nlu.groups`.

Nothing is said of few people: a group is shown only from `LEAST` people on, its texts are masked, and at most `MOST_EXAMPLES` of them
are shown, each of another person.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import unanswered
from knowledge.masking import masked
from knowledge.unanswered import Meaning
from store.crypto import Keyring
from store.errors import SealError
from store.statements import table_of
from store.tables import Unanswered

# Two who know each other could tell who the other one is; with three nobody can be sure.
LEAST = 3
MOST_EXAMPLES = 5
# Comparing every question with every other one: four million pairs take a fraction of a second.
MOST = 2000
WEEK, MONTH = timedelta(days=7), timedelta(days=28)
# So much more in a week is no chance.
RISING = 1.5

Trend = Literal["", "new", "more"]

log = structlog.get_logger(__name__)
rows = table_of(Unanswered)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One question: `person` is a row number, `entry` the answer that did not help before it."""

    id: int
    person: int | None
    language: str
    text: str
    asked_at: datetime
    entry: str | None = None
    meaning: Meaning = field(default_factory=Meaning, compare=False)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Questions that ask the same, the most typical first."""

    wishes: tuple[Wish, ...]

    @property
    def people(self) -> int:
        """How many different people asked."""
        return len({wish.person for wish in self.wishes})

    @property
    def shown(self) -> bool:
        """Whether enough people asked to show it."""
        return self.people >= LEAST

    @property
    def key(self) -> int:
        """The number by which forms name the group: that of its newest question."""
        return max(wish.id for wish in self.wishes)

    @property
    def languages(self) -> list[str]:
        """The languages, the most frequent first."""
        counts: defaultdict[str, int] = defaultdict(int)
        for wish in self.wishes:
            counts[wish.language] += 1
        return sorted(counts, key=lambda code: (-counts[code], code))

    def since(self, moment: datetime) -> int | None:
        """How many of the questions were asked since then; None where that would tell of too few people."""
        late = [wish for wish in self.wishes if wish.asked_at >= moment]
        return len(late) if len({wish.person for wish in late}) >= LEAST else None

    def trend(self, now: datetime) -> Trend:
        """`new` in the last week, `more` then than in a week of the last four, or nothing in particular."""
        week, month = self.since(now - WEEK), self.since(now - MONTH)
        if week is None or month is None:
            return ""
        if all(wish.asked_at >= now - WEEK for wish in self.wishes):
            return "new"
        return "more" if week * (MONTH / WEEK) > RISING * month else ""

    def examples(self) -> list[Wish]:
        """The most typical questions, masked, one of each person and no two alike."""
        found: dict[int | None, Wish] = {}
        texts: set[str] = set()
        for wish in self.wishes:
            text = masked(wish.text)
            if wish.person not in found and text.casefold() not in texts and len(found) < MOST_EXAMPLES:
                found[wish.person] = Wish(id=wish.id, person=None, language=wish.language, text=text, asked_at=wish.asked_at)
                texts.add(text.casefold())
        return list(found.values())

    def nearest(self) -> tuple[str, float] | None:
        """The article that understanding thought of most, with its mean chance over all questions."""
        sums: defaultdict[str, float] = defaultdict(float)
        for wish in self.wishes:
            for entry, chance in wish.meaning.near.items():
                sums[entry] += chance / len(self.wishes)
        return max(sums.items(), key=lambda pair: pair[1]) if sums else None

    def after(self) -> Mapping[str, int]:
        """The answers that did not help before, with how many people; those of too few people are left out."""
        whom: defaultdict[str, set[int | None]] = defaultdict(set)
        for wish in self.wishes:
            if wish.entry:
                whom[wish.entry].add(wish.person)
        return {entry: len(people) for entry, people in whom.items() if len(people) >= LEAST}


async def read(session: AsyncSession, keyring: Keyring, *, municipality: int, since: datetime, most: int = MOST) -> list[Wish]:
    """The newest questions of a municipality, at most `most`; what cannot be opened is left out."""
    mine = select(rows).where(rows.c.municipality_id == municipality, rows.c.asked_at >= since)
    found = await session.execute(mine.order_by(rows.c.id.desc()).limit(most))
    # Thousands of seals are opened beside the event loop: nobody's message waits for an editor.
    opened = await asyncio.to_thread(lambda: [_opened(keyring, row) for row in found.mappings()])
    return [wish for wish in opened if wish is not None]


def _opened(keyring: Keyring, row: RowMapping) -> Wish | None:
    try:
        text = keyring.open(row["sealed_text"], purpose=unanswered.TEXT)
    except SealError:
        log.warning("a question cannot be read", question=row["id"])
        return None
    plain = {name: row[name] for name in ("id", "language", "asked_at", "entry")}
    return Wish(text=text, person=row["person_id"], meaning=_meaning(keyring, row["sealed_meaning"]), **plain)


def _meaning(keyring: Keyring, sealed: bytes | None) -> Meaning:
    """What was kept of the meaning; nothing where that cannot be read or is of another engine: the words still count."""
    try:
        return unanswered.unpacked(keyring.open(sealed, purpose=unanswered.MEANING)) if sealed else Meaning()
    except (SealError, ValueError):
        return Meaning()


def untold(groups: Sequence[Group]) -> int:
    """How many questions are in groups of too few people to show."""
    return sum(len(group.wishes) for group in groups if not group.shown)
