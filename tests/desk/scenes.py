"""People, cases and messages for tests of inbox and case page, written straight into the tables of the running server."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import codec
from dialogs.model import Reply, Town
from handoff import cases as handoff
from handoff import files, relay
from handoff.card import Card
from store.statements import table_of
from store.tables import Audit, Case, Conversation, Message, Municipality
from store.types import utcnow
from tests import cases as rows
from tests.cases import Known, Open
from tests.desk.conftest import Colleague
from tests.web.server import Running

T = TypeVar("T")
HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}<svg onload=alert(3)>'
# What can be opened on the page of a case.
MENUS = ("#phrases > summary", "#follow-up > summary", "#pass-on > summary", "#bot > summary", "#history > summary")
TIGRINYA = "ሰላም። ምስ ሰብ ክዛረብ ይደሊ ኣለኹ። ወረቐተይ ክውዳእ ቀሪቡ ኣሎ።"
ARABIC = "مرحبا، انتهت صلاحية إقامتي ولا أعرف ماذا أفعل. رقم الملف 4711/26"


def write(server: Running, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Do something in one transaction of the server's database."""

    async def begin() -> T:
        async with server.app.database.write() as session:
            return await work(session)

    return server.run(begin())


def case(server: Running, at: Colleague, *, language: str = "ti", channel: str = "web", card: Card | None = None, **known: Any) -> Open:
    """A case in a colleague's municipality; `known` are fields of `tests.cases.Known`."""
    desk = server.app.desk
    like = Known(card=card or Card(question=TIGRINYA, question_language="ti"), **known)

    async def make(session: AsyncSession) -> Open:
        return await rows.person_with_case(
            session,
            municipality=at.municipality,
            language=language,
            channel=channel,
            keyring=desk.keyring,
            index_key=desk.index_key,
            known=like,
        )

    return write(server, make)


def says(
    server: Running, opened: Open, text: str, *, author: Colleague | None = None, incoming: bool = True, inside: bool = True, **more: Any
) -> int:
    """A line of the conversation."""
    keyring, where = server.app.desk.keyring, opened.case if inside else None
    table = table_of(Message)

    async def make(session: AsyncSession) -> int:
        by = author.id if author else None
        line = await rows.message(session, keyring, person=opened.person, text=text, case=where, author=by, incoming=incoming, **more)
        if author or not incoming:  # what Lotse and advisers say has a language, as a reply has
            sealed = codec.seal_message(keyring, codec.reply_to_json(Reply(text=text, language="de")))
            await session.execute(table.update().where(table.c.id == line).values(sealed_payload=sealed))
        return line

    return write(server, make)


def rows_of(server: Running, model: Any, *where: Any) -> list[Row[Any]]:
    """Rows of a table, oldest first."""
    table = table_of(model)

    async def read() -> list[Row[Any]]:
        async with server.app.database.read() as session:
            return list(await session.execute(select(table).where(*where).order_by(table.c.id if "id" in table.c else table.c.person_id)))

    return server.run(read())


def case_row(server: Running, opened: Open) -> Row[Any]:
    """The case as it is now."""
    return rows_of(server, Case, table_of(Case).c.id == opened.case)[0]


def held_by(server: Running, opened: Open) -> int | None:
    """The case that silences the program for the person."""
    return rows_of(server, Conversation, table_of(Conversation).c.person_id == opened.person)[0].held_by_case  # type: ignore[no-any-return]  # a column


def lines(server: Running, opened: Open) -> list[Row[Any]]:
    """The lines of the case."""
    return rows_of(server, Message, table_of(Message).c.case_id == opened.case)


def audited(server: Running, opened: Open) -> list[str]:
    """What was noted about the case."""
    return [row.action for row in rows_of(server, Audit, table_of(Audit).c.subject == f"case:{opened.case}")]


def together(server: Running, *work: Any) -> list[Any]:
    """Let the server's loop do several things at once."""

    async def all_() -> list[Any]:
        return list(await asyncio.gather(*work))

    return server.run(all_())


def town(server: Running) -> str:
    """The slug of a new municipality: its lists hold what the test puts there."""
    slug = f"testkreis-{next(_towns)}"
    row = Municipality(slug=slug, name=f"Testkreis {slug}", staffed=True)

    async def make(session: AsyncSession) -> None:
        session.add(row)

    write(server, make)
    known = cast("dict[str, Town]", server.app.world.towns)
    known[slug] = Town(id=row.id or 0, slug=slug, name=row.name, staffed=True, demo=False)
    return slug


_towns = itertools.count()


def change(server: Running, opened: Open, **values: Any) -> None:
    """Change columns of a case."""

    async def make(session: AsyncSession) -> None:
        await session.execute(table_of(Case).update().where(table_of(Case).c.id == opened.case).values(**values))

    write(server, make)


def opens(server: Running, at: Colleague, *, language: str = "ti") -> int:
    """Somebody asks for a human, as the program opens cases; the id of theirs."""

    async def make(session: AsyncSession) -> int:
        who, _ = await rows.person(session, municipality=at.municipality, language=language, channel="web", keyring=server.app.desk.keyring)
        opened = await handoff.open_case(
            session, server.app.desk.keyring, municipality=at.municipality, person=who, language=language, reason="asked"
        )
        return opened.case

    return write(server, make)


def attach(server: Running, opened: Open, line: int, *, kind: str, media_type: str, name: str, content: bytes) -> int:
    """A file of the person, as the web chat keeps it."""
    file = files.File(kind=kind, media_type=media_type, name=name, content=content)
    where = files.OpenCase(id=opened.case, municipality=opened.municipality)

    async def make(session: AsyncSession) -> int:
        keyring = server.app.desk.keyring
        return await files.keep(session, keyring, case=where, person=opened.person, file=file, message=line, now=utcnow())

    return write(server, make)


def all_kinds(server: Running, anna: Colleague, bela: Colleague) -> list[Open]:
    """A case of Anna's with a line of each kind; then a free one, one of Bela's, a closed one."""
    card = Card(question=ARABIC, question_language="ar", filled={"level": "A1"}, articles=["residence/extension"], wishes=["woman"])
    one = case(server, anna, language="ar", owner=anna.id, urgent=True, topic="residence/extension", card=card)
    line = says(server, one, ARABIC)
    attach(server, one, line, kind="voice", media_type="audio/ogg", name="a.ogg", content=b"OggS")
    attach(server, one, line, kind="image", media_type="image/jpeg", name="brief.jpg", content=b"\xff\xd8\xff")
    says(server, one, "vorher", inside=False)
    says(server, one, "Antwort " * 200, author=anna, delivery="failed", failure="unreachable")
    says(server, one, "von Bela", author=bela, delivery="queued")
    says(server, one, "vom Programm", incoming=False)
    return [one, case(server, anna), case(server, anna, owner=bela.id), case(server, anna, state="closed", waiting=None)]


def hears(server: Running, opened: Open, text: str) -> None:
    """The person writes: a line of the case, and what that changes in it."""
    says(server, opened, text)

    async def hear(session: AsyncSession) -> bool:
        return await relay.heard(session, person=opened.person, case=opened.case, now=utcnow())

    write(server, hear)
