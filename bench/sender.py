"""Plays Telegram towards several webhooks: kept connections, the secret header, each person's updates in order, processes in turn."""

import asyncio
import itertools
import json
import time
from collections import defaultdict, deque
from collections.abc import Sequence

import aiohttp

from bench.crowd import person_of
from bench.processes import SECRET, Call

CONNECTIONS = 40  # what Telegram opens unless it is told otherwise
_ids = itertools.count(900_000_001)


def push(ports: Sequence[int], updates: Sequence[Call]) -> float:
    """Send all updates to the processes on `ports`; returns the moment before (monotonic seconds). Raises if one is refused."""
    before = time.monotonic()
    asyncio.run(_push(ports, updates))
    return before


async def _push(ports: Sequence[int], updates: Sequence[Call]) -> None:
    lanes: dict[int, deque[Call]] = defaultdict(deque)
    for update in updates:
        lanes[person_of(update)].append({"update_id": next(_ids), **update})
    turn = itertools.cycle([f"http://127.0.0.1:{port}/telegram/all" for port in ports])
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(limit=CONNECTIONS), raise_for_status=True) as session,
        asyncio.TaskGroup() as group,
    ):
        for lane in lanes.values():
            group.create_task(_empty(session, lane, turn))


async def _empty(session: aiohttp.ClientSession, lane: deque[Call], turn: "itertools.cycle[str]") -> None:
    """One person's updates: the next one leaves when the one before was taken."""
    while lane:
        body = json.dumps(lane.popleft()).encode()
        async with session.post(next(turn), data=body) as answer:
            await answer.read()
