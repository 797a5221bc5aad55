"""Engines and sessions for SQLite and PostgreSQL: one writer and a reader on SQLite, one pool on PostgreSQL.

`Database.write()` is one transaction; on SQLite it is BEGIN IMMEDIATE on a pool of one, because deferred transactions lose
against each other under load (measured: a third failed with "database is locked"). Several processes queue up in `turns`.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from store.errors import ConfigurationError
from store.turns import Turns

BUSY_SECONDS = 10
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}


class Database:
    """The engines of one database and the two ways to use it; close it with `close()`."""

    def __init__(self, *, writer: AsyncEngine, reader: AsyncEngine, turns: Turns | None = None) -> None:
        self.writer = writer
        self.reader = reader
        self._turns = turns
        self._write = async_sessionmaker(writer, expire_on_commit=False)
        self._read = async_sessionmaker(reader, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether rows live in one SQLite file (one process) rather than in PostgreSQL."""
        return self.writer.dialect.name == "sqlite"

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A session in one transaction: committed at the end, rolled back on any error."""
        async with self._turn(), self._write() as session, session.begin():
            yield session

    def _turn(self) -> AbstractAsyncContextManager[None]:
        return self._turns.turn() if self._turns else nullcontext()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session to read with; on SQLite it never waits for a writer."""
        async with self._read() as session:
            yield session

    async def close(self) -> None:
        """Close all connections."""
        await self.writer.dispose()
        if self.reader is not self.writer:
            await self.reader.dispose()


def parse_url(url: str) -> URL:
    """The database address of `LOTSE_DATABASE_URL`; raises ConfigurationError for anything but our two drivers."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        message = "LOTSE_DATABASE_URL is not an address like sqlite+aiosqlite:///var/lotse.db or postgresql+asyncpg://user@host/name"
        raise ConfigurationError(message) from error
    if parsed.drivername not in DRIVERS.values():
        message = "LOTSE_DATABASE_URL must start with sqlite+aiosqlite:// or postgresql+asyncpg://, not {found}://"
        raise ConfigurationError(message, found=parsed.drivername)
    return parsed


def is_there(url: str) -> bool:
    """Whether there may be a database: the file of SQLite exists; of a server only a question tells. Raises ConfigurationError."""
    parsed = parse_url(url)
    return parsed.drivername == DRIVERS["postgresql"] or Path(str(parsed.database)).exists()


def connect(url: str) -> Database:
    """Open the database of an address (nothing is sent before the first session); raises ConfigurationError."""
    parsed = parse_url(url)
    if parsed.drivername == DRIVERS["postgresql"]:
        engine = create_async_engine(parsed, pool_size=8, max_overflow=8, pool_pre_ping=True, hide_parameters=True)
        return Database(writer=engine, reader=engine)
    if parsed.database in {None, "", ":memory:"}:
        message = "LOTSE_DATABASE_URL must name a file: sqlite+aiosqlite:///var/lotse.db"
        raise ConfigurationError(message)
    file = Path(str(parsed.database))
    file.parent.mkdir(parents=True, exist_ok=True)
    writer = _sqlite(parsed, begin="BEGIN IMMEDIATE", pool_size=1, max_overflow=0)
    return Database(writer=writer, reader=_sqlite(parsed, begin="BEGIN"), turns=Turns(file))


def _sqlite(url: URL, *, begin: str, **options: Any) -> AsyncEngine:
    engine = create_async_engine(url, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None}, hide_parameters=True, **options)

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "temp_store=MEMORY"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
