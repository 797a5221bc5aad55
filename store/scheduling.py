"""The nouns of appointments and reminders as SQLModel tables; the rules that work on them live in `scheduler`.

Times of day are minutes since midnight in the municipality's time zone (`Site.zone`); everything with a date and a time is a UTC datetime.
Free slots are not a noun: they are computed (`scheduler.slots`).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from store.columns import identity, json, moment, reference, sealed


class Site(SQLModel, table=True):
    """How a municipality works: time zone, Land (public holidays), closed days, quiet hours, interpreter pools, who leads the team.

    `version` is raised by every change of offices, services, advisers and hours (`calendar.changed`), so that processes may remember them.
    """

    __tablename__ = "sites"
    municipality_id: int = Field(
        sa_column=Column(
            BigInteger().with_variant(Integer, "sqlite"), ForeignKey("municipalities.id", ondelete="CASCADE"), primary_key=True
        )
    )
    zone: str = Field(default="Europe/Berlin", max_length=48)
    land: str = Field(default="RP", max_length=2)
    school_holidays: bool = False
    closed_days: list[str] = json(list)
    quiet_from: int = 21 * 60
    quiet_until: int = 8 * 60
    interpreters: list[dict[str, Any]] = json(list)
    lead_email: str | None = None
    version: int = 0


class Office(SQLModel, table=True):
    """A place where advisers receive people. `retired`: no longer in the site file, kept for its appointments."""

    __tablename__ = "offices"
    __table_args__ = (UniqueConstraint("municipality_id", "slug"),)
    id: int | None = identity()
    municipality_id: int = reference("municipalities.id")
    slug: str = Field(max_length=64)
    name: str
    address: str = ""
    phone: str = ""
    map_url: str = ""
    retired: bool = False


class Service(SQLModel, table=True):
    """What can be booked. `names`, `bring` and `preparation` are by language; `modes` are in_person, phone, video, home.

    `minutes` long, `before` and `after` are buffers of the adviser, slots begin every `step` minutes. `languages` empty: those of
    the adviser. `topics` are article ids that lead here. `day_before` is the time of day of that reminder (None: none),
    `minutes_before` are the others.
    """

    __tablename__ = "services"
    __table_args__ = (UniqueConstraint("municipality_id", "slug"),)
    id: int | None = identity()
    municipality_id: int = reference("municipalities.id")
    slug: str = Field(max_length=40)
    names: dict[str, str] = json(dict)
    minutes: int
    before: int = 0
    after: int = 0
    step: int = 15
    modes: list[str] = json(list)
    languages: list[str] = json(list)
    topics: list[str] = json(list)
    bring: dict[str, list[str]] = json(dict)
    preparation: dict[str, str] = json(dict)
    notice_minutes: int = 120
    horizon_days: int = 42
    per_person_per_day: int = 1
    day_before: int | None = 17 * 60
    minutes_before: list[int] = json(list)
    position: int = 0
    retired: bool = False


class Adviser(SQLModel, table=True):
    """Somebody whose time can be booked. The feed's secret is found by `feed_blind`; `sealed_busy_url` names their own calendar."""

    __tablename__ = "advisers"
    __table_args__ = (UniqueConstraint("municipality_id", "slug"),)
    id: int | None = identity()
    municipality_id: int = reference("municipalities.id")
    slug: str = Field(max_length=64)
    name: str
    email: str | None = None
    gender: str | None = Field(default=None, max_length=16)
    languages: list[str] = json(list)
    daily_limit: int | None = None
    feed_blind: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True, unique=True))
    sealed_feed: bytes | None = sealed(nullable=True)
    sealed_busy_url: bytes | None = sealed(nullable=True)
    busy_checked_at: datetime | None = moment(nullable=True)
    busy_problem: str = ""
    retired: bool = False


class Offer(SQLModel, table=True):
    """Which adviser offers which service."""

    __tablename__ = "offers"
    adviser_id: int = Field(
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), ForeignKey("advisers.id", ondelete="CASCADE"), primary_key=True)
    )
    service_id: int = Field(
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), ForeignKey("services.id", ondelete="CASCADE"), primary_key=True)
    )


class Hours(SQLModel, table=True):
    """Weekly hours of an adviser in an office, weekday 0 is Monday. `walk_in`: open consultation, shown and not bookable."""

    __tablename__ = "hours"
    id: int | None = identity()
    adviser_id: int | None = reference("advisers.id", nullable=True)
    office_id: int = reference("offices.id")
    weekday: int
    starts: int
    ends: int
    valid_from: date | None = None
    valid_until: date | None = None
    walk_in: bool = False


class Opening(SQLModel, table=True):
    """Hours on one day only, in addition to the weekly ones; also on a day that is closed otherwise."""

    __tablename__ = "openings"
    id: int | None = identity()
    adviser_id: int = reference("advisers.id")
    office_id: int = reference("offices.id")
    day: date
    starts: int
    ends: int


class Absence(SQLModel, table=True):
    """Time in which an adviser, an office (adviser empty) or everybody (both empty) receives nobody."""

    __tablename__ = "absences"
    id: int | None = identity()
    municipality_id: int = reference("municipalities.id")
    adviser_id: int | None = reference("advisers.id", nullable=True)
    office_id: int | None = reference("offices.id", nullable=True)
    starts_at: datetime = moment(now=False)
    ends_at: datetime = moment(now=False, index=True)
    reason: str = Field(default="absence", max_length=32)


class Busy(SQLModel, table=True):
    """Time taken in an adviser's own calendar, as it was read last."""

    __tablename__ = "busy"
    id: int | None = identity()
    adviser_id: int = reference("advisers.id")
    starts_at: datetime = moment(now=False)
    ends_at: datetime = moment(now=False)


class GroupSlot(SQLModel, table=True):
    """One fixed date for several people (information evening) or with several advisers (joint consultation)."""

    __tablename__ = "group_slots"
    __table_args__ = (UniqueConstraint("municipality_id", "slug"),)
    id: int | None = identity()
    municipality_id: int = reference("municipalities.id")
    slug: str = Field(max_length=64)
    service_id: int = reference("services.id")
    office_id: int = reference("offices.id")
    starts_at: datetime = moment(now=False)
    ends_at: datetime = moment(now=False)
    capacity: int
    advisers: list[int] = json(list)
    retired: bool = False


class Appointment(SQLModel, table=True):
    """An agreed time. `state`: held, booked, confirmed, attended, missed, cancelled; every change raises `revision` and adds a `Change`.

    `blocked_from` and `blocked_until` include the buffers; the databases refuse overlaps of these among an adviser's living appointments.
    `adviser_id` is empty for a place in a group slot. `code` can be spelled on the phone.
    `interpreter`: none, brings, organise; `interpreter_state` of an organised one: asked, confirmed, not_found.
    """

    __tablename__ = "appointments"
    __table_args__ = (
        UniqueConstraint("municipality_id", "code"),
        Index("ix_appointments_calendar", "adviser_id", "blocked_until", "blocked_from"),
        Index(
            "ix_appointments_one_hold",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'held' AND waiting_id IS NULL"),
            postgresql_where=text("state = 'held' AND waiting_id IS NULL"),
        ),
    )
    id: int | None = identity()
    municipality_id: int = reference("municipalities.id")
    service_id: int = reference("services.id")
    office_id: int = reference("offices.id")
    adviser_id: int | None = reference("advisers.id", nullable=True, index=False)
    group_slot_id: int | None = reference("group_slots.id", nullable=True)
    person_id: int | None = reference("people.id", nullable=True, delete="SET NULL", index=True)
    waiting_id: int | None = Field(default=None, sa_type=BigInteger)
    starts_at: datetime = moment(now=False)
    ends_at: datetime = moment(now=False)
    blocked_from: datetime = moment(now=False)
    blocked_until: datetime = moment(now=False)
    mode: str = Field(max_length=16)
    state: str = Field(max_length=16)
    revision: int = 1
    code: str = Field(max_length=12)
    topic: str | None = Field(default=None, max_length=96)
    language: str = Field(max_length=16)
    interpreter: str = Field(default="none", max_length=16)
    interpreter_language: str | None = Field(default=None, max_length=16)
    interpreter_mode: str | None = Field(default=None, max_length=16)
    interpreter_state: str | None = Field(default=None, max_length=16)
    held_until: datetime | None = moment(nullable=True)
    cancelled_by: str | None = Field(default=None, max_length=32)
    cancel_reason: str | None = Field(default=None, max_length=32)
    created_at: datetime = moment()


class Change(SQLModel, table=True):
    """What happened to an appointment: one row per revision, by whom (person, adviser:<id>, system), what was different before."""

    __tablename__ = "appointment_changes"
    __table_args__ = (UniqueConstraint("appointment_id", "revision"),)
    id: int | None = identity()
    appointment_id: int = reference("appointments.id", index=False)
    revision: int
    at: datetime = moment()
    actor: str = Field(max_length=32)
    kind: str = Field(max_length=32)
    before: dict[str, Any] = json(dict)


class Waiting(SQLModel, table=True):
    """“Tell me if something earlier becomes free”. `state`: waiting, offered, done. `before` is the time that must be beaten."""

    __tablename__ = "waiting_list"
    id: int | None = identity()
    municipality_id: int = reference("municipalities.id")
    person_id: int = reference("people.id")
    service_id: int = reference("services.id")
    appointment_id: int | None = reference("appointments.id", nullable=True)
    before: datetime = moment(now=False)
    mode: str = Field(max_length=16)
    part: str | None = Field(default=None, max_length=16)
    language: str = Field(max_length=16)
    state: str = Field(default="waiting", max_length=16, index=True)
    created_at: datetime = moment()


class Deadline(SQLModel, table=True):
    """A date that a person told Lotse to be reminded of: `kind` permit_end, course_end, letter_end (a time limit) or date (another)."""

    __tablename__ = "deadlines"
    __table_args__ = ({"sqlite_autoincrement": True},)  # a reminder of one that was deleted must not mean another one
    id: int | None = identity()
    person_id: int = reference("people.id")
    kind: str = Field(max_length=32)
    day: date
    revision: int = 1
    created_at: datetime = moment()


class Reminder(SQLModel, table=True):
    """Something to say at a time, written together with its cause; for another revision of its subject it is void.

    `subject` is appointment, waiting, deadline or enrolment; `recipient` person, adviser:<id> or lead; `channel` chat or email.
    `state`: pending, leased (e-mail in hand), sent, void, failed, expired. After `expires_at` it helps nobody.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint("subject", "subject_id", "revision", "kind", "recipient", "channel"),
        Index("ix_reminders_due", "due_at", sqlite_where=text("state = 'pending'"), postgresql_where=text("state = 'pending'")),
    )
    id: int | None = identity()
    subject: str = Field(max_length=16)
    subject_id: int = Field(sa_type=BigInteger)
    revision: int
    kind: str = Field(max_length=32)
    recipient: str = Field(max_length=32)
    channel: str = Field(max_length=16)
    person_id: int | None = reference("people.id", nullable=True)
    due_at: datetime = moment(now=False)
    expires_at: datetime = moment(now=False)
    state: str = Field(default="pending", max_length=16)
    owner: str | None = Field(default=None, max_length=32)
    leased_until: datetime | None = moment(nullable=True)
    attempts: int = 0
    sent_at: datetime | None = moment(nullable=True)


class Task(SQLModel, table=True):
    """Something that a human has to do: `kind` interpreter, unreachable or no_reaction; `state` open or done."""

    __tablename__ = "tasks"
    __table_args__ = (UniqueConstraint("appointment_id", "kind"),)
    id: int | None = identity()
    municipality_id: int = reference("municipalities.id")
    adviser_id: int | None = reference("advisers.id", nullable=True)
    appointment_id: int | None = reference("appointments.id", nullable=True, index=False)
    kind: str = Field(max_length=32)
    state: str = Field(default="open", max_length=16)
    created_at: datetime = moment()
    done_at: datetime | None = moment(nullable=True)
