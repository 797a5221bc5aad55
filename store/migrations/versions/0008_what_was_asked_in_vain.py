"""What was asked in vain: verdicts in words, the meaning of questions, groups that were put aside."""

import sqlalchemy as sa
from alembic import op

from store.types import UTCDateTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """What was asked in vain: verdicts in words, the meaning of questions, groups that were put aside."""
    op.add_column("feedback", sa.Column("verdict", sa.String(length=8), nullable=False, server_default="no"))
    op.execute(sa.text("UPDATE feedback SET verdict = 'yes' WHERE helped"))
    op.drop_column("feedback", "helped")
    op.add_column("unanswered", sa.Column("sealed_meaning", sa.LargeBinary(), nullable=True))
    op.add_column("unanswered", sa.Column("entry", sa.String(length=96), nullable=True))
    op.create_table(
        "wish_marks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("municipality_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sealed_centre", sa.LargeBinary(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipalities.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_wish_marks_municipality_id"), "wish_marks", ["municipality_id"], unique=False)
    op.create_index(op.f("ix_wish_marks_made_at"), "wish_marks", ["made_at"], unique=False)
