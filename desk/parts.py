"""What every page of the desk needs, in one value, and how a route gets it. `bot.http` fills it; signing in is in `access`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from dialogs.model import Reply, Town
from knowledge.model import Knowledge
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
class Parts:
    """The parts of the process that the desk works with. `base_url` has no slash at its end."""

    database: Database
    keyring: Keyring
    index_key: bytes
    base_url: str
    towns: Mapping[str, Town]
    knowledge: Knowledge
    speaker: Speaking
    demo: bool

    @property
    def https(self) -> bool:
        """Whether browsers reach Lotse over an encrypted line, so that cookies may insist on it."""
        return self.base_url.startswith("https://")


def parts_of(request: Request) -> Parts:
    """The parts of the running desk."""
    parts: Parts = request.app.state.parts
    return parts


PartsOf = Annotated[Parts, Depends(parts_of)]
