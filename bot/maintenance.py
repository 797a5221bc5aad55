"""What operators do with the database by command: upgrade, backup, restore, rotation. The work itself is in `store`."""

from pathlib import Path

from bot.settings import Settings
from store import backup as backups
from store import database, migrate, rotation


async def upgrade(settings: Settings) -> bool:
    """Run missing schema steps; returns whether there were any."""
    base = database.connect(settings.database_url)
    try:
        return await migrate.upgrade(base)
    finally:
        await base.close()


async def backup(settings: Settings, file: Path) -> int:
    """Write all rows to `file`; returns how many."""
    base = database.connect(settings.database_url)
    try:
        return await backups.backup(base, file)
    finally:
        await base.close()


async def restore(settings: Settings, file: Path) -> int:
    """Fill an empty database; returns the number of rows."""
    base = database.connect(settings.database_url)
    try:
        await migrate.upgrade(base)
        return await backups.restore(base, file)
    finally:
        await base.close()


async def rotate(settings: Settings) -> int:
    """Encrypt everything with the newest key; returns the number of values."""
    base = database.connect(settings.database_url)
    try:
        return await rotation.rotate(base, settings.keyring)
    finally:
        await base.close()
