"""Makes drafts public and takes them back; what is public is read by `shelf`. Drafts themselves are in `keep`."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.check_article import Known
from knowledge.local.record import Published, Saved
from knowledge.model import Knowledge


async def publish(  # noqa: PLR0913 - a form has many parts
    session: AsyncSession,
    *,
    municipality: int,
    knowledge: Knowledge,
    known: Known,
    entry: str,
    parts: Collection[str] | None,
    editor: int | None,
    now: datetime,
    today: date,
) -> Published:
    """Publish the drafts of these parts (languages, `meta`), None: of all. With errors among the remarks nothing is published.

    `known` comes from `checks.known()`; an own article is published with its German text and its meta part or not at all.
    """
    raise NotImplementedError


async def withdraw(
    session: AsyncSession, *, municipality: int, entry: str, parts: Collection[str] | None, editor: int | None, now: datetime
) -> Saved | None:
    """Back to the common article: of these parts, or altogether. What was public becomes the draft where there is none.

    None if nothing was public. Taking away the German text of an own article takes all of it.
    """
    raise NotImplementedError


async def restore(
    session: AsyncSession, *, municipality: int, entry: str, number: int, part: str, editor: int | None, now: datetime
) -> Saved | None:
    """Make the text of a line of the history the draft of its part; None if there is no such line, or no text in it."""
    raise NotImplementedError


async def undo(session: AsyncSession, *, municipality: int, entry: str, number: int, editor: int | None, now: datetime) -> Saved | None:
    """Make all parts what they were before an act, draft and public; None if there is no such act or something came after it."""
    raise NotImplementedError
