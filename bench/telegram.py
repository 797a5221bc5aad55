"""Lotse beside bare bots on one local Bot API server: throughput, processor time, latency, memory, start. All bots poll.

The bare bots keep nothing: throughput of Lotse is durable (every update stored and synced before it is confirmed, every answer
recorded), theirs is not. Their buttons and texts are those that Lotse sends.
"""

import contextlib
import itertools
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.crowd import burst, choose_languages, gather, press_round, presses, questions, times, trickle, until_polling
from bench.figures import Found, Target, Value, middle, number, percentile
from bench.peers import write_menu
from bench.processes import ROOT, Program, Server, lotse, peer
from bench.scale import Scale

LOTSE, AIOGRAM, PTB = "Lotse", "aiogram", "python-telegram-bot"
CODE = ("bot", "desk", "dialogs", "handoff", "scheduler", "knowledge", "nlu", "store", "locales")
Start = Callable[[], Program]


def run(scale: Scale, folder: Path) -> Found:
    """Measure all three in turn, `scale.rounds` times."""
    menu, starts = folder / "menu.json", _Starts(folder)
    with Server(folder) as server:
        rows: dict[str, list[dict[str, Value]]] = {LOTSE: [], AIOGRAM: [], PTB: []}
        latencies: dict[str, list[float]] = {}
        _record(server, starts.lotse(server), menu)
        programs: dict[str, Start] = {
            LOTSE: lambda: starts.lotse(server),
            AIOGRAM: lambda: peer(folder, "aiogram", api=server.url, menu=menu),
            PTB: lambda: peer(folder, "ptb", api=server.url, menu=menu),
        }
        for name in itertools.chain.from_iterable([programs] * scale.rounds):
            rows[name].append(_round(server, programs[name], scale, latencies, name))
        cold = {name: _cold(server, start) for name, start in programs.items()} if scale.cold else {}
        refused = len(server.refusals())
    return _found(rows, latencies, cold, refused)


class _Starts:
    """Starts Lotse each time with an empty database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = itertools.count()

    def lotse(self, server: Server) -> Program:
        folder = self._folder / f"lotse{next(self._number)}"
        folder.mkdir()
        return lotse(folder, api=server.url)


def _record(server: Server, program: Program, menu: Path) -> None:
    """Take the largest menu of Lotse as the one that the bare bots send; a first start learns what is not learned yet."""
    with program:
        until_polling(server, program)
        crowd = gather(server, program, 12)
        mark = server.mark()
        burst(server, program, presses(crowd, 12 * 12), method="editMessageText")
        edits = [call for call in server.calls(mark)[0] if call["method"] == "editMessageText"]
    write_menu(menu, sorted(edits, key=lambda call: len(str(call["params"])))[len(edits) // 2])


def _round(server: Server, start: Start, scale: Scale, latencies: dict[str, list[float]], name: str) -> dict[str, Value]:
    """One bot from its start to its end."""
    with start() as program:
        found: dict[str, Value] = {"start s": until_polling(server, program)}
        figures, waits = press_round(server, program, scale)
        latencies.setdefault(f"{name} buttons", []).extend(waits)
        if name == LOTSE:
            spoken = choose_languages(server, program, gather(server, program, scale.singles))
            trickle(server, program, questions(dict(list(spoken.items())[:5])), method="sendMessage")  # the engine has started
            latencies.setdefault(f"{name} texts", []).extend(trickle(server, program, questions(spoken), method="sendMessage"))
        return found | figures | {"memory MB": program.memory()}


def _cold(server: Server, start: Start) -> float:
    """The start when neither our code nor the libraries are in the memory of the system."""
    for path in itertools.chain.from_iterable(
        (ROOT / name).rglob("*") for name in (".venv", "bot", "dialogs", "nlu", "knowledge", "locales")
    ):
        if path.is_file():
            _forget(path)
    with start() as program:
        return until_polling(server, program)


def _forget(path: Path) -> None:
    """Ask the system to drop a file's pages; what is in use stays."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def _found(rounds: dict[str, list[dict[str, Value]]], latencies: dict[str, list[float]], cold: dict[str, float], refused: int) -> Found:
    rows: dict[str, dict[str, Value]] = {}
    for name, figures in rounds.items():
        rows[name] = middle(figures) | times(latencies[f"{name} buttons"], "button ms")
        rows[name] |= times(latencies.get(f"{name} texts", []), "text ms") if f"{name} texts" in latencies else {}
        rows[name] |= {"cold start s": cold[name]} if name in cold else {}
    return Found(
        title=f"telegram: presses answered by an edit, {len(rounds[LOTSE])} rounds in turn, medians",
        rows=rows,
        targets=_targets(rounds, rows, latencies),
        notes=[
            "Lotse syncs every update and answer to SQLite; the bare bots store nothing and lose what is in their handlers when killed.",
            f"Refused calls: {refused}. “server CPU ms” is the local Bot API server's own work per update, which bounds all of them.",
        ],
    )


def _targets(
    rounds: dict[str, list[dict[str, Value]]], rows: dict[str, dict[str, Value]], latencies: dict[str, list[float]]
) -> Sequence[Target]:
    return [
        Target(name="throughput Lotse : aiogram", value=_ratio(rounds, AIOGRAM, "per second"), least=0.4),
        Target(name="throughput Lotse : python-telegram-bot", value=_ratio(rounds, PTB, "per second")),
        Target(name="CPU per update Lotse : aiogram", value=_ratio(rounds, AIOGRAM, "CPU ms")),
        Target(name="buttons p95 at 20/s", value=percentile(latencies[f"{LOTSE} buttons"], 0.95), unit=" ms", most=20),
        Target(name="free text p95 at 20/s", value=percentile(latencies[f"{LOTSE} texts"], 0.95), unit=" ms", most=60),
        Target(name="memory of Lotse with its worker", value=number(rows[LOTSE], "memory MB"), unit=" MB", most=400),
    ]


def _ratio(rounds: dict[str, list[dict[str, Value]]], other: str, figure: str) -> float:
    """The median over rounds of the ratio within a round: neighbours in time share the machine's mood."""
    pairs = zip(rounds[LOTSE], rounds[other], strict=True)
    return number(middle([{figure: number(ours, figure) / number(theirs, figure)} for ours, theirs in pairs]), figure)
