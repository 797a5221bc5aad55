"""One, two and four `lotse serve` processes on one PostgreSQL, fed by webhooks in turn: how throughput grows with processes.

Processes are added and taken away again, so each number is measured twice, at different moments. The cores that each party used tell
whether the machine had any left: on two cores the processes share them with the database, the Bot API server and the sender.
"""

import os
import time
from contextlib import ExitStack
from pathlib import Path

from bench import crowd
from bench.crowd import Crowd
from bench.figures import Found, Target, Value, middle, number
from bench.postgres import Postgres
from bench.processes import SECRET, Call, Program, Server, lotse, port_of, wait
from bench.scale import Scale
from bench.sender import push

COURSE = (1, 2, 4, 4, 2, 1)


def run(scale: Scale, folder: Path) -> Found:
    """Measure along `COURSE`, or only its beginning in a quick run."""
    course = COURSE if scale.rounds > 1 else COURSE[:1]
    rounds: dict[int, list[dict[str, Value]]] = {count: [] for count in course}
    with ExitStack() as stack:
        fleet = _Fleet(stack.enter_context(Server(folder)), Postgres(folder / "pg"), folder)
        stack.callback(fleet.close)
        for count in course:
            fleet.resize(count)
            rounds[count].append(_measure(fleet, scale))
    return _found({count: middle(figures) for count, figures in rounds.items()})


class _Fleet:
    """Several processes on one database, and what they talk to."""

    def __init__(self, server: Server, postgres: Postgres, folder: Path) -> None:
        self.server = server
        self.postgres = postgres
        self.programs: list[Program] = []
        self.ports: list[int] = []
        self._folder = folder
        self._database = postgres.fresh()

    def resize(self, count: int) -> None:
        """Start or stop processes until `count` work."""
        while len(self.programs) > count:
            self.programs.pop().stop()
        missing, introduced = count - len(self.programs), self.server.counter("setWebhook")
        for _ in range(missing):
            self.programs.append(self._start())
            port_of(self.programs[0])  # the first one makes the tables
        self.ports = [port_of(program) for program in self.programs]
        wait(lambda: introduced() >= missing, *self.programs, what="setWebhook")
        self.server.mute()

    def _start(self) -> Program:
        webhook = {"LOTSE_TELEGRAM_MODE": "webhook", "LOTSE_TELEGRAM_WEBHOOK_SECRET": SECRET}
        return lotse(self._folder, api=self.server.url, database=self._database, environment=webhook)

    def push(self, updates: list[Call], *, method: str) -> tuple[float, float]:
        """Send the updates and wait for all answers; returns the first and the last moment."""
        self.server.inject(updates)  # muted: it learns who they are and sends nothing itself
        mark, done = self.server.mark(), self.server.counter(method)
        before = push(self.ports, updates)
        crowd.settle(done, self.programs[0], len(updates))
        return before, max(call["at"] for call in self.server.calls(mark)[0] if call["method"] == method)

    def used(self) -> dict[str, float]:
        """Seconds of processor time so far, by party."""
        return {
            "Lotse": sum(program.cpu() for program in self.programs),
            "PostgreSQL": self.postgres.cpu(),
            "server and sender": self.server.cpu() + time.process_time(),
        }

    def close(self) -> None:
        """Stop everything that was started here."""
        for program in self.programs:
            program.stop()
        self.postgres.close()


def _measure(fleet: _Fleet, scale: Scale) -> dict[str, Value]:
    people = _gather(fleet, scale.people)
    found = _load(fleet, crowd.presses(people, scale.presses // 2), "editMessageText", "presses")
    spoken = crowd.languages_of(people)
    fleet.push(crowd.choices_of_language(people, spoken), method="editMessageText")
    fleet.push(crowd.questions(spoken)[: 5 * len(fleet.ports)], method="sendMessage")  # the engines have started
    texts = [text for _ in range(-(-scale.texts // len(spoken))) for text in crowd.questions(spoken)]
    return found | _load(fleet, texts[: scale.texts], "sendMessage", "texts")


def _gather(fleet: _Fleet, size: int) -> Crowd:
    mark, started = fleet.server.mark(), crowd.greetings(size)
    fleet.push(started, method="sendMessage")
    return crowd.crowd_of(started, fleet.server.calls(mark)[0])


def _load(fleet: _Fleet, updates: list[Call], method: str, what: str) -> dict[str, Value]:
    used = fleet.used()
    first, last = fleet.push(updates, method=method)
    cores: dict[str, Value] = {f"{what}: cores {name}": (now - used[name]) / (last - first) for name, now in fleet.used().items()}
    return {f"{what} per second": len(updates) / (last - first)} | cores


def _found(rows: dict[int, dict[str, Value]]) -> Found:
    def ratio(count: int, what: str) -> float:
        return number(rows[count], f"{what} per second") / number(rows[1], f"{what} per second")

    more = [count for count in rows if count > 1]
    return Found(
        title="workers: PostgreSQL, webhooks, by number of `lotse serve` processes",
        rows={f"{count} process{'es' if count > 1 else ''}": row for count, row in rows.items()},
        targets=[Target(name=f"{what}, {count} : 1", value=ratio(count, what)) for what in ("presses", "texts") for count in more],
        notes=[f"The machine has {os.cpu_count()} cores. Processes beyond them can only wait for each other."],
    )
