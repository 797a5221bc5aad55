"""A person's own request for a human: the open one, taking it back, and what they wrote and read last. What advisers do is in `cases`."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import cases, rows
from handoff.events import CALM
from handoff.rows import By, Change
from store.crypto import Keyring
from store.errors import SealError
from store.statements import table_of
from store.tables import Message, Person

# As many lines of the history as an adviser would look back.
_LINES = 30
_PURPOSE = "message"
_SHOWN = ("helped:ask:", "helped:yes:", "details:")

messages, people = table_of(Message), table_of(Person)


@dataclass(frozen=True, kw_only=True)
class Recent:
    """What the person typed last (empty: nothing is kept), and the articles that they were shown, the newest first.

    `alarms` are the articles to which alarms led, the newest first.
    """

    question: str = ""
    articles: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()


async def open_of(session: AsyncSession, *, municipality: int, person: int) -> Row[Any] | None:
    """The open case of a person in a municipality; None if there is none."""
    c = rows.cases.c
    mine = (c.person_id == person, c.municipality_id == municipality, c.state != "closed")
    return (await session.execute(select(rows.cases).where(*mine))).one_or_none()


async def language_of(session: AsyncSession, *, person: int, otherwise: str) -> str:
    """The language in which a person is spoken to now; `otherwise` if they have not chosen any."""
    return await session.scalar(select(people.c.language).where(people.c.id == person)) or otherwise


def may_withdraw(row: Row[Any]) -> bool:
    """Whether the person may take the request back by themselves."""
    return row.owner_id is None and row.state == "waiting" and not row.urgent


async def holder(session: AsyncSession, *, case: int) -> str:
    """The name of who has a case; empty if nobody has it."""
    owner = await session.scalar(select(rows.cases.c.owner_id).where(rows.cases.c.id == case))
    return await rows.name_of(session, owner)


async def withdraw(session: AsyncSession, *, municipality: int, person: int, now: datetime) -> bool:
    """Close the case of a person who needs nobody any more; tells whether it is closed now.

    Not if somebody has taken it, and not in danger: somebody else may hold the phone.
    """
    row = await open_of(session, municipality=municipality, person=person)
    if row is None:
        return True
    if not may_withdraw(row):
        return False
    await cases.close(session, municipality=municipality, case=row.id, user=None, revision=row.revision, now=now)
    return True


async def say_calm(session: AsyncSession, *, municipality: int, person: int, now: datetime) -> None:
    """Note in the open case that the person says there is no danger; it stays as urgent as it is: somebody else may hold the phone.

    A case that is not about danger, and a second time in a row, are left as they are.
    """
    row = await open_of(session, municipality=municipality, person=person)
    if row is None or row.reason != "safety":
        return
    by = By(municipality=municipality, case=row.id, user=None, now=now)
    await rows.locked(session, by)
    last = await rows.last_event(session, row.id, but="ladder")  # which goes on by itself in between
    if last is None or last.kind != CALM:
        await rows.write(session, by, Change(kind=CALM, values={}))


async def recent(session: AsyncSession, keyring: Keyring, *, person: int, lines: int = _LINES) -> Recent:
    """What the last `lines` of the history say about why the person asks; nothing typed in danger is there."""
    wanted = select(messages.c.incoming, messages.c.sealed_payload).where(messages.c.person_id == person, messages.c.author_id.is_(None))
    found = await session.execute(wanted.order_by(messages.c.id.desc()).limit(lines))
    question, articles, alarms = "", dict[str, None](), dict[str, None]()
    for row in found:
        try:
            payload = json.loads(keyring.open(row.sealed_payload, purpose=_PURPOSE))
        except (SealError, ValueError):
            continue
        if row.incoming:
            question = question or str(payload.get("text", ""))
        else:
            shown = _articles(payload)
            articles |= dict.fromkeys(shown)
            alarms |= dict.fromkeys(shown if payload.get("urgent") else ())
    return Recent(question=question, articles=tuple(articles), alarms=tuple(alarms))


async def last_shown(session: AsyncSession, keyring: Keyring, *, person: int) -> list[str]:
    """The ids of the buttons below what the program said last to a person, in order."""
    mine = (messages.c.person_id == person, messages.c.author_id.is_(None), messages.c.incoming.is_(False))
    sealed = await session.scalar(select(messages.c.sealed_payload).where(*mine).order_by(messages.c.id.desc()).limit(1))
    try:
        payload = json.loads(keyring.open(sealed, purpose=_PURPOSE)) if sealed else {}
    except (SealError, ValueError):
        return []
    return [str(choice.get("id", "")) for row in payload.get("rows", ()) for choice in row]


def _articles(payload: dict[str, Any]) -> list[str]:
    """The articles whose text a message showed: its buttons ask whether that helped; an alarm leads to its article."""
    shown = (*_SHOWN, "ask:") if payload.get("urgent") else _SHOWN
    buttons = [str(choice.get("id", "")) for row in payload.get("rows", ()) for choice in row]
    return [button.removeprefix(prefix) for button in buttons for prefix in shown if button.startswith(prefix)]
