"""Saves what editors write: drafts that nobody else sees. Publishing them is in `publish`, reading in `look`."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.local.record import Conflict, Meta, Saved
from knowledge.model import Knowledge, Translation


async def new_entry(session: AsyncSession, *, municipality: int, title: str) -> str:
    """A free id `local/<slug>` for an own article of this title; nothing is stored before the first draft."""
    raise NotImplementedError


async def save_draft(  # noqa: PLR0913 - a form has many parts
    session: AsyncSession,
    *,
    municipality: int,
    knowledge: Knowledge,
    entry: str,
    text: Translation,
    revision: int,
    editor: int | None,
    now: datetime,
) -> Saved | Conflict[Translation]:
    """Keep a text as the draft of its language; `revision` is that which the form was made from, `editor` a user or None (command line).

    A translation without `source` is stamped as one of the German text that is drafted now. `knowledge` is the common one. An own article
    begins to exist with its first draft. Raises LotseError for an id that is neither a common article nor `local/<slug>`.
    """
    raise NotImplementedError


async def save_meta(  # noqa: PLR0913 - a form has many parts
    session: AsyncSession,
    *,
    municipality: int,
    knowledge: Knowledge,
    entry: str,
    meta: Meta,
    revision: int,
    editor: int | None,
    now: datetime,
) -> Saved | Conflict[Meta]:
    """The same for sources, dates, offices and the rest."""
    raise NotImplementedError


async def discard(
    session: AsyncSession, *, municipality: int, entry: str, part: str, revision: int, editor: int | None, now: datetime
) -> Saved | None:
    """Throw the draft of a part away (a language, or `meta`); None if there is none or somebody else was faster. `undo` brings it back."""
    raise NotImplementedError
