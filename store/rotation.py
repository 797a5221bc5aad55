"""Encrypting everything again with the newest key, in small transactions, so that Lotse can go on working meanwhile."""

from sqlalchemy import Column, Table, select, update
from sqlmodel import SQLModel

from store.crypto import Keyring
from store.database import Database
from store.desk import Attachment, CaseEvent, Draft
from store.scheduling import Adviser
from store.statements import table_of
from store.tables import Address, Case, Conversation, Inbox, Message, Outbox, Unanswered, User, Vault, WishMark

BATCH = 200
# Files are megabytes each.
FEW = {"attachment": 4}
PURPOSES: tuple[tuple[type[SQLModel], str, str], ...] = (
    (Address, "sealed_external", "address"),
    (Conversation, "sealed_state", "state"),
    (Inbox, "sealed_payload", "inbox"),
    (Outbox, "sealed_payload", "outbox"),
    (Message, "sealed_payload", "message"),
    (Unanswered, "sealed_text", "unanswered"),
    (Unanswered, "sealed_meaning", "meaning"),
    (WishMark, "sealed_centre", "meaning"),
    (Case, "sealed_card", "case"),
    (Case, "sealed_follow_up", "follow_up"),
    (CaseEvent, "sealed_note", "note"),
    (Draft, "sealed_text", "draft"),
    (Attachment, "sealed_name", "attachment_name"),
    (Attachment, "sealed_content", "attachment"),
    (User, "sealed_totp", "totp"),
    (Vault, "sealed_value", "vault"),
    (Adviser, "sealed_feed", "feed"),
    (Adviser, "sealed_busy_url", "busy_url"),
)


async def rotate(database: Database, keyring: Keyring) -> int:
    """Seal every value again that an older key sealed; returns how many. Raises SealError when a key is missing."""
    count = 0
    for model, column, purpose in PURPOSES:
        table = table_of(model)
        (key,) = table.primary_key.columns
        last = None
        while True:
            changed, last = await _batch(database, keyring, table, key, table.c[column], purpose, after=last)
            count += changed
            if last is None:
                break
    return count


async def _batch(  # noqa: PLR0913, PLR0917 - one argument for each part of the statement
    database: Database, keyring: Keyring, table: Table, key: Column[object], column: Column[bytes], purpose: str, *, after: object
) -> tuple[int, object]:
    """One transaction over the next rows; returns how many changed and the last key, or None at the end."""
    async with database.write() as session:
        wanted = select(key, column).where(column.is_not(None)).order_by(key).limit(FEW.get(purpose, BATCH))
        rows = list(await session.execute(wanted.where(key > after) if after is not None else wanted))
        old = [(row, sealed) for row, sealed in rows if not keyring.is_current(sealed)]
        for row, sealed in old:
            again = keyring.seal(keyring.open(sealed, purpose=purpose), purpose=purpose)
            # Compared with the old value: a row that changed meanwhile is sealed with the newest key already.
            await session.execute(update(table).where(key == row, column == sealed).values({column.name: again}))
    return len(old), rows[-1][0] if rows else None
