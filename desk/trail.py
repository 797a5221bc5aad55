"""Notes in the audit log: who of the desk read or changed whose data, without the data. Showing the log is in `audit`."""

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from desk.access import Actor
from store.statements import table_of
from store.tables import Audit
from store.types import utcnow

log = table_of(Audit)


async def note(session: AsyncSession, actor: Actor, *, action: str, subject: str = "", **detail: object) -> None:
    """Write what is done in the transaction that does it: `subject` like `case:12`, `detail` ids and small words, never a person's text."""
    row = {"at": utcnow(), "actor": f"user:{actor.user}", "action": action, "subject": subject, "municipality_id": actor.municipality}
    await session.execute(insert(log).values(**row, detail=detail))
