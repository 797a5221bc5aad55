"""One file with every row, the same for SQLite and PostgreSQL: gzipped JSON lines, a header first. Sealed values stay sealed."""

import base64
import gzip
import json
import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Table, func, insert, select, text
from sqlmodel import SQLModel

from store import articles, courses, desk, pages, scheduling, tables  # noqa: F401 - imported for their tables
from store.database import Database
from store.errors import LotseError
from store.migrate import HEAD

FORMAT = "lotse backup 1"
BATCH = 500


async def backup(database: Database, file: Path) -> int:
    """Write all rows as they are at one moment; the file appears when it is complete. Returns the number of rows."""
    partial = file.with_name(file.name + ".partial")
    async with database.reader.connect() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        count = await connection.run_sync(_write, partial)
    partial.replace(file)
    return count


def _write(connection: Connection, file: Path) -> int:
    count = 0
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw, gzip.open(raw, "wt", encoding="utf-8") as out:
        _line(out, {"format": FORMAT, "schema": HEAD})
        for table in SQLModel.metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                _line(out, {"table": table.name, "row": {name: _plain(value) for name, value in row.items()}})
                count += 1
    return count


def _line(out: IO[str], value: dict[str, Any]) -> None:
    out.write(json.dumps(value, ensure_ascii=False) + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return value


def _value(plain: Any) -> Any:
    if isinstance(plain, dict) and plain.keys() == {"bytes"}:
        return base64.b64decode(plain["bytes"])
    if isinstance(plain, dict) and plain.keys() == {"moment"}:
        return datetime.fromisoformat(plain["moment"])
    if isinstance(plain, dict) and plain.keys() == {"day"}:
        return date.fromisoformat(plain["day"])
    return plain


async def restore(database: Database, file: Path) -> int:
    """Fill an empty, upgraded database in one transaction; raises LotseError and changes nothing if anything is wrong."""
    try:
        async with database.writer.begin() as connection:
            return await connection.run_sync(_read, file)
    except (OSError, EOFError, ValueError, KeyError) as error:
        message = "{file} is not a complete backup of Lotse: {problem}"
        raise LotseError(message, file=file, problem=error) from error


def _read(connection: Connection, file: Path) -> int:
    _refuse_filled(connection)
    count = 0
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        header = json.loads(next(lines, "{}"))
        if header != {"format": FORMAT, "schema": HEAD}:
            message = "it was written by another version of Lotse ({found}); this one reads {wanted}"
            raise LotseError(message, found=header, wanted=f"{FORMAT}, schema {HEAD}")
        for table, rows in _batches(lines):
            connection.execute(insert(table), rows)
            count += len(rows)
    _advance_sequences(connection)
    return count


def _refuse_filled(connection: Connection) -> None:
    for table in SQLModel.metadata.sorted_tables:
        if connection.scalar(select(func.count()).select_from(table)):
            message = "the database is not empty (table {table}); restore into a new one"
            raise LotseError(message, table=table.name)


def _batches(lines: IO[str]) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    current = ""
    rows: list[dict[str, Any]] = []
    for line in lines:
        raw = json.loads(line)
        if rows and (raw["table"] != current or len(rows) >= BATCH):
            yield SQLModel.metadata.tables[current], rows
            rows = []
        current = raw["table"]
        rows.append({name: _value(value) for name, value in raw["row"].items()})
    if rows:
        yield SQLModel.metadata.tables[current], rows


def _advance_sequences(connection: Connection) -> None:
    """PostgreSQL counts on where the backup ended; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in SQLModel.metadata.sorted_tables:
        if "id" in table.c and (highest := connection.scalar(select(func.max(table.c.id)))):
            connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), highest)))
