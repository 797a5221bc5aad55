"""What a human has to do about an appointment: organise an interpreter, telephone somebody who is not reached, ask who does not react.

Tasks are written where their cause is (`booking`, `claims`, `displaced`); here they are listed, done, and open again.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from scheduler.calendar import appointments
from store.scheduling import Adviser, Reminder, Service, Task
from store.statements import table_of

AGREED = ("booked", "confirmed")

tasks, advisers, services, reminded = (table_of(model) for model in (Task, Adviser, Service, Reminder))


async def open_tasks(session: AsyncSession, *, municipality: int, now: datetime) -> list[Row[Any]]:
    """The open tasks whose appointment is still to come, the nearest first.

    Each row has the task's `id` and `kind`; of the appointment `appointment_id`, `adviser_id`, `person_id`, `starts_at`, `state`, `code`,
    `language`, `interpreter_language`, `interpreter_mode`, `interpreter_state`; besides the service's `names` and the `adviser`'s name.
    """
    a, t = appointments.c, tasks.c
    about = ("adviser_id", "person_id", "starts_at", "state", "code", "language")
    interpreting = ("interpreter_language", "interpreter_mode", "interpreter_state")
    named = (services.c.names, advisers.c.name.label("adviser"))
    columns = (t.id, t.kind, a.id.label("appointment_id"), *(a[name] for name in (*about, *interpreting)), *named)
    joined = tasks.join(appointments, a.id == t.appointment_id).join(services, services.c.id == a.service_id)
    wanted = select(*columns).select_from(joined.outerjoin(advisers, advisers.c.id == a.adviser_id))
    return list(await session.execute(wanted.where(*_open(municipality, now)).order_by(a.starts_at, t.id)))


async def count(session: AsyncSession, *, municipality: int, now: datetime) -> int:
    """How many tasks `open_tasks` lists."""
    joined = tasks.join(appointments, appointments.c.id == tasks.c.appointment_id)
    return int(await session.scalar(select(func.count()).select_from(joined).where(*_open(municipality, now))) or 0)


def _open(municipality: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Nobody has to do anything for an appointment that is over or was called off; who moved or confirmed has reacted."""
    a, t, r = appointments.c, tasks.c, reminded.c
    unanswered = exists().where(r.subject == "appointment", r.subject_id == a.id, r.kind == "displaced", r.revision == a.revision)
    matters = ((t.kind == "unreachable") & a.state.in_((*AGREED, "cancelled"))) | (
        a.state.in_(AGREED) & ((t.kind == "interpreter") | ((t.kind == "no_reaction") & unanswered))
    )
    return (t.municipality_id == municipality, t.state == "open", a.ends_at > now, matters)


async def find(session: AsyncSession, *, municipality: int, task: int) -> Row[Any] | None:
    """A task of the municipality, open or done; None for any other id."""
    t = tasks.c
    found: Row[Any] | None = (await session.execute(select(tasks).where(t.id == task, t.municipality_id == municipality))).one_or_none()
    return found


async def set_done(session: AsyncSession, *, municipality: int, task: int, done: bool, now: datetime) -> bool:
    """Tick a task off, or take the tick back; False if the municipality has no such task."""
    t = tasks.c
    changed = update(tasks).where(t.id == task, t.municipality_id == municipality).values(_values(done=done, now=now)).returning(t.id)
    return await session.scalar(changed) is not None


async def close(session: AsyncSession, *, appointment: int, kind: str, done: bool, now: datetime) -> None:
    """The task of this kind is done (or open again) because its cause has changed."""
    t = tasks.c
    await session.execute(update(tasks).where(t.appointment_id == appointment, t.kind == kind).values(_values(done=done, now=now)))


async def follow(session: AsyncSession, *, appointment: int, adviser: int | None) -> None:
    """The appointment has another time: its tasks are the new adviser's, and an interpreter is to be asked again."""
    t = tasks.c
    mine = update(tasks).where(t.appointment_id == appointment)
    await session.execute(mine.values(adviser_id=adviser))
    await session.execute(mine.where(t.kind == "interpreter").values(state="open", done_at=None))


def _values(*, done: bool, now: datetime) -> dict[str, Any]:
    return {"state": "done", "done_at": now} if done else {"state": "open", "done_at": None}
