"""The processes of a benchmark: starting them, waiting, reading their processor time and memory. The parts say what is measured."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import httpx
import psutil

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("BENCH_DATA_DIR", "/tmp/lotse-bench"))  # noqa: S108 - learned weights are kept here between runs
TOKEN = "42:bench"  # noqa: S105 - of the local server
SECRET = "bench-secret"  # noqa: S105 - of the local webhook
LEARNING_SECONDS = 900
STOP_SECONDS = 20
PAUSE = 0.02

Call = dict[str, Any]


class Program:
    """A process of the benchmark; its output goes to `log`. Use it as a context manager: it is ended at the end."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.log = log
        with log.open("wb") as stream:
            self.started = time.monotonic()
            self._process = subprocess.Popen(  # noqa: S603 - our own commands
                [sys.executable, *command], cwd=ROOT, env=os.environ | dict(environment or {}), stdout=stream, stderr=stream
            )

    def check(self) -> None:
        """Raise RuntimeError with the end of the output if the process has ended."""
        if self._process.poll() is not None:
            message = f"ended with {self._process.returncode}:\n{self.log.read_text(errors='replace')[-2000:]}"
            raise RuntimeError(message)

    def cpu(self) -> float:
        """Seconds of processor time used so far, worker processes included."""
        self.check()
        return cpu_of(self._process.pid)

    def memory(self) -> float:
        """Resident megabytes, worker processes included; pages that processes share count once (proportional set size)."""
        self.check()
        infos = _family(self._process.pid, lambda process: process.memory_full_info())
        return sum(float(getattr(info, "pss", info.rss)) for info in infos) / 1e6

    def stop(self) -> None:
        """End it as an operator would; by force when it does not end."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def kill(self) -> None:
        """End it at once, as a crash would; its worker processes notice by themselves."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        """Running already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()


def cpu_of(pid: int) -> float:
    """Seconds of processor time that a process and its children used so far."""
    return sum(sum(times[:4]) for times in _family(pid, lambda process: process.cpu_times()))


def _family(pid: int, read: Callable[[psutil.Process], Any]) -> Iterator[Any]:
    parent = psutil.Process(pid)
    for process in [parent, *parent.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            yield read(process)


class Server(Program):
    """The local Bot API server in a process of its own, steered over HTTP."""

    def __init__(self, folder: Path) -> None:
        super().__init__(["-m", "tests.botapi", "--token", TOKEN, "--time-factor", "0"], folder / "botapi.log")
        about: dict[str, Any] = json.loads(wait(self._line, self, what="the Bot API server"))
        self.url: str = about["url"]
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{about['control_port']}/control", timeout=120)

    def _line(self) -> str:
        return self.log.read_text().partition("\n")[0]

    def inject(self, updates: Sequence[Call]) -> float:
        """Queue raw updates; returns the moment before (monotonic seconds, the same clock as `Call.at`)."""
        before = time.monotonic()
        self._http.post("/inject", json=list(updates)).raise_for_status()
        return before

    def mute(self) -> None:
        """From now on take updates without sending them to anybody: somebody else plays Telegram, but the server must know of them."""
        body = {"url": "http://127.0.0.1:9/", "allowed_updates": ["poll"]}
        httpx.post(f"{self.url}/bot{TOKEN}/setWebhook", json=body).raise_for_status()

    def state(self) -> dict[str, Any]:
        """Accepted calls per method (`counts`), refused ones, updates that wait."""
        found: dict[str, Any] = self._http.get("/state").json()
        return found

    def count(self, method: str) -> int:
        """How many calls of one method were accepted so far."""
        return int(self.state()["counts"].get(method, 0))

    def counter(self, method: str) -> Callable[[], int]:
        """Counts the calls of one method that are accepted from now on."""
        before = self.count(method)
        return lambda: self.count(method) - before

    def calls(self, since: int = 0) -> tuple[list[Call], int]:
        """The accepted calls from an index of the log on, and the index to go on with."""
        body = self._http.get("/calls", params={"since": since}).json()
        return body["calls"], int(body["next"])

    def mark(self) -> int:
        """The length of the log of calls."""
        return int(sum(self.state()["counts"].values()))

    def refusals(self) -> list[Call]:
        """The calls that were refused."""
        found: list[Call] = self._http.get("/calls", params={"refused": 1}).json()["calls"]
        return found

    def stop(self) -> None:
        """Stop server and connection."""
        self._http.close()
        super().stop()


def wait(read: Callable[[], Any], *programs: Program, what: str, seconds: float = 60, pause: float = PAUSE) -> Any:
    """Ask `read` until it gives something true and return that; raises TimeoutError, or RuntimeError if a program ends meanwhile."""
    deadline = time.monotonic() + seconds
    while not (found := read()):
        for program in programs:
            program.check()
        if time.monotonic() > deadline:
            message = f"{what}: not within {seconds:.0f} s"
            raise TimeoutError(message)
        time.sleep(pause)
    return found


def lotse(folder: Path, *, api: str, database: str | None = None, environment: Mapping[str, str] | None = None) -> Program:
    """Start `lotse serve` as shipped, with its database under `folder` unless one is named; learned weights are kept between runs.

    The database has its tables already, as at every start but the first.
    """
    DATA.mkdir(parents=True, exist_ok=True)
    variables = {
        "LOTSE_DATABASE_URL": database or f"sqlite+aiosqlite:///{folder}/lotse.db",
        "LOTSE_DATA_DIR": str(DATA),
        "LOTSE_TELEGRAM_TOKEN": TOKEN,
        "LOTSE_TELEGRAM_API_URL": api,
        "LOTSE_TELEGRAM_RATE": "10000",
        "LOTSE_LOG_FORMAT": "json",
    }
    variables |= environment or {}
    number = len(list(folder.glob("lotse-*.log")))
    own = [sys.executable, "-c", "from bot.cli import main; main()"]
    subprocess.run([*own, "db", "upgrade"], cwd=ROOT, env=os.environ | variables, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return Program(["-c", "from bot.cli import main; main()", "serve", "--port", "0"], folder / f"lotse-{number}.log", variables)


def peer(folder: Path, name: str, *, api: str, menu: Path, environment: Mapping[str, str]) -> Program:
    """Start a bare bot of `bench.peers`."""
    return Program(["-m", f"bench.peers.{name}_bot", api, TOKEN, str(menu)], folder / f"{name}.log", environment)


def port_of(program: Program) -> int:
    """Wait until `lotse serve` says where it listens."""

    def said() -> list[str]:
        return re.findall(r"http://127\.0\.0\.1:(\d+)/ in a browser", program.log.read_text(errors="replace"))

    return int(wait(said, program, what="lotse serve", seconds=LEARNING_SECONDS)[0])
