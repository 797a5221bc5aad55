"""What was asked in vain in a demonstration, and what people said of answers, at its first start; the words are in `demo_wishes.yml`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import unanswered
from knowledge.feedback import VERDICTS
from knowledge.feedback import rows as verdicts
from knowledge.unanswered import Meaning
from nlu.brain import Brain
from store.crypto import Keyring
from store.statements import table_of
from store.tables import Person, Unanswered

SCRIPT = Path(__file__).parent / "demo_wishes.yml"
# So far apart that some were asked in the last week, some before, and all within the retention time.
_EVERY = timedelta(hours=40)
_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

people, questions = table_of(Person), table_of(Unanswered)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An invented question and what understanding makes of it."""

    text: str
    language: str
    meaning: Meaning


async def understood(brain: Brain) -> list[Asked]:
    """The invented questions, as if they were asked."""
    found = []
    for language, text in _script()["questions"]:
        match = await brain.understand(text, language=language)
        meaning = Meaning(vector=match.vector, near={one.entry: one.score for one in match.candidates})
        found.append(Asked(text=text, language=language, meaning=meaning))
    return found


async def fill(session: AsyncSession, keyring: Keyring, asked: Sequence[Asked], *, municipality: int, now: datetime) -> None:
    """Let somebody else ask each question, and say of answers whether they helped."""
    for number, one in enumerate(asked):
        at = now - number * _EVERY
        who = {"language": one.language, "municipality_id": municipality, "created_at": at, "seen_at": at}
        person = int(await session.scalar(insert(people).values(who).returning(people.c.id)) or 0)
        about: dict[str, Any] = {"language": one.language, "decision": "rephrase", "person": person, "municipality_id": municipality}
        await unanswered.record(session, keyring, text=one.text, meaning=one.meaning, **about)
        await session.execute(update(questions).where(questions.c.person_id == person).values(asked_at=at))
    for entry, counts in _script()["verdicts"].items():
        fixed = {"entry": entry, "language": "de", "municipality_id": municipality, "given_at": now}
        rows = [fixed | {"verdict": verdict} for verdict, count in zip(VERDICTS, counts, strict=True) for _ in range(count)]
        await session.execute(insert(verdicts), rows)


def _script() -> Any:
    return yaml.load(SCRIPT.read_text(encoding="utf-8"), Loader=_SAFE)  # noqa: S506 - the safe loader, in C where there is one
