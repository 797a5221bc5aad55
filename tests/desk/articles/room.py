"""Two municipalities whose editors write articles at a desk of their own: `await newsroom.save(desk, answer="…")`."""

import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from typing import Any

import httpx

from desk.parts import Near, Tried
from knowledge.local import look
from knowledge.local.record import Opened
from knowledge.model import Article
from nlu.model import Candidate, Match
from tests.desk.settings.console import Console, Signed

ENTRY = "money/bank-account"
URL = f"/desk/knowledge/{ENTRY}"
GERMAN = {
    "part": "de",
    "title": "Konto in Musterstadt",
    "answer": "Gehen Sie zur Sparkasse am Markt. Nehmen Sie Ihren Ausweis mit.",
    "details": "- Fragen Sie nach dem Basiskonto.",
    "questions": "wo bekomme ich ein konto in musterstadt\nsparkasse am markt wann offen",
}
NEW = {
    "title": "Café für alle",
    "answer": "Das Café für alle ist jeden Montag offen. Kommen Sie einfach vorbei.",
    "questions": "wo ist das café\n- kaffee trinken und deutsch reden",
    "language": "de",
    "source": "Stadt Musterstadt",
    "url": "https://musterstadt.example/cafe",
    "review_by": "2099-01-01",
}


def words(page: httpx.Response) -> str:
    """What is to be read on a page, in one line."""
    text = re.sub(r"<(script|style|svg|textarea)\b.*?</\1>", " ", page.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def value(page: httpx.Response, name: str) -> str:
    """What stands in a field of the form."""
    found = re.search(rf'<textarea id="{name}"[^>]*>\n?(.*?)</textarea>', page.text, flags=re.DOTALL)
    found = found or re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page.text)
    assert found, name
    return unescape(found[1])


class Newsroom(Console):
    """A desk with two municipalities that have the common articles; questions are tried with `oracle`."""

    @property
    def oracle(self) -> "Oracle":
        """Who answers at the page that tries questions."""
        asked: Asked = self.trying
        return asked.oracle

    @oracle.setter
    def oracle(self, oracle: "Oracle") -> None:
        self.trying.oracle = oracle

    async def desk(self, role: str = "editor", **columns: Any) -> Signed:
        """A browser in which somebody with this role is signed in."""
        return await self.sign_in(await self.user(role, **columns))

    async def opened(self, entry: str = ENTRY, *, municipality: int = 0) -> Opened:
        """An article as it is kept."""
        async with self.base.read() as session:
            return await look.opened(session, municipality=municipality or self.here, knowledge=self.knowledge, entry=entry)

    async def read(self, *, municipality: int = 0) -> dict[str, Article]:
        """What people of a municipality read that differs from the common articles."""
        async with self.base.read() as session:
            return (await look.published(session, municipality=municipality or self.here, knowledge=self.knowledge))[1]


async def send(desk: Signed, action: str = "save", url: str = URL, **changes: Any) -> httpx.Response:
    """Fill the form of the German text and press a button; the revision is that which the page shows."""
    given = GERMAN | changes
    page = await desk.get(f"{url}?part={given['part']}")
    return await desk.post(url, {"revision": value(page, "revision"), "compared": "1", "action": action} | given)


class Asked:
    """Passes questions on to an oracle that a test can change."""

    def __init__(self) -> None:
        self.oracle = Oracle()

    async def tried(self, session: object, *, municipality: str, text: str, language: str | None) -> Tried:
        """What the oracle says."""
        return await self.oracle.tried(session, municipality=municipality, text=text, language=language)


class Oracle:
    """Understands every question as one about an account; `changes` are fields of `Tried`."""

    def __init__(self, **changes: Any) -> None:
        self.match = Match(
            language="ar",
            decision="offer",
            candidates=(Candidate(entry=ENTRY, score=0.61), Candidate(entry="local/cafe", score=0.2)),
            ms=12.3,
        )
        self.asked: list[tuple[str, str, str | None]] = []
        self.changes = changes

    async def tried(self, session: object, *, municipality: str, text: str, language: str | None) -> Tried:
        """The same for every question."""
        del session
        self.asked.append((municipality, text, language))
        examples: Sequence[Near] = [Near(entry=ENTRY, question="حساب بنكي", language="ar", score=0.8)]
        return replace(Tried(match=self.match, examples=examples, engine="lexical"), **self.changes)
