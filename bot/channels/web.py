"""The web chat as a channel: reading a person's history by token, and waking those who listen. Pages and JSON live in `bot.web`.

Nothing is pushed through the outbox: the history is the channel. `Message.version` (microseconds) is the cursor of a reader.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Row, Select, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import codec
from bot.apply import Applied
from bot.channels import TRAITS
from bot.inbox import Desk, addresses, people
from dialogs.model import Reply
from locales.registry import DEFAULT
from store.database import Database
from store.statements import table_of
from store.tables import Message

traits = TRAITS["web"]

PAGE = 60
POLL_SECONDS = 2.0
HEARTBEAT_SECONDS = 25.0
MOST_LISTENERS = 4
_MOST_DIGITS = 18

messages = table_of(Message)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the history. What the person typed is a `Reply` of text alone; `human` says that an adviser wrote it."""

    id: int
    version: int
    at: datetime
    incoming: bool
    reply: Reply
    human: bool = False
    edited: bool = False
    deleted: bool = False

    @property
    def name(self) -> str:
        """What pages and clients call this line. SQLite gives the id of a deleted menu to the next one, so the version is part of it."""
        return f"{self.id}-{self.version}"


def id_in(name: str) -> int:
    """The id in the name of a line; 0 for what is no name."""
    number = name.partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS else 0


@dataclass(frozen=True, kw_only=True)
class History:
    """A part of a conversation, oldest line first.

    `screens` are the names of all menus that still exist (others were replaced), `earlier` says that there are older lines,
    `later` that there are newer ones than `lines` holds.
    """

    language: str | None
    lines: tuple[Line, ...]
    cursor: int
    screens: tuple[str, ...] = ()
    earlier: bool = False
    later: bool = False


@dataclass(frozen=True, kw_only=True)
class Known:
    """Who has a token: the chosen language, and the version of the newest line (0: none yet)."""

    language: str | None
    cursor: int


class Web:
    """Reads histories and wakes listeners; one per process."""

    def __init__(self, *, database: Database, desk: Desk) -> None:
        self._database = database
        self._desk = desk
        self._listeners: dict[bytes, list[asyncio.Event]] = {}
        self._newest: dict[bytes, int | None] = {}
        self._poller: asyncio.Task[None] | None = None
        self.closed = False

    async def latest(self, token: str, *, before: int | None = None) -> History | None:
        """The last page of the conversation (or the page before the line with an id); None if nobody has this token."""
        async with self._database.read() as session:
            person = await self._person(session, token)
            if person is None:
                return None
            wanted = select(messages).where(messages.c.person_id == person.person_id).order_by(messages.c.id.desc()).limit(PAGE + 1)
            if before is not None:
                wanted = wanted.where(messages.c.id < before)
            rows = list((await session.execute(wanted)).all())
            return self._history(person, rows[:PAGE][::-1], screens=await _screens(session, person.person_id), earlier=len(rows) > PAGE)

    async def after(self, token: str, version: int) -> History | None:
        """What came after a version, a page at most; None if nobody has this token."""
        async with self._database.read() as session:
            person = await self._person(session, token)
            if person is None:
                return None
            # In the order of versions, as the cursor counts: an old line that was edited comes among the newest.
            newer = select(messages).where(messages.c.person_id == person.person_id, messages.c.version > version)
            rows = list((await session.execute(newer.order_by(messages.c.version, messages.c.id).limit(PAGE + 1))).all())
            screens = await _screens(session, person.person_id)
            return self._history(person, rows[:PAGE], screens=screens, cursor=version, later=len(rows) > PAGE)

    async def known(self, token: str) -> Known | None:
        """The person's language and newest version, without reading the conversation; None if nobody has this token."""
        async with self._database.read() as session:
            person = await self._person(session, token)
            if person is None:
                return None
            newest = select(func.coalesce(func.max(messages.c.version), 0)).where(messages.c.person_id == person.person_id)
            return Known(language=person.language, cursor=await session.scalar(newest) or 0)

    async def document(self, token: str, message: int) -> Reply | None:
        """The reply with a document that a message of this person's history holds, or None."""
        async with self._database.read() as session:
            person = await self._person(session, token)
            if person is None:
                return None
            mine = select(messages).where(messages.c.id == message, messages.c.person_id == person.person_id)
            row = (await session.execute(mine)).one_or_none()
        line = self._line(row, language=DEFAULT) if row else None
        return line.reply if line and line.reply.document else None

    async def changes(self, token: str, version: int) -> AsyncIterator[History | None]:
        """New lines after `version` as they come, and None now and then to keep the connection open; ends when the person is gone."""
        with self._listening(token) as woken:
            while not self.closed:
                woken.clear()
                history = await self.after(token, version)
                if history is None:
                    return
                if history.lines:
                    version = history.cursor
                    yield history
                elif woken not in self._listeners.get(self._blind(token), ()):
                    return  # pushed out by newer listeners
                elif not await _woken(woken):
                    yield None

    def applied(self, item: Applied) -> None:
        """Wake the listeners of the person whose message was just applied (a watcher of the pipeline)."""
        if item.mail.inbound.channel == traits.name:
            self.wake(self._blind(item.mail.inbound.address))

    def told(self, channel: str, address: str) -> None:
        """Wake the listeners of somebody to whom Lotse said something by itself (a watcher of the jobs)."""
        if channel == traits.name:
            self.wake(self._blind(address))

    def wake(self, blind: bytes) -> None:
        """Let the listeners of an address look for news."""
        for event in self._listeners.get(blind, ()):
            event.set()

    def close(self) -> None:
        """End all listening, so that the server can stop."""
        self.closed = True
        for blind in list(self._listeners):
            self.wake(blind)
        if self._poller:
            self._poller.cancel()

    @contextmanager
    def _listening(self, token: str) -> Iterator[asyncio.Event]:
        """Register a listener; the oldest of too many of one person has to go."""
        blind, event = self._blind(token), asyncio.Event()
        mine = self._listeners.setdefault(blind, [])
        mine.append(event)
        if len(mine) > MOST_LISTENERS:
            mine.pop(0).set()
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())
        try:
            yield event
        finally:
            if event in mine:
                mine.remove(event)
            if not mine:
                self._listeners.pop(blind, None)

    async def _poll(self) -> None:
        """Look in the database for what other processes wrote: one question for all listeners."""
        while self._listeners:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self._look()
            except (SQLAlchemyError, OSError) as error:
                log.warning("no news, the database does not answer", reason=type(error).__name__)

    async def _look(self) -> None:
        async with self._database.read() as session:
            found = await self._versions(session, list(self._listeners))
        for blind in list(self._listeners):
            if self._newest.get(blind, found.get(blind)) != found.get(blind):
                self.wake(blind)
        self._newest = {blind: found.get(blind) for blind in self._listeners}

    async def _versions(self, session: AsyncSession, blinds: list[bytes]) -> dict[bytes, int]:
        newest = func.coalesce(func.max(messages.c.version), 0).label("newest")
        joined = addresses.outerjoin(messages, messages.c.person_id == addresses.c.person_id)
        mine = (addresses.c.channel == traits.name, addresses.c.blind.in_(blinds), addresses.c.person_id.is_not(None))
        wanted = select(addresses.c.blind, newest).select_from(joined).where(*mine).group_by(addresses.c.blind)
        return {row.blind: row.newest for row in await session.execute(wanted)}

    async def _person(self, session: AsyncSession, token: str) -> Row[Any] | None:
        mine: Select[Any] = (
            select(addresses.c.person_id, people.c.language)
            .join(people, people.c.id == addresses.c.person_id)
            .where(addresses.c.channel == traits.name, addresses.c.blind == self._blind(token))
        )
        found: Row[Any] | None = (await session.execute(mine)).one_or_none()
        return found

    def _blind(self, token: str) -> bytes:
        return self._desk.blind(traits.name, token)

    def _history(self, person: Row[Any], rows: list[Row[Any]], *, cursor: int = 0, **rest: Any) -> History:
        lines = tuple(self._line(row, language=person.language or DEFAULT) for row in rows)
        newest = max([cursor, *(line.version for line in lines)])
        return History(language=person.language, lines=lines, cursor=newest, **rest)

    def _line(self, row: Row[Any], *, language: str) -> Line:
        payload = codec.open_message(self._desk.keyring, row.sealed_payload)
        reply = codec.reply_from_json({"language": language} | payload)
        marks = {"human": row.author_id is not None, "edited": row.edited_at is not None, "deleted": row.deleted_at is not None}
        return Line(id=row.id, version=row.version, at=row.created_at, incoming=row.incoming, reply=reply, **marks)


async def _screens(session: AsyncSession, person: int) -> tuple[str, ...]:
    mine = select(messages.c.id, messages.c.version).where(messages.c.person_id == person, messages.c.screen)
    return tuple(f"{row.id}-{row.version}" for row in await session.execute(mine.order_by(messages.c.id)))


async def _woken(event: asyncio.Event) -> bool:
    """Wait for the event; False if it did not come in time."""
    try:
        async with asyncio.timeout(HEARTBEAT_SECONDS):
            await event.wait()
    except TimeoutError:
        return False
    return True
