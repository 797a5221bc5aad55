"""What a person takes along of their cases, and that deleting them leaves no row of theirs behind."""

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select
from sqlmodel import SQLModel, col

from handoff import cases, drafts, files, notes, personal_data, presence
from handoff.card import Card
from handoff.rows import By
from store.crypto import Keyring
from store.database import Database
from store.desk import Attachment, CaseEvent, Draft, Mention, News, Presence, PrivateLink
from store.statements import table_of
from store.tables import Audit, Case, Conversation, Message, Outbox, Person
from tests.cases import Known, Open, message, person, person_with_case, place, staff

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CARD = Card(
    question="ናበይ ክኸይድ፧",
    question_language="ti",
    filled={"Stufe": "A1"},
    articles=["courses/literacy"],
    danger="crisis_child",
    wishes=["woman"],
)
THEIRS: tuple[type[SQLModel], ...] = (
    Case,
    CaseEvent,
    Mention,
    Draft,
    Presence,
    Attachment,
    PrivateLink,
    Message,
    Outbox,
    Conversation,
    Person,
)


async def full(base: Database, keyring: Keyring) -> tuple[Open, int]:
    """A person with something in every table that may hold something of theirs, and the adviser who has the case."""
    async with base.write() as session:
        municipality = await place(session)
        anna, bela, _ = await staff(session, municipality=municipality)
        user, other = int(anna.id or 0), int(bela.id or 0)
        one = await person_with_case(
            session, municipality=municipality, language="ti", known=Known(owner=user, card=CARD, topic="courses/literacy"), now=NOW
        )
        await message(session, keyring, person=one.person, text="Selam", case=one.case, at=NOW)
        reply = await message(session, keyring, person=one.person, text="Guten Tag", case=one.case, author=user, at=NOW)
        await notes.add(session, keyring, municipality=municipality, case=one.case, user=user, text="@Bela spricht leise", now=NOW)
        await drafts.save(session, keyring, case=one.case, user=user, text="Noch nicht fertig", now=NOW)
        await presence.touch(session, municipality=municipality, case=one.case, user=other, writing=True, now=NOW)
        by = By(municipality=municipality, case=one.case, user=user, now=NOW)
        await cases.follow_up(session, keyring, until=NOW + timedelta(days=1), message="Wie war es?", **by)
        link = {"blind": b"b" * 16, "person_id": one.person, "created_at": NOW, "expires_at": NOW + timedelta(minutes=10)}
        await session.execute(insert(table_of(PrivateLink)).values(link))
        file = {
            "sealed_name": keyring.seal("brief.pdf", purpose=files.NAME),
            "sealed_content": keyring.seal("aGFsbG8=", purpose=files.CONTENT),
        }
        file |= {"kind": "document", "media_type": "application/pdf", "size": 5, "created_at": NOW}  # type: ignore[dict-item]
        about = {"municipality_id": municipality, "person_id": one.person, "case_id": one.case, "message_id": reply}
        await session.execute(insert(table_of(Attachment)).values(file | about))
        parcel = {"address_id": one.address, "sealed_payload": b"x", "attempts": 0, "due_at": NOW, "created_at": NOW, "message_id": reply}
        await session.execute(insert(table_of(Outbox)).values(parcel))
        return one, user


async def left(base: Database) -> dict[str, int]:
    async with base.read() as session:
        counted = {table.__name__: await session.scalar(select(func.count()).select_from(table)) for table in THEIRS}
    return {name: int(number or 0) for name, number in counted.items()}


async def test_the_export_holds_what_is_stored_about_a_person(base: Database, keyring: Keyring) -> None:
    one, _ = await full(base, keyring)
    async with base.read() as session:
        document = json.loads(await personal_data.export(session, keyring, person=one.person))
    assert document["requests_to_advisers"] == [
        {
            "opened": "2026-11-23T08:55:00+00:00",
            "reason": "asked",
            "state": "follow_up",
            "topic": "courses/literacy",
            "question": "ናበይ ክኸይድ፧",
            "answers": {"Stufe": "A1"},
            "shown": ["courses/literacy"],
            "danger": "crisis_child",
            "wishes": ["woman"],
            "message_to_come": "Wie war es?",
            "notes": ["@Bela spricht leise"],
        }
    ]
    assert document["files"] == [{"at": "2026-11-23T09:00:00+00:00", "name": "brief.pdf", "type": "application/pdf", "bytes": 5}]
    assert [(line["from"], line["text"]) for line in document["messages"]] == [("you", "Selam"), ("adviser", "Guten Tag")]


async def test_deleting_a_person_leaves_no_row_of_theirs(base: Database, keyring: Keyring) -> None:
    one, _ = await full(base, keyring)
    before = await left(base)
    assert min(before.values()) >= 1, before
    async with base.write() as session:
        await personal_data.erase(session, person=one.person)
    assert await left(base) == dict.fromkeys(before, 0)


async def test_the_desk_hears_of_a_deletion_and_another_person_keeps_everything(base: Database, keyring: Keyring) -> None:
    one, anna = await full(base, keyring)
    async with base.write() as session:
        other = await person_with_case(session, municipality=one.municipality, known=Known(owner=anna))
        await message(session, keyring, person=other.person, text="Hallo", case=other.case)
        done = await person_with_case(session, municipality=one.municipality, known=Known(owner=anna, state="closed"))
        newest = await session.scalar(select(func.max(col(News.id)))) or 0
    async with base.write() as session:
        for who in (one.person, done.person):
            await personal_data.erase(session, person=who)
    async with base.read() as session:
        told = list(await session.execute(select(col(News.kind), col(News.case_id)).where(col(News.id) > newest)))
        audit = list(await session.execute(select(col(Audit.actor), col(Audit.action), col(Audit.subject), col(Audit.detail))))
        kept = await session.scalar(select(func.count()).where(col(Message.person_id) == other.person))
        assert await personal_data.erased(session, municipality=one.municipality, case=one.case)
        assert not await personal_data.erased(session, municipality=one.municipality, case=other.case)
    assert [tuple(row) for row in told] == [("case", one.case), ("case", done.case)]
    assert [tuple(row) for row in audit] == [("lotse", personal_data.ERASED, f"case:{one.case}", {})]
    assert kept == 1


async def test_a_deleted_case_never_lends_its_number_to_somebody_else(base: Database, keyring: Keyring) -> None:
    one, _ = await full(base, keyring)
    async with base.write() as session:
        await personal_data.erase(session, person=one.person)
    async with base.write() as session:
        who, _ = await person(session, municipality=one.municipality)
        opened = await cases.open_case(session, keyring, municipality=one.municipality, person=who, language="en", reason="asked")
    assert opened.case > one.case, "a page that still shows the old one must not reach the new one"
