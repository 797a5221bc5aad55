"""What is left of a person: rows that refer to them, found by the foreign keys of all tables, and bytes in files, in any writing."""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Column, ColumnElement, Table, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from store import desk, scheduling, tables  # noqa: F401 - all tables must be known

# Rows that stay, as they are nobody's then: agreed times and what happened to them, and keys of messages against repetitions.
STAY = frozenset({"appointments", "appointment_changes", "tasks", "inbox"})
_MOST_OF_IT, _END = 48, 32


@dataclass(kw_only=True)
class Rows:
    """Keys of a person's rows by table, and the ciphertexts in them."""

    keys: dict[str, set[int]] = field(default_factory=dict)
    sealed: set[bytes] = field(default_factory=set)


def referring() -> dict[str, list[Column[int]]]:
    """Each table that refers to people, or to a table that does, with the columns that do; parents come first."""
    found: dict[str, list[Column[int]]] = {"people": []}
    for table in SQLModel.metadata.sorted_tables:
        if columns := [key.parent for key in table.foreign_keys if key.column.table.name in found]:
            found[table.name] = columns
    return found


async def rows_of(session: AsyncSession, *, person: int) -> Rows:
    """Everything that belongs to a person now."""
    found = Rows(keys={"people": {person}})
    for name, columns in referring().items():
        table = SQLModel.metadata.tables[name]
        theirs = or_(*(_among(column, found) for column in columns)) if columns else table.c.id == person
        rows = list(await session.execute(select(table).where(theirs)))
        found.keys[name] = {row[0] for row in rows}
        blobs = [value for row in rows for value in row if isinstance(value, bytes)]
        found.sealed |= {blob[:_MOST_OF_IT] for blob in blobs} | {blob[-_END:] for blob in blobs}
    return found


async def left(session: AsyncSession, before: Rows) -> Mapping[str, int]:
    """How many of these rows are still there, and how many rows anywhere refer to one that had to go."""
    counts: dict[str, int] = {}
    for name, columns in referring().items():
        table = SQLModel.metadata.tables[name]
        gone = [_among(column, before) for column in columns if _parent(column) not in STAY]
        gone += [] if name in STAY else [_key(table).in_(before.keys[name])]
        counts[name] = await session.scalar(select(func.count()).select_from(table).where(or_(false(), *gone))) or 0
    return counts


def _among(column: Column[int], found: Rows) -> ColumnElement[bool]:
    return column.in_(found.keys[_parent(column)])


def _parent(column: Column[int]) -> str:
    return next(key.column.table.name for key in column.foreign_keys)


def _key(table: Table) -> Column[int]:
    return next(iter(table.primary_key.columns))


def writings(words: str) -> set[bytes]:
    """A text as files may hold it: UTF-8 and UTF-16, escaped for Python, JSON and addresses, base64 from any byte on."""
    plain = words.encode()
    escaped = {words.encode("unicode_escape"), json.dumps(words)[1:-1].encode(), quote(words).encode()}
    wide = {words.encode("utf-16-le"), words.encode("utf-16-be")}
    shifted = {base64.b64encode(bytes(start) + text)[4 * bool(start) : -4] for text in {plain, *wide} for start in range(3)}
    return {plain, *wide, *escaped, *shifted}


def files_with(folders: Iterable[Path], forms: Iterable[bytes], *, since: float = 0) -> list[str]:
    """Files below the folders, written since a moment, in which one of these stands."""
    wanted = list(forms)
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file() and file.stat().st_mtime >= since]
    return sorted(file.name for file in files if (data := file.read_bytes()) and any(form in data for form in wanted))
