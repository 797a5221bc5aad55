"""Learns from the articles' questions and nlu's own messages and writes `nlu/model/`, which is shipped: `python -m scripts.train [CACHE]`.

Run it after content or training messages changed; vectors of known messages come from the cache (default `var/nlu`).
"""

import asyncio
import sys
import time
from pathlib import Path

from knowledge import loader
from nlu import weights
from nlu.artifacts import FILE, load, save
from nlu.model import Example


def examples() -> list[Example]:
    """Every example question of every article as one message."""
    return [
        Example(text=question, language=translation.language, label=article.id)
        for article in loader.load().articles.values()
        for translation in article.translations.values()
        for question in translation.questions
    ]


def show(done: int, of: int) -> None:
    """How far reading the messages is, on one line."""
    sys.stderr.write(f"\r{done} of {of} messages")


async def main(cache: Path) -> None:
    """Learn, or take what was learned from the same content, and put it where it is shipped from."""
    started = time.perf_counter()
    learned = await weights.learned(examples(), cache, progress=show)
    save(learned, weights.SHIPPED / FILE)
    size = (weights.SHIPPED / FILE).stat().st_size // 1024
    again = load(weights.SHIPPED / FILE)
    sys.stdout.write(f"\n{weights.SHIPPED / FILE}: {size} KB, {len(again.classifier.classes) if again else 0} classes, ")
    sys.stdout.write(f"{time.perf_counter() - started:.0f} s\n")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1] if len(sys.argv) > 1 else "var/nlu")))
