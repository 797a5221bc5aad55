"""The desk on a database of its own, without the rest of Lotse: for what has to hold on SQLite and PostgreSQL, asked over HTTP.

async def test_hours(console):
    anna = await console.user("lead")
    desk = await console.sign_in(anna)
    page = await desk.get("/desk/settings/hours")
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import app as desk_app
from desk import sessions
from desk.parts import Parts
from knowledge.courses.shelf import Shelf
from knowledge.local.shelf import LocalShelf
from knowledge.model import Knowledge
from store.crypto import Keyring
from store.database import Database
from store.statements import table_of
from store.tables import Audit, User
from tests.cases import place

URL = "http://desk.test"
_numbers = itertools.count(1)


@dataclass(kw_only=True)
class Signed:
    """A signed-in browser without JavaScript: follows redirects, sends the form token with every form."""

    http: httpx.AsyncClient
    csrf: str

    async def get(self, url: str) -> httpx.Response:
        """Open a page."""
        return await self.http.get(url)

    async def post(self, url: str, data: Mapping[str, Any] | None = None) -> httpx.Response:
        """Send a form."""
        return await self.http.post(url, data={"csrf": self.csrf, **(data or {})})


@dataclass(kw_only=True)
class Console:
    """A desk with two municipalities, `here` and `elsewhere`."""

    base: Database
    keyring: Keyring
    knowledge: Knowledge
    index_key: bytes = b"i" * 32
    here: int = 0
    elsewhere: int = 0
    app: FastAPI = field(default_factory=FastAPI)
    clients: list[httpx.AsyncClient] = field(default_factory=list)
    trying: Any = None

    async def open(self) -> "Console":
        """Make the municipalities and the application."""
        async with self.base.write() as session:
            self.here, self.elsewhere = await place(session), await place(session, slug="anderswo")
        nobody_speaks: Any = None
        parts = Parts(
            database=self.base,
            keyring=self.keyring,
            index_key=self.index_key,
            base_url=URL,
            towns={},
            knowledge=self.knowledge,
            speaker=nobody_speaks,
            trying=self.trying or nobody_speaks,
            courses=Shelf(),
            local=LocalShelf(self.knowledge),
            demo=False,
        )
        self.app.mount("/desk", desk_app.create(parts))
        return self

    async def close(self) -> None:
        """Close all browsers."""
        for client in self.clients:
            await client.aclose()

    async def user(self, role: str = "adviser", *, municipality: int | None = None, **columns: Any) -> User:
        """A colleague with a password, of `here` if nothing else is said."""
        number = next(_numbers)
        given = {"email": f"p{number}@desk.test", "name": f"Person {number}", "password_hash": "x", "interface": "en"} | columns
        row = User(municipality_id=municipality or self.here, role=role, **given)
        async with self.base.write() as session:
            session.add(row)
        return row

    async def sign_in(self, user: User) -> Signed:
        """A browser in which somebody is signed in."""
        async with self.base.write() as session:
            token = await sessions.begin(session, self.index_key, user=user.id or 0, browser="Test", confirmed=True)
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url=URL, follow_redirects=True, cookies={"lotse-desk": token}
        )
        self.clients.append(client)
        return Signed(http=client, csrf=sessions.form_token(self.index_key, token))

    async def fresh(self, user: User) -> Any:
        """The row of a colleague as it is now."""
        table = table_of(User)
        async with self.base.read() as session:
            return (await session.execute(select(table).where(table.c.id == user.id))).one()

    async def audited(self, action: str) -> list[Any]:
        """The entries of the audit log with an action, the oldest first."""
        table = table_of(Audit)
        async with self.base.read() as session:
            return list(await session.execute(select(table).where(table.c.action == action).order_by(table.c.id)))

    async def add(self, *rows: Any) -> list[int]:
        """Store rows; returns their ids."""
        async with self.base.write() as session:
            return await _added(session, rows)


async def _added(session: AsyncSession, rows: Any) -> list[int]:
    for row in rows:
        session.add(row)
        await session.flush()
    return [int(row.id or 0) for row in rows]
