"""Notes for colleagues in a case, sealed, with @mentions. The person never reads them there; they go with the case."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import events, rows
from handoff.rows import By, Change
from store.crypto import Keyring
from store.desk import Mention
from store.statements import table_of
from store.types import utcnow

mentions = table_of(Mention)


async def add(  # noqa: PLR0913 - one keyword for each fact
    session: AsyncSession, keyring: Keyring, *, municipality: int, case: int, user: int, text: str, now: datetime | None = None
) -> int:
    """Write a note to a case, open or closed; colleagues named with @ are told. Returns the line's id; raises NotFoundError."""
    by = By(municipality=municipality, case=case, user=user, now=now)
    await rows.require(session, municipality=municipality, case=case, lock=True)
    named = await mentioned(session, municipality=municipality, text=text)
    line = await rows.write(session, by, Change(kind="note", values={}, sealed_note=keyring.seal(text, purpose=events.NOTE)))
    await mention(session, case=case, line=line, users=[one for one in named if one != user])
    return line


async def of_case(session: AsyncSession, keyring: Keyring, *, municipality: int, case: int) -> list[events.Line]:
    """The notes of a case, oldest first; none of a case of another municipality."""
    return await events.of_case(session, keyring, municipality=municipality, case=case, kinds=("note",))


async def mention(session: AsyncSession, *, case: int, line: int, users: Sequence[int]) -> None:
    """Mark a line for colleagues to look at."""
    if users:
        await session.execute(insert(mentions), [{"event_id": line, "case_id": case, "user_id": user} for user in users])


async def mentioned(session: AsyncSession, *, municipality: int, text: str) -> list[int]:
    """The active colleagues whose full name, or whose first name if nobody shares it, stands behind an @."""
    found = await session.execute(
        select(rows.users.c.id, rows.users.c.name).where(rows.users.c.municipality_id == municipality, rows.users.c.active)
    )
    colleagues = {row.id: row.name.split() for row in found if row.name.strip()}
    firsts = [name[0].casefold() for name in colleagues.values()]
    return [
        user
        for user, name in colleagues.items()
        if _names(text, " ".join(name)) or (firsts.count(name[0].casefold()) == 1 and _names(text, name[0]))
    ]


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w)@{re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


async def seen(session: AsyncSession, *, case: int, user: int, now: datetime | None = None) -> None:
    """Note that a colleague has looked at a case in which they were named."""
    theirs = (mentions.c.case_id == case, mentions.c.user_id == user, mentions.c.seen_at.is_(None))
    await session.execute(update(mentions).where(*theirs).values(seen_at=now or utcnow()))


async def unseen(session: AsyncSession, *, municipality: int, user: int) -> dict[int, int]:
    """How often a colleague is named in which case without having looked."""
    joined = select(mentions.c.case_id, func.count()).join(rows.cases, rows.cases.c.id == mentions.c.case_id)
    theirs = (mentions.c.user_id == user, mentions.c.seen_at.is_(None), rows.cases.c.municipality_id == municipality)
    return {row[0]: row[1] for row in await session.execute(joined.where(*theirs).group_by(mentions.c.case_id))}
