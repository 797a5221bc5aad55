"""The domain's nouns as SQLModel tables. Columns named `sealed_*` are encrypted by `crypto`; what rows mean lives in the services.

Everything that belongs to a municipality carries its id. Free text of a person exists in `sealed_*` columns alone.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from store.columns import identity, json, moment, reference, sealed


class Municipality(SQLModel, table=True):
    """A district or city that Lotse serves. `demo` marks fiction; `staffed` says that advisers read hand-offs here."""

    __tablename__ = "municipalities"
    id: int | None = identity()
    slug: str = Field(unique=True, max_length=64)
    name: str
    staffed: bool = False
    demo: bool = False


class Person(SQLModel, table=True):
    """Somebody who writes to Lotse: no name, a language, perhaps a place."""

    __tablename__ = "people"
    id: int | None = identity()
    language: str | None = Field(default=None, max_length=16)
    municipality_id: int | None = reference("municipalities.id", nullable=True, delete="SET NULL")
    created_at: datetime = moment()
    seen_at: datetime = moment(index=True)


class Address(SQLModel, table=True):
    """Where a person is reached. `blind` finds it, `sealed_external` opens it; the leases say which process works on its mail.

    `person_id` is empty for an address whose person was deleted and whose farewell is still to be delivered.
    """

    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("channel", "blind"),)
    id: int | None = identity()
    person_id: int | None = reference("people.id", nullable=True, delete="SET NULL")
    channel: str = Field(max_length=16)
    blind: bytes = sealed()
    sealed_external: bytes = sealed()
    unreachable: bool = False
    inbox_owner: str | None = Field(default=None, max_length=32)
    inbox_until: datetime | None = moment(nullable=True)
    outbox_owner: str | None = Field(default=None, max_length=32)
    outbox_until: datetime | None = moment(nullable=True)


class Conversation(SQLModel, table=True):
    """Where the talk with a person stands: the active dialog and its small typed state (sealed: it may hold what was typed)."""

    __tablename__ = "conversations"
    person_id: int = Field(
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    )
    dialog: str | None = Field(default=None, max_length=32)
    sealed_state: bytes | None = sealed(nullable=True)
    held_by_case: int | None = Field(default=None, sa_type=BigInteger)
    updated_at: datetime = moment()


class Inbox(SQLModel, table=True):
    """A message that was accepted; `sealed_payload` is emptied once it is applied, the key stays to recognise repetitions."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index("ix_inbox_waiting", "address_id", "id", sqlite_where=text("applied_at IS NULL"), postgresql_where=text("applied_at IS NULL")),
    )
    id: int | None = identity()
    channel: str = Field(max_length=16)
    external_id: str = Field(max_length=64)
    address_id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), ForeignKey("addresses.id", ondelete="SET NULL"), nullable=True),
    )
    sealed_payload: bytes | None = sealed(nullable=True)
    accepted_at: datetime = moment(index=True)
    applied_at: datetime | None = moment(nullable=True)


class Outbox(SQLModel, table=True):
    """Something to deliver to an address, in the order of ids; the row goes when it is delivered or given up.

    What helps nobody after `expires_at` is not sent any more; a reminder that is void takes its row along.
    """

    __tablename__ = "outbox"
    id: int | None = identity()
    address_id: int = reference("addresses.id")
    sealed_payload: bytes = sealed()
    attempts: int = 0
    due_at: datetime = moment(index=True)
    created_at: datetime = moment()
    expires_at: datetime | None = moment(nullable=True)
    reminder_id: int | None = Field(default=None, sa_type=BigInteger, index=True)


class Message(SQLModel, table=True):
    """The history of a conversation, both directions: for the web page, the case and the person's export; it expires."""

    __tablename__ = "messages"
    __table_args__ = ({"sqlite_autoincrement": True},)  # an id is never used again: an old press must not find another message
    id: int | None = identity()
    person_id: int = reference("people.id")
    version: int = Field(default=0, sa_type=BigInteger)
    incoming: bool = False
    screen: bool = False
    sealed_payload: bytes = sealed()
    case_id: int | None = reference("cases.id", nullable=True, delete="SET NULL")
    created_at: datetime = moment(index=True)


class Case(SQLModel, table=True):
    """A conversation that needs a human: opened by the person, by two misunderstandings, or by the safety screen."""

    __tablename__ = "cases"
    id: int | None = identity()
    municipality_id: int = reference("municipalities.id")
    person_id: int | None = reference("people.id", nullable=True, delete="SET NULL")
    sealed_reason: bytes = sealed()
    urgent: bool = False
    state: str = Field(default="open", max_length=16)
    language: str = Field(max_length=16)
    opened_at: datetime = moment(index=True)
    closed_at: datetime | None = moment(nullable=True)


class Feedback(SQLModel, table=True):
    """Whether an answer helped; nobody's name on it."""

    __tablename__ = "feedback"
    id: int | None = identity()
    municipality_id: int | None = reference("municipalities.id", nullable=True, delete="SET NULL")
    entry: str = Field(max_length=96, index=True)
    language: str = Field(max_length=16)
    helped: bool
    given_at: datetime = moment(index=True)


class Unanswered(SQLModel, table=True):
    """A question that found no answer: sealed, expiring; `person_id` is there only so that it is deleted with the person."""

    __tablename__ = "unanswered"
    id: int | None = identity()
    municipality_id: int | None = reference("municipalities.id", nullable=True, delete="SET NULL")
    person_id: int | None = reference("people.id", nullable=True)
    language: str = Field(max_length=16)
    decision: str = Field(max_length=16)
    sealed_text: bytes = sealed()
    asked_at: datetime = moment(index=True)


class Audit(SQLModel, table=True):
    """Who did what to whose data, without the data."""

    __tablename__ = "audit"
    id: int | None = identity()
    at: datetime = moment(index=True)
    actor: str = Field(max_length=64)
    action: str = Field(max_length=64)
    subject: str = Field(default="", max_length=64)
    municipality_id: int | None = reference("municipalities.id", nullable=True, delete="SET NULL")
    detail: dict[str, Any] = json(dict)


class Vault(SQLModel, table=True):
    """Small secrets of the installation, sealed with the operator's key: today the key of the blind index."""

    __tablename__ = "vault"
    name: str = Field(primary_key=True, max_length=32)
    sealed_value: bytes = sealed()
