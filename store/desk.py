"""The nouns of the desk as SQLModel tables: what happens in cases, who works when, sessions, files, links. Rules live in `handoff`.

Users and cases themselves are in `tables`. Times of day are minutes since midnight in the municipality's time zone.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import identity, json, moment, reference, sealed


class CaseEvent(SQLModel, table=True):
    """One line of a case's history: who did what when. `user_id` is empty for the person and for the program itself.

    `detail` holds ids and small words, never a person's text; a colleague's note is sealed in `sealed_note`.
    """

    __tablename__ = "case_events"
    id: int | None = identity()
    case_id: int = reference("cases.id")
    at: datetime = moment()
    user_id: int | None = reference("users.id", nullable=True, delete="SET NULL", index=False)
    kind: str = Field(max_length=24)
    detail: dict[str, Any] = json(dict)
    sealed_note: bytes | None = sealed(nullable=True)


class Mention(SQLModel, table=True):
    """A colleague who was named in a note and has not looked yet (`seen_at`)."""

    __tablename__ = "mentions"
    __table_args__ = (UniqueConstraint("event_id", "user_id"),)
    id: int | None = identity()
    event_id: int = reference("case_events.id", index=False)
    case_id: int = reference("cases.id")
    user_id: int = reference("users.id")
    seen_at: datetime | None = moment(nullable=True)


class Draft(SQLModel, table=True):
    """What an adviser has begun to write in a case; it survives a closed browser, and goes with the person."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("case_id", "user_id"),)
    id: int | None = identity()
    case_id: int = reference("cases.id", index=False)
    user_id: int = reference("users.id", index=False)
    sealed_text: bytes = sealed()
    updated_at: datetime = moment()


class Presence(SQLModel, table=True):
    """Who looks at a case, or writes in it, and when that was known last."""

    __tablename__ = "presences"
    __table_args__ = (UniqueConstraint("case_id", "user_id"),)
    id: int | None = identity()
    case_id: int = reference("cases.id", index=False)
    user_id: int = reference("users.id", index=False)
    writing: bool = False
    seen_at: datetime = moment()


class News(SQLModel, table=True):
    """Something changed that open pages of the desk show: `id` is the cursor of their live streams. Kept for two days.

    `kind`: case (state, owner, notes), message, presence, calendar, settings.
    """

    __tablename__ = "news"
    __table_args__ = ({"sqlite_autoincrement": True},)  # a cursor must not meet an id twice
    id: int | None = identity()
    municipality_id: int = reference("municipalities.id", index=False)
    case_id: int | None = Field(default=None, sa_type=BigInteger)
    kind: str = Field(max_length=16)
    at: datetime = moment(index=True)


class DeskSession(SQLModel, table=True):
    """A browser in which somebody is signed in; its token is found by `blind`. `confirmed`: the second factor was shown too."""

    __tablename__ = "desk_sessions"
    id: int | None = identity()
    user_id: int = reference("users.id")
    blind: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    confirmed: bool = False
    browser: str = Field(default="", max_length=80)
    created_at: datetime = moment()
    seen_at: datetime = moment()
    expires_at: datetime = moment(now=False)


class Leave(SQLModel, table=True):
    """Days on which a user does not work, both included, and who stands in for them (who may be away too)."""

    __tablename__ = "leaves"
    id: int | None = identity()
    user_id: int = reference("users.id")
    starts_on: date
    ends_on: date
    substitute_id: int | None = reference("users.id", nullable=True, delete="SET NULL")
    created_at: datetime = moment()


class WorkHours(SQLModel, table=True):
    """When cases are answered, weekday 0 is Monday: by a user, in an office, or (both empty) in the whole municipality."""

    __tablename__ = "work_hours"
    id: int | None = identity()
    municipality_id: int = reference("municipalities.id")
    office_id: int | None = reference("offices.id", nullable=True, index=False)
    user_id: int | None = reference("users.id", nullable=True)
    weekday: int
    starts: int
    ends: int
    valid_from: date | None = None
    valid_until: date | None = None


class Phrase(SQLModel, table=True):
    """A municipality's own reply phrase: one key, its text by language; `{placeholders}` are filled in when it is used."""

    __tablename__ = "phrases"
    __table_args__ = (UniqueConstraint("municipality_id", "key"),)
    id: int | None = identity()
    municipality_id: int = reference("municipalities.id")
    key: str = Field(max_length=40)
    texts: dict[str, str] = json(dict)


class PrivateLink(SQLModel, table=True):
    """A way from a public channel into the web chat as the same person: one use, ten minutes. The secret is found by `blind`."""

    __tablename__ = "private_links"
    id: int | None = identity()
    blind: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    person_id: int = reference("people.id")
    created_at: datetime = moment()
    expires_at: datetime = moment(now=False)
    used_at: datetime | None = moment(nullable=True)


class Attachment(SQLModel, table=True):
    """A file, a photo or a voice note of a person, sealed, without metadata; it goes with its case.

    `kind`: image, document, voice.
    """

    __tablename__ = "attachments"
    __table_args__ = (Index("ix_attachments_message", "message_id"),)
    id: int | None = identity()
    municipality_id: int = reference("municipalities.id", index=False)
    person_id: int = reference("people.id")
    case_id: int | None = reference("cases.id", nullable=True)
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    kind: str = Field(max_length=16)
    media_type: str = Field(max_length=64)
    size: int
    sealed_name: bytes = sealed()
    sealed_content: bytes = sealed()
    created_at: datetime = moment()
