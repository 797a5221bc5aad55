"""The kinds of columns that the tables are made of: identities, references, moments, sealed bytes, small JSON."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Integer, LargeBinary
from sqlmodel import Field

from store.types import UTCDateTime, utcnow


def identity() -> Any:
    """The primary key that the database counts."""
    return Field(default=None, sa_column=Column(_big(), primary_key=True, autoincrement=True))


def reference(target: str, *, nullable: bool = False, delete: str | None = "CASCADE", index: bool = True) -> Any:
    """A foreign key to `table.column`; what happens when the target goes is `delete` (None: it cannot go)."""
    column: Column[Any] = Column(_big(), ForeignKey(target, ondelete=delete), nullable=nullable, index=index)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def moment(*, nullable: bool = False, index: bool = False, now: bool = True) -> Any:
    """A UTC datetime; `now` fills in the clock where nothing is given."""
    column: Column[Any] = Column(UTCDateTime, nullable=nullable, index=index)
    if nullable:
        return Field(default=None, sa_column=column)
    return Field(default_factory=utcnow, sa_column=column) if now else Field(sa_column=column)


def sealed(*, nullable: bool = False) -> Any:
    """Bytes that `crypto` made."""
    column: Column[Any] = Column(LargeBinary, nullable=nullable)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def json(empty: type[Any]) -> Any:
    """A small list or dictionary, stored as JSON."""
    return Field(default_factory=empty, sa_column=Column(JSON, nullable=False))


def json_or_none() -> Any:
    """A dictionary, stored as JSON, or null."""
    return Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))


def _big() -> Any:
    return BigInteger().with_variant(Integer, "sqlite")
