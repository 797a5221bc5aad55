"""Advisers who claim one case at the same moment, each in a transaction of their own: `race`. Used by tests and by `bench.claims`."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle

from sqlalchemy import select
from sqlmodel import col

from handoff import cases
from handoff.errors import TakenError
from store.database import Database
from store.tables import Case, Conversation


@dataclass(frozen=True, kw_only=True)
class Race:
    """How one race ended: who believes to have won, what the others read, what went wrong, how long each waited, what is stored."""

    winners: Sequence[int]
    read: Sequence[str]
    errors: Sequence[str]
    seconds: Sequence[float]
    owner: int | None
    state: str
    paused: bool


async def race(bases: Sequence[Database], *, municipality: int, case: int, names: Mapping[int, str]) -> Race:
    """Let all users (`names` by id) claim the case at once, through these connections to one database by turns."""
    begin = asyncio.Event()
    winners: list[int] = []
    read: list[str] = []
    errors: list[str] = []
    seconds: list[float] = []

    async def attempt(base: Database, user: int) -> None:
        await begin.wait()
        at = time.perf_counter()
        try:
            async with base.write() as session:
                await cases.claim(session, municipality=municipality, case=case, user=user)
            winners.append(user)
        except TakenError as error:
            read.append(str(error.data["name"]))
        except Exception as error:  # noqa: BLE001 - what an adviser would see as an error is what is counted
            errors.append(f"{type(error).__name__}: {error}"[:200])
        seconds.append(time.perf_counter() - at)

    async with asyncio.TaskGroup() as group:
        for base, user in zip(cycle(bases), names, strict=False):
            group.create_task(attempt(base, user))
        await asyncio.sleep(0)
        begin.set()
    async with bases[0].read() as session:
        row = (await session.scalars(select(Case).where(col(Case.id) == case))).one()
        held = await session.scalar(select(col(Conversation.held_by_case)).where(col(Conversation.person_id) == row.person_id))
    return Race(winners=winners, read=read, errors=errors, seconds=seconds, owner=row.owner_id, state=row.state, paused=held == case)


def fair(ended: Race, names: Mapping[int, str]) -> bool:
    """One winner, who is stored as the owner, the program silent, and everybody else told the winner's name."""
    if len(ended.winners) != 1 or ended.errors:
        return False
    (winner,) = ended.winners
    told = [names[winner]] * (len(names) - 1)
    return (ended.owner, ended.state, ended.paused, list(ended.read)) == (winner, "claimed", True, told)
