"""Pages in answers."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

from store.types import UTCDateTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Pages in answers: short names of pages, when a feed was last taken in hand, and what municipalities do not show."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("page_feeds", sa.Column("tried_at", UTCDateTime(), nullable=True))
    with op.batch_alter_table("pages") as batch:
        batch.add_column(sa.Column("code", sa.String(length=16), nullable=False, server_default=""))
    _name()
    with op.batch_alter_table("pages") as batch:
        batch.alter_column("code", server_default=None, existing_type=sa.String(length=16), existing_nullable=False)
        batch.create_index(op.f("ix_pages_code"), ["code"], unique=False)
    op.create_table(
        "topic_switches",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("municipality_id", big, nullable=False),
        sa.Column("topic", sa.String(length=96), nullable=False),
        sa.Column("articles", sa.Boolean(), nullable=False),
        sa.Column("pages", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipalities.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("municipality_id", "topic"),
    )
    op.create_index(op.f("ix_topic_switches_municipality_id"), "topic_switches", ["municipality_id"], unique=False)


def _name() -> None:
    """The short names of the pages that are there, as `knowledge.pages.record.code_of` makes them."""
    connection = op.get_bind()
    pages = sa.table("pages", sa.column("id"), sa.column("feed_id"), sa.column("key"), sa.column("code"))
    feeds = sa.table("page_feeds", sa.column("id"), sa.column("region"), sa.column("kind"))
    joined = sa.select(pages.c.id, feeds.c.region, feeds.c.kind, pages.c.key).join(feeds, feeds.c.id == pages.c.feed_id)
    for row in connection.execute(joined).all():
        plain = json.dumps([row.region, row.kind, row.key], ensure_ascii=False)
        code = hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:16]
        connection.execute(sa.update(pages).where(pages.c.id == row.id).values(code=code))
