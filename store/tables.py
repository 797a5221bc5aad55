"""The domain's nouns as SQLModel tables. Columns named `sealed_*` are encrypted by `crypto`; what rows mean lives in the services.

Everything that belongs to a municipality carries its id. Free text of a person exists in `sealed_*` columns alone.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from store import scheduling  # noqa: F401 - users refer to its advisers and offices
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
    __table_args__ = ({"sqlite_autoincrement": True},)  # an old page or a line of the audit must not mean somebody else
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


class User(SQLModel, table=True):
    """Somebody who works at the desk of a municipality: `role` adviser, lead, editor or admin.

    Without `password_hash` they were only invited: the invitation's secret is found by `invite_blind`. `totp_step` is the newest step of
    30 seconds whose code was used, so that none counts twice. `languages` and `topics` (groups of articles; empty: all) decide which
    cases come to them; `adviser_id` is their calendar. Who leaves is not deleted but `active` no more: the history names them.
    """

    __tablename__ = "users"
    id: int | None = identity()
    municipality_id: int = reference("municipalities.id")
    email: str = Field(unique=True, max_length=254)
    name: str = Field(max_length=80)
    role: str = Field(max_length=16)
    active: bool = True
    password_hash: str | None = None
    sealed_totp: bytes | None = sealed(nullable=True)
    totp_step: int = Field(default=0, sa_type=BigInteger)
    invite_blind: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True, unique=True))
    invite_until: datetime | None = moment(nullable=True)
    adviser_id: int | None = reference("advisers.id", nullable=True, delete="SET NULL")
    office_id: int | None = reference("offices.id", nullable=True, delete="SET NULL")
    languages: list[str] = json(list)
    topics: list[str] = json(list)
    interface: str = Field(default="de", max_length=2)
    notify: bool = True
    created_at: datetime = moment()
    seen_at: datetime | None = moment(nullable=True)


class Conversation(SQLModel, table=True):
    """Where the talk with a person stands: the active dialog and its small typed state (sealed: it may hold what was typed).

    While `held_by_case` names a case a human answers, and the program is silent except in danger.
    """

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
    `message_id` is the line of the history whose delivery the desk shows.
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
    message_id: int | None = Field(default=None, sa_type=BigInteger, index=True)


class Message(SQLModel, table=True):
    """The history of a conversation, both directions: for the web page, the case and the person's export; it expires.

    Of an adviser's message (`author_id`): `delivery` is queued, sent or failed (`failure` says why), `external` the channel's id of it, for
    editing and deleting. A deleted one keeps its line without its text.
    """

    __tablename__ = "messages"
    __table_args__ = ({"sqlite_autoincrement": True},)  # an id is never used again: an old press must not find another message
    id: int | None = identity()
    person_id: int = reference("people.id")
    version: int = Field(default=0, sa_type=BigInteger)
    incoming: bool = False
    screen: bool = False
    sealed_payload: bytes = sealed()
    case_id: int | None = reference("cases.id", nullable=True, delete="SET NULL")
    author_id: int | None = reference("users.id", nullable=True, delete=None, index=False)
    delivery: str | None = Field(default=None, max_length=16)
    failure: str | None = Field(default=None, max_length=32)
    external: str | None = Field(default=None, max_length=32)
    edited_at: datetime | None = moment(nullable=True)
    deleted_at: datetime | None = moment(nullable=True)
    created_at: datetime = moment(index=True)


class Case(SQLModel, table=True):
    """A conversation that needs a human. `reason`: asked, unsure, safety, adviser, referral; what led to it is sealed in the card.

    `state`: waiting, claimed, answered, follow_up, closed; every change raises `revision` and adds a `CaseEvent`. `waiting_since` is set
    while the person waits for a human's word. `promised_at` is what they were told; `rung` of the ladder was climbed last, the next one is
    due at `rung_at`. A sleeping case comes back at `follow_up_at`, perhaps with a message to send then. The program answers again at
    `bot_returns_at` (empty: when somebody says so).
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_inbox", "municipality_id", "state", "waiting_since"),
        Index(
            "ix_cases_one_open",
            "person_id",
            "municipality_id",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        {"sqlite_autoincrement": True},  # as of people
    )
    id: int | None = identity()
    municipality_id: int = reference("municipalities.id", index=False)
    person_id: int | None = reference("people.id", nullable=True, delete="SET NULL")
    reason: str = Field(default="asked", max_length=16)
    urgent: bool = False
    topic: str | None = Field(default=None, max_length=96)
    language: str = Field(max_length=16)
    sealed_card: bytes | None = sealed(nullable=True)
    state: str = Field(default="waiting", max_length=16)
    revision: int = 1
    owner_id: int | None = reference("users.id", nullable=True, delete=None)
    opened_at: datetime = moment(index=True)
    waiting_since: datetime | None = moment(nullable=True)
    promised_at: datetime | None = moment(nullable=True)
    rung: int = 0
    rung_at: datetime | None = moment(nullable=True, index=True)
    answered_at: datetime | None = moment(nullable=True)
    bot_returns_at: datetime | None = moment(nullable=True, index=True)
    follow_up_at: datetime | None = moment(nullable=True, index=True)
    sealed_follow_up: bytes | None = sealed(nullable=True)
    closed_at: datetime | None = moment(nullable=True)


class Feedback(SQLModel, table=True):
    """What somebody said of an answer; nobody's name on it. `verdict`: yes, no, else (it helped, it did not, something else is needed)."""

    __tablename__ = "feedback"
    id: int | None = identity()
    municipality_id: int | None = reference("municipalities.id", nullable=True, delete="SET NULL")
    entry: str = Field(max_length=96, index=True)
    language: str = Field(max_length=16)
    verdict: str = Field(max_length=8)
    given_at: datetime = moment(index=True)


class Unanswered(SQLModel, table=True):
    """A question that found no answer: sealed, expiring; `person_id` is there only so that it is deleted with the person.

    `entry`: the answer that did not help before it. `sealed_meaning`: what understanding made of it, by which editors see it beside others.
    """

    __tablename__ = "unanswered"
    id: int | None = identity()
    municipality_id: int | None = reference("municipalities.id", nullable=True, delete="SET NULL")
    person_id: int | None = reference("people.id", nullable=True)
    language: str = Field(max_length=16)
    decision: str = Field(max_length=16)
    sealed_text: bytes = sealed()
    sealed_meaning: bytes | None = sealed(nullable=True)
    entry: str | None = Field(default=None, max_length=96)
    asked_at: datetime = moment(index=True)


class WishMark(SQLModel, table=True):
    """A group of unanswered questions that editors put aside: the mean of their meanings, sealed, and how many people had asked then."""

    __tablename__ = "wish_marks"
    __table_args__ = ({"sqlite_autoincrement": True},)  # the undo of an old page must not find another group
    id: int | None = identity()
    municipality_id: int = reference("municipalities.id")
    user_id: int | None = reference("users.id", nullable=True, delete="SET NULL", index=False)
    sealed_centre: bytes = sealed()
    people: int
    made_at: datetime = moment(index=True)


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
