"""Brings a database to the newest schema (Alembic). The steps themselves are in `migrations/versions`."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from store.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0007"
FOLDER = Path(__file__).parent / "migrations"


async def upgrade(database: Database) -> bool:
    """Run the steps that are missing, in one transaction; returns whether there were any."""
    async with database.writer.connect() as connection:
        if await connection.run_sync(revision) == HEAD:
            return False
    async with database.writer.begin() as connection:
        await connection.run_sync(_run)
    return True


def revision(connection: Connection) -> str | None:
    """The schema's revision, or None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def config(connection: Connection | None = None) -> "Config":
    """Alembic's configuration for our folder of steps."""
    from alembic.config import Config  # noqa: PLC0415 - only a start with missing steps needs Alembic

    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.attributes["connection"] = connection
    return made


def _run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Several processes may start at once; the first one migrates, the others find nothing left to do.
        connection.execute(text("SELECT pg_advisory_xact_lock(7077)"))
    from alembic import command  # noqa: PLC0415

    command.upgrade(config(connection), "head")
