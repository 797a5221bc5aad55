"""What pages write by themselves, without a turn of the dialog: lines of the history, and a further browser for a person.

Everything that a dialog says or hears goes through `bot.pipeline`.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import codec
from bot.channels.web import messages, traits
from bot.inbox import Desk, addresses, inbox, people
from bot.speaking import line
from store.statements import insert_if_new
from store.types import utcnow


async def owner(session: AsyncSession, desk: Desk, token: str, *, lock: bool = False) -> Row[Any] | None:
    """Whose browser this is (`person`, `language`, `address`); None if nobody's.

    With `lock`, in a transaction that writes, nobody else works on what comes from this browser until the transaction ends.
    """
    wanted = select(addresses.c.id.label("address"), addresses.c.person_id.label("person"), people.c.language)
    mine: Select[Any] = wanted.join(people, people.c.id == addresses.c.person_id).where(
        addresses.c.channel == traits.name, addresses.c.blind == desk.blind(traits.name, token)
    )
    found: Row[Any] | None = (await session.execute(mine.with_for_update(of=addresses, key_share=True) if lock else mine)).one_or_none()
    return found


async def add_browser(session: AsyncSession, desk: Desk, *, person: int, token: str) -> int:
    """Let a browser with this token speak for the person from now on; returns the id of the address."""
    row = {
        "channel": traits.name,
        "person_id": person,
        "blind": desk.blind(traits.name, token),
        "sealed_external": desk.keyring.seal(token, purpose=codec.ADDRESS),
        "unreachable": False,
    }
    return int(await session.scalar(insert(addresses).values(row).returning(addresses.c.id)) or 0)


async def came(session: AsyncSession, *, person: int, address: int, key: str) -> bool:
    """Note that the person was here just now, so that answers come here; False if the same was noted before (a repetition).

    What they sent is no message that waits to be applied: the row is closed from the start.
    """
    now = utcnow()
    external = hashlib.sha256(f"{address}\x1f{key}".encode()).hexdigest()[:48]
    row = {"channel": traits.name, "external_id": external, "address_id": address, "accepted_at": now, "applied_at": now}
    if await insert_if_new(session, inbox, row) is None:
        return False
    await session.execute(update(people).where(people.c.id == person).values(seen_at=now))
    return True


async def add_line(  # noqa: PLR0913 - one keyword for each part of the line
    session: AsyncSession, desk: Desk, *, person: int, payload: Mapping[str, Any], incoming: bool, case: int | None = None
) -> int:
    """Write a line of the history; returns its id."""
    row = line(desk, person=person, payload=payload, now=utcnow(), incoming=incoming, case_id=case)
    return int(await session.scalar(insert(messages).values(row).returning(messages.c.id)) or 0)
