"""Fixtures of the desk's tests: colleagues, signed-in clients, signed-in Chromium pages. The server itself is in `tests.served`.

`anna = user("adviser")` works in the demonstration's district, `user("lead", municipality=other)` elsewhere. `desk = sign_in(anna)` is a
client that sends the form token: `desk.get("/desk/")`, `desk.post("/desk/cases/1/claim")`. `browse_desk(anna, phone=True)` is a page of
Chromium, signed in.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from desk import passwords, sessions
from store.desk import DeskSession
from store.statements import table_of
from store.tables import User
from tests.web.server import Running

PASSWORD = "Mond-Kanne-7-Regal"  # noqa: S105 - of invented people
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
_numbers = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody who works at the desk; the password of all is `PASSWORD`. `town` is the slug of their municipality."""

    id: int
    email: str
    name: str
    role: str
    municipality: int
    town: str


class Desk:
    """A signed-in browser without JavaScript: keeps cookies, follows redirects, sends the form token with every form."""

    def __init__(self, server: Running, token: str | None = None) -> None:
        self.http = httpx.Client(base_url=server.url, follow_redirects=True, timeout=30, headers={"accept-language": "de"})
        self._key = server.app.desk.index_key
        if token:
            self.http.cookies.set("lotse-desk", token)

    @property
    def csrf(self) -> str:
        """The token of this browser's forms."""
        secret = self.http.cookies.get("lotse-desk") or self.http.cookies.get("lotse-desk-form") or ""
        return sessions.form_token(self._key, secret)

    def get(self, url: str, **options: Any) -> httpx.Response:
        """Open a page."""
        return self.http.get(url, **options)

    def post(self, url: str, data: Mapping[str, Any] | None = None, **options: Any) -> httpx.Response:
        """Send a form."""
        return self.http.post(url, data={"csrf": self.csrf, **(data or {})}, **options)


MakeUser = Callable[..., Colleague]
SignIn = Callable[[Colleague | None], Desk]
BrowseDesk = Callable[..., Page]


@pytest.fixture(scope="session")
def password_hash(server: Running) -> str:
    return server.run(passwords.hash_password(PASSWORD))


@pytest.fixture
def user(server: Running, password_hash: str) -> MakeUser:
    """Makes a colleague: `user(role, municipality="demo", **columns)`; `municipality` is a slug."""

    def make(role: str = "adviser", municipality: str = "demo", **columns: Any) -> Colleague:
        town = server.app.world.towns[municipality]
        number = next(_numbers)
        given = {"email": f"person{number}@lotse.test", "name": f"Anna Test{number}", "password_hash": password_hash} | columns
        row = User(municipality_id=town.id, role=role, **given)
        server.run(_add(server, row))
        return Colleague(id=row.id or 0, email=row.email, name=row.name, role=role, municipality=town.id, town=town.slug)

    return make


@pytest.fixture
def other(server: Running) -> str:
    """The slug of a municipality that is not the demonstration's."""
    return next(slug for slug in server.app.world.towns if slug != "demo")


@pytest.fixture
def sign_in(server: Running) -> Iterator[SignIn]:
    """A client: signed in as a colleague, or as nobody (None)."""
    desks: list[Desk] = []

    def start(colleague: Colleague | None = None) -> Desk:
        desks.append(Desk(server, server.run(begin(server, colleague)) if colleague else None))
        return desks[-1]

    yield start
    for desk in desks:
        desk.http.close()


@pytest.fixture
def browse_desk(chromium: Browser, server: Running) -> Iterator[BrowseDesk]:
    """Opens a page of Chromium, signed in as a colleague (or nobody); an uncaught script error or a broken CSP rule fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def start(colleague: Colleague | None = None, *, javascript: bool = True, phone: bool = False, locale: str = "de-DE") -> Page:
        context = chromium.new_context(
            base_url=server.url,
            locale=locale,
            java_script_enabled=javascript,
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]  # a dictionary of these two keys is its type
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        if colleague:
            token = server.run(begin(server, colleague))
            context.add_cookies([{"name": "lotse-desk", "value": token, "url": server.url, "httpOnly": True, "sameSite": "Lax"}])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None)
        return page

    yield start
    for context in contexts:
        context.close()
    assert errors == []


async def _add(server: Running, row: User) -> None:
    async with server.app.database.write() as session:
        session.add(row)


async def begin(server: Running, colleague: Colleague) -> str:
    """A session of a colleague, begun past the sign-in page; returns its token."""
    async with server.app.database.write() as session:
        key = server.app.desk.index_key
        return await sessions.begin(session, key, user=colleague.id, browser="Test", confirmed=True)


async def change_session(server: Running, colleague: Colleague, **values: Any) -> None:
    """Change the rows of a colleague's sessions."""
    table = table_of(DeskSession)
    async with server.app.database.write() as session:
        await session.execute(table.update().where(table.c.user_id == colleague.id).values(**values))


async def change_user(server: Running, colleague: Colleague, **values: Any) -> None:
    """Change a colleague's row."""
    table = table_of(User)
    async with server.app.database.write() as session:
        await session.execute(table.update().where(table.c.id == colleague.id).values(**values))
