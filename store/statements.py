"""The few statements that both databases word differently."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel


def table_of(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table of a SQLModel class, for Core statements on the hot path."""
    return model.__table__  # type: ignore[attr-defined,no-any-return]  # SQLModel sets it and does not declare it


async def insert_new(session: AsyncSession, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; those that break a unique constraint are silently left out."""
    if not rows:
        return
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    await session.execute(dialect.insert(table_of(model)).on_conflict_do_nothing(), list(rows))


async def insert_if_new(session: AsyncSession, table: Table, row: Mapping[str, Any]) -> Row[Any] | None:
    """Insert one row and return it as it is stored; None if a constraint refuses it as a repetition."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).values(row).on_conflict_do_nothing().returning(table)
    return (await session.execute(statement)).one_or_none()
