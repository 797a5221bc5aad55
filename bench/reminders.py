"""Reminders under load, on SQLite and PostgreSQL: lateness, an outage, `kill -9`, two processes, cancelling at the last moment.

`lotse serve` as shipped sends to the local Bot API server. Every appointment has one reminder, and its code in the text says which
one arrived. Where the rows come from is in `reminders_load`.
"""

import asyncio
import random
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.crowd import until_polling
from bench.figures import Found, Target, Value, number, percentile
from bench.postgres import Postgres
from bench.processes import DATA, SECRET, Program, Server, lotse, port_of, wait
from bench.reminders_load import Load, Planned, arrivals, introduce
from bench.scale import Scale
from bot.settings import read_settings

KILLS = 5
SETTLE_SECONDS = 180
# Figures that must be zero.
ZERO = (
    "not sent",
    "of these sent",
    "outage: lost",
    "outage: sent too late",
    "kills: lost",
    "two processes: lost",
    "two processes: sent twice",
)
WEBHOOK = {"LOTSE_TELEGRAM_MODE": "webhook", "LOTSE_TELEGRAM_WEBHOOK_SECRET": SECRET}

Figures = dict[str, Value]


def run(scale: Scale, folder: Path) -> Found:
    """Measure on both databases in turn."""
    rows: dict[str, Figures] = {}
    with closing(Postgres(folder / "pg")) as postgres:
        for name in ("SQLite", "PostgreSQL"):
            own = folder / name
            own.mkdir()
            url = f"sqlite+aiosqlite:///{own}/lotse.db" if name == "SQLite" else postgres.fresh()
            with Server(own) as server:
                rows[name] = _Ground(server, own, url, share=min(1.0, scale.presses / 2000)).measure()
    return _found(rows)


class _Ground:
    """One database with its Bot API server; `share` of the full size is measured."""

    def __init__(self, server: Server, folder: Path, url: str, *, share: float) -> None:
        DATA.mkdir(parents=True, exist_ok=True)
        keyring = read_settings(database_url=url, data_dir=DATA).keyring
        self.load = Load(url, keyring)
        self._server, self._folder, self._url, self._share = server, folder, url, share
        self._chance = random.Random(3)  # noqa: S311 - no secret
        introduce(server)

    def measure(self) -> Figures:
        """All parts, one after the other."""
        with self._start():
            found = self._lateness(self._size(1500)) | self._cancelling(self._size(400))
        found |= self._outage(self._size(600)) | self._kills(self._size(2000))
        return found | (self._two_processes(self._size(1000)) if "postgresql" in self._url else {})

    def _size(self, full: int) -> int:
        return max(20, int(full * self._share))

    def _start(self, **environment: str) -> Program:
        program = lotse(self._folder, api=self._server.url, database=self._url, environment=environment)
        if environment:
            port_of(program)
        else:
            until_polling(self._server, program)
        return program

    def _plan(self, dues: list[datetime], *, lead: timedelta = timedelta(hours=2)) -> list[Planned]:
        return asyncio.run(self.load.insert(dues, lead=lead))

    def _spread(self, size: int, seconds: float, *, after: float = 3) -> list[datetime]:
        """Moments from now on, evenly."""
        now = datetime.now(UTC)
        return [now + timedelta(seconds=after + seconds * position / size) for position in range(size)]

    def _settle(self, *programs: Program) -> None:
        """Wait until nothing is due and nothing is in the outbox."""
        wait(lambda: not asyncio.run(self.load.waiting()), *programs, what="all reminders", seconds=SETTLE_SECONDS, pause=0.3)

    def _lateness(self, size: int) -> Figures:
        mark, offset = self._server.mark(), time.monotonic() - time.time()
        planned = self._plan(self._spread(size, 40 * self._share))
        time.sleep(max(0.0, planned[-1].due.timestamp() - time.time()))
        self._settle()
        due = {one.code: one.due.timestamp() + offset for one in planned}
        late = [call["at"] - due[code] for code, call in arrivals(self._server, mark) if code in due]
        return {"due": size, "late s p50": percentile(late, 0.5), "late s p99": percentile(late, 0.99), "not sent": size - len(late)}

    def _cancelling(self, size: int) -> Figures:
        """Each is cancelled around the moment at which it is due: who was cancelled before the claim hears nothing."""
        mark, planned = self._server.mark(), self._plan(self._spread(size, 10 * self._share))
        times = {one: one.due + timedelta(seconds=self._chance.uniform(-1, 1)) for one in planned}
        first = asyncio.run(self.load.cancel_all(times))
        self._settle()
        told = {code for code, _ in arrivals(self._server, mark)}
        return {"cancelled before the claim": len(first), "of these sent": len(told & first)}

    def _outage(self, size: int) -> Figures:
        """Nobody worked for an hour; a third of the appointments has begun meanwhile."""
        mark, now = self._server.mark(), datetime.now(UTC)
        past = [now - timedelta(seconds=3600 * (position + 1) / size) for position in range(size)]
        helpful = {one.code for one in self._plan(past)}
        begun = {one.code for one in self._plan([now - timedelta(minutes=30)] * (size // 2), lead=timedelta(minutes=20))}
        with self._start() as program:
            self._settle(program)
        heard = list(arrivals(self._server, mark))
        told, moments = {code for code, _ in heard}, [call["at"] for _, call in heard]
        return {
            "outage: lost": len(helpful - told),
            "outage: sent too late": len(begun & told),
            "outage: made up per second": len(heard) / max(0.001, max(moments) - min(moments)),
        }

    def _kills(self, size: int) -> Figures:
        mark, in_flight = self._server.mark(), 0
        planned = self._plan(self._spread(size, 15 * self._share))
        for _ in range(KILLS):
            sent = self._server.count("sendMessage")
            program = self._start()
            time.sleep(self._chance.uniform(0.3, 1.5))
            program.kill()
            in_flight += min(asyncio.run(self.load.parcels()), self._server.count("sendMessage") - sent)
        with self._start() as program:
            self._settle(program)
        told = Counter(code for code, _ in arrivals(self._server, mark))
        return {
            "kills: reminders": size,
            "kills: lost": sum(one.code not in told for one in planned),
            "kills: sent twice": sum(told.values()) - len(told),
            "kills: in flight": in_flight,
        }

    def _two_processes(self, size: int) -> Figures:
        mark = self._server.mark()
        with self._start(**WEBHOOK) as one, self._start(**WEBHOOK) as other:
            planned = self._plan(self._spread(size, 10 * self._share))
            time.sleep(max(0.0, planned[-1].due.timestamp() - time.time()))
            self._settle(one, other)
            owners = asyncio.run(self.load.owners([one.reminder for one in planned]))
        told = Counter(code for code, _ in arrivals(self._server, mark))
        return {
            "two processes: lost": sum(one.code not in told for one in planned),
            "two processes: sent twice": sum(told.values()) - len(told),
            "two processes: smaller share": min(owners.values()) / size if len(owners) > 1 else 0.0,
        }


def _found(rows: dict[str, Figures]) -> Found:
    def none(name: str, row: Figures, figure: str) -> Target:
        return Target(name=f"{name}: {figure}", value=number(row, figure), most=0)

    targets = []
    for name, row in rows.items():
        targets.append(Target(name=f"{name}: lateness p99", value=number(row, "late s p99"), unit=" s", most=2))
        targets += [none(name, row, figure) for figure in ZERO if figure in row]
        twice = number(row, "kills: sent twice") - number(row, "kills: in flight")
        targets.append(Target(name=f"{name}: kills, sent twice beyond those in flight", value=twice, most=0))
    return Found(
        title="reminders: due within 40 s, cancelled at the last moment, an hour's outage, kill -9, two processes",
        rows=rows,
        targets=targets,
        notes=["Lateness is measured where the message arrives: at the Bot API server."],
    )
