#!/bin/sh
# The unit part of the suite (no database server, no browser) on every other supported Python that is present.
set -eu
cd "$(dirname "$0")/.."
used=$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')

units="tests/locales tests/store tests/knowledge tests/nlu/test_dates.py tests/nlu/test_entities.py tests/scheduler/test_slots.py
    tests/scheduler/test_booking.py tests/scheduler/test_ics.py tests/scheduler/test_lead_times.py"

# On the path, or installed by pyenv (whose command on the path fails for versions that are not switched on).
find_version() {
    for candidate in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1".*/bin/python; do
        "$candidate" -c '' 2>/dev/null && { echo "$candidate"; return; }
    done
}

for version in 3.11 3.12 3.13; do
    [ "$version" = "$used" ] && continue
    python=$(find_version "$version")
    if [ -z "$python" ]; then
        echo "Python $version: not present, left out"
        continue
    fi
    venv=.venv-$version
    [ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
    if ! cmp -s requirements-dev.lock "$venv/installed.lock"; then
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
        cp requirements-dev.lock "$venv/installed.lock"
    fi
    [ -x "$venv/bin/lotse" ] || "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
    echo "Python $version: unit tests"
    "$venv/bin/python" -m pytest -q -p no:cacheprovider -m "not service" $units
done
