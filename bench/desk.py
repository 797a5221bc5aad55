"""The pages of the desk with many cases: what one request costs the server, and what the inbox weighs over the wire.

One SQLite file with ten colleagues, closed and open cases and their messages; the whole web application, asked in its own process,
so that the time is the server's and no network's.
"""

import gc
import re
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvloop
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Scope_

from bench.figures import Found, Target, Value, number, percentile
from bench.scale import Scale
from bot import app as composition
from bot import codec
from bot.app import App
from bot.http import create_http
from bot.settings import read_settings
from desk import sessions
from handoff import card
from handoff.card import Card
from store.desk import CaseEvent
from store.statements import table_of
from store.tables import Audit, Case, Message, Person, User
from store.types import utcnow

MOST_MS, MOST_KB = 50.0, 150.0
COLLEAGUES = 10
EACH = 10  # messages of a case
_ASSET = re.compile(r'(?:href|src)="(/desk/static/[^"]+)"')
_WORDS = ("Ich habe einen Brief bekommen und verstehe ihn nicht.", "وصلتني رسالة ولا أفهمها.", "Коли починається курс німецької?")

people, cases, messages, events, audit, users = (table_of(model) for model in (Person, Case, Message, CaseEvent, Audit, User))


def run(scale: Scale, folder: Path) -> Found:
    """Fill a database, then ask for each page again and again."""
    rows = uvloop.run(_measured(scale, folder))
    slowest = max(number(row, "ms p95") for row in rows.values())
    return Found(
        title=f"desk: {scale.cases} cases, {scale.cases * EACH} messages on SQLite",
        rows=rows,
        targets=[
            Target(name="slowest page, server time p95", value=slowest, unit=" ms", most=MOST_MS),
            Target(name="inbox, first load with style and scripts", value=number(rows["inbox"], "first load KB"), unit=" KB", most=MOST_KB),
        ],
        notes=["Compressed bytes as they go over the wire. One request at a time, after one to warm up."],
    )


class _Clock:
    """Milliseconds from the arrival of each request to the end of its answer; the client's own work is not the server's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.took: list[float] = []

    async def __call__(self, scope: Scope_, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        began = time.perf_counter()
        await self._app(scope, receive, send)
        self.took.append((time.perf_counter() - began) * 1000)


async def _measured(scale: Scale, folder: Path) -> dict[str, dict[str, Value]]:
    settings = read_settings(database_url=f"sqlite+aiosqlite:///{folder}/desk.db", data_dir=folder)
    app = await composition.build(settings, demo=True)
    try:
        async with app.database.write() as session:
            municipality = app.world.towns["demo"].id
            colleagues = await _colleagues(session, municipality)
            await _fill(session, app, municipality, colleagues, scale.cases)
            token = await sessions.begin(session, app.desk.index_key, user=colleagues[0], browser="bench", confirmed=True)
        clock = _Clock(create_http(app))
        gc.collect()  # what filling left behind; then as `bot.serve` does
        gc.freeze()
        transport = httpx.ASGITransport(app=clock)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies={"lotse-desk": token}) as client:
            return {name: await _page(client, clock, url, scale) for name, url in (await _pages(app)).items()}
    finally:
        await app.close()


async def _colleagues(session: AsyncSession, municipality: int) -> list[int]:
    rows = [User(municipality_id=municipality, email=f"b{at}@lotse.test", name=f"Kollegin {at}", role="lead") for at in range(COLLEAGUES)]
    session.add_all(rows)
    await session.flush()
    return [int(row.id or 0) for row in rows]


async def _fill(session: AsyncSession, app: App, municipality: int, colleagues: Sequence[int], count: int) -> None:
    now = utcnow()
    first = int(await session.scalar(select(func.coalesce(func.max(people.c.id), 0))) or 0) + 1
    start = int(await session.scalar(select(func.coalesce(func.max(cases.c.id), 0))) or 0) + 1
    pairs = [(first + at, start + at) for at in range(count)]
    sealed = card.seal(app.settings.keyring, Card(question=_WORDS[0], question_language="de"))
    person = {"language": "ar", "municipality_id": municipality, "created_at": now, "seen_at": now}
    await session.execute(insert(people), [person | {"id": who} for who, _ in pairs])
    await session.execute(insert(cases), [_case(at, *pair, municipality, colleagues, sealed, now) for at, pair in enumerate(pairs)])
    await session.execute(insert(messages), list(_messages(app, pairs, now)))
    await session.execute(insert(events), [{"case_id": which, "at": now, "kind": "opened", "detail": {}} for _, which in pairs])
    actors = [f"user:{colleagues[at % COLLEAGUES]}" for at in range(count)]
    noted = {"at": now, "action": "case.read", "municipality_id": municipality, "detail": {}}
    await session.execute(insert(audit), [noted | {"actor": actor, "subject": f"case:{start}"} for actor in actors])


def _case(  # noqa: PLR0913, PLR0917 - one argument for each part of a row
    at: int, person: int, case: int, municipality: int, colleagues: Sequence[int], sealed: bytes, now: datetime
) -> Mapping[str, Any]:
    """Nine of ten are closed; of the others some wait, some are answered, some sleep."""
    state = ("waiting", "claimed", "answered", "follow_up")[at // 10 % 4] if at % 10 == 0 else "closed"
    opened = now - timedelta(minutes=7 * at + 5)
    return {
        "id": case,
        "municipality_id": municipality,
        "person_id": person,
        "reason": ("asked", "unsure", "safety")[at % 3],
        "urgent": at % 3 == 2,
        "language": "ar",
        "sealed_card": sealed,
        "state": state,
        "owner_id": None if state == "waiting" else colleagues[at // 10 % COLLEAGUES],
        "opened_at": opened,
        "waiting_since": opened if state in {"waiting", "claimed"} else None,
        "follow_up_at": now + timedelta(days=3) if state == "follow_up" else None,
        "closed_at": now if state == "closed" else None,
        "revision": 1,
        "rung": 0,
    }


def _messages(app: App, pairs: Sequence[tuple[int, int]], now: datetime) -> Iterator[Mapping[str, Any]]:
    keyring = app.settings.keyring
    for at, (person, case) in enumerate(pairs):
        for position in range(EACH):
            yield {
                "person_id": person,
                "version": at * EACH + position,
                "incoming": position % 2 == 0,
                "screen": False,
                "sealed_payload": codec.seal_message(keyring, {"text": f"{_WORDS[position % 3]} {secrets.token_hex(8)}"}),
                "case_id": case,
                "created_at": now - timedelta(minutes=EACH - position),
            }


async def _pages(app: App) -> dict[str, str]:
    async with app.database.read() as session:
        busy = select(cases.c.id).where(cases.c.state == "answered").order_by(cases.c.id).limit(1)
        case = await session.scalar(busy)
    return {
        "inbox": "/desk/",
        "team": "/desk/?tab=team",
        "closed": "/desk/?tab=closed",
        "search": "/desk/?q=Brief",
        "case": f"/desk/cases/{case}",
        "calendar": "/desk/calendar",
        "team page": "/desk/team",
        "audit": "/desk/settings/audit",
    }


async def _page(client: httpx.AsyncClient, clock: _Clock, url: str, scale: Scale) -> dict[str, Value]:
    first = await client.get(url)
    first.raise_for_status()
    clock.took.clear()
    for _ in range(scale.pages):
        await client.get(url)
    took = list(clock.took)
    weight = first.num_bytes_downloaded
    assets = [await client.get(asset) for asset in dict.fromkeys(_ASSET.findall(first.text))]
    whole = weight + sum(asset.num_bytes_downloaded for asset in assets)
    return {"ms p50": percentile(took, 0.5), "ms p95": percentile(took, 0.95), "page KB": weight / 1000, "first load KB": whole / 1000}
