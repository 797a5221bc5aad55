"""What municipalities wrote, import and switched off, for commands that ask questions; nothing of it where there is no database.

Nothing is opened before the first question of a municipality. Vectors of its own articles are computed; of its pages those on disk count.
"""

from contextlib import AsyncExitStack
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot import finding, towns
from bot.course_files import opened
from bot.local_questions import LocalQuestions
from bot.page_shelf import PageShelf
from bot.settings import Settings
from dialogs.model import Town
from knowledge.local.shelf import LocalShelf
from knowledge.model import Knowledge
from knowledge.pages import keep, switches, view
from knowledge.pages.switches import Off
from knowledge.pages.view import Seen
from nlu.model import Match
from store import database
from store.database import Database, is_there
from store.errors import LotseError


async def counts(settings: Settings) -> dict[str, dict[str, dict[str, Any]]]:
    """Per municipality (slug) and language the number of `pages`, and when they were last looked at (`synced_at`, ISO, or None).

    Nothing where there is no database, or an older one. Raises nothing.
    """
    if not is_there(settings.database_url):
        return {}
    base = database.connect(settings.database_url)
    try:
        async with base.read() as session:
            rows = await keep.counts(session)
    except (SQLAlchemyError, OSError):
        return {}
    finally:
        await base.close()
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        at = row.synced_at.isoformat(timespec="seconds") if row.synced_at else None
        found.setdefault(row.municipality, {})[row.language] = {"pages": row.pages, "synced_at": at}
    return found


class Stored:
    """The own articles and pages of one installation; close it. `note` says why there are none, if the database does not answer.

    `towns` are the municipalities by slug, once it was opened.
    """

    def __init__(self, settings: Settings, common: Knowledge) -> None:
        self._settings = settings
        self._common = common
        self._local = LocalShelf(common)
        self._own = LocalQuestions(shelf=self._local, common=common, cache=settings.data_dir / "nlu" / "own")
        self._stack = AsyncExitStack()
        self._base: Database | None = None
        self._shelf = PageShelf(cache=settings.data_dir / "nlu", compute=False)
        self._off: dict[str, Off] = {}
        self.towns: dict[str, Town] = {}
        self.note: str | None = None

    async def look(self, match: Match, text: str, *, municipality: str) -> Match:
        """The match with what own articles and pages of a municipality (slug) come to; as it is where they cannot be read."""
        base = await self._database()
        if base is None:
            return match
        town = self.towns.get(municipality)
        async with base.read() as session:
            if town:
                await self._own.complete(session, town.id)
                match = await self._own.understood(session, match, text, municipality=town.id)
            index = await self._shelf.index(session, municipality)
        return await finding.look(match, text, index=index, off=self._off.get(municipality, Off()))

    async def knowledge(self, municipality: str) -> Knowledge:
        """What people of a municipality (slug) may read."""
        town = self.towns.get(municipality)
        if town is None or self._base is None:
            return self._common
        async with self._base.read() as session:
            return await self._local.knowledge(session, town.id)

    async def shown(self, match: Match, *, municipality: str) -> Seen | None:
        """The page that a person would read; None if none answers."""
        spot = match.joint.chosen.page if match.joint and match.joint.chosen else None
        if spot is None or self._base is None:
            return None
        async with self._base.read() as session:
            return await view.show(
                session, municipality=municipality, code=spot.code, language=match.language, number=spot.passage, spoken=spot.language
            )

    async def close(self) -> None:
        """Close what was opened."""
        await self._own.close()
        await self._shelf.close()
        await self._stack.aclose()

    async def _database(self) -> Database | None:
        if self._base is None and self.note is None:
            await self._open()
        return self._base

    async def _open(self) -> None:
        if not is_there(self._settings.database_url):
            self.note = "there is no database yet, so no own articles and no pages"
            return
        try:
            base = await self._stack.enter_async_context(opened(self._settings))
            async with base.read() as session:
                self._off = await switches.read(session)
                self.towns = await towns.read(session, demo=True)
        except (SQLAlchemyError, OSError, LotseError) as error:
            self.note = f"the database does not answer, so no own articles and no pages: {type(error).__name__}"
        else:
            self._base = base
