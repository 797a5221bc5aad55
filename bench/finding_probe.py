"""`python -m bench.finding_probe URL RESULT MOST`: asks the test messages of all languages on one core, worker process included.

It writes the milliseconds of each question, for understanding and for the pages, and waits, so that its memory can be read.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import NamedTuple

import psutil
import yaml

from bench.finding import PLACE
from bench.processes import DATA, ROOT
from bot.app import examples
from bot.page_shelf import PageShelf
from knowledge import loader
from nlu import brain
from nlu.retrieval import Index
from store import database

_WARMING = 20


class _Clock(NamedTuple):
    """Milliseconds that have passed, and that this process and its workers used of the processor."""

    wall: float
    used: float

    def since(self, before: "_Clock") -> "_Clock":
        return _Clock(self.wall - before.wall, self.used - before.used)

    def __add__(self, other: "_Clock") -> "_Clock":  # type: ignore[override]  # a tuple would be joined
        return _Clock(self.wall + other.wall, self.used + other.used)


async def main(url: str, result: Path, most: int) -> None:
    """Load everything as a start does, then ask one question after the other."""
    opened, shelf = database.connect(url), PageShelf(cache=DATA / "nlu")
    built = await brain.build(examples(loader.shipped()), DATA / "nlu")
    began = time.perf_counter()
    async with opened.read() as session:
        index = await shelf.complete(session, PLACE)
    loading = time.perf_counter() - began
    assert all(part.has_vectors for part in index.parts.values())
    messages = _messages(most)
    for words, language in messages[:_WARMING]:
        await _asked(built, index, words, language)
    times = [await _asked(built, index, words, language) for words, language in messages]
    whole = [understanding + pages for understanding, pages in times]
    parts = {"understanding": [each for each, _ in times], "pages": [each for _, each in times], "question": whole}
    figures = {name: {"ms": [each.wall for each in own], "CPU ms": [each.used for each in own]} for name, own in parts.items()}
    draft = result.with_suffix(".draft")
    draft.write_text(json.dumps({"loading": loading, "questions": len(times), "parts": figures}))
    draft.rename(result)
    await asyncio.Event().wait()


async def _asked(built: brain.Brain, index: Index, words: str, language: str) -> tuple[_Clock, _Clock]:
    """What it takes to understand, and to find pages with the vector that understanding has."""
    workers = [f"/proc/{child.pid}/schedstat" for child in psutil.Process().children()]
    began = _now(workers)
    match = await built.understand(words, language=language)
    understood = _now(workers)
    searching = _now([])
    index.search(words, match.vector, language=match.language)
    return understood.since(began), _now([]).since(searching)


def _now(workers: list[str]) -> _Clock:
    used = sum(int(Path(file).read_text().split()[0]) for file in workers) / 1e6
    return _Clock(time.perf_counter() * 1000, time.process_time() * 1000 + used)


def _messages(most: int) -> list[tuple[str, str]]:
    """Questions of people about the articles, with their language; at most so many of each language, 0 for all."""
    found = []
    for file in sorted((ROOT / "tests" / "nlu" / "messages").glob("*.yml")):
        articles = yaml.safe_load(file.read_text(encoding="utf-8"))["articles"]
        texts = [text for texts in articles.values() for text in texts]
        found += [(text, file.stem) for text in texts[: most or None]]
    return found


if __name__ == "__main__":
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
