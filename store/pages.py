"""Pages of other publishers, imported for a municipality, as SQLModel tables. Rules live in `knowledge.pages`; all of it is public."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import identity, json, moment, reference


class PageFeed(SQLModel, table=True):
    """What is fetched from one address: the pages (`kind`: pages, locations, events) of a region in one language.

    `municipality` is the slug of the place that they are for, `language` our code, `spelt` the publisher's. `etag`, `modified` and `digest`
    tell whether anything changed; `revision` is raised with every change, so that processes may remember the pages. `tried_at` is when a
    process last took the feed in hand by itself.
    """

    __tablename__ = "page_feeds"
    __table_args__ = (UniqueConstraint("base", "region", "spelt", "kind"),)
    id: int | None = identity()
    municipality: str = Field(max_length=64, index=True)
    base: str = Field(max_length=200)
    region: str = Field(max_length=64)
    language: str = Field(max_length=16)
    spelt: str = Field(max_length=16)
    kind: str = Field(max_length=16)
    etag: str = Field(default="", max_length=200)
    modified: str = Field(default="", max_length=64)
    digest: str = Field(default="", max_length=64)
    revision: int = 0
    synced_at: datetime | None = moment(nullable=True)
    tried_at: datetime | None = moment(nullable=True)


class PageRow(SQLModel, table=True):
    """One page: `key` is the last part of its path, `trail` the titles above it, `passages` pairs of heading and text.

    `code` is a short name of the page in all its languages, made of the feed's region and kind and the key.
    """

    __tablename__ = "pages"
    __table_args__ = (UniqueConstraint("feed_id", "key"),)
    id: int | None = identity()
    feed_id: int = reference("page_feeds.id")
    key: str = Field(max_length=200)
    code: str = Field(max_length=16, index=True)
    title: str = Field(sa_column=Column(Text, nullable=False))
    trail: Any = json(list)
    url: str = Field(sa_column=Column(Text, nullable=False))
    changed_on: str = Field(default="", max_length=10)
    passages: Any = json(list)
    digest: str = Field(max_length=64)


class TopicSwitch(SQLModel, table=True):
    """What a municipality does not show about a topic (an article's id): the own article, or imported pages."""

    __tablename__ = "topic_switches"
    __table_args__ = (UniqueConstraint("municipality_id", "topic"),)
    id: int | None = identity()
    municipality_id: int = reference("municipalities.id")
    topic: str = Field(max_length=96)
    articles: bool = True
    pages: bool = True
