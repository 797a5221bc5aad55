"""“Tell me when …”: keeping what people wait for, and forgetting it. What an import means for them is worked out in `news`.

`note` and `void` of `news` are reached from here, too. When news are told is in `bot.course_news`, in which words in `dialogs`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.courses import filters as wishes
from knowledge.courses import matches
from knowledge.courses.filters import Filters
from knowledge.courses.news import note, void
from knowledge.courses.rows import course_of, courses
from store.courses import CourseAlert, CourseNews
from store.statements import insert_if_new, table_of

__all__ = ["LIVES", "MOST", "Alert", "note", "of_person", "save", "stop", "stop_all", "void"]

# Nobody waits for a course much longer; whoever does keeps the alert again. `handoff.retention` forgets what is older.
LIVES = timedelta(days=180)
MOST = 10

alerts, news = table_of(CourseAlert), table_of(CourseNews)

_PASS_ON = update(news).where(news.c.id == bindparam("which")).values(alert_id=bindparam("taker"))


@dataclass(frozen=True, kw_only=True)
class Alert:
    """What a person waits for, and until when Lotse looks."""

    id: int
    filters: Filters
    until: datetime


async def save(session: AsyncSession, *, person: int, filters: Filters, now: datetime) -> Alert | None:
    """Tell the person from now on what fits these wishes; the same wishes again only last longer. None: they have `MOST` already."""
    wanted = replace(filters, older=False)
    known = (alerts.c.person_id == person, alerts.c.digest == wishes.digest(wanted))
    which = await session.scalar(update(alerts).where(*known).values(created_at=now).returning(alerts.c.id))
    if which is None:
        if len(await of_person(session, person=person)) >= MOST:
            return None
        values = {"person_id": person, "digest": wishes.digest(wanted), "filters": wanted.to_state(), "created_at": now}
        row = await insert_if_new(session, alerts, values)
        which = row.id if row is not None else await session.scalar(select(alerts.c.id).where(*known))
    return Alert(id=int(which or 0), filters=wanted, until=now + LIVES)


async def of_person(session: AsyncSession, *, person: int) -> list[Alert]:
    """What the person waits for, the oldest first."""
    rows = await session.execute(select(alerts).where(alerts.c.person_id == person).order_by(alerts.c.id))
    return [Alert(id=row.id, filters=wishes.of_state(row.filters), until=row.created_at + LIVES) for row in rows]


async def stop(session: AsyncSession, *, person: int, alert: int, today: date) -> bool:
    """Forget one alert with its untold news; False if it is not theirs. What another one of theirs wants as well goes on with that."""
    mine = await of_person(session, person=person)
    if alert not in {one.id for one in mine}:
        return False
    await _pass_on(session, alert, [one for one in mine if one.id != alert], today)
    await session.execute(delete(alerts).where(alerts.c.id == alert))
    return True


async def stop_all(session: AsyncSession, *, person: int) -> None:
    """Forget all alerts of a person with their untold news."""
    await session.execute(update(news).where(news.c.person_id == person, news.c.state == "told").values(alert_id=None))
    await session.execute(delete(alerts).where(alerts.c.person_id == person))


async def _pass_on(session: AsyncSession, alert: int, others: Sequence[Alert], today: date) -> None:
    """Give the news of an alert that goes to those of the others that match; what was told stays told, even if nobody takes it."""
    joined = select(news.c.id, news.c.course_id, courses.c.record).join(courses, courses.c.id == news.c.course_id)
    rows = list(await session.execute(joined.where(news.c.alert_id == alert)))
    await session.execute(update(news).where(news.c.alert_id == alert, news.c.state == "told").values(alert_id=None))
    if not rows or not others:
        return
    found = {row.course_id: course_of(row.record) for row in rows}
    matched = await matches.of_each(matches.index(found), {one.id: one.filters for one in others}, today=today)
    moved: list[dict[str, Any]] = []
    for row in rows:
        taker = next((one.id for one in others if row.course_id in matched[one.id]), None)
        if taker is not None:
            moved.append({"which": row.id, "taker": taker})
    if moved:
        await (await session.connection()).execute(_PASS_ON, moved)
