"""Invented pages for benchmarks: as long and as many as publishers have, in five languages, always the same; `page_server` serves them.

Their sentences are those of the own articles, cut up and mixed, so that they have the words and the length of the trade.
"""

import json
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from knowledge import loader

LANGUAGES = ("de", "en", "ar", "fr", "uk")
# Pages of each region; together 617.
REGIONS = {"musterstadt": 238, "musterkreis": 186, "musterland": 193}
SECTIONS = 6  # of a page; each is one passage
_SHORTEST, _LONGEST = 60, 340  # characters of a section
_SWAPPED = 0.25
_BELOW = 8  # pages below each page of the first level
_SENTENCES = re.compile(r"(?<=[.!?؟])\s+|\n+")


def rows(language: str, *, region: str, pages: int) -> list[dict[str, Any]]:
    """So many pages of a region in the shape of the Integreat API."""
    chance = random.Random(f"{language} {region}")  # noqa: S311 - no secret
    return [_page(chance, language, region, number) for number in range(pages)]


def write(folder: Path) -> None:
    """All regions in all languages, as files below `folder` by the addresses of the API."""
    for region, pages in REGIONS.items():
        for language in LANGUAGES:
            file = folder / "api" / "v3" / region / language / "pages.json"
            file.parent.mkdir(parents=True)
            file.write_text(json.dumps(rows(language, region=region, pages=pages), ensure_ascii=False), encoding="utf-8")


def _page(chance: random.Random, language: str, region: str, number: int) -> dict[str, Any]:
    path, above = f"/{region}/{language}", number - number % _BELOW
    parent = {"id": above + 1, "path": f"{path}/page-{above}/", "url": None}
    sections = (f"<h2>{_words(chance, language, 2, 5)}</h2><p>{_section(chance, language)}</p>" for _ in range(SECTIONS))
    return {
        "id": number + 1,
        "path": f"{path}/page-{number}/",
        "url": f"https://pages.example{path}/page-{number}/",
        "title": _words(chance, language, 2, 4),
        "content": "".join(sections),
        "last_updated": f"2026-{chance.randrange(1, 11):02d}-{chance.randrange(1, 28):02d}T10:00:00Z",
        "parent": parent if above != number else {"id": 0, "path": None, "url": None},
    }


def _words(chance: random.Random, language: str, least: int, most: int) -> str:
    return " ".join(chance.choice(_said(language)[1]) for _ in range(chance.randrange(least, most + 1))).capitalize()


def _section(chance: random.Random, language: str) -> str:
    """Some sentences, a part of whose words come from anywhere."""
    sentences, vocabulary = _said(language)
    length, section = chance.randrange(_SHORTEST, _LONGEST), ""
    while len(section) < length:
        words = (chance.choice(vocabulary) if chance.random() < _SWAPPED else word for word in chance.choice(sentences).split())
        section = f"{section} {' '.join(words)}".strip()
    return section[:_LONGEST].rpartition(" ")[0] + "."


@cache
def _said(language: str) -> tuple[list[str], list[str]]:
    """The sentences and the words of all articles in a language."""
    sentences = [each for text in _texts(language) for each in _SENTENCES.split(text) if each]
    return sentences, sorted({word for sentence in sentences for word in re.findall(r"[^\W\d_]{3,}", sentence)})


def _texts(language: str) -> Iterator[str]:
    for article in loader.shipped().articles.values():
        if translation := article.translations.get(language):
            yield f"{translation.answer}\n{translation.details.replace('- ', '')}"
