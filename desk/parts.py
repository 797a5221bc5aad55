"""What every page of the desk needs, in one value, and how a route gets it. `bot.http` fills it; signing in is in `access`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from dialogs.model import Reply, Town
from knowledge.courses.shelf import Shelf
from knowledge.local.shelf import LocalShelf
from knowledge.model import Knowledge
from nlu.model import Match
from store.crypto import Keyring
from store.database import Database


class Speaking(Protocol):
    """Saying something to a person through the outbox; `bot.speaking` does it."""

    async def say(self, session: AsyncSession, *, person: int, reply: Reply, case: int | None = None, author: int | None = None) -> Any:
        """Write a line of the history and its delivery in the caller's transaction; gives back what `deliver` takes (with `.message`)."""

    def deliver(self, spoken: Sequence[Any]) -> None:
        """Send what was said, after the commit."""

    async def edit(self, session: AsyncSession, *, message: int, text: str) -> Any:
        """Change an adviser's message, at the person too where the channel can."""

    async def unsay(self, session: AsyncSession, *, message: int) -> Any:
        """Take an adviser's message back, at the person too where the channel can."""


@dataclass(frozen=True, kw_only=True)
class Near:
    """An example question that is like what was asked: of which article, in which language, how near (0 to 1)."""

    entry: str
    question: str
    language: str
    score: float


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What Lotse would make of a question: its decision, and what it rests on.

    `examples` are the nearest example questions of the candidates. `danger` and `hints` are kinds (`crisis_…`) that the patterns of the
    safety screen found, `idiom` says that a harmless phrase takes them back. `engine` says what compared: sentence vectors or words alone.
    """

    match: Match
    examples: Sequence[Near] = ()
    danger: Sequence[str] = ()
    hints: Sequence[str] = ()
    idiom: bool = False
    engine: str = ""


class Trying(Protocol):
    """Trying a question without storing anything; `bot.trying` does it."""

    async def tried(self, session: AsyncSession, *, municipality: str, text: str, language: str | None) -> Tried:
        """What would be decided for somebody of this municipality (slug) who chose this language (None: not yet)."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts of the process that the desk works with. `base_url` has no slash at its end."""

    database: Database
    keyring: Keyring
    index_key: bytes
    base_url: str
    towns: Mapping[str, Town]
    knowledge: Knowledge
    speaker: Speaking
    trying: Trying
    courses: Shelf
    local: LocalShelf
    demo: bool

    @property
    def https(self) -> bool:
        """Whether browsers reach Lotse over an encrypted line, so that cookies may insist on it."""
        return self.base_url.startswith("https://")


def parts_of(request: Request) -> Parts:
    """The parts of the running desk."""
    parts: Parts = request.app.state.parts
    return parts


async def informed(session: AsyncSession, parts: Parts, *, municipality: int) -> Parts:
    """The same parts with the knowledge of a municipality: with the articles that its editors published."""
    return replace(parts, knowledge=await parts.local.knowledge(session, municipality))


PartsOf = Annotated[Parts, Depends(parts_of)]
