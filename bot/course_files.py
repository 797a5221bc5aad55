"""What operators do with courses by command: read a file or page, import, export, undo. Finding is in `course_finding`."""

import difflib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import BinaryIO, Literal

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import towns
from bot.settings import Settings
from knowledge import loader
from knowledge.courses import catalogue, jsonld, read
from knowledge.courses.catalogue import Applied, Entry, Preview
from knowledge.courses.errors import ForeignError
from knowledge.courses.record import Course
from knowledge.courses.sheet import Progress, Sheet
from store import database, migrate
from store.database import Database
from store.errors import ConfigurationError, LotseError
from store.scheduling import Site
from store.tables import Municipality
from store.tls import authorities

SECONDS = 20.0
MOST_REDIRECTS = 3
ACTOR = "cli"


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is to be imported where: `courses` become those of `feed` in the catalogue of `owner`."""

    owner: str
    feed: str
    courses: tuple[Course, ...] = field(repr=False)
    today: date
    file_name: str = ""


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The database of the installation with the newest schema."""
    base = database.connect(settings.database_url)
    try:
        await migrate.upgrade(base)
        yield base
    finally:
        await base.close()


def load(source: str, *, today: date, progress: Progress | None = None) -> Sheet:
    """The courses of a file; one that is too large is refused by its size alone. Raises LotseError if there is no such file."""
    path = Path(source)
    try:
        large = read.too_large(path.stat().st_size)
        return large or read.read(path.name, path.read_bytes(), today=today, progress=progress)
    except OSError as error:
        message = "cannot read {path}: {problem}"
        raise LotseError(message, path=source, problem=error.strerror or error) from error


async def fetch(url: str, *, today: date) -> Sheet:
    """The courses that a provider's page describes for programs; raises LotseError if it cannot be fetched."""
    limits = {
        "verify": authorities(),
        "timeout": SECONDS,
        "follow_redirects": True,
        "max_redirects": MOST_REDIRECTS,
        "headers": {"user-agent": "Lotse"},
    }
    page = bytearray()
    try:
        async with httpx.AsyncClient(**limits) as client, client.stream("GET", url) as response:  # type: ignore[arg-type]
            response.raise_for_status()
            async for chunk in response.aiter_bytes():
                page += chunk
                if len(page) > jsonld.MOST_BYTES:
                    break
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        message = "cannot fetch {url}: {problem}"
        raise LotseError(message, url=url, problem=error) from error
    return jsonld.courses_of(bytes(page), url=url, today=today)


async def owner(settings: Settings, municipality: str | None) -> str:
    """Whose catalogue is meant: of a municipality by its slug, by default of the only one that has a site, else of the installation.

    Raises ConfigurationError with the nearest name.
    """
    if municipality == "":
        return ""
    async with opened(settings) as base:
        async with base.read() as session:
            if municipality is None:
                here = select(col(Municipality.slug)).join(Site, col(Site.municipality_id) == col(Municipality.id))
                sites = list(await session.scalars(here.where(col(Municipality.demo).is_(False))))
                return sites[0] if len(sites) == 1 else ""
            known = await _slugs(session)
        if municipality not in known:
            async with base.write() as session:
                await towns.seed(session, loader.shipped(), demo=municipality == towns.DEMO)
                known = await _slugs(session)
    if municipality not in known:
        near = ", ".join(difflib.get_close_matches(municipality, known)) or "none is similar"
        message = "there is no municipality {slug!r}; similar: {near}"
        raise ConfigurationError(message, slug=municipality, near=near)
    return municipality


async def _slugs(session: AsyncSession) -> set[str]:
    return set(await session.scalars(select(col(Municipality.slug))))


async def previewed(settings: Settings, sheet: Sheet, change: Change) -> tuple[Sheet, Preview | None]:
    """What the change would do, None if it is not possible; the sheet says why, also if courses belong to another source."""
    if sheet.errors:
        return sheet, None
    async with opened(settings) as base, base.read() as session:
        try:
            shown = await catalogue.preview(session, owner=change.owner, feed=change.feed, courses=change.courses, today=change.today)
        except ForeignError as error:
            return replace(sheet, problems=[*sheet.problems, *error.problems]), None
        return sheet, shown


async def apply(settings: Settings, change: Change, *, revision: int, progress: Progress | None = None) -> Applied:
    """Make the change that was previewed; raises StaleError."""
    async with opened(settings) as base, base.write() as session:
        return await catalogue.apply(
            session,
            owner=change.owner,
            feed=change.feed,
            courses=change.courses,
            actor=ACTOR,
            file_name=change.file_name,
            revision=revision,
            today=change.today,
            progress=progress,
        )


async def export(settings: Settings, *, owner: str, form: Literal["csv", "json"], to: BinaryIO) -> int:
    """Write all courses of an owner; returns how many bytes."""
    async with opened(settings) as base, base.read() as session:
        return to.write(await catalogue.export(session, owner=owner, form=form))


async def history(settings: Settings, *, owner: str, limit: int) -> list[Entry]:
    """What was done to a catalogue, the newest first."""
    async with opened(settings) as base, base.read() as session:
        return await catalogue.history(session, owner=owner, limit=limit)


async def newest(settings: Settings, *, owner: str) -> Entry | None:
    """The change that can be taken back; None if there is none."""
    async with opened(settings) as base, base.read() as session:
        number = await catalogue.undoable(session, owner=owner)
        entries = await catalogue.history(session, owner=owner, limit=1000) if number is not None else []
    return next((entry for entry in entries if entry.id == number), None)


async def undo(settings: Settings, *, owner: str, number: int, today: date) -> Applied:
    """Take a change back; raises UndoError."""
    async with opened(settings) as base, base.write() as session:
        return await catalogue.undo(session, owner=owner, import_id=number, actor=ACTOR, today=today)
