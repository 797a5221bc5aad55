"""The nouns of the course catalogue as SQLModel tables: courses and how they changed, who wants to be told what, who goes where.

Rules live in `knowledge.courses`. A course is public; what people want to be told and where they go is theirs and goes with them.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from store.columns import identity, json, moment, reference


class Catalogue(SQLModel, table=True):
    """The courses of one `owner`: the slug of a municipality, or empty for those of the whole installation.

    `revision` is raised by every change, so that processes may remember the courses, and so that a preview that is out of date is noticed.
    """

    __tablename__ = "catalogues"
    owner: str = Field(primary_key=True, max_length=64)
    revision: int = 0


class CourseRow(SQLModel, table=True):
    """One course: `record` is its canonical JSON, `key` its id in the file, `feed` the source within the owner.

    `gone`: no longer in its source, or removed; kept so that old buttons say so, and so that it can come back under the same number.
    """

    __tablename__ = "courses"
    __table_args__ = (UniqueConstraint("owner", "key"),)
    id: int | None = identity()
    owner: str = Field(max_length=64)
    key: str = Field(max_length=64)
    feed: str = Field(max_length=64)
    record: str = Field(sa_column=Column(Text, nullable=False))
    gone: bool = False


class CourseImport(SQLModel, table=True):
    """One change of a catalogue that can be undone as a whole: `kind` import, edit, remove, confirm or undo.

    `actor` is cli, provider or user:<id>. `undone_by` is the import of kind undo that took it back.
    """

    __tablename__ = "course_imports"
    id: int | None = identity()
    owner: str = Field(max_length=64, index=True)
    feed: str = Field(max_length=64)
    kind: str = Field(max_length=16)
    actor: str = Field(max_length=32)
    file_name: str = Field(default="", max_length=200)
    at: datetime = moment()
    revision: int
    new: int = 0
    changed: int = 0
    gone: int = 0
    unchanged: int = 0
    undone_by: int | None = None


class CourseChange(SQLModel, table=True):
    """What an import did to one course: its record before and after; empty means that it was not in the catalogue."""

    __tablename__ = "course_changes"
    id: int | None = identity()
    import_id: int = reference("course_imports.id")
    course_id: int = reference("courses.id")
    before: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    after: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    feed_before: str | None = Field(default=None, max_length=64)


class CourseUpload(SQLModel, table=True):
    """A file that was uploaded at the desk and is looked at before it is imported; forgotten after a day."""

    __tablename__ = "course_uploads"
    id: int | None = identity()
    owner: str = Field(max_length=64)
    user_id: int = reference("users.id")
    name: str = Field(max_length=200)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    revision: int
    at: datetime = moment(index=True)


class CourseAlert(SQLModel, table=True):
    """“Tell me when …”: the wishes of a person (`filters`); `digest` is the same for the same wishes."""

    __tablename__ = "course_alerts"
    __table_args__ = (UniqueConstraint("person_id", "digest"), {"sqlite_autoincrement": True})  # an old button must not stop another one
    id: int | None = identity()
    person_id: int = reference("people.id", index=False)
    digest: str = Field(max_length=64)
    filters: dict[str, Any] = json(dict)
    created_at: datetime = moment()


class CourseNews(SQLModel, table=True):
    """Something about a course that a person wants to know: `kind` new, places, dates or cancelled; `state` pending, told or void.

    `alert_id` is empty for people who go to the course.
    """

    __tablename__ = "course_news"
    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "import_id", "kind"),
        Index("ix_course_news_pending", "person_id", sqlite_where=text("state = 'pending'"), postgresql_where=text("state = 'pending'")),
    )
    id: int | None = identity()
    person_id: int = reference("people.id", index=False)
    alert_id: int | None = reference("course_alerts.id", nullable=True)
    course_id: int = reference("courses.id")
    import_id: int = reference("course_imports.id")
    kind: str = Field(max_length=16)
    state: str = Field(default="pending", max_length=16)
    created_at: datetime = moment()
    told_at: datetime | None = moment(nullable=True)


class Enrolment(SQLModel, table=True):
    """“I go to this course”: its dates as they were last known. `planned`: the reminders of this `revision` are written."""

    __tablename__ = "enrolments"
    __table_args__ = (UniqueConstraint("person_id", "course_id"), {"sqlite_autoincrement": True})  # a reminder must not mean another one
    id: int | None = identity()
    person_id: int = reference("people.id", index=False)
    course_id: int = reference("courses.id")
    starts_on: date | None = None
    ends_on: date | None = None
    revision: int = 1
    planned: bool = False
    created_at: datetime = moment()
