"""What editors of a municipality write, as SQLModel tables. Rules live in `knowledge.local`; all of it is meant for the public."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import identity, json_or_none, moment, reference


class LocalArticle(SQLModel, table=True):
    """A local version of a common article (`entry` is its id), or an article of the municipality's own (`local/<slug>`).

    `acts` counts what was done to it: the number of the newest act in its history.
    """

    __tablename__ = "local_articles"
    __table_args__ = (UniqueConstraint("municipality_id", "entry"),)
    id: int | None = identity()
    municipality_id: int = reference("municipalities.id", index=False)
    entry: str = Field(max_length=96)
    acts: int = 0


class LocalPart(SQLModel, table=True):
    """A part of an article: the text in one language, or `meta` (sources, dates, offices …), drafted and published; null: there is none.

    `revision` goes up with every change, so that whoever comes late is noticed.
    """

    __tablename__ = "local_parts"
    __table_args__ = (UniqueConstraint("article_id", "part"),)
    id: int | None = identity()
    article_id: int = reference("local_articles.id", index=False)
    part: str = Field(max_length=16)
    draft: dict[str, Any] | None = json_or_none()
    published: dict[str, Any] | None = json_or_none()
    revision: int = 0
    updated_at: datetime = moment()
    updated_by: int | None = reference("users.id", nullable=True, delete="SET NULL", index=False)


class ArticleRevision(SQLModel, table=True):
    """What an act did to a part; rows are only added. `body` is the text that it is about, null where something was taken away.

    `draft_before` and `published_before` are what it takes to undo the act; `revision` is that of the part afterwards.
    """

    __tablename__ = "article_revisions"
    __table_args__ = (UniqueConstraint("article_id", "number", "part"),)
    id: int | None = identity()
    article_id: int = reference("local_articles.id", index=False)
    number: int
    part: str = Field(max_length=16)
    what: str = Field(max_length=16)
    revision: int
    body: dict[str, Any] | None = json_or_none()
    draft_before: dict[str, Any] | None = json_or_none()
    published_before: dict[str, Any] | None = json_or_none()
    at: datetime = moment()
    by: int | None = reference("users.id", nullable=True, delete="SET NULL", index=False)


class ArticleBook(SQLModel, table=True):
    """`revision` goes up whenever what the municipality publishes changes, so that processes may remember it."""

    __tablename__ = "article_books"
    municipality_id: int = Field(
        sa_column=Column(
            BigInteger().with_variant(Integer, "sqlite"), ForeignKey("municipalities.id", ondelete="CASCADE"), primary_key=True
        )
    )
    revision: int = 0
