"""Rows of local articles and the one way to change them: an act, with its lines in the history. What acts there are: `keep`, `publish`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.local.record import META, Meta, What
from knowledge.model import Source, Translation
from store.articles import ArticleBook, ArticleRevision, LocalArticle, LocalPart
from store.statements import insert_new, table_of

articles, parts = table_of(LocalArticle), table_of(LocalPart)
revisions, books = table_of(ArticleRevision), table_of(ArticleBook)

# A Translation, or the Meta of the part `meta`: which one it is, the name of the part says.
Body = Any


@dataclass(frozen=True, kw_only=True)
class Held:
    """A part as it is stored; `revision` 0: there is no row yet."""

    draft: Body | None = None
    published: Body | None = None
    revision: int = 0
    by: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Locked:
    """An article that nobody else changes while the session lasts."""

    id: int
    municipality: int
    acts: int
    parts: Mapping[str, Held]

    def part(self, name: str) -> Held:
        """A part, also one that was never touched."""
        return self.parts.get(name, Held())


@dataclass(frozen=True, kw_only=True)
class Step:
    """What an act does to one part: draft and published text from now on, and the text that its line in the history is about."""

    part: str
    draft: Body | None
    published: Body | None
    body: Body | None


@dataclass(frozen=True, kw_only=True)
class Act:
    """What somebody does, and when; `editor` is a user, None the command line."""

    what: What
    editor: int | None
    now: datetime


async def lock(session: AsyncSession, *, municipality: int, entry: str) -> Locked:
    """Wait until nobody else changes this article; it has a row from now on."""
    await insert_new(session, LocalArticle, [{"municipality_id": municipality, "entry": entry, "acts": 0}])
    mine = (articles.c.municipality_id == municipality, articles.c.entry == entry)
    row = (await session.execute(select(articles).where(*mine).with_for_update())).one()
    return Locked(id=row.id, municipality=municipality, acts=row.acts, parts=await held(session, row.id))


async def held(session: AsyncSession, article: int) -> dict[str, Held]:
    """All parts of an article."""
    rows = await session.execute(select(parts).where(parts.c.article_id == article).order_by(parts.c.part))
    return {row.part: part_of(row) for row in rows}


def part_of(row: Row[Any]) -> Held:
    """The part in a row of `local_parts`."""
    draft, published = body_of(row.part, row.draft), body_of(row.part, row.published)
    return Held(draft=draft, published=published, revision=row.revision, by=row.updated_by, at=row.updated_at)


async def write(session: AsyncSession, article: Locked, act: Act, steps: Sequence[Step]) -> int:
    """Make the steps, in the transaction that holds the `lock`, and write them down; returns the number of the act."""
    number = article.acts + 1
    await session.execute(update(articles).where(articles.c.id == article.id).values(acts=number))
    for step in steps:
        await _put(session, article, act, step)
    lines = [_line(article, act, step, number) for step in steps]
    await session.execute(insert(revisions), lines)
    if any(step.published != article.part(step.part).published for step in steps):
        await _raise(session, article.municipality)
    return number


async def _put(session: AsyncSession, article: Locked, act: Act, step: Step) -> None:
    before = article.part(step.part)
    values = {
        "draft": plain(step.draft),
        "published": plain(step.published),
        "revision": before.revision + 1,
        "updated_at": act.now,
        "updated_by": act.editor,
    }
    if before.revision:
        mine = (parts.c.article_id == article.id, parts.c.part == step.part)
        await session.execute(update(parts).where(*mine).values(values))
    else:
        await session.execute(insert(parts).values(article_id=article.id, part=step.part, **values))


def _line(article: Locked, act: Act, step: Step, number: int) -> dict[str, Any]:
    before = article.part(step.part)
    return {
        "article_id": article.id,
        "number": number,
        "part": step.part,
        "what": act.what,
        "revision": before.revision + 1,
        "body": plain(step.body),
        "draft_before": plain(before.draft),
        "published_before": plain(before.published),
        "at": act.now,
        "by": act.editor,
    }


async def _raise(session: AsyncSession, municipality: int) -> None:
    await insert_new(session, ArticleBook, [{"municipality_id": municipality, "revision": 0}])
    await session.execute(update(books).where(books.c.municipality_id == municipality).values(revision=books.c.revision + 1))


def plain(body: Body | None) -> dict[str, Any] | None:
    """A text or a meta part as JSON; what is not said is left out."""
    if body is None:
        return None
    said = {name: value for name, value in asdict(body).items() if value is not None and name != "language"}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in said.items()}


def body_of(part: str, value: Mapping[str, Any] | None) -> Body | None:
    """What `plain` made."""
    if value is None:
        return None
    if part != META:
        return Translation(language=part, **{**value, "questions": tuple(value["questions"])})
    return Meta(**{field.name: _meta_value(field.name, value[field.name]) for field in fields(Meta) if field.name in value})


def _meta_value(name: str, value: Any) -> Any:
    if name in {"checked_on", "review_by"}:
        return date.fromisoformat(value)
    return tuple(Source(**source) for source in value) if name == "sources" else tuple(value)
