"""Syncing three regions in five languages from a publisher on this machine: the first time, with nothing changed, and killed in the middle.

The publisher is invented and has 617 pages in each language; with `--data DIR` it is any folder of pages. Each sync is the command that
operators use, in a process of its own.
"""

import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bench import invented_pages
from bench.figures import Found, Target, Value, number
from bench.page_server import CHANGED
from bench.processes import ROOT, Program, wait
from bench.scale import Scale
from bot.page_shelf import PageShelf
from store import database

FIRST_SECONDS, AGAIN_SECONDS = 180.0, 5.0
# After so many of the feeds the process is killed.
_KILLED_AFTER = 0.4
_STEP = re.compile(rb"^(\d+) of (\d+):", re.MULTILINE)


class _Publisher(NamedTuple):
    """Where it answers, what it has, and the file that changes all its pages."""

    url: str
    regions: tuple[str, ...]
    languages: tuple[str, ...]
    flag: Path


def run(scale: Scale, folder: Path) -> Found:
    """Sync, sync again, kill a sync of changed pages in the middle, and finish it."""
    data, flag = scale.data or folder / "data", folder / "changed"
    if scale.data is None:
        invented_pages.write(data)
    with Program(["-m", "bench.page_server", str(data), str(flag)], folder / "publisher.log") as server:
        port = int(wait(lambda: server.log.read_text().partition("\n")[0], server, what="the publisher"))
        publisher = _Publisher(f"http://127.0.0.1:{port}", *_kept(data), flag)
        row = _measured(folder, publisher)
    size = f"{len(publisher.regions)} regions × {len(publisher.languages)} languages, {number(row, 'pages'):,.0f} pages"
    return Found(
        title=f"sync: {size}, on SQLite",
        rows={"": row},
        targets=[
            Target(name="first sync", value=number(row, "first s"), unit=" s", most=FIRST_SECONDS),
            Target(name="nothing changed", value=number(row, "again s"), unit=" s", most=AGAIN_SECONDS),
            Target(name="killed in the middle: feeds that are half", value=number(row, "half feeds after the kill"), most=0),
            Target(
                name="killed in the middle: pages that still serve", value=number(row, "pages after the kill"), least=number(row, "pages")
            ),
        ],
        notes=["Seconds of the whole command, its start included. Killed while it replaces every page of every feed."],
    )


def _kept(data: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The regions and languages that a folder has."""
    found = [file.parent for file in data.glob("api/v3/*/*/pages.json")]
    return tuple(sorted({file.parent.name for file in found})), tuple(sorted({file.name for file in found}))


def _measured(folder: Path, publisher: _Publisher) -> dict[str, Value]:
    file = folder / "lotse.db"
    first, again = _seconds(file, publisher), _seconds(file, publisher)
    before = _titles(file)
    publisher.flag.touch()
    done = _killed(file, publisher)
    after = _titles(file)
    found = asyncio.run(_served(file, publisher.regions[0]))
    finishing = _seconds(file, publisher)
    assert all(title.endswith(CHANGED) for titles in _titles(file).values() for title in titles)
    return {
        "pages": sum(map(len, before.values())),
        "first s": first,
        "again s": again,
        "feeds done before the kill": done,
        "new feeds after the kill": sum(_share(titles) == 1 for titles in after.values()),
        "half feeds after the kill": sum(0 < _share(titles) < 1 for titles in after.values()),
        "pages after the kill": sum(map(len, after.values())),
        "pages in the index after the kill": found,
        "finishing after the kill s": finishing,
    }


def _share(titles: list[str]) -> float:
    """How much of a feed is of the changed pages."""
    return sum(title.endswith(CHANGED) for title in titles) / max(1, len(titles))


def _titles(file: Path) -> Mapping[int, list[str]]:
    """The titles of all pages by feed, read by somebody else than Lotse."""
    found: dict[int, list[str]] = {}
    with sqlite3.connect(file) as opened:
        for feed, title in opened.execute("SELECT feed_id, title FROM pages"):
            found.setdefault(feed, []).append(title)
    return found


async def _served(file: Path, place: str) -> int:
    """How many pages of a place Lotse has at hand now."""
    opened, shelf = database.connect(f"sqlite+aiosqlite:///{file}"), PageShelf(cache=None)
    try:
        async with opened.read() as session:
            return len((await shelf.index(session, place)).pages)
    finally:
        await shelf.close()
        await opened.close()


def _command(file: Path, publisher: _Publisher, log: Path) -> subprocess.Popen[bytes]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    environment = clean | {
        "LOTSE_DATABASE_URL": f"sqlite+aiosqlite:///{file}",
        "LOTSE_DATA_DIR": str(file.parent),
        "PYTHONPATH": str(ROOT),
    }
    source = ["--integreat", publisher.url, "--region", ",".join(publisher.regions), "--languages", ",".join(publisher.languages)]
    command = [sys.executable, "-c", "from bot.cli import main; main()", "knowledge", "sync", *source]
    with log.open("wb") as stream:
        return subprocess.Popen(command, env=environment, stdout=stream, stderr=stream)  # noqa: S603 - our own program


def _seconds(file: Path, publisher: _Publisher) -> float:
    """One whole sync."""
    log, began = file.with_name("sync.log"), time.perf_counter()
    status = _command(file, publisher, log).wait()
    took = time.perf_counter() - began
    assert status == 0, log.read_text(encoding="utf-8")[-2000:]
    return took


def _killed(file: Path, publisher: _Publisher) -> int:
    """Kill a sync when a part of the feeds is done; returns how many were."""
    log = file.with_name("killed.log")
    process = _command(file, publisher, log)

    def far() -> int:
        steps = _STEP.findall(log.read_bytes())
        return int(steps[-1][0]) if steps and int(steps[-1][0]) >= _KILLED_AFTER * int(steps[-1][1]) else 0

    try:
        done: int = wait(far, what="a part of the sync", seconds=FIRST_SECONDS, pause=0.001)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    return done
