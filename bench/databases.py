"""Lotse on SQLite beside Lotse on PostgreSQL: the same presses by polling, one process, both as durable as shipped."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.crowd import press_round, times, until_polling
from bench.figures import Found, Target, Value, middle, number
from bench.postgres import Postgres
from bench.processes import Program, Server, lotse
from bench.scale import Scale

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"


def run(scale: Scale, folder: Path) -> Found:
    """Measure both in turn, `scale.rounds` times, each round with an empty database."""
    rounds: dict[str, list[dict[str, Value]]] = {SQLITE: [], POSTGRESQL: []}
    waits: dict[str, list[float]] = {SQLITE: [], POSTGRESQL: []}
    with Server(folder) as server, closing(Postgres(folder / "pg")) as postgres:
        starts: dict[str, Callable[[Path], Program]] = {
            SQLITE: lambda own: lotse(own, api=server.url),
            POSTGRESQL: lambda own: lotse(own, api=server.url, database=postgres.fresh()),
        }
        for count in range(scale.rounds):
            for name, start in starts.items():
                own = folder / f"{name}{count}"
                own.mkdir()
                figures, latencies = _round(server, start(own), postgres, scale)
                rounds[name].append(figures)
                waits[name] += latencies
    return _found(rounds, waits)


def _round(server: Server, program: Program, postgres: Postgres, scale: Scale) -> tuple[dict[str, Value], list[float]]:
    with program:
        until_polling(server, program)
        before = postgres.cpu()
        figures, waits = press_round(server, program, scale)
        used: Any = (postgres.cpu() - before) / (scale.presses + scale.singles) * 1000
        return figures | {"database CPU ms": used, "memory MB": program.memory()}, waits


def _found(rounds: dict[str, list[dict[str, Value]]], waits: dict[str, list[float]]) -> Found:
    rows = {name: middle(figures) | times(waits[name], "button ms") for name, figures in rounds.items()}
    pairs = zip(rounds[SQLITE], rounds[POSTGRESQL], strict=True)
    ratios = middle([{"": number(theirs, "per second") / number(ours, "per second")} for ours, theirs in pairs])
    return Found(
        title=f"databases: presses answered by an edit, {len(rounds[SQLITE])} rounds in turn, medians",
        rows=rows,
        targets=[Target(name="throughput PostgreSQL : SQLite", value=number(ratios, ""))],
        notes=["“database CPU ms” is what the PostgreSQL server itself used per update; SQLite works inside Lotse."],
    )
