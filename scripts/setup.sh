#!/bin/sh
# Makes .venv with the locked packages; run by make, which decides when it is needed. Usage: scripts/setup.sh [dev]
set -eu
cd "$(dirname "$0")/.."
lock=requirements${1:+-$1}.lock

find_python() {
    for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3 python; do
        [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$candidate"; return; }
    done
    echo "Lotse needs Python 3.11 or newer; found none. Install it, or name it: make setup PYTHON=/path/to/python3.11" >&2
    exit 1
}

if [ ! -x .venv/bin/python ]; then
    python=$(find_python)
    echo "Making .venv with $("$python" --version)"
    "$python" -m venv .venv
fi
if ! cmp -s "$lock" ".venv/installed-$lock"; then
    echo "Installing the packages of $lock (about a minute on a fast line)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
    cp "$lock" ".venv/installed-$lock"
fi
if [ ! -x .venv/bin/lotse ] || [ pyproject.toml -nt .venv/bin/lotse ]; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
fi
