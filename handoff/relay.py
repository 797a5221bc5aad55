"""Words between a person and an adviser: what they change in the case. Storing the messages themselves is in `bot`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, exists, or_, select, update
from sqlalchemy import case as either
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import news, rows
from handoff.rows import By, Change, cases, conversations
from store.statements import table_of
from store.tables import Message
from store.types import UTCDateTime

messages = table_of(Message)

_WHO, _CASE, _NOW = bindparam("who", type_=BigInteger()), bindparam("which", type_=BigInteger()), bindparam("now", type_=UTCDateTime())
_HELD = exists().where(conversations.c.person_id == cases.c.person_id, conversations.c.held_by_case == cases.c.id)
# Where the program answers itself, nobody waits for a human.
_BEGINS = and_(cases.c.waiting_since.is_(None), _HELD)
_AGAIN = and_(cases.c.state == "answered", _HELD)
_HEARD = (
    update(cases)
    .where(cases.c.id == _CASE, cases.c.person_id == _WHO, cases.c.state != "closed")
    .values(
        waiting_since=either((_BEGINS, _NOW), else_=cases.c.waiting_since),
        rung=either((_BEGINS, 0), else_=cases.c.rung),
        rung_at=either((_BEGINS, _NOW), else_=cases.c.rung_at),
        state=either((_AGAIN, "claimed"), else_=cases.c.state),
        revision=cases.c.revision + either((or_(_AGAIN, _BEGINS), 1), else_=0),
    )
    .returning(cases.c.municipality_id)
)
_SILENT = select(conversations.c.person_id).where(conversations.c.person_id == _WHO, conversations.c.held_by_case == _CASE)


async def heard(session: AsyncSession, *, person: int, case: int, now: datetime) -> bool:
    """A person with an open case wrote. Returns whether a human has the word, so that the program must be silent.

    The caller has locked the case (`bot.inbox.hold`), so that no adviser can take it in between.
    A second call for the same message changes nothing. Three statements.
    """
    municipality = await session.scalar(_HEARD, {"who": person, "which": case, "now": now})
    if municipality is None:
        return False
    await news.tell(session, municipality=municipality, kind="message", case=case)
    # Asked after the lock: PostgreSQL shows an older state to the statement that waited for it.
    return await session.scalar(_SILENT, {"who": person, "which": case}) is not None


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """To whom an adviser is about to write."""

    person: int
    language: str


async def before_answer(session: AsyncSession, *, municipality: int, case: int, user: int) -> Addressee:
    """Lock an adviser's case before a reply is written; raises NotYoursError, StaleError if it is closed, NotFoundError."""
    row = await rows.owned(session, By(municipality=municipality, case=case, user=user))
    return Addressee(person=row.person_id, language=row.language)


async def answered(  # noqa: PLR0913 - one keyword for each fact
    session: AsyncSession, *, municipality: int, case: int, user: int, message: int, now: datetime | None = None
) -> None:
    """An adviser's reply was written: nobody waits any more, and the program leaves them the word.

    Raises NotYoursError if they do not have the case, StaleError if it is closed, NotFoundError.
    """
    by = By(municipality=municipality, case=case, user=user, now=now)
    row = await rows.owned(session, by)
    await rows.hold(session, person=row.person_id, case=case)
    values: dict[str, Any] = {"waiting_since": None, "promised_at": None, "answered_at": rows.moment(by), "rung": 0, "rung_at": None}
    if row.state != "follow_up":
        values["state"] = "answered"
    await rows.write(session, by, Change(kind="answered", values=values, detail={"message": message}))


async def newer_reply(session: AsyncSession, *, case: int, since_message: int) -> bool:
    """Whether an adviser has answered in this case after the message that a page showed last."""
    newer = (messages.c.case_id == case, messages.c.id > since_message, messages.c.author_id.is_not(None), messages.c.deleted_at.is_(None))
    return bool(await session.scalar(select(exists().where(*newer))))
