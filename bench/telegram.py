"""Lotse beside bare bots on one local Bot API server: throughput, processor time, latency, memory, start. All bots poll.

The bare bots keep nothing: throughput of Lotse is durable (every update stored and synced before it is confirmed, every answer
recorded), theirs is not. Their buttons and texts are those that Lotse sends.
"""

import itertools
from collections import Counter
from pathlib import Path

from bench.crowd import choose_languages, gather, press_round, questions, times, trickle, until_polling
from bench.figures import Found, Target, Value, middle, number, percentile
from bench.peers import write_menu
from bench.processes import Program, Server, lotse, peer
from bench.scale import Scale

LOTSE, AIOGRAM, PTB = "Lotse", "aiogram", "python-telegram-bot"
BOTS = (LOTSE, AIOGRAM, PTB)
PEERS = {AIOGRAM: "aiogram", PTB: "ptb"}


def run(scale: Scale, folder: Path) -> Found:
    """Measure all three in turn, `scale.rounds` times."""
    with Server(folder) as server:
        race = _Race(server, folder, scale)
        for name in itertools.chain.from_iterable([BOTS] * scale.rounds):
            race.round(name)
        cold = {name: race.cold(name) for name in BOTS} if scale.cold else {}
        refused = Counter(call["error"] for call in server.refusals())
    return _found(race, cold, refused)


class _Race:
    """The bots on one server, and what was measured of each: figures by round, milliseconds of all single answers."""

    def __init__(self, server: Server, folder: Path, scale: Scale) -> None:
        self.rounds: dict[str, list[dict[str, Value]]] = {name: [] for name in BOTS}
        self.buttons: dict[str, list[float]] = {name: [] for name in BOTS}
        self.texts: list[float] = []
        self._server, self._folder, self._scale = server, folder, scale
        self._menu = folder / "menu.json"
        self._number = itertools.count()

    def start(self, name: str, **environment: str) -> Program:
        """Start a bot; Lotse with an empty database each time."""
        if name in PEERS:
            return peer(self._folder, PEERS[name], api=self._server.url, menu=self._menu, environment=environment)
        own = self._folder / f"lotse{next(self._number)}"
        own.mkdir()
        return lotse(own, api=self._server.url, environment=environment)

    def cold(self, name: str) -> float:
        """Seconds until the first `getUpdates` when no module was ever compiled to byte code."""
        with self.start(name, PYTHONPYCACHEPREFIX=str(self._folder / f"bytecode-{name}")) as program:
            return until_polling(self._server, program)

    def round(self, name: str) -> None:
        """One bot from its start to its end."""
        server, scale = self._server, self._scale
        with self.start(name) as program:
            found: dict[str, Value] = {"start s": until_polling(server, program)}
            mark = server.mark()
            figures, waits = press_round(server, program, scale)
            self.buttons[name] += waits
            if name == LOTSE:
                self._record(mark)
                self.texts += self._write(program)
            self.rounds[name].append(found | figures | {"memory MB": program.memory()})

    def _write(self, program: Program) -> list[float]:
        server = self._server
        spoken = choose_languages(server, program, gather(server, program, self._scale.singles))
        trickle(server, program, questions(dict(list(spoken.items())[:5])), method="sendMessage")  # the engine has started
        return trickle(server, program, questions(spoken), method="sendMessage")

    def _record(self, mark: int) -> None:
        """Keep a menu of Lotse of middling size, for the bare bots to send."""
        edits = [call for call in self._server.calls(mark)[0] if call["method"] == "editMessageText"]
        write_menu(self._menu, sorted(edits, key=lambda call: len(str(call["params"])))[len(edits) // 2])


def _found(race: _Race, cold: dict[str, float], refused: Counter[str]) -> Found:
    rows = {name: middle(figures) | times(race.buttons[name], "button ms") for name, figures in race.rounds.items()}
    rows[LOTSE] |= times(race.texts, "text ms")
    for name, seconds in cold.items():
        rows[name]["start without byte code s"] = seconds
    return Found(
        title=f"telegram: presses answered by an edit, {len(race.rounds[LOTSE])} rounds in turn, medians",
        rows=rows,
        targets=_targets(race, rows),
        notes=[
            "Lotse syncs every update and answer to SQLite; the bare bots store nothing and lose what is in their handlers when killed.",
            "“server CPU ms” is the local Bot API server's own work per update, which bounds all of them.",
            *(f"Refused {count} times: {reason}" for reason, count in refused.items()),
        ],
    )


def _targets(race: _Race, rows: dict[str, dict[str, Value]]) -> list[Target]:
    return [
        Target(name="throughput Lotse : aiogram", value=_ratio(race, AIOGRAM, "per second"), least=0.4),
        Target(name="throughput Lotse : python-telegram-bot", value=_ratio(race, PTB, "per second")),
        Target(name="CPU per update Lotse : aiogram", value=_ratio(race, AIOGRAM, "CPU ms")),
        Target(name="buttons p95 at 20/s", value=percentile(race.buttons[LOTSE], 0.95), unit=" ms", most=20),
        Target(name="free text p95 at 20/s", value=percentile(race.texts, 0.95), unit=" ms", most=60),
        Target(name="memory of Lotse with its worker", value=number(rows[LOTSE], "memory MB"), unit=" MB", most=400),
    ]


def _ratio(race: _Race, other: str, figure: str) -> float:
    """The median over rounds of the ratio within a round: neighbours in time share the machine's mood."""
    pairs = zip(race.rounds[LOTSE], race.rounds[other], strict=True)
    return number(middle([{figure: number(ours, figure) / number(theirs, figure)} for ours, theirs in pairs]), figure)
