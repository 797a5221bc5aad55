"""Telling news of courses in processes that are killed at random moments: `python -m bench.courses_teller URL NOW` is one of them."""

import asyncio
import random
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from bench.figures import Value
from bench.processes import ROOT
from bot import codec
from bot.apply import World
from bot.channels import TRAITS
from bot.course_news import Teller
from bot.delivery import Delivery
from bot.inbox import Desk
from bot.speaking import Speaker
from dialogs.course_alerts import MOST
from knowledge.model import Knowledge
from store import database
from store.courses import CourseNews
from store.crypto import Keyring
from store.statements import table_of
from store.tables import Message, Outbox

KILLS = 5
TITLE = re.compile(r"Kurs (\w+) \(Demo\)")

messages, outbox, news = table_of(Message), table_of(Outbox), table_of(CourseNews)


def desk() -> Desk:
    """The keys of the benchmark."""
    return Desk(owner="bench", keyring=Keyring([b"k" * 32]), index_key=b"i" * 32)


def run(url: str, folder: Path, chance: random.Random, now: datetime, *, size: int) -> int:
    """Tell `size` people: several processes that are killed while they do, and a last one that is not; returns how many were killed."""
    kills = 0
    for _ in range(KILLS):
        target = asyncio.run(_said(url)) + chance.randrange(1, max(2, size // (KILLS + 1)))
        with (folder / "teller.log").open("ab") as log:
            command = [sys.executable, "-m", "bench.courses_teller", url, now.isoformat()]
            process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)  # noqa: S603 - ourselves
        while process.poll() is None and asyncio.run(_said(url)) < target:
            time.sleep(0.1)
        process.kill()
        kills += process.wait() < 0
    asyncio.run(tell(url, now))
    return kills


async def _said(url: str) -> int:
    base = database.connect(url)
    async with base.read() as session:
        found = await session.scalar(select(func.count()).select_from(messages))
    await base.close()
    return int(found or 0)


async def tell(url: str, now: datetime) -> None:
    """Tell everybody what waits for them, as a process of Lotse does with its ticks."""
    base, own = database.connect(url), desk()
    speaker = Speaker(desk=own, traits=TRAITS, delivery=Delivery(database=base, desk=own, channels={}))
    world = World(knowledge=Knowledge(articles={}, contacts={}), towns={}, traits=TRAITS)
    teller = Teller(database=base, desk=own, world=world, speaker=speaker)
    while await teller.tell(now):
        pass
    await base.close()


async def judged(url: str, expected: Mapping[int, set[str]]) -> dict[str, Value]:
    """Whether everybody has one line in the history and one parcel, about the courses that they expect."""
    base, keyring = database.connect(url), desk().keyring
    said: defaultdict[int, list[list[str]]] = defaultdict(list)
    async with base.read() as session:
        for row in await session.execute(select(messages.c.person_id, messages.c.sealed_payload)):
            said[row.person_id].append(TITLE.findall(codec.open_message(keyring, row.sealed_payload)["text"]))
        parcels = list(await session.scalars(select(func.count()).select_from(outbox).group_by(outbox.c.address_id)))
        waiting = await session.scalar(select(func.count()).select_from(news).where(news.c.state == "pending"))
    await base.close()
    return {
        "told": float(len(said)),
        "lost": float(sum(who not in said for who in expected) + (waiting or 0) + abs(len(parcels) - len(said))),
        "told twice": float(sum(len(found) > 1 for found in said.values()) + sum(count > 1 for count in parcels)),
        "told something else": float(sum(not _right(found[0], expected.get(who, set())) for who, found in said.items())),
    }


def _right(named: list[str], expected: set[str]) -> bool:
    """The first six are named, each once."""
    return set(named) <= expected and len(named) == len(set(named)) == min(len(expected), MOST)


if __name__ == "__main__":
    asyncio.run(tell(sys.argv[1], datetime.fromisoformat(sys.argv[2])))
