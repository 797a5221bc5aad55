"""Import of 50,000 courses by the command line on SQLite and PostgreSQL: seconds, peak memory, and an undo that restores every byte.

Each command is a process of its own, as an operator runs it, so that its memory is its own. Search and alerts have parts of their own.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from bench.figures import Found, Target, Value, number
from bench.postgres import Postgres
from bench.scale import Scale
from knowledge.courses import csv_file, json_file
from tests.courses.sample import many

ROOT = Path(__file__).parent.parent
MOST_SECONDS, MOST_MB = 60.0, 500.0
PER_CASE = 5  # courses for each case of the desk's bench: 50,000


class _Ran(NamedTuple):
    seconds: float
    megabytes: float
    written: bytes
    lines: int


def run(scale: Scale, folder: Path) -> Found:
    """Import, change half, take it back, on each database."""
    count = scale.cases * PER_CASE
    # A child's peak of memory begins with what its parent has: the courses are made in a process that ends.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        apart.submit(write_files, folder, count).result()
    rows = {"SQLite": _measured(f"sqlite+aiosqlite:///{folder}/lotse.db", folder)}
    with closing(Postgres(folder / "pg")) as postgres:
        rows["PostgreSQL"] = _measured(postgres.fresh(), folder)
    return Found(title=f"courses: {count:,} in one file", rows=rows, targets=_targets(rows), notes=_notes(folder))


def write_files(folder: Path, count: int) -> None:
    """Two files: so many courses, and the same with half of them changed."""
    everything = list(many(count))
    later = [replace(each, last_checked=each.last_checked + timedelta(days=1), title=f"{each.title} (neu)") for each in everything[::2]]
    (folder / "first.csv").write_bytes(csv_file.write(everything))
    (folder / "second.json").write_bytes(json_file.write([*everything[1::2], *later]))


def _measured(url: str, folder: Path) -> dict[str, Value]:
    first = _lotse(url, folder, "import", "first.csv", "--yes")
    before = _lotse(url, folder, "export")
    second = _lotse(url, folder, "import", "second.json", "--yes")
    between = _lotse(url, folder, "export")
    undone = _lotse(url, folder, "undo", "--yes")
    after = _lotse(url, folder, "export")
    same = before.written == after.written == (folder / "first.csv").read_bytes()
    return {
        "import of new ones s": first.seconds,
        "import of new ones MB": first.megabytes,
        "lines of progress": float(first.lines),
        "import of half changed s": second.seconds,
        "import of half changed MB": second.megabytes,
        "undo s": undone.seconds,
        "undo MB": undone.megabytes,
        "export s": before.seconds,
        "export MB": before.megabytes,
        "bytes changed by the second import": float(before.written != between.written),
        "same bytes after the undo": float(same),
    }


def _lotse(url: str, folder: Path, *arguments: str) -> _Ran:
    """Run `lotse courses …`; returns time, the peak of its resident memory, and what it wrote."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    environment = clean | {"LOTSE_DATABASE_URL": url, "LOTSE_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    command: Sequence[str] = [sys.executable, "-c", "from bot.cli import main; main()", "courses", *arguments]
    out, told, began = folder / "out", folder / "told", time.perf_counter()
    with out.open("wb") as output, told.open("wb") as progress:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=progress)  # noqa: S603
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    assert process.returncode == 0, told.read_text(encoding="utf-8") + out.read_text(encoding="utf-8")[-2000:]
    return _Ran(seconds, used.ru_maxrss / 1024, out.read_bytes(), told.read_bytes().count(b"\n"))


def _targets(rows: dict[str, dict[str, Value]]) -> list[Target]:
    def most(figure: str) -> float:
        return max(number(row, figure) for row in rows.values())

    return [
        Target(
            name="longest import", value=max(most("import of new ones s"), most("import of half changed s")), unit=" s", most=MOST_SECONDS
        ),
        Target(name="most memory", value=max(most(name) for name in rows["SQLite"] if name.endswith("MB")), unit=" MB", most=MOST_MB),
        Target(name="undo restores every byte", value=min(number(row, "same bytes after the undo") for row in rows.values()), least=1),
    ]


def _notes(folder: Path) -> list[str]:
    sizes = {name: (folder / name).stat().st_size / 2**20 for name in ("first.csv", "second.json")}
    return [f"{name}: {size:.0f} MB" for name, size in sizes.items()]
