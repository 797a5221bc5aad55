"""Saves what editors write: drafts that nobody else sees. Publishing them is in `publish`, reading in `look`."""

import re
import unicodedata
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.local import ledger, look
from knowledge.local.ledger import Act, Body, Held, Locked, Step
from knowledge.local.record import GROUP, META, Conflict, Meta, Saved
from knowledge.local.tidy import stamped, tidy, tidy_meta
from knowledge.model import Knowledge, Translation
from store.errors import LotseError

# Ids stand in buttons, and Telegram takes 64 bytes.
_LONGEST_SLUG = 40
_ENTRY = re.compile(rf"{GROUP}/[a-z0-9]+(?:-[a-z0-9]+)*")
_SPELT = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}


async def new_entry(session: AsyncSession, *, municipality: int, title: str) -> str:
    """A free id `local/<slug>` for an own article of this title; nothing is stored before the first draft."""
    slug = _slug(title)
    query = select(ledger.articles.c.entry).where(ledger.articles.c.municipality_id == municipality)
    taken = set((await session.scalars(query)).all())
    names = (slug, *(f"{slug}-{number}" for number in range(2, len(taken) + 3)))
    return next(f"{GROUP}/{name}" for name in names if f"{GROUP}/{name}" not in taken)


def _slug(title: str) -> str:
    """Small letters, digits and hyphens, short enough for a number after it; `article` where nothing of the title is left."""
    spelt = "".join(_SPELT.get(sign, sign) for sign in title.casefold())
    plain = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain)[: _LONGEST_SLUG - 4].strip("-") or "article"


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
    begins to exist with its first draft. A text that is the same as before is not kept again (`number` 0). Raises LotseError for an id
    that is neither a common article nor `local/<slug>`.
    """
    article = await _locked(session, municipality=municipality, knowledge=knowledge, entry=entry)
    german = look.text_of(knowledge, article.parts, entry, "de")
    mine = stamped(tidy(text), german=german)
    common = look.text_of(knowledge, {}, entry, text.language)
    act = Act(what="saved", editor=editor, now=now)
    return await _save(session, article, act, text.language, mine, revision=revision, common=common)


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
    article = await _locked(session, municipality=municipality, knowledge=knowledge, entry=entry)
    act = Act(what="saved", editor=editor, now=now)
    return await _save(session, article, act, META, tidy_meta(meta), revision=revision, common=Meta())


async def discard(  # noqa: PLR0913 - one keyword for each thing that is said
    session: AsyncSession, *, municipality: int, entry: str, part: str, revision: int, editor: int | None, now: datetime
) -> Saved | None:
    """Throw the draft of a part away (a language, or `meta`); None if there is none or somebody else was faster. `undo` brings it back."""
    article = await ledger.lock(session, municipality=municipality, entry=entry)
    held = article.part(part)
    if held.draft is None or held.revision != revision:
        return None
    step = Step(part=part, draft=None, published=held.published, body=None)
    number = await ledger.write(session, article, Act(what="discarded", editor=editor, now=now), [step])
    return Saved(number=number, revision=held.revision + 1)


async def _locked(session: AsyncSession, *, municipality: int, knowledge: Knowledge, entry: str) -> Locked:
    require_id(knowledge, entry)
    return await ledger.lock(session, municipality=municipality, entry=entry)


def require_id(knowledge: Knowledge, entry: str) -> None:
    """Raise LotseError unless `entry` is a common article or may be the id of an own one."""
    if entry not in knowledge.articles and not (_ENTRY.fullmatch(entry) and len(entry) <= len(GROUP) + 1 + _LONGEST_SLUG):
        message = "{entry} is no article: neither a common one nor local/ with small letters, digits and hyphens (at most {most})"
        raise LotseError(message, entry=entry, most=_LONGEST_SLUG)


async def _save(  # noqa: PLR0913 - all that decides between saving, leaving as it is, and a conflict
    session: AsyncSession, article: Locked, act: Act, part: str, mine: Body, *, revision: int, common: Body | None
) -> Saved | Conflict[Any]:
    held = article.part(part)
    current = held.draft or held.published or common
    if mine == current:
        return Saved(number=0, revision=held.revision)
    if held.revision != revision:
        return await _set_aside(session, article, act, part, mine)
    # A draft that says what people read already is none.
    draft = None if mine == (held.published or common) else mine
    number = await ledger.write(session, article, act, [Step(part=part, draft=draft, published=held.published, body=mine)])
    return Saved(number=number, revision=held.revision + 1)


async def _set_aside(session: AsyncSession, article: Locked, act: Act, part: str, mine: Body) -> Conflict[Any]:
    """Nothing of the faster one's is changed; what came late is kept in the history."""
    held: Held = article.part(part)
    step = Step(part=part, draft=held.draft, published=held.published, body=mine)
    number = await ledger.write(session, article, replace(act, what="set_aside"), [step])
    by = (await look.names(session, [held.by])).get(held.by, "")
    return Conflict(mine=mine, theirs=held.draft or held.published, revision=held.revision + 1, number=number, by=by, at=held.at)
