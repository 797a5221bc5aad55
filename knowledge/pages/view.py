"""What one person sees of an imported page: their language or the next best, a passage, the rest in pieces. Keeping pages is in `keep`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.pages.keep import feeds, page_of, pages
from knowledge.pages.record import Passage, name_of
from locales.registry import chain

# Characters: what is read at one go on a phone, and how much more at each step.
SHORT, PIECE = 600, 900
# A full stop after a single letter or a number ends an abbreviation or an ordinal, not a sentence.
_ENDS = re.compile(r"(?<!\b\w)(?<!\d)\.(?=\s)|[!?…؟۔።။。।](?=\s)|(?=\n)")
_HOST = re.compile(r"(?!-)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:\d{1,5})?")
_SIGNS = "/%:@!$&'()*+,;=~-._?"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A page as one person sees it, in `language`; `number` is the passage that answers, `url` is "" if the page has no safe address."""

    name: str
    code: str
    title: str
    url: str
    language: str
    passages: tuple[Passage, ...]
    number: int
    changed_on: date | None

    @property
    def passage(self) -> Passage:
        """The passage that answers; an empty one of a page without text."""
        return self.passages[self.number] if self.passages else Passage("", "")


async def show(  # noqa: PLR0913 - one keyword for each part of the question
    session: AsyncSession, *, municipality: str, code: str, language: str, number: int = 0, spoken: str = ""
) -> Seen | None:
    """The page of this code among those of a municipality (slug), in the language or the next best; None if there is none (any more).

    `number` is that of a passage in the language `spoken`; in another language it is taken only if the page has as many passages there.
    """
    wanted = select(pages, *(feeds.c[name] for name in ("language", "municipality", "region", "kind")))
    wanted = wanted.join(feeds, feeds.c.id == pages.c.feed_id).where(pages.c.code == code, feeds.c.municipality == municipality)
    rows = {row.language: row for row in await session.execute(wanted.order_by(pages.c.id.desc()))}
    if not rows:
        return None
    row = next(rows[each] for each in (*chain(language), *sorted(rows)) if each in rows)
    return _seen(row, number if _alike(rows.get(spoken), row) else 0)


def _alike(asked: Row[Any] | None, shown: Row[Any]) -> bool:
    return asked is not None and len(asked.passages) == len(shown.passages)


def _seen(row: Row[Any], number: int) -> Seen:
    page = page_of(row)
    return Seen(
        name=name_of(row, row.key),
        code=row.code,
        title=page.title,
        url=safe(page.url),
        language=row.language,
        passages=page.passages,
        number=number if number < len(page.passages) else 0,
        changed_on=_day(page.changed_on),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def safe(url: str) -> str:
    """An address that may stand on a button, in ASCII: https, a plain host name, nobody's name before it; "" for every other."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme != "https" or not _HOST.fullmatch(parts.netloc):
        return ""
    path, query, fragment = (quote(part, safe=_SIGNS) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit(("https", parts.netloc, path, query, fragment))


def shortened(text: str, most: int = SHORT) -> str:
    """`text` up to its last whole sentence within `most` characters; a first sentence that is longer is cut between words.

    >>> shortened("Eins. Zwei drei. Vier", 18)
    'Eins. Zwei drei.'
    >>> shortened("Eins zwei drei", 10)
    'Eins zwei…'
    """
    if len(text) <= most:
        return text
    ends = [found.end() for found in _ENDS.finditer(text, 0, most) if text[: found.end()].strip()]
    if ends:
        return text[: ends[-1]].rstrip()
    return f"{text[:most].rsplit(' ', 1)[0].rstrip()}…"


def rest(seen: Seen) -> list[str]:
    """What the page says besides the passage that was shown in full, in order, in pieces of one message each."""
    shown_in_full = seen.passages and shortened(seen.passage.text) == seen.passage.text
    left = [passage for number, passage in enumerate(seen.passages) if not (shown_in_full and number == seen.number)]
    return list(_pieces([part for passage in left for part in _parts(passage)]))


def _parts(passage: Passage) -> Iterator[str]:
    """A passage below its heading; one that fills more than a message in several parts."""
    text = "\n".join(part for part in passage if part)
    while len(text) > PIECE:
        first = shortened(text, PIECE)
        yield first
        text = text[len(first.removesuffix("…")) :].lstrip()
    if text:
        yield text


def _pieces(parts: Sequence[str]) -> Iterator[str]:
    held: list[str] = []
    for part in parts:
        if held and sum(map(len, held)) + len(part) > PIECE:
            yield "\n\n".join(held)
            held = []
        held.append(part)
    if held:
        yield "\n\n".join(held)
