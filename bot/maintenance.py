"""What operators do with the database by command: schema, backup, restore, rotation, site files. The work is done below."""

import difflib
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import site_pages, towns
from bot.settings import Settings
from knowledge import loader
from scheduler import site as sites
from scheduler import site_export
from scheduler.site import Report
from scheduler.site_schema import SiteFile
from store import backup as backups
from store import database, migrate, rotation
from store.errors import ConfigurationError
from store.scheduling import Site
from store.tables import Municipality


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


async def import_site(settings: Settings, site: SiteFile, *, municipality: str | None) -> Report:
    """Apply a site file to the municipality that it names, or to another; raises SiteFileError, ConfigurationError."""
    slug = municipality or site.municipality
    if site.knowledge:
        site_pages.check(loader.shipped(), site.knowledge)
    base = database.connect(settings.database_url)
    try:
        await migrate.upgrade(base)
        async with base.write() as session:
            await towns.seed(session, loader.shipped(), demo=slug == towns.DEMO)
            found = await municipality_of(session, slug)
            report = await sites.import_site(session, settings.keyring, site=site, municipality=found)
            applied = await site_pages.apply(session, site.knowledge, municipality=found, slug=slug)
            return replace(report, kinds={**report.kinds, **applied.kinds}, pages_gone=applied.pages_gone)
    finally:
        await base.close()


async def export_site(settings: Settings, *, municipality: str | None, secrets: bool) -> str:
    """The site file of a municipality, by default of the only one that has a site; raises ConfigurationError."""
    base = database.connect(settings.database_url)
    try:
        await migrate.upgrade(base)
        async with base.read() as session:
            here = select(col(Municipality.slug)).join(Site, col(Site.municipality_id) == col(Municipality.id))
            known = sorted(await session.scalars(here))
            if municipality is None and len(known) != 1:
                message = "say which municipality with --municipality; those with a site: {known}"
                raise ConfigurationError(message, known=", ".join(known) or "none")
            slug = municipality or known[0]
            found = await municipality_of(session, slug)
            section = await site_pages.block(session, municipality=found, slug=slug)
            return await site_export.export_site(session, settings.keyring, municipality=found, secrets=secrets, knowledge=section)
    finally:
        await base.close()


async def municipality_of(session: AsyncSession, slug: str) -> int:
    """The row id of a municipality; raises ConfigurationError with the nearest name."""
    rows = {row.slug: row.id for row in await session.execute(select(col(Municipality.slug), col(Municipality.id)))}
    if slug not in rows:
        near = ", ".join(difflib.get_close_matches(slug, rows)) or "none is similar"
        message = "there is no municipality {slug!r}; similar: {near}"
        raise ConfigurationError(message, slug=slug, near=near)
    return int(rows[slug] or 0)
