"""`make bench` or `python -m bench [part …] [--quick] [--json]`: ratios against peers, measured in one run."""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

from rich.console import Console

from bench.figures import Found
from bench.scale import FULL, QUICK, Scale

PARTS = ("telegram", "databases", "workers", "engines")


def measure(part: str, scale: Scale) -> Found:
    """Run one part in a fresh folder, which stays for its logs if the part fails."""
    folder = Path(tempfile.mkdtemp(prefix=f"lotse-bench-{part}-"))
    found: Found = import_module(f"bench.{part}").run(scale, folder)
    return found


def machine() -> str:
    """What it was measured on, and how busy that was with other things."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} before"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"any of {', '.join(PARTS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="a smoke test: a few seconds each, figures mean nothing")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"unknown part {', '.join(sorted(unknown))}: choose from {', '.join(PARTS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything that was started is stopped
    console, about, all_found = Console(stderr=given.json, soft_wrap=True, highlight=False), machine(), {}
    console.print(about + "\n", markup=False)
    for part in given.parts or PARTS:
        began = time.monotonic()
        all_found[part] = measure(part, QUICK if given.quick else FULL)
        all_found[part].show(console)
        console.print(f"  ({part} took {time.monotonic() - began:.0f} s)\n", markup=False)
    if given.json:
        print(json.dumps({"machine": about, "parts": {name: found.as_json() for name, found in all_found.items()}}, ensure_ascii=False))


if __name__ == "__main__":
    main()
