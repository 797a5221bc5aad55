"""Reads what editors wrote: for the list, the form, the history, and for people. Changing is in `keep` and `publish`."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal

from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.local import join, ledger
from knowledge.local.ledger import Body, Held, articles, books, parts, revisions
from knowledge.local.record import META, Cell, Meta, Opened, Part, Revision
from knowledge.local.record import Row as Listed
from knowledge.model import Article, Knowledge, Translation
from knowledge.stamp import stale
from locales.registry import LANGUAGES
from store.statements import table_of
from store.tables import User

users = table_of(User)
# Built once: every turn asks it.
_REVISION = select(books.c.revision).where(books.c.municipality_id == bindparam("place"))


async def opened(session: AsyncSession, *, municipality: int, knowledge: Knowledge, entry: str) -> Opened:
    """Everything about one article; `exists` is False for an unknown id. `knowledge` is the common one (`Parts.knowledge`)."""
    mine = (articles.c.municipality_id == municipality, articles.c.entry == entry)
    number = await session.scalar(select(articles.c.id).where(*mine))
    held = await ledger.held(session, number) if number else {}
    return value_of(knowledge, entry, held, await names(session, (part.by for part in held.values())))


async def every(session: AsyncSession, *, municipality: int, knowledge: Knowledge) -> dict[str, Opened]:
    """All articles of the municipality that were ever touched, by id."""
    query = select(articles.c.entry, parts).join_from(articles, parts).where(articles.c.municipality_id == municipality)
    rows = (await session.execute(query.order_by(articles.c.entry, parts.c.part))).all()
    held: dict[str, dict[str, Held]] = {}
    for row in rows:
        held.setdefault(row.entry, {})[row.part] = ledger.part_of(row)
    known = await names(session, (row.updated_by for row in rows))
    return {entry: value_of(knowledge, entry, found, known) for entry, found in held.items()}


def value_of(knowledge: Knowledge, entry: str, held: Mapping[str, Held], known: Mapping[int | None, str]) -> Opened:
    """The article in its rows; `known` are the names of users."""
    values: dict[str, Any] = {
        name: Part(draft=part.draft, published=part.published, revision=part.revision, at=part.at, by=known.get(part.by, ""))
        for name, part in held.items()
    }
    meta = values.pop(META, Part[Meta]())
    return Opened(entry=entry, common=knowledge.articles.get(entry), meta=meta, texts=values)


def text_of(knowledge: Knowledge, held: Mapping[str, Held], entry: str, language: str) -> Translation | None:
    """The text as drafted, else as published, else the common one."""
    found = held.get(language, Held())
    text: Translation | None = found.draft or found.published
    common = knowledge.articles.get(entry)
    return text or (common.translations.get(language) if common else None)


async def history(session: AsyncSession, *, municipality: int, entry: str, part: str | None = None, most: int = 200) -> list[Revision]:
    """What was done to an article, or to one part of it, the newest first."""
    mine = [articles.c.municipality_id == municipality, articles.c.entry == entry]
    if part is not None:
        mine.append(revisions.c.part == part)
    query = select(revisions).join_from(revisions, articles).where(*mine)
    rows = (await session.execute(query.order_by(revisions.c.number.desc(), revisions.c.part).limit(most))).all()
    known = await names(session, (row.by for row in rows))
    return [_revision(row, known) for row in rows]


def _revision(row: Row[Any], known: Mapping[int | None, str]) -> Revision:
    before: Body | None = ledger.body_of(row.part, row.draft_before) or ledger.body_of(row.part, row.published_before)
    if row.what in {"published", "withdrawn"}:
        before = ledger.body_of(row.part, row.published_before)
    after = ledger.body_of(row.part, row.body)
    return Revision(number=row.number, part=row.part, what=row.what, by=known.get(row.by, ""), at=row.at, after=after, before=before)


async def names(session: AsyncSession, numbers: Iterable[int | None]) -> dict[int | None, str]:
    """The names of users."""
    wanted = {number for number in numbers if number is not None}
    if not wanted:
        return {}
    rows = await session.execute(select(users.c.id, users.c.name).where(users.c.id.in_(wanted)))
    return {row.id: row.name for row in rows}


async def revision(session: AsyncSession, *, municipality: int) -> int:
    """What rises with every publication of the municipality; 0: there never was one."""
    return int(await session.scalar(_REVISION, {"place": municipality}) or 0)


async def published(session: AsyncSession, *, municipality: int, knowledge: Knowledge) -> tuple[int, dict[str, Article]]:
    """The revision, and the articles as people of the municipality get them, where these differ from the common ones.

    The revision is read before the rows: what is published in between is read again the next time.
    """
    number = await revision(session, municipality=municipality)
    if not number:
        return 0, {}
    touched = await every(session, municipality=municipality, knowledge=knowledge)
    found = {entry: join.live(article) for entry, article in touched.items() if article.published}
    return number, {entry: article for entry, article in found.items() if article}


async def overview(session: AsyncSession, *, municipality: int, knowledge: Knowledge) -> list[Listed]:
    """All articles, common ones in the order of the menu, then own ones by title; each with a cell for every language of Lotse."""
    touched = await every(session, municipality=municipality, knowledge=knowledge)
    common = [_listed(touched.get(entry) or Opened(entry=entry, common=article)) for entry, article in knowledge.articles.items()]
    own = [_listed(article) for article in touched.values() if article.common is None and (article.drafted or article.published)]
    return [*common, *sorted(own, key=lambda row: row.title.casefold())]


def overdue(row: Listed, today: date) -> bool:
    """Whether the review date of an article has passed."""
    return row.review_by is not None and row.review_by < today


def _listed(article: Opened) -> Listed:
    shown, german = join.live(article), article.text("de")
    every_part: list[Part[Any]] = [article.meta, *article.texts.values()]
    latest = max(every_part, key=lambda part: str(part.at or ""))
    return Listed(
        entry=article.entry,
        group=article.entry.partition("/")[0],
        title=german.title if german else article.entry,
        own=article.common is None,
        live=shown is not None,
        review_by=shown.review_by if shown else article.about.review_by,
        cells={code: _cell(article, shown, code) for code in LANGUAGES},
        changed_at=latest.at,
        changed_by=latest.by,
    )


def _cell(article: Opened, shown: Article | None, code: str) -> Cell:
    part = article.texts.get(code, Part[Translation]())
    text = shown.translations.get(code) if shown else None
    if shown is None or text is None:
        return Cell(state="missing", draft=part.draft is not None)
    return Cell(
        state=_state(text),
        stale=stale(text, german=shown.translations["de"]),
        machine=text.readable and text.translated_by is not None and text.reviewed_by is None,
        local=part.published is not None,
        draft=part.draft is not None,
    )


def _state(text: Translation) -> Literal["full", "short", "questions"]:
    if not text.readable:
        return "questions"
    return "full" if text.details else "short"
