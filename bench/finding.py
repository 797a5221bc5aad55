"""A question among all articles and ten thousand passages of imported pages: milliseconds and memory on one core, the start, the index.

One town has so many invented pages in five languages, imported over HTTP by the sync that operators use; it is asked all test messages of
all languages. Vectors are kept in the cache on disk, so that an interrupted run goes on where it was: without them it takes half an hour.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from bench import invented_pages
from bench.figures import Found, Target, Value, number, percentile
from bench.processes import DATA, LEARNING_SECONDS, Program, port_of, wait
from bench.scale import Scale
from bot import page_sync
from bot.page_shelf import PageShelf
from bot.progress import Milestones
from nlu.embedding import Cache
from store import database, migrate
from tests.pages.publisher import publishing

PLACE = "musterstadt"
MOST_MS, MOST_MB, MOST_SECONDS = 60.0, 600.0, 3.0
STARTS = 5


def run(scale: Scale, folder: Path) -> Found:
    """Import, compute what vectors are missing, then measure in processes of their own."""
    DATA.mkdir(parents=True, exist_ok=True)
    url = f"sqlite+aiosqlite:///{folder}/lotse.db"
    filling = asyncio.run(_filled(url, scale.passages))
    asked = _asked(folder, url, scale.singles if scale.rounds == 1 else 0)
    starts = _starts(folder, url, STARTS if scale.rounds > 1 else 1)
    row: dict[str, Value] = {**filling, **asked, "start s": median(starts), "slowest start s": max(starts)}
    return Found(
        title=f"finding: articles in all languages and {number(row, 'passages'):,.0f} passages of one town",
        rows={"": row},
        targets=[
            Target(name="a question on one core, p95", value=number(row, "question ms p95"), unit=" ms", most=MOST_MS),
            Target(name="memory with the worker process", value=number(row, "memory MB"), unit=" MB", most=MOST_MB),
            Target(name="start until ready, warm", value=number(row, "start s"), unit=" s", most=MOST_SECONDS),
        ],
        notes=[
            "A question: understanding (safety screen, language, article) and the pages; its vector is computed once.",
            "CPU ms are what the process and its worker used: on a core that others use too, the rest is waiting for them.",
            "Memory is the proportional set size of the process and its worker. The start is that of `lotse serve` with these pages.",
        ],
    )


async def _filled(url: str, passages: int) -> dict[str, Value]:
    """A database with the pages, and a cache with all their vectors."""
    opened = database.connect(url)
    try:
        await migrate.upgrade(opened)
        importing = await _imported(opened, -(-passages // len(invented_pages.LANGUAGES) // invented_pages.SECTIONS))
        told = Milestones(_say, "vectors of passages: {done} of {total}")
        shelf, began = PageShelf(cache=DATA / "nlu", progress=told, processes=os.cpu_count() or 1), time.perf_counter()
        async with opened.read() as session:
            index = await shelf.index(session, PLACE)
            texts = [text for language in index.parts for text in index.texts(language)]
            fresh = sum(vector is None for vector in map(Cache(DATA / "nlu", "passage").get, texts))
            await shelf.complete(session, PLACE)
        took = time.perf_counter() - began
        await shelf.close()
        if not all(part.has_vectors for part in index.parts.values()):
            message = f"some vectors are missing; what was computed is kept, so start again ({shelf.note})"
            raise RuntimeError(message)
        return {"passages": len(texts), "pages": len(index.pages), "import s": importing, "index s": took, "vectors computed for it": fresh}
    finally:
        await opened.close()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


async def _imported(opened: database.Database, pages: int) -> float:
    rows = {f"{PLACE}/{code}/pages": invented_pages.rows(code, region=PLACE, pages=pages) for code in invented_pages.LANGUAGES}
    async with publishing(rows) as publisher:
        feeds = page_sync.feeds_of(publisher.url, regions=[PLACE], languages=invented_pages.LANGUAGES)
        began = time.perf_counter()
        problems = [each.problem async for each in page_sync.sync(opened, feeds) if each.problem]
        took = time.perf_counter() - began
    assert not problems, problems
    return took


def _asked(folder: Path, url: str, most: int) -> dict[str, Value]:
    """Ask in a process of its own, on one core; `most` questions of each language, 0 for all."""
    result = folder / "finding.json"
    with Program(["-m", "bench.finding_probe", url, str(result), str(most)], folder / "probe.log") as program:
        wait(result.exists, program, what="the questions", seconds=LEARNING_SECONDS)
        heard: Mapping[str, Any] = json.loads(result.read_text())
        memory = program.memory()
    figures = {
        f"{part} {unit} {label}": percentile(times, share)
        for part, units in heard["parts"].items()
        for unit, times in units.items()
        for label, share in (("p50", 0.5), ("p95", 0.95))
    }
    return {"index s, warm, one core": heard["loading"], "questions": heard["questions"], **figures, "memory MB": memory}


def _starts(folder: Path, url: str, count: int) -> list[float]:
    """Seconds until `lotse serve` says that it is ready, after one start that warms up."""
    return [_start(folder, url) for _ in range(count + 1)][1:]


def _start(folder: Path, url: str) -> float:
    environment = {"LOTSE_DATABASE_URL": url, "LOTSE_DATA_DIR": str(DATA), "LOTSE_LOG_FORMAT": "json"}
    with Program(["-c", "from bot.cli import main; main()", "serve", "--port", "0"], folder / "serve.log", environment) as program:
        address = f"http://127.0.0.1:{port_of(program)}/readyz"
        wait(lambda: httpx.get(address).status_code == httpx.codes.OK, program, what="readiness")
        return time.monotonic() - program.started
