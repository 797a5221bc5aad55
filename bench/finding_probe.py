"""`python -m bench.finding_probe URL RESULT MOST`: asks the test messages of all languages on one core, worker process included.

It writes the milliseconds of each question, for understanding and for the pages, and waits, so that its memory can be read.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

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


async def main(url: str, result: Path, most: int) -> None:
    """Load everything as a start does, then ask one question after the other."""
    opened, shelf = database.connect(url), PageShelf(cache=DATA / "nlu")
    built = await brain.build(examples(loader.shipped()), DATA / "nlu")
    began = time.perf_counter()
    async with opened.read() as session:
        index = await shelf.complete(session, PLACE)
    heard: dict[str, Any] = {"loading": time.perf_counter() - began, "understanding": [], "pages": []}
    assert all(part.has_vectors for part in index.parts.values())
    messages = _messages(most)
    for words, language in [*messages[:_WARMING], *messages]:
        understanding, pages = await _times(built, index, words, language)
        heard["understanding"].append(understanding)
        heard["pages"].append(pages)
    draft = result.with_suffix(".draft")
    draft.write_text(json.dumps({name: times[_WARMING:] if isinstance(times, list) else times for name, times in heard.items()}))
    draft.rename(result)
    await asyncio.Event().wait()


async def _times(built: brain.Brain, index: Index, words: str, language: str) -> tuple[float, float]:
    """Milliseconds of understanding, and of finding pages with the vector that understanding has."""
    began = time.perf_counter()
    match = await built.understand(words, language=language)
    understood = time.perf_counter()
    index.search(words, match.vector, language=match.language)
    return (understood - began) * 1000, (time.perf_counter() - understood) * 1000


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
