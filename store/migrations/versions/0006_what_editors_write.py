"""What editors of municipalities write."""

import sqlalchemy as sa
from alembic import op

from store.types import UTCDateTime

revision = "0006"
down_revision = "0005"


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """What editors of municipalities write."""
    _articles()
    _revisions()
    op.create_table(
        "article_books",
        sa.Column("municipality_id", _number(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipalities.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("municipality_id"),
    )


def _articles() -> None:
    op.create_table(
        "local_articles",
        sa.Column("id", _number(), autoincrement=True, nullable=False),
        sa.Column("municipality_id", _number(), nullable=False),
        sa.Column("entry", sa.String(length=96), nullable=False),
        sa.Column("acts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipalities.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("municipality_id", "entry"),
    )
    op.create_table(
        "local_parts",
        sa.Column("id", _number(), autoincrement=True, nullable=False),
        sa.Column("article_id", _number(), nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("draft", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("published", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("updated_by", _number(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["local_articles.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["updated_by"], ["users.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("article_id", "part"),
    )


def _revisions() -> None:
    op.create_table(
        "article_revisions",
        sa.Column("id", _number(), autoincrement=True, nullable=False),
        sa.Column("article_id", _number(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("draft_before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("published_before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", _number(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["local_articles.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by"], ["users.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("article_id", "number", "part"),
    )
