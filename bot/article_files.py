"""What operators do with a municipality's articles by command: write them out, read them in. What files hold: `knowledge.local.files`."""

import asyncio
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from sqlalchemy import insert

from bot import towns
from bot.course_files import ACTOR, opened
from bot.maintenance import municipality_of
from bot.settings import Settings
from knowledge import loader
from knowledge.findings import Finding
from knowledge.local import checks, files
from knowledge.local.files import Imported
from knowledge.model import Knowledge
from store.errors import ConfigurationError
from store.tables import Audit
from store.types import utcnow


async def export(settings: Settings, folder: Path, *, municipality: str, drafts: bool) -> int:
    """Write the articles of a municipality (slug) into a new or empty folder; returns the number of files. Raises ConfigurationError."""
    async with opened(settings) as base, base.read() as session:
        number = await municipality_of(session, municipality)
        written = await files.export(session, municipality=number, knowledge=loader.shipped(), drafts=drafts)
    await asyncio.to_thread(_write, folder, written)
    return len(written)


def _write(folder: Path, written: Mapping[Path, str]) -> None:
    try:
        if folder.exists() and any(folder.iterdir()):
            message = "{folder} is not empty; name a new one, so that nothing old stays among the files"
            raise ConfigurationError(message, folder=folder)
        for path, text in written.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        message = "cannot write to {folder}: {problem}"
        raise ConfigurationError(message, folder=folder, problem=error.strerror or error) from error


def _read(folder: Path, knowledge: Knowledge, today: date) -> files.Folder:
    if not folder.is_dir():
        message = "there is no folder {folder}"
        raise ConfigurationError(message, folder=folder)
    return files.read(folder, knowledge=knowledge, known=checks.known(), today=today)


async def import_(settings: Settings, folder: Path, *, municipality: str, today: date) -> tuple[list[Finding], Imported | None]:
    """Make the articles of a municipality those of a folder; what was found, and None if mistakes stopped it. Raises ConfigurationError."""
    knowledge = loader.shipped()
    read = await asyncio.to_thread(_read, folder, knowledge, today)
    async with opened(settings) as base, base.write() as session:
        await towns.seed(session, knowledge, demo=municipality == towns.DEMO)
        number = await municipality_of(session, municipality)
        if read.wrong:
            return list(read.findings), None
        done = await files.write(session, read, municipality=number, knowledge=knowledge, editor=None, now=utcnow())
        if done.changed:
            about = {"actor": ACTOR, "action": "article.imported", "municipality_id": number, "detail": {"count": len(done.changed)}}
            await session.execute(insert(Audit).values(at=utcnow(), subject="", **about))
    return list(read.findings), done
