"""`make soak`: kills `lotse serve` at random moments under load, on SQLite and PostgreSQL, and checks that nothing is lost or doubled.

Each person presses, in turn, a button that shows an article and a button that counts feedback. The article's title says which message
was answered; the feedback rows say how often each was applied.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import col

from bench.load import FIRST_PERSON, Verdict, compare, heard, press
from knowledge import loader, view
from store import database
from store.tables import Feedback, Inbox, Outbox
from tests.botapi import BotApi
from tests.postgres import Postgres

TOKEN = "42:soak"  # noqa: S105 - of the local server
PEOPLE = 12
ROOT = Path(__file__).parent.parent
ENTRIES = tuple(sorted(loader.load().articles))


class Load:
    """Presses of `PEOPLE` people; `expected` is what each must be told, in order."""

    def __init__(self, api: BotApi, chance: random.Random) -> None:
        self.api = api
        self.chance = chance
        self.counts = Counter[int]()
        self.feedback = Counter[str]()

    def some(self) -> None:
        """One more press of everybody; now and then an update comes twice."""
        updates = [self._press(FIRST_PERSON + person) for person in range(PEOPLE)]
        if self.chance.random() < 0.3:
            self.api.updates.duplicate(2)
        if self.chance.random() < 0.3:
            self.api.updates.swap(2)
        self.api.inject(updates)
        # Only what was delivered before: an update with a high number that comes early would confirm all below it, as at Telegram.
        newest = min((update["update_id"] for update in self.api.updates.pending), default=sys.maxsize)
        known = [number for number in self.api.updates.published if number < newest]
        if known and self.chance.random() < 0.2:
            self.api.updates.repeat([self.chance.choice(known)])

    def _press(self, person: int) -> dict[str, object]:
        number = self.counts[person]
        self.counts[person] += 1
        entry = ENTRIES[(number // 2) % len(ENTRIES)]
        if number % 2:
            self.feedback[entry] += 1
            return press(person, f"mhelped:yes:{entry}", number=number)
        return press(person, f"mask:{entry}", number=number)

    def expected(self, person: int) -> list[str]:
        """Titles of articles and thanks in turn."""
        articles = loader.load().articles
        return [
            "thanks" if number % 2 else view.title(articles[ENTRIES[(number // 2) % len(ENTRIES)]], language="de")
            for number in range(self.counts[person])
        ]


def _short(words: str) -> str:
    return words.split("</b>", 1)[0].removeprefix("<b>").replace("&amp;", "&") if words.startswith("<b>") else "thanks"


async def start(url: str, api: BotApi, folder: Path) -> asyncio.subprocess.Process:
    """Start `lotse serve` on this database against the local Bot API server."""
    environment = os.environ | {
        "LOTSE_DATABASE_URL": url,
        "LOTSE_TELEGRAM_TOKEN": TOKEN,
        "LOTSE_TELEGRAM_API_URL": api.url,
        "LOTSE_TELEGRAM_RATE": "10000",
        "LOTSE_DATA_DIR": str(folder),
    }
    log = (folder / "serve.log").open("ab")
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from bot.cli import main; main()", "serve", "--port", "0", cwd=ROOT, env=environment, stdout=log, stderr=log
    )


async def run(url: str, *, kills: int, seed: int, workers: int) -> bool:
    """One soak run; prints a line every ten kills and the verdict at the end."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    folder = Path(tempfile.mkdtemp(prefix="lotse-soak-"))
    async with BotApi(token=TOKEN, time_factor=0) as api:
        load = Load(api, chance)
        in_flight = 0
        for kill in range(kills):
            sent = len(api.sent())
            processes = [await start(url, api, folder) for _ in range(workers)]
            await _until_polling(api)
            end = time.monotonic() + chance.uniform(0.05, 1.2)
            while time.monotonic() < end:
                load.some()
                await asyncio.sleep(chance.uniform(0.005, 0.08))
            for process in processes:
                process.send_signal(signal.SIGKILL)
            await asyncio.gather(*(process.wait() for process in processes))
            in_flight += min(await _waiting(url), len(api.sent()) - sent)
            if kill % 10 == 9:
                print(f"  {kill + 1} kills, {sum(load.counts.values())} messages", flush=True)
        process = await start(url, api, folder)
        await _quiet(url, api, load)
        process.send_signal(signal.SIGTERM)
        await process.wait()
        return await _judge(url, api, load, in_flight)


async def _until_polling(api: BotApi) -> None:
    before = len(api.calls)
    await api.wait_for_calls(before + 1, timeout=60)


async def _waiting(url: str) -> int:
    """Parcels whose delivery is not recorded; those of them that this process sent can be sent twice after the crash."""
    base = database.connect(url)
    async with base.read() as session:
        count = await session.scalar(select(func.count()).select_from(Outbox))
    await base.close()
    return int(count or 0)


async def _quiet(url: str, api: BotApi, load: Load) -> None:
    """Wait until everything that was accepted is applied and delivered."""
    deadline = time.monotonic() + 900
    while time.monotonic() < deadline:
        base = database.connect(url)
        async with base.read() as session:
            open_mail = await session.scalar(select(func.count()).select_from(Inbox).where(col(Inbox.applied_at).is_(None)))
            parcels = await session.scalar(select(func.count()).select_from(Outbox))
            applied = await session.scalar(select(func.count()).select_from(Inbox))
        await base.close()
        if not open_mail and not parcels and applied == sum(load.counts.values()):
            return
        await asyncio.sleep(0.5)
    print(f"  not quiet: {open_mail} waiting, {parcels} undelivered, {applied} accepted, {len(api.updates.pending)} not fetched")


async def _judge(url: str, api: BotApi, load: Load, in_flight: int) -> bool:
    told, total = heard(api), Verdict()
    for person in load.counts:
        verdict = compare(load.expected(person), [_short(words) for words in told[person]])
        total.missing += verdict.missing
        total.disordered += verdict.disordered
        total.duplicates += verdict.duplicates
        total.details += verdict.details[:2]
    base = database.connect(url)
    async with base.read() as session:
        rows = await session.execute(select(col(Feedback.entry), func.count()).group_by(col(Feedback.entry)))
        applied = {row.entry: row[1] for row in rows}
    await base.close()
    wrong = {entry: (count, applied.get(entry, 0)) for entry, count in load.feedback.items() if applied.get(entry, 0) != count}
    print(
        f"  {sum(load.counts.values())} messages: {total.missing} without answer, {total.disordered} out of order, "
        f"{sum(abs(should - did) for should, did in wrong.values())} not applied exactly once, "
        f"{total.duplicates} sent twice (≤ {in_flight} in flight)"
    )
    for detail in total.details[:5]:
        print("   ", detail)
    return not (total.missing or total.disordered or wrong) and total.duplicates <= in_flight


def main() -> None:
    """Run the soak on both databases; exit code 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    arguments = parser.parse_args()
    good = True
    folder = Path(tempfile.mkdtemp(prefix="lotse-soak-db-"))
    if arguments.only != "postgresql":
        print(f"SQLite, one process, {arguments.kills} kills")
        good &= asyncio.run(run(f"sqlite+aiosqlite:///{folder}/lotse.db", kills=arguments.kills, seed=arguments.seed, workers=1))
    if arguments.only != "sqlite":
        print(f"PostgreSQL, one polling process, {arguments.kills} kills")
        server = Postgres(folder / "pg")
        good &= asyncio.run(run(server.fresh(), kills=arguments.kills, seed=arguments.seed, workers=1))
        server.stop()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
