"""One person's data: taking it along, and deleting all of it. What the dialog says about it lives in `dialogs.privacy`."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from store.crypto import Keyring
from store.tables import Address, Case, Conversation, Inbox, Message, Municipality, Outbox, Person, Unanswered

MESSAGE = "message"
UNANSWERED = "unanswered"


async def export(session: AsyncSession, keyring: Keyring, *, person: int) -> str:
    """Everything stored about a person, as readable JSON."""
    row = await session.get(Person, person)
    if row is None:
        return "{}"
    town = await session.get(Municipality, row.municipality_id) if row.municipality_id else None
    document = {
        "language": row.language,
        "municipality": town.name if town else None,
        "since": _iso(row.created_at),
        "last_message": _iso(row.seen_at),
        "channels": sorted(await session.scalars(select(col(Address.channel)).where(col(Address.person_id) == person))),
        "messages": [_message(keyring, message) for message in await session.scalars(_messages(person))],
        "questions_without_answer": [
            keyring.open(sealed, purpose=UNANSWERED)
            for sealed in await session.scalars(select(col(Unanswered.sealed_text)).where(col(Unanswered.person_id) == person))
        ],
        "requests_to_advisers": [
            {"opened": _iso(case.opened_at), "reason": keyring.open(case.sealed_reason, purpose="case"), "state": case.state}
            for case in await session.scalars(select(Case).where(col(Case.person_id) == person))
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _messages(person: int) -> Any:
    return select(Message).where(col(Message.person_id) == person).order_by(col(Message.id))


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _message(keyring: Keyring, message: Message) -> dict[str, Any]:
    payload = json.loads(keyring.open(message.sealed_payload, purpose=MESSAGE))
    return {"at": _iso(message.created_at), "from": "you" if message.incoming else "Lotse", "text": payload.get("text", "")}


async def erase(session: AsyncSession, *, person: int) -> None:
    """Delete a person and everything of theirs, except addresses that a farewell is still to reach (delivery removes those)."""
    addresses = list(await session.scalars(select(col(Address.id)).where(col(Address.person_id) == person)))
    await session.execute(delete(Outbox).where(col(Outbox.address_id).in_(addresses)))
    await session.execute(
        update(Inbox)
        .where(col(Inbox.address_id).in_(addresses), col(Inbox.applied_at).is_not(None))
        .values(address_id=None, sealed_payload=None)
    )
    for table, column in ((Message, col(Message.person_id)), (Unanswered, col(Unanswered.person_id)), (Case, col(Case.person_id))):
        await session.execute(delete(table).where(column == person))
    await session.execute(delete(Conversation).where(col(Conversation.person_id) == person))
    await session.execute(update(Address).where(col(Address.person_id) == person).values(person_id=None))
    await session.execute(delete(Person).where(col(Person.id) == person))


async def forget_addresses(session: AsyncSession) -> None:
    """Remove addresses that belong to nobody and have nothing to deliver or to apply."""
    parcels = exists().where(col(Outbox.address_id) == col(Address.id))
    mail = exists().where(col(Inbox.address_id) == col(Address.id), col(Inbox.applied_at).is_(None))
    await session.execute(delete(Address).where(col(Address.person_id).is_(None), ~parcels, ~mail))
