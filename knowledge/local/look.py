"""Reads what editors wrote: for the list, the form, the history, and for people. Changing is in `keep` and `publish`."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.local.record import Opened, Revision, Row
from knowledge.model import Article, Knowledge


async def opened(session: AsyncSession, *, municipality: int, knowledge: Knowledge, entry: str) -> Opened:
    """Everything about one article; `exists` is False for an unknown id. `knowledge` is the common one (`Parts.knowledge`)."""
    raise NotImplementedError


async def history(session: AsyncSession, *, municipality: int, entry: str, part: str | None = None, most: int = 200) -> list[Revision]:
    """What was done to an article, or to one part of it, the newest first."""
    raise NotImplementedError


async def overview(session: AsyncSession, *, municipality: int, knowledge: Knowledge) -> list[Row]:
    """All articles, common ones in the order of the menu, then own ones by title; each with a cell for every language of Lotse."""
    raise NotImplementedError


async def revision(session: AsyncSession, *, municipality: int) -> int:
    """What rises with every publication of the municipality; 0: there never was one."""
    raise NotImplementedError


async def published(session: AsyncSession, *, municipality: int, knowledge: Knowledge) -> tuple[int, dict[str, Article]]:
    """The revision, and the articles as people of the municipality get them, where these differ from the common ones."""
    raise NotImplementedError


def overdue(row: Row, today: date) -> bool:
    """Whether the review date of an article has passed."""
    raise NotImplementedError
