"""Alembic's entry: runs on the connection that `store.migrate` hands over."""

from typing import Literal

from alembic import context
from sqlmodel import SQLModel

from store import courses, desk, pages, scheduling, tables, types  # noqa: F401 - imported for their tables


def render(kind: str, item: object, _autogenerate: object) -> str | Literal[False]:
    """Write our own column types by their names."""
    if kind == "type" and isinstance(item, types.UTCDateTime):
        return "UTCDateTime()"
    return False


connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_item=render, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
