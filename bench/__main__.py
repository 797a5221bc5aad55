"""`make bench` or `python -m bench [part …] [--quick] [--json]`: ratios against peers, measured in one run."""

import argparse
import json
import os
import platform
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from rich.console import Console

from bench.figures import Found
from bench.scale import FULL, QUICK, Scale

warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")

COURSES = ("courses", "courses_search", "courses_alerts")
PARTS = ("telegram", "databases", "workers", "engines", "booking", "reminders", "claims", "desk", "finding", "sync", *COURSES)
# What is asked for by one name.
GROUPS = {"courses": COURSES}


def measure(part: str, scale: Scale) -> tuple[str, Found, float]:
    """Run one part in a fresh folder, which stays for its logs if the part fails; returns also the seconds it took."""
    began, folder = time.monotonic(), Path(tempfile.mkdtemp(prefix=f"lotse-bench-{part}-"))
    found: Found = import_module(f"bench.{part}").run(scale, folder)
    shutil.rmtree(folder, ignore_errors=True)
    return part, found, time.monotonic() - began


def _measured(parts: Sequence[str], scale: Scale, *, quick: bool) -> Iterator[tuple[str, Found, float]]:
    """One part after the other; the smoke test, which measures nothing, all at once."""
    if not quick:
        yield from (measure(part, scale) for part in parts)
        return
    with ThreadPoolExecutor(len(PARTS)) as pool:
        yield from pool.map(measure, parts, [scale] * len(parts))


def machine() -> str:
    """What it was measured on, and how busy that was with other things."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} before"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"any of {', '.join(PARTS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="a smoke test: all parts at once, figures mean nothing")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    parser.add_argument("--passages", type=int, metavar="N", help="finding: so many passages of imported pages (10,000)")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="sync: pages of a publisher, api/v3/<region>/<language>/pages.json below it"
    )
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"unknown part {', '.join(sorted(unknown))}: choose from {', '.join(PARTS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything that was started is stopped
    console, about, all_found = Console(stderr=given.json, soft_wrap=True, highlight=False), machine(), {}
    console.print(about + "\n", markup=False)
    parts = list(dict.fromkeys(each for part in given.parts or PARTS for each in GROUPS.get(part, (part,))))
    scale = QUICK if given.quick else FULL
    scale = replace(scale, passages=given.passages or scale.passages, data=given.data)
    for part, found, seconds in _measured(parts, scale, quick=given.quick):
        all_found[part] = found
        found.show(console)
        console.print(f"  ({part} took {seconds:.0f} s)\n", markup=False)
    if given.json:
        print(json.dumps({"machine": about, "parts": {name: found.as_json() for name, found in all_found.items()}}, ensure_ascii=False))


if __name__ == "__main__":
    main()
