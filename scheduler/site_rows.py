"""Bringing rows in line with a list, with the fewest changes: rows with a slug, rows without, and what is not named any more.

What the rows mean is in `site`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from store.scheduling import Adviser, Appointment, GroupSlot, Office, Service, Task, Waiting
from store.statements import table_of

Tally = Counter[str]
Named = TypeVar("Named", Office, Service, Adviser, GroupSlot)
# Who needs a row that is not named any more. The advisers of a group slot are a list and looked up by themselves.
_NEEDED_BY: Mapping[type[SQLModel], Sequence[Any]] = {
    GroupSlot: (col(Appointment.group_slot_id),),
    Adviser: (col(Appointment.adviser_id), col(Task.adviser_id)),
    Service: (col(Appointment.service_id), col(Waiting.service_id), col(GroupSlot.service_id)),
    Office: (col(Appointment.office_id), col(GroupSlot.office_id)),
}


def assign(row: SQLModel, values: Mapping[str, Any]) -> str:
    """Set the columns that differ; `changed` or `unchanged`."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return "changed" if different else "unchanged"


async def put(
    session: AsyncSession, model: type[Named], wanted: Mapping[str, Mapping[str, Any]], *, municipality: int, tally: Tally
) -> dict[str, int]:
    """Make or change the rows of a municipality by slug, retired ones too; returns their ids by slug."""
    found = await session.scalars(select(model).where(col(model.municipality_id) == municipality))
    rows = {row.slug: row for row in found}
    ids: dict[str, int] = {}
    table = table_of(model)
    for slug, values in wanted.items():
        if slug in rows:
            tally[assign(rows[slug], {**values, "retired": False})] += 1
            ids[slug] = int(rows[slug].id or 0)
        else:
            # Not as an object: of a None in an object SQLAlchemy makes the column's default.
            new = insert(table).values(municipality_id=municipality, slug=slug, **values).returning(table.c.id)
            ids[slug] = await session.scalar(new) or 0
            tally["new"] += 1
    await session.flush()
    return ids


async def replace_rows(
    session: AsyncSession, present: Select[Any], columns: Sequence[str], wanted: Iterable[tuple[Any, ...]], *, tally: Tally
) -> None:
    """Delete the `present` rows whose `columns` are not wanted, and add those that are missing."""
    missing = Counter(wanted)
    model: type[SQLModel] = present.column_descriptions[0]["type"]
    for row in await session.scalars(present):
        values = tuple(getattr(row, name) for name in columns)
        if missing[values]:
            missing[values] -= 1
            tally["unchanged"] += 1
        else:
            await session.delete(row)
            tally["gone"] += 1
    for values in missing.elements():
        session.add(model(**dict(zip(columns, values, strict=True))))
        tally["new"] += 1
    await session.flush()


async def drop(session: AsyncSession, model: type[Named], *, keep: Collection[str], municipality: int, tally: Tally) -> None:
    """Delete the rows of a municipality that are not to be kept; those that something refers to are retired.

    The caller has locked the municipality: nothing may come to refer to them meanwhile.
    """
    here = select(model).where(col(model.municipality_id) == municipality, col(model.slug).not_in(keep))
    rows = list(await session.scalars(here))
    needed = await _needed(session, model, [int(row.id or 0) for row in rows], municipality)
    for row in rows:
        if row.id not in needed:
            await session.delete(row)
            tally["gone"] += 1
        elif not row.retired:
            row.retired = True
            tally["gone"] += 1
    await session.flush()


async def _needed(session: AsyncSession, model: type[Named], ids: Sequence[int], municipality: int) -> set[int]:
    """Those of the ids that other rows refer to."""
    needed: set[int] = set()
    for column in _NEEDED_BY[model] if ids else ():
        needed.update(await session.scalars(select(column).where(column.in_(ids)).distinct()))
    if model is Adviser:
        for advisers in await session.scalars(select(col(GroupSlot.advisers)).where(col(GroupSlot.municipality_id) == municipality)):
            needed.update(advisers)
    return needed
