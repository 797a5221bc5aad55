"""`python -m bench.probe ENGINE RESULT COUNT`: one engine of understanding in a process of its own.

It writes the milliseconds of each message and waits, so that its memory can be read.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.crowd import LANGUAGES, examples_of
from bench.processes import DATA
from bot.app import examples as of_articles
from knowledge import loader
from nlu import brain, embedding

Ask = Callable[[str, str], Awaitable[object]]


async def main(engine: str, result: Path, count: int) -> None:
    """Ask `count` example questions of all languages in turn; the first ones only warm up."""
    ask = _vectors() if engine == "embedding" else await _brain("lexical" if engine == "lexical" else "auto")
    times = await _times(ask, count)
    draft = result.with_suffix(".draft")
    draft.write_text(json.dumps(times))
    draft.rename(result)
    await asyncio.Event().wait()


def _vectors() -> Ask:
    """The vector of a message alone; the linear model behind it costs microseconds."""
    worker = embedding.Embedder()

    async def ask(words: str, _language: str) -> object:
        return await worker.embed([words])

    return ask


async def _brain(engine: brain.Engine) -> Ask:
    """Everything that understanding does, safety screen and language included."""
    built = await brain.build(of_articles(loader.load()), DATA / "nlu", engine=engine)

    async def ask(words: str, language: str) -> object:
        return await built.understand(words, language=language)

    return ask


async def _times(ask: Ask, count: int) -> list[float]:
    pools = {language: examples_of(language) for language in LANGUAGES}
    messages = [(pools[language][turn], language) for turn in range(count) for language in LANGUAGES if turn < len(pools[language])]
    times = []
    for words, language in [*messages[:5], *messages[:count]]:
        began = time.perf_counter()
        await ask(words, language)
        times.append((time.perf_counter() - began) * 1000)
    return times[5:]


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
