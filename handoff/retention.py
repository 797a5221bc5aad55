"""How long things are kept, as one list: what is deleted every hour (`bot.retention`) and what the desk announces before both follow it.

The times are promises of the privacy text (`dialogs.privacy`) and of `docs/operators.md`: change them together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Table, and_, delete, exists, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import news
from store.courses import CourseAlert, CourseNews, CourseUpload, Enrolment
from store.desk import Attachment, DeskSession, Draft, News, PrivateLink
from store.scheduling import Appointment, Deadline, Reminder, Waiting
from store.statements import table_of
from store.tables import Audit, Case, Feedback, Inbox, Message, Person, Unanswered, User, WishMark

# Not Lotse's to delete: how long operators are asked to keep backups, which is what the desk says when somebody was deleted.
BACKUPS = timedelta(days=30)
# How long questions without an answer are kept; editors see them grouped meanwhile.
QUESTIONS = timedelta(days=30)
# How long Lotse looks for a course; `knowledge.courses.alerts` tells people the same.
ALERTS = timedelta(days=180)
# How long a course without an end is taken to last, from when a person said that they go there.
ENDLESS = timedelta(days=365)

people, messages, cases, drafts, users = (table_of(model) for model in (Person, Message, Case, Draft, User))
appointments, deadlines, reminders, waiting = (table_of(model) for model in (Appointment, Deadline, Reminder, Waiting))
attachments, audit, inbox, links = (table_of(model) for model in (Attachment, Audit, Inbox, PrivateLink))
alerts, enrolments, course_news, uploads = (table_of(model) for model in (CourseAlert, Enrolment, CourseNews, CourseUpload))
news_rows, sessions, unanswered = (table_of(model) for model in (News, DeskSession, Unanswered))
verdicts, marks = (table_of(model) for model in (Feedback, WishMark))


@dataclass(frozen=True, kw_only=True)
class Category:
    """Rows of a table that go when `since` is longer ago than `age`, where `only` (if any) is true at that moment.

    They go before with the `person` or the `case` that they belong to. `mine` picks a municipality's rows; without it they belong to no
    municipality, and the desk does not announce them.
    """

    key: str
    table: Table
    since: ColumnElement[Any]
    age: timedelta
    only: Callable[[datetime], ColumnElement[bool]] | None = None
    mine: Callable[[int], ColumnElement[bool]] | None = None
    person: ColumnElement[Any] | None = None
    case: ColumnElement[Any] | None = None

    def due(self, at: datetime) -> ColumnElement[bool]:
        """Whether a row is to be deleted at a moment."""
        edge: datetime | date = at - self.age
        if isinstance(self.since.type, Date):
            edge = (at - self.age).date()
        return and_(self.since < edge, self.only(at) if self.only else true())

    def going(self, at: datetime) -> ColumnElement[bool]:
        """Whether a row will be gone after a moment: itself, with its person, or with its case."""
        with_person = false() if self.person is None else self.person.in_(select(people.c.id).where(PEOPLE.due(at)))
        with_case = false() if self.case is None else self.case.in_(select(cases.c.id).where(CASES.going(at)))
        return or_(self.due(at), with_person, with_case)


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """How many rows of a category are there, how many of them go within each of the spans asked for, and when the next one can go."""

    key: str
    age: timedelta
    stored: int
    going: Mapping[timedelta, int]
    next_at: datetime | None


def _expects(at: datetime) -> ColumnElement[bool]:
    """Whether a person has something to come: silence before an appointment, a date or an adviser's answer is no reason to forget them."""
    meets = (appointments.c.person_id == people.c.id, appointments.c.state.in_(("booked", "confirmed")), appointments.c.ends_at > at)
    recalls = (deadlines.c.person_id == people.c.id, deadlines.c.day >= at.date())
    asks = (cases.c.person_id == people.c.id, cases.c.state != "closed")
    waits = (alerts.c.person_id == people.c.id, alerts.c.created_at > at - ALERTS)
    learns = (enrolments.c.person_id == people.c.id, _goes_on(at))
    return exists().where(*meets) | exists().where(*recalls) | exists().where(*asks) | exists().where(*waits) | exists().where(*learns)


def _goes_on(at: datetime) -> ColumnElement[bool]:
    """Whether the course of an enrolment is not over."""
    return or_(enrolments.c.ends_on >= at.date(), and_(enrolments.c.ends_on.is_(None), enrolments.c.created_at > at - ENDLESS))


def _of(column: ColumnElement[Any]) -> Callable[[int], ColumnElement[bool]]:
    return lambda municipality: column == municipality


def _of_person(column: ColumnElement[Any]) -> Callable[[int], ColumnElement[bool]]:
    return lambda municipality: column.in_(select(people.c.id).where(people.c.municipality_id == municipality))


def _enrolled(which: ColumnElement[bool]) -> Callable[[int], ColumnElement[bool]]:
    return lambda municipality: and_(_of_person(enrolments.c.person_id)(municipality), which)


def _days(number: int) -> timedelta:
    return timedelta(days=number)


PEOPLE = Category(
    key="people",
    table=people,
    since=people.c.seen_at,
    age=_days(30),
    only=lambda at: ~_expects(at),
    mine=_of(people.c.municipality_id),
)
CASES = Category(
    key="cases",
    table=cases,
    since=cases.c.closed_at,
    age=_days(90),
    only=lambda _at: cases.c.state == "closed",
    mine=_of(cases.c.municipality_id),
    person=cases.c.person_id,
)
CATEGORIES = (
    Category(
        key="messages",
        table=messages,
        since=messages.c.created_at,
        age=_days(30),
        mine=_of_person(messages.c.person_id),
        person=messages.c.person_id,
    ),
    PEOPLE,
    CASES,
    # With a case they go with the case.
    Category(
        key="files",
        table=attachments,
        since=attachments.c.created_at,
        age=_days(30),
        only=lambda _at: attachments.c.case_id.is_(None),
        mine=_of(attachments.c.municipality_id),
        person=attachments.c.person_id,
        case=attachments.c.case_id,
    ),
    Category(
        key="drafts",
        table=drafts,
        since=drafts.c.updated_at,
        age=_days(30),
        mine=lambda municipality: drafts.c.case_id.in_(select(cases.c.id).where(cases.c.municipality_id == municipality)),
        case=drafts.c.case_id,
    ),
    # Long enough for an adviser to look back at the quarter; nothing in these rows was typed by the person.
    Category(key="appointments", table=appointments, since=appointments.c.ends_at, age=_days(90), mine=_of(appointments.c.municipality_id)),
    Category(
        key="dates",
        table=deadlines,
        since=deadlines.c.day,
        age=_days(7),
        mine=_of_person(deadlines.c.person_id),
        person=deadlines.c.person_id,
    ),
    Category(
        key="reminders",
        table=reminders,
        since=reminders.c.expires_at,
        age=_days(30),
        mine=_of_person(reminders.c.person_id),
        person=reminders.c.person_id,
    ),
    Category(
        key="waiting", table=waiting, since=waiting.c.before, age=_days(30), mine=_of(waiting.c.municipality_id), person=waiting.c.person_id
    ),
    Category(
        key="alerts",
        table=alerts,
        since=alerts.c.created_at,
        age=ALERTS,
        mine=_of_person(alerts.c.person_id),
        person=alerts.c.person_id,
    ),
    Category(
        key="courses",
        table=enrolments,
        since=enrolments.c.ends_on,
        age=_days(7),
        mine=_enrolled(enrolments.c.ends_on.is_not(None)),
        person=enrolments.c.person_id,
    ),
    Category(
        key="open_courses",
        table=enrolments,
        since=enrolments.c.created_at,
        age=ENDLESS,
        only=lambda _at: enrolments.c.ends_on.is_(None),
        mine=_enrolled(enrolments.c.ends_on.is_(None)),
        person=enrolments.c.person_id,
    ),
    # As long as a course may last of which somebody was told: they must hear when it changes.
    Category(
        key="course_news",
        table=course_news,
        since=course_news.c.created_at,
        age=ENDLESS,
        mine=_of_person(course_news.c.person_id),
        person=course_news.c.person_id,
    ),
    Category(
        key="questions",
        table=unanswered,
        since=unanswered.c.asked_at,
        age=QUESTIONS,
        mine=_of(unanswered.c.municipality_id),
        person=unanswered.c.person_id,
    ),
    # A group that was put aside holds the mean meaning of such questions, no text; it must outlive them to keep it aside.
    Category(key="put_aside", table=marks, since=marks.c.made_at, age=_days(180), mine=_of(marks.c.municipality_id)),
    Category(key="verdicts", table=verdicts, since=verdicts.c.given_at, age=_days(365), mine=_of(verdicts.c.municipality_id)),
    Category(key="audit", table=audit, since=audit.c.at, age=_days(365), mine=_of(audit.c.municipality_id)),
    Category(key="news", table=news_rows, since=news_rows.c.at, age=news.KEPT, mine=_of(news_rows.c.municipality_id)),
    Category(key="inbox", table=inbox, since=inbox.c.applied_at, age=_days(7)),
    Category(key="course_uploads", table=uploads, since=uploads.c.at, age=_days(1)),
    Category(key="links", table=links, since=links.c.expires_at, age=_days(1)),
    Category(
        key="sessions",
        table=sessions,
        since=sessions.c.expires_at,
        age=_days(1),
        mine=lambda municipality: sessions.c.user_id.in_(select(users.c.id).where(users.c.municipality_id == municipality)),
    ),
)


async def expire(session: AsyncSession, now: datetime) -> None:
    """Delete what is due now, people excepted: they are erased one by one (`silent`)."""
    for category in CATEGORIES:
        if category is not PEOPLE:
            await session.execute(delete(category.table).where(category.due(now)))


async def silent(session: AsyncSession, now: datetime, *, most: int) -> list[int]:
    """The ids of up to `most` people who were silent for so long that they are forgotten now."""
    return list(await session.scalars(select(people.c.id).where(PEOPLE.due(now)).limit(most)))


async def forecast(session: AsyncSession, *, municipality: int, now: datetime, spans: tuple[timedelta, ...]) -> list[Forecast]:
    """What will be deleted of a municipality's rows if nothing else happens, by category."""
    return [
        await _forecast(session, category, category.mine(municipality), now=now, spans=spans) for category in CATEGORIES if category.mine
    ]


async def _forecast(
    session: AsyncSession, category: Category, mine: ColumnElement[bool], *, now: datetime, spans: tuple[timedelta, ...]
) -> Forecast:
    """One pass over the rows for all numbers."""
    only = category.only(now) if category.only else true()
    going = [func.count().filter(category.going(now + span)) for span in spans]
    asked = select(func.count(), func.min(category.since).filter(only), *going).select_from(category.table).where(mine)
    stored, oldest, *counts = (await session.execute(asked)).one()
    next_at = _after(oldest, category.age)
    return Forecast(key=category.key, age=category.age, stored=stored, going=dict(zip(spans, counts, strict=True)), next_at=next_at)


def _after(oldest: Any, age: timedelta) -> datetime | None:
    """When the oldest row goes; a day counts from its end."""
    if isinstance(oldest, datetime):
        return oldest + age
    return datetime.combine(oldest, datetime.min.time(), tzinfo=UTC) + age + _days(1) if oldest else None
